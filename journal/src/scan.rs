//! [`Scan`]: walks one segment from its header to its end, record by record, and says where and how it stops making sense.

use crate::entry::Entry;
use crate::error::JournalError;
use crate::record::{self, RecordHeader, Stored};
use crate::segment::{self, Header};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes read from the file at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Bytes of the buffer that are kept at most: the record of an end of day may be a thousand times as large as the usual ones.
const KEPT_BYTES: usize = 4 * CHUNK_BYTES;

/// A walk through one segment.
#[derive(Debug)]
pub struct Scan {
    path: PathBuf,
    file: Chunks,
    header: Header,
    /// Where the next record begins.
    offset: u64,
    /// The entry that stands there.
    next_seq: u64,
    /// Bytes of the record that was read last.
    last_bytes: usize,
}

/// What stands at a place of a segment.
#[derive(Debug)]
pub enum Found<T> {
    /// An entry.
    Entry(T),
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
        let mut file = Chunks::new(File::open(path).map_err(failed)?);
        if !file.ensure(segment::HEADER_BYTES).map_err(failed)? {
            return Err(JournalError::Damaged {
                segment: path.to_owned(),
                offset: 0,
                what: "the header is not whole",
            });
        }
        let bytes = file
            .unread()
            .first_chunk()
            .expect("so many bytes are there");
        let header = Header::read(bytes, path)?;
        file.consume(segment::HEADER_BYTES);
        Ok(Self {
            path: path.to_owned(),
            file,
            header,
            offset: u64::try_from(segment::HEADER_BYTES).expect("a small constant fits"),
            next_seq: header.first_seq,
            last_bytes: 0,
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

    /// The next entry, its events decoded. After [`Found::Broken`] the walk is over.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn read(&mut self) -> Result<Found<Entry>, JournalError> {
        self.next(record::decode)
    }

    /// The next entry, its events as bytes. After [`Found::Broken`] the walk is over.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn read_stored(&mut self) -> Result<Found<Stored<'_>>, JournalError> {
        match self.step()? {
            Found::Entry(()) => {}
            Found::End => return Ok(Found::End),
            Found::Broken { what } => return Ok(Found::Broken { what }),
        }
        let Some((head, events)) = record::head(self.payload()) else {
            self.step_back();
            return Ok(Found::Broken { what: NO_ENTRY });
        };
        let events = &self.payload()[events..];
        Ok(Found::Entry(Stored { head, events }))
    }

