//! The market: prices, orders, risk, books and phases as a pure function with memory.
//!
//! [`command::Command`]s go in, [`event::Event`]s come out: the same commands give the same events, byte for byte, on every
//! machine and every run. Nothing in this crate can name a clock, a file, a socket or an unordered map: it is `no_std` with
//! `alloc`, and time is a field of the sequenced command.
//!
//! It also holds the vocabulary that the programs around it share: [`topic`] (what the bus carries) and [`control`] (what the
//! control port of the exchange takes and answers). It deliberately knows nothing of FIX, SQL or HTTP.
#![no_std]
#![warn(clippy::float_arithmetic)]

extern crate alloc;

pub mod account;
pub mod breaker;
pub mod command;
pub mod control;
pub mod decimal;
pub mod event;
pub mod fault;
pub mod fees;
mod fixed;
pub mod flow;
pub mod halt;
pub mod id;
pub mod image;
pub mod instrument;
pub mod limits;
pub mod luld;
pub mod market;
pub mod money;
pub mod order;
pub mod price;
pub mod qty;
pub mod refusal;
pub mod risk;
pub mod rules;
pub mod scope;
pub mod seed;
pub mod text;
pub mod time;
pub mod topic;
pub mod trades;

mod amending;
mod auction;
mod bands;
mod beginning;
mod book;
mod cancelling;
mod charging;
mod chunked;
mod collar;
mod deadlines;
mod entering;
mod gist;
mod groups;
mod halting;
mod halts;
mod ids;
mod index;
mod judging;
mod killing;
mod limiting;
mod margining;
mod matching;
mod mending;
mod orders;
mod owners;
mod pages;
mod pausing;
mod pegging;
mod pegs;
mod phases;
mod printing;
mod reacting;
mod recent;
mod registry;
mod replacing;
mod reporting;
mod slab;
mod soundness;
mod state;
mod stops;
mod suspensions;
mod tape;
mod terms;
mod transfers;
mod triggering;
mod tripping;
mod waiting;
mod wholes;
