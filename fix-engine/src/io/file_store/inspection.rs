//! What a store's files say: without its lock, and without changing anything, so that it may be asked while the store is
//! in use. In: a path. Out: numbers, counts, every record checked; or where it is damaged. It reads by the same code
//! as the next open does, and so tells what that would find.

use std::fs::File;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::codec::message::Message;
use crate::io::file_store::boot;
use crate::io::file_store::header::{FILE_LEN, Header};
use crate::io::file_store::holder;
use crate::io::file_store::index::Index;
use crate::io::file_store::place::Place;
use crate::io::file_store::reading::{Shown, Visit, read_index, show_walk};
use crate::io::file_store::record::{self, Kind, Record};
use crate::io::file_store::recovery::{self, Recovered, Sealed, incarnation_low, open_segment};
use crate::io::file_store::segment::{RECORDS_AT, SegmentHeader};
use crate::io::file_store::walk::{Step, Walk};
use crate::session::input::Cause;
use crate::session::store::StoreError;
use crate::tag;
use crate::time::Timestamp;

/// How often reading is begun again when the store begins a new segment meanwhile.
const ATTEMPTS: usize = 5;

/// What a whole store says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The next outgoing MsgSeqNum (34).
    pub next_out: u64,
    /// The next incoming MsgSeqNum (34).
    pub next_in: u64,
    /// How many resets, plus one.
    pub incarnation: u64,
    /// When the numbering began.
    pub began: Option<Timestamp>,
    /// Outgoing numbers below this may have been seen by the peer: after a power cut the store goes on here.
    pub reserved_out: u64,
    /// The last cause of a message.
    pub last_cause: Option<Cause>,
    /// Whether it was closed in good order, or not used since it was made.
    pub is_closed: bool,
    /// Whether the machine was started anew since the store was last written; `None` where that cannot be told.
    pub is_of_this_boot: Option<bool>,
    /// The process that has the store open, as far as can be seen.
    pub holder: Option<u32>,
    /// Records that hold a message.
    pub messages: u64,
    /// Records of numbers used without a message.
    pub skips: u64,
    /// Records of the inbound number alone.
    pub inbound: u64,
    /// Length of all files in bytes.
    pub bytes: u64,
    /// The oldest message that is kept.
    pub first: Option<KeptMessage>,
    /// The latest message.
    pub last: Option<KeptMessage>,
    /// The segments, oldest first.
    pub segments: Vec<SegmentInspection>,
    /// Bytes at the end that are no whole record. The next open cuts them off; a store in use may be writing them.
    pub torn_tail: Option<TornTail>,
}

/// Number and time of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptMessage {
    /// MsgSeqNum (34).
    pub msg_seq_num: u64,
    /// SendingTime (52), where the message can be read.
    pub sent_at: Option<Timestamp>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentInspection {
    /// Its file.
    pub path: PathBuf,
    /// Length in bytes.
    pub bytes: u64,
    /// The next outgoing number when it was begun.
    pub first_number: u64,
    /// When it was begun.
    pub begun: Option<Timestamp>,
    /// Whether nothing is written to it any more.
    pub is_sealed: bool,
}

/// A tail that is no whole record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// Its file.
    pub path: PathBuf,
    /// Where it begins.
    pub offset: u64,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Reads and checks a whole store: about a second for each gigabyte.
///
/// # Errors
/// `Damaged` with file and offset, `Version`, `Medium`.
pub fn inspect(path: &Path) -> Result<Inspection, StoreError> {
    let place = Place::new(path);
    let mut attempt = 1;
    loop {
        let files = Files::open(&place)?;
        let inspected = files.inspect(&place);
        let is_news = Files::header(&place)?.1.last_segment != files.header.last_segment;
        if attempt < ATTEMPTS && is_news {
            attempt += 1;
            continue;
        }
        return inspected;
    }
}

