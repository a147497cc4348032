//! `journal verify`: every byte of segments and snapshots: headers, checksums, numbers without a gap, times that never go back, events that can
//! be read, snapshots whose parts agree. Not the rules: that is `journal replay`.

use crate::failure::Failure;
use crate::journal::{Shelf, unusable};
use crate::show::{Show, pairs};
use crate::soundness::Soundness;
use journal::record;
use journal::replay::{self, End, Replayed};
use journal::snapshot::Snapshot;
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
        for listed in &shelf.snapshots {
            let checked = Snapshot::read(&listed.path).and_then(Snapshot::restore);
            checked.map_err(|error| unusable(&error))?;
        }
        Ok(end
            .torn
            .map_or(Soundness::Sound, |torn| Soundness::TornTail {
                file: torn.segment,
                offset: torn.offset,
                why: format!("{}: the next start cuts it off", torn.what),
            }))
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
        ];
        rows.extend(self.soundness.rows());
        pairs(&rows)
    }
}
