//! [`Past`]: everything that is rebuilt from the journal at a start: the engine, and what readers know ([`Known`]). In: a snapshot, or
//! nothing, and the entries behind it. Out: the same, ready to be written down as a snapshot, or to go on live. A pure function with
//! memory: where it began makes no difference to what it is behind an entry.

use crate::audit::Audit;
use crate::blotter::Blotter;
use crate::directory::Directory;
use crate::gateway::marketdata::view::View;
use crate::metrics::Counts;
use crate::settings::Settings;
use journal::JournalError;
use journal::catalog::Catalog;
use journal::engine::Engine;
use journal::entry::{Entry, Epoch};
use journal::record::{self, Stored};
use journal::replay::{self, End, Replayed};
use journal::segment;
use journal::snapshot::{self, Contents, Snapshot, SnapshotError};
use market::event::Event;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What the entries up to one have made.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) rules: Rules,
    pub(crate) known: Known,
}

/// What the rules need to go on.
#[derive(Default)]
pub(crate) struct Rules {
    pub(crate) engine: Engine,
    /// The last entry.
    pub(crate) last_seq: u64,
    /// When that was.
    pub(crate) last_at: Timestamp,
    /// Events of the entry in hand.
    events: Vec<Event>,
    /// The same as they are stored.
    encoded: Vec<u8>,
}

/// What readers know.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) directory: Directory,
    pub(crate) audit: Audit,
    pub(crate) settings: Settings,
    pub(crate) blotter: Blotter,
    pub(crate) view: View,
    pub(crate) counts: Counts,
}

impl Rules {
    /// Applies an entry's instruction anew and compares the events, byte by byte.
    fn take(&mut self, stored: &Stored<'_>) -> Replayed {
        let head = &stored.head;
        self.events.clear();
        self.engine
            .decide(head.seq, head.at, &head.instruction, &mut self.events);
        record::encode_events(&self.events, &mut self.encoded);
        if self.encoded != stored.events {
            return Replayed::Diverged;
        }
        (self.last_seq, self.last_at) = (head.seq, head.at);
        Replayed::Same
    }
}

impl Known {
    fn take(&mut self, entry: &Entry) {
        self.directory.apply([entry]);
        self.audit.note(entry, &self.directory);
        self.settings.note(entry);
        self.blotter.note(entry);
        self.view.apply(entry);
        self.counts.count(entry);
    }

    /// The same with events that were not made anew.
    fn take_stored(&mut self, stored: Stored<'_>) -> Replayed {
        let Some(events) = record::decode_events(stored.events) else {
            return Replayed::Diverged;
        };
        self.take(&stored.head.with(events));
        Replayed::Same
    }
}

impl Past {
    /// The newest that a snapshot of this journal holds, up to entry `until`; nothing without one. Each that cannot be used is named in the
    /// log, and the next older one is taken.
    ///
    /// # Errors
    /// When the folder of snapshots cannot be read, or there are snapshots and no journal.
    pub(crate) fn newest(catalog: &Catalog, until: u64) -> Result<Self, PastError> {
        let listed = snapshot::list(catalog.data())?;
        let Some(epoch) = catalog.epoch() else {
            return match listed.first() {
                None => Ok(Self::default()),
                Some(_) => Err(PastError::Journal(JournalError::Missing {
                    segment: segment::path(catalog.folder(), 1),
                })),
            };
        };
        for one in listed.iter().filter(|one| one.seq <= until) {
            match Self::restore(&one.path, epoch) {
                Ok(past) => return Ok(past),
                Err(why) => {
                    tracing::error!(%why, "a snapshot cannot be used: the one before it is, or the whole journal");
                }
            }
        }
        Ok(Self::default())
    }

    /// What the snapshot at `path` holds.
    pub(crate) fn restore(path: &Path, epoch: Epoch) -> Result<Self, SnapshotError> {
        let snapshot = Snapshot::read(path)?;
        let header = snapshot.header();
        if header.epoch != epoch {
            return Err(SnapshotError::Foreign {
                path: path.to_owned(),
            });
        }
        let (engine, known) = snapshot.restore()?;
        let known: Known = postcard::from_bytes(&known).map_err(|_| Snapshot::not_known(path))?;
        let rules = Rules {
            engine,
            last_seq: header.seq,
            last_at: header.at,
            ..Rules::default()
        };
        Ok(Self { rules, known })
    }

    /// Applies an entry's instruction anew and compares the events, byte by byte.
    pub(crate) fn take(&mut self, stored: Stored<'_>) -> Replayed {
        if self.rules.take(&stored) == Replayed::Diverged {
            return Replayed::Diverged;
        }
        let entry = stored.head.with(std::mem::take(&mut self.rules.events));
        self.known.take(&entry);
        self.rules.events = entry.events;
        Replayed::Same
    }

    /// Takes all entries of the journal behind the last one. The rules and what readers know are rebuilt side by side, each on a processor of
    /// its own; each reads the files for itself, since that costs less than handing entries over. `told` hears of each entry.
    ///
    /// # Errors
    /// A [`JournalError`] with its place.
    pub(crate) fn replay(
        &mut self,
        catalog: &Catalog,
        told: &mut dyn FnMut(u64),
    ) -> Result<End, JournalError> {
        let (rules, known) = (&mut self.rules, &mut self.known);
        let after = rules.last_seq;
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let readers = scope.spawn(|| {
                replay::replay(catalog, after, u64::MAX, &mut |stored, _| {
                    if is_over.load(Ordering::Relaxed) {
                        return Replayed::Enough;
                    }
                    known.take_stored(stored)
                })
            });
            let ruled = replay::replay(catalog, after, u64::MAX, &mut |stored, _| {
                told(stored.head.seq);
                rules.take(&stored)
            });
            is_over.store(ruled.is_err(), Ordering::Relaxed);
            let read = readers.join();
            let end = ruled?;
            match read {
                Ok(read) => read.map(|_| end),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Writes a snapshot of it; see [`snapshot::write`].
    pub(crate) fn write(
        &self,
        data: &Path,
        epoch: Epoch,
        pace: &mut dyn FnMut() -> io::Result<()>,
    ) -> Result<PathBuf, SnapshotError> {
        let contents = Contents {
            epoch,
            seq: self.rules.last_seq,
            at: self.rules.last_at,
            engine: &self.rules.engine,
            known: &self.known,
        };
        snapshot::write(data, &contents, pace)
    }
}

/// Why the past cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The snapshots.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}
