//! Payments that a customer's bank disputes. The gateway decides with the bank; what it says is kept as it came.

use super::store;
pub use super::store::disputes::{DisputeRow, NewDispute};
use crate::accounts::guard::Admin;
use crate::error::AppError;
use crate::platform::db::{Db, Tx};
use crate::platform::gateway::DisputeStatus;
use crate::text_enum;
use crate::values::{DisputeId, OrderId};

/// Disputes on a page of the admin's list.
const PER_PAGE: usize = 50;

text_enum! {
    /// How the admin's list is divided.
    pub enum DisputeTab {
        Open => "open",
        Won => "won",
        Lost => "lost",
        All => "all",
    }
}

impl DisputeTab {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Won => "Won",
            Self::Lost => "Lost",
            Self::All => "All",
        }
    }

    fn statuses(self) -> Vec<String> {
        let belongs = |status: DisputeStatus| match self {
            Self::Open => !status.is_closed(),
            Self::Lost => status == DisputeStatus::Lost,
            Self::Won => status.is_closed() && status != DisputeStatus::Lost,
            Self::All => true,
        };
        DisputeStatus::ALL.iter().filter(|status| belongs(**status)).map(ToString::to_string).collect()
    }
}

/// A page of the admin's list.
#[derive(Clone, Debug)]
pub struct DisputeList {
    pub disputes: Vec<DisputeRow>,
    /// Before which one the next page begins; none on the last one.
    pub next: Option<DisputeId>,
}

/// Newest first, before the given one.
///
/// # Errors
/// Only the database's.
pub async fn list(db: &Db, _: &Admin, tab: DisputeTab, before: Option<DisputeId>) -> Result<DisputeList, AppError> {
    // One more than is shown says whether there is another page.
    let mut disputes = store::disputes::list(db.pool(), &tab.statuses(), before, PER_PAGE as i64 + 1).await?;
    let more = disputes.len() > PER_PAGE;
    disputes.truncate(PER_PAGE);
    let next = disputes.last().filter(|_| more).map(|row| row.id);
    Ok(DisputeList { disputes, next })
}

/// Keeps what the gateway says. False: older than what is known, or the same once more.
///
/// # Errors
/// Only the database's.
pub async fn keep(tx: &mut Tx, dispute: &NewDispute<'_>) -> Result<bool, AppError> {
    Ok(store::disputes::upsert(&mut **tx, DisputeId::new(), dispute).await?)
}

/// Whether a dispute keeps the order's payment from being given back.
///
/// # Errors
/// Only the database's.
pub async fn holds_back(tx: &mut Tx, order: OrderId) -> Result<bool, AppError> {
    Ok(store::disputes::holds_back(&mut **tx, order).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_stands_in_one_tab_and_in_all() {
        for status in DisputeStatus::ALL {
            let tabs = DisputeTab::ALL.iter().filter(|tab| tab.statuses().contains(&status.to_string())).count();
            assert_eq!(tabs, 2, "{status}");
        }
    }
}
