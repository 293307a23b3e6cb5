//! Hashing of passwords: argon2id off the async threads and behind a limit, since each hash takes 19 MiB and a core for its time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::Duration;

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::{Semaphore, oneshot};

use super::tokens::random_bits;
use crate::accounts::Password;
use crate::error::AppError;
use crate::values::{Email, FieldProblem};

/// Memory in KiB, passes and lanes: OWASP's first choice for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// As RFC 9106 recommends for passwords.
const SALT_BYTES: usize = 16;
/// Hashes at a time: 38 MiB at most, and the other threads stay free for the catalogue.
const AT_ONCE: usize = 2;
/// Longest wait for a turn; who would wait longer is asked to try again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Takes the place of the hash of a user who does not exist, so that the answer costs the same. The parameters above with an arbitrary
/// salt and output: no password is known to give it, and one that did would still be refused.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$MoaXRVF2yODQWc4plSo0cQ$O1yCdHlHSqt6YbIvVfL2C7YqGkG8cRVCW8Ck0AMSt2o";

/// Passwords of 12 characters and more that people really choose, one a line in lower case; shorter ones are refused by their length.
const COMMON: &str = include_str!("common_passwords.txt");

/// How far the hashing threads stand back (`nice`) when the processor is wanted elsewhere: who signs in can wait, who browses goes away.
const STAND_BACK: i32 = 5;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

type Work = Box<dyn FnOnce(&mut [Block]) + Send>;

/// Threads of hashing's own, each with its 19 MiB from the first hash on: asked for anew each time, the allocator kept 220 MiB after 300
/// sign-ins at once (`make bench`).
static HASHERS: LazyLock<mpsc::Sender<Work>> = LazyLock::new(|| {
    let (sender, receiver) = mpsc::channel::<Work>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..AT_ONCE {
        let receiver = receiver.clone();
        std::thread::spawn(move || {
            // Where that is forbidden they hash no worse.
            let _ = rustix::process::nice(STAND_BACK);
            // One waits at the channel, the others for the lock.
            let mut memory = vec![Block::new(); MEMORY_KIB as usize];
            while let Ok(work) = { receiver.lock().unwrap_or_else(PoisonError::into_inner).recv() } {
                // Whoever waits for the answer sees that none comes; the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(|| work(&mut memory)));
            }
        });
    }
    sender
});

tokio::task_local! {
    static COUNTER: Arc<AtomicU32>;
}

/// Runs the future and says how many hashes were computed in it: the test that a sign-in costs the same for known and unknown addresses
/// counts work instead of measuring time.
pub async fn counting<F: Future>(future: F) -> (F::Output, u32) {
    let counter = Arc::new(AtomicU32::new(0));
    let output = COUNTER.scope(counter.clone(), future).await;
    (output, counter.load(Ordering::Relaxed))
}

/// # Errors
/// `Offline` when too many are waiting.
pub async fn hash(password: &Password) -> Result<String, AppError> {
    let password = password.reveal().to_owned();
    in_turn(move |memory| {
        let bits = random_bits()?;
        let salt = Salt::new(&bits[..SALT_BYTES]).map_err(AppError::internal)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params()?).map_err(AppError::internal)?,
            hash: Some(output(&password, &salt, memory)?),
            salt: Some(salt),
        };
        Ok(hash.to_string())
    })
    .await
}

/// How a password compares with what is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and stored with parameters that are no longer ours: hash it anew.
    RightButOld,
}

/// Compares with the stored hash, or does the same work for nobody.
///
/// # Errors
/// `Offline` when too many are waiting.
pub async fn verify(password: &Password, stored: Option<&str>) -> Result<Verdict, AppError> {
    let password = password.reveal().to_owned();
    let known = stored.is_some();
    let stored = stored.unwrap_or(NOBODY).to_owned();
    in_turn(move |memory| {
        let parsed = PasswordHash::new(&stored).map_err(AppError::internal)?;
        let current = parsed.algorithm == Algorithm::Argon2id.ident() && Params::try_from(&parsed).is_ok_and(|stored| same_cost(&stored));
        let right = match (&parsed.salt, &parsed.hash) {
            // Compared in constant time.
            (Some(salt), Some(hash)) if current => output(&password, salt, memory)? == *hash,
            // Of other parameters: with memory of its own.
            _ => argon2()?.verify_password(password.as_bytes(), &parsed).is_ok(),
        };
        Ok(match (right && known, current) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::RightButOld,
        })
    })
    .await
}

