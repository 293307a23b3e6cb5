//! Integration tests: the real router on a real socket, real Postgres, a database of its own for each test. They need `DATABASE_URL`;
//! `make test` gives them one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod accounts;
mod addresses;
mod audit;
mod cancel;
mod cart;
mod catalogue;
mod categories;
mod config;
mod contention;
mod controls;
mod disputes;
mod embedded_database;
mod event_orders;
mod forged_tokens;
mod forged_webhooks;
mod form_flash;
mod fulfilment;
mod gateway;
mod http;
mod imports;
mod inbox;
mod invariants;
mod jobs;
mod load;
mod mass_assignment;
mod matrix;
mod media;
mod media_dir;
mod migrations;
mod notifications;
mod own_account;
mod policy;
mod pool;
mod products;
mod purchase;
mod reset;
mod rest;
mod rest_catalogue;
mod rest_ten_steps;
mod reviews;
mod same_origin;
mod sandbox;
mod seed;
mod sessions;
mod shipping;
mod two_step;
mod uploads;
mod users;

mod support;
mod tidy;
mod vendors;
mod webhook_signature;
