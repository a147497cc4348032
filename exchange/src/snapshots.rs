//! [`Snapshots`]: the thread that makes snapshots, from the journal and not from the running market: it begins with the newest snapshot, replays
//! what was written since on a replica of its own, comparing every event, writes that down and lets it go. So nothing that trades ever
//! waits for it, and each round proves that what was written can be read. What it costs is a second market while it works.
//!
//! It works in short pieces with as long pauses, so that at most half a processor is its own; and with much longer ones while commands wait for
//! the sequencer.

use crate::archive::Archive;
use crate::config::JournalConfig;
use crate::feed::Feed;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::past::{Newest, Past, PastError};
use journal::JournalError;
use journal::catalog::Catalog;
use journal::entry::Epoch;
use journal::replay;
use journal::segment::Segments;
use journal::snapshot::{self, SnapshotError};
use prometheus::IntGauge;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Longest time that it works without a pause.
const PIECE: Duration = Duration::from_millis(2);
/// A piece may be longer when others had the processor meanwhile: so much of it is made up for by a pause.
const LONGEST_WORK: Duration = Duration::from_millis(20);
/// So many times as long as a piece is the pause behind it while commands wait for the sequencer.
const REST_WHILE_BUSY: u32 = 9;
/// Entries between two looks at the time.
const LOOK_ENTRIES: u64 = 32;
/// The part of the venue that this is in its health.
const PART: &str = "snapshots";
/// After a failure the next attempt comes with this part of the usual entries.
const RETRY_PART: u64 = 10;

/// What the thread works with.
pub(crate) struct SnapshotsParts {
    pub(crate) data: PathBuf,
    pub(crate) epoch: Epoch,
    pub(crate) config: JournalConfig,
    pub(crate) segments: Segments,
    pub(crate) archive: Archive,
    pub(crate) feed: Feed,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
    /// The last entry of the newest snapshot; 0 without one.
    pub(crate) newest: watch::Sender<u64>,
}

/// The running thread.
#[derive(Debug)]
pub(crate) struct Snapshots {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Why no snapshot was made.
#[derive(Debug, thiserror::Error)]
enum MakeError {
    /// The venue shuts down.
    #[error("the venue shuts down")]
    Stopped,
    /// The journal, or the folder of snapshots.
    #[error(transparent)]
    Past(#[from] PastError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The new snapshot, or an old one.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl Snapshots {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(parts: SnapshotsParts) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let queue = parts.metrics.queue_commands.clone();
        let maker = Maker {
            parts,
            pace: Pace {
                stop: Arc::clone(&stop),
                began: Instant::now(),
                queue,
            },
        };
        let waiting = tokio::runtime::Builder::new_current_thread().build()?;
        let thread = thread::Builder::new()
            .name("snapshots".to_owned())
            .spawn(move || maker.run(&waiting))?;
        Ok(Self { stop, thread })
    }

    /// Ends the thread once the feed is closed; a snapshot that is half made is given up.
    pub(crate) fn end(self) {
        self.stop.store(true, Ordering::Release);
        if self.thread.join().is_err() {
            tracing::error!("the thread that makes snapshots ended in a panic");
        }
    }
}

struct Maker {
    parts: SnapshotsParts,
    pace: Pace,
}

impl Maker {
    fn run(mut self, waiting: &tokio::runtime::Runtime) {
        let _watch = self.parts.health.watch(PART);
        let entries = self.parts.config.snapshot_entries.max(1);
        let mut next = multiple(*self.parts.newest.borrow(), entries).saturating_add(entries);
        while waiting.block_on(self.parts.feed.reaches(next)) {
            let began = Instant::now();
            match self.make(next) {
                Ok(seq) => {
                    next = multiple(seq, entries).saturating_add(entries);
                    tracing::info!(
                        seq,
                        seconds = began.elapsed().as_secs_f64(),
                        "snapshot made"
                    );
                    self.parts.metrics.snapshots.made(seq, began.elapsed());
                    self.parts.newest.send_replace(seq);
                    self.parts.health.recover(PART);
                }
                Err(MakeError::Stopped) => return,
                Err(why) => {
                    next = self
                        .parts
                        .feed
                        .last_seq()
                        .saturating_add((entries / RETRY_PART).max(1));
                    self.failed(&why);
                }
            }
        }
    }

    /// What is wrong with the journal itself would keep the venue from starting again: that is more than a snapshot that is not made.
    fn failed(&self, why: &MakeError) {
        tracing::error!(%why, "no snapshot was made: the next start has more of the journal to read");
        self.parts.metrics.snapshots.failures.inc();
        if let MakeError::Journal(error) = why
            && !matches!(error, JournalError::Io { .. })
        {
            self.parts.health.ail(PART, error.to_string());
        }
    }

