//! The venue as its users see it: the real `loggia` and `loggiactl`, a QuickFIX client that we did not write, a browser, real services.
//! `scripts/test` provides what they need (`LOGGIA_TEST_PYTHON` and the addresses of the services).

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by a panic, with the end of the venue's log"
)]

mod bad_input;
mod config;
mod crash;
mod documents;
mod fix_client;
mod folder;
mod harness;
mod http;
mod market_data;
mod message;
mod newcomer;
mod operator;
mod quickfix;
mod raw;
#[cfg(feature = "kafka")]
mod split;
mod web;
