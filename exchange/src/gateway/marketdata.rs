//! Market data over FIX: V → W and X, e → f, x → y, g → h.
//!
//! | module | what |
//! |---|---|
//! | [`view`] | pure: levels, trades and phases as of a journal entry, and what changed since another one |
//! | [`tape`] | pure: the trades of an instrument |
//! | [`request`] | pure: what a message asks for, or why not |
//! | `encode` | pure: what the view shows as messages |
//! | `desk` | what one connection is subscribed to |
//! | `subscriber` | pure: what one connection is to be shown, and how far it has been shown it |
//! | `publisher` | the task that reads the feed and serves subscribers |

pub(crate) mod desk;
pub(crate) mod encode;
pub(crate) mod publisher;
pub mod request;
pub(crate) mod subscriber;
pub mod tape;
pub mod view;
