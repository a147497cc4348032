//! A session's numbers and outgoing messages in a folder, in files that are only appended to. In: numbers and bytes of
//! one session. Out: the same, after a restart, a killed process or a power cut. Does not know what a message says.
//!
//! # The files
//! ```text
//! NAME           the header, 1 KiB: two slots of 96 bytes, at 0 and at 512
//! NAME.000001    a segment: a header of 128 bytes, then records, one behind the other
//! NAME.000002    the next one; only the last one is written
//! ```
//! Drawn byte by byte in `header.rs`, `segment.rs` and `record.rs`. The valid slot with the higher generation counts;
//! the other one is written next, so that a torn write of a header loses nothing. Each record says the numbers in both
//! directions: a message and its number are one.
//!
//! # What is kept
//! A segment is sealed when it is full and on each new day (UTC), and removed when [`FileStoreConfig`] does not want it
//! any more: messages in it count as skipped then. `roll.rs` says what happens at each step.
//!
//! # What survives what
//! - **A killed process** (`kill -9`): everything that was committed, exactly. A commit is one write into the
//!   operating system's page cache, done before the driver sees the actions.
//! - **A power cut**: what was synced. Outgoing numbers are reserved in blocks of [`RESERVED_BLOCK`], each with one
//!   sync of the header, so that a number that a peer may have seen is never used again: after a power cut (another
//!   boot id than the header's) the store goes on at the end of the reserved block, and a resend fills the rest with a
//!   gap. What the operating system had not written by itself (it does within half a minute or so) is such a gap, too;
//!   the inbound number may come back lower than it was. The application's own log knows better, or the peer sends
//!   again. Who has no such log sets [`FileStoreConfig::sync_commits`].
//! - **A torn tail**: bytes at the end that are no whole record are cut off at open.
//! - **Damage in the middle** is reported with file and offset; the files stay as they are.
//! - **A full disk**: the commit fails, the file is cut back to its last whole record, the numbers go back to what the
//!   file holds.
//!
//! One process at a time: the header's file is locked while the store is open. What a store holds can be seen without
//! the lock: [`inspection`].
//!
//! # Memory
//! An index entry for each 64 KiB of the segment that is written; at most 1 MiB of records of the turn; while a read is
//! broken off, one piece of a file (64 KiB, or the longest message). Sealed segments cost a hundred bytes each.

mod boot;
#[cfg(test)]
mod crash;
mod disk;
mod header;
mod holder;
mod index;
pub mod inspection;
mod keep;
mod place;
mod reading;
mod record;
mod recovery;
mod roll;
mod segment;
#[cfg(test)]
mod tape;
mod walk;
mod writing;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Arc;

use crate::io::file_store::header::{FILE_LEN, Header};
use crate::io::file_store::index::Index;
pub use crate::io::file_store::keep::FileStoreConfig;
use crate::io::file_store::place::Place;
use crate::io::file_store::reading::Reading;
use crate::io::file_store::recovery::{Numbers, Sealed};
pub use crate::io::file_store::roll::{DAY_BYTES_MIN, SEGMENTS_MAX};
use crate::io::file_store::roll::{begin_segment, day};
use crate::io::file_store::segment::{Ends, RECORDS_AT, SegmentHeader};
use crate::session::store::{Store, StoreError};

/// Outgoing numbers that one sync reserves. A larger block costs nothing but numbers, and those only after a power cut:
/// 2^63 of them last for 2^48 power cuts. A smaller one costs syncs: one each 33 seconds at 1,000 reports a second.
pub const RESERVED_BLOCK: u64 = 32 * 1024;

/// A store in files.
#[derive(Debug)]
pub struct FileStore {
    /// The header's path.
    place: Place,
    config: FileStoreConfig,
    /// The header's file; it has the lock.
    head: File,
    header: Header,
    /// Older segments, oldest first.
    segments: Vec<Sealed>,
    /// The segment that is written.
    segment: SegmentHeader,
    file: Arc<File>,
    /// Its length up to its last whole record.
    len: u64,
    /// Its records.
    index: Index,
    /// What the store answers.
    now: Numbers,
    /// What the files hold, to go back to when a write fails.
    committed: Numbers,
    /// The inbound number in the last record; another one still needs a record.
    recorded_next_in: u64,
    /// Records of this turn, not yet written.
    pending: Vec<u8>,
    /// Where in `pending`.
    pending_index: Index,
    /// A read that was broken off.
    reading: Option<Reading>,
    /// The day (UTC) that the segment belongs to, once it is known.
    day: Option<i64>,
    /// Set when a failed write could not be taken back.
    is_stopped: bool,
}

impl FileStore {
    /// Opens the store of a session with the default settings, or begins it where the file is not there. Its folder
    /// must exist.
    ///
    /// # Errors
    /// As [`FileStore::open_with`].
    pub fn open(path: impl AsRef<Path>) -> Result<FileStore, StoreError> {
        FileStore::open_with(path, FileStoreConfig::default())
    }

