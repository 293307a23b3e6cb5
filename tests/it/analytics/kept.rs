//! What is kept equals what happened, in whatever order things happen and are added up: against a model that counts along in memory, and by
//! `souk check`, whose queries read orders and refunds.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use futures::stream::iter;
use souk::analytics::invariants;
use souk::analytics::service::{add_up, fill};
use souk::values::{OrderId, ProductId, UserId, VariantId, VendorId};
use sqlx::PgPool;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::Market;
use crate::support::App;
use crate::support::shop::Buyer;

/// Orders with what comes of them, one after the other; what was kept of each stays, so the last one is as good as all of them.
const SEQUENCES: usize = 1200;
const STEPS: usize = 6;

/// SplitMix64: what fails once fails again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// goods, shipping, refunded goods, refunded shipping, units, units given back, lines, parts
type Sums = [i64; 8];

#[derive(Default)]
struct Model {
    vendors: BTreeMap<(VendorId, Date), Sums>,
    placed: BTreeMap<Date, i64>,
    paid: BTreeMap<Date, i64>,
    in_carts: i64,
    buyers: BTreeSet<(UserId, Date)>,
}

impl Model {
    fn add(&mut self, vendor: VendorId, day: Date, place: usize, amount: i64) {
        self.vendors.entry((vendor, day)).or_default()[place] += amount;
    }
}

struct Good {
    variant: VariantId,
    product: ProductId,
    vendor: VendorId,
    price: i64,
}

struct Line {
    id: Uuid,
    part: Uuid,
    good: usize,
    left: i32,
}

struct Order {
    id: OrderId,
    user: UserId,
    payment: Uuid,
    lines: Vec<Line>,
    /// Part, vendor, shipping that is not given back.
    parts: Vec<(Uuid, VendorId, i64)>,
    sold: bool,
    paid: bool,
    /// Given back, and perhaps not: refund, day, what each item takes off.
    refunds: Vec<(Uuid, Date, Vec<(VendorId, usize, i64)>)>,
}

struct World {
    app: App,
    goods: Vec<Good>,
    users: Vec<UserId>,
    chance: Chance,
    model: Model,
}

impl World {
    async fn new(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let mut goods = Vec::new();
        for (shop, price) in [("kiln", 1500), ("kiln", 250), ("forge", 4000), ("loom", 999)] {
            let found = sqlx::query_scalar("select id from vendors where slug = $1").bind(shop).fetch_optional(app.pool()).await.unwrap();
            let vendor = match found {
                Some(vendor) => vendor,
                None => app.vendor(shop).await,
            };
            let variant = app.goods(vendor, price, 9).await;
            let product = sqlx::query_scalar("select product_id from product_variants where id = $1").bind(variant);
            goods.push(Good { variant, product: product.fetch_one(app.pool()).await.unwrap(), vendor, price });
        }
        let mut users = Vec::new();
        for name in ["ada", "bob", "eve"] {
            app.buyer(name).await;
            let email = format!("{name}@buyers.example");
            users.push(sqlx::query_scalar("select id from users where email = $1").bind(email).fetch_one(app.pool()).await.unwrap());
        }
        Self { app, goods, users, chance: Chance(7), model: Model::default() }
    }

    /// A moment of the last two months.
    fn moment(&mut self) -> OffsetDateTime {
        let seconds = i64::try_from(self.chance.below(60 * 86_400)).unwrap();
        OffsetDateTime::now_utc() - Duration::seconds(seconds)
    }

