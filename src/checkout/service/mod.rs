//! The steps of the process, in their order.

mod differing;
mod dispute;
mod elsewhere;
mod finalise;
mod inbox;
mod missed;
mod pay;
mod place;
mod refund;
mod review;
mod settle;

pub use differing::{decide, differing};
pub use finalise::{Applied, apply_payment_intent};
pub use inbox::{receive, replay};
pub use missed::receive_missed;
pub use pay::{cancel_unpaid, close_unpaid, ensure_intent, pay_view, progress};
pub use place::place;
pub use refund::{cancel_paid, cancel_part, refund, refundable, ship};
pub use review::review;
pub use settle::{given_back_elsewhere, settle, settle_given_back};
