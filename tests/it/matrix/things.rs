//! What requests are about: one's own, somebody else's, and what is not there.

use serde_json::Value;
use souk::accounts::Role;
use souk::values::{UserId, VendorId};
use uuid::Uuid;

use super::actors::{Me, person, shop};
use super::dashboards::DeskThing;
use super::programs::{self, ProgramThing};
use super::reviewed;
use super::scene::Scene;

/// What a placeholder or an id field names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Thing {
    Nothing,
    Category,
    /// As admins name it.
    EmptyCategory,
    Product,
    ProductId,
    Shop,
    Variant,
    Picture,
    Address,
    Order,
    /// One that is paid, and not sent yet.
    PaidOrder,
    /// A product as the shop that sells it sees it: for sale, or not yet.
    ProductOfShop,
    DraftOfShop,
    /// A picture of such a product; the product is its secret.
    PictureOfShop,
    /// The same, taken down by an admin.
    HeldProduct,
    /// One with its variant.
    StockedProduct,
    /// A paid order with a part of such a shop, not sent yet, or sent. Order, part, line and payment have one id.
    PaidOrderOfShop,
    ShippedOrderOfShop,
    /// A line of an order that has arrived; one with a review.
    DeliveredLine,
    ReviewedLine,
    /// A review of such a shop's product; one that is on show, or hidden.
    ReviewOfShop,
    ShownReview,
    /// A file of products that was checked and waits to be let in.
    ImportOfShop,
    Program(ProgramThing),
    /// What the dashboards are about.
    Desk(DeskThing),
    /// A shop that waits for an admin.
    Application,
    /// One that was sent in development.
    Mail,
    /// Another device that is signed in.
    Session,
    /// Accounts as admins see them: a customer's, one that is disabled, one with a second factor.
    Account,
    DisabledAccount,
    TwoStepAccount,
    /// The payment sandbox's: an intent, one that awaits the bank's customer (found by its secret), one that is paid, and what comes of them.
    Intent,
    AskingIntent,
    PaidIntent,
    Charge,
    Refund,
    Dispute,
    SandboxCustomer,
    SandboxEvent,
}

/// Whose a thing is in a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Object {
    /// The route is about nothing in particular.
    None,
    /// One's own; of things that are for everybody, one that is on show.
    Own,
    /// Somebody else's; of things that are for everybody, one that is kept from view.
    Others,
    Missing,
}

/// Who may see a thing at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sharing {
    /// The owner alone: to all others it is not there.
    Owner,
    /// Everybody, while it is on show.
    OnShow,
    /// Whoever may use the route.
    Common,
}

impl Thing {
    pub fn sharing(self) -> Sharing {
        match self {
            Self::Address
            | Self::Order
            | Self::PaidOrder
            | Self::Session
            | Self::ImportOfShop
            | Self::Program(_)
            | Self::ProductOfShop
            | Self::DeliveredLine
            | Self::ReviewedLine
            | Self::ReviewOfShop
            | Self::DraftOfShop
            | Self::HeldProduct
            | Self::StockedProduct
            | Self::PictureOfShop
            | Self::PaidOrderOfShop
            | Self::ShippedOrderOfShop => Sharing::Owner,
            Self::Category
            | Self::Product
            | Self::ProductId
            | Self::Shop
            | Self::Variant
            | Self::Picture
            | Self::ShownReview
            | Self::AskingIntent => Sharing::OnShow,
            Self::Desk(thing) => thing.sharing(),
            _ => Sharing::Common,
        }
    }

    pub fn objects(self) -> &'static [Object] {
        match self {
            Self::Nothing => &[Object::None],
            // Nobody hides a category or a picture, and the sandbox has one merchant.
            Self::Category | Self::Picture => &[Object::Own, Object::Missing],
            Self::Desk(DeskThing::Settings) => &[Object::Own],
            _ if self.sharing() == Sharing::Common => &[Object::Others, Object::Missing],
            _ => &[Object::Own, Object::Others, Object::Missing],
        }
    }

    fn missing(self) -> &'static str {
        match self {
            Self::Category | Self::Product | Self::Shop | Self::Desk(DeskThing::Text | DeskThing::WrittenText) => "there-is-no-such-thing",
            Self::Intent | Self::AskingIntent | Self::PaidIntent => "pi_missing",
            Self::Charge | Self::Refund | Self::Dispute | Self::SandboxCustomer | Self::SandboxEvent => "xx_missing",
            _ => "00000000-0000-7000-8000-000000000000",
        }
    }
}

