//! A FIX 4.4 session as a state machine without sockets: inputs and a time in, actions out.
//!
//! # Who does what
//! The *driver* owns the socket, the clock and the store. It gives the session everything that happens as an
//! [`input::Input`] together with the time, and carries out every [`action::Action`] it gets back, in their order.
//! The session writes to the store before it asks for anything to be sent, so that a number which the peer may have
//! seen is never used again.
//!
//! # The drive loop
//! ```text
//! session.handle(now, Input::Connected, store, &mut actions)
//! loop {
//!     carry out and clear actions        // Transmit → socket, Deliver → application, Disconnect → close
//!     wait for the first of:
//!         a frame from the socket, while session.wants_messages()   → Input::Message or Input::Garbled
//!         session.next_timeout()                                    → Input::Tick
//!         the application                                           → Input::Send, Confirm, Logout, …
//!         the socket's end                                          → Input::Disconnected
//!     session.handle(now, that input, store, &mut actions)
//! }
//! ```
//! All actions of a turn are carried out before the application's answers to what it delivered go in: their numbers
//! come behind those of the turn.
//!
//! Several inputs that are there at once, as all messages of one read, go in together
//! ([`Session::handle_batch`], at most [`Session::room`] messages): one commit of the store serves them all.
//!
//! An acceptor reads the first message itself ([`logon::LogonRequest`]), finds the session, checks who it is, and
//! only then says `Connected` and gives it the Logon: before that nothing is stored and nothing is reset.
//!
//! # Numbers
//! *Inbound*: a delivered message counts as taken once the application says so ([`input::Input::Confirm`]); the
//! store's inbound number moves only over confirmed and administrative messages. *Outbound*: application messages
//! with a cause are stored; administrative and transient ones only use up their number and are gap-filled when the
//! peer asks for them again.
//!
//! # Hours
//! With a [`config::SessionConfig::schedule`] the session logs out when a window ends, refuses a Logon outside of them and begins at 1
//! again when the schedule says so: between two connections by itself, while logged on by a Logon with ResetSeqNumFlag (141). Messages
//! that the application sends while closed are numbered and kept. Its next change is a deadline like any other, also while nobody is
//! connected. An initiator's driver asks [`Session::hours`] before it connects.
//!
//! Deliberately unknown here: sockets, files, clocks, tasks, and what an application message means.

pub mod action;
pub mod config;
pub mod input;
pub mod logon;
pub mod machine;
pub mod memory_store;
pub mod replay;
pub mod store;

mod admin;
mod check;
mod closing;
mod early;
mod garbled;
mod handle;
mod hours;
mod inbound;
mod logging_on;
mod outbound;
mod pace;
mod peer_resets;
mod resend;
mod sequence;
mod serving;
mod state;
mod timers;
mod unconfirmed;

pub use machine::Session;
