use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use http::header::USER_AGENT;
use http::request::Parts;
use tokio::sync::OnceCell;

use super::cookies::{ACCESS_COOKIE, CART_COOKIE, CHALLENGE_COOKIE, Credentials, DEVICE_COOKIE, Outgoing, REFRESH_COOKIE};
use super::{CartToken, Customer};
use crate::accounts::service::api_tokens::{self, Program};
use crate::accounts::service::sessions::{self, REFRESH_LIFETIME};
use crate::accounts::service::tokens::{ACCESS_LIFETIME, Keys, OpaqueToken};
use crate::accounts::service::{CHALLENGE_LIFETIME, Caller, Challenge, Issued};
use crate::accounts::{Scope, TOKEN_PREFIX};
use crate::error::AppError;
use crate::platform::request;
use crate::platform::state::AppState;
use crate::values::UserId;

/// Life of a guest's cart.
const CART_LIFETIME: Duration = Duration::from_secs(60 * 24 * 3600);

/// As long as browsers keep any cookie (400 days).
const DEVICE_LIFETIME: Duration = Duration::from_secs(400 * 24 * 3600);

/// One request, as far as it concerns who acts: what it brought, what was found out, which cookies go back.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    state: AppState,
    address: String,
    user_agent: String,
    /// The one that the browser keeps, or one to be given to it.
    device: OnceLock<Option<OpaqueToken>>,
    credentials: Credentials,
    /// None: not asked yet. Several components may ask at once; the first looks, the others wait.
    found: tokio::sync::Mutex<Option<Option<Customer>>>,
    /// The program that knocks with a token of its own.
    program: OnceCell<Option<Program>>,
    cart: Mutex<Option<CartToken>>,
    outgoing: Mutex<Outgoing>,
}

impl Visit {
    pub(super) fn new(state: AppState, parts: &Parts) -> Self {
        let credentials = Credentials::of(&parts.headers);
        let cart = Mutex::new(credentials.cart.as_deref().and_then(CartToken::decode));
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let address = network_address(parts, state.config.trusted_proxies);
        let (device, found, program, outgoing) = (OnceLock::new(), tokio::sync::Mutex::default(), OnceCell::new(), Mutex::default());
        Self(Arc::new(Inner { state, address, user_agent, device, credentials, found, program, cart, outgoing }))
    }

    /// The request that is being answered.
    ///
    /// # Errors
    /// `Internal` outside of the sessions layer, which would be our mistake.
    pub fn current() -> Result<Self, AppError> {
        request::of_parts(Self::of).unwrap_or_else(|| Err(AppError::internal("no request in this context")))
    }

