//! Reading a store's files at open: the header, the headers of the segments, every record of the one that is written.
//! In: files. Out: numbers, segments, or where they are damaged. Changes nothing.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::io::file_store::header::{FILE_LEN, Header, MAGIC, SLOT_LEN, SLOTS_AT, Slot, VERSION};
use crate::io::file_store::index::Index;
use crate::io::file_store::place::Place;
use crate::io::file_store::record::{self, Kind, Record};
use crate::io::file_store::segment::{self, Ends, HEADER_LEN, RECORDS_AT, SegmentHeader};
use crate::io::file_store::walk::{Step, Walk};
use crate::session::input::Cause;
use crate::session::store::StoreError;

/// The numbers of a store at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) next_out: u64,
    pub(super) next_in: u64,
    pub(super) last_cause: Option<Cause>,
}

impl Numbers {
    /// The numbers of a new store.
    pub(super) const FIRST: Numbers = Numbers {
        next_out: 1,
        next_in: 1,
        last_cause: None,
    };

    /// Goes on by a record.
    ///
    /// # Errors
    /// When the record does not follow.
    pub(super) fn take(&mut self, record: &Record<'_>) -> Result<(), &'static str> {
        let follows = match record.kind {
            Kind::Message => record.number == self.next_out,
            Kind::Skip => record.number >= self.next_out,
            Kind::Inbound => record.number.checked_add(1) == Some(self.next_out),
            Kind::Index => false,
        };
        if !follows {
            return Err("its number is out of order");
        }
        self.next_out = record.number.saturating_add(1);
        self.next_in = record.next_in;
        self.last_cause = record.cause.or(self.last_cause);
        Ok(())
    }
}

/// A segment that is not written any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sealed {
    pub(super) header: SegmentHeader,
    pub(super) ends: Ends,
}

/// The records of the segment that is written.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) numbers: Numbers,
    pub(super) index: Index,
    /// Length up to the last whole record.
    pub(super) len: u64,
    /// Length of the file; what lies beyond `len` is a torn tail.
    pub(super) file_len: u64,
}

/// Reads the header; `None` where the store is new, or its making was cut short.
pub(super) fn read_header(place: &Place, file: &File) -> Result<Option<Header>, StoreError> {
    let mut bytes = [0; FILE_LEN];
    let len = place.act("read", read_up_to(file, &mut bytes))?;
    let bytes = &bytes[..len];
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    if bytes.starts_with(&segment::MAGIC) {
        let why = "this is a segment: its store is the file without the number";
        return Err(place.damaged(0, why));
    }
    if len < FILE_LEN {
        return if bytes.starts_with(&MAGIC) || MAGIC.starts_with(bytes) {
            Ok(None)
        } else {
            Err(place.damaged(0, "this is not a store of FIX messages"))
        };
    }
    let [a, b] = SLOTS_AT.map(|at| {
        let mut slot = [0; SLOT_LEN];
        slot.copy_from_slice(&bytes[at..at + SLOT_LEN]);
        Slot::read(&slot)
    });
    match a.newer(b) {
        Slot::Good(header) => Ok(Some(header)),
        Slot::OtherVersion(found) => Err(StoreError::Version {
            place: place.to_string(),
            found,
            known: VERSION,
        }),
        Slot::Unused | Slot::Bad => Err(place.damaged(0, "both headers are unreadable")),
    }
}

fn read_up_to(file: &File, bytes: &mut [u8]) -> std::io::Result<usize> {
    let mut len = 0;
    while len < bytes.len() {
        match file.read_at(&mut bytes[len..], len as u64)? {
            0 => break,
            read => len += read,
        }
    }
    Ok(len)
}

/// Opens a segment for reading and reads its header.
pub(super) fn open_segment(
    place: &Place,
    number: u64,
    incarnation: u64,
) -> Result<(File, SegmentHeader), StoreError> {
    let place = place.segment(number);
    let file = match File::open(place.path()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(place.damaged(0, "the segment is missing"));
        }
        opened => place.act("opened", opened)?,
    };
    let header = read_segment_header(&place, &file, number, incarnation)?;
    Ok((file, header))
}

/// Reads a segment's header, which must be that of this segment.
pub(super) fn read_segment_header(
    place: &Place,
    file: &File,
    number: u64,
    incarnation: u64,
) -> Result<SegmentHeader, StoreError> {
    let mut bytes = [0; HEADER_LEN];
    if place.act("read", read_up_to(file, &mut bytes))? < HEADER_LEN {
        return Err(place.damaged(0, "the segment's header is cut short"));
    }
    let header = SegmentHeader::read(&bytes).map_err(|why| place.damaged(0, why))?;
    if header.number != number || header.incarnation != incarnation {
        return Err(place.damaged(0, "the segment belongs to another time of the store"));
    }
    Ok(header)
}

/// Reads the headers of the segments before the last one, oldest first, and checks that each is as long as it was
/// when it was sealed. Their records are checked when they are read.
pub(super) fn read_sealed(
    place: &Place,
    header: &Header,
    last: &SegmentHeader,
) -> Result<Vec<Sealed>, StoreError> {
    let mut sealed = Vec::new();
    let mut ends = last.before;
    for number in (header.first_segment..header.last_segment).rev() {
        let (file, segment) = open_segment(place, number, header.incarnation)?;
        let place = place.segment(number);
        let len = place.act("read", file.metadata())?.len();
        if len != ends.file || ends.records < RECORDS_AT || ends.records > ends.file {
            return Err(place.damaged(len.min(ends.file), "the sealed segment has another length"));
        }
        let before = segment.before;
        sealed.push(Sealed {
            header: segment,
            ends,
        });
        ends = before;
    }
    sealed.reverse();
    Ok(sealed)
}

/// Reads every record of the last segment. Bytes behind the last whole record are a torn tail, unless a whole record
/// follows them, or they were synced once: that is damage. So is an index: the segment's sealing was cut short.
pub(super) fn read_records(
    place: Place,
    file: Arc<File>,
    header: &Header,
    segment: &SegmentHeader,
    is_same_boot: bool,
    show: &mut dyn FnMut(&Record<'_>),
) -> Result<Recovered, StoreError> {
    let file_len = place.act("read", file.metadata())?.len();
    let mut recovered = Recovered {
        numbers: segment.numbers,
        index: Index::default(),
        len: RECORDS_AT,
        file_len,
    };
    let mut walk = Walk::new(place.clone(), file, RECORDS_AT..file_len);
    let low = incarnation_low(header.incarnation);
    let fault = loop {
        let len = match walk.step()? {
            Step::End => return Ok(recovered),
            Step::Bad(why) => break why,
            Step::Record { bytes, .. } if record::incarnation_low(bytes) != low => {
                break "it belongs to the numbers before a reset";
            }
            Step::Record { record, bytes } => match recovered.numbers.take(&record) {
                Err(why) => break why,
                Ok(()) => {
                    show(&record);
                    if record.kind != Kind::Inbound {
                        recovered.index.note(record.number, recovered.len);
                    }
                    bytes.len()
                }
            },
        };
        walk.advance(len);
        recovered.len = walk.at();
    };
    let was_synced = recovered.len < header.synced_len;
    let is_followed = is_same_boot && walk.finds_another(low)?;
    if was_synced || is_followed {
        return Err(place.damaged(recovered.len, fault));
    }
    Ok(recovered)
}

/// The low 16 bits of an incarnation, as they stand in its records.
pub(super) fn incarnation_low(incarnation: u64) -> u16 {
    let bytes = incarnation.to_le_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}
