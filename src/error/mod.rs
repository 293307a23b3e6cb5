//! [`AppError`]: the one error that crosses the wire, safe for a stranger by construction. No variant can hold an internal cause, because
//! Leptos puts the errors of plain forms into URLs; the cause is logged once, with the reference that the visitor sees.

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

use crate::values::FieldErrors;

#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
pub mod status;
#[cfg(feature = "ssr")]
pub use server::OnConstraint;

/// Why a request was not done, in words that a stranger may read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum AppError {
    #[error("Please sign in first.")]
    Unauthenticated,
    #[error("You may not do this.")]
    Forbidden,
    /// An admin without a second factor, in production: a stolen password must not open the whole shop.
    #[error("Administrators sign in by two steps. Please set up the second one under Security first.")]
    TwoStepRequired,
    /// Also for what belongs to somebody else: the two must not be told apart.
    #[error("We could not find this.")]
    NotFound,
    #[error("Please check what you entered.")]
    Invalid(FieldErrors),
    #[error("{0}")]
    Conflict(Conflict),
    #[error("Too many attempts. Please try again in {retry_after_s} seconds.")]
    TooManyRequests { retry_after_s: u32 },
    /// The request never reached us, or we are overloaded: trying again is right.
    #[error("We could not be reached. Nothing was changed; please try again.")]
    Offline,
    /// We gave up waiting for ourselves. Whether it was done is not known, so "nothing was changed" would be a guess.
    #[error("This took too long. It may still have been done: please look before you try again.")]
    TimedOut,
    #[error("Something went wrong on our side (reference {reference}). Please try again.")]
    Internal { reference: String },
}

fn left(available: u32) -> String {
    match available {
        0 => "This is sold out.".to_owned(),
        1 => "There is only one of this left.".to_owned(),
        _ => format!("There are only {available} of this left."),
    }
}

/// The state of the shop does not allow it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "conflict", rename_all = "snake_case")]
pub enum Conflict {
    #[error("Your cart is empty.")]
    CartEmpty,
    /// Price, stock or contents differ from what the customer saw.
    #[error("Something in your cart has changed. Please look at it once more.")]
    CartChanged,
    #[error("{}", left(*.available))]
    NotEnoughStock { available: u32 },
    /// Too many different goods in a cart, or too many saved products.
    #[error("There is no room for more. Please take something out first.")]
    Full,
    #[error("This is no longer for sale.")]
    NotForSale,
    #[error("This order is closed.")]
    OrderClosed,
    #[error("This order is already paid.")]
    AlreadyPaid,
    #[error("The total is outside what can be charged at once.")]
    AmountNotChargeable,
    /// The form was sent when its session had ended.
    #[error("You were signed out in between. What you typed is still here: please send it once more.")]
    SignedOut,
    #[error("This would leave the shop without an administrator.")]
    LastAdmin,
    /// What a stranger could have done who signed up with somebody else's address.
    #[error("Please confirm your e-mail address first: the link is in the mail we sent.")]
    EmailNotConfirmed,
    #[error("You have a shop. Please write to us, so that we can close it first.")]
    ShopOpen,
    #[error("An order of yours is not paid or not sent yet. Please wait until it is, or cancel it.")]
    OrderOpen,
    #[error("Something still stands in this. Please move it away first.")]
    NotEmpty,
    /// A product that an admin took down.
    #[error("We have taken this product down. Please read why on its page, and write to us when it is in order.")]
    Held,
    #[error("What has arrived can be reviewed, unless its price was given back.")]
    NotReviewable,
    /// A review that an admin took down.
    #[error("We have taken this review down. You can change it; to delete it, please write to us.")]
    ReviewHidden,
    #[error("Nothing of this order can be given back.")]
    NothingToRefund,
    #[error("Less was paid than this order costs, or in another currency: it can only be given back.")]
    PaidTooLittle,
    #[error("Some of these goods are gone: the payment can only be given back.")]
    GoodsGone,
    /// The gateway refuses refunds of a payment that a bank has taken back, or may.
    #[error("A bank disputes this payment: nothing can be given back until it has decided.")]
    Disputed,
    #[error("A part of this order has been sent already, so it cannot be canceled any more.")]
    AlreadySent,
    /// The bank works on the payment: it can be neither paid anew nor canceled.
    #[error("The bank has not answered about your payment yet. Please try again in a few minutes.")]
    PaymentUnderWay,
    /// Somebody else changed the same thing first.
    #[error("This was changed in the meantime. Please look at it once more.")]
    Stale,
}

impl AppError {
    /// After how many seconds it makes sense to try again (RFC 9110, `Retry-After`), if time alone may help.
    pub const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests { retry_after_s } => Some(*retry_after_s),
            Self::Offline => Some(2),
            _ => None,
        }
    }

    /// The HTTP status that says the same.
    pub const fn status_code(&self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::TwoStepRequired => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Conflict(_) => 409,
            Self::TooManyRequests { .. } => 429,
            Self::Offline => 503,
            Self::TimedOut => 504,
            Self::Internal { .. } => 500,
        }
    }

    pub fn field(field: &str, problem: crate::values::FieldProblem) -> Self {
        Self::Invalid(FieldErrors::one(field, problem))
    }
}

impl From<FieldErrors> for AppError {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Conflict> for AppError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // Arguments that do not decode: a field is missing, unknown, or not of its type. Which one, the caller's own code knows.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Invalid(FieldErrors::default())
            }
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Offline,
            _ => Self::Internal { reference: "unknown".to_owned() },
        }
    }
}
