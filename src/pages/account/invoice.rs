//! `/account/orders/{order}/invoice`, and the same for admins: `/admin/orders/{order}/invoice`

use leptos::prelude::*;

use crate::accounts::guard::Customer;
use crate::error::AppError;
use crate::orders::service::rfc3339;
use crate::orders::{Order, OrderPart};
use crate::pages::addresses::AddressLines;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::{Document, PRINT_HINT};
use crate::pages::totals::Totals;
use crate::pages::{loaded, path_part};
use crate::payments::history::{MoneyEvent, MoneyNews, of_order};
use crate::platform::request;
use crate::settings::Site;
use crate::ui::Breadcrumbs;
use crate::values::{Money, OrderId};

#[component]
fn PartRows(part: OrderPart) -> impl IntoView {
    view! {
        <tbody>
            <tr><th colspan="4" scope="rowgroup">{format!("Sold by {}", part.vendor_name)}</th></tr>
            {part.lines.into_iter().map(|line| {
                let given_back = line.given_back();
                let title = if line.variant_title.is_empty() { line.product_name } else { format!("{}, {}", line.product_name, line.variant_title) };
                view! {
                    <tr>
                        <td>{title}{given_back.map(|words| view! { <p class="muted small">{words}</p> })}</td>
                        <td class="numeric">{line.quantity.to_string()}</td>
                        <td class="numeric nowrap">{line.unit_price.to_string()}</td>
                        <td class="numeric nowrap">{line.subtotal.to_string()}</td>
                    </tr>
                }
            }).collect_view()}
            <tr><td>"Shipping"</td><td></td><td></td><td class="numeric nowrap">{part.shipping.to_string()}</td></tr>
        </tbody>
    }
}

#[component]
fn Invoice(
    order: Order,
    refunds: Vec<MoneyNews>,
    /// Name and address of the list that the order stands in.
    list: (&'static str, &'static str),
) -> impl IntoView {
    let title = format!("Invoice for order {}", order.number);
    let (name, path) = list;
    let trail = vec![(name.to_owned(), path.to_owned()), (format!("Order {}", order.number), format!("{path}/{}", order.id))];
    view! {
        <Document title=title.clone()/>
        <div class="wrap narrow stack print-page">
            <Breadcrumbs trail=trail here="Invoice"/>
            <p class="muted small screen-only">{PRINT_HINT}</p>
            <header class="page-head">
                <h1>{title}</h1>
                <p>{Site::here().settings.shop_name.clone()}{order.paid_at.map(|at| view! { " · paid "<Date at=at/> })}" · ordered "<Date at=order.placed_at/></p>
            </header>
            <div class="card"><AddressLines address=order.address/></div>
            <div class="table-scroll" role="region" aria-label="Goods" tabindex="0">
                <table class="table">
                    <thead><tr><th scope="col">"What"</th><th scope="col" class="numeric">"Pieces"</th><th scope="col" class="numeric">"Price"</th><th scope="col" class="numeric">"Amount"</th></tr></thead>
                    {order.parts.into_iter().map(|part| view! { <PartRows part=part/> }).collect_view()}
                </table>
            </div>
            <section class="summary" aria-label="Amounts">
                <Totals items=order.items shipping=order.shipping total=order.total discount=Some(order.discount) refunded=Some(order.refunded)
                    returning=Some(order.returning)/>
                <p class="muted small">{format!("Tax: {}", order.tax)}</p>
            </section>
            {(!refunds.is_empty()).then(|| view! {
                <section class="summary" aria-labelledby="refunds">
                    <h2 id="refunds">"Refunds"</h2>
                    <ul>
                        {refunds.into_iter().map(|refund| view! {
                            <li>
                                <Date at=rfc3339(refund.at)/>": "{Money::new(refund.amount_minor, refund.currency).to_string()}
                                {(refund.status.as_deref() != Some("succeeded")).then_some(", on its way back")}
                            </li>
                        }).collect_view()}
                    </ul>
                </section>
            })}
        </div>
    }
}

/// What is not paid has no invoice.
async fn invoice(order: Order, list: (&'static str, &'static str)) -> Result<impl IntoView, AppError> {
    if order.paid_at.is_none() {
        return Err(AppError::NotFound);
    }
    let news = of_order(&request::state()?.db, order.id).await?;
    let given = |news: &MoneyNews| news.kind == MoneyEvent::Refund && news.status.as_deref() != Some("failed");
    Ok(view! { <Invoice order=order refunds=news.into_iter().filter(given).collect() list=list/> })
}

/// For the customer's books.
#[component]
pub fn InvoicePage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    loaded(async move {
        let customer = Customer::require().await?;
        invoice(crate::orders::service::find(&request::state()?.db, &customer, id?).await?, ("Your orders", "/account/orders")).await
    })
}

/// The same, as an admin finds it.
#[component]
pub fn AdminInvoicePage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    admin_page(move |admin, _| async move {
        invoice(crate::orders::service::desk::find(&request::state()?.db, &admin, id?).await?, ("Orders", "/admin/orders")).await
    })
}
