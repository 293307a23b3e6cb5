//! Many who want the same few things at once: as many are sold as there are, nobody pays for nothing, and nobody is told of a deadlock.

use futures::StreamExt;
use futures::stream::iter;
use souk::checkout::jobs;
use souk::values::{OrderId, VariantId};
use sqlx::PgPool;

use crate::support::shop::{Buyer, VISA};
use crate::support::{App, Setup};

/// Requests under way at once; a pool of the tests has fewer connections.
const AT_ONCE: usize = 32;

/// A thousand attempts at twenty cups, by two hundred who come back four times.
async fn a_thousand_attempts_at_twenty(pool: PgPool, hold_minutes: &str) {
    let app = App::start_with(pool, Setup { variables: &[("CHECKOUT_HOLD_MINUTES", hold_minutes)], ..Setup::default() }).await;
    let vendor = app.vendor("shop").await;
    let (cup, lamp) = (app.goods(vendor, 1500, 20).await, app.goods(vendor, 2500, 2000).await);
    let mut buyers = Vec::new();
    for n in 0..200 {
        buyers.push(app.buyer(&format!("buyer{n}")).await);
    }
    let attempts = iter(buyers.iter().enumerate()).map(|(n, buyer)| {
        let (app, goods) = (&app, if n % 2 == 0 { [cup, lamp] } else { [lamp, cup] });
        async move {
            let mut orders = Vec::new();
            for _ in 0..5 {
                orders.extend(try_to_buy(app, buyer, goods).await);
            }
            orders
        }
    });
    let orders: Vec<Vec<OrderId>> = attempts.buffer_unordered(AT_ONCE).collect().await;
    jobs::send_refunds(app.state.clone()).await.unwrap();
    while app.count("select count(*) from refunds where status = 'pending' and next_attempt_at <= now()").await > 0 {
        jobs::send_refunds(app.state.clone()).await.unwrap();
    }
    assert_eq!(app.stock(cup).await, 0, "all twenty are sold");
    assert_eq!(app.count("select count(*) from orders where status = 'paid'").await, 20);
    let elsewhere = app.count("select count(*) from orders where status not in ('paid', 'refunded')").await;
    assert_eq!(elsewhere, 0, "{} orders: nobody is charged without goods or refund", orders.concat().len());
    app.assert_invariants().await;
}

/// Each step may be refused because the goods are gone; a payment never fails.
async fn try_to_buy(app: &App, buyer: &Buyer, goods: [VariantId; 2]) -> Option<OrderId> {
    for variant in goods {
        let page = buyer.add(variant, "1").await;
        if page.status == 409 {
            return None;
        }
        assert_eq!(page.status, 200, "{}", page.text);
    }
    let page = buyer.place(&buyer.try_fingerprint().await?).await;
    if page.status == 409 {
        return None;
    }
    assert!(page.status.is_success() || page.status.is_redirection(), "{} {}", page.status, page.text);
    let order: OrderId = page.json();
    assert_eq!(app.confirm(order, VISA).await, 200);
    let event = app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await;
    assert_eq!(app.webhook(&event).await, 200);
    Some(order)
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_thousand_attempts_at_twenty_with_holds(pool: PgPool) {
    a_thousand_attempts_at_twenty(pool, "15").await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_thousand_attempts_at_twenty_without_holds(pool: PgPool) {
    a_thousand_attempts_at_twenty(pool, "0").await;
}

/// F22: sixty orders over the same two products in opposite orders, each told of five times by different events and all at once. What
/// happens without the rows' order, and without the order's lock, stands in `controls.rs`.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn opposite_orders_and_late_duplicates_meet_no_deadlock(pool: PgPool) {
    let app = App::start_with(pool, Setup { variables: &[("CHECKOUT_HOLD_MINUTES", "0")], ..Setup::default() }).await;
    let (a, b) = (app.vendor("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp) = (app.goods(a, 1500, 40).await, app.goods(b, 2500, 50).await);
    let mut deliveries = Vec::new();
    for n in 0..60 {
        let goods = if n % 2 == 0 { [(cup, 1), (lamp, 1)] } else { [(lamp, 1), (cup, 1)] };
        let order = app.buyer(&format!("buyer{n}")).await.order(&goods).await;
        assert_eq!(app.confirm(order, VISA).await, 200);
        for copy in 0..5 {
            deliveries.push((n * 7 + copy * 61, app.event(&format!("evt_{n}_{copy}"), "payment_intent.succeeded", order).await));
        }
    }
    // Strewn: no order's events come one after the other.
    deliveries.sort_by_key(|(place, _)| place % 300);
    let answers: Vec<u16> = iter(&deliveries).map(|(_, event)| app.webhook(event)).buffer_unordered(AT_ONCE).collect().await;
    assert_eq!(answers, [200; 300], "a deadlock would be a 500");
    assert_eq!((app.stock(cup).await, app.stock(lamp).await), (0, 10));
    assert_eq!(app.count("select count(*) from orders where status = 'paid'").await, 40);
    assert_eq!(app.count("select count(*) from orders where status = 'refund_pending'").await, 20);
    app.assert_invariants().await;
}
