//! What vendors see and send, and what goes back by a person's decision.

use http::StatusCode;
use souk::accounts::Role;
use souk::checkout::jobs;
use souk::values::{OrderId, VariantId, VendorId};
use sqlx::PgPool;

use crate::support::shop::VISA;
use crate::support::{App, Browser};

const SHIP: &str = "/api/checkout/ship-part";
const DELIVER: &str = "/api/checkout/deliver-part";
const CANCEL: &str = "/api/checkout/cancel-part";
const REFUND: &str = "/api/checkout/refund";

/// Two shops of which one customer has bought two cups and a lamp.
struct Sale {
    app: App,
    a: Browser,
    b: Browser,
    a_id: VendorId,
    cup: VariantId,
    lamp: VariantId,
    order: OrderId,
}

impl Sale {
    async fn pending(pool: PgPool) -> Self {
        let app = App::start(pool).await;
        let ((a, a_id), (b, b_id)) = (app.open_shop("a-shop").await, app.open_shop("b-shop").await);
        let (cup, lamp) = (app.goods(a_id, 1500, 5).await, app.goods(b_id, 4000, 3).await);
        let order = app.buyer("ada").await.order(&[(cup, 2), (lamp, 1)]).await;
        Self { app, a, b, a_id, cup, lamp, order }
    }

    async fn paid(pool: PgPool) -> Self {
        let sale = Self::pending(pool).await;
        sale.app.confirm(sale.order, VISA).await;
        let event = sale.app.event("evt_1", "payment_intent.succeeded", sale.order).await;
        assert_eq!(sale.app.webhook(&event).await, 200);
        sale
    }

    fn page(&self) -> String {
        format!("/vendor/orders/{}", self.order)
    }

    async fn act(&self, who: &Browser, function: &str, fields: &[(&str, &str)]) -> StatusCode {
        let order = self.order.to_string();
        who.call(function, &[&[("order_id", order.as_str())], fields].concat()).await.status
    }

    async fn line(&self, variant: VariantId) -> String {
        let sql = "select id::text from order_lines where variant_id = $1";
        sqlx::query_scalar(sql).bind(variant).fetch_one(self.app.pool()).await.unwrap()
    }

    async fn fulfilment(&self) -> Vec<(String, String)> {
        let sql = "select vendor_name, fulfilment from order_parts order by vendor_name";
        sqlx::query_as(sql).fetch_all(self.app.pool()).await.unwrap()
    }

