//! People, their sessions, roles, second factors and addresses (tables `users`, `sessions`, `refresh_tokens`, `mail_tokens`,
//! `second_factors`, `sign_in_challenges`, `addresses`, `api_tokens`).
//!
//! Whoever acts holds a proof made by [`guard`]: `Customer` and `Admin` exist only while their session lives. An access token (a JWT of ten
//! minutes) names a session and says nothing else; each request looks at the session's row and the user's, so that signing out, disabling
//! and a change of role act at once. A refresh token is opaque, stored as a hash, and replaced at each use.
//!
//! Invariants: one live refresh token in a session (I11); a role never comes from what somebody sent; a refresh token that is used twice
//! ends its session; known and unknown addresses get the same answer at the same cost, whatever is asked of them; one admin is always left.

use serde::{Deserialize, Serialize};

use crate::values::{Address, AddressId, Email, FieldErrors, FieldProblem, SessionId, UserId};

pub mod api;
mod api_token;
#[cfg(feature = "ssr")]
pub mod guard;
#[cfg(feature = "ssr")]
mod mail;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;

pub use api_token::{ApiToken, MAX_TOKENS, Scope, TOKEN_PREFIX, TypedToken};

crate::text_enum! {
    /// What somebody may do. Sign-up makes customers; who applies for a shop becomes a vendor; admins are made by the command line.
    pub enum Role {
        Customer => "customer",
        Vendor => "vendor",
        Admin => "admin",
    }
}

/// A person with an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub role: Role,
    /// Whether a mail to the address was answered.
    pub email_verified: bool,
    /// Whether signing in takes a code besides the password.
    pub two_step: bool,
}

crate::text_enum! {
    /// What a link in a mail is good for; a link for one purpose is worth nothing for another.
    pub enum MailPurpose {
        PasswordReset => "password_reset",
        EmailConfirmation => "email_confirmation",
        EmailChange => "email_change",
    }
}

/// An address as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedAddress {
    pub id: AddressId,
    pub address: Address,
    /// Whether it is in the book; otherwise it was typed for one order alone, and is gone after a day.
    pub kept: bool,
}

/// A session that lives, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    pub id: SessionId,
    /// Such as "Firefox on Linux".
    pub device: String,
    /// RFC 3339.
    pub opened_at: String,
    /// RFC 3339; renewed every ten minutes at most.
    pub seen_at: String,
    /// The one that asks.
    pub current: bool,
}

/// An account, as an admin sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub user: User,
    pub disabled: bool,
    /// RFC 3339.
    pub created_at: String,
}

