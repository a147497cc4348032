//! Reading a store's file: at open from front to back, later from somewhere in it. In: a file. Out: its numbers, its
//! records, or where it is damaged. Changes nothing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};

use crate::io::file_store::header::{Header, MAGIC, RECORDS_AT, SLOT_LEN, SLOTS_AT, Slot, VERSION};
use crate::io::file_store::index::Index;
use crate::io::file_store::place::Place;
use crate::io::file_store::record::{self, Kind, Reading, Record};
use crate::session::input::Cause;
use crate::session::store::StoreError;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

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
}

/// Where records begin.
const FIRST_AT: u64 = RECORDS_AT as u64;

/// What a file holds.
pub(super) struct Recovered {
    pub(super) numbers: Numbers,
    pub(super) index: Index,
    /// Length up to the last whole record.
    pub(super) len: u64,
}

/// Reads the header; `None` where the file is new, or its making was cut short.
pub(super) fn read_header(place: &Place, file: &mut File) -> Result<Option<Header>, StoreError> {
    let mut bytes = Vec::new();
    place.act("read", file.seek(SeekFrom::Start(0)))?;
    place.act("read", file.take(FIRST_AT).read_to_end(&mut bytes))?;
    if (bytes.len() as u64) < FIRST_AT {
        let is_begun = bytes.iter().all(|byte| *byte == 0)
            || bytes.starts_with(&MAGIC)
            || MAGIC.starts_with(&bytes);
        return if is_begun {
            Ok(None)
        } else {
            Err(place.damaged(0, "this is not a store of FIX messages"))
        };
    }
    if bytes.iter().all(|byte| *byte == 0) && place.act("read", file.metadata())?.len() == FIRST_AT
    {
        return Ok(None);
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

/// Reads every record. Bytes behind the last whole record are a torn tail, unless a whole record follows them, or
/// they were synced once: that is damage.
pub(super) fn read_records(
    place: &Place,
    file: &mut File,
    header: &Header,
    is_same_boot: bool,
) -> Result<Recovered, StoreError> {
    let file_len = place.act("read", file.metadata())?.len();
    let mut recovered = Recovered {
        numbers: Numbers::FIRST,
        index: Index::default(),
        len: FIRST_AT,
    };
    let mut walk = Walk::new(file, FIRST_AT..file_len);
    let fault = loop {
        match walk.next(place)? {
            Step::End => return Ok(recovered),
            Step::Bad(why) => break why,
            Step::Record { at, bytes } => match accept(header, &recovered, bytes) {
                Accepted::Record(record, len) => {
                    take(&mut recovered, &record, at);
                    recovered.len = at + len as u64;
                    walk.advance(len);
                }
                Accepted::Older if recovered.len == FIRST_AT => return Ok(recovered),
                Accepted::Older => break "it belongs to the numbers before a reset",
                Accepted::Wrong(why) => break why,
            },
        }
    };
    let was_synced = recovered.len < header.synced_len;
    let is_followed = is_same_boot && walk.finds_another(place, header)?;
    if was_synced || is_followed {
        return Err(place.damaged(recovered.len, fault));
    }
    Ok(recovered)
}

/// Shows the records of a part of the file that was whole when it was opened or written since.
pub(super) fn visit(
    place: &Place,
    file: &mut File,
    header: &Header,
    part: Range<u64>,
    show: &mut dyn FnMut(u64, &Record<'_>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut walk = Walk::new(file, part);
    loop {
        match walk.next(place)? {
            Step::End => return Ok(()),
            Step::Bad(why) => return Err(place.damaged(walk.at, why)),
            Step::Record { at, bytes } => {
                if record::incarnation_low(bytes) != low(header) {
                    return Err(place.damaged(at, "it belongs to the numbers before a reset"));
                }
                let Reading::Whole(record, len) = Record::read(bytes) else {
                    return Err(place.damaged(at, "it is no record any more"));
                };
                if show(at, &record).is_break() {
                    return Ok(());
                }
                walk.advance(len);
            }
        }
    }
}

enum Accepted<'a> {
    Record(Record<'a>, usize),
    Older,
    Wrong(&'static str),
}

fn accept<'a>(header: &Header, recovered: &Recovered, bytes: &'a [u8]) -> Accepted<'a> {
    let Reading::Whole(record, len) = Record::read(bytes) else {
        return Accepted::Wrong("it is no record");
    };
    if record::incarnation_low(bytes) != low(header) {
        return Accepted::Older;
    }
    let next_out = recovered.numbers.next_out;
    let is_in_order = match record.kind {
        Kind::Message => record.number == next_out,
        Kind::Skip => record.number >= next_out,
        Kind::Inbound => record.number + 1 == next_out,
    };
    if is_in_order {
        Accepted::Record(record, len)
    } else {
        Accepted::Wrong("its number is out of order")
    }
}

fn take(recovered: &mut Recovered, record: &Record<'_>, at: u64) {
    if record.kind != Kind::Inbound {
        recovered.index.note(record.number, at);
        recovered.numbers.next_out = record.number + 1;
    }
    recovered.numbers.next_in = record.next_in;
    recovered.numbers.last_cause = record.cause.or(recovered.numbers.last_cause);
}

fn low(header: &Header) -> u16 {
    let bytes = header.incarnation.to_le_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}

/// A walk over records, reading the file in chunks.
struct Walk<'a> {
    file: &'a mut File,
    /// Offset in the file of `buf[from]`.
    at: u64,
    end: u64,
    buf: Vec<u8>,
    from: usize,
}

enum Step<'a> {
    /// The part is read to its end.
    End,
    /// A whole record begins here.
    Record { at: u64, bytes: &'a [u8] },
    /// No whole record begins here.
    Bad(&'static str),
}

impl<'a> Walk<'a> {
    fn new(file: &'a mut File, part: Range<u64>) -> Walk<'a> {
        Walk {
            file,
            at: part.start,
            end: part.end,
            buf: Vec::new(),
            from: 0,
        }
    }

    /// The record at the current place.
    fn next(&mut self, place: &Place) -> Result<Step<'_>, StoreError> {
        if self.at >= self.end {
            return Ok(Step::End);
        }
        loop {
            let needed = match Record::read(&self.buf[self.from..]) {
                Reading::Whole(..) => {
                    return Ok(Step::Record {
                        at: self.at,
                        bytes: &self.buf[self.from..],
                    });
                }
                Reading::Bad(why) => return Ok(Step::Bad(why)),
                Reading::Short(needed) => needed,
            };
            if needed as u64 > self.end - self.at {
                return Ok(Step::Bad("it ends in the middle"));
            }
            self.fill(place, needed)?;
        }
    }

    fn advance(&mut self, len: usize) {
        self.from += len;
        self.at += len as u64;
    }

    /// Reads until `needed` bytes are there.
    fn fill(&mut self, place: &Place, needed: usize) -> Result<(), StoreError> {
        self.buf.drain(..self.from);
        self.from = 0;
        let have = self.buf.len();
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let want = needed.max(CHUNK).min(left);
        self.buf.resize(want.max(have), 0);
        place.act(
            "read",
            self.file.seek(SeekFrom::Start(self.at + have as u64)),
        )?;
        place.act("read", self.file.read_exact(&mut self.buf[have..]))
    }

    /// Whether a whole record of this incarnation begins anywhere behind the current place.
    fn finds_another(&mut self, place: &Place, header: &Header) -> Result<bool, StoreError> {
        while self.at + (record::OVERHEAD as u64) < self.end {
            self.advance(1);
            if self.buf.len() - self.from < record::OVERHEAD {
                self.fill(place, record::OVERHEAD)?;
            }
            if record::incarnation_low(&self.buf[self.from..]) == low(header)
                && let Step::Record { .. } = self.next(place)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
