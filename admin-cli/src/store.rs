//! `fix store inspect` and `fix store verify`: what a session's files hold, and whether they are sound. They only read,
//! take no lock, and so may be asked while the venue runs.

use crate::args::Range;
use crate::failure::Failure;
use crate::show::{Column, Show, pairs, printable, table};
use crate::soundness::Soundness;
use bytes::{Bytes, BytesMut};
use fix_engine::codec::message::Message;
use fix_engine::io::file_store::inspection::{self, Inspection, KeptMessage, SegmentInspection};
use fix_engine::session::store::StoreError;
use fix_engine::time::{Precision, Timestamp};
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Messages shown at once.
pub const MESSAGES_MAX: usize = 10_000;

/// What a store holds.
#[derive(Debug, Serialize)]
pub struct Contents {
    path: PathBuf,
    next_out: u64,
    next_in: u64,
    incarnation: u64,
    began: Option<String>,
    /// Outgoing numbers below this may have been seen by the peer.
    reserved_out: u64,
    /// Entry and index of the application's log that caused the last message that had a cause.
    last_cause: Option<(u64, u32)>,
    /// Whether it was closed in good order.
    closed: bool,
    /// The process that has it open, as far as can be seen.
    in_use_by: Option<u32>,
    messages: u64,
    skips: u64,
    inbound: u64,
    bytes: u64,
    first_message: Option<Sent>,
    last_message: Option<Sent>,
    torn_tail: Option<Tail>,
    segments: Vec<Segment>,
}

/// A message by number and time.
#[derive(Debug, Serialize)]
struct Sent {
    msg_seq_num: u64,
    sending_time: Option<String>,
}

/// One segment.
#[derive(Debug, Serialize)]
struct Segment {
    path: PathBuf,
    bytes: u64,
    first_number: u64,
    begun: Option<String>,
    sealed: bool,
}

/// Bytes that are no whole record.
#[derive(Debug, Serialize)]
struct Tail {
    path: PathBuf,
    offset: u64,
    bytes: u64,
}

/// Whether a store is sound.
#[derive(Debug, Serialize)]
pub struct Verdict {
    path: PathBuf,
    #[serde(flatten)]
    soundness: Soundness,
    /// Records that were checked; 0 when it is damaged.
    records: u64,
    in_use_by: Option<u32>,
}

/// Messages of a store.
#[derive(Debug, Serialize)]
pub struct Messages {
    messages: Vec<Shown>,
    /// Where to go on when there are more than [`MESSAGES_MAX`].
    more_from: Option<u64>,
}

/// One message.
#[derive(Debug, Serialize)]
struct Shown {
    msg_seq_num: u64,
    cause: Option<(u64, u32)>,
    /// In pipe form, secrets masked.
    message: String,
}

/// What a session's store holds.
///
/// # Errors
/// [`Failure::Damaged`], [`Failure::File`] when it cannot be read, or [`Failure::Usage`] for one of a store's segments.
pub fn inspect(path: &Path) -> Result<Contents, Failure> {
    is_no_segment(path)?;
    let inspection = inspection::inspect(path).map_err(|error| failure(path, &error))?;
    Ok(Contents::new(path, inspection))
}

/// Checks a session's store, record by record.
///
/// # Errors
/// [`Failure::File`] when it cannot be read at all, [`Failure::Usage`] for one of a store's segments. A damaged store is
/// a verdict.
pub fn verify(path: &Path) -> Result<Verdict, Failure> {
    is_no_segment(path)?;
    match inspection::inspect(path).map_err(|error| failure(path, &error)) {
        Ok(inspection) => Ok(Verdict::of(path, inspection)),
        Err(failure) => Ok(Verdict {
            path: path.to_owned(),
            soundness: Soundness::of(failure)?,
            records: 0,
            in_use_by: None,
        }),
    }
}

/// Messages of a session's store.
///
/// # Errors
/// As [`inspect`].
pub fn messages(path: &Path, range: &Range) -> Result<Messages, Failure> {
    let mut shown = Messages {
        messages: Vec::new(),
        more_from: None,
    };
    is_no_segment(path)?;
    let read = inspection::messages(path, &range.numbers(), &mut |stored| {
        if shown.messages.len() >= MESSAGES_MAX {
            shown.more_from = Some(stored.msg_seq_num);
            return ControlFlow::Break(());
        }
        shown.messages.push(Shown {
            msg_seq_num: stored.msg_seq_num,
            cause: stored.cause.map(|cause| (cause.entry, cause.index)),
            message: text(stored.bytes),
        });
        ControlFlow::Continue(())
    });
    read.map_err(|error| failure(path, &error))?;
    Ok(shown)
}

impl Verdict {
    fn of(path: &Path, inspection: Inspection) -> Self {
        let torn = inspection.torn_tail.map(|tail| Soundness::TornTail {
            why: format!(
                "{} bytes at the end are no whole record: the next start cuts them off",
                tail.bytes
            ),
            file: tail.path,
            offset: tail.offset,
        });
        Self {
            path: path.to_owned(),
            soundness: torn.unwrap_or(Soundness::Sound),
            records: inspection.messages + inspection.skips + inspection.inbound,
            in_use_by: inspection.holder,
        }
    }

    /// Why the process must not end with 0.
    pub fn failure(&self) -> Option<Failure> {
        self.soundness.failure()
    }
}

impl Show for Verdict {
    fn table(&self) -> String {
        let mut rows = vec![
            ("verdict", self.soundness.word().to_owned()),
            ("records", self.records.to_string()),
        ];
        rows.extend(self.soundness.rows());
        rows.extend(in_use(self.in_use_by));
        pairs(&rows)
    }
}

