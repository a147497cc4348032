//! The feed of the exchange in the same process as a [`Source`]: partition `feed`, offset = journal number of the last event. A journal that
//! ends before what the database has seen of it is refused: going on would take new events for old ones.

use crate::amount;
use crate::consumer::progress::{self, Progress};
use crate::consumer::source::{Batch, NextBatch, Source};
use crate::db::Db;
use crate::error::Error;
use futures_util::stream::{BoxStream, ReadyChunks, StreamExt};
use market::topic::Envelope;
use std::fmt;

/// Name of the partition.
pub const PARTITION: &str = "feed";
/// Most groups of envelopes (journal entries or batches of them) in one transaction.
const GROUPS_MAX: usize = 64;

/// Envelopes in the journal's order, in groups; an error ends the stream and reading starts again.
pub type EnvelopeStream = BoxStream<'static, Result<Vec<Envelope>, String>>;

/// Where a journal ended when its exchange was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEnd {
    /// Which history.
    pub epoch: String,
    /// Its last entry; 0 before the first.
    pub seq: u64,
}

/// The feed: where its journal ended at the start, and a way to open it behind a journal number (0: from the beginning), which is used
/// again after a failure.
pub struct LocalFeed {
    end: JournalEnd,
    subscribe: Box<dyn FnMut(u64) -> EnvelopeStream + Send>,
}

impl fmt::Debug for LocalFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalFeed")
    }
}

impl LocalFeed {
    /// With this end, and this way to subscribe behind a journal number.
    pub fn new(
        end: JournalEnd,
        subscribe: impl FnMut(u64) -> EnvelopeStream + Send + 'static,
    ) -> Self {
        Self {
            end,
            subscribe: Box::new(subscribe),
        }
    }

    /// Checks that the journal has everything that the database has seen of it. Another history is not this check's matter.
    ///
    /// # Errors
    /// [`Error::JournalBehind`], or the database's.
    pub async fn check(&self, db: &Db) -> Result<(), Error> {
        let end = &self.end;
        let mut tx = db.read().await?;
        let seen = progress::as_of(&mut tx).await?;
        tx.rollback().await?;
        match seen {
            Some((epoch, seen)) if epoch == end.epoch && i128::from(seen) > i128::from(end.seq) => {
                Err(Error::JournalBehind { seen, end: end.seq })
            }
            _ => Ok(()),
        }
    }
}

/// A reader of the feed.
pub struct LocalSource {
    stream: ReadyChunks<EnvelopeStream>,
}

impl LocalSource {
    /// Opens the feed behind what the database has.
    pub fn open(feed: &mut LocalFeed, positions: &[Progress]) -> Self {
        let at = positions.iter().find(|p| p.partition_name == PARTITION);
        let after_seq = at
            .and_then(|p| u64::try_from(p.next_offset).ok())
            .unwrap_or_default();
        Self {
            stream: (feed.subscribe)(after_seq).ready_chunks(GROUPS_MAX),
        }
    }
}

impl Source for LocalSource {
    fn next(&mut self) -> NextBatch<'_> {
        Box::pin(async move {
            loop {
                let ended = || Error::Source {
                    why: "the feed ended".into(),
                };
                let mut envelopes = Vec::new();
                for group in self.stream.next().await.ok_or_else(ended)? {
                    envelopes.extend(group.map_err(|why| Error::Source { why })?);
                }
                if let Some(last) = envelopes.last() {
                    return Ok(Batch {
                        partition: PARTITION.into(),
                        next_offset: amount::seq_to_sql("journal number", last.seq)?,
                        envelopes,
                    });
                }
            }
        })
    }
}
