//! What happens to a line of the cart: taken out and put back, saved for later and fetched again, merged at sign-in. Nothing is lost or
//! doubled on the way, whoever asks at the same time.

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use souk::accounts::Role;
use souk::cart::MAX_LINES;
use souk::values::VariantId;
use souk::wishlist::MAX_ITEMS;
use sqlx::PgPool;

use crate::support::shop::field;
use crate::support::{App, Browser, Page};

const ACCESS: &str = "__Host-souk_access";

async fn about(who: &Browser, action: &str, variant: VariantId) -> Page {
    who.submit("/cart", &format!("/api/cart/{action}"), &[("variant_id", &variant.to_string())]).await
}

async fn add(who: &Browser, variant: VariantId, quantity: &str) -> Page {
    who.call("/api/cart/add", &[("variant_id", &variant.to_string()), ("quantity", quantity)]).await
}

/// Badges of cart and wishlist, as the header has them and as an open page asks for them: the two must agree.
async fn counts(who: &Browser) -> (String, String) {
    let page = who.get("/products").await.text;
    let of = |name: &str| {
        let badge = page.split(&format!("data-count=\"{name}\"")).nth(1)?;
        Some(badge.split('>').nth(1)?.split('<').next()?.trim().to_owned())
    };
    let shown = (of("cart").unwrap(), of("wishlist").unwrap_or_default());
    let request = who.request(http::Method::GET, "/api/cart/counts").header("accept", "application/json");
    let asked: Value = who.send(request.header("sec-fetch-site", "same-origin")).await.json();
    assert_eq!((&asked["cart"]["badge"], &asked["wishlist"]["badge"]), (&json!(shown.0), &json!(shown.1)));
    shown
}

fn badges(cart: &str, wishlist: &str) -> (String, String) {
    (cart.to_owned(), wishlist.to_owned())
}

async fn lines(app: &App) -> Vec<(VariantId, i32)> {
    sqlx::query_as::<_, (uuid::Uuid, i32)>("select variant_id, quantity from cart_items order by added_at, variant_id")
        .fetch_all(app.pool())
        .await
        .unwrap()
        .into_iter()
        .map(|(id, quantity)| (VariantId(id), quantity))
        .collect()
}

