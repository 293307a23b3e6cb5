//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod gateway;
pub mod jobs;
pub mod request;
pub mod state;
pub mod storage;
pub mod uncancelled;
