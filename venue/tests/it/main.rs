//! The venue as its users see it: the real `loggia` and `loggiactl`, FIX clients that we did not write, a browser, real services.
//! `scripts/test` provides what they need (`LOGGIA_TEST_…`: the clients and the addresses of the services).

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on says so by a panic, with the end of the venue's log"
)]

mod bad_input;
mod capture;
mod config;
mod conversation;
mod crash;
mod documents;
mod engine;
mod fix_client;
mod folder;
mod harness;
mod http;
mod interop;
mod lifecycle;
mod log;
mod market_data;
mod message;
mod newcomer;
mod operator;
mod quickfix;
mod raw;
mod sessions;
#[cfg(feature = "kafka")]
mod split;
mod web;
