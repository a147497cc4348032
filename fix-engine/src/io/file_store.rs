//! A session's numbers and outgoing messages in one append-only file. In: numbers and bytes of one session. Out: the
//! same, after a restart, a killed process or a power cut. Does not know what a message says.
//!
//! # The file
//! ```text
//! 0     header slot A   80 bytes, then zeros up to 512
//! 512   header slot B   80 bytes, then zeros up to 1024
//! 1024  records, one behind the other, to the end of the file
//! ```
//! The slots and the records are drawn byte by byte in `header.rs` and `record.rs`. The valid slot with the higher
//! generation counts; the other one is written next, so that a torn write of a header loses nothing.
//!
//! # What survives what
//! - **A killed process** (`kill -9`): everything that was committed, exactly. A commit is one write into the
//!   operating system's page cache, done before the driver sees the actions.
//! - **A power cut**: what was synced. Outgoing numbers are reserved in blocks of 1024, each with one sync, so that a
//!   number that a peer may have seen is never used again: after a power cut (another boot id than the header's) the
//!   store goes on at the end of the reserved block, and a resend fills the rest with a gap. The inbound number may
//!   come back lower than it was; the application's own log knows better, or the peer sends again.
//! - **A torn tail**: bytes at the end that are no whole record are cut off at open.
//! - **Damage in the middle** is reported with its offset; the file stays as it is.
//! - **A full disk**: the commit fails, the file is cut back to its last whole record, the numbers go back to what the
//!   file holds.
//!
//! One process at a time: the file is locked while it is open.

mod boot;
mod header;
mod index;
mod place;
mod record;
mod recovery;

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::{ControlFlow, RangeInclusive};
use std::path::Path;

use crate::io::file_store::header::{Header, RECORDS_AT};
use crate::io::file_store::index::Index;
use crate::io::file_store::place::Place;
use crate::io::file_store::record::{Kind, Record};
use crate::io::file_store::recovery::{Numbers, Recovered};
use crate::session::input::Cause;
use crate::session::store::{MAX_MSG_SEQ_NUM, Store, StoreError, Stored};
use crate::time::Timestamp;

/// Outgoing numbers that one sync reserves.
pub const RESERVED_BLOCK: u64 = 1024;

/// A store in one file.
#[derive(Debug)]
pub struct FileStore {
    place: Place,
    /// Writes; positioned anew before each write.
    file: File,
    /// Reads, with a position of its own.
    reader: File,
    header: Header,
    index: Index,
    /// What the store answers.
    now: Numbers,
    /// What the file holds, to go back to when a write fails.
    committed: Numbers,
    /// Length of the file up to its last whole record.
    len: u64,
    /// Records of this turn, not yet written.
    pending: Vec<u8>,
    /// Set when a failed write could not be taken back.
    is_stopped: bool,
}

impl FileStore {
    /// Opens the store of a session, or begins it where the file is not there. Its folder must exist.
    ///
    /// Reads the whole file once: about a second for each gigabyte.
    ///
    /// # Errors
    /// `InUse` by another process, `Version` of another program, `Damaged` with the offset, `Full`, `Medium`.
    pub fn open(path: impl AsRef<Path>) -> Result<FileStore, StoreError> {
        let place = Place::new(path.as_ref());
        let mut file = place.act("opened", open_file(place.path()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(StoreError::InUse {
                    place: place.to_string(),
                });
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(place.error("locked", &error)),
        }
        let boot_id = boot::boot_id();
        let header = match recovery::read_header(&place, &mut file)? {
            Some(header) => header,
            None => create(&place, &mut file, boot_id)?,
        };
        let mut reader = place.act("opened", File::open(place.path()))?;
        let is_same_boot = boot_id.is_some() && boot_id == header.boot_id;
        let recovered = recovery::read_records(&place, &mut reader, &header, is_same_boot)?;
        let mut store = FileStore::recovered(place, file, reader, header, recovered);
        store.take_over(boot_id, is_same_boot)?;
        Ok(store)
    }

    /// Syncs the file and gives it back; the next start goes on with exact numbers even after a power cut.
    ///
    /// # Errors
    /// Whatever the medium says.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.settle()
    }

