//! Integration tests: the real router on a real socket, real Postgres. Each test has a database of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod accounts;
mod audit;
mod config;
mod forged_tokens;
mod form_flash;
mod http;
mod notifications;
mod policy;
mod same_origin;
mod sessions;
mod support;
mod tidy;
