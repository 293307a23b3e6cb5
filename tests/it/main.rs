//! Integration tests: the real router on a real socket, real Postgres. Each test has a database of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod config;
mod form_flash;
mod http;
mod policy;
mod same_origin;
mod support;
mod tidy;
