//! The two kinds of tokens. An access token is a JWT that names a session; every other token is opaque. A refresh token is what an HMAC makes
//! of its parent, so that a repeated exchange yields the same successor although only hashes are stored.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::AppError;
use crate::platform::config::Config;
use crate::values::{SessionId, UserId};

/// Life of an access token: how long a copied one works at most, as the session's row is looked at anyway.
pub const ACCESS_LIFETIME: Duration = Duration::from_secs(600);
/// How far the clocks of two instances may differ, in seconds.
const LEEWAY: u64 = 5;
/// A token of ours has about 400 bytes; nothing longer is worth parsing.
const MAX_ACCESS_LEN: usize = 1024;
/// RFC 9068. Another kind of JWT made with the same key is not an access token.
const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "souk";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// What a genuine access token says; whether the session lives only its row can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccessClaims {
    pub session_id: SessionId,
    pub user_id: UserId,
}

/// The signing keys, newest first; the older ones only verify.
pub struct Keys {
    pub(super) newest: Key,
    older: Vec<Key>,
    issuer: String,
}

pub(super) struct Key {
    kid: String,
    access: [u8; 32],
    refresh: [u8; 32],
    pub(super) seal: [u8; 32],
}

impl Key {
    /// One secret, independent values: no token of one kind can pass for another.
    fn derive(secret: &SecretString) -> Self {
        let root: [u8; 32] = Sha256::digest(secret.expose_secret().as_bytes()).into();
        let kid = hex(&hmac(&root, b"souk key id")[..8]);
        let [access, refresh, seal] = [&b"souk access token"[..], b"souk refresh token", b"souk seal"].map(|name| hmac(&root, name));
        Self { kid, access, refresh, seal }
    }
}

impl Keys {
    pub fn of(config: &Config) -> Self {
        Self {
            newest: Key::derive(&config.secret_key),
            older: config.previous_secret_keys.iter().map(Key::derive).collect(),
            issuer: config.base_url.clone(),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// # Errors
    /// `Internal` if the token cannot be made, which would be our mistake.
    pub fn access_token(&self, claims: AccessClaims) -> Result<String, AppError> {
        let now = now();
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.newest.kid.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: claims.user_id,
            sid: claims.session_id,
            iat: now,
            nbf: now,
            exp: now + ACCESS_LIFETIME.as_secs(),
        };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&self.newest.access)).map_err(AppError::internal)
    }

    /// None for anything but an access token that we made and that has not expired.
    pub fn verify_access_token(&self, token: &str) -> Option<AccessClaims> {
        if token.len() > MAX_ACCESS_LEN {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = self.all().find(|key| Some(&key.kid) == header.kid.as_ref())?;
        // Exactly the header we write: no other algorithm, no embedded or remote keys, no critical extensions.
        let mut expected = Header::new(Algorithm::HS256);
        expected.typ = Some(TYPE.to_owned());
        expected.kid = Some(key.kid.clone());
        if header != expected {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&key.access), &validation).ok()?.claims;
        // A token that would live longer than we let any live is not ours, whatever its signature says.
        let lifetime_ok = claims.exp <= now() + ACCESS_LIFETIME.as_secs() + LEEWAY;
        lifetime_ok.then_some(AccessClaims { session_id: claims.sid, user_id: claims.sub })
    }

    /// What `parent` is exchanged for: under the newest key, and under the older ones for an exchange that a rotation of keys fell into.
    pub(super) fn successors(&self, parent: &OpaqueToken) -> impl Iterator<Item = OpaqueToken> {
        self.all().map(|key| OpaqueToken(hmac(&key.refresh, &parent.0)))
    }

    pub(super) fn successor(&self, parent: &OpaqueToken) -> OpaqueToken {
        OpaqueToken(hmac(&self.newest.refresh, &parent.0))
    }
}

/// 256 bits that only their holder knows: refresh tokens, guests' carts, links in mails, second steps, devices. The database knows a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct OpaqueToken([u8; 32]);

impl OpaqueToken {
    /// # Errors
    /// `Internal` when the system has no randomness to give.
    pub fn random() -> Result<Self, AppError> {
        random_bits().map(Self)
    }

    /// None unless the text is exactly what [`Self::encode`] writes: unpadded URL-safe base64 in its one canonical form.
    pub fn decode(text: &str) -> Option<Self> {
        // 43 characters; the bound keeps anybody from having us decode megabytes.
        if text.len() != 43 {
            return None;
        }
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database knows of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl std::fmt::Debug for OpaqueToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// 256 bits from the operating system.
///
/// # Errors
/// `Internal` when it has none to give.
pub(super) fn random_bits() -> Result<[u8; 32], AppError> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(AppError::internal)?;
    Ok(bits)
}

/// HMAC-SHA256. A key shorter than the block is padded with zeros (RFC 2104), so it can be passed as a whole block and nothing can fail.
pub(super) fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
