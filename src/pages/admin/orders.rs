//! `/admin/orders`

use leptos::prelude::*;

use crate::orders::{DeskLine, DeskList, OrderStatus};
use crate::pages::account::order_tone;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Date;
use crate::pages::document::Document;
use crate::pages::query;
use crate::platform::request;
use crate::ui::{Badge, Button, ButtonLink, EmptyState, Look, Tab, Tabs};
use crate::values::{OrderId, percent_encoded};

const LIST: &str = "/admin/orders";

fn href(status: Option<OrderStatus>, text: Option<&str>, before: Option<OrderId>) -> String {
    let parts = [
        status.map(|status| format!("status={status}")),
        text.map(|text| format!("q={}", percent_encoded(text))),
        before.map(|id| format!("before={id}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { LIST.to_owned() } else { format!("{LIST}?{}", parts.join("&")) }
}

#[component]
pub fn Table(orders: Vec<DeskLine>) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label="Orders" tabindex="0">
            <table class="table table-cards">
                <thead><tr><th scope="col">"Order"</th><th scope="col">"Placed"</th><th scope="col">"Customer"</th><th scope="col">"Shops"</th><th scope="col" class="numeric">"Total"</th><th scope="col">"State"</th></tr></thead>
                <tbody>
                    {orders.into_iter().map(|order| view! {
                        <tr>
                            <th scope="row"><a href=format!("{LIST}/{}", order.id)>{format!("Order {}", order.number)}</a></th>
                            <td class="nowrap" data-label="Placed"><Date at=order.placed_at/></td>
                            <td data-label="Customer">{order.email}</td>
                            <td data-label="Shops">{order.shops.join(", ")}</td>
                            <td class="numeric nowrap" data-label="Total">{order.total.to_string()}</td>
                            <td class="cell-mark"><Badge tone=order_tone(order.status)>{order.status.label()}</Badge></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// There are orders, or may be, and none that is asked for.
fn nothing_fits(why: String) -> impl IntoView {
    view! {
        <EmptyState icon="search" title="No order fits" text=why>
            <ButtonLink href=LIST look=Look::Secondary>"Show all orders"</ButtonLink>
        </EmptyState>
    }
}

/// All orders, newest first.
#[component]
pub fn AdminOrdersPage() -> impl IntoView {
    let status = query("status").and_then(|text| text.parse::<OrderStatus>().ok());
    let text = query("q").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let before = query("before").and_then(|text| text.parse::<OrderId>().ok());
    admin_page(move |admin, _| async move {
        let DeskList { orders, next } =
            crate::orders::service::desk::list(&request::state()?.db, &admin, status, text.as_deref(), before).await?;
        let content = match (orders.is_empty(), &text, status) {
            (false, ..) => view! { <Table orders=orders/> }.into_any(),
            (true, None, None) => {
                view! { <EmptyState icon="box" title="No orders yet" text="Orders stand here as soon as they are placed."/> }.into_any()
            }
            (true, None, Some(_)) => nothing_fits("No order is in this state.".to_owned()).into_any(),
            (true, Some(text), _) => nothing_fits(format!("No order has the number or an address that begins with “{text}”.")).into_any(),
        };
        let tabs = std::iter::once(None).chain(OrderStatus::ALL.iter().copied().map(Some));
        let tabs = tabs.map(|tab| Tab::new(href(tab, None, None), tab.map_or("All", OrderStatus::label), tab == status)).collect();
        let searched = text.clone();
        let more = next.map(|id| href(status, text.as_deref(), Some(id)));
        Ok(view! {
            <Document title="Orders"/>
            <div class="wrap stack">
                <header class="page-head cluster spread">
                    <h1>"Orders"</h1>
                    <form class="find-form" method="get" action=LIST role="search" aria-label="Find an order">
                        <label class="visually-hidden" for="order-q">"Number, or the beginning of an address"</label>
                        <div class="find-row">
                            <input class="input" id="order-q" name="q" placeholder="Number or e-mail" value=searched maxlength="254" autocomplete="off"/>
                            <Button look=Look::Secondary>"Find"</Button>
                        </div>
                    </form>
                </header>
                <Tabs label="State" tabs=tabs/>
                {content}
                {more.map(|href| view! { <p><ButtonLink href=href look=Look::Secondary>"Older orders"</ButtonLink></p> })}
            </div>
        })
    })
}
