//! Five pieces of news about one payment, in every order in which they can arrive, each of them twenty times.

use futures::future::join_all;
use secrecy::ExposeSecret;
use souk::checkout::service::{Applied, apply_payment_intent};
use souk::platform::gateway::{Intent, IntentStatus, VerifiedEvent};
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::{Buyer, DECLINED, VISA, signature};

const COPIES: usize = 20;

/// The intent as it was when something happened, and the event that tells of it. The webhook asks the gateway how the intent is now; here
/// the old state itself arrives, as it does when an answer was on its way while another event was applied.
struct News {
    kind: &'static str,
    intent: Intent,
}

/// One payment's life: a decline, a bank that asks, a wait, success.
async fn life(app: &App, order: OrderId) -> [News; 5] {
    let now = || async { app.state.gateway.retrieve_intent(&app.intent_id(order).await).await.unwrap() };
    let created = now().await;
    assert_eq!(app.confirm(order, DECLINED).await, 402);
    let failed = now().await;
    assert_eq!(app.confirm(order, "pm_card_authenticationRequired").await, 200);
    let asked = now().await;
    let processing = Intent { status: IntentStatus::Processing, ..asked.clone() };
    assert_eq!(app.confirm(order, VISA).await, 200);
    let succeeded = now().await;
    [
        News { kind: "payment_intent.created", intent: created },
        News { kind: "payment_intent.payment_failed", intent: failed },
        News { kind: "payment_intent.requires_action", intent: asked },
        News { kind: "payment_intent.processing", intent: processing },
        News { kind: "payment_intent.succeeded", intent: succeeded },
    ]
}

async fn event(app: &App, kind: &str, order: OrderId) -> VerifiedEvent {
    let payload = app.event(&format!("evt_{kind}_{order}"), kind, order).await;
    let header = signature(app.state.config.stripe.webhook_secrets[0].expose_secret(), &payload);
    app.state.gateway.verify(payload.as_bytes(), Some(&header)).unwrap()
}

/// What is left of it: order, payment, stock taken, mails about the purchase, events kept.
async fn outcome(app: &App, order: OrderId) -> String {
    sqlx::query_scalar(
        "select concat_ws(' ', o.status, (select p.status from payments p where p.order_id = o.id),
           (select sum(m.delta) from stock_movements m where m.order_id = o.id),
           (select string_agg(m.kind, '+' order by m.kind) from outbox m where m.kind in ('receipt', 'new_order') and m.dedupe_key like '%:' || o.id || '%'),
           (select count(*) from stripe_events e where e.id like '%' || o.id))
         from orders o where o.id = $1",
    )
    .bind(order)
    .fetch_one(app.pool())
    .await
    .unwrap()
}

/// Every way to put five things in a row.
fn permutations(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(of - 1);
    let with_last_at = |place: usize| {
        shorter.iter().map(move |row| {
            let mut row = row.clone();
            row.insert(place, of - 1);
            row
        })
    };
    (0..of).flat_map(with_last_at).collect()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn every_order_of_five_events_ends_in_the_same(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 500).await;
    let ada = app.buyer("ada").await;
    let orders = permutations(5);
    assert_eq!(orders.len(), 120);
    for row in &orders {
        let order = deliver(&app, &ada, cup, row).await;
        assert_eq!(outcome(&app, order).await, "paid succeeded -1 new_order+receipt 5", "{row:?}");
    }
    assert_eq!(app.stock(cup).await, 500 - 120);
    app.assert_invariants().await;
}

/// A new order, and its news in this order, each in twenty copies at once: it takes effect once at most.
async fn deliver(app: &App, buyer: &Buyer, goods: VariantId, row: &[usize]) -> OrderId {
    let order = buyer.order(&[(goods, 1)]).await;
    let life = life(app, order).await;
    for News { kind, intent } in row.iter().map(|&place| &life[place]) {
        let event = event(app, kind, order).await;
        let applied = join_all((0..COPIES).map(|_| apply_payment_intent(&app.state, intent, Some(&event)))).await;
        let effects = applied.into_iter().map(Result::unwrap).filter(|applied| *applied != Applied::Nothing).count();
        assert!(effects <= 1, "{kind} took effect {effects} times");
    }
    order
}

/// The same through the endpoint, where whatever comes makes the shop ask how the payment stands: whichever event is first is enough.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_hundred_deliveries_at_once_are_one_payment(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    let order = app.buyer("ada").await.order(&[(cup, 1)]).await;
    let kinds = life(&app, order).await.map(|news| news.kind);
    let mut events = Vec::new();
    for kind in kinds {
        events.push(app.event(&format!("evt_{kind}_{order}"), kind, order).await);
    }
    let answers = join_all((0..COPIES).flat_map(|_| &events).map(|event| app.webhook(event))).await;
    assert_eq!(answers, [200; 5 * COPIES]);
    assert_eq!(outcome(&app, order).await, "paid succeeded -1 new_order+receipt 5");
    assert_eq!(app.count("select count(*) from outbox where kind = 'payment_failed'").await, 0, "it was paid when the first event came");
    app.assert_invariants().await;
}
