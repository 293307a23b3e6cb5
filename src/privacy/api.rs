//! Closing one's account. A plain form: it answers with a redirect.

use leptos::prelude::*;

use crate::accounts::Password;
use crate::error::AppError;
use crate::values::NothingElse;

/// Deletes the account and erases what names its owner.
#[server(name = CloseAccount, prefix = "/api", endpoint = "privacy/close-account")]
pub async fn close_account(current_password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    super::service::close_account(visit.state(), &customer, &current_password, &visit.caller()).await?;
    visit.forget().await;
    leptos_axum::redirect("/sign-in?after=closed");
    Ok(())
}
