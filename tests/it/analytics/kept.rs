//! What is kept equals what happened, in whatever order things happen and are added up: against a model that counts along in memory, and by
//! `souk check`, whose queries read orders and refunds.

use futures::StreamExt;
use futures::stream::iter;
use souk::analytics::service::{add_up, fill};
use sqlx::PgPool;

use super::Market;
use super::world::World;
use crate::support::shop::Buyer;

/// Orders with what comes of them, one after the other; what was kept of each stays, so the last one is as good as all of them.
const SEQUENCES: usize = 1200;
const STEPS: usize = 6;

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_is_kept_is_what_happened(pool: PgPool) {
    let mut world = World::new(pool).await;
    for sequence in 1..=SEQUENCES {
        let mut order = world.place().await;
        for _ in 0..STEPS {
            world.step(&mut order).await;
        }
        if sequence % 50 == 0 {
            world.compare().await;
            world.check().await;
        }
    }
    add_up(world.app.state.clone()).await.unwrap();
    world.compare().await;
    world.compare_buyers().await;
    world.check().await;
    // From scratch it is the same, but for carts, which leave no trace.
    let before = kept(world.app.pool()).await;
    sqlx::query("truncate vendor_sales, product_sales, site_sales, buying_days, active_counts").execute(world.app.pool()).await.unwrap();
    let mut tx = world.app.state.db.begin().await.unwrap();
    fill(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept(world.app.pool()).await, before);
    world.check().await;
}

/// All that can be read off orders and refunds.
async fn kept(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select (vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts)::text
           from vendor_sales where parts > 0 or refunded_minor + refunded_shipping_minor <> 0
         union all select p::text from product_sales p where units > 0 or refunded_minor <> 0
         union all select (day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, placed, paid)::text
           from site_sales where placed > 0 or paid > 0 or refunded_minor + refunded_shipping_minor <> 0
         union all select b::text from buying_days b union all select a::text from active_counts a order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// Many pay and give back at once, by the real services, while several add up.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn those_who_sell_and_those_who_add_up_do_not_disturb_each_other(pool: PgPool) {
    let market = Market::open(pool).await;
    let mut orders = Vec::new();
    for n in 0..24_u32 {
        let buyer: Buyer = market.app.buyer(&format!("buyer-{n}")).await;
        orders.push((n, buyer.order(&[(market.cup, 1 + n % 3), (market.lamp, 1)]).await));
    }
    let sell = iter(&orders).map(|(n, order)| {
        let market = &market;
        async move {
            market.pay(*order).await;
            match n % 4 {
                0 => market.refund(*order, market.cup, "1", "", true).await,
                1 => market.refund(*order, market.lamp, "1", "5", false).await,
                _ => {}
            }
        }
    });
    let selling = sell.buffer_unordered(8).collect::<Vec<()>>();
    let adding = iter(0..40).map(|_| add_up(market.app.state.clone())).buffer_unordered(3).collect::<Vec<_>>();
    let (_, added) = tokio::join!(selling, adding);
    assert!(added.iter().all(Result::is_ok), "{added:?}");
    market.app.assert_invariants().await;
    market.add_up().await;
    market.app.assert_invariants().await;
    let site = market.site().await;
    assert_eq!((site.figures.total.orders, site.figures.total.units, site.figures.total.units_refunded), (24, 72, 12));
}

/// An account that is erased takes along who bought when, and leaves how many did.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn erased_customers_stay_counted_and_are_not_named(pool: PgPool) {
    let market = Market::open(pool).await;
    market.buy(&market.app.buyer("ada").await, &[(market.cup, 1)]).await;
    market.add_up().await;
    sqlx::query("delete from users where email = 'ada@buyers.example'").execute(market.app.pool()).await.unwrap();
    assert_eq!(market.app.count("select count(*) from buying_days").await, 0);
    assert_eq!(market.site().await.figures.buckets.last().unwrap().active.unwrap().customers, 1);
    market.app.assert_invariants().await;
}
