//! Log text that stays on its line. Values come from strangers, too: a line break in one could pass for a line of its own, an escape
//! sequence could paint over others. In: what a part logs. Out: the same with control characters, and characters that break a line or turn
//! its direction, written as escapes (`\n`, `\u{1b}`). It does not know what is said.

use std::fmt::{self, Write};
use std::io;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{self, FormatFields, Writer};

/// The fields of a line for people: the message first, then `name=value`.
pub(super) fn fields() -> impl for<'a> FormatFields<'a> + Send + Sync + 'static {
    format::debug_fn(field).delimited(" ")
}

fn field(out: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    if field.name() == "message" {
        return write!(Escaping(out), "{value:?}");
    }
    write!(out, "{}=", field.name())?;
    write!(Escaping(out), "{value:?}")
}

/// Text on its way into a line.
struct Escaping<'a, W>(&'a mut W);

impl<W: fmt::Write> fmt::Write for Escaping<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(leaves_its_line) {
            self.0.write_str(&rest[..at])?;
            let mut characters = rest[at..].chars();
            for character in characters.by_ref().take(1) {
                write!(self.0, "{}", character.escape_default())?;
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

/// Control characters (line breaks and escape sequences are made of them), line separators, and what turns the direction of text.
fn leaves_its_line(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A writer of JSON lines. JSON itself escapes what stands below U+0020; this escapes the rest, which a terminal might act on.
#[derive(Clone, Debug)]
pub(super) struct JsonLines<M>(pub(super) M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for JsonLines<M> {
    type Writer = JsonWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        JsonWriter(self.0.make_writer())
    }
}

/// Writes whole lines of JSON.
pub(super) struct JsonWriter<W>(W);

impl<W: io::Write> io::Write for JsonWriter<W> {
    /// Outside its strings JSON has ASCII only, so an escape is always inside one.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let escaped = std::str::from_utf8(line).ok().and_then(json_escaped);
        self.0
            .write_all(escaped.as_deref().map_or(line, str::as_bytes))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line with escapes, if it needs any.
fn json_escaped(line: &str) -> Option<String> {
    let needs = |character: char| character > '\u{7e}' && leaves_its_line(character);
    if !line.contains(needs) {
        return None;
    }
    let mut escaped = String::with_capacity(line.len() + 16);
    for character in line.chars() {
        if needs(character) {
            // All of them have four digits at most.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    Some(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_its_line_is_escaped_and_the_rest_stays() {
        let mut out = String::new();
        write!(
            Escaping(&mut out),
            "a\r\nb \u{1b}[2Jc \u{9b}31m d\u{2028}e \u{202e}f é \\n"
        )
        .unwrap();
        assert_eq!(
            out,
            "a\\r\\nb \\u{1b}[2Jc \\u{9b}31m d\\u{2028}e \\u{202e}f é \\n"
        );
    }
}
