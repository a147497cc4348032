//! [`Hub`]: the handles that every door of the exchange works with, and [`open`], which makes them: the data folder is taken, the journal replayed
//! and compared, the directory rebuilt, the two threads started. Nothing listens yet.

use crate::audit::Audit;
use crate::clock::Clock;
use crate::commit::Commit;
use crate::config::{Durability, JournalConfig};
use crate::data::{DataError, DataFolder};
use crate::directory::Directory;
use crate::engine::Engine;
use crate::entry::{Entry, Epoch};
use crate::feed::Feed;
use crate::health::Health;
use crate::journal::JournalError;
use crate::journal::disk::Disk;
use crate::journal::replay::{self, Opened, Replayed};
use crate::metrics::Metrics;
use crate::sequencer::run::{Sequencer, SequencerParts};
use crate::sequencer::{Stop, StopReason, Submitter};
use market::time::Timestamp;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// The handles that every door works with; cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Asks the sequencer.
    pub submitter: Submitter,
    /// What has happened, and happens.
    pub feed: Feed,
    /// Reference data.
    pub directory: Arc<Directory>,
    /// The latest commands of operators.
    pub audit: Arc<Audit>,
    /// Id of the journal's history: positions that are told are `(epoch, seq)`.
    pub epoch: Epoch,
    /// Figures.
    pub metrics: Metrics,
    /// What is wrong right now.
    pub health: Health,
    /// The data folder.
    pub data: PathBuf,
    /// When an entry counts as written.
    pub durability: Durability,
    /// When the venue was opened.
    pub opened: Instant,
    /// The last entry of the journal as it was found; 0 when it was new.
    pub replayed: u64,
}

/// What keeps a [`Hub`] going: the threads and the hold on the data folder. Dropped without [`Running::shut_down`], the threads go on until
/// the process ends.
#[derive(Debug)]
pub struct Running {
    sequencer: Sequencer,
    /// Held until the threads have ended.
    folder: DataFolder,
}

/// Why a hub cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The data folder cannot be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The operating system gives no threads.
    #[error("the operating system gives no thread: {0}")]
    Threads(io::Error),
}

/// Takes the data folder, replays its journal, starts sequencer and journal thread. Blocks while it replays.
///
/// # Errors
/// A [`HubError`]; nothing runs then.
pub fn open(
    config: &JournalConfig,
    data: &Path,
    disk: Box<dyn Disk>,
    clock: Box<dyn Clock>,
) -> Result<(Hub, Running), HubError> {
    let folder = DataFolder::take(data)?;
    let metrics = Metrics::new();
    let health = Health::new();
    let stop = Stop::default();
    let mut past = Past::new(&metrics);
    let opened = replay::open(data, disk, config.segment_bytes, |entry| {
        past.replay(&entry)
    })?;
    let Past {
        engine,
        directory,
        audit,
        last_at,
        ..
    } = past;
    let Opened {
        writer,
        segments,
        epoch,
        last_seq,
    } = opened;
    metrics
        .last_seq
        .set(i64::try_from(last_seq).unwrap_or(i64::MAX));
    let feed = Feed::new(segments, last_seq, config.window);
    let commit = Commit {
        writer,
        durability: config.durability,
        feed: feed.clone(),
        directory: Arc::clone(&directory),
        audit: Arc::clone(&audit),
        metrics: metrics.clone(),
        health: health.clone(),
        stop,
        settled: last_seq,
        records: Vec::new(),
    };
    let (submitter, sequencer) = Sequencer::start(SequencerParts {
        engine,
        last_seq,
        last_at,
        clock,
        queue: config.queue,
        batch: config.batch,
        commit,
    })
    .map_err(HubError::Threads)?;
    let hub = Hub {
        submitter,
        feed,
        directory,
        audit,
        epoch,
        metrics,
        health,
        data: data.to_owned(),
        durability: config.durability,
        opened: Instant::now(),
        replayed: last_seq,
    };
    Ok((hub, Running { sequencer, folder }))
}

impl Running {
    /// Takes no more commands, writes and syncs what was taken, ends the threads, gives the data folder free. Blocks meanwhile.
    ///
    /// # Errors
    /// Why not everything could be written.
    pub fn shut_down(self) -> Result<(), StopReason> {
        let ended = self.sequencer.shut_down();
        drop(self.folder);
        ended
    }
}

/// What a replay rebuilds.
struct Past<'a> {
    engine: Engine,
    directory: Arc<Directory>,
    audit: Arc<Audit>,
    last_at: Timestamp,
    metrics: &'a Metrics,
}

impl<'a> Past<'a> {
    fn new(metrics: &'a Metrics) -> Self {
        Self {
            engine: Engine::new(),
            directory: Arc::new(Directory::new()),
            audit: Arc::default(),
            last_at: Timestamp::default(),
            metrics,
        }
    }

    /// Applies an entry's instruction anew and compares the events.
    fn replay(&mut self, entry: &Entry) -> Replayed {
        let events = self.engine.apply(entry.seq, entry.at, &entry.instruction);
        if events != entry.events {
            return Replayed::Diverged;
        }
        self.directory.apply([entry]);
        self.audit.note(entry, &self.directory);
        self.metrics.count(std::iter::once(entry));
        self.last_at = entry.at;
        Replayed::Same
    }
}
