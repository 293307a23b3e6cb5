//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod gateway;
pub mod jobs;
pub mod mailer;
pub mod rate_limit;
pub mod request;
pub mod state;
pub mod storage;
pub mod uncancelled;
