//! [`cut`]: ends a damaged journal at the place that an operator has named, and says what is lost by that. Nothing is thrown away: what is cut off
//! is moved to a folder of its own. In: the error that kept the journal from opening. Out: a journal that ends before it.

use crate::catalog;
use crate::error::JournalError;
use crate::scan::{Found, Scan};
use crate::segment;
use crate::snapshot;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A place of damage that the operator accepts: everything from there on is given up. Written `0000000003.seg:12345`, as the error says
/// it; byte 0 gives up the whole segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    number: u64,
    offset: u64,
}

/// A text is not such a place. The operator is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write SEGMENT:BYTE, for instance 0000000003.seg:12345")]
pub struct AcceptedError;

/// What a cut has cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The first entry that is lost.
    pub first_seq: u64,
    /// The last one that can be seen to have been there; none when nothing behind the place makes sense.
    pub last_seq: Option<u64>,
    /// Bytes that were cut off.
    pub bytes: u64,
    /// Where they are kept.
    pub kept_in: PathBuf,
}

impl Accepted {
    /// Whether this is where the error is. Not for a first segment without a header: nothing would be left.
    pub fn is_place_of(&self, error: &JournalError) -> bool {
        error.place().is_some_and(|(segment, offset)| {
            segment::number(segment) == Some(self.number) && offset == self.offset
        })
    }
}

impl FromStr for Accepted {
    type Err = AcceptedError;

    fn from_str(text: &str) -> Result<Self, AcceptedError> {
        let (name, offset) = text.rsplit_once(':').ok_or(AcceptedError)?;
        Ok(Self {
            number: segment::number(Path::new(name)).ok_or(AcceptedError)?,
            offset: offset.parse().map_err(|_| AcceptedError)?,
        })
    }
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}.seg:{}", self.number, self.offset)
    }
}

impl Serialize for Accepted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Accepted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Cuts the journal in `data` at the accepted place. What is behind it, and snapshots of it, go to `DATA/lost/SEGMENT-BYTE`, with `-2`, `-3`
/// and so on behind it when that is there from a cut before.
///
/// # Errors
/// [`JournalError::NothingLeft`], and nothing was changed. [`JournalError::Io`]: the journal is damaged as before then, and cutting again goes
/// on, with a folder of its own.
pub fn cut(data: &Path, accepted: Accepted) -> Result<Lost, JournalError> {
    let folder = catalog::folder(data);
    let damaged = segment::path(&folder, accepted.number);
    if accepted.offset == 0 && !segment::path(&folder, accepted.number - 1).exists() {
        return Err(JournalError::NothingLeft { segment: damaged });
    }
    let later = later(&folder, accepted.number)?;
    let first_seq = first_lost(&folder, accepted)?;
    let last_seq = last_whole(later.last().unwrap_or(&damaged), first_seq);
    let kept_in = make(&data.join("lost"), &accepted.to_string().replace(':', "-"))?;
    let mut bytes = 0;
    for snapshot in snapshot::list(data).unwrap_or_default() {
        if snapshot.seq >= first_seq {
            put_away(&snapshot.path, &kept_in)?;
        }
    }
    for path in later.iter().rev() {
        bytes += length(path)?;
        put_away(path, &kept_in)?;
    }
    if damaged.exists() {
        bytes += length(&damaged)?.saturating_sub(accepted.offset);
        if accepted.offset == 0 {
            put_away(&damaged, &kept_in)?;
        } else {
            shorten(&damaged, accepted.offset, &kept_in)?;
        }
    }
    sync_folder(&folder)?;
    Ok(Lost {
        first_seq,
        last_seq,
        bytes,
        kept_in,
    })
}

/// Segments with higher numbers, oldest first.
fn later(folder: &Path, number: u64) -> Result<Vec<PathBuf>, JournalError> {
    let files = fs::read_dir(folder).map_err(|source| failed(folder, source))?;
    let mut later = Vec::new();
    for file in files {
        let path = file.map_err(|source| failed(folder, source))?.path();
        if segment::number(&path).is_some_and(|it| it > number) {
            later.push(path);
        }
    }
    later.sort();
    Ok(later)
}

/// The first entry that does not stand before the place any more.
fn first_lost(folder: &Path, accepted: Accepted) -> Result<u64, JournalError> {
    let number = if accepted.offset == 0 {
        accepted.number - 1
    } else {
        accepted.number
    };
    let mut scan = Scan::open(&segment::path(folder, number))?;
    while accepted.offset == 0 || scan.offset() < accepted.offset {
        let Found::Entry(_) = scan.read_stored()? else {
            break;
        };
    }
    Ok(scan.next_seq())
}

/// The last whole entry from `first_seq` on in a segment, as far as it can be read.
fn last_whole(path: &Path, first_seq: u64) -> Option<u64> {
    let mut scan = Scan::open(path).ok()?;
    while let Ok(Found::Entry(_)) = scan.read_stored() {}
    let last = scan.next_seq() - 1;
    (last >= first_seq).then_some(last)
}

/// Makes a new folder of this name, or with the first number behind it that is free: what an earlier cut has kept there stays.
fn make(lost: &Path, name: &str) -> Result<PathBuf, JournalError> {
    fs::create_dir_all(lost).map_err(|source| failed(lost, source))?;
    let mut folder = lost.join(name);
    for n in 2_u64.. {
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                folder = lost.join(format!("{name}-{n}"));
            }
            made => {
                made.map_err(|source| failed(&folder, source))?;
                break;
            }
        }
    }
    Ok(folder)
}

fn put_away(path: &Path, folder: &Path) -> Result<(), JournalError> {
    let Some(name) = path.file_name() else {
        return Ok(());
    };
    let moved = fs::rename(path, folder.join(name));
    moved.map_err(|source| failed(path, source))?;
    sync_folder(folder)
}

/// Keeps a copy of the whole segment, then cuts it.
fn shorten(path: &Path, len: u64, folder: &Path) -> Result<(), JournalError> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let copy = folder.join(name);
    let shortened = fs::copy(path, &copy)
        .and_then(|_| File::open(&copy)?.sync_all())
        .and_then(|()| {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(len)?;
            file.sync_all()
        });
    shortened.map_err(|source| failed(path, source))
}

fn length(path: &Path) -> Result<u64, JournalError> {
    let metadata = fs::metadata(path).map_err(|source| failed(path, source))?;
    Ok(metadata.len())
}

fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| failed(folder, source))
}

fn failed(path: &Path, source: io::Error) -> JournalError {
    JournalError::Io {
        segment: path.to_owned(),
        source,
    }
}
