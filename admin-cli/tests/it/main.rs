//! The real `loggiactl`, run as its users run it: exit codes, standard output, standard error.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by a panic"
)]

mod breaker;
mod commands;
mod halt;
mod journal;
mod kill;
mod offline;
mod phase;
mod program;
mod reaching;
mod sessions;
mod settings;
mod store;
mod world;
