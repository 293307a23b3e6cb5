//! `/admin`: what is to be done, and how the marketplace sells.

use leptos::prelude::*;

use super::orders::Table as Orders;
use crate::analytics::{Month, Months};
use crate::dashboard::{AdminHome, AdminQueues, duration_in_words, service};
use crate::pages::dashboard::{Figure, Figures, Todo, TodoList, admin_page};
use crate::pages::document::Document;
use crate::pages::figures::LiveRegion;
use crate::platform::request;
use crate::ui::{Notice, Tone};
use crate::values::grouped;

fn todos(queues: &AdminQueues) -> Vec<Todo> {
    let todo = |count, one, many, icon, href: &str| Todo { count, one, many, icon, href: href.to_owned() };
    // One is looked at on its order's page; of several there is a list.
    let only = queues.stuck_refund.filter(|_| queues.refunds_stuck == 1);
    let refunds = only.map_or_else(|| "/admin/health#stuck".to_owned(), |order| format!("/admin/orders/{order}"));
    vec![
        todo(queues.disputes, "dispute to answer", "disputes to answer", "alert", "/admin/disputes"),
        todo(queues.orders_in_review, "payment to look at", "payments to look at", "truck", "/admin/orders?status=review"),
        todo(queues.refunds_stuck, "refund that does not get through", "refunds that do not get through", "truck", &refunds),
        todo(queues.payments_stuck, "payment that hangs", "payments that hang", "truck", "/admin/health#stuck"),
        todo(queues.vendors, "shop waits for a decision", "shops wait for a decision", "shop", "/admin/vendors"),
        todo(queues.reviews, "reported review", "reported reviews", "star", "/admin/reviews"),
        todo(queues.events, "event could not be applied", "events could not be applied", "arrow", "/admin/events"),
        todo(queues.mails, "mail was not sent", "mails were not sent", "mail", "/admin/mails?state=failed"),
        todo(queues.jobs, "job failed", "jobs failed", "clock", "/admin/jobs"),
    ]
}

fn figures(months: &Months<Month>) -> Vec<Figure> {
    let average = |month: &Month| month.average().map_or_else(|| "–".to_owned(), |average| average.to_string());
    vec![
        Figure::of("Sales", months, Month::sold),
        Figure::of("Orders", months, |month| grouped(month.sales.orders)),
        Figure::of("Average order", months, average),
        Figure::of("Given back", months, Month::refunded),
        Figure::of("Shops that sold", months, |month| grouped(month.active.vendors)),
    ]
}

/// The first page of the administration.
#[component]
pub fn AdminPage() -> impl IntoView {
    admin_page(|admin, queues| async move {
        let AdminHome { months, latest, events_lag } = service::admin_home(&request::state()?.db, &admin).await?;
        let sold = !latest.is_empty();
        Ok(view! {
            <Document title="Administration"/>
            <div class="stack-l">
                <header class="page-head"><h1>"Home"</h1></header>
                <LiveRegion stream="/admin/live">
                    {events_lag.map(|lag| view! {
                        <Notice tone=Tone::Warn>
                            {format!("The payment provider's events take up to {}, so orders count as paid late. ", duration_in_words(lag))}
                            <a href="/admin/health">"How the shop does"</a>
                        </Notice>
                    })}
                    <TodoList todos=todos(&queues) nothing="Nothing waits for you."/>
                    <Figures figures=figures(&months)/>
                    {sold.then(|| view! {
                        <section class="stack" aria-labelledby="latest">
                            <div class="section-head"><h2 class="section-title" id="latest">"Latest orders"</h2><a href="/admin/orders">"All orders"</a></div>
                            <Orders orders=latest/>
                        </section>
                    })}
                </LiveRegion>
            </div>
        })
    })
}
