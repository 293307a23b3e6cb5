//! What the pages of figures have in common: which days are asked for, sums, a chart with its table, lists of what sells best.

use std::fmt::Write;

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::dates::{day, month};
use super::query;
use crate::analytics::period::Period;
use crate::analytics::{Asked, Bucket, Figures, Grain, Preset, Span, Top, field};
use crate::ui::{Bar, Button, LineChart, Look, Notice, Point, Tab, Tabs, Tone};
use crate::values::{Currency, FieldErrors, Money, grouped};

/// Where there would be figures.
const NOTHING_SOLD: &str = "Nothing was sold in this period.";

/// What the address of the page asks for.
pub fn asked() -> Asked {
    let of = |name| query(name).unwrap_or_default();
    Asked { range: of(field::RANGE), from: of(field::FROM), until: of(field::UNTIL), by: of(field::BY) }
}

/// The period of a page, and what is wrong with the one that was asked for: then the usual one is shown instead.
pub fn period(asked: &Asked) -> (Period, FieldErrors) {
    match Period::of(asked) {
        Ok(period) => (period, FieldErrors::default()),
        Err(errors) => (Period::or_usual(asked), errors),
    }
}

/// "3 Nov 2026", "3 – 30 Nov 2026" and the like.
fn span_text(span: &Span) -> String {
    match span.from == span.until {
        true => day(&span.from, true),
        false => format!("{} – {}", day(&span.from, span.from.get(..4) != span.until.get(..4)), day(&span.until, true)),
    }
}

/// What a piece of the period is called.
fn piece_text(span: &Span, grain: Grain) -> String {
    match grain {
        Grain::Day => day(&span.from, true),
        Grain::Week => span_text(span),
        Grain::Month => month(&span.from),
    }
}

/// Presets as links, days of one's own as a form. Both work without JavaScript, and stand in the address.
#[component]
pub fn PeriodChoice(page: &'static str, asked: Asked, period: Period, errors: FieldErrors) -> impl IntoView {
    let tab = |&preset: &Preset| {
        let current = period.preset == Some(preset) && errors.is_empty();
        Tab::new(format!("{page}?{}={preset}", field::RANGE), preset.label(), current)
    };
    let Span { from, until } = period.span();
    let typed = |typed: &str, shown: String| if typed.is_empty() { shown } else { typed.to_owned() };
    let (from, until) = (typed(&asked.from, from), typed(&asked.until, until));
    let day_field = |name: &'static str, label: &'static str, value: String| {
        let problem = errors.of(name);
        let problem_id = format!("{name}-problem");
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input class="input" id=name name=name type="date" value=value.clone()
                    aria-invalid=problem.map(|_| "true") aria-describedby=problem.map(|_| problem_id.clone())/>
                {problem.map(|problem| view! { <p class="field-problem" id=problem_id>{format!("“{}”: {}", day(&value, true), problem.message())}</p> })}
            </div>
        }
    };
    let grains =
        Grain::ALL.iter().map(|&grain| view! { <option value=grain.as_str() selected=grain == period.grain>{grain.label()}</option> });
    view! {
        <Tabs label="Period" tabs=Preset::ALL.iter().map(tab).collect()/>
        {(!errors.is_empty()).then(|| view! {
            <Notice tone=Tone::Bad>"These days cannot be shown: the last 30 days are shown instead. Please change them below."</Notice>
        })}
        <form class="period-form" method="get" action=page aria-label="Days of your own">
            {day_field(field::FROM, "From", from)}
            {day_field(field::UNTIL, "Until", until)}
            <div class="field">
                <label for=field::BY>"By"</label>
                <select class="input" id=field::BY name=field::BY>{grains.collect_view()}</select>
            </div>
            <Button look=Look::Secondary>"Show"</Button>
        </form>
    }
}

/// One sum, and what it was before.
pub struct Tile {
    pub name: &'static str,
    pub value: String,
    pub note: Option<String>,
}

impl Tile {
    pub fn new(name: &'static str, value: String, note: impl Into<Option<String>>) -> Self {
        Self { name, value, note: note.into() }
    }
}