    /// Makes one of the last multiple that there is, once entry `next` is written: no earlier than the first behind the newest one. Its
    /// last entry.
    fn make(&mut self, next: u64) -> Result<u64, MakeError> {
        self.written(next)?;
        let parts = &self.parts;
        let until = multiple(parts.feed.written_seq(), parts.config.snapshot_entries);
        let catalog = Catalog::of(&parts.data, parts.segments.all(), parts.epoch);
        let Newest {
            mut past,
            passed_over,
        } = Past::newest(&catalog, until)?;
        let mut stopped = false;
        self.pace.begin();
        let pace = &mut self.pace;
        replay::replay(&catalog, past.rules.last_seq, until, &mut |stored, _| {
            if stored.head.seq.is_multiple_of(LOOK_ENTRIES) {
                stopped |= pace.step().is_err();
            }
            // Once told to stop, the rest is passed over without being looked at.
            if stopped {
                return replay::Replayed::Enough;
            }
            past.take(&mut stored.head.with(Vec::new()), stored.events)
        })?;
        if stopped {
            return Err(MakeError::Stopped);
        }
        self.sync(&catalog)?;
        let written = past.write(&self.parts.data, self.parts.epoch, &mut || self.pace.step());
        if written.is_err() && self.pace.is_stopped() {
            return Err(MakeError::Stopped);
        }
        written?;
        // What is not tidied now is tidied with the next one.
        let made = past.rules.last_seq;
        if let Err(why) = self.tidy(made, &passed_over) {
            tracing::error!(%why, "an old snapshot or segment cannot be put away");
        }
        Ok(made)
    }

    /// Waits until what was published is in the files: a moment, unless the disk hangs.
    fn written(&self, seq: u64) -> Result<(), MakeError> {
        while self.parts.feed.written_seq() < seq {
            if self.pace.is_stopped() {
                return Err(MakeError::Stopped);
            }
            thread::sleep(PIECE);
        }
        Ok(())
    }

    /// Makes sure that a power cut takes nothing of the journal that the snapshot holds: with durability `os` the last segment is not synced.
    fn sync(&self, catalog: &Catalog) -> Result<(), JournalError> {
        let Some(last) = catalog.segments().last() else {
            return Ok(());
        };
        let synced = File::open(&last.path).and_then(|file| file.sync_data());
        synced.map_err(|source| JournalError::Io {
            segment: last.path.clone(),
            source,
        })
    }

    /// Takes away snapshots that no start can use and those that are older than those to be kept; then segments that are older than the
    /// oldest that is kept. `made` is the newest.
    fn tidy(&self, made: u64, passed_over: &[SnapshotError]) -> Result<(), MakeError> {
        passed_over.iter().try_for_each(remove_useless)?;
        let mut kept = snapshot::list(&self.parts.data)?;
        // One of another history, or of entries that this journal does not have yet, is nobody's spare one; but it is not ours to remove.
        let is_passed_over = |path: &Path| passed_over.iter().any(|why| why.path() == path);
        kept.retain(|one| one.seq <= made && !is_passed_over(&one.path));
        let count = self.parts.config.snapshots_kept.max(1).min(kept.len());
        for old in kept.drain(count..) {
            remove(&old.path)?;
        }
        let oldest = kept.last().map_or(0, |oldest| oldest.seq);
        Ok(self.parts.archive.put_away(oldest)?)
    }
}

/// Removes a snapshot that nobody can use any more, now that a newer one stands.
fn remove_useless(why: &SnapshotError) -> Result<(), SnapshotError> {
    match why {
        SnapshotError::Damaged { path, .. }
        | SnapshotError::Unsound { path, .. }
        | SnapshotError::Version { path, .. } => remove(path),
        SnapshotError::Foreign { .. } | SnapshotError::Io { .. } => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), SnapshotError> {
    fs::remove_file(path).map_err(|source| SnapshotError::Io {
        path: path.to_owned(),
        source,
    })
}

/// The last multiple of `entries` up to `seq`: snapshots are made of these entries, so that two venues with one journal make the same.
fn multiple(seq: u64, entries: u64) -> u64 {
    seq - seq % entries.max(1)
}

/// Works in pieces.
struct Pace {
    stop: Arc<AtomicBool>,
    /// When this piece began.
    began: Instant,
    /// Commands that wait for the sequencer.
    queue: IntGauge,
}

impl Pace {
    fn begin(&mut self) {
        self.began = Instant::now();
    }

    /// Rests as long as it has worked, when it has worked long enough; longer when others are short of processors.
    ///
    /// # Errors
    /// When it is to stop.
    fn step(&mut self) -> io::Result<()> {
        let worked = self.began.elapsed();
        if worked >= PIECE {
            if self.is_stopped() {
                return Err(io::Error::other("the venue shuts down"));
            }
            thread::sleep(rest(worked, self.queue.get() > 0));
            self.began = Instant::now();
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// The pause behind work that took so long.
fn rest(worked: Duration, is_busy: bool) -> Duration {
    worked.min(LONGEST_WORK) * if is_busy { REST_WHILE_BUSY } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::rest;
    use std::time::Duration;

    #[test]
    fn it_rests_as_long_as_it_works_and_much_longer_while_others_wait() {
        let millis = Duration::from_millis;
        assert_eq!(rest(millis(2), false), millis(2));
        assert_eq!(rest(millis(2), true), millis(18));
        // Somebody else had the processor.
        assert_eq!(rest(millis(500), false), millis(20));
        assert_eq!(rest(millis(500), true), millis(180));
    }
}
