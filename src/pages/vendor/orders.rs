//! `/vendor/orders`, `/vendor/orders/{order}`, `/vendor/orders/{order}/slip`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::checkout::api::{CancelPart, DeliverPart, ShipPart};
use crate::orders::{Fulfilment, OrderLine, Parcel, ParcelList, ParcelSummary, parcel_field as field};
use crate::pages::addresses::AddressLines;
use crate::pages::dashboard::shop_page;
use crate::pages::dates::Date;
use crate::pages::document::{Document, PRINT_HINT};
use crate::pages::totals::{Thumb, Totals};
use crate::pages::{path_part, query};
use crate::platform::{form_flash, request};
use crate::ui::{
    Badge, Breadcrumbs, Button, ButtonLink, EmptyState, ErrorSummary, FormState, Look, Notice, Tab, Tabs, TextArea, TextField, Tone,
};
use crate::values::{OrderId, country_name, grouped};

const LABELS: &[(&str, &str)] = &[(field::CARRIER, "Carrier"), (field::TRACKING, "Tracking number"), (field::REASON, "Reason")];

const LIST: &str = "/vendor/orders";

/// The colour that goes with where the goods are.
pub fn tone(state: Fulfilment) -> Tone {
    match state {
        Fulfilment::Unfulfilled => Tone::Warn,
        Fulfilment::Shipped | Fulfilment::Delivered => Tone::Good,
        Fulfilment::Canceled => Tone::Plain,
    }
}

/// What stands on a tab; the first one is what there is to do.
const TABS: [(Option<Fulfilment>, &str); 5] = [
    (Some(Fulfilment::Unfulfilled), "To send"),
    (Some(Fulfilment::Shipped), "On their way"),
    (Some(Fulfilment::Delivered), "Delivered"),
    (Some(Fulfilment::Canceled), "Canceled"),
    (None, "All"),
];

fn href(state: Option<Fulfilment>, after: Option<OrderId>) -> String {
    let state = state.map_or("all", Fulfilment::as_str);
    let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
    format!("{LIST}?state={state}{after}")
}

/// With how many orders there are behind each.
fn tabs(counts: &[(Fulfilment, i64)], current: Option<Fulfilment>) -> Vec<Tab> {
    let tab = |(state, label): (Option<Fulfilment>, &'static str)| {
        let count = counts.iter().filter(|(known, _)| state.is_none_or(|state| state == *known)).map(|(_, count)| count).sum();
        Tab::new(href(state, None), label, state == current).counting(count)
    };
    TABS.map(tab).to_vec()
}

