//! `/admin/analytics`

use leptos::prelude::*;

use crate::analytics::api::admin_figures;
use crate::analytics::routes::{Table, csv_path};
use crate::analytics::{AdminFigures, Tops};
use crate::pages::dashboard::admin_page;
use crate::pages::document::Document;
use crate::pages::figures::{LiveRegion, PeriodChoice, PeriodText, Tiles, TopList, Trend, asked, period, share, usual_tiles};
use crate::ui::Bar;
use crate::values::grouped;

const PAGE: &str = "/admin/analytics";

/// From carts to paid orders. Each step is counted on its own day, so its share of the step before is that of the same days and not of the
/// same people.
#[component]
fn Funnel(carts: i64, placed: i64, paid: i64) -> impl IntoView {
    let most = carts.max(placed).max(paid);
    let step = |name: &'static str, count: i64, before: i64| {
        view! {
            <tr>
                <th scope="row">{name}<Bar value=count most=most/></th>
                <td class="numeric" data-label="How many">{grouped(count)}</td>
                <td class="numeric nowrap" data-label="Of the above">{share(count, before).unwrap_or_else(|| "–".to_owned())}</td>
            </tr>
        }
    };
    view! {
        <section class="card stack" aria-labelledby="funnel">
            <h2 id="funnel">"From carts to payments"</h2>
            <div class="table-scroll" role="region" aria-label="From carts to payments, table" tabindex="0"><table class="table table-top table-cards">
                <thead><tr><th scope="col">"Step"</th><th scope="col" class="numeric">"How many"</th><th scope="col" class="numeric">"Of the step before"</th></tr></thead>
                <tbody>
                    {step("Carts that were begun", carts, 0)}
                    {step("Orders that were placed", placed, carts)}
                    {step("Orders that were paid", paid, placed)}
                </tbody>
            </table></div>
            <p class="muted small">
                "Each step is counted on its own day: where one has more than the step before, it has no share of it. "
                "Carts are counted from the version on that shows them here."
            </p>
        </section>
    }
}

/// The figures of the whole site.
#[component]
pub fn AdminAnalyticsPage() -> impl IntoView {
    let asked = asked();
    admin_page(move |_, _| async move {
        let (period, errors) = period(&asked);
        let AdminFigures { figures, carts, placed, tops } = admin_figures(period.asked()).await?;
        let (currency, paid, tiles) = (figures.currency, figures.total.orders, usual_tiles(&figures));
        let Tops { vendors, products, categories } = tops;
        Ok(view! {
            <Document title="Analytics"/>
            <div class="wrap stack">
                <header class="page-head"><h1>"Analytics"</h1></header>
                <PeriodChoice page=PAGE asked=asked period=period errors=errors/>
                <LiveRegion stream="/admin/live">
                    <PeriodText figures=figures.clone()/>
                    <Tiles tiles=tiles/>
                    <Trend figures=figures csv=csv_path(true, Table::Periods, &period)/>
                    <Funnel carts=carts placed=placed paid=paid/>
                    <TopList id="vendors" title="Top shops" column="Shop" tops=vendors link="/admin/vendors/" currency=currency
                        csv=csv_path(true, Table::Vendors, &period)/>
                    <TopList id="products" title="Top products" column="Product" tops=products link="/admin/products/" currency=currency
                        csv=csv_path(true, Table::Products, &period)/>
                    <TopList id="categories" title="Top categories" column="Category" tops=categories link="/admin/categories/" currency=currency
                        csv=csv_path(true, Table::Categories, &period)/>
                    <p class="muted small">"In a large shop the lists are up to five minutes old. Goods count in the category in which they stand today."</p>
                </LiveRegion>
            </div>
        })
    })
}