/// "12 % more than before", in whole per cent; none where there was nothing to compare with.
fn change(now: i64, before: i64) -> Option<String> {
    if before <= 0 {
        return None;
    }
    let per_cent = (i128::from(now) - i128::from(before)) * 100 / i128::from(before);
    Some(match per_cent {
        0 => "about as before".to_owned(),
        more if more > 0 => format!("{} % more than before", grouped(more)),
        less => format!("{} % less than before", grouped(-less)),
    })
}

/// `part` of `whole` in per cent with one decimal; none without a whole, and none where more came of it than there was: both were counted on
/// days of their own then, and are not of each other.
pub fn share(part: i64, whole: i64) -> Option<String> {
    (whole > 0 && part <= whole).then(|| {
        // To the nearest.
        let (part, whole) = (i128::from(part), i128::from(whole));
        let tenths = (part * 2000 + whole) / (whole * 2);
        format!("{}.{} %", tenths / 10, tenths % 10)
    })
}

/// The sums that every page of figures has.
pub fn usual_tiles(figures: &Figures) -> Vec<Tile> {
    let money = |minor| Money::new(minor, figures.currency).to_string();
    let (now, before) = (figures.total, figures.before);
    let average = |minor: Option<i64>| minor.map_or_else(|| "–".to_owned(), money);
    vec![
        Tile::new("Sales", money(now.sales_minor()), change(now.sales_minor(), before.sales_minor())),
        Tile::new("Refunded", money(now.refunded_minor), change(now.refunded_minor, before.refunded_minor)),
        Tile::new("After refunds", money(now.left_minor()), change(now.left_minor(), before.left_minor())),
        Tile::new("Orders", grouped(now.orders), change(now.orders, before.orders)),
        Tile::new("Units", grouped(now.units), (now.units_refunded > 0).then(|| format!("{} given back", grouped(now.units_refunded)))),
        Tile::new(
            "Average order",
            average(now.average_minor()),
            now.average_minor().zip(before.average_minor()).and_then(|(now, before)| change(now, before)),
        ),
    ]
}

#[component]
pub fn Tiles(tiles: Vec<Tile>) -> impl IntoView {
    let tile = |Tile { name, value, note }| {
        view! { <div><dt>{name}</dt><dd><span class="tile-value">{value}</span>{note.map(|note| view! { <span class="tile-note">{note}</span> })}</dd></div> }
    };
    view! { <dl class="tiles">{tiles.into_iter().map(tile).collect_view()}</dl> }
}

/// Which days are shown, what they are compared with, and what all figures mean.
#[component]
pub fn PeriodText(figures: Figures) -> impl IntoView {
    let partial = figures.buckets.last().is_some_and(|bucket| bucket.partial);
    view! {
        <p class="muted small">
            {format!("{}, compared with {}. ", span_text(&figures.span), span_text(&figures.span_before))}
            {partial.then_some("The last piece is not over yet. ")}
            {format!("Amounts are in {}; days are those of UTC. A sale counts on the day it was paid, a refund on the day it was decided.", figures.currency)}
        </p>
    }
}

