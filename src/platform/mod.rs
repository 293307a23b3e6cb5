//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod error_page;
pub mod form_flash;
pub mod gateway;
pub mod health;
pub mod idempotency;
pub mod jobs;
pub mod live;
pub mod mailer;
pub mod meter;
pub mod overload;
pub mod rate_limit;
pub mod request;
pub mod routes;
pub mod security;
pub mod serve;
pub mod site;
pub mod spreadsheet;
pub mod state;
pub mod storage;
pub mod telemetry;
pub mod uncancelled;
