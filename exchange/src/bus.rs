//! The bus: events of the venue for other programs. [`envelope`] says what an entry looks like to them (pure); [`local`] hands it out within the
//! process, `kafka` (with the cargo feature of that name) puts it on Apache Kafka. Both read the feed: neither can press on the sequencer, and the journal
//! is their outbox.

pub mod envelope;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod local;
#[cfg(feature = "kafka")]
mod position;

use std::io;
use std::path::PathBuf;

/// Why the bus cannot begin. The disk is to blame, or the operator.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The file of the position cannot be read.
    #[error("the bus position {file} cannot be read: {source}")]
    Position {
        /// Which file.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Readers of Kafka have seen entries that the journal has lost, and would take others for these.
    #[error(
        "Kafka has entry {acknowledged} of this journal ({file}), but the journal ends at entry {last_seq}: restore the data folder from one moment; or let all \
         readers of Kafka begin anew, with other topics (kafka.topic_prefix), and move that file away"
    )]
    Ahead {
        /// The file of the position.
        file: PathBuf,
        /// The last entry that Kafka has acknowledged.
        acknowledged: u64,
        /// The last entry of the journal.
        last_seq: u64,
    },
}
