//! The journal thread: takes what the sequencer has decided, writes it, syncs it, and only then tells anybody. One write and one sync serve all
//! batches that came while the last sync ran.
//!
//! When the disk fails, the thread ends: the venue takes no commands any more, and nothing of the failed write is told to anyone.

use crate::audit::Audit;
use crate::config::Durability;
use crate::directory::Directory;
use crate::entry::Entry;
use crate::feed::Feed;
use crate::health::Health;
use crate::journal::writer::Writer;
use crate::metrics::Metrics;
use crate::sequencer::{Stop, StopReason};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;
use tokio::sync::oneshot;

/// Bytes after which no more batches are put into one write.
const WRITE_BYTES: usize = 8 << 20;

/// What the sequencer has decided in one go.
#[derive(Debug)]
pub struct Batch {
    /// The entries as records.
    pub records: Vec<u8>,
    /// The entries, at least one.
    pub sealed: Vec<Sealed>,
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
    /// Figures.
    pub metrics: Metrics,
    /// Told when the disk fails.
    pub health: Health,
    /// Set when the disk fails.
    pub stop: Stop,
}

impl Commit {
    /// Works until the sequencer is gone and everything is written, or the disk fails.
    pub fn run(mut self, batches: &Receiver<Batch>) {
        while let Ok(first) = batches.recv() {
            let batch = merge(first, batches);
            if self.commit(batch).is_err() {
                break;
            }
        }
        if self
            .stop
            .reason()
            .is_none_or(|reason| *reason == StopReason::ShutDown)
            && let Err(error) = self.writer.sync()
        {
            let _told = self.fail(&error);
        }
        self.feed.close();
    }

    /// Writes a batch and tells everybody. When the disk fails, the reason is set before those who wait are let go.
    fn commit(&mut self, batch: Batch) -> Result<(), StopReason> {
        let Batch { records, sealed } = batch;
        let (Some(first), Some(last)) = (sealed.first(), sealed.last()) else {
            return Ok(());
        };
        let (first_seq, last_seq) = (first.entry.seq, last.entry.seq);
        let entries = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.metrics
            .journal_batch_entries
            .observe(f64::from(entries));
        if self.durability == Durability::None {
            self.publish(sealed);
            let written = self.write(first_seq, &records);
            written.map_err(|error| self.fail(&error))?;
        } else {
            let written = self.write(first_seq, &records);
            written.map_err(|error| self.fail(&error))?;
            self.publish(sealed);
        }
        self.feed.written(last_seq);
        Ok(())
    }

    /// Writes records, and syncs them when that is what durable means.
    fn write(&mut self, first_seq: u64, records: &[u8]) -> io::Result<()> {
        let began = Instant::now();
        self.writer.append(first_seq, records)?;
        if self.durability == Durability::Fsync {
            self.writer.sync()?;
        }
        let seconds = began.elapsed().as_secs_f64();
        self.metrics.journal_sync_seconds.observe(seconds);
        self.metrics
            .journal_bytes
            .inc_by(u64::try_from(records.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Tells everybody: the directory first, so that whoever reads an entry can look up what it names; then readers, then who asked.
    fn publish(&self, sealed: Vec<Sealed>) {
        self.directory.apply(sealed.iter().map(|one| &*one.entry));
        for one in &sealed {
            self.audit.note(&one.entry, &self.directory);
            self.metrics.count(&one.entry);
            self.metrics
                .last_seq
                .set(i64::try_from(one.entry.seq).unwrap_or(i64::MAX));
        }
        self.feed
            .publish(sealed.iter().map(|one| Arc::clone(&one.entry)));
        for Sealed { entry, reply } in sealed {
            if let Some(reply) = reply {
                // Who asked may have gone away meanwhile; the entry stands all the same.
                let _gone = reply.send(entry);
            }
        }
    }

    fn fail(&self, error: &io::Error) -> StopReason {
        tracing::error!(%error, "the journal cannot be written: the venue takes no commands any more");
        self.health
            .ail("journal", format!("the journal cannot be written: {error}"));
        let reason = StopReason::Journal(error.to_string());
        self.stop.set(reason.clone());
        reason
    }
}

/// Everything that has come meanwhile, as one batch.
fn merge(first: Batch, batches: &Receiver<Batch>) -> Batch {
    let mut merged = first;
    while merged.records.len() < WRITE_BYTES {
        let Ok(next) = batches.try_recv() else {
            break;
        };
        merged.records.extend_from_slice(&next.records);
        merged.sealed.extend(next.sealed);
    }
    merged
}