/// What somebody typed into a password field; shows itself nowhere.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// In characters. NIST SP 800-63B-4 asks for 15, or 8 with a second factor; security.md settled on 12.
    pub const MIN_CHARS: usize = 12;
    /// In characters; argon2 would take more, but hashing megabytes is work for nothing.
    pub const MAX_CHARS: usize = 256;

    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is wrong with it as a new password, as far as its length tells.
    pub fn length_problem(&self) -> Option<FieldProblem> {
        match self.0.chars().count() {
            0 => Some(FieldProblem::Required),
            n if n < Self::MIN_CHARS => Some(FieldProblem::TooShort),
            n if n > Self::MAX_CHARS => Some(FieldProblem::TooLong),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Names of the fields of the forms about accounts, as the pages, the server functions and the field errors have them.
pub mod field {
    pub const NAME: &str = "name";
    pub const EMAIL: &str = "email";
    pub const PASSWORD: &str = "password";
    pub const NEXT: &str = "next";
    /// The secret of a link in a mail.
    pub const TOKEN: &str = "token";
    /// The password as it is now, to allow what a stolen session must not.
    pub const CURRENT_PASSWORD: &str = "current_password";
    /// From an authenticator, or a recovery code.
    pub const CODE: &str = "code";
    pub const REASON: &str = "reason";
}

/// What a sign-up form holds once it parsed.
#[derive(Clone, Debug)]
pub struct SignUpForm {
    pub name: String,
    pub email: Email,
    pub password: Password,
}

impl SignUpForm {
    /// # Errors
    /// One entry for each bad field. Whether the password is a common one only the server can tell.
    pub fn parse(name: &str, email: &str, password: Password) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = parse_name(name, &mut errors);
        let email = parse_email(email, &mut errors);
        if let Some(problem) = password.length_problem() {
            errors.push(field::PASSWORD, problem);
        }
        match email {
            Some(email) => errors.into_result(Self { name, email, password }),
            None => Err(errors),
        }
    }
}

/// What somebody is called: one line.
pub(crate) fn parse_name(name: &str, errors: &mut FieldErrors) -> String {
    let name = errors.text(field::NAME, name, 1, 100);
    if name.chars().any(char::is_control) {
        errors.push(field::NAME, FieldProblem::UnknownChoice);
    }
    name
}

pub(crate) fn parse_email(email: &str, errors: &mut FieldErrors) -> Option<Email> {
    let email = email.trim();
    let parsed = email.parse().ok();
    if email.is_empty() {
        errors.push(field::EMAIL, FieldProblem::Required);
    } else if parsed.is_none() {
        errors.push(field::EMAIL, FieldProblem::NotAnEmail);
    }
    parsed
}

/// Where to go after signing in: `next` if it is a path on this site, else the home page. Browsers read `//host`, `/\host` and a slash
/// followed by a tab as another site.
pub fn safe_next(next: &str) -> &str {
    /// More than any link of ours.
    const MAX_LEN: usize = 2000;
    let path = next.split(['?', '#']).next().unwrap_or(next);
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if next.len() <= MAX_LEN && plain && next.starts_with('/') && !path.contains("//") && !path.contains("/.") { next } else { "/" }
}

/// A path with where to go afterwards, unless that is the home page.
pub fn with_next(path: &str, next: &str) -> String {
    match safe_next(next) {
        "/" => path.to_owned(),
        next => format!("{path}{}next={}", if path.contains('?') { '&' } else { '?' }, crate::values::percent_encoded(next)),
    }
}

/// The sign-in page, saying what came before it.
pub fn sign_in_path(after: &str, next: &str) -> String {
    with_next(&format!("/sign-in?after={after}"), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_next_leaves_the_site() {
        let refused = [
            "",
            " ",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\\/evil.example",
            "\\/evil.example",
            "https://evil.example",
            "http:evil.example",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "evil.example",
            "./evil",
            "../evil",
            "/\tevil",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nLocation: https://evil.example",
            "/ /evil.example",
            " //evil.example",
            "\t//evil.example",
            "/\u{0}/evil.example",
            "/a\u{0}",
            "/é",
            "／／evil.example",
            "/\u{2028}/x",
            "/.//evil.example",
            "/..//evil.example",
            "/./\\evil.example",
            "/a/..//evil.example",
            "/a//b",
            "?next=//evil",
            "#//evil",
            "@evil.example",
            ":80",
            "mailto:a@b.c",
            "/a\\b",
            "ftp://evil.example",
            "//[::1]/",
            "//evil.example/%2f..",
            "/%5c\\evil.example",
        ];
        assert!(refused.len() >= 40);
        for next in refused {
            assert_eq!(safe_next(next), "/", "{next:?}");
        }
        assert_eq!(safe_next(&format!("/{}", "a".repeat(3000))), "/");
        for next in ["/", "/checkout/address", "/search?q=a//b&sort=price", "/product/tea-pot#reviews", "/%2Fa"] {
            assert_eq!(safe_next(next), next);
        }
    }

    #[test]
    fn a_password_shows_itself_nowhere() {
        let form = SignUpForm::parse("Ada", "ada@example.com", Password::new("correct horse battery")).unwrap();
        assert!(!format!("{form:?}").contains("horse"));
    }

    #[test]
    fn each_bad_field_of_a_sign_up_is_named() {
        let errors = SignUpForm::parse(" ", "x", Password::new("short")).unwrap_err();
        assert_eq!(errors.of("name"), Some(FieldProblem::Required));
        assert_eq!(errors.of("email"), Some(FieldProblem::NotAnEmail));
        assert_eq!(errors.of("password"), Some(FieldProblem::TooShort));
        assert!(SignUpForm::parse("A", "a@example.com", Password::new("é".repeat(12))).is_ok(), "characters count, not bytes");
        assert!(SignUpForm::parse("A", "a@example.com", Password::new("é".repeat(257))).is_err());
    }
}
