//! Each invariant broken on purpose: the check names it, and names nothing in a shop where all is well. Constraints and triggers that would
//! refuse are taken away first, inside a transaction that is rolled back.

use souk::analytics::{self, invariants};
use souk::checkout::jobs;
use souk::platform::db::Tx;
use souk::values::OrderId;
use sqlx::PgPool;

use crate::support::App;
use crate::support::shop::VISA;

/// What breaks it, by the beginning of its name. `$paid`, `$open` and `$back` are orders: paid, pending, refunded for want of stock.
const BREAKS: &[(&str, &str)] = &[
    (
        "I1 stock is never negative",
        "alter table product_variants drop constraint product_variants_stock_check, disable trigger user; update product_variants set stock = -1",
    ),
    ("I1 stock is the sum", "alter table product_variants disable trigger user; update product_variants set stock = stock + 1"),
    ("I1 pieces taken", "alter table stock_movements disable trigger user; update stock_movements set delta = delta - 1 where kind = 'sold'"),
    (
        "I1 pieces taken",
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, order_id)
         select gen_random_uuid(), variant_id, vendor_id, 'sold', -1, order_id from order_lines where order_id = '$open'",
    ),
    (
        "I1 pieces put back",
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, order_id)
         select gen_random_uuid(), variant_id, vendor_id, 'restocked', 1, order_id from order_lines where order_id = '$paid'",
    ),
    ("I2 a captured payment", "alter table orders disable trigger user; update orders set status = 'canceled', paid_at = null where id = '$paid'"),
    ("I2 an order that is paid", "alter table payments disable trigger user; update payments set status = 'canceled' where order_id = '$paid'"),
    ("I2 an order that is paid", "update orders set status = 'paid', paid_at = now() where id = '$open'"),
    ("I2 money that must go back", "update orders set status = 'refund_pending' where id = '$paid'"),
    (
        "I2 no refund waits",
        "update refunds set status = 'pending', finished_at = null, created_at = now() - interval '61 minutes' where order_id = '$back'",
    ),
    ("I2 an order is as refunded", "update orders set status = 'refunded' where id = '$paid'"),
    ("I2 an order is as refunded", "update orders set status = 'partially_refunded' where id = '$paid'"),
    ("I3", "update payments set amount_minor = amount_minor - 1 where order_id = '$paid'"),
    ("I3", "update orders set shipping_minor = shipping_minor + 1, total_minor = total_minor + 1 where id = '$paid'"),
    ("I3", "alter table order_lines disable trigger user; update order_lines set quantity = quantity + 1, subtotal_minor = subtotal_minor + unit_price_minor"),
    (
        "I4",
        "drop index payments_one_live;
         insert into payments (id, order_id, seq, amount_minor, currency, idempotency_key)
         select gen_random_uuid(), order_id, 2, amount_minor, currency, 'second' from payments where order_id = '$open'",
    ),
    ("I5 a line stands", "update order_lines set vendor_id = (select v.id from vendors v where v.id <> order_lines.vendor_id) where order_id = '$paid'"),
    ("I5 the vendors' shares", "update refund_items set amount_minor = amount_minor - 1 where line_id is not null"),
    ("I5 no line and no part", "update refund_items set quantity = quantity + 1 where line_id is not null"),
    ("I5 no line and no part", "update refund_items set amount_minor = amount_minor + 1 where line_id is null"),
    ("I5 the figure", "update products set units_sold = units_sold + 1"),
    ("I5 what each vendor sold", "update vendor_sales set goods_minor = goods_minor + 1"),
    ("I5 what each vendor sold", "delete from sales_deltas; delete from vendor_sales"),
    ("I5 what each vendor sold", "insert into sales_deltas (day, vendor_id, refunded_minor) select current_date, id, 1 from vendors"),
    ("I5 what was sold of each product", "update product_sales set units = units - 1"),
    ("I5 what the site sold", "update site_sales set paid = paid + 1"),
    ("I5 what the site sold", "alter table orders disable trigger user; update orders set placed_at = placed_at - interval '3 days'"),
    ("I5 who bought and who sold", "update active_counts set customers = customers + 1 where grain = 'week'"),
    ("I5 who bought and who sold", "update active_counts set vendors = vendors - 1 where grain = 'month'"),
    ("I6", "update order_parts set paid_at = null where order_id = '$paid'"),
    ("I6", "update order_parts set paid_at = now() where order_id = '$open'"),
    ("I6", "update order_parts set paid_at = null where id = (select id from order_parts where order_id = '$paid' limit 1)"),
    ("I7 one receipt", "delete from outbox where kind = 'receipt'"),
    ("I7 one receipt", "update outbox set dedupe_key = 'receipt:$open' where kind = 'receipt'"),
    ("I7 vendors", "update outbox set dedupe_key = replace(dedupe_key, '$paid', '$open') where kind = 'new_order'"),
    (
        "I10",
        // Nobody waits for ten seconds: a view in front of the real one says what such a connection looks like.
        "set local search_path = public, pg_catalog;
         create view pg_stat_activity as select 1 as pid, current_database() as datname, 'idle in transaction' as state, now() - interval '11 s' as state_change",
    ),
    (
        "I11",
        "drop index refresh_tokens_one_live;
         insert into refresh_tokens (hash, session_id, expires_at) select sha256(hash), session_id, expires_at from refresh_tokens where used_at is null",
    ),
    ("I13 a row", "update products set status = 'archived', held_reason = 'No.'"),
    ("I13 a row", "update users set disabled_at = now()"),
    ("I13 one row", "update refunds set created_by = (select id from users limit 1), reason = 'duplicate' where order_id = '$back'"),
    (
        "I14",
        "alter table refunds disable trigger user; update refunds set amount_minor = amount_minor + 1 where order_id = '$back'",
    ),
    ("I15", "update products set rating_count = 1, rating_sum = 5"),
    ("I16 what is listed", "alter table products disable trigger user; update products set listed = not listed"),
    ("I16 what is in stock", "alter table products disable trigger user; update products set in_stock = not in_stock"),
];

