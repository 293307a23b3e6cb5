use crate::accounts::service::tokens::OpaqueToken;
use crate::error::AppError;

/// The secret by which a guest's cart is found: nobody guesses another's (CVE-2026-94462).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CartToken(OpaqueToken);

impl CartToken {
    pub(super) fn random() -> Result<Self, AppError> {
        OpaqueToken::random().map(Self)
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        OpaqueToken::decode(text).map(Self)
    }

    pub(super) fn encode(&self) -> String {
        self.0.encode()
    }

    /// What the table of carts knows of it.
    pub fn hash(&self) -> [u8; 32] {
        self.0.hash()
    }
}
