//! Signing up, in and out, and what people change about their account. Plain forms: they answer with a redirect.

use leptos::prelude::*;

use super::{Password, Role};
use crate::error::AppError;
use crate::values::{Address, AddressId, NothingElse, SessionId, UserId};

/// Makes a customer's account, or does as if: whether there was one already only its mailbox learns.
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
    crate::accounts::service::sign_up(visit.state(), form, &visit.caller()).await?;
    leptos_axum::redirect(&crate::accounts::sign_in_path("signed-up", &next));
    Ok(())
}

/// Opens a session, or asks for the second step. Wrong passwords and unknown addresses get the same answer.
#[server(name = SignIn, prefix = "/api", endpoint = "accounts/sign-in")]
pub async fn sign_in(
    email: String,
    password: Password,
    #[server(default)] next: String,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    match crate::accounts::service::sign_in(visit.state(), &email, &password, &visit.caller()).await? {
        crate::accounts::service::SignedIn::Complete(issued) => {
            visit.sign_in(issued).await?;
            leptos_axum::redirect(crate::accounts::safe_next(&next));
        }
        crate::accounts::service::SignedIn::Challenged(challenge) => {
            visit.keep_challenge(&challenge);
            leptos_axum::redirect(&crate::accounts::with_next("/sign-in/code", &next));
        }
    }
    Ok(())
}

/// The second step: a code of the authenticator, or a recovery code.
#[server(name = SecondStep, prefix = "/api", endpoint = "accounts/second-step")]
pub async fn second_step(code: String, #[server(default)] next: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    let challenge = visit.challenge().ok_or(AppError::Unauthenticated)?;
    let issued = crate::accounts::service::second_step(visit.state(), &challenge, &code, &visit.caller()).await?;
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
    crate::accounts::service::reset::request_reset(visit.state(), &email, &visit.caller()).await?;
    leptos_axum::redirect("/forgot-password?sent=1");
    Ok(())
}

/// Sets the password that was chosen by way of such a link.
#[server(name = ResetPassword, prefix = "/api", endpoint = "accounts/reset-password")]
pub async fn reset_password(token: String, password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::reset::reset(visit.state(), &token, &password).await?;
    leptos_axum::redirect("/sign-in?after=reset");
    Ok(())
}

/// Confirms an address by the link that was sent to it.
#[server(name = ConfirmEmail, prefix = "/api", endpoint = "accounts/confirm-email")]
pub async fn confirm_email(token: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    crate::accounts::service::emails::confirm(&crate::platform::request::state()?, &token).await?;
    leptos_axum::redirect("/confirm-email?done=1");
    Ok(())
}

/// Sends that link once more.
#[server(name = SendConfirmation, prefix = "/api", endpoint = "accounts/send-confirmation")]
pub async fn send_confirmation(#[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::emails::send_confirmation(&crate::platform::request::state()?, &customer).await?;
    leptos_axum::redirect("/account?done=confirmation");
    Ok(())
}

#[server(name = Rename, prefix = "/api", endpoint = "accounts/rename")]
pub async fn rename(name: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::profile::rename(&crate::platform::request::state()?.db, &customer, &name).await?;
    leptos_axum::redirect("/account?done=name");
    Ok(())
}

/// Asks to move the account to another address; it moves when the link that is sent there is used.
#[server(name = ChangeEmail, prefix = "/api", endpoint = "accounts/change-email")]
pub async fn change_email(email: String, current_password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::emails::request_change(visit.state(), &customer, &email, &current_password, &visit.caller()).await?;
    leptos_axum::redirect("/account?done=email");
    Ok(())
}

#[server(name = ChangePassword, prefix = "/api", endpoint = "accounts/change-password")]
pub async fn change_password(current_password: Password, password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::profile::change_password(visit.state(), &customer, &current_password, &password, &visit.caller()).await?;
    leptos_axum::redirect("/account/security?done=password");
    Ok(())
}

/// Ends one of one's own sessions.
#[server(name = EndSession, prefix = "/api", endpoint = "accounts/end-session")]
pub async fn end_session(session_id: SessionId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::sessions::close_own(&crate::platform::request::state()?.db, &customer, session_id).await?;
    leptos_axum::redirect("/account/security?done=session");
    Ok(())
}

/// Ends all of them, this one too.
#[server(name = SignOutEverywhere, prefix = "/api", endpoint = "accounts/sign-out-everywhere")]
pub async fn sign_out_everywhere(#[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::sessions::close_everywhere(&visit.state().db, &customer).await?;
    visit.forget().await;
    leptos_axum::redirect("/sign-in?after=everywhere");
    Ok(())
}

