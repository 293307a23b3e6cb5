//! Mails about accounts, enqueued in the transaction that makes them true.

use uuid::Uuid;

use super::User;
use super::service::mail_token::LIFETIME;
use super::service::tokens::OpaqueToken;
use crate::notifications::{Mail, MailContent};
use crate::values::{Email, SessionId};

const NOT_YOU: &str = "If it was not you, choose a new password at once, and look after your mailbox.";

fn mail(kind: &'static str, to: &Email, subject: impl Into<String>, content: MailContent) -> Mail {
    // What stands beside it in the transaction makes it one: a link that is used up, a compare-and-set.
    Mail { kind, dedupe_key: format!("{kind}:{}", Uuid::now_v7()), to: to.clone(), subject: subject.into(), content }
}

fn link(base_url: &str, path: &str, token: &OpaqueToken) -> String {
    format!("{base_url}{path}?token={}", token.encode())
}

fn once() -> String {
    format!("The link works once, for {} minutes.", LIFETIME.as_secs() / 60)
}

pub fn welcome(user: &User, token: &OpaqueToken, base_url: &str) -> Mail {
    // No name in mails to addresses that are not confirmed: it would be a stranger's text in our letter.
    let content = MailContent::new("Welcome")
        .paragraph("Your account is ready. Your cart, your orders and your addresses wait for you wherever you sign in.")
        .paragraph(format!("Please confirm that this is your address. {}", once()))
        .button("Confirm the address", link(base_url, "/confirm-email", token))
        .paragraph("If it was not you who signed up with this address, please reply to this mail, and we will remove the account.");
    mail("welcome", &user.email, "Welcome: please confirm your address", content)
}

/// Somebody signed up with an address that has an account: the form said nothing, its owner may know.
pub fn already_known(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("You already have an account")
        .paragraph("Somebody, most likely you, has just signed up with this address. There is an account already, and nothing about it was changed.")
        .button("Sign in", format!("{base_url}/sign-in"))
        .button("Choose a new password", format!("{base_url}/forgot-password"))
        .paragraph("If it was not you, there is nothing to do.");
    mail("already_known", &user.email, "You already have an account", content)
}

pub fn confirm_email(user: &User, token: &OpaqueToken, base_url: &str) -> Mail {
    let content =
        MailContent::new("Confirm your address").paragraph(once()).button("Confirm the address", link(base_url, "/confirm-email", token));
    mail("confirm_email", &user.email, "Confirm your address", content)
}

pub fn reset_password(user: &User, token: &OpaqueToken, base_url: &str) -> Mail {
    let content = MailContent::new("Choose a new password")
        .paragraph(format!("Somebody, most likely you, asked for a new password. {}", once()))
        .button("Choose a new password", link(base_url, "/reset-password", token))
        .paragraph("If it was not you, there is nothing to do: your password stays as it is.");
    mail("password_reset", &user.email, "Choose a new password", content)
}

/// For an address without an account, so that the answer costs the same, and that people learn that they used another one.
pub fn no_account(to: &Email, base_url: &str) -> Mail {
    let content = MailContent::new("There is no account to set a password for")
        .paragraph("Somebody, most likely you, asked for a new password with this address. No account can be used with it: perhaps you signed up with another one.")
        .button("Create an account", format!("{base_url}/sign-up"))
        .paragraph("If it was not you, there is nothing to do.");
    mail("no_account", to, "There is no account with this address", content)
}

pub fn password_reset(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("Your password was changed")
        .paragraph("You are signed out everywhere. Sign in with the new password.")
        .button("Sign in", format!("{base_url}/sign-in"))
        .paragraph(NOT_YOU);
    mail("password_changed", &user.email, "Your password was changed", content)
}

pub fn password_changed(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("Your password was changed")
        .paragraph("You are signed out on all other devices.")
        .button("Your account", format!("{base_url}/account/security"))
        .paragraph(NOT_YOU);
    mail("password_changed", &user.email, "Your password was changed", content)
}

pub fn change_email(user: &User, to: &Email, token: &OpaqueToken, base_url: &str) -> Mail {
    let content = MailContent::new("Use this address for your account")
        .paragraph(format!("The account of {} wants to use this address from now on. {}", user.email, once()))
        .button("Use this address", link(base_url, "/confirm-email", token))
        .paragraph("If you know nothing of it, there is nothing to do.");
    mail("change_email", to, "Confirm your new address", content)
}

/// Somebody wants to move to an address that has an account: the form said nothing, its owner may know.
pub fn address_in_use(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("This address has an account")
        .paragraph("Somebody wanted to use this address for another account. It has one already, so nothing was changed.")
        .button("Sign in", format!("{base_url}/sign-in"))
        .paragraph("If it was not you, there is nothing to do.");
    mail("address_in_use", &user.email, "Your address has an account already", content)
}

/// To the address that was left.
pub fn email_changed(user: &User, token: &OpaqueToken, base_url: &str) -> Mail {
    let content = MailContent::new("Your address was changed")
        .paragraph("Your account uses another e-mail address from now on, and no more mails will come here.")
        .button("Your account", format!("{base_url}/account"))
        .paragraph("If it was not you, reply to this mail at once.");
    let key: String = token.hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Mail { dedupe_key: format!("email_changed:{key}"), ..mail("email_changed", &user.email, "Your address was changed", content) }
}

pub fn new_device(user: &User, session: SessionId, device: &str, base_url: &str) -> Mail {
    let content = MailContent::new("Somebody signed in from a new device")
        .lines([("Device".to_owned(), device.to_owned()), ("Account".to_owned(), user.email.to_string())])
        .paragraph("If it was you, there is nothing to do.")
        .button("See all devices", format!("{base_url}/account/security"))
        .paragraph("If it was not you, sign out everywhere and choose a new password.");
    Mail { dedupe_key: format!("new_device:{session}"), ..mail("new_device", &user.email, "A new sign-in to your account", content) }
}

pub fn two_step_on(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("Signing in takes two steps now")
        .paragraph(
            "From now on a code is asked for after your password. Keep your recovery codes where you find them without your telephone.",
        )
        .button("Security", format!("{base_url}/account/security"))
        .paragraph(NOT_YOU);
    mail("two_step_on", &user.email, "Two-step sign-in is on", content)
}

pub fn two_step_off(user: &User, base_url: &str) -> Mail {
    let content = MailContent::new("Signing in takes one step again")
        .paragraph("The second step was turned off: your password is enough from now on.")
        .button("Security", format!("{base_url}/account/security"))
        .paragraph(NOT_YOU);
    mail("two_step_off", &user.email, "Two-step sign-in is off", content)
}

pub fn disabled(user: &User, reason: &str) -> Mail {
    let content = MailContent::new("Your account is disabled")
        .paragraph("Nobody can sign in with it for now. The reason:")
        .paragraph(reason)
        .paragraph("To talk about it, reply to this mail.");
    mail("disabled", &user.email, "Your account is disabled", content)
}

pub fn enabled(user: &User, base_url: &str) -> Mail {
    let content =
        MailContent::new("Your account can be used again").paragraph("Sign in as before.").button("Sign in", format!("{base_url}/sign-in"));
    mail("enabled", &user.email, "Your account can be used again", content)
}
