//! Integration tests: real Postgres, a database of its own for each test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod catalogue;
mod media;
mod media_dir;
mod seed;
