//! `/admin/orders/{order}`

use leptos::prelude::*;
use server_fn::ServerFn;

use crate::checkout::api::{DecideReview, GivenBackElsewhere, RefundOrder};
use crate::checkout::differing::{DifferingAmount, Verdict};
use crate::checkout::history::{self, Reader};
use crate::checkout::refund::{RefundCause, refund_field as field};
use crate::checkout::refundable::{Refundable, RefundableLine, RefundablePart};
use crate::error::Conflict;
use crate::orders::OrderStatus;
use crate::orders::service::rfc3339;
use crate::pages::account::{OrderParts, order_tone};
use crate::pages::addresses::AddressLines;
use crate::pages::dashboard::admin_page;
use crate::pages::dates::Moment;
use crate::pages::document::Document;
use crate::pages::history::History;
use crate::pages::totals::Totals;
use crate::pages::{path_part, query};
use crate::payments::refunds::Hanging;
use crate::platform::{form_flash, request};
use crate::ui::{Badge, Breadcrumbs, Button, ErrorSummary, FormState, Look, Notice, SelectField, TextField, Tone};
use crate::values::{Money, OrderId};

const LABELS: &[(&str, &str)] = &[(field::REASON, "Why"), (field::NOTE, "Note"), (field::LINES, "What goes back")];

/// An input in a row of the refund form, with what is wrong with it.
#[component]
fn RowInput(form: FormState, id: String, name: String, label: String, inputmode: &'static str, placeholder: String) -> impl IntoView {
    let problem = form.problem(&id).map(|problem| problem.message());
    let value = form.value(&name).map(str::to_owned);
    let told = format!("{id}-problem");
    view! {
        <label class="visually-hidden" for=id.clone()>{label}</label>
        <input class="input" id=id name=name inputmode=inputmode value=value placeholder=placeholder autocomplete="off"
            aria-invalid=problem.map(|_| "true") aria-describedby=problem.map(|_| told.clone())/>
        {problem.map(|problem| view! { <p class="field-problem" id=told>{problem}</p> })}
    }
}

/// Lines of which something can go back, and parts with such shipping: they are the rows of the form.
fn open_rows(order: &Refundable) -> (Vec<RefundableLine>, Vec<RefundablePart>) {
    let lines = order.lines.iter().filter(|line| line.minor_left() > 0).cloned();
    let parts = order.parts.iter().filter(|part| part.shipping_left() > 0).cloned();
    (lines.collect(), parts.collect())
}

/// What the fields of the rows are called where they stand alone.
fn row_labels(order: &Refundable) -> Vec<(String, String)> {
    let (lines, parts) = open_rows(order);
    let of_line = |(index, line): (usize, RefundableLine)| {
        let label = |part: &str, what: &str| (format!("lines.{index}.{part}"), format!("{}, {what}", line.name));
        [label("quantity", "pieces"), label("amount", "amount")]
    };
    let of_part = |(index, part): (usize, RefundablePart)| (format!("shipping.{index}.amount"), format!("Shipping, {}", part.vendor_name));
    lines.into_iter().enumerate().flat_map(of_line).chain(parts.into_iter().enumerate().map(of_part)).collect()
}

/// One line of the order in the refund form.
#[component]
fn LineFields(order: Refundable, line: RefundableLine, index: usize, form: FormState) -> impl IntoView {
    let name = |part: &str| format!("lines[{index}][{part}]");
    let id = |part: &str| format!("lines.{index}.{part}");
    let (pieces, amount) =
        (format!("Pieces of {} that go back", line.name), format!("Amount for {}, if it is another than their price", line.name));
    let left = Money::new(line.minor_left(), order.currency);
    view! {
        <tr>
            <th scope="row">{line.name.clone()}<input type="hidden" name=name("line_id") value=line.id.to_string()/></th>
            <td class="numeric nowrap">{format!("{} of {}", line.quantity_left(), line.quantity)}</td>
            <td><RowInput form=form.clone() id=id("quantity") name=name("quantity") label=pieces inputmode="numeric" placeholder="0".to_owned()/></td>
            <td><RowInput form=form id=id("amount") name=name("amount") label=amount inputmode="decimal" placeholder=format!("up to {left}")/></td>
        </tr>
    }
}

/// Shipping of one part in the refund form.
#[component]
fn ShippingFields(order: Refundable, part: RefundablePart, index: usize, form: FormState) -> impl IntoView {
    let name = format!("shipping[{index}][amount]");
    let id = format!("shipping.{index}.amount");
    let label = format!("Shipping of {} that goes back", part.vendor_name);
    let left = Money::new(part.shipping_left(), order.currency);
    view! {
        <tr>
            <th scope="row">{format!("Shipping, {}", part.vendor_name)}<input type="hidden" name=format!("shipping[{index}][part_id]") value=part.id.to_string()/></th>
            <td></td>
            <td></td>
            <td><RowInput form=form id=id name=name label=label inputmode="decimal" placeholder=format!("up to {left}")/></td>
        </tr>
    }
}

