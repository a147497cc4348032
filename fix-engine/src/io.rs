//! Where the engine meets the world: sockets, TLS, files. Each file moves bytes and actions and decides nothing.
//!
//! | module | what flows |
//! |---|---|
//! | [`clock`] | the machine's clock → [`crate::time::Timestamp`] |
//! | [`frames`] | a stream of bytes → messages and garbage, for `tokio_util::codec::Framed` |
//! | [`tls`] | certificates and keys → rustls configurations; a peer's certificate → its fingerprint |
//! | [`stream`] | plain or TLS, one type |
//! | [`file_store`] | a session's numbers and messages ↔ one file |
//! | [`zone`] | a name → a time zone, for schedules |
//! | [`client`] | a small initiator: log on, send, receive, log out |

pub mod client;
pub mod clock;
pub mod file_store;
pub mod frames;
pub mod stream;
pub mod tls;
pub mod zone;
