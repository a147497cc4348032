//! `journal dump`: entries as text, one a line, secrets masked.

use crate::args::{Output, Range};
use crate::failure::Failure;
use crate::journal::{Shelf, time};
use crate::show::printable;
use journal::entry::{Entry, Instruction};
use journal::record;
use journal::replay::{self, Place, Replayed};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// An entry for programs.
#[derive(Serialize)]
struct Line<'a> {
    segment: &'a Path,
    offset: u64,
    seq: u64,
    at: String,
    origin: &'a journal::entry::Origin,
    trace: String,
    instruction: &'a Instruction,
    events: &'a [market::event::Event],
}

/// Writes the entries of these numbers, all without one.
///
/// # Errors
/// As [`super::verify`]; [`Failure::NotFound`] when the first that is asked for is in a segment that is not here; [`Failure::File`] when it
/// cannot be written.
pub fn dump(
    path: &Path,
    entries: Option<&Range>,
    output: Output,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let shelf = Shelf::open(path)?;
    let (after, last) = match entries {
        Some(range) => (range.numbers().start() - 1, *range.numbers().end()),
        None => (shelf.before(), u64::MAX),
    };
    if after < shelf.before() {
        return Err(Failure::NotFound {
            code: "unheld".to_owned(),
            message: format!(
                "entry {} is not here: the first is {}; look where segments are archived",
                after + 1,
                shelf.before() + 1
            ),
        });
    }
    let mut wrong = None;
    let read = replay::replay(&shelf.catalog, after, last, &mut |stored, place| {
        let Some(events) = record::decode_events(stored.events) else {
            wrong = Some(Failure::Damaged {
                path: place.segment.to_owned(),
                offset: place.offset,
                why: "the entry's events cannot be read".to_owned(),
            });
            return Replayed::Enough;
        };
        let entry = stored.head.with(events).without_secrets();
        let line = match output {
            Output::Table => words(&entry),
            Output::Json => json(&entry, place),
        };
        match writeln!(out, "{line}") {
            Ok(()) => Replayed::Same,
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Replayed::Enough,
            Err(error) => {
                wrong = Some(Failure::file("standard output", error));
                Replayed::Enough
            }
        }
    });
    match wrong {
        Some(wrong) => Err(wrong),
        None => match read {
            Ok(_) => Ok(()),
            // A journal that ends before the first wanted entry has none of them.
            Err(journal::JournalError::Short { .. }) => Ok(()),
            Err(error) => Err(super::failure(&error)),
        },
    }
}

/// For people.
fn words(entry: &Entry) -> String {
    let head = format!("{} {} {:?}", entry.seq, time(entry.at), entry.origin);
    let instruction = match &entry.instruction {
        Instruction::Market(command) => format!("{command:?}"),
        Instruction::Participant(change) => format!("{change:?}"),
        Instruction::Note { text } => format!("Note({text})"),
    };
    let events: Vec<String> = entry.events.iter().map(|one| format!("{one:?}")).collect();
    printable(&format!("{head} {instruction} => {}", events.join("; ")))
}

/// For programs: an object a line.
fn json(entry: &Entry, place: Place<'_>) -> String {
    let line = Line {
        segment: place.segment,
        offset: place.offset,
        seq: entry.seq,
        at: time(entry.at),
        origin: &entry.origin,
        trace: entry.trace.to_string(),
        instruction: &entry.instruction,
        events: &entry.events,
    };
    serde_json::to_string(&line).expect("an entry has string keys and cannot fail to serialize")
}