#[component]
pub fn Table(parcels: Vec<ParcelSummary>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Orders" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Order"</th><th scope="col">"Paid"</th><th scope="col">"Goes to"</th><th scope="col" class="numeric">"Pieces"</th><th scope="col" class="numeric">"Your part"</th><th scope="col">"State"</th></tr></thead>
                <tbody>
                    {parcels.into_iter().map(|parcel| view! {
                        <tr>
                            <th scope="row"><a href=format!("{LIST}/{}", parcel.order_id)>{format!("Order {}", parcel.number)}</a></th>
                            <td class="nowrap" data-label="Paid"><Date at=parcel.paid_at/></td>
                            <td data-label="Goes to">{parcel.recipient}", "{country_name(&parcel.country_code).unwrap_or_default()}</td>
                            <td class="numeric" data-label="Pieces">{grouped(parcel.pieces)}</td>
                            <td class="numeric nowrap" data-label="Your part">{parcel.total.to_string()}</td>
                            <td class="cell-mark"><Badge tone=tone(parcel.fulfilment)>{parcel.fulfilment.label()}</Badge></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// A vendor's orders: what is to be sent first.
#[component]
pub fn VendorOrdersPage() -> impl IntoView {
    let state = match query("state").as_deref() {
        Some("all") => None,
        Some(text) => Some(text.parse().unwrap_or(Fulfilment::Unfulfilled)),
        None => Some(Fulfilment::Unfulfilled),
    };
    let number_typed = query("number").map(|text| text.trim().trim_start_matches('#').to_owned()).filter(|text| !text.is_empty());
    let after = query("after").and_then(|text| text.parse::<OrderId>().ok());
    shop_page(move |owner, _| async move {
        // A number that is none finds nothing, and says so.
        let number = number_typed.as_ref().map(|text| text.parse::<i64>().unwrap_or(-1));
        let state = state.filter(|_| number.is_none());
        let db = request::state()?.db.clone();
        let ParcelList { parcels, next, counts } = crate::orders::service::parcels::list(&db, &owner, state, number, after).await?;
        let content = match (parcels.is_empty(), number.is_some(), state) {
            (false, ..) => view! { <Table parcels=parcels/> }.into_any(),
            (true, true, _) => {
                view! { <EmptyState icon="search" title="No such order" text="No paid order of yours has this number."/> }.into_any()
            }
            (true, false, Some(Fulfilment::Unfulfilled)) => {
                view! { <EmptyState icon="truck" title="Nothing to send" text="Orders stand here as soon as they are paid."/> }.into_any()
            }
            _ => view! { <EmptyState icon="box" title="No orders here" text="Orders stand here as soon as they are paid."/> }.into_any(),
        };
        Ok(view! {
            <Document title="Your shop's orders"/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Orders".to_owned()/>
                <header class="page-head cluster spread">
                    <h1>"Orders"</h1>
                    <form class="find-form" method="get" action=LIST role="search" aria-label="Find an order">
                        <label class="visually-hidden" for="number">"Number of the order"</label>
                        <div class="find-row">
                            <input class="input" id="number" name="number" inputmode="numeric" placeholder="Order number" value=number_typed maxlength="20"/>
                            <Button look=Look::Secondary>"Find"</Button>
                        </div>
                    </form>
                </header>
                <Tabs label="State" tabs=tabs(&counts, state)/>
                {content}
                {next.map(|id| view! { <p><ButtonLink href=href(state, Some(id)) look=Look::Secondary>"More"</ButtonLink></p> })}
            </div>
        })
    })
}

#[component]
fn Lines(parcel: Parcel) -> impl IntoView {
    view! {
        <ul class="line-list" role="list">
            {parcel.lines.into_iter().map(|line| { let given_back = line.given_back(); view! {
                <li>
                    <Thumb picture=line.picture_id/>
                    <div>
                        <p>{line.product_name}</p>
                        {(!line.variant_title.is_empty()).then(|| view! { <p class="muted small">{line.variant_title.clone()}</p> })}
                        <p class="muted small numeric">{format!("{} × {}", line.quantity, line.unit_price)}</p>
                        {given_back.map(|words| view! { <p class="small numeric">{words}</p> })}
                    </div>
                    <span class="numeric">{line.subtotal.to_string()}</span>
                </li>
            } }).collect_view()}
        </ul>
    }
}

/// What can be done with the parcel next.
#[component]
fn NextStep(parcel: Parcel, ship: FormState, cancel: FormState) -> impl IntoView {
    let id = parcel.order_id.to_string();
    let refused = cancel.error().is_some();
    match parcel.fulfilment {
        Fulfilment::Unfulfilled => view! {
            <form class="form" method="post" action=ShipPart::url()>
                <h2>"Mark as sent"</h2>
                <p class="muted small">"The customer gets a mail with what you enter here."</p>
                <input type="hidden" name="order_id" value=id.clone()/>
                <TextField form=ship.clone() name=field::CARRIER label="Carrier" maxlength=80 optional=true autocomplete="off"/>
                <TextField form=ship name=field::TRACKING label="Tracking number" maxlength=120 optional=true autocomplete="off"/>
                <Button wide=true>"Mark as sent"</Button>
            </form>
            <details open=refused>
                <summary>"I cannot send it"</summary>
                <form class="form" method="post" action=CancelPart::url()>
                    <p class="muted small">"The customer gets back what they paid for your part, and a mail with your reason. This cannot be undone."</p>
                    <input type="hidden" name="order_id" value=id/>
                    <TextArea form=cancel name=field::REASON label="Reason" maxlength=500 rows=3/>
                    <Button look=Look::Quiet>"Cancel and give the money back"</Button>
                </form>
            </details>
        }
        .into_any(),
        Fulfilment::Shipped => view! {
            <form class="form" method="post" action=DeliverPart::url()>
                <h2>"On its way"</h2>
                <input type="hidden" name="order_id" value=id/>
                <Button look=Look::Secondary wide=true>"It has arrived"</Button>
            </form>
        }
        .into_any(),
        Fulfilment::Delivered => view! { <p>"Delivered. There is nothing left to do."</p> }.into_any(),
        Fulfilment::Canceled => view! { <p>"Canceled. There is nothing to send."</p> }.into_any(),
    }
}

fn news(done: &str) -> Option<&'static str> {
    Some(match done {
        "shipped" => "It is on its way, and the customer knows.",
        "delivered" => "Delivered.",
        "canceled" => "Canceled. The customer gets the money back.",
        _ => return None,
    })
}

/// A vendor's part of one order.
#[component]
pub fn VendorOrderPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    let flash = form_flash::current();
    let done = query("done");
    shop_page(move |owner, _| async move {
        let parcel = crate::orders::service::parcels::find(&request::state()?.db, &owner, id?).await?;
        let mine = parcel.order_id.to_string();
        let flash = flash.filter(|flash| flash.value("order_id") == Some(mine.as_str()));
        let refused = flash.as_ref().map_or_else(FormState::default, |flash| FormState::of(Some(flash), &flash.path));
        let [ship, cancel] = [ShipPart::url(), CancelPart::url()].map(|path| FormState::of(flash.as_ref(), path));
        let news = done.as_deref().and_then(news).filter(|_| refused.error().is_none());
        let title = format!("Order {}", parcel.number);
        let waits_and_is_disputed = parcel.disputed && parcel.fulfilment == Fulfilment::Unfulfilled;
        let tracking = parcel.carrier.clone().map(|carrier| format!("{carrier} {}", parcel.tracking.clone().unwrap_or_default()));
        let trail = vec![("Your shop".to_owned(), "/vendor".to_owned()), ("Orders".to_owned(), LIST.to_owned())];
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap stack">
                <Breadcrumbs trail=trail here=title.clone()/>
                <header class="page-head">
                    <h1>{title}</h1>
                    <p class="cluster">
                        <Badge tone=tone(parcel.fulfilment)>{parcel.fulfilment.label()}</Badge>
                        <Badge>{parcel.status.label()}</Badge>
                        <span>"Paid "<Date at=parcel.paid_at.clone()/></span>
                        {(parcel.fulfilment != Fulfilment::Canceled).then(|| view! { <a href=format!("{LIST}/{mine}/slip")>"Packing slip"</a> })}
                    </p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=refused labels=LABELS/>
                {waits_and_is_disputed.then(|| view! {
                    <Notice tone=Tone::Warn>"The customer's bank disputes this payment. Please ask us before you send."</Notice>
                })}
                <div class="with-aside">
                    <div class="stack">
                        <section class="card summary stack" aria-labelledby="goods">
                            <h2 id="goods">"Your part of it"</h2>
                            <Lines parcel=parcel.clone()/>
                            <Totals items=parcel.items shipping=parcel.shipping total=parcel.total refunded=Some(parcel.refunded)/>
                        </section>
                        <section class="card stack" aria-labelledby="goes-to">
                            <h2 id="goes-to">"Goes to"</h2>
                            <AddressLines address=parcel.address.clone()/>
                            {tracking.map(|tracking| view! { <p class="muted small">"Sent with "{tracking}</p> })}
                        </section>
                    </div>
                    <aside class="card stack" aria-label="Next step"><NextStep parcel=parcel ship=ship cancel=cancel/></aside>
                </div>
            </div>
        })
    })
}