/// A thing as requests name it.
#[derive(Clone, Default, Debug)]
pub struct Made {
    pub id: String,
    /// By which the holder of an intent proves to be one; of a shop's product, the version that was seen or its variant.
    pub secret: String,
}

impl Made {
    fn of(id: impl ToString) -> Self {
        Self { id: id.to_string(), secret: String::new() }
    }
}

/// Makes the thing for one cell.
pub async fn make(scene: &Scene, thing: Thing, object: Object, me: &Me) -> Made {
    if object == Object::Missing {
        let secret = match thing {
            Thing::ProductOfShop | Thing::ReviewOfShop | Thing::Desk(_) => "1",
            Thing::StockedProduct => "00000000-0000-7000-8000-000000000001",
            Thing::PictureOfShop => thing.missing(),
            _ => "pi_missing_secret",
        };
        return Made { id: thing.missing().to_owned(), secret: secret.to_owned() };
    }
    let goods = if object == Object::Own { &scene.shown } else { &scene.hidden };
    match thing {
        Thing::Nothing => Made::default(),
        Thing::Category => Made::of(&goods.category_slug),
        Thing::EmptyCategory => {
            let statement = "insert into categories (id, slug, name) values ($1, $1::text, 'Tea') returning id";
            Made::of(sqlx::query_scalar::<_, Uuid>(statement).bind(Uuid::now_v7()).fetch_one(scene.app.pool()).await.unwrap())
        }
        Thing::Product => Made::of(&goods.product_slug),
        Thing::ProductId => Made::of(goods.product_id),
        Thing::Shop => Made::of(&goods.shop_slug),
        Thing::Variant => Made::of(goods.variant_id),
        Thing::Picture => Made::of(scene.picture),
        Thing::Address => Made::of(address(scene, owner(scene, object, me).await).await),
        Thing::Order => Made::of(order(scene, owner(scene, object, me).await).await),
        Thing::PaidOrder => {
            let product = product_of_shop(scene, Object::Others, me, "published").await.id;
            paid_order(scene, owner(scene, object, me).await, &product, "unfulfilled").await
        }
        Thing::DeliveredLine => reviewed::delivered_line(scene, object, me).await,
        Thing::ReviewedLine => reviewed::reviewed_line(scene, object, me).await,
        Thing::ReviewOfShop => reviewed::review_of_shop(scene, object, me).await,
        Thing::ShownReview => reviewed::shown_review(scene, object).await,
        Thing::ProductOfShop => product_of_shop(scene, object, me, "published").await,
        Thing::DraftOfShop => product_of_shop(scene, object, me, "draft").await,
        Thing::PictureOfShop => picture_of_shop(scene, object, me).await,
        Thing::HeldProduct => {
            let made = product_of_shop(scene, object, me, "draft").await;
            let statement = "update products set held_reason = 'No.' where id = $1::uuid";
            sqlx::query(statement).bind(&made.id).execute(scene.app.pool()).await.unwrap();
            made
        }
        Thing::StockedProduct => {
            let made = product_of_shop(scene, object, me, "published").await;
            let variant = sqlx::query_scalar("select id::text from product_variants where product_id = $1::uuid").bind(&made.id);
            Made { secret: variant.fetch_one(scene.app.pool()).await.unwrap(), ..made }
        }
        Thing::PaidOrderOfShop => paid_order_of_shop(scene, object, me, "unfulfilled").await,
        Thing::ShippedOrderOfShop => paid_order_of_shop(scene, object, me, "shipped").await,
        Thing::Session => Made::of(another_session(scene, owner(scene, object, me).await).await),
        Thing::Account => Made::of(person(&scene.app, Role::Customer).await.id),
        Thing::DisabledAccount => Made::of(account_with(scene, "update users set disabled_at = now() where id = $1").await),
        Thing::TwoStepAccount => Made::of(account_with(scene, "update users set two_step_at = now() where id = $1").await),
        Thing::Mail => {
            let statement = "insert into mailbox (message_id, recipient, subject, body_text, body_html)
                             values ('<' || gen_random_uuid() || '@localhost>', 'ada@people.example', 'Hello', 'Hello', '<p>Hello')
                             returning trim(both '<>' from message_id)";
            Made::of(sqlx::query_scalar::<_, String>(statement).fetch_one(scene.app.pool()).await.unwrap())
        }
        Thing::Desk(thing) => thing.make(scene, object).await,
        Thing::ImportOfShop => import_of_shop(scene, object, me).await,
        Thing::Program(thing) => programs::make(scene, thing, object, me).await,
        Thing::Application => {
            let applicant = person(&scene.app, Role::Vendor).await;
            Made::of(shop(&scene.app, applicant.id, "pending").await)
        }
        _ => of_sandbox(scene, thing, object).await,
    }
}