/// A store in use is being written: its end may not be whole at this moment.
fn in_use(process: Option<u32>) -> Option<(&'static str, String)> {
    let said = |process| {
        format!("in use by process {process}: read without its lock, the end may be being written")
    };
    process.map(|process| ("state", said(process)))
}

impl Contents {
    fn new(path: &Path, inspection: Inspection) -> Self {
        let sent = |kept: KeptMessage| Sent {
            msg_seq_num: kept.msg_seq_num,
            sending_time: kept.sent_at.map(time),
        };
        let segment = |segment: SegmentInspection| Segment {
            path: segment.path,
            bytes: segment.bytes,
            first_number: segment.first_number,
            begun: segment.begun.map(time),
            sealed: segment.is_sealed,
        };
        Self {
            path: path.to_owned(),
            next_out: inspection.next_out,
            next_in: inspection.next_in,
            incarnation: inspection.incarnation,
            began: inspection.began.map(time),
            reserved_out: inspection.reserved_out,
            last_cause: inspection
                .last_cause
                .map(|cause| (cause.entry, cause.index)),
            closed: inspection.is_closed,
            in_use_by: inspection.holder,
            messages: inspection.messages,
            skips: inspection.skips,
            inbound: inspection.inbound,
            bytes: inspection.bytes,
            first_message: inspection.first.map(sent),
            last_message: inspection.last.map(sent),
            torn_tail: inspection.torn_tail.map(|tail| Tail {
                path: tail.path,
                offset: tail.offset,
                bytes: tail.bytes,
            }),
            segments: inspection.segments.into_iter().map(segment).collect(),
        }
    }

    fn state(&self) -> String {
        match (self.in_use_by, self.closed) {
            (Some(process), _) => format!("in use by process {process}"),
            (None, true) => "closed".to_owned(),
            (None, false) => "not closed: in use, or its process was killed".to_owned(),
        }
    }
}

impl Show for Contents {
    fn table(&self) -> String {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let message = |sent: &Option<Sent>| {
            or_none(sent.as_ref().map(|sent| {
                let time = sent.sending_time.as_deref().unwrap_or("?");
                format!("{} at {time}", sent.msg_seq_num)
            }))
        };
        let head = pairs(&[
            ("store", self.path.display().to_string()),
            ("state", self.state()),
            ("next out", self.next_out.to_string()),
            ("next in", self.next_in.to_string()),
            ("reserved below", self.reserved_out.to_string()),
            ("incarnation", self.incarnation.to_string()),
            ("began", or_none(self.began.clone())),
            (
                "last cause",
                or_none(
                    self.last_cause
                        .map(|(entry, index)| format!("{entry}/{index}")),
                ),
            ),
            ("messages", self.messages.to_string()),
            ("numbers without", self.skips.to_string()),
            ("inbound alone", self.inbound.to_string()),
            ("bytes", self.bytes.to_string()),
            ("first message", message(&self.first_message)),
            ("last message", message(&self.last_message)),
            (
                "torn tail",
                or_none(self.torn_tail.as_ref().map(|tail| {
                    format!(
                        "{} bytes at byte {} of {}",
                        tail.bytes,
                        tail.offset,
                        tail.path.display()
                    )
                })),
            ),
        ]);
        use Column::{Numbers, Words};
        let columns = [
            Words("SEGMENT"),
            Numbers("BYTES"),
            Numbers("FROM NUMBER"),
            Words("BEGUN"),
            Words("SEALED"),
        ];
        let row = |segment: &Segment| {
            vec![
                segment.path.display().to_string(),
                segment.bytes.to_string(),
                segment.first_number.to_string(),
                or_none(segment.begun.clone()),
                if segment.sealed { "yes" } else { "no" }.to_owned(),
            ]
        };
        format!("{head}\n{}", table(&columns, self.segments.iter().map(row)))
    }
}

impl Show for Messages {
    fn table(&self) -> String {
        let lines = self.messages.iter();
        let mut text: String = lines
            .map(|shown| format!("{}\n", printable(&shown.message)))
            .collect();
        if let Some(number) = self.more_from {
            text += &format!("there are more: --messages {number}..\n");
        } else if self.messages.is_empty() {
            text += "no message of these numbers is kept\n";
        }
        text
    }
}

/// A message as text, secrets masked.
fn text(bytes: &[u8]) -> String {
    match Message::parse(Bytes::copy_from_slice(bytes)) {
        Ok(message) => message.to_pipe(),
        Err(why) => format!("({} bytes that are no message: {why})", bytes.len()),
    }
}

/// A time as FIX writes it.
fn time(at: Timestamp) -> String {
    let mut text = BytesMut::new();
    at.write(Precision::Millis, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Refuses `BOT01.log.000001` beside `BOT01.log`: a mistake of who asks, not damage.
fn is_no_segment(path: &Path) -> Result<(), Failure> {
    let number = path.extension().unwrap_or_default().as_encoded_bytes();
    let store = path.with_extension("");
    if number.is_empty() || !number.iter().all(u8::is_ascii_digit) || !store.is_file() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{}: this is a segment; name its store, {}",
        path.display(),
        store.display()
    )))
}

fn failure(path: &Path, error: &StoreError) -> Failure {
    match error {
        StoreError::Damaged { place, offset, why } => Failure::Damaged {
            path: place.into(),
            offset: *offset,
            why: why.clone(),
        },
        StoreError::Medium { why, .. } => Failure::file(path, why),
        error => Failure::file(path, error),
    }
}
