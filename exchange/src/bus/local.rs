//! [`LocalBus`]: the bus within one process. A reader has the same envelopes in the same order as on Kafka, from any place of the journal on.

use crate::bus::envelope::envelopes;
use crate::directory::Directory;
use crate::feed::{Feed, FeedError, FeedReader};
use crate::holds::Holds;
use crate::hub::Hub;
use journal::entry::Epoch;
use market::topic::Envelope;
use prometheus::IntGauge;
use std::sync::Arc;

/// The bus within the process; cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalBus {
    feed: Feed,
    directory: Arc<Directory>,
    epoch: Epoch,
    lag_entries: IntGauge,
    holds: Holds,
}

/// Entries that a reader may have been given and not have kept yet: it is asked for again after a restart. Far above what a reader takes at
/// a time.
const UNKEPT_ENTRIES: u64 = 1 << 20;

/// How it is called among those who hold segments.
const READER: &str = "local-bus";

impl LocalBus {
    /// The bus of an exchange.
    pub fn new(hub: &Hub) -> Self {
        // Where the reader stands is known when it subscribes.
        hub.holds.set(READER, 0);
        Self {
            holds: hub.holds.clone(),
            feed: hub.feed.clone(),
            directory: Arc::clone(&hub.directory),
            epoch: hub.epoch,
            lag_entries: hub
                .metrics
                .feed_lag_entries
                .with_label_values(&["local-bus"]),
        }
    }

    /// Id of the journal's history.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// A reader of everything after entry `after_seq`; 0 is from the beginning.
    pub fn subscribe(&self, after_seq: u64) -> LocalReader {
        LocalReader {
            reader: self.feed.subscribe(after_seq),
            directory: Arc::clone(&self.directory),
            epoch: self.epoch,
            lag_entries: self.lag_entries.clone(),
            holds: self.holds.clone(),
        }
    }
}

/// One reader's place on the bus.
#[derive(Debug)]
pub struct LocalReader {
    reader: FeedReader,
    directory: Arc<Directory>,
    epoch: Epoch,
    lag_entries: IntGauge,
    holds: Holds,
}

impl LocalReader {
    /// The next envelopes, in order: those of some whole entries; none when those entries have none. Waits for an entry. Dropping the
    /// future loses nothing. Everything up to [`LocalReader::position`] has been returned then.
    ///
    /// # Errors
    /// As [`FeedReader::next`].
    pub async fn next(&mut self) -> Result<Vec<Envelope>, FeedError> {
        let kept = self.position().saturating_sub(UNKEPT_ENTRIES);
        self.holds.set(READER, kept);
        let entries = self.reader.next().await?;
        let lag = i64::try_from(self.lag()).unwrap_or(i64::MAX);
        self.lag_entries.set(lag);
        Ok(entries
            .iter()
            .flat_map(|entry| envelopes(entry, &self.directory, self.epoch))
            .collect())
    }

    /// The last entry whose envelopes were returned, or where the reader began.
    pub fn position(&self) -> u64 {
        self.reader.position()
    }

    /// How many entries the reader is behind.
    pub fn lag(&self) -> u64 {
        self.reader.lag()
    }
}
