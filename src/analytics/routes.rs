//! Figures as files, and the streams by which an open page hears that its figures have changed.
//!
//! A stream says that something is new and never what: the page then asks for it, and its guards speak again. It belongs to one page, which
//! closes it while nobody looks at the page, so a browser holds as many as it shows windows. It ends with the session, when the server stops,
//! and when its browser is gone.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use futures::future::BoxFuture;
use futures::stream::{self, Stream};
use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::period::Period;
use super::{Asked, Bucket, Figures, Settlement, Top, service};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::platform::error_page;
use crate::platform::health::Draining;
use crate::platform::live::{Listener, News};
use crate::platform::routes::PlainRoutes;
use crate::platform::spreadsheet::{self, Cell};
use crate::platform::state::AppState;
use crate::values::{Currency, Money};
use crate::vendors::guard::ShopOwner;

/// How often a stream asks whether the session still lives: so long can somebody who was signed out still hear that something was sold.
const ASK_AGAIN_EVERY: Duration = Duration::from_secs(30);
/// What comes within this time after a piece of news is told with it.
const GATHER_FOR: Duration = Duration::from_millis(250);

/// The name of the event, for `EventSource`.
const EVENT: &str = "sales";
/// nginx would keep the stream back until it has gathered enough of it.
const NOT_BUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

const VENDOR_CSV: &str = "/vendor/analytics/csv";
pub const SETTLEMENT_CSV: &str = "/vendor/settlement/csv";
const ADMIN_CSV: &str = "/admin/analytics/csv";

/// They need the sessions layer around them.
pub fn routes(routes: PlainRoutes) -> PlainRoutes {
    routes
        .get(VENDOR_CSV, vendor_csv)
        .get(SETTLEMENT_CSV, settlement_csv)
        .get(ADMIN_CSV, admin_csv)
        .get("/vendor/live", vendor_live)
        .get("/admin/live", admin_live)
}

crate::text_enum! {
    /// Which table of the page.
    pub enum Table {
        Periods => "periods",
        Products => "products",
        Vendors => "vendors",
        Categories => "categories",
    }
}

/// Address of the file with a table of the page.
pub fn csv_path(admin: bool, table: Table, period: &Period) -> String {
    format!("{}?table={table}&{}", if admin { ADMIN_CSV } else { VENDOR_CSV }, period.query())
}

#[derive(Deserialize, Debug)]
struct Wanted {
    table: Table,
    #[serde(flatten)]
    asked: Asked,
}

/// A file, or for people the way to sign in, or a page that says what is wrong.
fn answer(headers: &HeaderMap, page: &str, file: Result<Response, AppError>) -> Response {
    let html = error_page::wants_html(headers);
    match file {
        Ok(file) => file,
        Err(AppError::Unauthenticated) if html => Redirect::to(&format!("/sign-in?next={page}")).into_response(),
        Err(error) => error_page::answer(html, &error),
    }
}

/// `GET /vendor/analytics/csv?table=…&range=…`
async fn vendor_csv(
    State(state): State<AppState>,
    headers: HeaderMap,
    owner: Result<ShopOwner, AppError>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let file = async {
        let (owner, period) = (owner?, Period::of(&wanted.asked)?);
        match wanted.table {
            Table::Periods => periods(&service::vendor(&state.db, &owner, &period).await?.figures),
            Table::Products => {
                let (currency, products) = service::vendor_products(&state.db, &owner, &period).await?;
                tops(Table::Products, &period, currency, products)
            }
            // Of others a vendor knows nothing.
            Table::Vendors | Table::Categories => Err(AppError::NotFound),
        }
    };
    answer(&headers, "/vendor/analytics", file.await)
}

/// `GET /admin/analytics/csv?table=…&range=…`
async fn admin_csv(
    State(state): State<AppState>,
    headers: HeaderMap,
    admin: Result<Admin, AppError>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let file = async {
        let (admin, period) = (admin?, Period::of(&wanted.asked)?);
        if wanted.table == Table::Periods {
            return periods(&service::admin(&state.db, &admin, &period).await?.figures);
        }
        let (currency, lists) = service::admin_tops(&state.db, &admin, &period).await?;
        let list = match wanted.table {
            Table::Vendors => lists.vendors,
            Table::Categories => lists.categories,
            Table::Products | Table::Periods => lists.products,
        };
        tops(wanted.table, &period, currency, list)
    };
    answer(&headers, "/admin/analytics", file.await)
}

/// `GET /vendor/settlement/csv`
async fn settlement_csv(State(state): State<AppState>, headers: HeaderMap, owner: Result<ShopOwner, AppError>) -> Response {
    let file = async {
        let (currency, months) = service::settlements(&state.db, &owner?).await?;
        settlement(currency, months)
    };
    answer(&headers, "/vendor/settlement", file.await)
}

fn periods(figures: &Figures) -> Result<Response, AppError> {
    let amount = |minor| Cell::Amount(Money::new(minor, figures.currency));
    let of_site = figures.buckets.iter().any(|bucket| bucket.active.is_some());
    let mut head = vec![
        "from",
        "until",
        "complete",
        "currency",
        "goods",
        "shipping",
        "sales",
        "refunded",
        "left",
        "orders",
        "units",
        "units_refunded",
        "average_order",
    ];
    if of_site {
        head.extend(["customers", "vendors"]);
    }
    let row = |Bucket { span, partial, sales, active }: &Bucket| {
        let mut row = vec![
            Cell::Text(span.from.clone()),
            Cell::Text(span.until.clone()),
            Cell::Text(if *partial { "no" } else { "yes" }.to_owned()),
            Cell::Text(figures.currency.to_string()),
            amount(sales.goods_minor),
            amount(sales.shipping_minor),
            amount(sales.sales_minor()),
            amount(sales.refunded_minor),
            amount(sales.left_minor()),
            Cell::Number(sales.orders),
            Cell::Number(sales.units),
            Cell::Number(sales.units_refunded),
            sales.average_minor().map_or(Cell::Nothing, amount),
        ];
        if of_site {
            let number = |number: Option<i64>| number.map_or(Cell::Nothing, Cell::Number);
            row.extend([number(active.map(|active| active.customers)), number(active.map(|active| active.vendors))]);
        }
        row
    };
    let name = format!("sales-{}-{}.csv", figures.span.from, figures.span.until);
    spreadsheet::file(&name, &head, figures.buckets.iter().map(row))
}

