//! `journal stat`: segments and snapshots, and which segments no snapshot needs any more.

use crate::failure::Failure;
use crate::journal::{Shelf, length, time};
use crate::show::{Column, Show, pairs, table};
use journal::replay::{self, End, Replayed};
use journal::snapshot::{Header, Listed, SnapshotError};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What there is.
#[derive(Debug, Serialize)]
pub struct Contents {
    path: PathBuf,
    epoch: Option<String>,
    first_seq: u64,
    last_seq: u64,
    last_at: Option<String>,
    bytes: u64,
    torn_tail: Option<(PathBuf, u64)>,
    segments: Vec<Segment>,
    snapshots: Vec<Snapshot>,
}

#[derive(Debug, Serialize)]
struct Segment {
    path: PathBuf,
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
    /// No start needs it: all its entries are in the oldest snapshot, too. A reader may need it all the same.
    spare: bool,
}

#[derive(Debug, Serialize)]
struct Snapshot {
    path: PathBuf,
    bytes: u64,
    seq: u64,
    at: Option<String>,
    /// Why a start cannot use it, as far as its header says.
    why_not: Option<String>,
}

/// What there is in a data folder, or a folder of segments. Only the last segment is read, the last two when nothing is in it yet, and of
/// snapshots the headers.
///
/// # Errors
/// A [`Failure`] with file and place when names or headers do not fit together.
pub fn stat(path: &Path) -> Result<Contents, Failure> {
    let shelf = Shelf::open(path)?;
    let all = shelf.catalog.segments();
    let mut last_at = None;
    let mut firsts = all.iter().rev().map(|segment| segment.first_seq);
    let end = loop {
        let before = firsts.next().map_or(shelf.before(), |first| first - 1);
        let end = replay::replay(&shelf.catalog, before, u64::MAX, &mut |stored, _| {
            last_at = Some(stored.head.at);
            Replayed::Same
        });
        let end = end.map_err(|error| super::failure(&error))?;
        if last_at.is_some() || before == shelf.before() {
            break end;
        }
    };
    let snapshots = shelf.snapshots.iter();
    let snapshots = snapshots.map(|listed| Snapshot::of(listed, &shelf, &end));
    let snapshots: Vec<Snapshot> = snapshots.collect::<Result<_, _>>()?;
    let held = snapshots.iter().filter(|one| one.why_not.is_none());
    let oldest = held.map(|one| one.seq).min().unwrap_or(0);
    let nexts = all.iter().skip(1).map(|next| next.first_seq - 1);
    let mut segments = Vec::new();
    for (segment, last_seq) in all.iter().zip(nexts.chain([end.last_seq])) {
        segments.push(Segment {
            path: segment.path.clone(),
            bytes: length(&segment.path)?,
            first_seq: segment.first_seq,
            last_seq,
            spare: segments.len() + 1 < all.len() && last_seq <= oldest,
        });
    }
    Ok(Contents {
        path: path.to_owned(),
        epoch: shelf.catalog.epoch().map(|epoch| epoch.to_string()),
        first_seq: shelf.before() + 1,
        last_seq: end.last_seq,
        last_at: last_at.map(time),
        bytes: shelf.bytes()?,
        torn_tail: end.torn.map(|torn| (torn.segment, torn.offset)),
        segments,
        snapshots,
    })
}

impl Snapshot {
    fn of(listed: &Listed, shelf: &Shelf, end: &End) -> Result<Self, Failure> {
        let header = Header::read(&listed.path);
        Ok(Self {
            path: listed.path.clone(),
            bytes: length(&listed.path)?,
            seq: listed.seq,
            at: header.as_ref().ok().map(|header| time(header.at)),
            why_not: match header {
                Ok(header) => why_not(&header, listed, shelf, end),
                Err(error) => Some(error.to_string()),
            },
        })
    }
}

/// Why a snapshot of this header is not for this journal.
fn why_not(header: &Header, listed: &Listed, shelf: &Shelf, end: &End) -> Option<String> {
    let path = &listed.path;
    if shelf.catalog.epoch() != Some(header.epoch) {
        let path = path.clone();
        return Some(SnapshotError::Foreign { path }.to_string());
    }
    let reach = if header.seq > end.last_seq {
        format!("ends with entry {}: entries are lost", end.last_seq)
    } else if header.seq < shelf.before() {
        format!("begins with entry {}", shelf.before() + 1)
    } else {
        return None;
    };
    Some(format!("{}: the journal {reach}", path.display()))
}

impl Show for Contents {
    fn table(&self) -> String {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let torn = self
            .torn_tail
            .as_ref()
            .map(|(path, offset)| format!("at byte {offset} of {}", path.display()));
        let head = pairs(&[
            ("journal", self.path.display().to_string()),
            ("epoch", or_none(&self.epoch)),
            ("entries", format!("{}..{}", self.first_seq, self.last_seq)),
            ("last entry at", or_none(&self.last_at)),
            ("bytes", self.bytes.to_string()),
            ("torn tail", or_none(&torn)),
        ]);
        use Column::{Numbers, Words};
        let columns = [
            Words("SEGMENT"),
            Numbers("BYTES"),
            Numbers("FROM ENTRY"),
            Numbers("TO ENTRY"),
            Words("SPARE"),
        ];
        let segments = self.segments.iter().map(|segment| {
            vec![
                segment.path.display().to_string(),
                segment.bytes.to_string(),
                segment.first_seq.to_string(),
                segment.last_seq.to_string(),
                if segment.spare { "yes" } else { "no" }.to_owned(),
            ]
        });
        let segments = table(&columns, segments);
        let columns = [
            Words("SNAPSHOT"),
            Numbers("BYTES"),
            Numbers("ENTRY"),
            Words("AT"),
            Words("USABLE BY HEADER"),
        ];
        let snapshots = self.snapshots.iter().map(|one| {
            vec![
                one.path.display().to_string(),
                one.bytes.to_string(),
                one.seq.to_string(),
                or_none(&one.at),
                one.why_not.clone().unwrap_or_else(|| "yes".to_owned()),
            ]
        });
        if self.snapshots.is_empty() {
            return format!("{head}\n{segments}");
        }
        format!("{head}\n{segments}\n{}", table(&columns, snapshots))
    }
}
