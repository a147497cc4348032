//! Where the engine meets the world: sockets, TLS, files. Each file moves bytes and actions and decides nothing.
//!
//! | module | what flows |
//! |---|---|
//! | [`acceptor`] | ports → many sessions |
//! | [`initiator`] | hosts → one session that comes back |
//! | [`target`] | a host → a stream |
//! | [`backoff`] | failures → how long to wait |
//! | [`admission`] | who asks to be let in → yes, or why not |
//! | [`application`] | a session's messages ↔ a program; what happens → logs and counters |
//! | [`handle`] | other tasks → a session |
//! | [`session_task`] | the drive loop of one session |
//! | [`front`] | a socket → a Logon, not yet proven |
//! | [`link`] | one connection ↔ messages, bounded both ways |
//! | [`limits`] | how many connections there may be |
//! | [`frames`] | a stream of bytes → messages and garbage |
//! | [`stream`] | plain or TLS, one type |
//! | [`tls`] | certificates and keys → rustls configurations; a peer's certificate → its names |
//! | [`clock`] | the machine's clock, or a test's → [`crate::time::Timestamp`] |
//! | [`file_store`] | a session's numbers and messages ↔ files |
//! | [`zone`] | a name → a time zone, for schedules |
//! | [`client`] | a small initiator that is pulled: log on, send, receive, log out |

pub mod acceptor;
pub mod admission;
pub mod application;
pub mod backoff;
pub mod client;
pub mod clock;
pub mod file_store;
pub mod frames;
pub mod front;
pub mod handle;
pub mod initiator;
pub mod limits;
pub mod link;
pub mod session_task;
pub mod stream;
pub mod target;
pub mod tls;
pub mod zone;