    /// Length of the file in bytes.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        self.len
    }

    fn recovered(
        place: Place,
        file: File,
        reader: File,
        header: Header,
        recovered: Recovered,
    ) -> FileStore {
        let Recovered {
            numbers,
            index,
            len,
        } = recovered;
        FileStore {
            place,
            file,
            reader,
            header,
            index,
            now: numbers,
            committed: numbers,
            len,
            pending: Vec::new(),
            is_stopped: false,
        }
    }

    /// The file is this process's now: cuts a torn tail, and after a power cut skips the reserved numbers.
    fn take_over(
        &mut self,
        boot_id: Option<[u8; 16]>,
        is_same_boot: bool,
    ) -> Result<(), StoreError> {
        self.place.act("cut", self.file.set_len(self.len))?;
        let reserved = self.header.reserved_out;
        if !is_same_boot && reserved > self.now.next_out {
            self.skip(reserved - 1)?;
            self.commit()?;
        }
        self.header.boot_id = boot_id;
        self.reserve(self.now.next_out)
    }

    /// Reserves outgoing numbers behind `next_out` and syncs.
    fn reserve(&mut self, next_out: u64) -> Result<(), StoreError> {
        let before = self.header.reserved_out;
        self.header.reserved_out = next_out.saturating_add(RESERVED_BLOCK).min(MAX_MSG_SEQ_NUM);
        self.write_header()
            .inspect_err(|_| self.header.reserved_out = before)
    }

    /// Syncs the records, then writes the header into the older slot and syncs it.
    fn write_header(&mut self) -> Result<(), StoreError> {
        self.place.act("synced", self.file.sync_data())?;
        self.header.generation += 1;
        self.header.synced_len = self.len;
        self.place.act(
            "written",
            write_at(
                &mut self.file,
                self.header.slot_at() as u64,
                &self.header.encode(),
            ),
        )?;
        self.place.act("synced", self.file.sync_data())
    }

    fn push(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        if record.bytes.len() > record::BYTES_MAX {
            return Err(StoreError::TooLong {
                len: record.bytes.len(),
                max: record::BYTES_MAX,
            });
        }
        if record.kind != Kind::Inbound {
            self.index
                .note(record.number, self.len + self.pending.len() as u64);
        }
        record.encode(self.header.incarnation, &mut self.pending);
        Ok(())
    }

    /// Numbers from here on need a reserved block.
    fn ensure_reserved(&mut self, number: u64) -> Result<(), StoreError> {
        if number < self.header.reserved_out {
            return Ok(());
        }
        self.write_pending()?;
        self.reserve(number + 1)
    }

    fn write_pending(&mut self) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        if !self.pending.is_empty() {
            if let Err(error) = write_at(&mut self.file, self.len, &self.pending) {
                self.take_back();
                return Err(self.place.error("written", &error));
            }
            self.len += self.pending.len() as u64;
            self.pending.clear();
        }
        self.committed = self.now;
        Ok(())
    }

    /// A write failed: file and numbers go back to the last commit.
    fn take_back(&mut self) {
        self.is_stopped = self.file.set_len(self.len).is_err();
        self.pending.clear();
        self.index.forget_from(self.len);
        self.now = self.committed;
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        self.header.reserved_out = self.now.next_out;
        self.write_header()
    }

    fn check_next_out(&self, number: u64, is_right: bool) -> Result<(), StoreError> {
        if !is_right {
            return Err(StoreError::OutOfOrder {
                given: number,
                expected: self.now.next_out,
            });
        }
        if number >= MAX_MSG_SEQ_NUM {
            return Err(StoreError::Exhausted);
        }
        Ok(())
    }
}

impl Store for FileStore {
    fn next_out(&self) -> u64 {
        self.now.next_out
    }

    fn next_in(&self) -> u64 {
        self.now.next_in
    }

