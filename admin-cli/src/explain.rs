//! `fix explain`: FIX messages as people paste them, taken apart with the dictionary's words. Offline; secrets stay masked.

use crate::failure::Failure;
use crate::show::{Column, Show, table};
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use fix_engine::explain as engine;
use serde::Serialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most input that is read, in bytes.
pub const INPUT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Where a message begins in a line of a log.
const BEGIN: &str = "8=FIX";

/// Messages taken apart.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Explanation {
    messages: Vec<Explained>,
}

/// One message.
#[derive(Debug, Serialize)]
struct Explained {
    /// Its name, when the dictionary knows it.
    name: Option<String>,
    /// Why a receiver would ignore it.
    garbled: Option<String>,
    /// Why a receiver would refuse it.
    refused: Option<Refused>,
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
    /// Text (58).
    text: String,
}

/// One field.
#[derive(Debug, Serialize)]
struct Line {
    tag: i64,
    name: String,
    value: String,
    meaning: Option<String>,
    /// How deep in repeating groups.
    depth: usize,
    /// Which entry of its group begins here, from 1.
    entry: Option<u32>,
}

/// Explains the messages of `input`: a message, a file of them, or `-` for standard input.
///
/// # Errors
/// [`Failure::File`] for a file that cannot be read, [`Failure::Input`] when there is no message in it.
pub fn explain(input: &str, dictionary: Option<&Path>) -> Result<Explanation, Failure> {
    let texts = messages(input)?;
    let books = Books::open(dictionary)?;
    let messages = texts.iter().map(|text| books.explain(text)).collect();
    Ok(Explanation { messages })
}

impl Explanation {
    /// What is wrong with the first message that no receiver would take in.
    pub fn failure(&self) -> Option<Failure> {
        let garbled = self.messages.iter().find_map(|m| m.garbled.as_ref())?;
        Some(Failure::Input(format!("garbled message: {garbled}")))
    }
}

impl Show for Explanation {
    fn table(&self) -> String {
        let texts: Vec<String> = self.messages.iter().map(Explained::table).collect();
        texts.join("\n")
    }
}

impl Explained {
    fn table(&self) -> String {
        use Column::{Numbers, Words};
        let columns = [
            Numbers("TAG"),
            Words("NAME"),
            Words("VALUE"),
            Words("MEANING"),
        ];
        let mut text = format!("{}\n", self.name.as_deref().unwrap_or("unknown message"));
        if let Some(garbled) = &self.garbled {
            text += &format!("garbled, a receiver ignores it: {garbled}\n");
        }
        if let Some(refused) = &self.refused {
            let Refused {
                reason, text: why, ..
            } = refused;
            text += &format!("refused by a receiver (373={reason}): {why}\n");
        }
        text + &table(&columns, self.fields.iter().map(Line::row))
    }
}

impl Line {
    fn row(&self) -> Vec<String> {
        let entry = self.entry.map_or_else(String::new, |n| format!("#{n} "));
        vec![
            self.tag.to_string(),
            format!("{}{entry}{}", "  ".repeat(self.depth), self.name),
            self.value.clone(),
            self.meaning.clone().unwrap_or_default(),
        ]
    }
}

/// The dictionaries to look into, in order.
struct Books {
    books: Vec<Dictionary>,
}

impl Books {
    /// The named file, or what the venue takes and behind it the whole of FIX 4.4.
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let books = match path {
            None => vec![Dictionary::loggia44(), Dictionary::fix44()],
            Some(path) => {
                let xml = read(File::open(path).map_err(|e| Failure::file(path, e))?, path)?;
                vec![Dictionary::parse(&xml).map_err(|e| Failure::file(path, e))?]
            }
        };
        Ok(Self { books })
    }

    /// By the first dictionary that knows the message.
    fn explain(&self, text: &str) -> Explained {
        let rules = Rules::default();
        let mut explained = None;
        for book in &self.books {
            let found = engine::Explanation::of_text(book, &rules, text);
            let known = found.name.is_some();
            explained = Some(found);
            if known {
                break;
            }
        }
        explained.expect("there is at least one dictionary").into()
    }
}

