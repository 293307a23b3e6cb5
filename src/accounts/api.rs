//! Signing up, in and out. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::Password;
use crate::error::AppError;
use crate::values::NothingElse;

/// Makes a customer's account and signs in.
#[server(name = SignUp, prefix = "/api", endpoint = "accounts/sign-up")]
pub async fn sign_up(
    name: String,
    email: String,
    password: Password,
    #[server(default)] next: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    let form = crate::accounts::SignUpForm::parse(&name, &email, password)?;
    let issued = crate::accounts::service::sign_up(visit.state(), form, visit.caller()).await?;
    visit.sign_in(issued).await?;
    leptos_axum::redirect(crate::accounts::safe_next(&next));
    Ok(())
}

/// Opens a session. Wrong passwords and unknown addresses get the same answer.
#[server(name = SignIn, prefix = "/api", endpoint = "accounts/sign-in")]
pub async fn sign_in(
    email: String,
    password: Password,
    #[server(default)] next: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    let issued = crate::accounts::service::sign_in(visit.state(), &email, &password, visit.caller()).await?;
    visit.sign_in(issued).await?;
    leptos_axum::redirect(crate::accounts::safe_next(&next));
    Ok(())
}

/// Ends the session, for every copy of its tokens. Without one it does nothing and says the same.
#[server(name = SignOut, prefix = "/api", endpoint = "accounts/sign-out")]
pub async fn sign_out(#[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    crate::accounts::guard::Visit::current()?.sign_out().await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Sends a link for a new password, if there is an account; the answer is the same if there is none.
#[server(name = ForgotPassword, prefix = "/api", endpoint = "accounts/forgot-password")]
pub async fn forgot_password(email: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::reset::request_reset(visit.state(), &email, visit.caller()).await?;
    leptos_axum::redirect("/forgot-password?sent=1");
    Ok(())
}

/// Sets the password that was chosen by way of such a link.
#[server(name = ResetPassword, prefix = "/api", endpoint = "accounts/reset-password")]
pub async fn reset_password(token: String, password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::reset::reset(visit.state(), &token, &password).await?;
    leptos_axum::redirect("/sign-in?reset=1");
    Ok(())
}
