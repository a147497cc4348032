//! [`Commit`]: takes what was decided, writes it, syncs it, and only then tells anybody. One write and one sync serve all batches that came
//! while the last sync ran. It is the journal thread's work; who lends it when is the sequencer's matter.
//!
//! When the disk fails, the venue takes no commands any more, and nothing of the failed write is told to anyone.

use crate::audit::Audit;
use crate::bearing::Bearing;
use crate::blotter::Blotter;
use crate::config::Durability;
use crate::directory::Directory;
use crate::feed::Feed;
use crate::glance::{TOGETHER, glance};
use crate::halts::Halts;
use crate::health::Health;
use crate::metrics::{Counts, Metrics};
use crate::sequencer::{Stop, StopReason};
use crate::settings::Settings;
use journal::entry::Entry;
use journal::record;
use journal::writer::Writer;
use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::oneshot;

/// Events after which no more batches are put into one write.
const WRITE_EVENTS: usize = 32_768;
/// Room for records that is kept from one write to the next.
const ROOM_KEPT_BYTES: usize = 8 << 20;
/// Emptied batches that are kept, at most: about as many as are on their way.
const BATCHES_KEPT: usize = 8;

/// What was decided in one go.
#[derive(Debug, Default)]
pub struct Batch {
    /// The entries, at least one.
    pub sealed: Vec<Sealed>,
    /// Events of all of them.
    pub events: usize,
}

impl Batch {
    /// Adds all batches that wait, up to a bound; how many.
    pub fn merge(&mut self, batches: &Receiver<Self>, emptied: &Emptied) -> usize {
        let mut merged = 0;
        while self.events < WRITE_EVENTS {
            let Ok(mut next) = batches.try_recv() else {
                break;
            };
            self.sealed.append(&mut next.sealed);
            self.events += next.events;
            emptied.give(next);
            merged += 1;
        }
        merged
    }
}

/// Batches whose entries have gone on: their room is used again.
#[derive(Debug, Default)]
pub struct Emptied(Mutex<Vec<Batch>>);

impl Emptied {
    /// One of them, or a new one.
    pub fn take(&self) -> Batch {
        self.lock().pop().unwrap_or_default()
    }