    async fn place(&mut self) -> Order {
        let (at, user) = (self.moment(), self.users[self.chance.below(self.users.len())]);
        let (id, payment) = (OrderId::new(), Uuid::now_v7());
        let mut order = Order { id, user, payment, lines: Vec::new(), parts: Vec::new(), sold: false, paid: false, refunds: Vec::new() };
        for good in 0..self.goods.len() {
            if self.chance.below(2) == 0 && !(good + 1 == self.goods.len() && order.lines.is_empty()) {
                continue;
            }
            let vendor = self.goods[good].vendor;
            let part = match order.parts.iter().find(|(_, other, _)| *other == vendor) {
                Some((part, ..)) => *part,
                None => {
                    let part = Uuid::now_v7();
                    order.parts.push((part, vendor, i64::try_from(self.chance.below(3)).unwrap() * 250));
                    part
                }
            };
            order.lines.push(Line { id: Uuid::now_v7(), part, good, left: 1 + i32::try_from(self.chance.below(3)).unwrap() });
        }
        let items = |part: Option<Uuid>| -> i64 {
            let of = order.lines.iter().filter(|line| part.is_none_or(|part| part == line.part));
            of.map(|line| self.goods[line.good].price * i64::from(line.left)).sum()
        };
        let shipping: i64 = order.parts.iter().map(|(.., shipping)| shipping).sum();
        let mut tx = self.app.state.db.begin().await.unwrap();
        sqlx::query(
            "insert into orders (id, user_id, email, currency, items_minor, shipping_minor, total_minor, ship_name, ship_line1, ship_city,
               ship_country_code, fingerprint, placed_at) values ($1, $2, 'a@b.example', 'USD', $3, $4, $3::bigint + $4::bigint, 'A', 'B', 'C', 'GB', $5, $6)",
        )
        .bind(id)
        .bind(user)
        .bind(items(None))
        .bind(shipping)
        .bind([*id.0.as_bytes(), *id.0.as_bytes()].concat())
        .bind(at)
        .execute(&mut *tx)
        .await
        .unwrap();
        for (part, vendor, shipping) in &order.parts {
            sqlx::query(
                "insert into order_parts (id, order_id, vendor_id, vendor_name, items_minor, shipping_minor, total_minor)
                 values ($1, $2, $3, 'x', $4, $5, $4::bigint + $5::bigint)",
            )
            .bind(part)
            .bind(id)
            .bind(vendor)
            .bind(items(Some(*part)))
            .bind(shipping)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        for line in &order.lines {
            let good = &self.goods[line.good];
            sqlx::query(
                "insert into order_lines (id, order_id, part_id, vendor_id, variant_id, product_id, product_name, product_slug, unit_price_minor,
                   quantity, subtotal_minor) values ($1, $2, $3, $4, $5, $6, 'x', 'x', $7, $8, $7::bigint * $8::int)",
            )
            .bind(line.id)
            .bind(id)
            .bind(line.part)
            .bind(good.vendor)
            .bind(good.variant)
            .bind(good.product)
            .bind(good.price)
            .bind(line.left)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        sqlx::query(
            "insert into payments (id, order_id, status, amount_minor, currency, idempotency_key, intent_id)
             select $1, id, 'requires_payment_method', total_minor, currency, id::text, 'pi_' || id::text from orders where id = $2",
        )
        .bind(payment)
        .bind(id)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        *self.model.placed.entry(at.date()).or_default() += 1;
        order
    }

    /// The money has come, and the goods are there or not. Figures may be added up between the payment and its commit.
    async fn pay(&mut self, order: &mut Order) {
        let (at, sold, added_up_between) = (self.moment(), self.chance.below(5) > 0, self.chance.below(3) == 0);
        let mut tx = self.app.state.db.begin().await.unwrap();
        sqlx::query("update payments set status = 'succeeded' where id = $1").bind(order.payment).execute(&mut *tx).await.unwrap();
        let status = if sold { "paid" } else { "refund_pending" };
        let sql = "update orders set status = $2, paid_at = $3 where id = $1";
        sqlx::query(sql).bind(order.id).bind(status).bind(at).execute(&mut *tx).await.unwrap();
        if sold {
            let sql = "update order_parts set paid_at = $2 where order_id = $1";
            sqlx::query(sql).bind(order.id).bind(at).execute(&mut *tx).await.unwrap();
        }
        if added_up_between {
            add_up(self.app.state.clone()).await.unwrap();
        }
        tx.commit().await.unwrap();
        (order.paid, order.sold) = (true, sold);
        if !sold {
            return;
        }
        *self.model.paid.entry(at.date()).or_default() += 1;
        self.model.buyers.insert((order.user, at.date()));
        for (_, vendor, shipping) in &order.parts {
            self.model.add(*vendor, at.date(), 1, *shipping);
            self.model.add(*vendor, at.date(), 7, 1);
        }
        for line in &order.lines {
            let good = &self.goods[line.good];
            for (place, amount) in [(0, good.price * i64::from(line.left)), (4, line.left.into()), (6, 1)] {
                self.model.add(good.vendor, at.date(), place, amount);
            }
        }
    }

