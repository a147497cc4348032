//! The exchange: FIX sessions in, one sequencer, one journal, one feed out.
//!
//! The way of an order: socket → [`gateway`] (FIX → command) → [`sequencer`] (number, time, `market::market::Market::apply`) →
//! [`journal`] (append, one sync for a batch) → [`feed`] → execution reports, market data, [`bus`]. No step asks the step behind it.
//!
//! Threads: the sequencer thread owns the market; the journal thread writes, syncs, updates the [`directory`] and publishes;
//! everything else is tokio. Every queue between them is bounded and says so when it is full.
//!
//! This crate is the one place where FIX meets the market. It deliberately knows nothing of the back office or SQL.

mod archive;
pub mod audit;
mod bearing;
mod blanks;
pub mod blotter;
pub mod bootstrap;
pub mod bus;
pub mod calendar;
pub mod certificates;
pub mod clock;
pub mod commit;
pub mod config;
pub mod control;
pub mod directory;
pub mod feed;
mod followed;
pub mod gateway;
mod glance;
pub mod halts;
pub mod health;
pub mod holds;
pub mod hub;
pub mod metrics;
pub mod observe;
pub mod open;
mod past;
mod recovery;
pub mod revoked;
pub mod schedules;
pub mod sequencer;
pub mod settings;
mod snapshots;
mod whole_file;
