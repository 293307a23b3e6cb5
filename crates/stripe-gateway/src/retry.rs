//! Which failures are worth another try, and what is known when the tries are used up.

use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use stripe::StripeError;

use crate::Error;

/// Tries in all. Whoever waits longer than three of them has a job that asks again later.
const MAX_TRIES: u32 = 3;
/// Pause before the second try; doubled for each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Whether a call changes something: after such a call silence means "unknown", after the other kind it means "try later".
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// One failed attempt.
enum Verdict {
    Final(Error),
    /// Worth another try. `reached`: the gateway may have acted on it.
    Again {
        reached: bool,
        why: String,
    },
}

/// Calls `attempt` until it brings an answer. Each attempt must carry the same idempotency key.
pub(crate) async fn persist<T, F>(effect: Effect, attempt: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, StripeError>>,
{
    let mut reached_before = false;
    let mut tries = 0;
    loop {
        tries += 1;
        let error = match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        match judge(error) {
            // An earlier attempt may have gone through while this one was turned away at the door.
            Verdict::Final(Error::Unavailable(why)) if reached_before && effect == Effect::Write => return Err(Error::OutcomeUnknown(why)),
            Verdict::Final(error) => return Err(error),
            Verdict::Again { reached, why } => {
                reached_before |= reached;
                if tries >= MAX_TRIES {
                    let unknown = reached_before && effect == Effect::Write;
                    return Err(if unknown { Error::OutcomeUnknown(why) } else { Error::Unavailable(why) });
                }
                tracing::info!(tries, why, "gateway call failed, trying again");
            }
        }
        tokio::time::sleep(pause(tries)).await;
    }
}

fn judge(error: StripeError) -> Verdict {
    match error {
        StripeError::Stripe(api, status) => {
            let message = api.message.unwrap_or_default();
            let code = api.code.map_or_else(|| api.type_.to_string(), |code| code.to_string());
            match status {
                429 => Verdict::Again { reached: false, why: format!("429 {code}: {message}") },
                409 | 500.. => Verdict::Again { reached: true, why: format!("{status} {code}: {message}") },
                // Our key, not this payment, is what they object to: nobody's payment should be given up for it.
                401 | 403 => Verdict::Final(Error::Unavailable(format!("{status} {code}: {message}"))),
                _ => Verdict::Final(Error::Refused { code, message }),
            }
        }
        // An answer came that cannot be read: if it was a write, it may have happened.
        StripeError::JSONDeserialize(why) => Verdict::Again { reached: true, why },
        StripeError::Timeout => Verdict::Again { reached: true, why: "no answer in time".to_owned() },
        // hyper-util says so when no connection came about, hence nothing was sent.
        StripeError::ClientError(why) => Verdict::Again { reached: !why.contains("(Connect)"), why },
        StripeError::ConfigError(why) => Verdict::Final(Error::Unavailable(why)),
    }
}

/// Doubling, with the upper half random, so that callers that failed together do not come back together.
fn pause(tries: u32) -> Duration {
    let full = FIRST_PAUSE * 2_u32.pow(tries - 1);
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    let half = u64::try_from(full.as_millis() / 2).unwrap_or(1).max(1);
    Duration::from_millis(half + random % half)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    async fn after(effect: Effect, failures: Vec<StripeError>) -> (Result<u8, Error>, u32) {
        let count = AtomicU32::new(0);
        let failures = std::sync::Mutex::new(failures);
        let result = persist(effect, || async {
            count.fetch_add(1, Ordering::SeqCst);
            let mut failures = failures.lock().unwrap();
            if failures.is_empty() { Ok(7) } else { Err(failures.remove(0)) }
        })
        .await;
        (result, count.into_inner())
    }

    fn refused_connection() -> StripeError {
        StripeError::ClientError("client error (Connect)".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_happened_is_never_called_a_failure() {
        let (result, tries) = after(Effect::Write, vec![StripeError::Timeout, refused_connection(), refused_connection()]).await;
        assert!(matches!(result, Err(Error::OutcomeUnknown(_))));
        assert_eq!(tries, MAX_TRIES);
        let (result, _) = after(Effect::Write, (0..3).map(|_| refused_connection()).collect()).await;
        assert!(matches!(result, Err(Error::Unavailable(_))));
        let (result, _) = after(Effect::Write, (0..3).map(|_| StripeError::JSONDeserialize("cut off".to_owned())).collect()).await;
        assert!(matches!(result, Err(Error::OutcomeUnknown(_))));
        let (result, _) = after(Effect::Read, (0..3).map(|_| StripeError::Timeout).collect()).await;
        assert!(matches!(result, Err(Error::Unavailable(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_fault_is_ridden_out() {
        let (result, tries) = after(Effect::Write, vec![StripeError::Timeout, refused_connection()]).await;
        assert_eq!(result.unwrap(), 7);
        assert_eq!(tries, 3);
        let (result, tries) = after(Effect::Write, vec![StripeError::ConfigError("no".to_owned())]).await;
        assert!(matches!(result, Err(Error::Unavailable(_))));
        assert_eq!(tries, 1);
    }

    #[test]
    fn pauses_grow_and_differ() {
        for _ in 0..50 {
            assert!((125..250).contains(&pause(1).as_millis()));
            assert!((250..500).contains(&pause(2).as_millis()));
        }
    }
}
