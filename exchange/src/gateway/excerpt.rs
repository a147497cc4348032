//! [`Excerpt`]: words of a peer, short enough for the log. In: anything that can be shown. Out: its beginning, and how much is left out. What could
//! break a line is escaped by the log itself.

use std::fmt::{self, Display, Formatter, Write};

/// Characters of a peer's words that the log shows.
pub(crate) const EXCERPT_CHARS: usize = 512;

/// The beginning of something that a peer has put words into.
pub(crate) struct Excerpt<T>(pub(crate) T);

impl<T: Display> Display for Excerpt<T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut short = Short {
            room: EXCERPT_CHARS,
            left_out: 0,
            out,
        };
        write!(short, "{}", self.0)?;
        match short.left_out {
            0 => Ok(()),
            bytes => write!(short.out, "… ({bytes} bytes more)"),
        }
    }
}

/// Passes on as many characters as there is room for.
struct Short<'a, 'b> {
    room: usize,
    left_out: usize,
    out: &'a mut Formatter<'b>,
}

impl Write for Short<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut ends = text.char_indices().map(|(at, _)| at).skip(self.room);
        let shown = ends.next().unwrap_or(text.len());
        let (shown, rest) = text.split_at(shown);
        self.room -= shown.chars().count();
        self.left_out += rest.len();
        self.out.write_str(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_shown_as_it_is_and_what_is_long_by_its_beginning() {
        let just = "ä".repeat(EXCERPT_CHARS);
        for text in ["", "gone fishing", &just] {
            assert_eq!(Excerpt(text).to_string(), text);
        }
        let long = format!("{just}öx");
        let expected = format!("{just}… (3 bytes more)");
        assert_eq!(Excerpt(&long).to_string(), expected);
        // In pieces, too.
        let pieces = Excerpt(format_args!("{just}{}{}", "ö", 'x')).to_string();
        assert_eq!(pieces, expected);
    }
}
