//! `fix explain`: FIX messages as people paste them and as logs have them, taken apart with the dictionary's words, and
//! what the venue's session would do with each. Offline; secrets stay masked. Messages are shown one by one: a log may
//! be as long as it likes.

mod log;
mod wire;

use crate::args::Output;
use crate::explain::log::{Found, Log};
use crate::failure::Failure;
use crate::show::{Column, Show, printable, table};
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use fix_engine::explain::reception::{self, Step};
use fix_engine::explain::{Explained as Field, Explanation};
use serde::Serialize;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// The longest dictionary that is read, in bytes.
pub const DICTIONARY_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// The most characters shown of what stands in front of a message in a log.
const PREFIX_CHARS_MAX: usize = 120;
/// What a message begins with.
const BEGIN: &str = "8=FIX";

/// One message, taken apart.
#[derive(Debug, Serialize)]
struct Explained {
    /// Where it begins in a log, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// What stands in front of it in a log.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    /// Its name, when the dictionary knows it.
    name: Option<String>,
    /// Why a receiver would ignore it.
    garbled: Option<String>,
    /// Why a receiver would refuse it.
    refused: Option<Refused>,
    /// What the venue's session would do, were it the next message and in time.
    session: Vec<String>,
    /// Its fields in order.
    fields: Vec<Line>,
}

/// A refusal.
#[derive(Debug, Serialize)]
struct Refused {
    /// SessionRejectReason (373).
    reason: u32,
    /// RefTagID (371).
    ref_tag: Option<i64>,
    /// Place of the field in the message, from 1.
    position: Option<u32>,
    /// Text (58).
    text: String,
}

/// One field.
#[derive(Debug, Serialize)]
struct Line {
    /// Its place in the message, from 1.
    position: u32,
    tag: i64,
    name: String,
    value: String,
    meaning: Option<String>,
    /// How deep in repeating groups.
    depth: usize,
    /// Which entry of its group begins here, from 1.
    entry: Option<u32>,
}

/// What is to be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// A message, a file, or `-`: whichever it is.
    Any(&'a str),
    /// A file, or `-`.
    File(&'a str),
}

/// Explains the messages of `input` on `out`.
///
/// # Errors
/// [`Failure::File`] for a file that cannot be read, [`Failure::Input`] when there is no message in it, or one that is
/// garbled; everything has been shown then.
pub fn explain(
    input: Input<'_>,
    dictionary: Option<&Path>,
    output: Output,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let book = Book::open(dictionary)?;
    let (name, source, is_log) = open(input)?;
    let mut log = Log::new(name, source);
    let mut tally = Tally::default();
    while let Some(found) = log.next()? {
        let explained = book.explain(&found, is_log);
        tally.take(&explained, found.line);
        let begin = if tally.messages == 1 { "[\n" } else { ",\n" };
        let text = match output {
            Output::Table if tally.messages == 1 => explained.table(),
            Output::Table => format!("\n{}", explained.table()),
            Output::Json => format!("{begin}{}", explained.text(output).trim_end()),
        };
        if !put(out, &text)? {
            return Ok(());
        }
    }
    let end = match output {
        Output::Json if tally.messages == 0 => "[]\n".to_owned(),
        Output::Json => "\n]\n".to_owned(),
        Output::Table if is_log && tally.messages > 1 => tally.table(),
        Output::Table => String::new(),
    };
    if tally.messages > 0 {
        put(out, &end)?;
    }
    tally.outcome(name)
}

/// Writes; whether anybody still reads.
fn put(out: &mut dyn Write, text: &str) -> Result<bool, Failure> {
    match out.write_all(text.as_bytes()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::file("standard output", error)),
    }
}

/// What was explained so far.
#[derive(Debug, Default)]
struct Tally {
    messages: u64,
    refused: u64,
    garbled: u64,
    /// Line of the first garbled message, and what is wrong with it.
    first_garbled: Option<(u64, String)>,
}

impl Tally {
    fn take(&mut self, explained: &Explained, line: u64) {
        self.messages += 1;
        self.refused += u64::from(explained.refused.is_some());
        if let Some(why) = &explained.garbled {
            self.garbled += 1;
            self.first_garbled.get_or_insert((line, why.clone()));
        }
    }

    fn table(&self) -> String {
        format!(
            "\n{} messages: {} refused, {} garbled\n",
            self.messages, self.refused, self.garbled
        )
    }

    fn outcome(self, name: &str) -> Result<(), Failure> {
        match self.first_garbled {
            None if self.messages == 0 => Err(Failure::Input(format!(
                "{name}: no line has a message ({BEGIN})"
            ))),
            None => Ok(()),
            Some((_, why)) if self.messages == 1 => {
                Err(Failure::Input(format!("garbled message: {why}")))
            }
            Some((line, why)) => Err(Failure::Input(format!(
                "{} of {} messages are garbled, the first on line {line}: {why}",
                self.garbled, self.messages
            ))),
        }
    }
}