fn tops(table: Table, period: &Period, currency: Currency, tops: Vec<Top>) -> Result<Response, AppError> {
    let span = period.span();
    let row = |top: Top| {
        vec![
            Cell::Text(top.name),
            Cell::Text(currency.to_string()),
            Cell::Amount(Money::new(top.goods_minor, currency)),
            Cell::Amount(Money::new(top.refunded_minor, currency)),
            Cell::Number(top.units),
            Cell::Text(top.id.to_string()),
        ]
    };
    let name = format!("{table}-{}-{}.csv", span.from, span.until);
    spreadsheet::file(&name, &["name", "currency", "goods", "refunded", "units", "id"], tops.into_iter().map(row))
}

fn settlement(currency: Currency, months: Vec<Settlement>) -> Result<Response, AppError> {
    let amount = |minor| Cell::Amount(Money::new(minor, currency));
    let row = |Settlement { month, running, sales }: Settlement| {
        vec![
            Cell::Text(month.chars().take("2026-11".len()).collect()),
            Cell::Text(if running { "no" } else { "yes" }.to_owned()),
            Cell::Text(currency.to_string()),
            amount(sales.goods_minor),
            amount(sales.shipping_minor),
            amount(sales.refunded_minor),
            amount(sales.left_minor()),
            Cell::Number(sales.orders),
        ]
    };
    let head = ["month", "complete", "currency", "goods", "shipping", "refunded", "due", "orders"];
    spreadsheet::file("settlement.csv", &head, months.into_iter().map(row))
}

/// `GET /vendor/live`: server-sent events; one each time that the own figures have changed.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`; `TooManyRequests` for somebody with too many streams, `Offline` when there are too many of all.
async fn vendor_live(State(state): State<AppState>, draining: Option<Extension<Draining>>, owner: ShopOwner) -> Result<Response, AppError> {
    let listener = state.live.listen(&state.db, owner.user_id().0)?;
    let own = service::topic(Some(owner.vendor_id()));
    let still = move || -> BoxFuture<'static, Result<(), AppError>> {
        let (owner, state) = (owner.clone(), state.clone());
        Box::pin(async move { owner.again(&state).await.map(|_| ()) })
    };
    Ok(answer_live(listener, draining, move |said: &str| said == own, still))
}

/// `GET /admin/live`: the same for the figures of the whole site.
///
/// # Errors
/// As [`vendor_live`].
async fn admin_live(State(state): State<AppState>, draining: Option<Extension<Draining>>, admin: Admin) -> Result<Response, AppError> {
    let listener = state.live.listen(&state.db, admin.customer().user_id().0)?;
    let still = move || -> BoxFuture<'static, Result<(), AppError>> {
        let (admin, state) = (admin.clone(), state.clone());
        Box::pin(async move { admin.again(&state).await.map(|_| ()) })
    };
    Ok(answer_live(listener, draining, |said: &str| said.starts_with(&service::topic(None)), still))
}

/// Whether a word of the instances is about somebody's figures, and whether that somebody may still hear it.
struct Open<C, S> {
    listener: Listener,
    stopping: CancellationToken,
    ask_again: Interval,
    concerns: C,
    still: S,
}

fn answer_live<C, S>(listener: Listener, draining: Option<Extension<Draining>>, concerns: C, still: S) -> Response
where
    C: Fn(&str) -> bool + Send + 'static,
    S: Fn() -> BoxFuture<'static, Result<(), AppError>> + Send + 'static,
{
    let stopping = draining.map_or_else(CancellationToken::new, |Extension(Draining(token))| token);
    let mut ask_again = interval(ASK_AGAIN_EVERY);
    ask_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ask_again.reset();
    let open = Open { listener, stopping, ask_again, concerns, still };
    ([NOT_BUFFERED], Sse::new(events(open)).keep_alive(KeepAlive::default())).into_response()
}

fn events<C, S>(open: Open<C, S>) -> impl Stream<Item = Result<Event, Infallible>> + Send
where
    C: Fn(&str) -> bool + Send + 'static,
    S: Fn() -> BoxFuture<'static, Result<(), AppError>> + Send + 'static,
{
    stream::unfold(open, |mut open| async move {
        loop {
            let news = tokio::select! {
                () = open.stopping.cancelled() => return None,
                _ = open.ask_again.tick() => match (open.still)().await {
                    Err(error) if error != AppError::Offline => return None,
                    _ => continue,
                },
                news = open.listener.next() => news,
            };
            if matches!(&news, News::Said(said) if !(open.concerns)(said)) {
                continue;
            }
            tokio::time::sleep(GATHER_FOR).await;
            open.listener.skip();
            // Who is not in any more hears nothing more, and not only from the next round on.
            if matches!((open.still)().await, Err(error) if error != AppError::Offline) {
                return None;
            }
            return Some((Ok(Event::default().event(EVENT).data("new")), open));
        }
    })
}