    pub(super) fn of(parts: &Parts) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| AppError::internal("this route lies outside of the sessions layer"))
    }

    pub fn state(&self) -> &AppState {
        &self.0.state
    }

    /// Where the request comes from: an IPv4 address, or the /64 of an IPv6 one.
    pub fn address(&self) -> &str {
        &self.0.address
    }

    pub fn caller(&self) -> Caller {
        let device_hash = self.device().map(OpaqueToken::hash);
        Caller { address: self.0.address.clone(), user_agent: self.0.user_agent.clone(), device_hash }
    }

    fn device(&self) -> Option<&OpaqueToken> {
        let known = || self.0.credentials.device.as_deref().and_then(OpaqueToken::decode).or_else(|| OpaqueToken::random().ok());
        self.0.device.get_or_init(known).as_ref()
    }

    /// What the browser brought from the first step of signing in.
    pub fn challenge(&self) -> Option<Challenge> {
        self.0.credentials.challenge.as_deref().and_then(Challenge::decode)
    }

    /// Gives the browser what it must bring to the second step.
    pub fn keep_challenge(&self, challenge: &Challenge) {
        lock(&self.0.outgoing).set(CHALLENGE_COOKIE, &challenge.encode(), CHALLENGE_LIFETIME);
    }

    /// Who is signed in. Looks once; an error is not remembered, since the next question may be answered.
    ///
    /// # Errors
    /// `Offline` when the database cannot tell: nobody is taken for a guest because of that.
    pub async fn customer(&self) -> Result<Option<Customer>, AppError> {
        let mut found = self.0.found.lock().await;
        if let Some(customer) = found.as_ref() {
            return Ok(customer.clone());
        }
        let customer = self.look().await?;
        *found = Some(customer.clone());
        Ok(customer)
    }

    /// Whether a program knocks with a token that somebody made for it. Such a token makes nobody a [`Customer`].
    pub fn is_program(&self) -> bool {
        self.0.credentials.bearer.as_ref().is_some_and(|token| token.starts_with(TOKEN_PREFIX))
    }

    /// Whose a program's token is, where it lives.
    ///
    /// # Errors
    /// `Offline` when the database cannot tell.
    pub async fn program_owner(&self) -> Result<Option<UserId>, AppError> {
        Ok(self.program().await?.map(|program| program.session.user.id))
    }

    async fn program(&self) -> Result<Option<&Program>, AppError> {
        let token = self.0.credentials.bearer.as_deref().unwrap_or_default();
        let found = self.0.program.get_or_try_init(|| api_tokens::program(&self.0.state.db, token)).await?;
        Ok(found.as_ref())
    }

    /// The one whom a program acts for, if its token has the scope. Goes no further than the proof that is made of it.
    ///
    /// # Errors
    /// `Unauthenticated` without a live token; `Forbidden` for one without the scope.
    pub async fn acts_for(&self, scope: Scope) -> Result<Customer, AppError> {
        let program = self.program().await?.ok_or(AppError::Unauthenticated)?;
        if !program.may(scope) {
            return Err(AppError::Forbidden);
        }
        Ok(Customer::new(program.session.clone(), &self.0.state.config))
    }

    async fn look(&self) -> Result<Option<Customer>, AppError> {
        let Credentials { bearer, access, refresh, .. } = &self.0.credentials;
        if bearer.is_none() && access.is_none() && refresh.is_none() {
            return Ok(None);
        }
        let db = &self.0.state.db;
        let keys = Keys::of(&self.0.state.config);
        if let Some(token) = bearer.as_ref().or(access.as_ref())
            && let Some(session) = sessions::by_access_token(db, &keys, token).await?
        {
            return Ok(Some(Customer::new(session, &self.0.state.config)));
        }
        if bearer.is_some() {
            return Ok(None);
        }
        let renewed = match refresh {
            Some(token) => sessions::renew(db, &keys, token).await?,
            None => None,
        };
        match renewed {
            Some(issued) => Ok(Some(self.hand_out(issued))),
            None => {
                self.clear_tokens();
                Ok(None)
            }
        }
    }

    /// Makes the rest of this request, and the browser, act in the new session. One that was open here before ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sign_in(&self, issued: Issued) -> Result<(), AppError> {
        let previous = self.customer().await?;
        let customer = self.hand_out(issued);
        if let Some(device) = self.device() {
            lock(&self.0.outgoing).set(DEVICE_COOKIE, &device.encode(), DEVICE_LIFETIME);
        }
        if self.0.credentials.challenge.is_some() {
            lock(&self.0.outgoing).clear(CHALLENGE_COOKIE);
        }
        *self.0.found.lock().await = Some(Some(customer));
        match previous {
            Some(previous) => sessions::close(&self.0.state.db, previous.session_id()).await,
            None => Ok(()),
        }
    }

    /// Ends the session, if there is one, and takes the tokens away.
    ///
    /// # Errors
    /// Those of the database: then nothing was changed, and the visitor is told so.
    pub async fn sign_out(&self) -> Result<(), AppError> {
        if let Some(customer) = self.customer().await? {
            sessions::close(&self.0.state.db, customer.session_id()).await?;
        }
        self.forget().await;
        Ok(())
    }

    /// Takes the tokens away: the session is over.
    pub async fn forget(&self) {
        self.clear_tokens();
        *self.0.found.lock().await = Some(None);
    }

    pub(super) fn cart_token(&self) -> Option<CartToken> {
        lock(&self.0.cart).clone()
    }

    pub(super) fn ensure_cart_token(&self) -> Result<CartToken, AppError> {
        let mut cart = lock(&self.0.cart);
        if let Some(token) = cart.as_ref() {
            return Ok(token.clone());
        }
        let token = CartToken::random()?;
        lock(&self.0.outgoing).set(CART_COOKIE, &token.encode(), CART_LIFETIME);
        *cart = Some(token.clone());
        Ok(token)
    }

    pub(super) fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        lock(&self.0.outgoing)
    }

    /// Whether somebody was found to be signed in: what is sent is then theirs alone.
    pub(super) fn is_personal(&self) -> bool {
        self.0.found.try_lock().is_ok_and(|found| matches!(*found, Some(Some(_))))
    }

    fn hand_out(&self, issued: Issued) -> Customer {
        let mut outgoing = lock(&self.0.outgoing);
        outgoing.set(ACCESS_COOKIE, &issued.access, ACCESS_LIFETIME);
        outgoing.set(REFRESH_COOKIE, &issued.refresh, REFRESH_LIFETIME);
        Customer::new(issued.session, &self.0.state.config)
    }

    fn clear_tokens(&self) {
        let mut outgoing = lock(&self.0.outgoing);
        outgoing.clear(ACCESS_COOKIE);
        outgoing.clear(REFRESH_COOKIE);
    }
}

/// A panic elsewhere leaves these values whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Throttling by single IPv6 addresses would be none: everybody has 2^64 of them.
fn network_address(parts: &Parts, trusted_proxies: usize) -> String {
    match request::client_address(parts, trusted_proxies).map(|ip| ip.to_canonical()) {
        Some(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Some(ip) => ip.to_string(),
        None => "unknown".to_owned(),
    }
}
