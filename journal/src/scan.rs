//! [`Scan`]: walks one segment from its header to its end, record by record, and says where and how it stops making sense.

use crate::entry::Entry;
use crate::error::JournalError;
use crate::record::{self, RecordHeader};
use crate::segment::{self, Header};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// Bytes read from the file at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// A walk through one segment.
#[derive(Debug)]
pub struct Scan {
    path: PathBuf,
    file: BufReader<File>,
    header: Header,
    /// Where the next record begins.
    offset: u64,
    /// The entry that stands there.
    next_seq: u64,
    payload: Vec<u8>,
}

/// What stands at a place of a segment.
#[derive(Debug)]
pub enum Found {
    /// An entry.
    Entry(Box<Entry>),
    /// The end of the file, exactly behind the last record.
    End,
    /// Something that is not the next record.
    Broken {
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Scan {
    /// Opens a segment and reads its header.
    ///
    /// # Errors
    /// [`JournalError::Io`], [`JournalError::Damaged`] or [`JournalError::Version`].
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Io {
            segment: path.to_owned(),
            source,
        };
        let mut file = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(failed)?);
        let mut bytes = [0; segment::HEADER_BYTES];
        if !fill(&mut file, &mut bytes).map_err(failed)? {
            return Err(JournalError::Damaged {
                segment: path.to_owned(),
                offset: 0,
                what: "the header is not whole",
            });
        }
        let header = Header::read(&bytes, path)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            header,
            offset: u64::try_from(segment::HEADER_BYTES).expect("a small constant fits"),
            next_seq: header.first_seq,
            payload: Vec::new(),
        })
    }

    /// The segment's header.
    pub fn header(&self) -> Header {
        self.header
    }

    /// Where the next record begins, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The entry that stands there, or would.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The next entry. After [`Found::Broken`] the walk is over.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn read(&mut self) -> Result<Found, JournalError> {
        let mut bytes = [0; record::HEADER_BYTES];
        let got = fill_some(&mut self.file, &mut bytes).map_err(|source| self.failed(source))?;
        if got == 0 {
            return Ok(Found::End);
        }
        if got < bytes.len() {
            return Ok(broken("the record's header is not whole"));
        }
        let Some(header) = RecordHeader::read(&bytes) else {
            return Ok(broken("the record's length is impossible"));
        };
        let whole = self.fill_payload(header.payload_bytes);
        if !whole.map_err(|source| self.failed(source))? {
            return Ok(broken("the record is not whole"));
        }
        if !header.vouches_for(&self.payload) {
            return Ok(broken("the record's checksum does not fit"));
        }
        let Some(entry) = record::decode(&self.payload) else {
            return Ok(broken("the record is not an entry"));
        };
        if entry.seq != self.next_seq {
            return Ok(broken("the entry's number is not the next one"));
        }
        self.advance(header.payload_bytes);
        Ok(Found::Entry(Box::new(entry)))
    }

    /// Walks to the record of entry `seq` without decoding what stands before it. `false` when the file ends before it.
    ///
    /// # Errors
    /// [`JournalError::Io`], or [`JournalError::Damaged`] for an impossible length.
    pub fn skip_to(&mut self, seq: u64) -> Result<bool, JournalError> {
        while self.next_seq < seq {
            let mut bytes = [0; record::HEADER_BYTES];
            if !fill(&mut self.file, &mut bytes).map_err(|source| self.failed(source))? {
                return Ok(false);
            }
            let Some(header) = RecordHeader::read(&bytes) else {
                return Err(self.damaged("the record's length is impossible"));
            };
            let skip = i64::try_from(header.payload_bytes).expect("a record's bound fits");
            let sought = self.file.seek_relative(skip);
            sought.map_err(|source| self.failed(source))?;
            self.advance(header.payload_bytes);
        }
        Ok(true)
    }

    /// The error for something wrong at the present place.
    pub fn damaged(&self, what: &'static str) -> JournalError {
        JournalError::Damaged {
            segment: self.path.clone(),
            offset: self.offset,
            what,
        }
    }

    /// The error for a header that does not belong where it stands.
    pub fn foreign(&self, what: &'static str) -> JournalError {
        JournalError::Damaged {
            segment: self.path.clone(),
            offset: 0,
            what,
        }
    }

    /// Reads the payload piece by piece, so that a wrong length cannot ask for memory that the file does not fill.
    fn fill_payload(&mut self, len: usize) -> io::Result<bool> {
        self.payload.clear();
        let limit = u64::try_from(len).expect("a record's bound fits");
        let got = (&mut self.file)
            .take(limit)
            .read_to_end(&mut self.payload)?;
        Ok(got == len)
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::Io {
            segment: self.path.clone(),
            source,
        }
    }

    fn advance(&mut self, payload_bytes: usize) {
        let bytes = record::HEADER_BYTES + payload_bytes;
        self.offset += u64::try_from(bytes).expect("a record's bound fits");
        self.next_seq += 1;
    }
}

fn broken(what: &'static str) -> Found {
    Found::Broken { what }
}

/// Fills `bytes`; `false` when the file ends before.
fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    Ok(fill_some(file, bytes)? == bytes.len())
}

/// Fills as much of `bytes` as the file has; how much that is.
fn fill_some(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < bytes.len() {
        match file.read(&mut bytes[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