impl Show for Explained {
    fn table(&self) -> String {
        use Column::{Numbers, Words};
        let columns = [
            Numbers("TAG"),
            Words("NAME"),
            Words("VALUE"),
            Words("MEANING"),
        ];
        let mut text = String::new();
        if let Some(line) = self.line {
            let prefix = self.prefix.as_deref().unwrap_or_default();
            text += format!("line {line} {prefix}").trim_end();
            text.push('\n');
        }
        text += self.name.as_deref().unwrap_or("unknown message");
        text.push('\n');
        for step in &self.session {
            text += &format!("session: {}\n", printable(step));
        }
        let blamed = self.refused.as_ref();
        let rows = self.fields.iter().map(|line| line.row(blamed));
        text + &table(&columns, rows)
    }
}

impl Line {
    /// The row, with a word where the field is to blame for a refusal.
    fn row(&self, refused: Option<&Refused>) -> Vec<String> {
        let entry = self.entry.map_or_else(String::new, |n| format!("#{n} "));
        let meaning = self.meaning.clone().unwrap_or_default();
        let blame = refused
            .filter(|refused| refused.position == Some(self.position))
            .map_or_else(String::new, |refused| format!("<- 373={}", refused.reason));
        vec![
            self.tag.to_string(),
            format!("{}{entry}{}", "  ".repeat(self.depth), self.name),
            self.value.clone(),
            format!("{meaning} {blame}").trim().to_owned(),
        ]
    }
}

/// What messages are named and judged by.
struct Book {
    dictionary: Arc<Dictionary>,
    rules: Rules,
}

impl Book {
    /// The named file, or what the venue checks by: the whole of FIX 4.4.
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let dictionary = path.map_or_else(|| Ok(Dictionary::fix44()), read_dictionary)?;
        Ok(Self {
            dictionary: Arc::new(dictionary),
            rules: Rules::default(),
        })
    }

    fn explain(&self, found: &Found, is_log: bool) -> Explained {
        let bytes = wire::whole(&found.bytes);
        let mut explained = Explained::new(
            Explanation::of_bytes(&self.dictionary, &self.rules, &bytes),
            &reception::of_bytes(&self.dictionary, &self.rules, &bytes),
        );
        if is_log {
            explained.line = Some(found.line);
            let prefix: String = found.prefix.chars().take(PREFIX_CHARS_MAX).collect();
            explained.prefix = Some(printable(&prefix)).filter(|prefix| !prefix.is_empty());
        }
        explained
    }
}

impl Explained {
    fn new(explanation: Explanation, steps: &[Step]) -> Self {
        let line = |field: Field| Line {
            position: field.position,
            tag: field.tag,
            name: field.name,
            value: field.value,
            meaning: field.meaning,
            depth: field.indent,
            entry: field.entry,
        };
        Self {
            line: None,
            prefix: None,
            name: explanation.name,
            garbled: explanation.garbled.map(|garbled| garbled.to_string()),
            refused: explanation.rejection.map(|rejection| Refused {
                reason: rejection.reason.code(),
                ref_tag: rejection.ref_tag,
                position: rejection.position,
                text: rejection.text,
            }),
            session: steps.iter().map(ToString::to_string).collect(),
            fields: explanation.fields.into_iter().map(line).collect(),
        }
    }
}

/// The name of an input, its bytes, and whether it is a log.
fn open(input: Input<'_>) -> Result<(&str, Box<dyn BufRead + '_>, bool), Failure> {
    match input {
        Input::Any(text) if text.contains(BEGIN) => {
            let message = &text[text.find(BEGIN).unwrap_or(0)..];
            Ok(("the message", Box::new(Cursor::new(message)), false))
        }
        Input::Any("-") | Input::File("-") => {
            Ok(("standard input", Box::new(io::stdin().lock()), true))
        }
        Input::Any(text) if !Path::new(text).exists() => {
            let shown: String = text
                .chars()
                .take(60)
                .flat_map(char::escape_default)
                .collect();
            let why = format!("\"{shown}\" is neither a message (it has no {BEGIN}) nor a file");
            Err(Failure::Input(why))
        }
        Input::Any(path) | Input::File(path) => {
            let file = File::open(path).map_err(|error| Failure::file(path, error))?;
            Ok((path, Box::new(BufReader::new(file)), true))
        }
    }
}