/// Oneself, or a stranger; what belongs to those who have no account is a stranger's as well.
pub async fn owner(scene: &Scene, object: Object, me: &Me) -> UserId {
    match me.user_id.filter(|_| object == Object::Own) {
        Some(id) => id,
        None => person(&scene.app, Role::Customer).await.id,
    }
}

/// All addresses are alike but for the id, so that what was confirmed with one's own would be right for somebody else's.
pub async fn address(scene: &Scene, user: UserId) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into addresses (id, user_id, name, line1, city, country_code) values ($1, $2, 'Ada Lovelace', '1 Mill Lane', 'London', 'GB')",
    )
    .bind(id)
    .bind(user)
    .execute(scene.app.pool())
    .await
    .unwrap();
    id
}

/// One's own shop, or somebody else's.
pub async fn any_shop(scene: &Scene, object: Object, me: &Me) -> VendorId {
    match me.vendor_id.filter(|_| object == Object::Own) {
        Some(own) => own,
        None => shop(&scene.app, person(&scene.app, Role::Vendor).await.id, "approved").await,
    }
}

pub async fn product_of_shop(scene: &Scene, object: Object, me: &Me, status: &str) -> Made {
    let vendor = any_shop(scene, object, me).await;
    let variant = scene.app.goods(vendor, 1500, 5).await;
    let statement = "update products p set status = $2 from product_variants v where v.id = $1 and p.id = v.product_id
                     returning p.id, ((extract(epoch from p.updated_at) * 1000000)::bigint)::text";
    let (id, version): (Uuid, String) = sqlx::query_as(statement).bind(variant).bind(status).fetch_one(scene.app.pool()).await.unwrap();
    Made { id: id.to_string(), secret: version }
}

async fn picture_of_shop(scene: &Scene, object: Object, me: &Me) -> Made {
    let product = product_of_shop(scene, object, me, "published").await.id;
    let statement = "insert into product_pictures (id, product_id, vendor_id, position, width, height, widths)
                     select gen_random_uuid(), id, vendor_id, 0, 160, 160, '{160}' from products where id = $1::uuid returning id::text";
    let id = sqlx::query_scalar(statement).bind(&product).fetch_one(scene.app.pool()).await.unwrap();
    Made { id, secret: product }
}

async fn paid_order_of_shop(scene: &Scene, object: Object, me: &Me, fulfilment: &str) -> Made {
    let product = product_of_shop(scene, object, me, "published").await.id;
    paid_order(scene, person(&scene.app, Role::Customer).await.id, &product, fulfilment).await
}

pub async fn paid_order(scene: &Scene, customer: UserId, product: &str, fulfilment: &str) -> Made {
    let id = Uuid::now_v7();
    sqlx::query(
        "with o as (insert into orders (id, user_id, email, status, paid_at, currency, items_minor, total_minor, ship_name, ship_line1, ship_city,
             ship_country_code, fingerprint)
           values ($1, $2, 'ada@people.example', 'paid', now(), 'USD', 1500, 1500, 'Ada', '1 Mill Lane', 'London', 'GB', sha256($1::text::bytea))),
         pay as (insert into payments (id, order_id, status, amount_minor, currency, idempotency_key, intent_id)
           values ($1, $1, 'succeeded', 1500, 'USD', $1::text, 'pi_' || $1::text)),
         part as (insert into order_parts (id, order_id, vendor_id, vendor_name, items_minor, total_minor, paid_at, fulfilment)
           select $1, $1, vendor_id, 'A shop', 1500, 1500, now(), $4 from product_variants where product_id = $3::uuid)
         insert into order_lines (id, order_id, part_id, vendor_id, variant_id, product_id, product_name, product_slug, unit_price_minor,
             quantity, subtotal_minor)
           select $1, $1, $1, vendor_id, id, product_id, 'Cup', 'cup', 1500, 1, 1500 from product_variants where product_id = $3::uuid",
    )
    .bind(id)
    .bind(customer)
    .bind(product)
    .bind(fulfilment)
    .execute(scene.app.pool())
    .await
    .unwrap();
    Made::of(id)
}

async fn import_of_shop(scene: &Scene, object: Object, me: &Me) -> Made {
    let vendor = any_shop(scene, object, me).await;
    let statement = "insert into product_imports (id, vendor_id, file_name, file, status, rows_total, products_new)
                     values (gen_random_uuid(), $1, 'goods.csv', 'handle', 'checked', 1, 1) returning id::text";
    Made::of(sqlx::query_scalar::<_, String>(statement).bind(vendor).fetch_one(scene.app.pool()).await.unwrap())
}