    /// Opens the store of a session, or begins it where the file is not there. Its folder must exist.
    ///
    /// Reads the last segment once: about a second for each gigabyte.
    ///
    /// # Errors
    /// `InUse` by another process, `Version` of another program, `Damaged` with file and offset, `Full`, `Medium`.
    pub fn open_with(
        path: impl AsRef<Path>,
        config: FileStoreConfig,
    ) -> Result<FileStore, StoreError> {
        let place = Place::new(path.as_ref());
        let head = disk::open(&place)?;
        lock(&place, &head)?;
        let boot_id = boot::boot_id();
        let header = match recovery::read_header(&place, &head)? {
            Some(header) => header,
            None => create(&place, &head, boot_id)?,
        };
        let written = place.segment(header.last_segment);
        let file = Arc::new(open_written(&written)?);
        let number = header.last_segment;
        let segment = recovery::read_segment_header(&written, &file, number, header.incarnation)?;
        let segments = recovery::read_sealed(&place, &header, &segment)?;
        let is_same_boot = boot_id.is_some() && boot_id == header.boot_id;
        let recovered = recovery::read_records(
            written,
            Arc::clone(&file),
            &header,
            &segment,
            is_same_boot,
            &mut |_| {},
        )?;
        let mut store = FileStore {
            place,
            config,
            head,
            header,
            segments,
            segment,
            file,
            len: recovered.len,
            index: recovered.index,
            now: recovered.numbers,
            committed: recovered.numbers,
            recorded_next_in: recovered.numbers.next_in,
            pending: Vec::new(),
            pending_index: Index::default(),
            reading: None,
            day: segment.begun.or(header.began).map(day),
            is_stopped: false,
        };
        store.take_over(boot_id, is_same_boot, recovered.file_len)?;
        Ok(store)
    }

    /// Syncs the files and gives them back; the next start goes on with exact numbers even after a power cut.
    ///
    /// # Errors
    /// Whatever the medium says.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.settle()
    }

    /// Length of all files in bytes.
    #[must_use]
    pub fn len_bytes(&self) -> u64 {
        let sealed: u64 = self.segments.iter().map(|sealed| sealed.ends.file).sum();
        FILE_LEN as u64 + sealed + self.len
    }

    /// Memory that the store holds now, in bytes: records of the turn, index, a read that was broken off, segments.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let reading = self.reading.as_ref().map_or(0, Reading::held_bytes);
        let segments = self.segments.capacity() * size_of::<Sealed>();
        let index = self.index.held_bytes() + self.pending_index.held_bytes();
        size_of::<FileStore>() + self.pending.capacity() + reading + segments + index
    }

    /// How many segments there are, the one that is written among them.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments.len() + 1
    }

    /// The files are this process's now: removes what a killed process left half done, and after a power cut skips the
    /// reserved numbers. The header is not written for the new boot before a number needs it: a store that nobody uses
    /// costs no sync.
    fn take_over(
        &mut self,
        boot_id: Option<[u8; 16]>,
        is_same_boot: bool,
        file_len: u64,
    ) -> Result<(), StoreError> {
        self.remove_strays()?;
        if file_len > self.len {
            let place = self.place.segment(self.segment.number);
            disk::cut(&place, &self.file, self.len)?;
        }
        let reserved = self.header.reserved_out;
        self.header.boot_id = boot_id;
        if !is_same_boot && reserved > self.now.next_out {
            self.skip(reserved - 1)?;
            self.write_pending()?;
            self.settle()?;
        }
        Ok(())
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

fn lock(place: &Place, head: &File) -> Result<(), StoreError> {
    match head.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse {
            place: place.to_string(),
        }),
        Err(std::fs::TryLockError::Error(error)) => Err(place.error("locked", &error)),
    }
}

/// Opens the segment that is written.
fn open_written(place: &Place) -> Result<File, StoreError> {
    let opened = OpenOptions::new().read(true).write(true).open(place.path());
    match opened {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(place.damaged(0, "the segment is missing"))
        }
        opened => place.act("opened", opened),
    }
}

/// Makes the first segment, then the header: before it is whole there is no store, and its making begins anew.
fn create(place: &Place, head: &File, boot_id: Option<[u8; 16]>) -> Result<Header, StoreError> {
    let first = SegmentHeader {
        number: 1,
        incarnation: 1,
        numbers: Numbers::FIRST,
        begun: None,
        before: Ends::default(),
    };
    let segment = place.segment(first.number);
    if std::fs::metadata(segment.path()).is_ok_and(|there| there.len() > RECORDS_AT) {
        let why =
            "the store's header is gone, its messages are here: restore it, or move them away";
        return Err(segment.damaged(0, why));
    }
    begin_segment(place, &first)?;
    let header = Header::first(boot_id);
    let mut bytes = vec![0; FILE_LEN];
    let (at, slot) = (header.slot_at(), header.encode());
    bytes[at..at + slot.len()].copy_from_slice(&slot);
    disk::write(place, head, 0, &bytes)?;
    disk::sync(place, head)?;
    Ok(header)
}
