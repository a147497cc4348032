//! Messages as people write them: `|` (or `^A`) for SOH. In: text or a message. Out: bytes or text for a log.
//! Text for a log shows no secret and cannot be forged by a value: control characters are escaped.

use std::fmt::Write;

use bytes::{BufMut, Bytes, BytesMut};

use crate::codec::SOH;
use crate::codec::body::decimal_digits;
use crate::codec::checksum;
use crate::codec::view::View;

/// Whether the value of `tag` is masked wherever a message is shown: SecureData (91), RawData (96), Password (554),
/// NewPassword (925).
#[must_use]
pub const fn is_secret(tag: u32) -> bool {
    matches!(tag, 91 | 96 | 554 | 925)
}

/// Bytes of a message written as text. SOH counts as separator if there is one, else `^A`, else `|`. BodyLength (9)
/// and CheckSum (10) are computed where they are absent and kept as written where they are there.
#[must_use]
pub fn to_bytes(text: &str) -> Bytes {
    let text = text.trim_matches(['\r', '\n', ' ']);
    let soh = if text.contains('\x01') {
        text.to_owned()
    } else if text.contains("^A") {
        text.replace("^A", "\x01")
    } else {
        text.replace('|', "\x01")
    };
    let mut bytes = BytesMut::from(soh.as_bytes());
    if bytes.last().is_some_and(|byte| *byte != SOH) {
        bytes.put_u8(SOH);
    }
    if !has_field(&bytes, b"9=") {
        bytes = with_length(&bytes);
    }
    if !has_field(&bytes, b"10=") {
        let digits = checksum::digits(checksum::sum(&bytes));
        bytes.put_slice(b"10=");
        bytes.put_slice(&digits);
        bytes.put_u8(SOH);
    }
    bytes.freeze()
}

/// A message for a log: `|` for SOH, secrets masked, control characters, backslashes and `|` in values escaped.
#[must_use]
pub fn to_text(message: View<'_>) -> String {
    let mut text = String::with_capacity(message.bytes().len() + 16);
    for field in message.index() {
        let tag = message.written_tag(field);
        let _ = write!(text, "{tag}=");
        put_value(field.tag, field.value(message.bytes()), &mut text);
        text.push('|');
    }
    text
}

/// A value as text for a log or a table: masked where `tag` is a secret, control characters escaped.
#[must_use]
pub fn value_text(tag: u32, value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    put_value(tag, value, &mut text);
    text
}

/// Longest part of a value that [`short_text`] shows, in characters.
const SHORT_CHARS_MAX: usize = 40;
/// As much of a value as can be needed for that, in bytes.
const SHORT_BYTES_MAX: usize = 4 * SHORT_CHARS_MAX + 4;

/// A value for a text that goes to a peer or a person: masked, escaped, shortened, ASCII.
pub(crate) fn short_text(tag: u32, value: &[u8]) -> String {
    let start = &value[..value.len().min(SHORT_BYTES_MAX)];
    let escaped: String = value_text(tag, start)
        .chars()
        .flat_map(|character| {
            let escaped = (!character.is_ascii()).then(|| character.escape_default());
            let plain = character.is_ascii().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect();
    let mut short: String = escaped.chars().take(SHORT_CHARS_MAX).collect();
    if short.len() < escaped.len() {
        short.push_str("...");
    }
    short
}

fn put_value(tag: u32, value: &[u8], text: &mut String) {
    if is_secret(tag) {
        text.push_str("***");
    } else {
        put_escaped(value, text);
    }
}

/// Appends `value` so that it stays on its line and inside its field.
fn put_escaped(value: &[u8], text: &mut String) {
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '|' => text.push_str("\\x7C"),
                _ if character.is_control() || is_layout(character) => {
                    text.extend(character.escape_default())
                }
                _ => text.push(character),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
}

/// Characters that break a line or turn its direction without being control characters.
fn is_layout(character: char) -> bool {
    matches!(character, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn has_field(bytes: &[u8], start: &[u8]) -> bool {
    bytes
        .split(|byte| *byte == SOH)
        .any(|field| field.starts_with(start))
}

/// Inserts BodyLength behind the first field.
fn with_length(bytes: &[u8]) -> BytesMut {
    let first = bytes
        .iter()
        .position(|byte| *byte == SOH)
        .map_or(bytes.len(), |at| at + 1);
    let trailer = bytes
        .windows(4)
        .rposition(|window| window == b"\x0110=")
        .map_or(bytes.len(), |at| at + 1);
    let mut with = BytesMut::with_capacity(bytes.len() + 16);
    with.put_slice(&bytes[..first]);
    with.put_slice(b"9=");
    with.put_slice(decimal_digits(
        trailer.saturating_sub(first) as u64,
        &mut [0; 20],
    ));
    with.put_u8(SOH);
    with.put_slice(&bytes[first..]);
    with
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag;

    #[test]
    fn a_value_in_a_text_is_short_and_plain() {
        let short = |value: &str| short_text(tag::TEST_REQ_ID, value.as_bytes());
        assert_eq!(short(&"x".repeat(40)), "x".repeat(40));
        assert_eq!(short(&"x".repeat(100)), "x".repeat(40) + "...");
        assert_eq!(short("two\nlines"), "two\\nlines");
        assert_eq!(short("turned \u{202E}around"), "turned \\u{202e}around");
        let wide = short(&"é".repeat(1000));
        assert!(
            wide.is_ascii() && wide.len() < 50 && wide.ends_with("..."),
            "{wide}"
        );
        assert_eq!(short_text(tag::PASSWORD, b"secret"), "***");
    }
}
