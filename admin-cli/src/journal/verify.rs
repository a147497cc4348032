//! `journal verify`: every byte of segments and snapshots: headers, checksums, numbers without a gap, times that never go back, events that can
//! be read, snapshots whose parts agree and that this journal reaches. Of what readers know, a snapshot's second part, the checksum only.
//! Not the rules: that is `journal replay`.

use crate::failure::Failure;
use crate::journal::{Shelf, unusable};
use crate::show::{Show, pairs};
use crate::soundness::Soundness;
use journal::data::DataFolder;
use journal::record;
use journal::replay::{self, End, Replayed};
use journal::segment;
use market::time::Timestamp;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verdict {
    path: PathBuf,
    #[serde(flatten)]
    soundness: Soundness,
    segments: usize,
    /// Sound entries up to the first that is not.
    entries: u64,
    last_seq: u64,
    snapshots: usize,
    /// Snapshots of another version of the program, of which nothing else is known.
    snapshots_of_other_versions: usize,
}

/// Checks the journal in a data folder, or a folder of segments.
///
/// # Errors
/// [`Failure::File`] when something cannot be read at all. Damage is a verdict.
pub fn verify(path: &Path) -> Result<Verdict, Failure> {
    let mut verdict = Verdict {
        path: path.to_owned(),
        soundness: Soundness::Sound,
        segments: 0,
        entries: 0,
        last_seq: 0,
        snapshots: 0,
        snapshots_of_other_versions: 0,
    };
    verdict.soundness = match verdict.look() {
        Ok(soundness) => soundness,
        Err(failure) => Soundness::of(failure)?,
    };
    Ok(verdict)
}

/// Everything that is looked at besides what a replay looks at.
struct Walk {
    last_seq: u64,
    last_at: Option<Timestamp>,
    wrong: Option<Failure>,
}

impl Walk {
    fn all(&mut self, shelf: &Shelf) -> Result<End, Failure> {
        let bar = shelf.bar(shelf.before());
        let ended = replay::replay(
            &shelf.catalog,
            shelf.before(),
            u64::MAX,
            &mut |stored, place| {
                bar.step(stored.head.seq);
                let why = if self.last_at.is_some_and(|last| stored.head.at < last) {
                    "the entry's time is before that of the entry ahead of it"
                } else if record::decode_events(stored.events).is_none() {
                    "the entry's events cannot be read"
                } else {
                    (self.last_seq, self.last_at) = (stored.head.seq, Some(stored.head.at));
                    return Replayed::Same;
                };
                self.wrong = Some(Failure::Damaged {
                    path: place.segment.to_owned(),
                    offset: place.offset,
                    why: why.to_owned(),
                });
                Replayed::Enough
            },
        );
        match self.wrong.take() {
            Some(wrong) => Err(wrong),
            None => ended.map_err(|error| super::failure(&error)),
        }
    }
}

impl Verdict {
    /// Looks at everything, and counts it on the way.
    fn look(&mut self) -> Result<Soundness, Failure> {
        let shelf = Shelf::open(&self.path)?;
        self.segments = shelf.catalog.segments().len();
        self.snapshots = shelf.snapshots.len();
        let mut walk = Walk {
            last_seq: shelf.before(),
            last_at: None,
            wrong: None,
        };
        let ended = walk.all(&shelf);
        self.last_seq = walk.last_seq;
        self.entries = walk.last_seq - shelf.before();
        let end = ended?;
        self.look_at_snapshots(&shelf, &end)?;
        Ok(end.torn.map_or(Soundness::Sound, |torn| {
            let (file, offset, what) = (torn.segment, torn.offset, torn.what);
            match DataFolder::holder(&self.path) {
                None => Soundness::TornTail {
                    file,
                    offset,
                    why: format!("{what}: the next start cuts it off"),
                },
                Some(pid) => Soundness::BeingWritten {
                    file,
                    offset,
                    why: format!(
                        "{what}: a venue is writing it (process {pid}), ask again when it has stopped"
                    ),
                },
            }
        }))
    }

    /// Each must be sound and of this journal, which must reach it; and one must stand for the segments that are not there.
    fn look_at_snapshots(&mut self, shelf: &Shelf, end: &End) -> Result<(), Failure> {
        let mut reaches_segments = shelf.before() == 0;
        for listed in &shelf.snapshots {
            let Some(snapshot) = shelf.snapshot(&listed.path)? else {
                self.snapshots_of_other_versions += 1;
                continue;
            };
            snapshot.restore().map_err(|error| unusable(&error))?;
            if listed.seq > end.last_seq {
                return Err(shelf.short(end, listed.seq));
            }
            reaches_segments |= listed.seq >= shelf.before();
        }
        if shelf.is_data_folder && !reaches_segments {
            let first = shelf.catalog.segments().first();
            let number = first.map_or(1, |first| first.number.saturating_sub(1).max(1));
            return Err(Failure::Damaged {
                path: segment::path(shelf.catalog.folder(), number),
                offset: 0,
                why: format!(
                    "it is missing: the journal begins with entry {}, and no snapshot that this version reads stands for what came before",
                    shelf.before() + 1
                ),
            });
        }
        Ok(())
    }

    /// Why the process must not end with 0.
    pub fn failure(&self) -> Option<Failure> {
        self.soundness.failure()
    }
}

impl Show for Verdict {
    fn table(&self) -> String {
        let mut rows = vec![
            ("verdict", self.soundness.word().to_owned()),
            ("segments", self.segments.to_string()),
            ("entries", self.entries.to_string()),
            ("last entry", self.last_seq.to_string()),
            ("snapshots", self.snapshots.to_string()),
            (
                "of other versions",
                self.snapshots_of_other_versions.to_string(),
            ),
        ];
        rows.extend(self.soundness.rows());
        pairs(&rows)
    }
}