/// Keeps an address in the book.
#[server(name = KeepAddress, prefix = "/api", endpoint = "accounts/addresses/keep")]
pub async fn keep_address(#[server(flatten)] typed: Address, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::add_address(&crate::platform::request::state()?.db, &customer, &typed, true).await?;
    leptos_axum::redirect("/account/addresses?done=kept");
    Ok(())
}

/// Changes an address of the book.
#[server(name = SaveAddress, prefix = "/api", endpoint = "accounts/addresses/save")]
pub async fn save_address(
    address_id: AddressId,
    #[server(flatten)] typed: Address,
    #[server(flatten)] rest: NothingElse,
) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::save_address(&crate::platform::request::state()?.db, &customer, address_id, &typed).await?;
    leptos_axum::redirect("/account/addresses?done=saved");
    Ok(())
}

/// Makes an address of the book the one that a checkout begins with.
#[server(name = ChooseDefaultAddress, prefix = "/api", endpoint = "accounts/addresses/choose-default")]
pub async fn choose_default_address(address_id: AddressId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::choose_default(&crate::platform::request::state()?.db, &customer, address_id).await?;
    leptos_axum::redirect("/account/addresses?done=default");
    Ok(())
}

/// Takes an address out of the book.
#[server(name = DeleteAddress, prefix = "/api", endpoint = "accounts/addresses/delete")]
pub async fn delete_address(address_id: AddressId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::delete_address(&crate::platform::request::state()?.db, &customer, address_id).await?;
    leptos_axum::redirect("/account/addresses?done=deleted");
    Ok(())
}

/// Draws the secret of the second step; nothing changes at sign-in before a code has confirmed it.
#[server(name = StartTwoStep, prefix = "/api", endpoint = "accounts/two-step/start")]
pub async fn start_two_step(current_password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::two_step::start(visit.state(), &customer, &current_password, &visit.caller()).await?;
    leptos_axum::redirect("/account/two-step");
    Ok(())
}

#[server(name = TurnOnTwoStep, prefix = "/api", endpoint = "accounts/two-step/turn-on")]
pub async fn turn_on_two_step(code: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    crate::accounts::service::two_step::turn_on(&crate::platform::request::state()?, &customer, &code).await?;
    leptos_axum::redirect("/account/security?done=two-step-on");
    Ok(())
}

#[server(name = TurnOffTwoStep, prefix = "/api", endpoint = "accounts/two-step/turn-off")]
pub async fn turn_off_two_step(current_password: Password, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let customer = crate::accounts::guard::Customer::require().await?;
    let visit = crate::accounts::guard::Visit::current()?;
    crate::accounts::service::two_step::turn_off(visit.state(), &customer, &current_password, &visit.caller()).await?;
    leptos_axum::redirect("/account/security?done=two-step-off");
    Ok(())
}

/// An admin shuts an account out.
#[server(name = DisableUser, prefix = "/api", endpoint = "accounts/disable")]
pub async fn disable_user(user_id: UserId, reason: String, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    crate::accounts::service::users::set_disabled(&crate::platform::request::state()?, &admin, user_id, true, &reason).await?;
    leptos_axum::redirect(&format!("/admin/users/{user_id}"));
    Ok(())
}

/// An admin lets an account in again.
#[server(name = EnableUser, prefix = "/api", endpoint = "accounts/enable")]
pub async fn enable_user(user_id: UserId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    crate::accounts::service::users::set_disabled(&crate::platform::request::state()?, &admin, user_id, false, "").await?;
    leptos_axum::redirect(&format!("/admin/users/{user_id}"));
    Ok(())
}

/// An admin gives or takes an admin's rights.
#[server(name = ChangeRole, prefix = "/api", endpoint = "accounts/role")]
pub async fn change_role(user_id: UserId, seen: Role, next: Role, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    crate::accounts::service::users::set_role(&crate::platform::request::state()?, &admin, user_id, seen, next).await?;
    leptos_axum::redirect(&format!("/admin/users/{user_id}"));
    Ok(())
}

/// An admin turns the second step off for somebody who lost it.
#[server(name = ResetTwoStep, prefix = "/api", endpoint = "accounts/two-step/reset")]
pub async fn reset_two_step(user_id: UserId, #[server(flatten)] rest: NothingElse) -> Result<(), AppError> {
    let NothingElse = rest;
    let admin = crate::accounts::guard::Admin::require().await?;
    crate::accounts::service::two_step::reset(&crate::platform::request::state()?, Some(&admin), user_id).await?;
    leptos_axum::redirect(&format!("/admin/users/{user_id}"));
    Ok(())
}
