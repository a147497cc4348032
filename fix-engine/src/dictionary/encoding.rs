//! MessageEncoding (347) and the fields that it speaks of. In: a field's definition, bytes. Out: whether the field is
//! one of them, whether the bytes can be of an encoding. FIX 4.4 vol. 1, «Non-ASCII fields».

use crate::dictionary::field::{FieldDef, FieldType};

/// Whether the field holds text in the encoding that MessageEncoding (347) names: EncodedText (355) and its like.
pub(super) fn is_encoded(def: &FieldDef) -> bool {
    def.ty == FieldType::Data && def.name.starts_with("Encoded")
}

/// Whether `text` can be text of this encoding. Only what no text of it can hold is found: the Japanese encodings are
/// not read character by character.
pub(super) fn fits(encoding: &[u8], text: &[u8]) -> bool {
    match encoding {
        b"UTF-8" => str::from_utf8(text).is_ok(),
        // Of seven bits: other characters are switched to by escape sequences.
        b"ISO-2022-JP" => text.is_ascii(),
        // No character of EUC has these bytes, and Shift_JIS none of these.
        b"EUC-JP" => !text
            .iter()
            .any(|byte| matches!(byte, 0x80..=0x8D | 0x90..=0xA0 | 0xFF)),
        b"Shift_JIS" => !text.iter().any(|byte| matches!(byte, 0xFD..=0xFF)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_encoding_cannot_hold_is_refused() {
        // «日本» in each of them.
        let texts: [(&[u8], &[u8]); 4] = [
            (b"UTF-8", b"\xE6\x97\xA5\xE6\x9C\xAC"),
            (b"ISO-2022-JP", b"\x1B$BF|K\\\x1B(B"),
            (b"EUC-JP", b"\xC6\xFC\xCB\xDC"),
            (b"Shift_JIS", b"\x93\xFA\x96\x7B"),
        ];
        for (encoding, text) in texts {
            assert!(fits(encoding, text), "{encoding:?}");
            assert!(fits(encoding, b"plain"), "{encoding:?}");
            assert!(!fits(encoding, b"\xFF"), "{encoding:?}");
        }
        assert!(!fits(b"UTF-8", texts[3].1));
        assert!(!fits(b"ISO-2022-JP", texts[2].1));
        assert!(!fits(b"EUC-JP", texts[3].1));
    }
}