    /// Some pieces, some shipping, or all that is left.
    async fn refund(&mut self, order: &mut Order) {
        let (at, refund, all) = (self.moment(), Uuid::now_v7(), self.chance.below(4) == 0);
        let mut items: Vec<(Uuid, VendorId, Option<Uuid>, i32, i64)> = Vec::new();
        for line in &mut order.lines {
            let pieces = if all { line.left } else { i32::try_from(self.chance.below(usize::try_from(line.left).unwrap() + 1)).unwrap() };
            let good = &self.goods[line.good];
            if pieces > 0 {
                line.left -= pieces;
                items.push((line.part, good.vendor, Some(line.id), pieces, good.price * i64::from(pieces)));
            }
        }
        for (part, vendor, left) in &mut order.parts {
            if *left > 0 && (all || self.chance.below(3) == 0) {
                items.push((*part, *vendor, None, 0, *left));
                *left = 0;
            }
        }
        if items.is_empty() {
            return;
        }
        let mut tx = self.app.state.db.begin().await.unwrap();
        sqlx::query(
            "insert into refunds (id, order_id, payment_id, amount_minor, currency, reason, created_at) values ($1, $2, $3, $4, 'USD', 'duplicate', $5)",
        )
        .bind(refund)
        .bind(order.id)
        .bind(order.payment)
        .bind(items.iter().map(|(.., minor)| minor).sum::<i64>())
        .bind(at)
        .execute(&mut *tx)
        .await
        .unwrap();
        let mut taken = Vec::new();
        for (part, vendor, line, pieces, minor) in items {
            sqlx::query(
                "insert into refund_items (id, refund_id, order_id, part_id, vendor_id, line_id, quantity, amount_minor, restocked)
                 values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $6 > 0 and random() < 0.5)",
            )
            .bind(refund)
            .bind(order.id)
            .bind(part)
            .bind(vendor)
            .bind(line)
            .bind(pieces)
            .bind(minor)
            .execute(&mut *tx)
            .await
            .unwrap();
            taken.extend([(vendor, if line.is_some() { 2 } else { 3 }, minor), (vendor, 5, pieces.into())]);
        }
        tx.commit().await.unwrap();
        if order.sold {
            taken.iter().for_each(|(vendor, place, amount)| self.model.add(*vendor, at.date(), *place, *amount));
            order.refunds.push((refund, at.date(), taken));
        }
    }

    /// The gateway could not do it.
    async fn fail(&mut self, order: &mut Order) {
        let Some((refund, day, taken)) = order.refunds.pop() else { return };
        sqlx::query("update refunds set status = 'failed' where id = $1").bind(refund).execute(self.app.pool()).await.unwrap();
        taken.into_iter().for_each(|(vendor, place, amount)| self.model.add(vendor, day, place, -amount));
    }

    /// Something is put into a cart, and its guest signs in: counted once.
    async fn fill_cart(&mut self) {
        let good = self.chance.below(self.goods.len());
        let sql = "with guest as (insert into carts (id, token_hash) values (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea)) returning id)
                   insert into cart_items (cart_id, variant_id, quantity, seen_price_minor) select id, $1, 1, 1 from guest";
        sqlx::query(sql).bind(self.goods[good].variant).execute(self.app.pool()).await.unwrap();
        let merge =
            "with c as (insert into carts (id, token_hash) values (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea)) returning id)
                     insert into cart_items (cart_id, variant_id, quantity, seen_price_minor, added_at)
                     select c.id, i.variant_id, 1, 1, i.added_at from c, cart_items i order by i.added_at desc limit 1";
        sqlx::query(merge).execute(self.app.pool()).await.unwrap();
        self.model.in_carts += 1;
    }

    async fn step(&mut self, order: &mut Order) {
        match self.chance.below(6) {
            0 => self.fill_cart().await,
            1 => add_up(self.app.state.clone()).await.unwrap(),
            2 => self.fail(order).await,
            _ if !order.paid => self.pay(order).await,
            _ => self.refund(order).await,
        }
    }

    async fn compare(&self) {
        let rows: Vec<(VendorId, Date, Vec<i64>)> = sqlx::query_as(
            "select vendor_id, day, array[sum(goods_minor), sum(shipping_minor), sum(refunded_minor), sum(refunded_shipping_minor), sum(units),
               sum(units_refunded), sum(lines), sum(parts)]::bigint[] from (
               select vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts from vendor_sales
               union all
               select vendor_id, day, goods_minor, shipping_minor, refunded_minor, refunded_shipping_minor, units, units_refunded, lines, parts
               from sales_deltas where vendor_id is not null) s group by 1, 2",
        )
        .fetch_all(self.app.pool())
        .await
        .unwrap();
        let none = Sums::default();
        let kept: BTreeMap<_, Sums> = rows.into_iter().map(|(vendor, day, sums)| ((vendor, day), sums.try_into().unwrap())).collect();
        let kept: BTreeMap<_, _> = kept.into_iter().filter(|(_, sums)| *sums != none).collect();
        let model: BTreeMap<_, _> = self.model.vendors.clone().into_iter().filter(|(_, sums)| *sums != none).collect();
        assert_eq!(kept, model);
        let counts: (i64, i64, i64, i64) = sqlx::query_as(
            "select sum(placed)::bigint, sum(paid)::bigint, sum(carts)::bigint, (select sum(cart_lines)::bigint from
               (select cart_lines from vendor_sales union all select cart_lines from sales_deltas) c)
             from (select placed, paid, carts from site_sales union all select placed, paid, carts from sales_deltas) s",
        )
        .fetch_one(self.app.pool())
        .await
        .unwrap();
        let (placed, paid) = (self.model.placed.values().sum(), self.model.paid.values().sum());
        assert_eq!(counts, (placed, paid, self.model.in_carts, self.model.in_carts));
    }

    /// Customers of each day and month, each once.
    async fn compare_buyers(&self) {
        for grain in ["day", "month"] {
            let piece = |day: Date| if grain == "day" { day } else { day.replace_day(1).unwrap() };
            let each: BTreeSet<(Date, UserId)> = self.model.buyers.iter().map(|(user, day)| (piece(*day), *user)).collect();
            let mut model: BTreeMap<Date, i64> = BTreeMap::new();
            each.into_iter().for_each(|(day, _)| *model.entry(day).or_default() += 1);
            let sql = "select starts_on, customers from active_counts where grain = $1 and customers > 0";
            let kept: Vec<(Date, i64)> = sqlx::query_as(sql).bind(grain).fetch_all(self.app.pool()).await.unwrap();
            assert_eq!(kept.into_iter().collect::<BTreeMap<_, _>>(), model, "{grain}");
        }
    }

    /// What `souk check` says of the figures; stock and mails are not as they would be, since nothing here came by a service.
    async fn check(&self) {
        let violations = invariants::check(&self.app.state.db).await.unwrap();
        let of_figures: Vec<_> = violations
            .into_iter()
            .filter(|violation| {
                ["I5 what each", "I5 what was", "I5 what the site", "I5 who"].iter().any(|name| violation.invariant.starts_with(name))
            })
            .collect();
        assert_eq!(of_figures, []);
    }
}

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