impl From<engine::Explanation> for Explained {
    fn from(explanation: engine::Explanation) -> Self {
        let fields = explanation.fields.into_iter().map(|field| Line {
            tag: field.tag,
            name: field.name,
            value: field.value,
            meaning: field.meaning,
            depth: field.indent,
            entry: field.entry,
        });
        Self {
            name: explanation.name,
            garbled: explanation.garbled.map(|g| g.to_string()),
            refused: explanation.rejection.map(|r| Refused {
                reason: r.reason.code(),
                ref_tag: r.ref_tag,
                text: r.text,
            }),
            fields: fields.collect(),
        }
    }
}

/// The messages of an argument.
fn messages(input: &str) -> Result<Vec<String>, Failure> {
    if input.contains(BEGIN) {
        return Ok(vec![input[input.find(BEGIN).unwrap_or(0)..].to_owned()]);
    }
    let text = if input == "-" {
        read(std::io::stdin().lock(), Path::new("standard input"))?
    } else if Path::new(input).exists() {
        read(
            File::open(input).map_err(|e| Failure::file(input, e))?,
            Path::new(input),
        )?
    } else {
        let shown: String = input
            .chars()
            .take(60)
            .flat_map(char::escape_default)
            .collect();
        let why = format!("\"{shown}\" is neither a message (it has no {BEGIN}) nor a file");
        return Err(Failure::Input(why));
    };
    // A line of a log may have words before the message.
    let found: Vec<String> = text
        .lines()
        .filter_map(|line| line.find(BEGIN).map(|at| line[at..].to_owned()))
        .collect();
    if found.is_empty() {
        let shown = if input == "-" {
            "standard input"
        } else {
            input
        };
        return Err(Failure::Input(format!(
            "{shown}: no line has a message ({BEGIN})"
        )));
    }
    Ok(found)
}

/// A whole text, within bounds. What is not UTF-8 is shown with replacement characters.
fn read(source: impl Read, path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source
        .take(INPUT_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Failure::file(path, e))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > INPUT_BYTES_MAX {
        let why = format!("longer than {INPUT_BYTES_MAX} bytes");
        return Err(Failure::file(path, why));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Output;

    const ORDER: &str = "8=FIX.4.4|35=D|49=BOT01|56=LOGGIA|34=2|52=20261122-10:00:00|11=a1|1=ACC01|55=ACME|54=1|60=20261122-10:00:00|38=100|40=2|44=10.5|";

    #[test]
    fn fields_get_names_and_meanings() {
        let explanation = explain(ORDER, None).unwrap();
        assert!(explanation.failure().is_none());
        let text = explanation.table();
        assert!(text.starts_with("NewOrderSingle\n"), "{text}");
        for words in ["ClOrdID", "a1", "BUY", "LIMIT"] {
            assert!(text.contains(words), "{words} in\n{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let logon =
            "8=FIX.4.4|35=A|49=A|56=B|34=1|52=20261122-10:00:00|98=0|108=30|553=A|554=hunter2|";
        let explanation = explain(logon, None).unwrap();
        for output in [Output::Table, Output::Json] {
            assert!(!explanation.text(output).contains("hunter2"));
        }
    }

    #[test]
    fn a_wrong_checksum_is_a_failure_that_still_shows_the_fields() {
        let explanation = explain(&format!("{ORDER}10=000|"), None).unwrap();
        assert!(matches!(explanation.failure(), Some(Failure::Input(_))));
        assert!(explanation.table().contains("ClOrdID"));
    }

    #[test]
    fn a_log_is_taken_line_by_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(
            &path,
            format!("10:00 in {ORDER}\nnothing\n10:01 in {ORDER}\n"),
        )
        .unwrap();
        let explanation = explain(path.to_str().unwrap(), None).unwrap();
        assert_eq!(explanation.messages.len(), 2);
    }

    #[test]
    fn what_is_no_message_is_said() {
        for input in ["hello", "/no/such/file", "\x1b[2J"] {
            let Err(Failure::Input(why)) = explain(input, None) else {
                panic!("{input} was explained")
            };
            assert!(
                why.contains("neither a message") && !why.contains('\x1b'),
                "{why}"
            );
        }
    }
}
