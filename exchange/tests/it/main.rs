//! Integration tests of the exchange, in one binary.
#![allow(clippy::unwrap_used, missing_docs)]

mod archive;
mod bootstrap;
mod bus;
mod calendar;
mod caller;
mod certificates;
mod control;
mod feed;
mod gateway;
mod journal;
mod killing;
mod kit;
mod observe;
mod open;
mod recovery;
mod same_bytes;
mod sequencer;
mod session_numbers;
mod sessions;
mod settings;
mod snapshots;
mod tail;
mod trades;
mod venue;
mod written;
