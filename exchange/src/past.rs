//! [`Past`]: everything that is rebuilt from the journal at a start: the engine, and what readers know ([`Known`]). In: a snapshot, or
//! nothing, and the entries behind it. Out: the same, ready to be written down as a snapshot, or to go on live. A pure function with
//! memory: where it began makes no difference to what it is behind an entry.

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod layout;
mod pages;

use crate::audit::Audit;
use crate::blotter::Blotter;
use crate::directory::Directory;
use crate::gateway::marketdata::view::View;
use crate::halts::Halts;
use crate::metrics::Counts;
use crate::settings::Settings;
use journal::JournalError;
use journal::catalog::Catalog;
use journal::engine::Engine;
use journal::entry::{Entry, Epoch};
use journal::record;
use journal::replay::{End, Replayed};
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
    pub(crate) rules: Rules,
    pub(crate) known: Known,
}

/// The newest past that a snapshot holds.
#[derive(Default)]
pub(crate) struct Newest {
    pub(crate) past: Past,
    /// Newer snapshots, and why each cannot be used.
    pub(crate) passed_over: Vec<SnapshotError>,
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
    pub(crate) halts: Halts,
    pub(crate) blotter: Blotter,
    pub(crate) view: View,
    pub(crate) counts: Counts,
}

impl Rules {
    /// Applies an entry's instruction anew: its events are the entry's then, which has none before. Whether they are those that are stored,
    /// byte by byte.
    fn take(&mut self, entry: &mut Entry, stored: &[u8]) -> Replayed {
        self.events.clear();
        self.engine
            .decide(entry.seq, entry.at, &entry.instruction, &mut self.events);
        record::encode_events(&self.events, &mut self.encoded);
        if self.encoded != stored {
            return Replayed::Diverged;
        }
        (self.last_seq, self.last_at) = (entry.seq, entry.at);
        std::mem::swap(&mut entry.events, &mut self.events);
        Replayed::Same
    }
}

impl Known {
    fn take(&mut self, entry: &Entry) {
        self.directory.apply([entry]);
        self.audit.note(entry, &self.directory);
        self.settings.note(entry);
        self.halts.note(entry);
        self.blotter.note(entry);
        self.view.apply(entry);
        self.counts.count(entry);
    }
}

impl Past {
    /// The newest that a snapshot of this journal holds, up to entry `until`; nothing without one. Each that cannot be used is named in the
    /// log, and the next older one is taken.
    ///
    /// # Errors
    /// When the folder of snapshots cannot be read, or there are snapshots and no journal.
    pub(crate) fn newest(catalog: &Catalog, until: u64) -> Result<Newest, PastError> {
        let listed = snapshot::list(catalog.data())?;
        let Some(epoch) = catalog.epoch() else {
            return match listed.first() {
                None => Ok(Newest::default()),
                Some(_) => Err(PastError::Journal(JournalError::Missing {
                    segment: segment::path(catalog.folder(), 1),
                })),
            };
        };
        let mut newest = Newest::default();
        for one in listed.iter().filter(|one| one.seq <= until) {
            match Self::restore(&one.path, epoch) {
                Ok(past) => {
                    newest.past = past;
                    break;
                }
                Err(why) => {
                    tracing::error!(%why, "a snapshot cannot be used: the one before it is, or the whole journal");
                    newest.passed_over.push(why);
                }
            }
        }
        Ok(newest)
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

    /// Takes an entry, whose events are made anew and compared with those that are stored, byte by byte.
    pub(crate) fn take(&mut self, entry: &mut Entry, stored: &[u8]) -> Replayed {
        let taken = self.rules.take(entry, stored);
        if taken == Replayed::Same {
            self.known.take(entry);
            // Their room is used again.
            std::mem::swap(&mut entry.events, &mut self.rules.events);
        }
        taken
    }

    /// Takes all entries of the journal behind the last one, which are read ahead meanwhile. `told` hears of each.
    ///
    /// # Errors
    /// A [`JournalError`] with its place.
    pub(crate) fn replay(
        &mut self,
        catalog: &Catalog,
        told: &mut dyn FnMut(u64),
    ) -> Result<End, JournalError> {
        pages::read(catalog, self.rules.last_seq, &mut |page| {
            self.rules.engine.foresee(page.instructions());
            for (entry, stored) in page.entries() {
                told(entry.seq);
                if self.take(entry, stored) != Replayed::Same {
                    return Err(diverged(catalog, entry.seq));
                }
            }
            Ok(())
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

/// The error for an entry whose events are not what its instruction makes.
fn diverged(catalog: &Catalog, seq: u64) -> JournalError {
    let segments = catalog.segments().iter();
    let holding = segments.rev().find(|segment| segment.first_seq <= seq);
    JournalError::Diverged {
        segment: holding.map_or_else(|| catalog.folder().to_owned(), |it| it.path.clone()),
        seq,
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
