//! What the pages of figures have in common: which days are asked for, sums, a chart with its table, lists of what sells best.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::dates::{day, month};
use super::query;
use crate::analytics::period::Period;
use crate::analytics::routes::{Table, csv_path};
use crate::analytics::{Asked, Bucket, Figures, Grain, Preset, Span, Top, field};
use crate::error::AppError;
use crate::ui::{Bar, Button, EmptyState, LineChart, Look, Notice, Point, Tone};
use crate::values::{Currency, FieldErrors, Money};

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
    let link = |preset: Preset| {
        let current = (period.preset == Some(preset) && errors.is_empty()).then_some("page");
        view! { <li><a href=format!("{page}?{}={preset}", field::RANGE) aria-current=current>{preset.label()}</a></li> }
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
                {problem.map(|problem| view! { <p class="field-problem" id=problem_id>{format!("“{value}”: {}", problem.message())}</p> })}
            </div>
        }
    };
    let grains = Grain::ALL.iter().map(|&grain| view! { <option value=grain.as_str() selected=grain == period.grain>{grain.label()}</option> });
    view! {
        <nav aria-label="Period"><ul class="tabs" role="list">{Preset::ALL.iter().map(|&preset| link(preset)).collect_view()}</ul></nav>
        {(!errors.is_empty()).then(|| view! {
            <Notice tone=Tone::Bad>"These days make no sense, so the last 30 days are shown. Please change them below."</Notice>
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
        more if more > 0 => format!("{more} % more than before"),
        less => format!("{} % less than before", -less),
    })
}

/// `part` of `whole` in per cent with one decimal; none without a whole.
pub fn share(part: i64, whole: i64) -> Option<String> {
    (whole > 0).then(|| {
        let tenths = i128::from(part) * 1000 / i128::from(whole);
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
        Tile::new("Left", money(now.left_minor()), change(now.left_minor(), before.left_minor())),
        Tile::new("Orders", now.orders.to_string(), change(now.orders, before.orders)),
        Tile::new("Units", now.units.to_string(), (now.units_refunded > 0).then(|| format!("{} given back", now.units_refunded))),
        Tile::new(
            "Average order",
            average(now.average_minor()),
            change(now.average_minor().unwrap_or_default(), before.average_minor().unwrap_or_default()),
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
            {partial.then_some("The last piece is not over. ")}
            {format!("Amounts are in {}; days are those of UTC. A sale counts on the day it was paid, a refund on the day it was decided.", figures.currency)}
        </p>
    }
}

fn short(money: Money) -> String {
    let text = money.to_string();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

fn usd(minor: i64) -> String {
    short(Money::new(minor, Currency::USD))
}

/// Sales over time as a chart, and as a table for whoever wants the numbers.
#[component]
pub fn Trend(figures: Figures, csv: String) -> impl IntoView {
    let Figures { grain, currency, buckets, total, span, .. } = figures;
    let money = move |minor| Money::new(minor, currency);
    let point = |bucket: &Bucket| {
        let name = piece_text(&bucket.span, grain);
        let so_far = if bucket.partial { ", in part" } else { "" };
        let label = if grain == Grain::Month { month(&bucket.span.from).split_whitespace().map(|word| word.chars().take(4).collect::<String>()).collect::<Vec<_>>().join(" ") } else { day(&bucket.span.from, false) };
        Point {
            label,
            value: bucket.sales.sales_minor(),
            other: bucket.sales.refunded_minor,
            tip: format!("{name}{so_far}: {} in {} orders, {} refunded", money(bucket.sales.sales_minor()), bucket.sales.orders, money(bucket.sales.refunded_minor)),
            partial: bucket.partial,
        }
    };
    let points: Vec<Point> = buckets.iter().map(point).collect();
    let best = buckets.iter().max_by_key(|bucket| bucket.sales.sales_minor()).filter(|bucket| bucket.sales.sales_minor() > 0);
    let best = best.map(|bucket| format!(" Most was sold in {}: {}.", piece_text(&bucket.span, grain), money(bucket.sales.sales_minor())));
    let description = format!("{} sold, {} refunded.{}", money(total.sales_minor()), money(total.refunded_minor), best.unwrap_or_default());
    let of_site = buckets.iter().any(|bucket| bucket.active.is_some());
    let row = move |bucket: Bucket| {
        let Bucket { span, partial, sales, active } = bucket;
        let active_cells = of_site.then(|| {
            let number = |number: Option<i64>| number.map_or_else(|| "–".to_owned(), |number| number.to_string());
            view! { <td class="numeric">{number(active.map(|active| active.customers))}</td><td class="numeric">{number(active.map(|active| active.vendors))}</td> }
        });
        view! {
            <tr>
                <th scope="row" class="nowrap">{piece_text(&span, grain)}{partial.then_some(" (in part)")}</th>
                <td class="numeric nowrap">{money(sales.sales_minor()).to_string()}</td>
                <td class="numeric nowrap">{money(sales.refunded_minor).to_string()}</td>
                <td class="numeric nowrap">{money(sales.left_minor()).to_string()}</td>
                <td class="numeric">{sales.orders}</td>
                <td class="numeric">{sales.units}</td>
                <td class="numeric nowrap">{sales.average_minor().map_or_else(|| "–".to_owned(), |minor| money(minor).to_string())}</td>
                {active_cells}
            </tr>
        }
    };
    let active_head = of_site.then(|| view! { <th scope="col">"Customers"</th><th scope="col">"Shops"</th> });
    view! {
        <section class="card stack" aria-labelledby="trend-head">
            <div class="cluster spread">
                <h2 id="trend-head">{format!("Sales by {}", grain.label().to_lowercase())}</h2>
                <a href=csv download="">"Save as CSV"</a>
            </div>
            <LineChart id="trend" title=format!("Sales, {}", span_text(&span)) description=description points=points
                names=["Sales", "Refunded"] least=scale_step(currency) format=usd/>
            <details>
                <summary>"The numbers"</summary>
                <div class="table-scroll" role="region" aria-label="Sales over time" tabindex="0">
                    <table class="table">
                        <thead><tr>
                            <th scope="col">{grain.label()}</th><th scope="col">"Sales"</th><th scope="col">"Refunded"</th><th scope="col">"Left"</th>
                            <th scope="col">"Orders"</th><th scope="col">"Units"</th><th scope="col">"Average order"</th>{active_head}
                        </tr></thead>
                        <tbody>{buckets.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}