struct Orders {
    paid: OrderId,
    open: OrderId,
    back: OrderId,
}

/// A paid order of two shops, one that waits, and one that came too late and was refunded.
async fn orders(app: &App) -> Orders {
    let (a, b) = (app.vendor("a-shop").await, app.vendor("b-shop").await);
    let (cup, lamp, last) = (app.goods(a, 1500, 9).await, app.goods(b, 4000, 9).await, app.goods(a, 700, 1).await);
    let paid = app.buyer("ada").await.order(&[(cup, 2), (lamp, 1)]).await;
    let open = app.buyer("bob").await.order(&[(cup, 1)]).await;
    let back = app.buyer("eve").await.order(&[(last, 1)]).await;
    let gone = "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
                select gen_random_uuid(), id, vendor_id, 'correction', -1, 'Broken' from product_variants where id = $1";
    sqlx::query(gone).bind(last).execute(app.pool()).await.unwrap();
    for order in [paid, back] {
        assert_eq!(app.confirm(order, VISA).await, 200);
        assert_eq!(app.webhook(&app.event(&format!("evt_{order}"), "payment_intent.succeeded", order).await).await, 200);
    }
    jobs::send_refunds(app.state.clone()).await.unwrap();
    assert_eq!((app.status(paid).await.as_str(), app.status(back).await.as_str()), ("paid", "refunded"));
    Orders { paid, open, back }
}

async fn found(tx: &mut Tx) -> Vec<&'static str> {
    invariants::check_within(tx).await.unwrap().into_iter().map(|violation| violation.invariant).collect()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn each_breach_is_named(pool: PgPool) {
    let app = App::start(pool).await;
    let orders = orders(&app).await;
    app.assert_invariants().await;
    analytics::service::add_up(app.state.clone()).await.unwrap();
    app.assert_invariants().await;
    for (name, sql) in BREAKS {
        let sql = sql.replace("$paid", &orders.paid.to_string()).replace("$open", &orders.open.to_string());
        let sql = sql.replace("$back", &orders.back.to_string());
        let mut tx = app.state.db.begin().await.unwrap();
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await;
        assert!(done.is_ok(), "{name}: {done:?}");
        let found = found(&mut tx).await;
        assert!(found.iter().any(|invariant| invariant.starts_with(name)), "{name} was broken, and found was {found:?}");
        tx.rollback().await.unwrap();
    }
    let unbroken: Vec<_> = invariants::names().filter(|name| !BREAKS.iter().any(|(broken, _)| name.starts_with(broken))).collect();
    assert_eq!(unbroken, ["I12 each picture that a row names has its files"], "the test below is about that one");
    app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_picture_without_files_is_named(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 5).await;
    assert_eq!(invariants::check_all(&app.state).await.unwrap(), []);
    let picture: uuid::Uuid = sqlx::query_scalar(
        "insert into product_pictures (id, product_id, vendor_id, position, alt, width, height, widths)
         select gen_random_uuid(), product_id, vendor_id, 0, '', 640, 640, '{160,320,640}' from product_variants where id = $1 returning id",
    )
    .bind(cup)
    .fetch_one(app.pool())
    .await
    .unwrap();
    let violations = invariants::check_all(&app.state).await.unwrap();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].to_string(), format!("I12 each picture that a row names has its files: {picture}"));
}

/// I6: whoever comes with SQL of their own is refused as well.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_order_that_took_money_never_forgets_it(pool: PgPool) {
    let app = App::start(pool).await;
    let orders = orders(&app).await;
    for order in [orders.paid, orders.back] {
        for status in ["pending", "canceled", "expired"] {
            let done = sqlx::query("update orders set status = $2, paid_at = null where id = $1")
                .bind(order)
                .bind(status)
                .execute(app.pool())
                .await;
            let error = done.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().constraint(), Some("orders_move_forward"), "{status}");
        }
        let done =
            sqlx::query("update payments set status = 'requires_payment_method' where order_id = $1").bind(order).execute(app.pool()).await;
        assert_eq!(done.unwrap_err().as_database_error().unwrap().constraint(), Some("payments_move_forward"));
    }
    app.assert_invariants().await;
}