/// Shows the kept messages of a range, in order, until the visitor breaks.
///
/// # Errors
/// As [`inspect`]; the messages before have been shown.
pub fn messages(
    path: &Path,
    range: &RangeInclusive<u64>,
    visit: &mut Visit<'_>,
) -> Result<(), StoreError> {
    let place = Place::new(path);
    let files = Files::open(&place)?;
    let low = incarnation_low(files.header.incarnation);
    for (segment, part) in files.parts() {
        let (file, _) = open_segment(&place, segment, files.header.incarnation)?;
        let mut walk = Walk::new(place.segment(segment), Arc::new(file), part);
        match show_walk(&mut walk, low, range, visit)? {
            Shown::End => {}
            Shown::Past | Shown::Enough(_) => break,
        }
    }
    Ok(())
}

/// A store's files at one moment.
struct Files {
    header: Header,
    holder: Option<u32>,
    segment: SegmentHeader,
    sealed: Vec<Sealed>,
    recovered: Recovered,
    tally: Tally,
}

impl Files {
    fn header(place: &Place) -> Result<(File, Header), StoreError> {
        let head = place.act("opened", File::open(place.path()))?;
        let header = recovery::read_header(place, &head)?;
        let header =
            header.ok_or_else(|| place.damaged(0, "its making was cut short: it holds nothing"))?;
        Ok((head, header))
    }

    /// Reads the headers, and the segment that is written as the next open would.
    fn open(place: &Place) -> Result<Files, StoreError> {
        let (head, header) = Files::header(place)?;
        let (file, segment) = open_segment(place, header.last_segment, header.incarnation)?;
        let sealed = recovery::read_sealed(place, &header, &segment)?;
        let mut tally = Tally::default();
        let recovered = recovery::read_records(
            place.segment(header.last_segment),
            Arc::new(file),
            &header,
            &segment,
            is_of_this_boot(&header).unwrap_or(false),
            &mut |record| tally.take(record),
        )?;
        Ok(Files {
            holder: holder::holder(&head),
            header,
            segment,
            sealed,
            recovered,
            tally,
        })
    }

    /// Each segment with the part of its file that holds records.
    fn parts(&self) -> impl Iterator<Item = (u64, Range<u64>)> {
        let sealed = self.sealed.iter();
        sealed
            .map(|sealed| (sealed.header.number, RECORDS_AT..sealed.ends.records))
            .chain([(self.segment.number, RECORDS_AT..self.recovered.len)])
    }

    fn inspect(&self, place: &Place) -> Result<Inspection, StoreError> {
        let mut tally = Tally::default();
        let nexts = self.sealed.iter().map(|sealed| &sealed.header).skip(1);
        for (sealed, next) in self.sealed.iter().zip(nexts.chain([&self.segment])) {
            check_sealed(place, sealed, next, &mut tally)?;
        }
        tally.append(&self.tally);
        let Recovered {
            numbers,
            len,
            file_len,
            ..
        } = self.recovered;
        let written = place.segment(self.segment.number).path().to_owned();
        let segments = self.segments(place);
        Ok(Inspection {
            next_out: numbers.next_out,
            next_in: numbers.next_in,
            incarnation: self.header.incarnation,
            began: self.header.began,
            reserved_out: self.header.reserved_out.max(numbers.next_out),
            last_cause: numbers.last_cause,
            is_closed: self.header.reserved_out <= numbers.next_out,
            is_of_this_boot: is_of_this_boot(&self.header),
            holder: self.holder,
            messages: tally.messages,
            skips: tally.skips,
            inbound: tally.inbound,
            bytes: FILE_LEN as u64 + segments.iter().map(|segment| segment.bytes).sum::<u64>(),
            first: tally.first.as_ref().map(Kept::told),
            last: tally.last.as_ref().map(Kept::told),
            segments,
            torn_tail: (len < file_len).then(|| TornTail {
                path: written,
                offset: len,
                bytes: file_len - len,
            }),
        })
    }