    async fn settle(&self) {
        jobs::send_refunds(self.app.state.clone()).await.unwrap();
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn vendors_see_their_own_part_of_what_is_paid_and_nothing_else(pool: PgPool) {
    let sale = Sale::pending(pool).await;
    assert_eq!(sale.a.get(&sale.page()).await.status, StatusCode::NOT_FOUND, "unpaid");
    assert!(!sale.a.get("/vendor/orders?state=all").await.text.contains(&sale.order.to_string()), "unpaid");
    assert_eq!(sale.act(&sale.a, SHIP, &[]).await, StatusCode::NOT_FOUND, "what is not paid is not sent");

    sale.app.confirm(sale.order, VISA).await;
    sale.app.webhook(&sale.app.event("evt_1", "payment_intent.succeeded", sale.order).await).await;
    assert!(sale.a.get("/vendor/orders").await.text.contains(&sale.order.to_string()));
    let page = sale.a.get(&sale.page()).await;
    assert_eq!(page.status, StatusCode::OK);
    for own in ["Ada Lovelace", "1 Mill Lane", "London", "$30.00", "$35.00"] {
        assert!(page.text.contains(own), "{own}");
    }
    for foreign in ["$40.00", "$80.00", "b-shop", "ada@buyers.example"] {
        assert!(!page.text.contains(foreign), "{foreign}");
    }
    let slip = sale.a.get(&format!("{}/slip", sale.page())).await.text;
    assert!(slip.contains("Ada Lovelace") && !slip.contains("$15.00"), "a slip has no prices");
    let (stranger, _) = sale.app.open_shop("c-shop").await;
    assert_eq!(stranger.get(&sale.page()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sale.act(&stranger, SHIP, &[]).await, StatusCode::NOT_FOUND);
}

/// The WHERE clause taken away, a vendor's transaction still sees nothing of others and nothing that is unpaid.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn row_level_security_holds_without_a_where_clause(pool: PgPool) {
    let sale = Sale::paid(pool).await;
    let pending = sale.app.buyer("bob").await.order(&[(sale.cup, 1)]).await;
    let seen = async |vendor: Option<VendorId>, sql: &'static str| {
        let mut tx = match vendor {
            Some(vendor) => sale.app.state.db.begin_as_vendor(vendor.0).await.unwrap(),
            None => {
                let mut tx = sale.app.state.db.begin().await.unwrap();
                sqlx::query("set local role souk_vendor").execute(&mut *tx).await.unwrap();
                tx
            }
        };
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut *tx).await.unwrap()
    };
    for (what, sql) in [
        ("parts", "select count(*) from order_parts"),
        ("lines", "select count(*) from order_lines"),
        ("orders", "select count(*) from vendor_orders"),
    ] {
        assert_eq!(seen(Some(sale.a_id), sql).await, 1, "{what}");
        assert_eq!(seen(None, sql).await, 0, "{what} with no vendor set");
    }
    assert_eq!(sale.app.count("select count(*) from order_parts").await, 3, "there is more to be seen: {pending} is not paid");
    let mut tx = sale.app.state.db.begin_as_vendor(sale.a_id.0).await.unwrap();
    assert!(sqlx::query("select * from orders").execute(&mut *tx).await.is_err(), "orders themselves are out of reach");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_parcel_is_sent_once_and_the_customer_hears_of_it_once(pool: PgPool) {
    let sale = Sale::paid(pool).await;
    assert_eq!(sale.act(&sale.a, SHIP, &[("tracking", "AB 1")]).await, StatusCode::UNPROCESSABLE_ENTITY, "a number without a carrier");
    assert_eq!(sale.act(&sale.a, DELIVER, &[]).await, StatusCode::CONFLICT, "what was not sent cannot arrive");
    let at_once = futures::future::join_all((0..8).map(|_| sale.act(&sale.a, SHIP, &[("carrier", "CTT"), ("tracking", "AB 1")]))).await;
    assert_eq!(at_once.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{at_once:?}");
    assert_eq!(sale.app.mails("shipped").await, 1);
    let text: String = sqlx::query_scalar("select body_text from outbox where kind = 'shipped'").fetch_one(sale.app.pool()).await.unwrap();
    assert!(text.contains("CTT") && text.contains("AB 1"), "{text}");
    assert_eq!(sale.act(&sale.a, CANCEL, &[("reason", "Gone.")]).await, StatusCode::CONFLICT, "it is on its way");
    assert_eq!(sale.act(&sale.a, DELIVER, &[]).await, StatusCode::OK);
    let states = sale.fulfilment().await;
    assert_eq!(states, [("a-shop".to_owned(), "delivered".to_owned()), ("b-shop".to_owned(), "unfulfilled".to_owned())]);
    // What was paid is sent, whatever becomes of the shop.
    sqlx::query("update vendors set status = 'suspended', status_reason = 'no' where slug = 'b-shop'")
        .execute(sale.app.pool())
        .await
        .unwrap();
    assert_eq!(sale.act(&sale.b, SHIP, &[("carrier", "CTT")]).await, StatusCode::OK);
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_vendor_who_cannot_send_gives_back_their_part_alone(pool: PgPool) {
    let sale = Sale::paid(pool).await;
    assert_eq!(sale.act(&sale.a, CANCEL, &[("reason", " ")]).await, StatusCode::UNPROCESSABLE_ENTITY);
    let at_once = futures::future::join_all((0..8).map(|_| sale.act(&sale.a, CANCEL, &[("reason", "They broke in the kiln.")]))).await;
    assert_eq!(at_once.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{at_once:?}");
    sale.settle().await;
    assert_eq!(sale.app.status(sale.order).await, "partially_refunded");
    let given: Vec<i64> =
        sqlx::query_scalar("select amount_minor from refunds where status = 'succeeded'").fetch_all(sale.app.pool()).await.unwrap();
    assert_eq!(given, [3500], "two cups and the shipping of this shop");
    assert_eq!((sale.app.stock(sale.cup).await, sale.app.stock(sale.lamp).await), (5, 2), "the cups are for sale again");
    assert_eq!(sale.app.mails("part_canceled").await, 1);
    assert_eq!(sale.act(&sale.b, SHIP, &[]).await, StatusCode::OK, "the other part goes on");
    sale.app.assert_invariants().await;
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn an_admin_gives_back_by_piece_and_never_more_than_was_paid(pool: PgPool) {
    let sale = Sale::paid(pool).await;
    let admin = sale.app.signed_in("admin@example.com", Role::Admin).await;
    let (cup, lamp) = (sale.line(sale.cup).await, sale.line(sale.lamp).await);
    let one_cup =
        [("lines[0][line_id]", cup.as_str()), ("lines[0][quantity]", "1"), ("reason", "requested_by_customer"), ("restock", "yes")];
    assert_eq!(sale.act(&sale.a, REFUND, &one_cup).await, StatusCode::FORBIDDEN, "a vendor gives nothing back by piece");
    assert_eq!(sale.act(&admin, REFUND, &one_cup).await, StatusCode::OK);
    let slip = format!("{}/slip", sale.page());
    assert!(sale.a.get(&slip).await.text.contains("<td class=\"numeric\">1<"), "one of two is left to pack");
    assert_eq!(
        sale.act(&admin, REFUND, &[&one_cup[..1], &[("lines[0][quantity]", "2"), ("reason", "duplicate")]].concat()).await,
        422,
        "one is left"
    );
    // Sixteen at once for the one cup that is left: the money goes back once.
    let at_once = futures::future::join_all((0..16).map(|_| sale.act(&admin, REFUND, &one_cup))).await;
    assert_eq!(at_once.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{at_once:?}");
    assert_eq!(sale.fulfilment().await[0].1, "canceled", "nothing of it is left to send");
    assert!(sale.a.get(&slip).await.text.contains("There is nothing to pack"));
    assert!(!sale.a.get(&sale.page()).await.text.contains("Packing slip"), "nor is there a slip to print");
    assert_eq!(sale.app.stock(sale.cup).await, 5);
    let rest = [("lines[0][line_id]", lamp.as_str()), ("lines[0][quantity]", "0"), ("lines[0][amount]", "40.00"), ("reason", "duplicate")];
    assert_eq!(sale.act(&admin, REFUND, &rest).await, StatusCode::OK, "an amount alone, without pieces");
    sale.settle().await;
    assert_eq!(sale.app.status(sale.order).await, "partially_refunded", "both shippings are left");
    let parts: Vec<String> = sqlx::query_scalar("select id::text from order_parts").fetch_all(sale.app.pool()).await.unwrap();
    let shipping = [
        ("shipping[0][part_id]", parts[0].as_str()),
        ("shipping[0][amount]", "5"),
        ("shipping[1][part_id]", &parts[1]),
        ("shipping[1][amount]", "5"),
        ("reason", "requested_by_customer"),
    ];
    assert_eq!(sale.act(&admin, REFUND, &shipping).await, StatusCode::OK);
    sale.settle().await;
    assert_eq!(sale.app.status(sale.order).await, "refunded");
    assert_eq!(sale.act(&admin, REFUND, &shipping).await, StatusCode::CONFLICT);
    assert_eq!(sale.app.stock(sale.lamp).await, 2, "given back without pieces: it stays sold");
    assert_eq!(sale.app.count("select count(*) from audit_log where action = 'order.refunded'").await, 4);
    assert_eq!(sale.app.mails("refunded").await, 4);
    sale.app.assert_invariants().await;
}

/// The trigger is a fence of its own: no statement gives back more of a line than it brought.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn the_table_refuses_what_does_not_add_up(pool: PgPool) {
    let sale = Sale::paid(pool).await;
    let cup = sale.line(sale.cup).await;
    for (what, amount, items) in [("more than the line brought", 3001, 3001), ("an amount that is not that of its items", 1000, 900)] {
        let written = sqlx::query(
            "with r as (insert into refunds (id, order_id, payment_id, amount_minor, currency, reason)
               select gen_random_uuid(), order_id, id, $1, currency, 'duplicate' from payments returning id)
             insert into refund_items (id, refund_id, order_id, part_id, vendor_id, line_id, quantity, amount_minor)
             select gen_random_uuid(), r.id, l.order_id, l.part_id, l.vendor_id, l.id, 1, $2 from r, order_lines l where l.id = $3::uuid",
        )
        .bind(amount)
        .bind(items)
        .bind(&cup)
        .execute(sale.app.pool())
        .await;
        assert!(
            written.is_err_and(|error| error.as_database_error().is_some_and(|cause| cause.constraint() == Some("refund_items_add_up"))),
            "{what}"
        );
    }
}
