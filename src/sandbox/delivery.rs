//! The sender of webhooks: signed afresh at each try, the same id, again and again until the shop says 2xx. What is due stands in the
//! database, so that a restart loses none.

use std::time::Duration;

use futures::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::PREFIX;
use super::store::{self, Delivery, Pool};
use super::switches::Switches;
use crate::platform::state::AppState;

/// Messages on their way at once; their order is not kept, as Stripe does not keep it.
const AT_ONCE: i64 = 8;
/// Time for the shop to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than an attempt can take, so that nobody else takes it meanwhile.
const LEASE: Duration = Duration::from_secs(30);
/// The first retry comes soon: somebody at a demo is waiting.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// Looked for without being woken: another process may have added some.
const IDLE: Duration = Duration::from_secs(10);
/// After the database has failed.
const AFTER_ERROR: Duration = Duration::from_secs(2);

static WOKEN: Notify = Notify::const_new();

/// Something may be due.
pub(super) fn wake() {
    WOKEN.notify_waiters();
}

/// Sends until told to stop; what is on its way then is finished first.
pub(super) async fn run(state: AppState, shutdown: CancellationToken) {
    // Straight to ourselves: no proxy between, and no redirects.
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT).build();
    let (Ok(client), Some(secret)) = (client, state.config.stripe.webhook_secrets.first().cloned()) else {
        tracing::error!("payment sandbox cannot send webhooks: no HTTP client or no secret");
        return;
    };
    // By the address that the sandbox itself has: the public one may belong to a proxy.
    let own = state.config.stripe.api_url.trim_end_matches('/').trim_end_matches(PREFIX);
    let sender = Sender { client, secret, url: format!("{own}/webhooks/stripe"), pool: state.db.pool().clone() };
    while !shutdown.is_cancelled() {
        let woken = WOKEN.notified();
        tokio::pin!(woken);
        // From here on a wake-up counts, also one that comes while we look.
        woken.as_mut().enable();
        let pause = match sender.send_due().await {
            Ok(Some(pause)) => pause,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(%error, "payment sandbox: webhooks wait for the database");
                AFTER_ERROR
            }
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

struct Sender {
    client: reqwest::Client,
    secret: SecretString,
    url: String,
    pool: Pool,
}

impl Sender {
    /// Sends what is due. `None` if there may be more, else how long to wait.
    async fn send_due(&self) -> Result<Option<Duration>, store::DatabaseError> {
        store::prepare(&self.pool).await?;
        let due = store::claim_deliveries(&self.pool, AT_ONCE, LEASE).await?;
        if due.is_empty() {
            let next = store::next_due(&self.pool).await?.unwrap_or(IDLE);
            return Ok(Some(next.clamp(Duration::from_millis(20), IDLE)));
        }
        let switches = Switches::from_row(store::switches(&self.pool).await?);
        let url = switches.webhook_url().unwrap_or(&self.url);
        let results = join_all(due.iter().map(|delivery| self.send(delivery, url))).await;
        results.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(None)
    }

    async fn send(&self, delivery: &Delivery, url: &str) -> Result<(), store::DatabaseError> {
        let payload = delivery.event.to_string();
        let signature = sign(&payload, self.secret.expose_secret(), OffsetDateTime::now_utc().unix_timestamp());
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "Stripe/1.0 (souk sandbox)")
            .header("stripe-signature", signature)
            .body(payload);
        let outcome = match request.send().await {
            Ok(response) if response.status().is_success() => return store::mark_delivered(&self.pool, delivery.id).await,
            Ok(response) => response.status().to_string(),
            Err(error) => error.without_url().to_string(),
        };
        let pause = pause(delivery.attempts);
        tracing::info!(event = %delivery.event["id"], attempts = delivery.attempts, outcome, pause_s = pause.as_secs(), "webhook not taken");
        store::put_off(&self.pool, delivery.id, pause).await
    }
}

/// Stripe's `v1` scheme: HMAC-SHA256 over time and body.
fn sign(payload: &str, secret: &str, timestamp: i64) -> String {
    let mut hex = String::with_capacity(64);
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        mac.update(format!("{timestamp}.{payload}").as_bytes());
        for byte in mac.finalize().into_bytes() {
            hex.push_str(&format!("{byte:02x}"));
        }
    }
    format!("t={timestamp},v1={hex}")
}

fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_retry_is_quick_and_later_ones_are_patient() {
        assert_eq!(pause(1), FIRST_PAUSE);
        assert_eq!(pause(2), FIRST_PAUSE * 2);
        assert_eq!(pause(1000), LONGEST_PAUSE);
    }

    #[test]
    fn signatures_follow_stripes_scheme() {
        // Computed with openssl: printf '1492774577.{}' | openssl dgst -sha256 -hmac whsec_test
        assert_eq!(
            sign("{}", "whsec_test", 1_492_774_577),
            "t=1492774577,v1=0d0602f6611bd2252dd4b74b58a4528355a7380639a15e6cc21e3059d56d5b8b"
        );
    }
}