async fn another_session(scene: &Scene, user: UserId) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query("insert into sessions (id, user_id) values ($1, $2)").bind(id).bind(user).execute(scene.app.pool()).await.unwrap();
    id
}

async fn account_with(scene: &Scene, statement: &'static str) -> UserId {
    let id = person(&scene.app, Role::Customer).await.id;
    sqlx::query(statement).bind(id).execute(scene.app.pool()).await.unwrap();
    id
}

/// An order that waits to be paid.
async fn order(scene: &Scene, user: UserId) -> Uuid {
    let id = Uuid::now_v7();
    sqlx::query(
        "with o as (insert into orders (id, user_id, email, currency, items_minor, total_minor, ship_name, ship_line1, ship_city,
             ship_country_code, fingerprint)
           values ($1, $2, 'ada@people.example', 'USD', 1500, 1500, 'Ada', '1 Mill Lane', 'London', 'GB', sha256($1::text::bytea))),
         pay as (insert into payments (id, order_id, amount_minor, currency, idempotency_key) values ($1, $1, 1500, 'USD', $1::text)),
         part as (insert into order_parts (id, order_id, vendor_id, vendor_name, items_minor, total_minor)
           select $1, $1, vendor_id, 'A shop', 1500, 1500 from product_variants where id = $3)
         insert into order_lines (id, order_id, part_id, vendor_id, variant_id, product_id, product_name, product_slug, unit_price_minor,
             quantity, subtotal_minor)
           select $1, $1, $1, vendor_id, id, product_id, 'Cup', 'cup', 1500, 1, 1500 from product_variants where id = $3",
    )
    .bind(id)
    .bind(user)
    .bind(scene.shown.variant_id)
    .execute(scene.app.pool())
    .await
    .unwrap();
    id
}

/// One of the goods on show in the actor's cart.
pub async fn fill_cart(scene: &Scene, user: UserId) {
    sqlx::query(
        "with cart as (insert into carts (id, user_id) values ($1, $2))
         insert into cart_items (cart_id, variant_id, quantity, seen_price_minor) values ($1, $3, 1, 1500)",
    )
    .bind(Uuid::now_v7())
    .bind(user)
    .bind(scene.shown.variant_id)
    .execute(scene.app.pool())
    .await
    .unwrap();
}

async fn of_sandbox(scene: &Scene, thing: Thing, object: Object) -> Made {
    let back = format!("{}/orders/1/thanks", scene.app.url);
    let amount = [("amount", "1500"), ("currency", "usd")];
    let confirmed = |card| [amount[0], amount[1], ("confirm", "true"), ("payment_method", card), ("return_url", &*back)];
    let id = |value: &Value| Made::of(value["id"].as_str().unwrap());
    match thing {
        Thing::Intent => id(&scene.stripe("payment_intents", &amount).await),
        Thing::AskingIntent => {
            let intent = scene.stripe("payment_intents", &confirmed("pm_card_authenticationRequired")).await;
            // Who has only the id of somebody else's knows the secret of their own at best.
            let secret = match object {
                Object::Own => intent["client_secret"].clone(),
                _ => scene.stripe("payment_intents", &amount).await["client_secret"].clone(),
            };
            Made { id: intent["id"].as_str().unwrap().to_owned(), secret: secret.as_str().unwrap().to_owned() }
        }
        Thing::PaidIntent => id(&scene.stripe("payment_intents", &confirmed("pm_card_visa")).await),
        Thing::Charge => Made::of(scene.stripe("payment_intents", &confirmed("pm_card_visa")).await["latest_charge"].as_str().unwrap()),
        Thing::Refund => {
            let paid = scene.stripe("payment_intents", &confirmed("pm_card_visa")).await;
            id(&scene.stripe("refunds", &[("payment_intent", paid["id"].as_str().unwrap())]).await)
        }
        Thing::Dispute => {
            let paid = scene.stripe("payment_intents", &confirmed("pm_card_createDispute")).await;
            let path = format!("disputes?payment_intent={}", paid["id"].as_str().unwrap());
            Made::of(scene.stripe_newest(&path).await)
        }
        Thing::SandboxCustomer => id(&scene.stripe("customers", &[("name", "Ada")]).await),
        _ => {
            scene.stripe("payment_intents", &amount).await;
            Made::of(scene.stripe_newest("events?limit=1").await)
        }
    }
}
