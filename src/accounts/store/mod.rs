//! The tables of people, a file for each of their matters.

pub mod addresses;
pub mod api_tokens;
pub mod mail_tokens;
pub mod second_factors;
pub mod sessions;
pub mod users;

crate::text_column!(super::Role, super::MailPurpose);