#[component]
fn RefundForm(order_id: OrderId, order: Refundable, form: FormState) -> impl IntoView {
    let causes = RefundCause::ALL.iter().map(|cause| (cause.to_string(), cause.label().to_owned())).collect();
    let (lines, parts) = open_rows(&order);
    let restock = form.error().is_none() || form.value(field::RESTOCK) == Some("yes");
    view! {
        <form class="form card" method="post" action=RefundOrder::url() id="refund">
            <h2>"Give money back"</h2>
            <p class="muted small">{format!("Up to {} can go back. The customer gets a mail once the payment provider has taken it.", order.left())}</p>
            <input type="hidden" name="order_id" value=order_id.to_string()/>
            <input type="hidden" name=field::REQUEST value=uuid::Uuid::new_v4().to_string()/>
            <div class="table-scroll" role="region" aria-label="What goes back" tabindex="0" id=field::LINES>
                <table class="table">
                    <thead><tr><th scope="col">"What"</th><th scope="col">"Left"</th><th scope="col">"Pieces back"</th><th scope="col">"Another amount"</th></tr></thead>
                    <tbody>
                        {lines.into_iter().enumerate().map(|(index, line)| view! { <LineFields order=order.clone() line=line index=index form=form.clone()/> }).collect_view()}
                        {parts.into_iter().enumerate().map(|(index, part)| view! { <ShippingFields order=order.clone() part=part index=index form=form.clone()/> }).collect_view()}
                    </tbody>
                </table>
            </div>
            <label class="cluster"><input type="checkbox" name=field::RESTOCK value="yes" checked=restock/>"These pieces are for sale again"</label>
            <SelectField form=form.clone() name=field::REASON label="Why" options=causes value="requested_by_customer" autocomplete="off"/>
            <TextField form=form name=field::NOTE label="Note" maxlength=500 optional=true autocomplete="off" hint="For the log; the customer does not see it"/>
            <Button>"Give it back"</Button>
        </form>
    }
}

/// What it is called when a refund comes to no end.
const HANGING: &str = "A refund does not get through";

/// How often the gateway was asked, and how often it took a refund on that did not arrive.
fn tried(attempts: i32, failures: i32) -> String {
    let times = |count: i32| if count == 1 { "once".to_owned() } else { format!("{count} times") };
    match (attempts, failures) {
        (attempts, 0) => format!("Tried {}.", times(attempts)),
        (0, failures) => format!("Taken on by the payment provider and failed {}.", times(failures)),
        (attempts, failures) => format!("Taken on and failed {}, and tried {} since.", times(failures), times(attempts)),
    }
}

/// Refunds that the gateway does not make, and the way out.
#[component]
fn HangingRefunds(order_id: OrderId, hanging: Vec<Hanging>, form: FormState) -> impl IntoView {
    let entry = |hanging: Hanging| {
        let next = rfc3339(hanging.next_attempt_at);
        view! {
            <li>
                <p><strong>{Money::new(hanging.amount_minor, hanging.currency).to_string()}</strong>" · "{hanging.error}</p>
                <p class="muted small">{tried(hanging.attempts, hanging.failures)}" It is tried next at "<Moment at=next/>"."</p>
            </li>
        }
    };
    view! {
        <form class="form card" method="post" action=GivenBackElsewhere::url() id="hanging">
            <h2>{HANGING}</h2>
            <ul role="list">{hanging.into_iter().map(entry).collect_view()}</ul>
            <p class="muted small">
                "We keep trying. If you have given the money back in another way, say so here: we stop trying then, and the customer gets a mail."
            </p>
            <input type="hidden" name="order_id" value=order_id.to_string()/>
            <TextField form=form name=field::HOW label="How it was given back" maxlength=500 autocomplete="off" hint="For the log; the customer does not see it"/>
            <Button look=Look::Secondary>"It was given back in another way"</Button>
        </form>
    }
}

/// Another amount came than the order costs: what was paid, and what can be done.
#[component]
fn DifferingPayment(order_id: OrderId, amount: DifferingAmount) -> impl IntoView {
    let DifferingAmount { asked, received } = amount;
    let what_follows = match amount.excess() {
        None => "That is less than it costs, or another currency: it can only be given back. Nothing is sent then, and the customer may order again.".to_owned(),
        Some(excess) if excess.is_zero() => "You can accept it or give it back.".to_owned(),
        Some(excess) => format!("If you accept it, the shops send the goods, and {excess} goes back to the customer. If you give it back, nothing is sent."),
    };
    let decide = |verdict: Verdict, look, words: String| {
        view! {
            <form method="post" action=DecideReview::url()>
                <input type="hidden" name="order_id" value=order_id.to_string()/>
                <input type="hidden" name="verdict" value=verdict.as_str()/>
                <Button look=look>{words}</Button>
            </form>
        }
    };
    view! {
        <section class="card stack" aria-labelledby="differing">
            <h2 id="differing">"Another amount was paid"</h2>
            <p>{format!("{received} came for this order, which costs {asked}.")}</p>
            <p class="muted small">{what_follows}" The customer gets a mail."</p>
            <div class="cluster">
                {amount.excess().map(|_| decide(Verdict::Accept, Look::Primary, "Accept the payment".to_owned()))}
                {decide(Verdict::GiveBack, Look::Secondary, format!("Give {received} back"))}
            </div>
        </section>
    }
}

