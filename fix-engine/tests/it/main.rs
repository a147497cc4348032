//! The crate from outside, one module a part.

mod codec;
mod conversations;
mod dictionary;
mod exactly_once;
mod examples;
mod io;
mod reception;
mod schedule;
mod store;
mod store_began;
mod store_failure;
