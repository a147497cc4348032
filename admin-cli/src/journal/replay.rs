//! `journal replay`: the journal through the venue's own rules, from its first entry or from a snapshot; every event is compared with the stored
//! one, and every snapshot on the way with what the entries up to it make.

use crate::failure::Failure;
use crate::journal::{Shelf, time, unusable};
use crate::show::{Show, pairs};
use journal::engine::Engine;
use journal::record;
use journal::replay::{self, End, Replayed};
use market::event::Event;
use market::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What came out.
#[derive(Debug, Serialize)]
pub struct Outcome {
    path: PathBuf,
    /// Where it began: behind this entry; 0 is the beginning.
    after: u64,
    entries: u64,
    last_seq: u64,
    last_at: Option<String>,
    trades: u64,
    live_orders: u64,
    /// Snapshots that hold exactly what the entries make.
    snapshots_compared: u64,
    /// Snapshots of another version of the program, which cannot be compared.
    snapshots_of_other_versions: u64,
    torn_tail: Option<(PathBuf, u64)>,
    took_ms: u128,
    entries_per_sec: u128,
}

/// Replays the journal in a data folder, or a folder of segments. Without its first segments it can only begin with a snapshot.
///
/// # Errors
/// [`Failure::Diverged`] naming the entry; [`Failure::Damaged`] with file and place; [`Failure::Usage`] when there is no beginning.
pub fn replay(path: &Path, from_snapshot: bool) -> Result<Outcome, Failure> {
    let shelf = Shelf::open(path)?;
    let (engine, after, began_at) = begin(&shelf, from_snapshot)?;
    let mut run = Run {
        shelf: &shelf,
        engine,
        events: Vec::new(),
        encoded: Vec::new(),
        snapshots: shelf
            .snapshots
            .iter()
            .filter(|one| one.seq > after)
            .map(|one| (one.seq, one.path.clone()))
            .collect(),
        compared: 0,
        of_other_versions: 0,
        wrong: None,
    };
    let bar = shelf.bar(after);
    let mut last_at = began_at;
    let began = Instant::now();
    let ended = replay::replay(&shelf.catalog, after, u64::MAX, &mut |stored, _| {
        bar.step(stored.head.seq);
        last_at = Some(stored.head.at);
        run.take(&stored)
    });
    let took = began.elapsed();
    if let Some(wrong) = run.wrong {
        return Err(wrong);
    }
    let end = ended.map_err(|error| super::failure(&error))?;
    run.look_behind(&end)?;
    let entries = end.last_seq - after;
    Ok(Outcome {
        path: path.to_owned(),
        after,
        entries,
        last_seq: end.last_seq,
        last_at: last_at.map(time),
        trades: run.engine.market().trades(),
        live_orders: run.engine.live_orders(),
        snapshots_compared: run.compared,
        snapshots_of_other_versions: run.of_other_versions,
        torn_tail: end.torn.map(|torn| (torn.segment, torn.offset)),
        took_ms: took.as_millis(),
        entries_per_sec: u128::from(entries) * 1_000_000_000 / took.as_nanos().max(1),
    })
}

/// An empty engine, or a snapshot's, the last entry in it and its time.
fn begin(shelf: &Shelf, from_snapshot: bool) -> Result<(Engine, u64, Option<Timestamp>), Failure> {
    let before = shelf.before();
    if !from_snapshot && before == 0 {
        return Ok((Engine::new(), 0, None));
    }
    // The oldest one that there are entries behind: so the others are compared. Or the newest, to be quick.
    let mut reaching: Vec<_> = shelf
        .snapshots
        .iter()
        .filter(|one| one.seq >= before)
        .collect();
    if !from_snapshot {
        reaching.reverse();
    }
    for one in reaching {
        if let Some(snapshot) = shelf.snapshot(&one.path)? {
            let at = snapshot.header().at;
            let (engine, _) = snapshot.restore().map_err(|error| unusable(&error))?;
            return Ok((engine, one.seq, Some(at)));
        }
    }
    let begins = before + 1;
    Err(Failure::Usage(format!(
        "{}: the journal begins with entry {begins} and no snapshot that this version reads reaches it: there is nothing to begin with",
        shelf.data.display()
    )))
}

struct Run<'a> {
    shelf: &'a Shelf,
    engine: Engine,
    events: Vec<Event>,
    encoded: Vec<u8>,
    /// By last entry.
    snapshots: BTreeMap<u64, PathBuf>,
    compared: u64,
    of_other_versions: u64,
    wrong: Option<Failure>,
}

impl Run<'_> {
    fn take(&mut self, stored: &record::Stored<'_>) -> Replayed {
        let head = &stored.head;
        self.events.clear();
        self.engine
            .decide(head.seq, head.at, &head.instruction, &mut self.events);
        record::encode_events(&self.events, &mut self.encoded);
        if self.encoded != stored.events {
            return Replayed::Diverged;
        }
        let snapshot = self.snapshots.remove(&head.seq);
        if let Some(wrong) = snapshot.and_then(|path| self.compare(&path).err()) {
            self.wrong = Some(wrong);
            return Replayed::Enough;
        }
        Replayed::Same
    }

    fn compare(&mut self, path: &Path) -> Result<(), Failure> {
        let Some(snapshot) = self.shelf.snapshot(path)? else {
            self.of_other_versions += 1;
            return Ok(());
        };
        if !snapshot.holds(&self.engine) {
            return Err(Failure::Damaged {
                path: path.to_owned(),
                offset: 0,
                why: "it is not what the entries up to it make".to_owned(),
            });
        }
        self.compared += 1;
        Ok(())
    }

    /// A snapshot that no entry has reached is of entries that are lost.
    fn look_behind(&mut self, end: &End) -> Result<(), Failure> {
        for (known, path) in std::mem::take(&mut self.snapshots) {
            if self.shelf.snapshot(&path)?.is_some() {
                return Err(self.shelf.short(end, known));
            }
            self.of_other_versions += 1;
        }
        Ok(())
    }
}

impl Show for Outcome {
    fn table(&self) -> String {
        let torn = self
            .torn_tail
            .as_ref()
            .map(|(path, offset)| format!("at byte {offset} of {}", path.display()));
        pairs(&[
            ("journal", self.path.display().to_string()),
            ("after entry", self.after.to_string()),
            ("entries", self.entries.to_string()),
            ("last entry", self.last_seq.to_string()),
            (
                "last entry at",
                self.last_at.clone().unwrap_or_else(|| "-".to_owned()),
            ),
            ("trades", self.trades.to_string()),
            ("live orders", self.live_orders.to_string()),
            ("snapshots compared", self.snapshots_compared.to_string()),
            (
                "of other versions",
                self.snapshots_of_other_versions.to_string(),
            ),
            ("torn tail", torn.unwrap_or_else(|| "-".to_owned())),
            ("took", format!("{} ms", self.took_ms)),
            ("entries/s", self.entries_per_sec.to_string()),
        ])
    }
}
