//! The bus: events of the venue for other programs. [`envelope`] says what an entry looks like to them (pure); [`local`] hands it out within the
//! process, `kafka` (with the cargo feature of that name) puts it on Apache Kafka. Both read the feed: neither can press on the sequencer, and the journal
//! is their outbox.

pub mod envelope;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod local;
#[cfg(feature = "kafka")]
mod position;