/// Without the cents that a scale never has.
fn short(money: Money) -> String {
    let text = money.to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

/// What stands below a point of the chart; its year stands below that.
fn label(span: &Span, grain: Grain) -> String {
    let day = day(&span.from, false);
    match grain {
        Grain::Day | Grain::Week => day,
        // "3 Nov" without its day.
        Grain::Month => day.split_once(' ').map_or_else(|| day.clone(), |(_, month)| month.to_owned()),
    }
}

fn points(figures: &Figures) -> Vec<Point> {
    let money = |minor| Money::new(minor, figures.currency);
    let point = |Bucket { span, partial, sales, .. }: &Bucket| {
        let (name, in_part) = (piece_text(span, figures.grain), if *partial { ", in part" } else { "" });
        let (sold, refunded) = (sales.sales_minor(), sales.refunded_minor);
        Point {
            label: label(span, figures.grain),
            year: span.from.get(..4).unwrap_or_default().to_owned(),
            value: sold,
            other: refunded,
            tip: format!("{name}{in_part}: {} sold, {} refunded; orders: {}", money(sold), money(refunded), grouped(sales.orders)),
            partial: *partial,
        }
    };
    figures.buckets.iter().map(point).collect()
}

/// The chart in a sentence.
fn description(figures: &Figures) -> String {
    let money = |minor| Money::new(minor, figures.currency);
    let best = figures.buckets.iter().max_by_key(|bucket| bucket.sales.sales_minor()).filter(|bucket| bucket.sales.sales_minor() > 0);
    let best =
        best.map(|best| format!(" Most was sold in: {}, {}.", piece_text(&best.span, figures.grain), money(best.sales.sales_minor())));
    let total = figures.total;
    format!("{} sold, {} refunded.{}", money(total.sales_minor()), money(total.refunded_minor), best.unwrap_or_default())
}

/// The rows of the table. As text, since they are thousands of small elements for a year by day, and nobody touches them again; dates and
/// numbers need no escaping.
fn rows(figures: &Figures, of_site: bool) -> String {
    let money = |minor| Money::new(minor, figures.currency);
    let mut html = String::with_capacity(figures.buckets.len() * 400);
    for Bucket { span, partial, sales, active } in &figures.buckets {
        let in_part = if *partial { " (in part)" } else { "" };
        // Writing into a String cannot fail.
        let _ = write!(html, r#"<tr><th scope="row" class="nowrap">{}{in_part}</th>"#, piece_text(span, figures.grain));
        for minor in [sales.sales_minor(), sales.refunded_minor, sales.left_minor()] {
            let _ = write!(html, r#"<td class="numeric nowrap">{}</td>"#, money(minor));
        }
        let _ = write!(html, r#"<td class="numeric">{}</td><td class="numeric">{}</td>"#, grouped(sales.orders), grouped(sales.units));
        let _ = match sales.average_minor() {
            Some(average) => write!(html, r#"<td class="numeric nowrap">{}</td>"#, money(average)),
            None => write!(html, r#"<td class="numeric">–</td>"#),
        };
        if of_site {
            let _ = match active {
                Some(active) => {
                    let (customers, vendors) = (grouped(active.customers), grouped(active.vendors));
                    write!(html, r#"<td class="numeric">{customers}</td><td class="numeric">{vendors}</td>"#)
                }
                None => write!(html, r#"<td class="numeric">–</td><td class="numeric">–</td>"#),
            };
        }
        html.push_str("</tr>");
    }
    html
}

/// The numbers behind the chart.
#[component]
fn Numbers(figures: Figures) -> impl IntoView {
    let of_site = figures.buckets.iter().any(|bucket| bucket.active.is_some());
    let mut names = vec!["Sales", "Refunded", "After refunds", "Orders", "Units", "Average order"];
    if of_site {
        names.extend(["Customers", "Shops"]);
    }
    view! {
        <div class="table-scroll" role="region" aria-label="Sales over time" tabindex="0">
            <table class="table">
                <thead><tr>
                    <th scope="col">{figures.grain.label()}</th>
                    {names.into_iter().map(|name| view! { <th scope="col" class="numeric">{name}</th> }).collect_view()}
                </tr></thead>
                <tbody inner_html=rows(&figures, of_site)></tbody>
            </table>
        </div>
        {of_site.then(|| view! { <p class="muted small">"Customers who bought and shops that sold something, each once; counted some seconds after the sale."</p> })}
    }
}

/// Sales over time as a chart, and as a table for whoever wants the numbers.
#[component]
pub fn Trend(figures: Figures, csv: String) -> impl IntoView {
    let currency = figures.currency;
    let chart = if figures.buckets.iter().all(|bucket| bucket.sales.sales_minor() == 0 && bucket.sales.refunded_minor == 0) {
        view! { <p class="muted">{NOTHING_SOLD}</p> }.into_any()
    } else {
        view! {
            <LineChart id="trend" title=format!("Sales, {}", span_text(&figures.span)) description=description(&figures) points=points(&figures)
                names=["Sales", "Refunded"] least=10_i64.pow(currency.exponent()) format=move |minor| short(Money::new(minor, currency))/>
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="trend-head">
            <div class="cluster spread">
                <h2 id="trend-head">{format!("Sales by {}", figures.grain)}</h2>
                <a href=csv download="">"Sales as CSV"</a>
            </div>
            {chart}
            <details id="trend-numbers">
                <summary>"The numbers"</summary>
                <Numbers figures=figures/>
            </details>
        </section>
    }
}

/// What sells best.
#[component]
pub fn TopList(
    /// Of the element.
    id: &'static str,
    title: &'static str,
    /// What one of them is.
    column: &'static str,
    tops: Vec<Top>,
    /// Address of one of them is this and its id.
    link: &'static str,
    currency: Currency,
    csv: String,
) -> impl IntoView {
    let money = move |minor| Money::new(minor, currency).to_string();
    let most = tops.first().map_or(0, |top| top.goods_minor);
    let row = move |top: Top| {
        view! {
            <tr>
                <th scope="row"><a href=format!("{link}{}", top.id)>{top.name}</a><Bar value=top.goods_minor most=most/></th>
                <td class="numeric nowrap" data-label="Goods sold">{money(top.goods_minor)}</td>
                <td class="numeric" data-label="Units">{grouped(top.units)}</td>
                <td class="numeric nowrap" data-label="Refunded">{money(top.refunded_minor)}</td>
            </tr>
        }
    };
    let content = if tops.is_empty() {
        view! { <p class="muted">{NOTHING_SOLD}</p> }.into_any()
    } else {
        view! {
            <div class="table-scroll" role="region" aria-label=format!("{title}, table") tabindex="0">
                <table class="table table-top table-cards">
                    <thead><tr>
                        <th scope="col">{column}</th><th scope="col" class="numeric">"Goods sold"</th><th scope="col" class="numeric">"Units"</th>
                        <th scope="col" class="numeric">"Refunded"</th>
                    </tr></thead>
                    <tbody>{tops.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card stack" aria-labelledby=id>
            <div class="cluster spread"><h2 id=id>{title}</h2><a href=csv download="">{format!("{title} as CSV")}</a></div>
            {content}
        </section>
    }
}

/// What is read anew when the stream says that something was sold. `public/live.js` does it; without it, a reload does.
#[component]
pub fn LiveRegion(
    /// Address of the stream.
    stream: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="stack-l" id="live" data-live=stream>{children()}</div>
        <p class="visually-hidden" id="live-news" role="status"></p>
        <script type="module" src="/live.js" nonce=use_nonce()></script>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_and_shares_read_as_people_say_them() {
        assert_eq!(change(150, 100).as_deref(), Some("50 % more than before"));
        assert_eq!(change(-50, 100).as_deref(), Some("150 % less than before"));
        assert_eq!(change(100, 100).as_deref(), Some("about as before"));
        assert_eq!((change(5, 0), share(1, 0)), (None, None));
        assert_eq!((share(1, 3).as_deref(), share(7, 9).as_deref()), (Some("33.3 %"), Some("77.8 %")));
        assert_eq!((share(9, 9).as_deref(), share(0, 9).as_deref(), share(10, 9)), (Some("100.0 %"), Some("0.0 %"), None));
        assert_eq!(short(Money::new(250_000, Currency::USD)), "$2,500");
    }

    #[test]
    fn spans_say_the_year_where_it_is_needed() {
        let span = |from: &str, until: &str| span_text(&Span { from: from.into(), until: until.into() });
        assert_eq!(span("2026-11-01", "2026-11-01"), "1 Nov 2026");
        assert_eq!(span("2026-10-27", "2026-11-25"), "27 Oct – 25 Nov 2026");
        assert_eq!(span("2025-12-01", "2026-11-25"), "1 Dec 2025 – 25 Nov 2026");
    }
}
