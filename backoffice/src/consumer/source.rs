//! [`Source`]: where batches of events come from. The feed of the same process or Kafka; the consumer cannot tell them apart.

use crate::consumer::local::{LocalFeed, LocalSource};
use crate::consumer::progress::Progress;
use crate::db::Db;
use crate::error::Error;
use market::topic::Envelope;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// Events of one partition, in its order.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `feed`, or `kafka/TOPIC/NUMBER`.
    pub partition: String,
    /// The events; some may have been seen.
    pub envelopes: Vec<Envelope>,
    /// Where reading goes on behind them.
    pub next_offset: i64,
}

impl Batch {
    /// The same events in parts of at most `events_max`. Only the last part moves the offset: reading goes on behind the whole batch or,
    /// after a crash, before it, and what was applied by then is dropped.
    pub fn parts(&self, events_max: usize) -> Vec<Self> {
        let chunks = self.envelopes.chunks(events_max.max(1));
        let count = chunks.len();
        (1..)
            .zip(chunks)
            .map(|(number, chunk)| Self {
                partition: self.partition.clone(),
                envelopes: chunk.to_vec(),
                next_offset: if number == count { self.next_offset } else { 0 },
            })
            .collect()
    }
}

/// What a source gives, later.
pub type NextBatch<'a> = Pin<Box<dyn Future<Output = Result<Batch, Error>> + Send + 'a>>;

/// A reader of events that stands somewhere in them.
pub trait Source: Send {
    /// The next batch; waits for it. Dropping the future loses nothing that was not read again after reopening.
    fn next(&mut self) -> NextBatch<'_>;
}

/// Which source: handed in by whoever starts the back office.
pub enum EventSource {
    /// The feed of the exchange in the same process.
    Local(LocalFeed),
    /// Topics in Kafka.
    #[cfg(feature = "kafka")]
    Kafka(crate::config::KafkaConfig),
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local(_) => "Local",
            #[cfg(feature = "kafka")]
            Self::Kafka(_) => "Kafka",
        })
    }
}

impl EventSource {
    /// Checks that this source is one that the database can follow, as far as that is known before reading.
    ///
    /// # Errors
    /// [`Error::JournalBehind`], or the database's.
    pub async fn check(&self, db: &Db) -> Result<(), Error> {
        match self {
            Self::Local(feed) => feed.check(db).await,
            #[cfg(feature = "kafka")]
            Self::Kafka(_) => Ok(()),
        }
    }

    /// A reader that stands behind what the database has.
    ///
    /// # Errors
    /// When the source does not answer.
    pub async fn open(&mut self, positions: &[Progress]) -> Result<Box<dyn Source>, Error> {
        Ok(match self {
            Self::Local(feed) => Box::new(LocalSource::open(feed, positions)),
            #[cfg(feature = "kafka")]
            Self::Kafka(config) => {
                Box::new(crate::consumer::kafka::KafkaSource::open(config, positions).await?)
            }
        })
    }
}