    /// Walks to the record of entry `seq` without decoding what stands before it; checksums and numbers are looked at. The end of
    /// the file may come before.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn pass_to(&mut self, seq: u64) -> Result<Found<()>, JournalError> {
        while self.next_seq < seq {
            match self.step()? {
                Found::Entry(()) => {}
                other => return Ok(other),
            }
        }
        Ok(Found::Entry(()))
    }

    /// Walks to the record of entry `seq` by lengths alone. `false` when the file ends before it.
    ///
    /// # Errors
    /// [`JournalError::Io`], or [`JournalError::Damaged`] for an impossible length.
    pub fn skip_to(&mut self, seq: u64) -> Result<bool, JournalError> {
        while self.next_seq < seq {
            if !self.ensure(record::HEADER_BYTES)? {
                return Ok(false);
            }
            let Some(header) = self.record_header() else {
                return Err(self.damaged("the record's length is impossible"));
            };
            let bytes = record::HEADER_BYTES + header.payload_bytes;
            let skipped = self.file.skip(bytes);
            skipped.map_err(|source| self.failed(source))?;
            self.advance(bytes);
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

    fn next<T>(
        &mut self,
        decode: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Found<T>, JournalError> {
        match self.step()? {
            Found::Entry(()) => {}
            Found::End => return Ok(Found::End),
            Found::Broken { what } => return Ok(Found::Broken { what }),
        }
        if let Some(entry) = decode(self.payload()) {
            return Ok(Found::Entry(entry));
        }
        self.step_back();
        Ok(Found::Broken { what: NO_ENTRY })
    }

    /// Reads the next record and checks it; the payload is there until the next one is read.
    fn step(&mut self) -> Result<Found<()>, JournalError> {
        if !self.ensure(record::HEADER_BYTES)? {
            return Ok(if self.file.unread().is_empty() {
                Found::End
            } else {
                broken("the record's header is not whole")
            });
        }
        let Some(header) = self.record_header() else {
            return Ok(broken("the record's length is impossible"));
        };
        let bytes = record::HEADER_BYTES + header.payload_bytes;
        if !self.ensure(bytes)? {
            return Ok(broken("the record is not whole"));
        }
        let payload = &self.file.unread()[record::HEADER_BYTES..bytes];
        if !header.vouches_for(payload) {
            return Ok(broken("the record's checksum does not fit"));
        }
        match record::seq(payload) {
            Some(seq) if seq == self.next_seq => {}
            Some(_) => return Ok(broken("the entry's number is not the next one")),
            None => return Ok(broken(NO_ENTRY)),
        }
        self.file.consume(bytes);
        self.advance(bytes);
        Ok(Found::Entry(()))
    }

    /// The payload of the record that was read last.
    fn payload(&self) -> &[u8] {
        &self.file.read_last(self.last_bytes)[record::HEADER_BYTES..]
    }

    fn record_header(&self) -> Option<RecordHeader> {
        RecordHeader::read(self.file.unread().first_chunk()?)
    }

    fn ensure(&mut self, bytes: usize) -> Result<bool, JournalError> {
        let ensured = self.file.ensure(bytes);
        ensured.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> JournalError {
        JournalError::Io {
            segment: self.path.clone(),
            source,
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.offset += u64::try_from(bytes).expect("a record's bound fits");
        self.next_seq += 1;
        self.last_bytes = bytes;
    }

    /// The record that was read last is none: the place is where it begins.
    fn step_back(&mut self) {
        self.offset -= u64::try_from(self.last_bytes).expect("a record's bound fits");
        self.next_seq -= 1;
    }
}

const NO_ENTRY: &str = "the record is not an entry";

const fn broken<T>(what: &'static str) -> Found<T> {
    Found::Broken { what }
}

/// A file that is read in large pieces, so that a record costs no call. A wrong length cannot ask for memory that the file does not fill.
#[derive(Debug)]
struct Chunks {
    file: File,
    buffer: Vec<u8>,
    /// What was read and not consumed: `start..end`.
    start: usize,
    end: usize,
}

impl Chunks {
    const fn new(file: File) -> Self {
        Self {
            file,
            buffer: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The last `bytes` that were consumed; they are there until more is read.
    fn read_last(&self, bytes: usize) -> &[u8] {
        &self.buffer[self.start - bytes..self.start]
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Reads until so many bytes are unread; `false` when the file ends before.
    fn ensure(&mut self, bytes: usize) -> io::Result<bool> {
        while self.end - self.start < bytes {
            self.make_room();
            match self.file.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Passes over bytes that may not have been read yet.
    fn skip(&mut self, bytes: usize) -> io::Result<()> {
        let there = self.end - self.start;
        if bytes <= there {
            self.start += bytes;
            return Ok(());
        }
        (self.start, self.end) = (0, 0);
        let ahead = i64::try_from(bytes - there).expect("a record's bound fits");
        self.file.seek(SeekFrom::Current(ahead)).map(|_| ())
    }

    fn make_room(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let wanted = self.end + CHUNK_BYTES;
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        } else if self.buffer.len() > KEPT_BYTES && wanted <= KEPT_BYTES {
            self.buffer.truncate(wanted);
            self.buffer.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Epoch, Instruction, Origin, TraceId};
    use market::time::Timestamp;
    use std::io::Write;

    #[test]
    fn a_large_record_takes_no_memory_once_it_is_behind() {
        let mut file = tempfile::tempfile().expect("a file");
        let large = KEPT_BYTES * 3;
        let bytes: Vec<u8> = (0..large * 2)
            .map(|n| u8::try_from(n % 251).expect("a byte"))
            .collect();
        file.write_all(&bytes).expect("room on the disk");
        file.rewind().expect("a place");
        let mut chunks = Chunks::new(file);
        assert!(chunks.ensure(large).expect("bytes"));
        assert!(chunks.buffer.len() >= large);
        let there = chunks.unread().len();
        chunks.consume(there - 7);
        assert!(chunks.ensure(100).expect("bytes"));
        assert!(chunks.buffer.capacity() <= KEPT_BYTES);
        assert_eq!(chunks.unread()[..100], bytes[there - 7..][..100]);
    }

    #[test]
    fn a_header_whose_numbers_would_end_is_damage() {
        for first_seq in [0, u64::MAX] {
            let header = Header {
                epoch: Epoch(7),
                first_seq,
            };
            let mut bytes = header.bytes().to_vec();
            let entry = Entry {
                seq: first_seq,
                at: Timestamp::from_nanos(0),
                origin: Origin::System,
                trace: TraceId(1),
                instruction: Instruction::Note {
                    text: "no entry".parse().expect("plain"),
                },
                events: Vec::new(),
            };
            record::append(&entry, 0, &mut bytes).expect("short");
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            file.write_all(&bytes).expect("room on the disk");
            let read = Scan::open(file.path()).and_then(|mut scan| scan.read());
            assert!(
                matches!(read, Err(JournalError::Damaged { offset: 0, .. })),
                "{read:?}"
            );
        }
    }
}