/// One order, whoever's: what was bought, how it was paid, what can go back.
#[component]
pub fn AdminOrderPage() -> impl IntoView {
    let id = path_part::<OrderId>("order");
    let flash = form_flash::current();
    let done = query("done");
    admin_page(move |admin, _| async move {
        let state = request::state()?;
        let id = id?;
        let order = crate::orders::service::desk::find(&state.db, &admin, id).await?;
        let story = crate::payments::history::of_order(&state.db, id).await?;
        let story = history::of(&order, &story, Reader::Admin);
        let mine = id.to_string();
        let flash = flash.filter(|flash| flash.value("order_id") == Some(mine.as_str()));
        let form = FormState::of(flash.as_ref(), RefundOrder::url());
        let elsewhere = FormState::of(flash.as_ref(), GivenBackElsewhere::url());
        let hanging = crate::payments::refunds::hanging(&state.db, id).await?;
        let hangs = !hanging.is_empty();
        let decided = FormState::of(flash.as_ref(), DecideReview::url());
        let failed = [&form, &elsewhere, &decided].iter().any(|form| form.error().is_some());
        let differing = match order.status {
            OrderStatus::Review => crate::checkout::service::differing(&state, &admin, id).await?,
            _ => None,
        };
        let refundable = match order.status {
            OrderStatus::Paid | OrderStatus::PartiallyRefunded => Some(crate::checkout::service::refundable(&state, &admin, id).await?),
            _ => None,
        };
        let refundable = refundable.filter(|left| !left.left().is_zero());
        let rows = refundable.as_ref().map(row_labels).unwrap_or_default();
        let held = refundable.as_ref().is_some_and(|left| left.disputed);
        let news = match done.as_deref() {
            Some("refunded") => Some("The money is on its way back."),
            Some("elsewhere") => Some("It is noted as given back in another way."),
            Some("accept") => Some("The payment is accepted, and the shops can send the goods."),
            Some("give_back") => Some("The payment is on its way back."),
            _ => None,
        };
        let news = news.filter(|_| !failed);
        let title = format!("Order {}", order.number);
        let email = order.email.clone();
        let buyer = match order.customer {
            Some(customer) => view! { <a href=format!("/admin/users/{customer}")>{email}</a> }.into_any(),
            None => view! { <span>{email}</span> }.into_any(),
        };
        Ok(view! {
            <Document title=if failed { format!("Error: {title}") } else { title.clone() }/>
            <div class="wrap stack">
                <Breadcrumbs trail=vec![("Orders".to_owned(), "/admin/orders".to_owned())] here=title.clone()/>
                <header class="page-head">
                    <h1>{title}</h1>
                    <p class="cluster"><Badge tone=order_tone(order.status)>{order.status.label()}</Badge>{buyer}</p>
                </header>
                {news.map(|news| view! { <Notice tone=Tone::Good>{news}</Notice> })}
                <ErrorSummary form=form.clone() labels=LABELS rows=rows/>
                <ErrorSummary form=decided labels=&[]/>
                <ErrorSummary form=elsewhere.clone() labels=&[(field::HOW, "How it was given back")]/>
                {hangs.then(|| view! { <Notice tone=Tone::Warn>{HANGING}". "<a href="#hanging">"See why, and what can be done"</a></Notice> })}
                <div class="with-aside">
                    <div class="stack">
                        {differing.map(|amount| view! { <DifferingPayment order_id=id amount=amount/> })}
                        <OrderParts parts=order.parts.clone() paid=order.paid_at.is_some()/>
                        {hangs.then(|| view! { <HangingRefunds order_id=id hanging=hanging form=elsewhere.clone()/> })}
                        {held.then(|| view! { <Notice tone=Tone::Warn>{Conflict::Disputed.to_string()}</Notice> })}
                        {refundable.filter(|_| !held).map(|left| view! { <RefundForm order_id=id order=left form=form/> })}
                        <History entries=story/>
                    </div>
                    <aside class="card summary" aria-labelledby="summary">
                        <h2 id="summary">"Summary"</h2>
                        <Totals items=order.items shipping=order.shipping total=order.total tax=Some(order.tax) discount=Some(order.discount) refunded=Some(order.refunded)
                            returning=Some(order.returning)/>
                        {order.paid_at.is_some().then(|| view! { <p class="summary-action"><a href=format!("/admin/orders/{id}/invoice")>"Invoice"</a></p> })}
                        {order.payment_reference.clone().map(|reference| view! {
                            <p class="muted small summary-action">"Payment reference"<br/><code class="secret">{reference}</code></p>
                        })}
                        <hr/>
                        <p class="muted small">"Goes to"</p>
                        <AddressLines address=order.address/>
                    </aside>
                </div>
            </div>
        })
    })
}
