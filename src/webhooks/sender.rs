//! One message over the wire: signed, to a checked address, no further than that.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::Client;
use reqwest::redirect::Policy;
use sha2::Sha256;
use time::OffsetDateTime;

use super::address::{self, Outside};

/// Whoever needs longer should answer first and work then.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What secrets begin with, as Standard Webhooks has it.
pub const SECRET_PREFIX: &str = "whsec_";

/// A redirect could lead inside, and a proxy would resolve names in our place.
fn client(local: bool) -> Result<Client, String> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(TIMEOUT).dns_resolver(Outside { local });
    client.build().map_err(|error| error.to_string())
}

static OUTSIDE: LazyLock<Result<Client, String>> = LazyLock::new(|| client(false));
static LOCAL: LazyLock<Result<Client, String>> = LazyLock::new(|| client(true));

/// What is sent.
pub struct Message<'a> {
    pub id: &'a str,
    pub url: &'a str,
    pub secret: &'a [u8],
    pub payload: &'a str,
}

/// The status of the answer.
///
/// # Errors
/// Why there was none, in words for the vendor: nothing of our network.
pub async fn send(message: &Message<'_>, local: bool) -> Result<u16, String> {
    let client = if local { &*LOCAL } else { &*OUTSIDE }.as_ref().map_err(Clone::clone)?;
    // It was checked when it was added; rules may have become stricter since.
    let url = address::parse(message.url, local).ok_or("This address is not one of the public network, by https.")?;
    let at = OffsetDateTime::now_utc().unix_timestamp();
    let request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "Souk-Webhooks/1")
        .header("webhook-id", message.id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signature(message.secret, message.id, at, message.payload))
        .body(message.payload.to_owned());
    match request.send().await {
        // Nobody reads the body.
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Err("No answer within ten seconds.".to_owned()),
        Err(error) if error.is_connect() => Err("No connection: the name leads nowhere public, or nobody answers there.".to_owned()),
        Err(_) => Err("The connection broke off.".to_owned()),
    }
}

/// `v1,…`: HMAC-SHA256 over id, time and body.
pub fn signature(secret: &[u8], id: &str, at: i64, payload: &str) -> String {
    // Keys of any length will do, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{at}.{payload}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn signs_as_the_standard_does() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
