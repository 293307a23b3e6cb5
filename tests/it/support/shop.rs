//! Goods, customers and payments for tests: rows where a page would take too long, and the real way wherever it is what is tested.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::Sha256;
use souk::accounts::service::{Caller, sessions, tokens::Keys};
use souk::accounts::{Role, User};
use souk::analytics::invariants;
use souk::values::{OrderId, ProductId, UserId, VariantId, VendorId};
use sqlx::PgPool;
use uuid::Uuid;

use super::browser::Page;
use super::{App, Browser};

/// Test cards by the names that Stripe gives them.
pub const VISA: &str = "pm_card_visa";
pub const DISPUTED: &str = "pm_card_createDispute";
pub const DECLINED: &str = "pm_card_visa_chargeDeclined";

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A customer with a session and an address.
pub struct Buyer {
    pub browser: Browser,
    pub address_id: Uuid,
}

impl App {
    pub fn pool(&self) -> &PgPool {
        self.state.db.pool()
    }

    /// An approved shop; shipping costs 5.00.
    pub async fn vendor(&self, name: &str) -> VendorId {
        let owner = self.user(&format!("{name}@vendors.example"), Role::Vendor).await;
        let id = VendorId::new();
        sqlx::query(
            "insert into vendors (id, owner_id, slug, name, contact_email, status, shipping_flat_minor) values ($1, $2, $3, $3, $3 || '@vendors.example', 'approved', 500)",
        )
        .bind(id)
        .bind(owner)
        .bind(name)
        .execute(self.pool())
        .await
        .unwrap();
        id
    }

    /// The same, with the browser of its owner.
    pub async fn open_shop(&self, name: &str) -> (Browser, VendorId) {
        let browser = self.signed_in(&format!("{name}@vendors.example"), Role::Vendor).await;
        let sql = "insert into vendors (id, owner_id, slug, name, contact_email, status, shipping_flat_minor)
                   select gen_random_uuid(), id, $1, $1, email, 'approved', 500 from users where email = $1 || '@vendors.example' returning id";
        (browser, sqlx::query_scalar(sql).bind(name).fetch_one(self.pool()).await.unwrap())
    }

    /// A published product with one variant.
    pub async fn goods(&self, vendor: VendorId, price_minor: i64, stock: i32) -> VariantId {
        let (product, variant) = (ProductId::new(), VariantId::new());
        let slug = format!("p-{}", Uuid::new_v4().simple());
        // One for all: the tree has room for some hundreds.
        let category: Uuid = sqlx::query_scalar(
            "insert into categories (id, slug, name) values ($1, 'things', 'Things') on conflict (slug) do update set name = excluded.name returning id",
        )
        .bind(Uuid::now_v7())
        .fetch_one(self.pool())
        .await
        .unwrap();
        sqlx::query(
            "insert into products (id, vendor_id, category_id, slug, name, status, published_at) values ($1, $2, $3, $4, $4, 'published', now())",
        )
        .bind(product)
        .bind(vendor)
        .bind(category)
        .bind(&slug)
        .execute(self.pool())
        .await
        .unwrap();
        sqlx::query(
            "insert into product_variants (id, product_id, vendor_id, price_minor, currency, stock) values ($1, $2, $3, $4, 'USD', $5)",
        )
        .bind(variant)
        .bind(product)
        .bind(vendor)
        .bind(price_minor)
        .bind(stock)
        .execute(self.pool())
        .await
        .unwrap();
        variant
    }

    async fn user(&self, email: &str, role: Role) -> UserId {
        let id = UserId::new();
        sqlx::query("insert into users (id, email, name, password_hash, role) values ($1, $2, 'Ada Lovelace', 'none', $3)")
            .bind(id)
            .bind(email)
            .bind(role.as_str())
            .execute(self.pool())
            .await
            .unwrap();
        id
    }

    /// The browser of somebody new, signed in without the cost of a password.
    pub async fn signed_in(&self, email: &str, role: Role) -> Browser {
        self.sign_in_anew(email, role).await.0
    }

    async fn sign_in_anew(&self, email: &str, role: Role) -> (Browser, UserId) {
        let id = self.user(email, role).await;
        let user = User { id, email: email.parse().unwrap(), name: "Ada Lovelace".into(), role, email_verified: false, two_step: false };
        let mut tx = self.state.db.begin().await.unwrap();
        let issued = sessions::open(&mut tx, &Keys::of(&self.state.config), user, &Caller::default()).await.unwrap();
        tx.commit().await.unwrap();
        let browser = self.browser();
        browser.set_cookie("__Host-souk_access", &issued.access);
        (browser, id)
    }

    /// A customer with an address, signed in.
    pub async fn buyer(&self, name: &str) -> Buyer {
        let (browser, user_id) = self.sign_in_anew(&format!("{name}@buyers.example"), Role::Customer).await;
        let address_id = Uuid::now_v7();
        sqlx::query("insert into addresses (id, user_id, name, line1, city, country_code) values ($1, $2, 'Ada Lovelace', '1 Mill Lane', 'London', 'GB')")
            .bind(address_id)
            .bind(user_id)
            .execute(self.pool())
            .await
            .unwrap();
        Buyer { browser, address_id }
    }

    pub async fn stock(&self, variant: VariantId) -> i32 {
        sqlx::query_scalar("select stock from product_variants where id = $1").bind(variant).fetch_one(self.pool()).await.unwrap()
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(self.pool()).await.unwrap()
    }