fn read_dictionary(path: &Path) -> Result<Dictionary, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, error))?;
    let mut xml = String::new();
    file.take(DICTIONARY_BYTES_MAX + 1)
        .read_to_string(&mut xml)
        .map_err(|error| Failure::file(path, error))?;
    if u64::try_from(xml.len()).unwrap_or(u64::MAX) > DICTIONARY_BYTES_MAX {
        let why = format!("longer than {DICTIONARY_BYTES_MAX} bytes");
        return Err(Failure::file(path, why));
    }
    Dictionary::parse(&xml).map_err(|error| Failure::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "8=FIX.4.4|35=D|49=BOT01|56=LOGGIA|34=2|52=20261122-10:00:00|11=a1|1=ACC01|55=ACME|54=1|60=20261122-10:00:00|38=100|40=2|44=10.5|";

    fn shown(input: Input<'_>, output: Output) -> (String, Result<(), Failure>) {
        let mut out = Vec::new();
        let outcome = explain(input, None, output, &mut out);
        (String::from_utf8(out).unwrap(), outcome)
    }

    fn table_of(message: &str) -> (String, Result<(), Failure>) {
        shown(Input::Any(message), Output::Table)
    }

    #[test]
    fn fields_get_names_and_meanings() {
        let (text, outcome) = table_of(ORDER);
        outcome.unwrap();
        let start = "NewOrderSingle\nsession: accepted: goes to the application\n";
        assert!(text.starts_with(start), "{text}");
        for words in ["ClOrdID", "a1", "BUY", "LIMIT"] {
            assert!(text.contains(words), "{words} in\n{text}");
        }
    }

    #[test]
    fn a_refusal_names_reason_and_field_and_marks_it() {
        let (text, outcome) = table_of(&ORDER.replace("54=1", "54=Z"));
        outcome.unwrap();
        assert!(
            text.contains("session: Reject (3) 373=5 371=54: "),
            "{text}"
        );
        let marked: Vec<&str> = text
            .lines()
            .filter(|line| line.ends_with("<- 373=5"))
            .collect();
        assert!(marked.len() == 1 && marked[0].contains("Side"), "{text}");
    }

    #[test]
    fn what_the_venue_does_not_offer_is_no_matter_of_the_session() {
        // The gateway answers it with a j: the session checks by the whole of FIX 4.4, as the venue's does.
        let (text, _) = table_of("8=FIX.4.4|35=M|49=A|56=B|34=2|52=20261122-10:00:00|66=x|");
        let start = "ListStatusRequest\nsession: accepted: goes to the application\n";
        assert!(text.starts_with(start), "{text}");
        let (text, _) = table_of("8=FIX.4.4|35=ZZ|49=A|56=B|34=2|52=20261122-10:00:00|");
        let start = "unknown message\nsession: Reject (3) 373=11";
        assert!(text.starts_with(start), "{text}");
    }

    #[test]
    fn a_password_is_never_shown() {
        let logon =
            "8=FIX.4.4|35=A|49=A|56=B|34=1|52=20261122-10:00:00|98=0|108=30|553=A|554=hunter2|";
        for output in [Output::Table, Output::Json] {
            let (text, _) = shown(Input::Any(logon), output);
            assert!(
                text.contains("logged on") && !text.contains("hunter2"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_wrong_checksum_is_a_failure_that_still_shows_the_fields() {
        let (text, outcome) = table_of(&format!("{ORDER}10=000|"));
        assert!(matches!(outcome, Err(Failure::Input(_))));
        assert!(
            text.contains("session: ignored: CheckSum (10) says 0"),
            "{text}"
        );
        assert!(text.contains("ClOrdID"), "{text}");
    }

    #[test]
    fn a_log_is_taken_line_by_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let bad = ORDER.replace("54=1", "54=Z");
        let log = format!("10:00 in {ORDER}\nnothing\n10:01 in {bad}\n10:02 in {ORDER}10=999|\n");
        std::fs::write(&path, log).unwrap();
        let path = path.to_str().unwrap();
        let (text, outcome) = shown(Input::File(path), Output::Table);
        assert!(
            text.starts_with("line 1 10:00 in\nNewOrderSingle\n"),
            "{text}"
        );
        assert!(
            text.contains("\nline 3 10:01 in\nNewOrderSingle\nsession: Reject"),
            "{text}"
        );
        assert!(
            text.ends_with("3 messages: 1 refused, 1 garbled\n"),
            "{text}"
        );
        let why = outcome.unwrap_err().to_string();
        assert!(
            why.starts_with("1 of 3 messages are garbled, the first on line 4: CheckSum"),
            "{why}"
        );
        let (text, _) = shown(Input::Any(path), Output::Json);
        let all: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(all[1]["prefix"], "10:01 in");
        assert_eq!(all[1]["refused"]["ref_tag"], 54);
        assert_eq!(all[2]["line"], 4);
    }

    #[test]
    fn what_is_no_message_is_said() {
        for input in ["hello", "/no/such/file", "\x1b[2J"] {
            let (_, Err(Failure::Input(why))) = table_of(input) else {
                panic!("{input} was explained")
            };
            assert!(
                why.contains("neither a message") && !why.contains('\x1b'),
                "{why}"
            );
        }
    }
}
