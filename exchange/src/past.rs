//! [`Past`]: everything that is rebuilt from the journal at a start: the engine, and what readers know ([`Known`]). In: a snapshot, or
//! nothing, and the entries behind it. Out: the same, ready to be written down as a snapshot, or to go on live. A pure function with
//! memory: where it began makes no difference to what it is behind an entry.

use crate::audit::Audit;
use crate::directory::Directory;
use crate::gateway::marketdata::view::View;
use crate::metrics::Counts;
use journal::JournalError;
use journal::catalog::Catalog;
use journal::engine::Engine;
use journal::entry::Epoch;
use journal::record::{self, Stored};
use journal::replay::Replayed;
use journal::segment;
use journal::snapshot::{self, Contents, Snapshot, SnapshotError};
use market::event::Event;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// What the entries up to one have made.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) engine: Engine,
    pub(crate) known: Known,
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
    pub(crate) view: View,
    pub(crate) counts: Counts,
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
        Ok(Self {
            engine,
            known,
            last_seq: header.seq,
            last_at: header.at,
            events: Vec::new(),
            encoded: Vec::new(),
        })
    }

    /// Applies an entry's instruction anew and compares the events, byte by byte.
    pub(crate) fn take(&mut self, stored: Stored<'_>) -> Replayed {
        let Stored { head, events } = stored;
        let mut made = std::mem::take(&mut self.events);
        made.clear();
        self.engine
            .decide(head.seq, head.at, &head.instruction, &mut made);
        record::encode_events(&made, &mut self.encoded);
        if self.encoded != events {
            return Replayed::Diverged;
        }
        let entry = head.with(made);
        let Known {
            directory,
            audit,
            view,
            counts,
        } = &mut self.known;
        directory.apply([&entry]);
        audit.note(&entry, directory);
        view.apply(&entry);
        counts.count(&entry);
        (self.last_seq, self.last_at) = (entry.seq, entry.at);
        self.events = entry.events;
        Replayed::Same
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
            seq: self.last_seq,
            at: self.last_at,
            engine: &self.engine,
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
