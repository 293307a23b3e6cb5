//! Integration tests: the real router on a real socket, real Postgres, a database of its own for each test. They need `DATABASE_URL`;
//! `make test` gives them one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod catalogue;
mod config;
mod embedded_database;
mod form_flash;
mod http;
mod jobs;
mod media;
mod media_dir;
mod migrations;
mod policy;
mod pool;
mod purchase;
mod same_origin;
mod seed;
mod support;
mod tidy;
