use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::accounts::service::tokens::{decode_bits, random_bits};
use crate::error::AppError;

/// The secret by which a guest's cart is found: 256 bits, so that nobody guesses another's (CVE-2026-94462). Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct CartToken([u8; 32]);

impl CartToken {
    pub(super) fn random() -> Result<Self, AppError> {
        random_bits().map(Self)
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        decode_bits(text).map(Self)
    }

    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the table of carts knows of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl std::fmt::Debug for CartToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
