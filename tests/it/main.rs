//! Integration tests on a real PostgreSQL, one database for each test. They need `DATABASE_URL`; `make test` gives them one.

#![allow(clippy::unwrap_used)]

mod embedded_database;
mod jobs;
mod migrations;
mod pool;
