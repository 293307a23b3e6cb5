//! Secrets that must be read again are sealed with a key that the database does not hold (XChaCha20-Poly1305). They are bound to their owner:
//! a row that is copied to somebody else opens nothing.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use super::tokens::{Keys, random_bits};
use crate::error::AppError;
use crate::values::UserId;

/// Of XChaCha20: long enough to be drawn at random.
const NONCE_BYTES: usize = 24;

impl Keys {
    /// Nonce and ciphertext, under the newest key.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness to give.
    pub fn seal(&self, owner: UserId, secret: &[u8]) -> Result<Vec<u8>, AppError> {
        let nonce = XNonce::try_from(&random_bits()?[..NONCE_BYTES]).map_err(AppError::internal)?;
        let payload = Payload { msg: secret, aad: owner.0.as_bytes() };
        let sealed = cipher(&self.newest.seal).encrypt(&nonce, payload).map_err(AppError::internal)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// None when no key of ours sealed it, or for somebody else.
    pub fn open(&self, owner: UserId, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        let payload = || Payload { msg: sealed, aad: owner.0.as_bytes() };
        self.all().find_map(|key| cipher(&key.seal).decrypt(&nonce, payload()).ok())
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Config;

    fn keys(secret: &'static str, previous: Option<&'static str>) -> Keys {
        let var = |name: &str| match name {
            "SOUK_SECRET_KEY" => Some(secret.to_owned()),
            "SOUK_PREVIOUS_SECRET_KEYS" => previous.map(str::to_owned),
            _ => None,
        };
        Keys::of(&Config::from_env(var, ([127, 0, 0, 1], 3000).into()).unwrap())
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_alone_and_outlives_a_rotation() {
        const OLD: &str = "an old key that is long enough for it";
        const NEW: &str = "a new key that is long enough for it!";
        let (ada, bob) = (UserId::new(), UserId::new());
        let sealed = keys(OLD, None).seal(ada, b"seed").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"seed"));
        assert_eq!(keys(OLD, None).open(ada, &sealed).as_deref(), Some(&b"seed"[..]));
        assert_eq!(keys(NEW, Some(OLD)).open(ada, &sealed).as_deref(), Some(&b"seed"[..]));
        assert_eq!(keys(OLD, None).open(bob, &sealed), None);
        assert_eq!(keys(NEW, None).open(ada, &sealed), None);
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert_eq!(keys(OLD, None).open(ada, &forged), None, "byte {at}");
        }
        assert_eq!(keys(OLD, None).open(ada, &sealed[..10]), None);
    }
}
