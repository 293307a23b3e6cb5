//! `/vendor/analytics`

use leptos::prelude::*;

use crate::analytics::VendorFigures;
use crate::analytics::api::vendor_figures;
use crate::analytics::routes::{Table, csv_path};
use crate::pages::dashboard::shop_page;
use crate::pages::document::Document;
use crate::pages::figures::{LiveRegion, PeriodChoice, PeriodText, Tile, Tiles, TopList, Trend, asked, period, share, usual_tiles};
use crate::ui::Breadcrumbs;
use crate::values::grouped;

const PAGE: &str = "/vendor/analytics";

/// How much of what was put into carts was bought. Both are counted on their own day, so a cart of last week may be an order of this one.
fn conversion(found: &VendorFigures) -> Tile {
    let note = match found.cart_lines {
        0 => "Nothing was put into a cart.".to_owned(),
        carts => {
            let times = format!("{} times put into a cart, {} times bought", grouped(carts), grouped(found.lines));
            if carts < found.lines { format!("{times}: carts are counted on their own day") } else { times }
        }
    };
    Tile::new("Bought of what was in carts", share(found.lines, found.cart_lines).unwrap_or_else(|| "–".to_owned()), note)
}

/// A vendor's own figures.
#[component]
pub fn VendorAnalyticsPage() -> impl IntoView {
    let asked = asked();
    shop_page(move |_, _| async move {
        let (period, errors) = period(&asked);
        let found = vendor_figures(period.asked()).await?;
        let mut tiles = usual_tiles(&found.figures);
        tiles.push(conversion(&found));
        let VendorFigures { figures, products, .. } = found;
        let currency = figures.currency;
        Ok(view! {
            <Document title="Analytics of your shop"/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Your shop".to_owned(), "/vendor".to_owned())] here="Analytics"/>
                <header class="page-head cluster spread"><h1>"Analytics"</h1><a href="/vendor/settlement">"Settlement by month"</a></header>
                <PeriodChoice page=PAGE asked=asked period=period errors=errors/>
                <LiveRegion stream="/vendor/live">
                    <PeriodText figures=figures.clone()/>
                    <Tiles tiles=tiles/>
                    <Trend figures=figures csv=csv_path(false, Table::Periods, &period)/>
                    <TopList id="products" title="Top products" column="Product" tops=products link="/vendor/products/" currency=currency
                        csv=csv_path(false, Table::Products, &period)/>
                </LiveRegion>
            </div>
        })
    })
}
