//! Whose cart a request is about.

use crate::accounts::guard::{CartToken, Customer, Shopper};
use crate::error::AppError;
use crate::values::UserId;

/// The keys a request holds to carts: an account, a guest's secret, or both just after signing in.
#[derive(Clone, Debug)]
pub struct CartOwner {
    user_id: Option<UserId>,
    guest_hash: Option<[u8; 32]>,
}

impl CartOwner {
    /// Gives a guest without a cart the cookie for one.
    ///
    /// # Errors
    /// As the guards of accounts.
    pub async fn require() -> Result<Self, AppError> {
        match Shopper::require().await? {
            Shopper::Customer(customer) => Self::of_customer(&customer).await,
            Shopper::Guest(token) => Ok(Self { user_id: None, guest_hash: Some(token.hash()) }),
        }
    }

    /// None for a visitor who never put anything into a cart.
    ///
    /// # Errors
    /// As the guards of accounts.
    pub async fn current() -> Result<Option<Self>, AppError> {
        match Shopper::current().await? {
            Some(Shopper::Customer(customer)) => Self::of_customer(&customer).await.map(Some),
            Some(Shopper::Guest(token)) => Ok(Some(Self { user_id: None, guest_hash: Some(token.hash()) })),
            None => Ok(None),
        }
    }

    async fn of_customer(customer: &Customer) -> Result<Self, AppError> {
        let guest = crate::accounts::guard::guest_cart_token().await;
        Ok(Self { user_id: Some(customer.user_id()), guest_hash: guest.as_ref().map(CartToken::hash) })
    }

    /// The cart of an account, as checkout has it.
    pub fn customer(customer: &Customer) -> Self {
        Self { user_id: Some(customer.user_id()), guest_hash: None }
    }

    /// A guest's cart by its secret.
    pub fn guest(token: &CartToken) -> Self {
        Self { user_id: None, guest_hash: Some(token.hash()) }
    }

    pub(super) fn user_id(&self) -> Option<UserId> {
        self.user_id
    }

    pub(super) fn guest_hash(&self) -> Option<&[u8]> {
        self.guest_hash.as_ref().map(<[u8; 32]>::as_slice)
    }
}
