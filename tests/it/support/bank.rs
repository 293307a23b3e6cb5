//! The payment sandbox alone, on a socket, with a webhook endpoint that remembers what it was sent and answers as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use http::{HeaderMap, Method, StatusCode};
use leptos::config::LeptosOptions;
use secrecy::ExposeSecret;
use serde_json::Value;
use souk::platform::config::Config;
use souk::platform::db::Db;
use souk::platform::gateway::{Gateway, Intent, NewIntent};
use souk::platform::routes::PlainRoutes;
use souk::platform::state::AppState;
use souk::values::{Currency, Money, OrderId, UserId};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Long enough for a busy machine, short enough for somebody who waits for a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

/// One webhook as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub body: String,
    pub signature: String,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub struct Bank {
    pub state: AppState,
    pub url: String,
    /// What the webhook endpoint answers.
    pub answer: Arc<AtomicU16>,
    received: watch::Receiver<Vec<Received>>,
    http: reqwest::Client,
    _server: JoinHandle<()>,
}

/// An answer of the API.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Bank {
    pub async fn start(pool: PgPool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let var = |name: &str| (name == "SOUK_SECRET_KEY").then(|| "a key for tests that is long enough".to_owned());
        let config = Config::from_env(var, address).unwrap();
        let state = AppState::new(config, Db::new(pool), LeptosOptions::builder().output_name("souk").build()).unwrap();
        let (sender, received) = watch::channel(Vec::new());
        let answer = Arc::new(AtomicU16::new(200));
        let code = answer.clone();
        let collect = move |headers: HeaderMap, body: String| async move {
            let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
            sender.send_modify(|all: &mut Vec<Received>| all.push(Received { body, signature }));
            StatusCode::from_u16(code.load(Ordering::SeqCst)).unwrap()
        };
        let router = souk::sandbox::routes(PlainRoutes::new()).into_router().with_state(state.clone());
        let router: Router = router.route("/webhooks/stripe", post(collect));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { state, url: format!("http://{address}"), answer, received, http, _server: server }
    }

    /// Starts the sender of webhooks; it ends when the token is cancelled.
    pub fn deliver(&self) -> (CancellationToken, JoinHandle<()>) {
        let shutdown = CancellationToken::new();
        (shutdown.clone(), tokio::spawn(souk::sandbox::start(self.state.clone(), shutdown)))
    }

    /// Waits until what has been received satisfies `enough`.
    pub async fn received(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let mut received = self.received.clone();
        let all = tokio::time::timeout(PATIENCE, received.wait_for(|all| enough(all))).await;
        all.unwrap_or_else(|_| panic!("only these came: {:#?}", self.received.borrow())).unwrap().clone()
    }

    pub fn gateway(&self) -> &Gateway {
        &self.state.gateway
    }

    /// A gateway of little patience.
    pub fn hasty(&self) -> Gateway {
        Gateway::with_timeout(&self.state.config.stripe, Duration::from_millis(400)).unwrap()
    }

    pub fn secret_key(&self) -> String {
        self.state.config.stripe.secret_key.expose_secret().to_owned()
    }

    pub fn publishable_key(&self) -> &str {
        &self.state.config.stripe.publishable_key
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}/_stripe/{path}", self.url))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path).bearer_auth(self.secret_key())).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.request(Method::POST, path).bearer_auth(self.secret_key()).form(fields)).await
    }

    pub async fn post_with_key(&self, path: &str, key: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.request(Method::POST, path).bearer_auth(self.secret_key()).header("idempotency-key", key);
        self.send(request.form(fields)).await
    }

    /// Confirms as the browser's script does: with the publishable key, the intent's secret and a card.
    pub async fn pay(&self, intent: &Intent, number: &str) -> Reply {
        let fields = [
            ("client_secret", intent.client_secret.as_deref().unwrap()),
            ("use_stripe_sdk", "true"),
            ("payment_method_data[type]", "card"),
            ("payment_method_data[card][number]", number),
            ("payment_method_data[card][exp_month]", "12"),
            ("payment_method_data[card][exp_year]", "2044"),
            ("payment_method_data[card][cvc]", "123"),
        ];
        let path = format!("v1/payment_intents/{}/confirm", intent.id);
        self.send(self.request(Method::POST, &path).bearer_auth(self.publishable_key()).form(&fields)).await
    }

    pub async fn intent(&self) -> Intent {
        self.gateway().create_intent(new_intent(1500, &uuid::Uuid::new_v4().to_string())).await.unwrap()
    }

    pub async fn paid_intent(&self) -> Intent {
        let intent = self.intent().await;
        assert_eq!(self.pay(&intent, "4242424242424242").await.status, 200);
        intent
    }

    /// Kinds of all events so far, oldest first.
    pub async fn event_kinds(&self) -> Vec<String> {
        let page = self.gateway().list_events(0, None).await.unwrap();
        page.events.into_iter().rev().map(|event| event.kind().to_owned()).collect()
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(self.state.db.pool()).await.unwrap()
    }
}

pub fn usd(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::USD)
}

pub fn new_intent(amount_minor: i64, idempotency_key: &str) -> NewIntent<'_> {
    NewIntent { order_id: OrderId(uuid::Uuid::nil()), user_id: UserId(uuid::Uuid::nil()), amount: usd(amount_minor), idempotency_key }
}