/// Whether a new password is too easy to guess: a common one, or made of what anybody knows about the account.
pub fn weakness(password: &Password, email: &Email, name: &str) -> Option<FieldProblem> {
    let password = password.reveal().to_lowercase();
    let bare = letters_and_digits(&password);
    let first = password.chars().next();
    let one_character = password.chars().all(|c| Some(c) == first);
    let common = COMMON.lines().any(|known| known == password || (!bare.is_empty() && known == bare));
    (one_character || common || is_own_words(&bare, email, name)).then_some(FieldProblem::TooCommon)
}

/// The address, its parts and the person's name, alone, doubled, or with a few characters around them.
fn is_own_words(bare: &str, email: &Email, name: &str) -> bool {
    /// Characters beyond the known word that would have to be guessed; fewer than this are found in moments.
    const GUESSES: usize = 6;
    /// Shorter words than this occur in good passwords by chance.
    const SHORTEST: usize = 4;
    let email = email.key();
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let name = name.to_lowercase();
    let words = [email.as_str(), local, domain, &name, "souk"].into_iter().map(letters_and_digits);
    let words = words.chain(name.split_whitespace().map(letters_and_digits)).chain(domain.split('.').map(letters_and_digits));
    words.filter(|word| word.chars().count() >= SHORTEST).any(|word| {
        let rest = bare.replace(&word, "");
        rest.len() < bare.len() && rest.chars().count() < GUESSES
    })
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn params() -> Result<Params, AppError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(AppError::internal)
}

fn argon2() -> Result<Argon2<'static>, AppError> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?))
}

fn output(password: &str, salt: &[u8], memory: &mut [Block]) -> Result<Output, AppError> {
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2()?.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, memory).map_err(AppError::internal)?;
    Output::new(&out).map_err(AppError::internal)
}

fn same_cost(stored: &Params) -> bool {
    (stored.m_cost(), stored.t_cost(), stored.p_cost()) == (MEMORY_KIB, PASSES, LANES)
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce(&mut [Block]) -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    let turn = tokio::time::timeout(LONGEST_WAIT, TURNS.acquire()).await.map_err(|_| AppError::Offline)?.map_err(AppError::internal)?;
    COUNTER.try_with(|counter| counter.fetch_add(1, Ordering::Relaxed)).ok();
    // The turn goes along: a caller who gives up does not make room for another hash while this one still runs.
    let (answer, answered) = oneshot::channel();
    let work = move |memory: &mut [Block]| {
        let result = work(memory);
        drop(turn);
        let _ = answer.send(result);
    };
    HASHERS.send(Box::new(work)).map_err(AppError::internal)?;
    answered.await.map_err(AppError::internal)?
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher;

    use super::*;

    #[tokio::test]
    async fn the_hash_is_argon2id_with_our_parameters_and_a_salt_of_its_own() {
        let password = Password::new("correct horse battery");
        let (one, two) = (hash(&password).await.unwrap(), hash(&password).await.unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert_eq!(verify(&password, Some(&one)).await, Ok(Verdict::Right));
        assert_eq!(verify(&Password::new("correct horse batterx"), Some(&one)).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn nobody_costs_the_same_and_never_matches() {
        let (verdict, hashes) = counting(verify(&Password::new("whatever it may be"), None)).await;
        assert_eq!((verdict, hashes), (Ok(Verdict::Wrong), 1));
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert!(same_cost(&Params::try_from(&parsed).unwrap()));
    }

    #[tokio::test]
    async fn an_old_hash_is_noticed() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
        let stored = weak.hash_password(b"correct horse battery").unwrap().to_string();
        assert_eq!(verify(&Password::new("correct horse battery"), Some(&stored)).await, Ok(Verdict::RightButOld));
    }

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        let email: Email = "ada.lovelace@analytical.example".parse().unwrap();
        let weak = |text: &str| weakness(&Password::new(text), &email, "Ada Lovelace").is_some();
        for text in [
            "aaaaaaaaaaaa",
            "password1234",
            "PASSWORD1234",
            "Password-1234",
            "123456789012",
            "qwertyuiop12",
            "iloveyou1234",
            "ada.lovelace@analytical.example",
            "adalovelace1",
            "lovelace2026",
            "LovelaceLovelace",
            "Analytical123",
            "analytical!!!!",
            "Ada Lovelace!",
            "soukSOUKsouk",
            "letmeinletmein",
            "correct horse battery",
        ] {
            assert!(weak(text), "{text}");
        }
        for text in ["seven lanterns at dusk", "souk-demo-2026!", "Tr0ub4dor&3-and-more", "лошадь батарея скрепка", "lovelace likes tea"]
        {
            assert!(!weak(text), "{text}");
        }
    }

    #[test]
    fn the_list_is_clean() {
        assert!(COMMON.lines().count() >= 300);
        for line in COMMON.lines() {
            assert!(line.chars().count() >= Password::MIN_CHARS && line == line.to_lowercase() && line == line.trim(), "{line:?}");
        }
    }
}
