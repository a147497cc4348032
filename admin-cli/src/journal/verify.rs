//! `journal verify`: every byte of segments and snapshots: headers, checksums, numbers without a gap, times that never go back, events that can
//! be read, snapshots whose parts agree. Not the rules: that is `journal replay`.

use crate::failure::Failure;
use crate::journal::{Shelf, unusable};
use crate::show::{Show, pairs};
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
    verdict: Soundness,
    segments: usize,
    /// Sound entries up to the first that is not.
    entries: u64,
    last_seq: u64,
    snapshots: usize,
    /// The file to blame.
    file: Option<PathBuf>,
    /// Where in it.
    offset: Option<u64>,
    /// What is wrong there.
    why: Option<String>,
}

/// The three verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Soundness {
    Sound,
    TornTail,
    Damaged,
}

/// Checks the journal in a data folder, or a folder of segments.
///
/// # Errors
/// [`Failure::File`] when something cannot be read at all. Damage is a verdict.
pub fn verify(path: &Path) -> Result<Verdict, Failure> {
    let shelf = match Shelf::open(path) {
        Ok(shelf) => shelf,
        Err(damage @ Failure::Damaged { .. }) => return Ok(Verdict::new(path).damaged(damage)),
        Err(other) => return Err(other),
    };
    let mut verdict = Verdict::new(path);
    verdict.segments = shelf.catalog.segments().len();
    verdict.snapshots = shelf.snapshots.len();
    let mut walk = Walk {
        last_seq: shelf.before(),
        last_at: None,
        wrong: None,
    };
    let ended = walk.all(&shelf);
    verdict.last_seq = walk.last_seq;
    verdict.entries = walk.last_seq - shelf.before();
    let end = match ended {
        Ok(end) => end,
        Err(damage @ Failure::Damaged { .. }) => return Ok(verdict.damaged(damage)),
        Err(other) => return Err(other),
    };
    for listed in &shelf.snapshots {
        let checked = Snapshot::read(&listed.path).and_then(Snapshot::restore);
        match checked.map_err(|error| unusable(&error)) {
            Ok(_) => {}
            Err(damage @ Failure::Damaged { .. }) => return Ok(verdict.damaged(damage)),
            Err(other) => return Err(other),
        }
    }
    Ok(verdict.torn(end))
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
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            verdict: Soundness::Sound,
            segments: 0,
            entries: 0,
            last_seq: 0,
            snapshots: 0,
            file: None,
            offset: None,
            why: None,
        }
    }

    fn damaged(mut self, damage: Failure) -> Self {
        if let Failure::Damaged { path, offset, why } = damage {
            self.verdict = Soundness::Damaged;
            (self.file, self.offset, self.why) = (Some(path), Some(offset), Some(why));
        }
        self
    }

    fn torn(mut self, end: End) -> Self {
        if let Some(torn) = end.torn {
            self.verdict = Soundness::TornTail;
            self.file = Some(torn.segment);
            self.offset = Some(torn.offset);
            self.why = Some(format!("{}: the next start cuts it off", torn.what));
        }
        self
    }

    /// Why the process must not end with 0.
    pub fn failure(&self) -> Option<Failure> {
        let path = self.file.clone().unwrap_or_else(|| self.path.clone());
        let offset = self.offset.unwrap_or_default();
        let why = self.why.clone().unwrap_or_default();
        match self.verdict {
            Soundness::Sound => None,
            Soundness::TornTail => Some(Failure::TornTail { path, offset, why }),
            Soundness::Damaged => Some(Failure::Damaged { path, offset, why }),
        }
    }
}

impl Show for Verdict {
    fn table(&self) -> String {
        let verdict = match self.verdict {
            Soundness::Sound => "sound",
            Soundness::TornTail => "torn tail",
            Soundness::Damaged => "damaged",
        };
        let mut rows = vec![
            ("verdict", verdict.to_owned()),
            ("segments", self.segments.to_string()),
            ("entries", self.entries.to_string()),
            ("last entry", self.last_seq.to_string()),
            ("snapshots", self.snapshots.to_string()),
        ];
        let file = self.file.iter();
        rows.extend(file.map(|file| ("file", file.display().to_string())));
        rows.extend(self.offset.map(|offset| ("offset", offset.to_string())));
        rows.extend(self.why.iter().map(|why| ("why", why.clone())));
        pairs(&rows)
    }
}
