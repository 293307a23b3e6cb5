//! A purchase from the first account to the admin's desk, through the API alone.

use http::Method;
use serde_json::{Value, json};
use souk::accounts::Role;
use sqlx::PgPool;

use crate::support::App;
use crate::support::api::Api;
use crate::support::people::{PASSWORD, account};
use crate::support::shop::{VISA, signature};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// An approved shop with something for sale; answers the product's slug.
async fn open_shop(vendor: &Api<'_>, admin: &Api<'_>) -> String {
    let waiting = admin.get("/admin/vendors?status=pending").await.done();
    let shop = text(&waiting["data"][0]["id"]);
    admin.post(&format!("/admin/vendors/{shop}/decision"), json!({ "seen": "pending", "next": "approved" })).await.done();
    let teapot = json!({ "name": "Celadon teapot", "category": "tea", "price": { "amount_minor": 4850, "currency": "USD" }, "stock": 3 });
    let page = vendor.post("/vendor/products", teapot).await;
    let id = text(&page.done()["id"]);
    let seen = [("if-match", page.header("etag"))];
    let change = json!({ "summary": "For two.", "tags": ["tea"] });
    vendor.send(Method::PATCH, &format!("/vendor/products/{id}"), &seen, Some(&change)).await.done();
    let published = vendor.post(&format!("/vendor/products/{id}/status"), json!({ "seen": "draft", "next": "published" })).await.done();
    assert_eq!((&published["status"], &published["summary"]), (&json!("published"), &json!("For two.")));
    text(&published["slug"])
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_purchase_goes_through_the_api_alone(pool: PgPool) {
    let app = App::start(pool).await;
    sqlx::query("insert into categories (id, slug, name) values (gen_random_uuid(), 'tea', 'Tea')").execute(app.pool()).await.unwrap();
    account(&app.state, "admin@example.com", Role::Admin).await;

    // 1, 2: a customer and a vendor sign up, and in.
    let customer = json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD });
    app.api().post("/auth/register", customer).await.done();
    let shop = json!({ "shop_name": "Tide & Timber", "story": "Boats.", "city": "Porto", "country_code": "PT" });
    let vendor = json!({ "name": "Rui", "email": "rui@example.com", "password": PASSWORD, "role": "vendor", "shop": shop });
    app.api().post("/auth/register", vendor).await.done();
    let (ada, rui, admin) =
        (app.api_of("ada@example.com").await, app.api_of("rui@example.com").await, app.api_of("admin@example.com").await);

    // 3, 4: an admin approves the shop, whose owner adds goods.
    let slug = open_shop(&rui, &admin).await;
    let found = app.api().get("/products?q=teapot").await.done();
    assert_eq!((&found["data"][0]["slug"], &found["data"][0]["stock"]), (&json!(slug), &json!("low_stock")));
    let product = app.api().get(&format!("/products/{slug}")).await.done();
    let (product_id, variant) = (text(&product["id"]), text(&product["variants"][0]["id"]));

    // 5: wishlist and cart.
    ada.send(Method::PUT, &format!("/wishlist/{product_id}"), &[], None).await.done();
    assert_eq!(ada.get("/wishlist").await.done()["data"][0]["id"], product_id);
    assert_eq!(ada.post("/cart/items", json!({ "product_id": product_id, "quantity": 1 })).await.done()["count"], 1);
    assert_eq!(ada.post("/cart/items", json!({ "variant_id": variant, "quantity": 1 })).await.done()["count"], 2);
    ada.post("/cart/items", json!({ "variant_id": variant, "quantity": 2 })).await.refused(409, "not_enough_stock");
    assert_eq!(ada.get("/cart").await.done()["total"], json!({ "amount_minor": 9700, "currency": "USD" }));

    // 6: checkout.
    let address = json!({ "name": "Ada Lovelace", "line1": "1 Mill Lane", "city": "London", "country_code": "GB" });
    let address = text(&ada.post("/addresses", address).await.done()["id"]);
    let review = ada.get(&format!("/checkout?address_id={address}")).await.done();
    let placement = |fingerprint: &Value| json!({ "address_id": address, "fingerprint": fingerprint });
    ada.post("/checkout", placement(&json!("00"))).await.refused(409, "cart_changed");
    let placed = ada.post("/checkout", placement(&review["fingerprint"])).await.done();
    let order = text(&placed["order"]["id"]);
    assert_eq!((&placed["order"]["status"], &placed["order"]["total"]["amount_minor"]), (&json!("pending"), &json!(9700)));

    // 7: the card is confirmed at the gateway, with nothing but what the answer said.
    let secret = text(&placed["payment"]["client_secret"]);
    let intent = secret.split("_secret").next().unwrap();
    let fields = [("client_secret", secret.as_str()), ("payment_method", VISA)];
    let request = app.browser().request(Method::POST, &format!("/_stripe/v1/payment_intents/{intent}/confirm"));
    let request = request.bearer_auth(text(&placed["payment"]["publishable_key"])).form(&fields);
    assert_eq!(request.send().await.unwrap().status(), 200);

    // 8: the webhook finalises.
    assert_eq!(app.webhook_signed("{}", &signature("whsec_wrong", "{}")).await, 400);
    assert_eq!(app.webhook(&app.event("evt_1", "payment_intent.succeeded", order.parse().unwrap()).await).await, 200);
    assert_eq!(ada.get(&format!("/orders/{order}")).await.done()["status"], "paid");
    assert_eq!(ada.get("/cart").await.done()["count"], 0);

    // 9: the vendor sees their own lines and sends them.
    let parcels = rui.get("/vendor/orders?fulfilment=unfulfilled").await.done();
    assert_eq!((&parcels["data"][0]["order_id"], &parcels["data"][0]["pieces"]), (&json!(order), &json!(2)));
    rui.post(&format!("/vendor/orders/{order}/ship"), json!({ "tracking": "AB 123" })).await.refused(422, "invalid");
    rui.post(&format!("/vendor/orders/{order}/ship"), json!({ "carrier": "CTT", "tracking": "AB 123" })).await.done();
    let parcel = rui.order(&format!("/vendor/orders/{order}/deliver")).await.done();
    assert_eq!((&parcel["fulfilment"], &parcel["lines"][0]["quantity"]), (&json!("delivered"), &json!(2)));
    ada.get(&format!("/vendor/orders/{order}")).await.refused(403, "forbidden");

    // 10: the admin sees the order, and gives a piece back.
    let desk = admin.get("/admin/orders?q=ada@").await.done();
    assert_eq!(desk["data"][0]["id"], order);
    let line = text(&admin.get(&format!("/admin/orders/{order}")).await.done()["parts"][0]["lines"][0]["id"]);
    let review = json!({ "rating": 5, "title": "Good", "body": "It holds tea." });
    ada.send(Method::PUT, &format!("/order-lines/{line}/review"), &[], Some(&review)).await.done();
    let reviews = app.api().get(&format!("/products/{slug}/reviews")).await.done();
    assert_eq!((&reviews["data"][0]["author"], &reviews["data"][0]["verified"]), (&json!("Ada"), &json!(true)));
    let refund = json!({ "lines": [{ "line_id": line, "quantity": 1 }], "reason": "duplicate", "restock": true });
    admin.post(&format!("/admin/orders/{order}/refunds"), refund).await.done();
    souk::checkout::jobs::send_refunds(app.state.clone()).await.unwrap();
    let seen = ada.get("/orders").await.done();
    assert_eq!((&seen["data"][0]["status"], &seen["next"]), (&json!("partially_refunded"), &Value::Null));
    app.assert_invariants().await;
}

