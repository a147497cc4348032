//! What an operator asks and tells the exchange, and tools that work offline.
//!
//! | module | is |
//! |---|---|
//! | [`args`] | the command line |
//! | [`connection`], [`client`] | where the exchange is; one HTTPS request with a client certificate |
//! | [`control`], [`halt`], [`breaker`], [`kill`], [`phase`], [`session`], [`settings`], [`tail`], [`trade`] | the commands that ask the exchange |
//! | [`explain`], [`journal`], [`replay`], [`store`] | the commands that work offline |
//! | [`show`] | tables and JSON |
//! | [`soundness`] | what `verify` says of files |
//! | [`failure`] | what can go wrong, and the exit codes |
//! | [`run`] | arguments → command → text → exit code |
//!
//! It decides nothing and knows neither server's insides: only `market::control`, FIX messages, the
//! market's rules and the journal's files.

pub mod args;
pub mod breaker;
pub mod client;
pub mod connection;
pub mod control;
pub mod explain;
pub mod failure;
pub mod halt;
pub mod journal;
pub mod kill;
pub mod phase;
pub mod replay;
pub mod run;
pub mod session;
pub mod settings;
pub mod show;
pub mod soundness;
pub mod store;
pub mod tail;
pub mod trade;
