//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod state;
pub mod request;
pub mod routes;
pub mod telemetry;
pub mod security;
pub mod overload;
pub mod error_page;
pub mod form_flash;
pub mod rate_limit;
pub mod health;
pub mod site;
pub mod serve;
