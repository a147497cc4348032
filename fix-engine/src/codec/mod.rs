//! Bytes ↔ messages. In: what a socket read. Out: frames, indexed messages, encoded bytes.
//!
//! Knows the form `tag=value<SOH>`, the standard header and trailer, and which fields carry raw data.
//! Deliberately does not know which fields belong in which message (see [`crate::dictionary`]) nor what a session
//! answers (see [`crate::session`]).

pub mod body;
pub mod checksum;
pub mod data_fields;
pub(crate) mod digits;
pub mod encode;
pub mod field;
mod field_ends;
pub mod frame;
pub mod garbled;
pub(crate) mod grammar;
pub mod group;
mod group_members;
pub mod index;
pub mod message;
pub mod pipe;
pub mod view;

/// The byte that ends every field (ASCII 1, Start Of Header).
pub const SOH: u8 = 1;