/// What lies in a parcel: what was given back is not packed.
#[component]
fn Packed(lines: Vec<OrderLine>) -> impl IntoView {
    let row = |line: OrderLine| {
        let pieces = line.pieces_left();
        let title =
            if line.variant_title.is_empty() { line.product_name } else { format!("{}, {}", line.product_name, line.variant_title) };
        view! { <tr><td class="numeric">{pieces}</td><td>{title}</td></tr> }
    };
    view! {
        <table class="table">
            <thead><tr><th scope="col">"Pieces"</th><th scope="col">"What"</th></tr></thead>
            <tbody>{lines.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// What lies in the parcel, for the printer: no prices, since parcels are presents as often as not.
#[component]
pub fn PackingSlipPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    shop_page(move |owner, _| async move {
        let parcel = crate::orders::service::parcels::find(&request::state()?.db, &owner, id?).await?;
        let profile = owner.vendor().profile.clone();
        let title = format!("Packing slip for order {}", parcel.number);
        let trail = vec![
            ("Your shop".to_owned(), "/vendor".to_owned()),
            ("Orders".to_owned(), LIST.to_owned()),
            (format!("Order {}", parcel.number), format!("{LIST}/{}", parcel.order_id)),
        ];
        let canceled = parcel.fulfilment == Fulfilment::Canceled;
        let lines: Vec<OrderLine> = parcel.lines.into_iter().filter(|line| !canceled && line.pieces_left() > 0).collect();
        let goods = if lines.is_empty() {
            view! { <p>"There is nothing to pack: all of it was canceled or given back."</p> }.into_any()
        } else {
            view! { <Packed lines=lines/> }.into_any()
        };
        Ok(view! {
            <Document title=title.clone()/>
            <div class="wrap narrow stack print-page">
                <Breadcrumbs trail=trail here="Packing slip"/>
                <p class="muted small screen-only">{PRINT_HINT}</p>
                <header class="page-head"><h1>{title}</h1><p>{profile.name}" · "{profile.contact_email.to_string()}</p></header>
                <div class="card"><AddressLines address=parcel.address/></div>
                {goods}
                <p class="muted small">"Ordered "<Date at=parcel.placed_at/></p>
            </div>
        })
    })
}
