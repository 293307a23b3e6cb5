//! Machinery that knows no shop nouns.

pub mod config;
pub mod db;
pub mod gateway;
pub mod request;
pub mod state;
pub mod storage;