    /// Keeps one more, up to a bound.
    pub fn give(&self, mut batch: Batch) {
        batch.sealed.clear();
        batch.events = 0;
        let mut kept = self.lock();
        if kept.len() < BATCHES_KEPT {
            kept.push(batch);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Batch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An entry and who waits for it.
#[derive(Debug)]
pub struct Sealed {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Who waits for it to be durable.
    pub reply: Option<oneshot::Sender<Arc<Entry>>>,
}

/// All that the journal thread works with.
pub struct Commit {
    /// The journal's end.
    pub writer: Writer,
    /// When an entry counts as written.
    pub durability: Durability,
    /// Where entries are published.
    pub feed: Feed,
    /// What entries make known.
    pub directory: Arc<Directory>,
    /// What operators asked for.
    pub audit: Arc<Audit>,
    /// What operators have set.
    pub settings: Arc<Settings>,
    /// What is halted, and the breaker.
    pub halts: Arc<Halts>,
    /// The last trades.
    pub blotter: Arc<Blotter>,
    /// Figures.
    pub metrics: Metrics,
    /// Told when the disk fails.
    pub health: Health,
    /// Set when the disk fails.
    pub stop: Stop,
    /// Why the disk has failed, once it has: nothing may be assumed of the file then, and it is not touched any more. `stop` may have been
    /// set before, for another reason.
    pub failed: Option<StopReason>,
    /// The last entry that is published and written.
    pub settled: u64,
    /// The records of one write: their room is used again.
    pub records: Vec<u8>,
    /// What each entry of one write bears on.
    pub(crate) bearings: Vec<Bearing>,
    /// What the entries of one write say about orders and trades.
    pub(crate) counts: Counts,
}

impl Commit {
    /// The end: what is written is synced, unless the disk has failed; readers hear that nothing more comes.
    ///
    /// # Errors
    /// Why the disk has failed, now or before.
    pub fn close(&mut self) -> Result<(), StopReason> {
        if self.failed.is_none()
            && let Err(error) = self.writer.sync()
        {
            let _kept = self.fail(&error);
        }
        self.feed.close();
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Writes a batch and tells everybody: then it is empty.
    ///
    /// # Errors
    /// Why the disk has failed. It is set before those who wait are let go.
    pub fn commit(&mut self, batch: &mut Batch) -> Result<(), StopReason> {
        let sealed = &mut batch.sealed;
        let (Some(first), Some(last)) = (sealed.first(), sealed.last()) else {
            return Ok(());
        };
        let (first_seq, last_seq) = (first.entry.seq, last.entry.seq);
        let entries = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.metrics
            .journal_batch_entries
            .observe(f64::from(entries));
        self.encode(sealed);
        if self.durability == Durability::None {
            self.publish(sealed);
            let written = self.write(first_seq);
            written.map_err(|error| self.fail(&error))?;
        } else {
            let written = self.write(first_seq);
            written.map_err(|error| self.fail(&error))?;
            self.publish(sealed);
        }
        self.feed.written(last_seq);
        self.settled = last_seq;
        Ok(())
    }

    /// The entries as records, and what each bears on.
    fn encode(&mut self, sealed: &[Sealed]) {
        self.records.clear();
        self.records.shrink_to(ROOM_KEPT_BYTES);
        self.bearings.clear();
        self.counts = Counts::default();
        for some in sealed.chunks(TOGETHER) {
            glance(some.iter().map(|one| &*one.entry));
            for Sealed { entry, .. } in some {
                self.bearings.push(Bearing::of(entry));
                self.counts.count(entry);
                record::append(entry, self.settled, &mut self.records).unwrap_or_else(|bytes| {
                    panic!(
                        "entry {} has {bytes} bytes: the market's limits keep entries below what a record holds",
                        entry.seq
                    )
                });
            }
        }
    }

    /// Writes records, and syncs them when that is what durable means.
    fn write(&mut self, first_seq: u64) -> io::Result<()> {
        let began = Instant::now();
        self.writer.append(first_seq, &self.records)?;
        if self.durability == Durability::Fsync {
            self.writer.sync()?;
        }
        let seconds = began.elapsed().as_secs_f64();
        self.metrics.journal_sync_seconds.observe(seconds);
        self.metrics
            .journal_bytes
            .inc_by(u64::try_from(self.records.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Tells everybody: the directory first, so that whoever reads an entry can look up what it names; then readers, then who asked.
    fn publish(&self, sealed: &mut Vec<Sealed>) {
        let entries = || sealed.iter().map(|one| &*one.entry);
        self.directory.note_inbound(entries());
        for (entry, bearing) in entries().zip(&self.bearings) {
            if *bearing != Bearing::Orders {
                self.blotter.note(entry);
            }
            if *bearing == Bearing::All {
                self.directory.apply([entry]);
                self.audit.note(entry, &self.directory);
                self.settings.note(entry);
                self.halts.note(entry);
            }
        }
        let last_seq = sealed.last().map_or(0, |one| one.entry.seq);
        self.metrics.told(&self.counts, last_seq);
        self.feed
            .publish(sealed.iter().map(|one| Arc::clone(&one.entry)));
        for Sealed { entry, reply } in sealed.drain(..) {
            if let Some(reply) = reply {
                // Who asked may have gone away meanwhile; the entry stands all the same.
                let _gone = reply.send(entry);
            }
        }
    }

    fn fail(&mut self, error: &io::Error) -> StopReason {
        tracing::error!(%error, "the journal cannot be written: the venue takes no commands any more");
        self.health
            .ail("journal", format!("the journal cannot be written: {error}"));
        let reason = StopReason::Journal(error.to_string());
        self.stop.set(reason.clone());
        self.failed = Some(reason.clone());
        reason
    }
}