/// What is written about an order, but for names and times.
async fn written(app: &App, order: &str) -> Vec<(String, Value)> {
    sqlx::query_as(
        "select w.place, jsonb_object_agg(e.key, e.value) from (
           select 'orders' as place, 0 as n, to_jsonb(t) as row from orders t where t.id = $1::uuid
           union all select 'order_parts', row_number() over (order by t.id), to_jsonb(t) from order_parts t where t.order_id = $1::uuid
           union all select 'order_lines', row_number() over (order by t.id), to_jsonb(t) from order_lines t where t.order_id = $1::uuid
           union all select 'payments', row_number() over (order by t.id), to_jsonb(t) from payments t where t.order_id = $1::uuid
           union all select 'stock_movements', row_number() over (order by t.id), to_jsonb(t) from stock_movements t where t.order_id = $1::uuid
         ) w cross join lateral jsonb_each(w.row) e
         where e.key !~ '(^|_)(id|at|after|key)$' and e.key not in ('number', 'fingerprint', 'email')
         group by w.place, w.n order by w.place, w.n",
    )
    .bind(order)
    .fetch_all(app.pool())
    .await
    .unwrap()
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn pages_and_programs_leave_the_same_rows(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("shop").await, 1500, 9).await;
    let buyer = app.buyer("ada").await;
    let by_pages = buyer.order(&[(cup, 2)]).await.to_string();

    account(&app.state, "bob@example.com", Role::Customer).await;
    let bob = app.api_of("bob@example.com").await;
    let pay = async |order: &str, event: &str| {
        let order = order.parse().unwrap();
        app.confirm(order, VISA).await;
        assert_eq!(app.webhook(&app.event(event, "payment_intent.succeeded", order).await).await, 200);
    };
    pay(&by_pages, "evt_pages").await;

    bob.post("/cart/items", json!({ "variant_id": cup, "quantity": 2 })).await.done();
    let address = json!({ "name": "Ada Lovelace", "line1": "1 Mill Lane", "city": "London", "country_code": "GB" });
    let address = text(&bob.post("/addresses", address).await.done()["id"]);
    let review = bob.get(&format!("/checkout?address_id={address}")).await.done();
    let placed = bob.post("/checkout", json!({ "address_id": address, "fingerprint": review["fingerprint"] })).await.done();
    let by_program = text(&placed["order"]["id"]);
    pay(&by_program, "evt_program").await;

    let (pages, program) = (written(&app, &by_pages).await, written(&app, &by_program).await);
    assert_eq!(
        pages.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>(),
        ["order_lines", "order_parts", "orders", "payments", "stock_movements"]
    );
    assert_eq!(pages, program);
    // The control: another number of pieces would be seen.
    let fewer = buyer.order(&[(cup, 1)]).await.to_string();
    pay(&fewer, "evt_fewer").await;
    assert_ne!(written(&app, &fewer).await, pages);
    app.assert_invariants().await;
}