    fn segments(&self, place: &Place) -> Vec<SegmentInspection> {
        let told = |header: &SegmentHeader, bytes, is_sealed| SegmentInspection {
            path: place.segment(header.number).path().to_owned(),
            bytes,
            first_number: header.numbers.next_out,
            begun: header.begun,
            is_sealed,
        };
        let sealed = self.sealed.iter();
        sealed
            .map(|sealed| told(&sealed.header, sealed.ends.file, true))
            .chain([told(&self.segment, self.recovered.file_len, false)])
            .collect()
    }
}

fn is_of_this_boot(header: &Header) -> Option<bool> {
    boot::boot_id().map(|id| Some(id) == header.boot_id)
}

/// Checks every record of a sealed segment: that it is whole, follows the one before it, leads to the segment behind
/// it; and that the index points at records.
fn check_sealed(
    place: &Place,
    sealed: &Sealed,
    next: &SegmentHeader,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let header = &sealed.header;
    let (file, _) = open_segment(place, header.number, header.incarnation)?;
    let index = read_index(&file, sealed);
    let place = place.segment(header.number);
    let index = index.ok_or_else(|| place.damaged(sealed.ends.records, "the index is damaged"))?;
    let mut walk = Walk::new(
        place.clone(),
        Arc::new(file),
        RECORDS_AT..sealed.ends.records,
    );
    let low = incarnation_low(header.incarnation);
    let mut numbers = header.numbers;
    let mut found = Index::default();
    loop {
        let at = walk.at();
        let len = match walk.step()? {
            Step::End => break,
            Step::Bad(why) => return Err(place.damaged(at, why)),
            Step::Record { bytes, .. } if record::incarnation_low(bytes) != low => {
                return Err(place.damaged(at, "it belongs to the numbers before a reset"));
            }
            Step::Record { record, bytes } => {
                numbers
                    .take(&record)
                    .map_err(|why| place.damaged(at, why))?;
                tally.take(&record);
                if index.has(record.number, at) {
                    found.note_always(record.number, at);
                }
                bytes.len()
            }
        };
        walk.advance(len);
    }
    if index != found {
        return Err(place.damaged(sealed.ends.records, "the index does not fit the records"));
    }
    if numbers != next.numbers {
        let why = "its records lead to other numbers than the next segment begins with";
        return Err(place.damaged(sealed.ends.records, why));
    }
    Ok(())
}

/// What was counted.
#[derive(Debug, Default)]
struct Tally {
    messages: u64,
    skips: u64,
    inbound: u64,
    first: Option<Kept>,
    last: Option<Kept>,
}

/// A message that was seen.
#[derive(Debug, Clone, Default)]
struct Kept {
    msg_seq_num: u64,
    bytes: Vec<u8>,
}

impl Tally {
    fn take(&mut self, record: &Record<'_>) {
        match record.kind {
            Kind::Message => {
                self.messages += 1;
                let last = self.last.get_or_insert_default();
                last.msg_seq_num = record.number;
                last.bytes.clear();
                last.bytes.extend_from_slice(record.bytes);
                if self.first.is_none() {
                    self.first = self.last.clone();
                }
            }
            Kind::Skip => self.skips += 1,
            Kind::Inbound => self.inbound += 1,
            Kind::Index => {}
        }
    }

    /// Takes in what was counted behind.
    fn append(&mut self, behind: &Tally) {
        self.messages += behind.messages;
        self.skips += behind.skips;
        self.inbound += behind.inbound;
        if self.first.is_none() {
            self.first.clone_from(&behind.first);
        }
        if behind.last.is_some() {
            self.last.clone_from(&behind.last);
        }
    }
}

impl Kept {
    fn told(&self) -> KeptMessage {
        let message = Message::parse(Bytes::copy_from_slice(&self.bytes)).ok();
        let sent_at = message.and_then(|message| message.timestamp(tag::SENDING_TIME).ok()?);
        KeptMessage {
            msg_seq_num: self.msg_seq_num,
            sent_at,
        }
    }
}
