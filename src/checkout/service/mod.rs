//! The steps of the process, in their order.

mod finalise;
mod pay;
mod place;
mod refund;
mod review;

pub use finalise::{Applied, apply_payment_intent};
pub use pay::{close_unpaid, ensure_intent, pay_view, progress};
pub use place::place;
pub use refund::{cancel_part, refund, refundable, ship};
pub use review::review;
