//! FIX 4.4: bytes, messages, dictionary, sessions.
//!
//! | module | what flows |
//! |---|---|
//! | [`codec`] | bytes in → frames → [`codec::message::Message`]; [`codec::body::Body`] → bytes out |
//! | [`dictionary`] | XML in the QuickFIX layout → tables → validation and explanation of a message |
//! | [`session`] | a state machine without sockets: inputs and a time in, actions out |
//! | [`schedule`] | a time zone and its hours → open or closed at a time, and when numbers begin at 1 again |
//! | [`explain`] | a message in words, and what a session would do with it |
//! | [`tag`], [`msg_type`], [`time`] | names of tags and message types, generated; times as FIX writes them |
//! | `io` | sockets, TLS, files (feature `io`, on by default) |
//!
//! `docs/fix-engine.md` is the guide: an acceptor, an initiator, the drive loop, every switch.
//!
//! Outside `io` this crate knows no socket, no file and no clock, and nowhere a price, an order or a market.
#![forbid(unsafe_code)]

pub mod codec;
pub mod dictionary;
pub mod explain;
#[cfg(feature = "io")]
pub mod io;
pub mod msg_type;
pub mod schedule;
pub mod session;
pub mod tag;
pub mod time;

/// The guide's code is compiled and run like the crate's own.
#[cfg(doctest)]
#[doc = include_str!("../../docs/fix-engine.md")]
struct Guide;
