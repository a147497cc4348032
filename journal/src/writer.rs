//! [`Writer`]: the end of the journal that is written. Appends whole batches, begins segments. Who syncs when is the matter of whoever writes.

use crate::disk::{Disk, Tape};
use crate::entry::Epoch;
use crate::segment::{self, HEADER_LEN, Header, Segment, Segments};
use std::io;
use std::path::PathBuf;

/// Appends to the last segment.
pub struct Writer {
    disk: Box<dyn Disk>,
    tape: Box<dyn Tape>,
    folder: PathBuf,
    epoch: Epoch,
    segments: Segments,
    /// Bytes of the last segment.
    len: u64,
    /// Bytes after which a new one is begun.
    segment_bytes: u64,
}

/// Where a writer goes on.
pub(crate) struct WriterParts {
    pub(crate) disk: Box<dyn Disk>,
    pub(crate) tape: Box<dyn Tape>,
    pub(crate) folder: PathBuf,
    pub(crate) epoch: Epoch,
    pub(crate) segments: Segments,
    pub(crate) len: u64,
    pub(crate) segment_bytes: u64,
}

impl Writer {
    pub(crate) fn new(parts: WriterParts) -> Self {
        let WriterParts {
            disk,
            tape,
            folder,
            epoch,
            segments,
            len,
            segment_bytes,
        } = parts;
        Self {
            disk,
            tape,
            folder,
            epoch,
            segments,
            len,
            segment_bytes,
        }
    }

    /// Appends records whose first entry is `first_seq`; begins a new segment before when they would not fit.
    ///
    /// # Errors
    /// What the operating system says; the journal must not be written any more then.
    pub fn append(&mut self, first_seq: u64, records: &[u8]) -> io::Result<()> {
        let bytes = u64::try_from(records.len()).expect("a length in memory fits");
        if self.len > HEADER_LEN && self.len + bytes > self.segment_bytes {
            self.begin_segment(first_seq)?;
        }
        self.tape.append(records)?;
        self.len += bytes;
        Ok(())
    }

    /// Makes everything appended survive a power cut.
    ///
    /// # Errors
    /// What the operating system says; the journal must not be written any more then.
    pub fn sync(&mut self) -> io::Result<()> {
        self.tape.sync()
    }

    fn begin_segment(&mut self, first_seq: u64) -> io::Result<()> {
        self.tape.sync()?;
        let number = self.segments.next_number();
        let path = segment::path(&self.folder, number);
        let header = Header {
            epoch: self.epoch,
            first_seq,
        };
        self.tape = self.disk.create(&path, &header.bytes())?;
        self.len = HEADER_LEN;
        self.segments.push(Segment {
            path,
            number,
            first_seq,
        });
        Ok(())
    }
}