async fn wishes(app: &App) -> i64 {
    app.count("select count(*) from wishlist_items").await
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_was_removed_can_be_put_back_by_guests_and_customers(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    for who in [app.browser(), app.signed_in("ada@example.com", Role::Customer).await] {
        add(&who, cup, "3").await;
        let removed = about(&who, "remove", cup).await;
        let place = format!("/cart?removed={cup}&quantity=3");
        assert!(removed.location().ends_with(&place), "{removed:?}");
        assert_eq!(counts(&who).await.0, "");
        let page = who.get(&place).await.text;
        assert!(page.contains("was removed.") && page.contains("Undo") && page.contains("Your cart is empty"), "{page}");
        assert_eq!((field(&page, "variant_id"), field(&page, "quantity")), (Some(cup.to_string()), Some("3".to_owned())));

        let fields = [("variant_id", &*cup.to_string()), ("quantity", "3")];
        let undone = who.submit(&place, "/api/cart/set-quantity", &fields).await;
        assert!(undone.location().ends_with("/cart"), "{undone:?}");
        assert_eq!(counts(&who).await.0, "3");
        assert!(!who.get(&place).await.text.contains("was removed."), "it is back");
        who.submit(&place, "/api/cart/set-quantity", &fields).await;
        assert_eq!(counts(&who).await.0, "3", "a second press changes nothing");
        about(&who, "remove", cup).await;
        assert!(about(&who, "remove", cup).await.location().ends_with("/cart"), "nothing was removed, so nothing is said");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_cannot_be_had_any_more_is_not_offered_back_and_not_named(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    let who = app.browser();
    add(&who, cup, "3").await;
    let place = format!("/cart?removed={cup}&quantity=3");
    about(&who, "remove", cup).await;
    for (change, named) in [
        (
            "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
          select gen_random_uuid(), id, vendor_id, 'correction', -3, 'Counted' from product_variants",
            true,
        ),
        ("update products set status = 'draft', published_at = null", false),
    ] {
        sqlx::query(change).execute(app.pool()).await.unwrap();
        let page = who.get(&place).await.text;
        let name: String = sqlx::query_scalar("select name from products").fetch_one(app.pool()).await.unwrap();
        assert!(page.contains("was removed.") && !page.contains("Undo"), "{change}");
        assert_eq!(page.contains(&name), named, "{change}");
    }
    for nonsense in
        ["/cart?removed=x&quantity=3", "/cart?removed=&quantity=", "/cart?saved=%00", &format!("/cart?removed={cup}&quantity=0")]
    {
        let page = who.get(nonsense).await;
        assert_eq!(page.status, StatusCode::OK, "{nonsense}");
        assert!(!page.text.contains("removed."), "{nonsense}");
    }
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_line_goes_to_the_wishlist_and_back(pool: PgPool) {
    let app = App::start(pool).await;
    let (cup, bowl) = (app.goods(app.vendor("kiln").await, 1500, 5).await, app.goods(app.vendor("wood").await, 900, 5).await);
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    add(&ada, cup, "3").await;
    add(&ada, bowl, "1").await;
    assert_eq!(counts(&ada).await, badges("4", ""));
    let saved = about(&ada, "save-for-later", cup).await;
    assert!(saved.location().ends_with(&format!("/cart?saved={cup}")), "{saved:?}");
    assert_eq!(counts(&ada).await, badges("1", "1"));
    assert!(ada.get(&format!("/cart?saved={cup}")).await.text.contains("is on your wishlist."));
    about(&ada, "save-for-later", cup).await;
    assert_eq!(counts(&ada).await, badges("1", "1"), "a second press moves nothing");

    let page = ada.get("/wishlist").await.text;
    assert!(page.contains("Move to cart") && field(&page, "variant_id") == Some(cup.to_string()), "{page}");
    let moved = about(&ada, "move-from-wishlist", cup).await;
    assert!(moved.location().ends_with(&format!("/wishlist?moved={cup}")), "{moved:?}");
    assert_eq!(counts(&ada).await, badges("2", ""));
    assert!(ada.get(&format!("/wishlist?moved={cup}")).await.text.contains("is in your cart."));
    about(&ada, "move-from-wishlist", cup).await;
    assert_eq!(counts(&ada).await, badges("2", ""), "what is not on the wishlist does not come from there");

    // What is in the cart already keeps its number.
    add(&ada, cup, "1").await;
    let sql = "insert into wishlist_items (user_id, product_id)
               select u.id, v.product_id from users u, product_variants v where u.email = 'ada@example.com' and v.id = $1";
    sqlx::query(sql).bind(cup).execute(app.pool()).await.unwrap();
    about(&ada, "move-from-wishlist", cup).await;
    assert_eq!(counts(&ada).await, badges("3", ""));
}

/// Whatever stands in the way leaves the goods where they were.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_move_that_is_refused_moves_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    let ada = app.buyer("ada").await;
    ada.add(cup, "1").await;
    sqlx::query("update products set status = 'draft', published_at = null").execute(app.pool()).await.unwrap();
    let page = about(&ada.browser, "save-for-later", cup).await;
    assert!(page.location().ends_with("/cart"), "{page:?}");
    assert!(ada.browser.get("/cart").await.text.contains("We could not find this."));
    assert_eq!((lines(&app).await.len(), wishes(&app).await), (1, 0));

    sqlx::query("update products set status = 'published', published_at = now()").execute(app.pool()).await.unwrap();
    sqlx::query(
        "with copies as (insert into products (id, vendor_id, category_id, slug, name, status, published_at)
           select gen_random_uuid(), vendor_id, category_id, 'copy-' || n, name, status, published_at
           from (select * from products limit 1) p, generate_series(1, $1::bigint) n returning id)
         insert into wishlist_items (user_id, product_id) select u.id, c.id from users u, copies c where u.email like 'ada%'",
    )
    .bind(MAX_ITEMS)
    .execute(app.pool())
    .await
    .unwrap();
    let page = ada.browser.call("/api/cart/save-for-later", &[("variant_id", &cup.to_string())]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "the wishlist is full: {}", page.text);
    assert_eq!((lines(&app).await.len(), wishes(&app).await), (1, MAX_ITEMS));

    sqlx::query("delete from wishlist_items").execute(app.pool()).await.unwrap();
    about(&ada.browser, "save-for-later", cup).await;
    sqlx::query(
        "insert into stock_movements (id, variant_id, vendor_id, kind, delta, reason)
         select gen_random_uuid(), id, vendor_id, 'correction', -5, 'Counted' from product_variants where id = $1",
    )
    .bind(cup)
    .execute(app.pool())
    .await
    .unwrap();
    let page = ada.browser.call("/api/cart/move-from-wishlist", &[("variant_id", &cup.to_string())]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "sold out: {}", page.text);
    assert!(!ada.browser.get("/wishlist").await.text.contains("Move to cart"));
    assert_eq!((lines(&app).await.len(), wishes(&app).await), (0, 1));
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_product_with_several_variants_is_chosen_on_its_page(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    sqlx::query(
        "insert into product_variants (id, product_id, vendor_id, title, price_minor, currency, stock, position)
         select gen_random_uuid(), product_id, vendor_id, 'Large', 2500, 'USD', 5, 1 from product_variants",
    )
    .execute(app.pool())
    .await
    .unwrap();
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    add(&ada, cup, "1").await;
    about(&ada, "save-for-later", cup).await;
    let page = ada.get("/wishlist").await.text;
    assert!(page.contains("Choose an option") && !page.contains("Move to cart"), "{page}");
}

/// A guest is sent to sign in; what was wanted is neither forgotten nor done unseen.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn a_guest_signs_in_to_save_and_is_asked_once_more(pool: PgPool) {
    let app = App::start(pool).await;
    let cup = app.goods(app.vendor("kiln").await, 1500, 5).await;
    let guest = app.browser();
    add(&guest, cup, "2").await;
    let page = about(&guest, "save-for-later", cup).await;
    assert!(page.location().ends_with("/sign-in?next=/cart"), "{page:?}");
    let ada = app.signed_in("ada@example.com", Role::Customer).await;
    guest.set_cookie(ACCESS, &ada.cookie(ACCESS).unwrap());
    let page = guest.get("/cart").await.text;
    assert!(page.contains("You are signed in now, and") && page.contains("is still in your cart."), "{page}");
    assert!(page.contains("Quantity of"), "the line is there: {page}");
    assert_eq!(wishes(&app).await, 0);
    about(&guest, "save-for-later", cup).await;
    assert_eq!((lines(&app).await.len(), wishes(&app).await), (0, 1));
}

/// Both tokens in many requests at once, and a tab that does not know of the sign-in yet.
#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn carts_that_merge_many_times_at_once_lose_and_double_nothing(pool: PgPool) {
    let app = App::start(pool).await;
    let shop = app.vendor("kiln").await;
    let mut goods = Vec::new();
    for _ in 0..9 {
        goods.push(app.goods(shop, 1500, 50).await);
    }
    let [both, own, late @ ..] = &goods[..] else { unreachable!() };
    let (guest, ada) = (app.browser(), app.signed_in("ada@example.com", Role::Customer).await);
    for (who, variant, quantity) in [(&ada, both, "2"), (&ada, own, "1"), (&guest, both, "3"), (&guest, &late[0], "4")] {
        assert_eq!(add(who, *variant, quantity).await.status, StatusCode::OK);
    }
    let signed_in = app.browser();
    let token = guest.cookie("__Host-souk_cart").unwrap();
    signed_in.set_cookie("__Host-souk_cart", &token);
    signed_in.set_cookie(ACCESS, &ada.cookie(ACCESS).unwrap());

    let looks = join_all((0..12).map(|n| signed_in.get(if n % 2 == 0 { "/cart" } else { "/products" })));
    let adds = join_all(late[1..].iter().map(|variant| add(&guest, *variant, "1")));
    let (looks, adds) = tokio::join!(looks, adds);
    assert!(looks.iter().all(|page| page.status == StatusCode::OK), "{looks:?}");
    assert!(adds.iter().all(|page| page.status == StatusCode::OK), "{adds:?}");

    signed_in.get("/cart").await;
    let mut wanted: Vec<_> = late[1..].iter().map(|variant| (*variant, 1)).chain([(*both, 3), (*own, 1), (late[0], 4)]).collect();
    let mut found = lines(&app).await;
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
    assert_eq!(app.count("select count(*) from carts").await, 1, "nothing is left of the guest's");
}

#[sqlx::test(migrator = "souk::platform::db::MIGRATOR")]
async fn what_finds_no_room_waits_and_is_told(pool: PgPool) {
    let app = App::start(pool).await;
    let shop = app.vendor("kiln").await;
    let (guest, ada) = (app.browser(), app.signed_in("ada@example.com", Role::Customer).await);
    let mut goods = Vec::new();
    for _ in 0..MAX_LINES + 10 {
        goods.push(app.goods(shop, 1500, 50).await);
    }
    add(&guest, goods[0], "1").await;
    add(&ada, goods[0], "1").await;
    // The customer's cart is nearly full, the guest's has a dozen other things.
    for (owner, from, to) in [("user_id", 1, MAX_LINES - 2), ("token_hash", MAX_LINES - 2, MAX_LINES + 10)] {
        let ids: Vec<uuid::Uuid> = goods[from..to].iter().map(|variant| variant.0).collect();
        let sql = format!(
            "insert into cart_items (cart_id, variant_id, quantity, seen_price_minor, added_at)
             select (select id from carts where {owner} is not null), v, 2, 1500, now() + n * interval '1 second'
             from unnest($1::uuid[]) with ordinality as goods (v, n)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ids).execute(app.pool()).await.unwrap();
    }
    ada.set_cookie("__Host-souk_cart", &guest.cookie("__Host-souk_cart").unwrap());
    let page = ada.get("/cart").await.text;
    assert!(page.contains("10 things from before you signed in found no room"), "{page}");
    let own = app.count("select count(*) from cart_items where cart_id = (select id from carts where user_id is not null)").await;
    assert_eq!((own, lines(&app).await.len()), (100, MAX_LINES + 10));
    let refused = ada.call("/api/cart/set-quantity", &[("variant_id", &goods[MAX_LINES + 9].to_string()), ("quantity", "1")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "a number set for what is not there is one more line");

    about(&ada, "remove", goods[0]).await;
    assert!(ada.get("/cart").await.text.contains("9 things from before"), "one came in");
    for variant in &goods[1..10] {
        about(&ada, "remove", *variant).await;
    }
    let page = ada.get("/cart").await.text;
    assert!(!page.contains("found no room"), "all of them did");
    assert_eq!((lines(&app).await.len(), app.count("select count(*) from carts").await), (MAX_LINES, 1));
}