    fn append(
        &mut self,
        msg_seq_num: u64,
        cause: Option<Cause>,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.check_next_out(msg_seq_num, msg_seq_num == self.now.next_out)?;
        self.ensure_reserved(msg_seq_num)?;
        let next_in = self.now.next_in;
        self.push(&Record {
            kind: Kind::Message,
            number: msg_seq_num,
            next_in,
            cause,
            bytes,
        })?;
        self.now.next_out = msg_seq_num + 1;
        self.now.last_cause = cause.or(self.now.last_cause);
        Ok(())
    }

    fn skip(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        self.check_next_out(msg_seq_num, msg_seq_num >= self.now.next_out)?;
        self.ensure_reserved(msg_seq_num)?;
        let next_in = self.now.next_in;
        self.push(&Record {
            kind: Kind::Skip,
            number: msg_seq_num,
            next_in,
            cause: None,
            bytes: &[],
        })?;
        self.now.next_out = msg_seq_num + 1;
        Ok(())
    }

    fn set_next_in(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        let number = self.now.next_out - 1;
        self.push(&Record {
            kind: Kind::Inbound,
            number,
            next_in: msg_seq_num,
            cause: None,
            bytes: &[],
        })?;
        self.now.next_in = msg_seq_num;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            Ok(())
        } else {
            self.write_pending()
        }
    }

    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.commit()?;
        let from = self
            .index
            .before(*range.start())
            .unwrap_or(RECORDS_AT as u64);
        recovery::visit(
            &self.place,
            &mut self.reader,
            &self.header,
            from..self.len,
            &mut |_, record| {
                if record.number > *range.end() {
                    return ControlFlow::Break(());
                }
                if record.kind != Kind::Message || record.number < *range.start() {
                    return ControlFlow::Continue(());
                }
                visit(Stored {
                    msg_seq_num: record.number,
                    cause: record.cause,
                    bytes: record.bytes,
                })
            },
        )
    }

    fn reset(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.is_stopped {
            return Err(StoreError::Stopped);
        }
        self.pending.clear();
        self.len = RECORDS_AT as u64;
        self.header.incarnation += 1;
        self.header.began = Some(at);
        self.now = Numbers::FIRST;
        self.committed = self.now;
        self.index = Index::default();
        let done = self
            .reserve(1)
            .and_then(|()| self.place.act("cut", self.file.set_len(RECORDS_AT as u64)));
        self.is_stopped = done.is_err();
        done
    }

    fn begin(&mut self, at: Timestamp) -> Result<(), StoreError> {
        if self.header.began.is_some() {
            return Ok(());
        }
        self.write_pending()?;
        self.header.began = Some(at);
        self.write_header()
            .inspect_err(|_| self.header.began = None)
    }

    fn began(&self) -> Option<Timestamp> {
        self.header.began
    }

    fn last_cause(&self) -> Option<Cause> {
        self.now.last_cause
    }

    fn incarnation(&self) -> u64 {
        self.header.incarnation
    }
}

impl Drop for FileStore {
    /// As [`FileStore::close`], where nobody asked for the outcome: without it the next start is still right, and
    /// after a power cut leaves out some numbers.
    fn drop(&mut self) {
        if !self.is_stopped && self.header.reserved_out != self.now.next_out {
            let _ = self.settle();
        }
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_at(file: &mut File, at: u64, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// Writes the first header, and makes file and folder entry durable.
fn create(place: &Place, file: &mut File, boot_id: Option<[u8; 16]>) -> Result<Header, StoreError> {
    let header = Header::first(boot_id);
    let mut bytes = vec![0; RECORDS_AT];
    let at = header.slot_at();
    let slot = header.encode();
    bytes[at..at + slot.len()].copy_from_slice(&slot);
    place.act("cut", file.set_len(0))?;
    place.act("written", write_at(file, 0, &bytes))?;
    place.act("synced", file.sync_all())?;
    if let Some(folder) = place
        .path()
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        && let Ok(folder) = File::open(folder)
    {
        place.act("synced", folder.sync_all())?;
    }
    Ok(header)
}
