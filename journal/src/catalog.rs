//! [`Catalog`]: the journal's files as they lie there, before anything of them is replayed: the names have no gap, the headers belong together.

use crate::data::DataError;
use crate::entry::Epoch;
use crate::error::JournalError;
use crate::segment::{self, Header, Segment};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The segments of a journal, oldest first. The first may have any number: those before it may have been archived.
#[derive(Clone, Debug)]
pub struct Catalog {
    data: PathBuf,
    folder: PathBuf,
    segments: Vec<Segment>,
    epoch: Option<Epoch>,
}

impl Catalog {
    /// The journal in `data`, to be written: its folder is made if it is not there, and half-made segments are swept away.
    ///
    /// # Errors
    /// A [`JournalError`].
    pub fn prepare(data: &Path) -> Result<Self, JournalError> {
        let folder = folder(data);
        let failed = |source| JournalError::Folder(DataError::from_io(data, source));
        match fs::create_dir(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        for path in paths(&folder).map_err(failed)? {
            if path.extension().is_some_and(|extension| extension == "new") {
                fs::remove_file(&path).map_err(failed)?;
            }
        }
        Self::look(data, &folder)
    }

    /// The journal whose segments lie in `folder`, to be read; nothing is changed.
    ///
    /// # Errors
    /// A [`JournalError`].
    pub fn look(data: &Path, folder: &Path) -> Result<Self, JournalError> {
        let mut files = Self {
            data: data.to_owned(),
            folder: folder.to_owned(),
            segments: Vec::new(),
            epoch: None,
        };
        let found = paths(folder)
            .map_err(|source| JournalError::Folder(DataError::from_io(folder, source)))?;
        let mut numbers: Vec<u64> = found
            .iter()
            .filter_map(|path| segment::number(path))
            .collect();
        numbers.sort_unstable();
        for number in numbers {
            files.add(number)?;
        }
        Ok(files)
    }

    /// These segments of a journal that is open.
    pub fn of(data: &Path, segments: Vec<Segment>, epoch: Epoch) -> Self {
        Self {
            data: data.to_owned(),
            folder: folder(data),
            segments,
            epoch: Some(epoch),
        }
    }

    fn add(&mut self, number: u64) -> Result<(), JournalError> {
        let path = segment::path(&self.folder, number);
        let foreign = |what| JournalError::Damaged {
            segment: path.clone(),
            offset: 0,
            what,
        };
        if let Some(last) = self.segments.last()
            && number != last.number + 1
        {
            return Err(JournalError::Missing {
                segment: segment::path(&self.folder, last.number + 1),
            });
        }
        let header = header(&path)?;
        if *self.epoch.get_or_insert(header.epoch) != header.epoch {
            return Err(foreign(
                "it belongs to another history than the segments before it",
            ));
        }
        let is_first = self.segments.is_empty();
        let is_behind = self
            .segments
            .last()
            .is_some_and(|last| last.first_seq < header.first_seq);
        let begins = number == 1 && header.first_seq == 1 || number > 1 && header.first_seq > 1;
        if !(is_first && begins || is_behind) {
            return Err(foreign(
                "its first entry does not follow the segment before it",
            ));
        }
        self.segments.push(Segment {
            path,
            number,
            first_seq: header.first_seq,
        });
        Ok(())
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where the segments lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Oldest first.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Id of the journal's history; `None` without a segment.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }
}

/// The folder of segments in a data folder.
pub fn folder(data: &Path) -> PathBuf {
    data.join("journal")
}

/// Everything in a folder.
fn paths(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|file| file.map(|file| file.path()))
        .collect()
}

/// The header of a segment.
fn header(path: &Path) -> Result<Header, JournalError> {
    let failed = |source| JournalError::Io {
        segment: path.to_owned(),
        source,
    };
    let mut bytes = [0; segment::HEADER_BYTES];
    let mut file = File::open(path).map_err(failed)?;
    file.read_exact(&mut bytes)
        .map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => JournalError::Damaged {
                segment: path.to_owned(),
                offset: 0,
                what: "the header is not whole",
            },
            _ => failed(error),
        })?;
    Header::read(&bytes, path)
}
