//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod jobs;
pub mod request;
pub mod state;