    /// Mails of a kind, sent or waiting.
    pub async fn mails(&self, kind: &str) -> i64 {
        sqlx::query_scalar("select count(*) from outbox where kind = $1").bind(kind).fetch_one(self.pool()).await.unwrap()
    }

    pub async fn status(&self, order: OrderId) -> String {
        sqlx::query_scalar("select status from orders where id = $1").bind(order).fetch_one(self.pool()).await.unwrap()
    }

    pub async fn intent_id(&self, order: OrderId) -> String {
        sqlx::query_scalar("select intent_id from payments where order_id = $1").bind(order).fetch_one(self.pool()).await.unwrap()
    }

    /// What the browser's script does with a card; answers with the gateway's status code.
    pub async fn confirm(&self, order: OrderId, card: &str) -> u16 {
        let intent = self.state.gateway.retrieve_intent(&self.intent_id(order).await).await.unwrap();
        let fields = [("client_secret", intent.client_secret.unwrap()), ("payment_method", card.to_owned())];
        let path = format!("/_stripe/v1/payment_intents/{}/confirm", intent.id);
        let request = self.browser().request(Method::POST, &path).bearer_auth(&self.state.config.stripe.publishable_key).form(&fields);
        request.send().await.unwrap().status().as_u16()
    }

    /// A signed event about the order's intent, as the gateway would send it. The id is the caller's, so that it can be sent twice.
    pub async fn event(&self, id: &str, kind: &str, order: OrderId) -> String {
        let intent = self.intent_id(order).await;
        json!({ "id": id, "object": "event", "type": kind, "livemode": false, "created": time::OffsetDateTime::now_utc().unix_timestamp(),
            "api_version": "2026-09-30.endive", "pending_webhooks": 1, "request": null,
            "data": { "object": { "id": intent, "object": "payment_intent", "metadata": { "order_id": order } } } })
        .to_string()
    }

    /// Asks the payment sandbox, with the secret key.
    pub async fn sandbox(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> serde_json::Value {
        let key = self.state.config.stripe.secret_key.expose_secret();
        let request = self.browser().request(method, &format!("/_stripe/{path}")).bearer_auth(key).form(fields);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Makes the payment sandbox misbehave.
    pub async fn switch(&self, fields: &[(&str, &str)]) {
        self.sandbox(Method::POST, "test/switches", fields).await;
    }

    /// The newest event of a kind, as the sandbox would send it.
    pub async fn sandbox_event(&self, kind: &str) -> String {
        self.sandbox(Method::GET, &format!("v1/events?type={kind}&limit=1"), &[]).await["data"][0].to_string()
    }

    pub async fn webhook(&self, payload: &str) -> u16 {
        let signature = signature(self.state.config.stripe.webhook_secrets[0].expose_secret(), payload);
        self.webhook_signed(payload, &signature).await
    }

    pub async fn webhook_signed(&self, payload: &str, signature: &str) -> u16 {
        let request = self.browser().request(Method::POST, "/webhooks/stripe").header("stripe-signature", signature);
        request.body(payload.to_owned()).send().await.unwrap().status().as_u16()
    }

    /// Waits until so many wait for locks.
    pub async fn until_waiting(&self, waiters: i64) {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let seen = async {
            while self.count(waiting).await < waiters {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("nobody came to wait for a lock");
    }

    /// The end of each test that touches orders.
    pub async fn assert_invariants(&self) {
        let violations = invariants::check(&self.state.db).await.unwrap();
        assert!(violations.is_empty(), "{violations:#?}");
    }
}

/// `t=…,v1=…` over the payload, now.
pub fn signature(secret: &str, payload: &str) -> String {
    let at = time::OffsetDateTime::now_utc().unix_timestamp();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{payload}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

impl Buyer {
    pub async fn add(&self, variant: VariantId, quantity: &str) -> Page {
        self.browser.call("/api/cart/add", &[("variant_id", &variant.to_string()), ("quantity", quantity)]).await
    }

    /// What the review page asks to confirm; none if it says that something is not to be had.
    pub async fn try_fingerprint(&self) -> Option<String> {
        let page = self.browser.get(&format!("/checkout/review?address={}", self.address_id)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        field(&page.text, "fingerprint")
    }

    pub async fn fingerprint(&self) -> String {
        self.try_fingerprint().await.expect("something in the cart is not to be had")
    }

    pub async fn place(&self, fingerprint: &str) -> Page {
        self.browser.call("/api/checkout/place-order", &[("address_id", &self.address_id.to_string()), ("fingerprint", fingerprint)]).await
    }

    /// Cart to pending order.
    pub async fn order(&self, goods: &[(VariantId, u32)]) -> OrderId {
        for (variant, quantity) in goods {
            let page = self.add(*variant, &quantity.to_string()).await;
            assert_eq!(page.status, 200, "{}", page.text);
        }
        let fingerprint = self.fingerprint().await;
        let page = self.place(&fingerprint).await;
        assert!(page.status.is_success() || page.status.is_redirection(), "{} {}", page.status, page.text);
        page.json()
    }
}

/// Value of a hidden input.
pub fn field(html: &str, name: &str) -> Option<String> {
    let input = html.split("<input").find(|input| input.split('>').next().is_some_and(|tag| tag.contains(&format!("name=\"{name}\""))))?;
    Some(input.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}
