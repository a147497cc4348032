//! `journal dump|verify|replay|stat`: the journal's files offline: what is in them, whether they are what was written, and whether they replay
//! with the real rules. They only read. A journal that is being written may look torn at its end.

mod dump;
mod replay;
mod stat;
mod verify;

pub use dump::dump;
pub use replay::replay;
pub use stat::stat;
pub use verify::verify;

use crate::failure::Failure;
use fix_engine::time::{Precision, Timestamp};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use journal::JournalError;
use journal::catalog::{self, Catalog};
use journal::replay::End;
use journal::snapshot::{self, Listed, Snapshot, SnapshotError};
use std::fs;
use std::path::{Path, PathBuf};

/// Entries between two steps of the bar.
const STEP_ENTRIES: u64 = 16_384;

/// A journal as it lies there.
struct Shelf {
    data: PathBuf,
    /// Whether it is what a venue starts with, not segments alone.
    is_data_folder: bool,
    catalog: Catalog,
    /// Newest first.
    snapshots: Vec<Listed>,
}

impl Shelf {
    /// The journal of a data folder; or a folder of segments, for instance of archived ones.
    fn open(path: &Path) -> Result<Self, Failure> {
        let inner = catalog::folder(path);
        let is_data_folder = inner.is_dir();
        let folder = if is_data_folder { &inner } else { path };
        // First, so that the journal of a venue that runs reaches each of them.
        let snapshots = snapshot::list(path).map_err(|error| unusable(&error))?;
        let catalog = Catalog::look(path, folder).map_err(|error| failure(&error))?;
        if catalog.segments().is_empty() {
            return Err(Failure::file(folder, "there is no segment of a journal"));
        }
        Ok(Self {
            data: path.to_owned(),
            is_data_folder,
            catalog,
            snapshots,
        })
    }

    /// A snapshot of this journal, every byte of it checked; none when it is of another version of the program: a start passes that over.
    fn snapshot(&self, path: &Path) -> Result<Option<Snapshot>, Failure> {
        let snapshot = match Snapshot::read(path) {
            Ok(snapshot) => snapshot,
            Err(SnapshotError::Version { .. }) => return Ok(None),
            Err(error) => return Err(unusable(&error)),
        };
        if self.catalog.epoch() != Some(snapshot.header().epoch) {
            let path = path.to_owned();
            return Err(unusable(&SnapshotError::Foreign { path }));
        }
        Ok(Some(snapshot))
    }

    /// The failure for a journal that ends before a snapshot of entry `known`: a start refuses it.
    fn short(&self, end: &End, known: u64) -> Failure {
        let last = self.catalog.segments().last();
        let segment = last.map_or(self.catalog.folder(), |last| &last.path);
        failure(&JournalError::Short {
            segment: segment.to_owned(),
            offset: end.len,
            last_seq: end.last_seq,
            known,
        })
    }

    /// The entry before the first that there is.
    fn before(&self) -> u64 {
        let first = self.catalog.segments().first();
        first.map_or(0, |first| first.first_seq - 1)
    }

    /// Bytes of all segments.
    fn bytes(&self) -> Result<u64, Failure> {
        let segments = self.catalog.segments().iter();
        segments.map(|segment| length(&segment.path)).sum()
    }

    /// A bar on standard error, where that is a terminal. How many entries the last segment has is not known before it is read.
    fn bar(&self, from: u64) -> Bar {
        let last = self.catalog.segments().last();
        let known = last.map_or(0, |last| last.first_seq.saturating_sub(from));
        let bar = ProgressBar::with_draw_target(Some(known), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {human_pos} entries  {eta} left");
        bar.set_style(style.expect("a constant template, drawn by every replay on a terminal"));
        Bar(bar)
    }
}

/// Shows how far a long work is.
struct Bar(ProgressBar);

impl Bar {
    fn step(&self, seq: u64) {
        if seq.is_multiple_of(STEP_ENTRIES) {
            self.0.inc(STEP_ENTRIES);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn length(path: &Path) -> Result<u64, Failure> {
    let metadata = fs::metadata(path).map_err(|error| Failure::file(path, error))?;
    Ok(metadata.len())
}

/// A time as FIX writes it.
fn time(at: market::time::Timestamp) -> String {
    let mut text = bytes::BytesMut::new();
    Timestamp::from_nanos(at.nanos()).write(Precision::Nanos, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What is wrong with a journal, with file and place.
fn failure(error: &JournalError) -> Failure {
    let damaged = |segment: &Path, offset, why: String| Failure::Damaged {
        path: segment.to_owned(),
        offset,
        why,
    };
    match error {
        JournalError::Damaged {
            segment,
            offset,
            what,
        } => damaged(segment, *offset, (*what).to_owned()),
        JournalError::Missing { segment } => damaged(segment, 0, "it is missing".to_owned()),
        JournalError::Short {
            segment,
            offset,
            last_seq,
            known,
        } => {
            let why = format!("it ends with entry {last_seq}, but a snapshot holds entry {known}");
            damaged(segment, *offset, why)
        }
        JournalError::Diverged { segment, seq } => Failure::Diverged {
            path: segment.clone(),
            seq: *seq,
        },
        JournalError::Io { segment, source } => Failure::file(segment, source),
        other => Failure::Input(other.to_string()),
    }
}

/// What is wrong with a snapshot.
fn unusable(error: &SnapshotError) -> Failure {
    match error {
        SnapshotError::Damaged { path, offset, what } => Failure::Damaged {
            path: path.clone(),
            offset: *offset,
            why: (*what).to_owned(),
        },
        SnapshotError::Unsound { path, unsound } => Failure::Damaged {
            path: path.clone(),
            offset: 0,
            why: unsound.to_string(),
        },
        SnapshotError::Foreign { path } => Failure::Damaged {
            path: path.clone(),
            offset: 12,
            why: "it belongs to another history than the journal".to_owned(),
        },
        SnapshotError::Io { path, source } => Failure::file(path, source),
        other @ SnapshotError::Version { .. } => Failure::Input(other.to_string()),
    }
}
