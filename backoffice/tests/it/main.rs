//! The back office as a whole: over a real listener, on SQLite and on PostgreSQL, with the exchange's control port played over real TLS.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by a panic"
)]

mod bodies;
mod client;
mod consuming;
mod control_port;
mod database;
mod deposits;
mod events;
mod exposition;
mod feed;
mod interleavings;
#[cfg(feature = "kafka")]
mod kafka;
mod ledger;
mod login;
mod metrics;
mod migrations;
mod portfolio;
mod service;
mod sessions;
mod tables;
mod trades;
mod web;
