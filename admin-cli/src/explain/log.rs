//! Messages in a text: a log of any engine, line by line, with words before and behind them. In: bytes. Out: messages as
//! they were written, with the line and the words in front. It keeps one line, never the whole log.

use crate::failure::Failure;
use fix_engine::codec::frame::{self, Framing};
use std::io::BufRead;
use std::path::PathBuf;

/// The longest line, and the longest message, in bytes.
pub(super) const LINE_BYTES_MAX: usize = 1024 * 1024;
/// What a message begins with.
const START: &[u8] = b"8=FIX";
const SOH: u8 = 1;

/// A message in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The line where it begins, from 1.
    pub(super) line: u64,
    /// What stands before it on its line: a time, a direction.
    pub(super) prefix: String,
    /// The message as it was written.
    pub(super) bytes: Vec<u8>,
}

/// Reads messages.
pub(super) struct Log<R> {
    /// What is read, for failures.
    name: PathBuf,
    source: R,
    /// The rest of the line, or of the lines that a message is spread over.
    rest: Vec<u8>,
    /// The number of the line that was read last.
    line: u64,
    is_at_end: bool,
}

impl<R: BufRead> Log<R> {
    /// Messages of `source`, which is called `name` in failures.
    pub(super) fn new(name: impl Into<PathBuf>, source: R) -> Self {
        Self {
            name: name.into(),
            source,
            rest: Vec::new(),
            line: 0,
            is_at_end: false,
        }
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// [`Failure::File`] when the source cannot be read, or has a line beyond [`LINE_BYTES_MAX`].
    pub(super) fn next(&mut self) -> Result<Option<Found>, Failure> {
        loop {
            if let Some(at) = start(&self.rest) {
                return self.take(at).map(Some);
            }
            self.rest.clear();
            if !self.read_line()? {
                return Ok(None);
            }
        }
    }

    /// The message that begins at `at` of the rest.
    fn take(&mut self, at: usize) -> Result<Found, Failure> {
        let line = self.line;
        let prefix = String::from_utf8_lossy(&self.rest[..at]).trim().to_owned();
        self.rest.drain(..at);
        let len = self.extent()?;
        let bytes = self.rest.drain(..len).collect();
        Ok(Found {
            line,
            prefix,
            bytes,
        })
    }

    /// Length of the message at the start of the rest. With SOH the message says it itself, and may hold line ends.
    fn extent(&mut self) -> Result<usize, Failure> {
        let mut is_cut_at = None;
        while has_soh(&self.rest) {
            match frame::split(&self.rest, LINE_BYTES_MAX) {
                Framing::Frame(len) => return Ok(len),
                Framing::Garbage { .. } => break,
                Framing::Incomplete if is_cut_at.is_some() => break,
                Framing::Incomplete => {
                    let before = self.rest.len();
                    if !self.read_line()? {
                        break;
                    }
                    // Where another message begins before this one ends, this one was cut short.
                    is_cut_at = start(&self.rest[before..]).map(|_| before);
                }
            }
        }
        if let Some(before) = is_cut_at {
            return Ok(before);
        }
        Ok(written_len(&self.rest))
    }

    /// Adds a line to the rest; whether there was one.
    fn read_line(&mut self) -> Result<bool, Failure> {
        if self.is_at_end {
            return Ok(false);
        }
        let room = (LINE_BYTES_MAX + 1).saturating_sub(self.rest.len());
        let limit = u64::try_from(room).unwrap_or(u64::MAX);
        let read = std::io::Read::take(&mut self.source, limit)
            .read_until(b'\n', &mut self.rest)
            .map_err(|error| Failure::file(&self.name, error))?;
        self.is_at_end = read == 0;
        self.line += u64::from(read > 0);
        if self.rest.len() > LINE_BYTES_MAX {
            let why = format!("line {} is longer than {LINE_BYTES_MAX} bytes", self.line);
            return Err(Failure::file(&self.name, why));
        }
        Ok(read > 0)
    }
}

/// Where a message begins: `8=FIX` that is not the end of another tag.
fn start(text: &[u8]) -> Option<usize> {
    let starts = text.windows(START.len()).enumerate();
    starts
        .filter(|(_, window)| *window == START)
        .map(|(at, _)| at)
        .find(|at| {
            at.checked_sub(1)
                .is_none_or(|before| !text[before].is_ascii_digit())
        })
}

/// Whether the first field ends with SOH.
fn has_soh(message: &[u8]) -> bool {
    separator(message).is_some_and(|separator| separator == [SOH])
}

/// What stands between the fields: SOH, `|` or `^A`, whichever comes first.
fn separator(message: &[u8]) -> Option<&'static [u8]> {
    let all: [&'static [u8]; 3] = [&[SOH], b"|", b"^A"];
    (0..message.len()).find_map(|at| {
        all.into_iter()
            .find(|separator| message[at..].starts_with(separator))
    })
}

/// Length of a message that people wrote: up to its CheckSum (10), the next message, or the end of the line.
fn written_len(text: &[u8]) -> usize {
    let line = text.iter().position(|byte| *byte == b'\n');
    let line = &text[..line.unwrap_or(text.len())];
    let Some(separator) = separator(line) else {
        return line.len();
    };
    let line = match start(&line[START.len()..]) {
        Some(next) => &line[..START.len() + next],
        None => line,
    };
    let check_sum = [separator, b"10="].concat();
    let found = line
        .windows(check_sum.len())
        .position(|window| window == check_sum);
    let Some(at) = found else {
        return line.len();
    };
    let digits_at = at + check_sum.len();
    let digits = line[digits_at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let end = digits_at + digits;
    if line[end..].starts_with(separator) {
        end + separator.len()
    } else {
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn found(log: &[u8]) -> Vec<(u64, String, String)> {
        let mut log = Log::new("log", Cursor::new(log.to_vec()));
        let mut all = Vec::new();
        while let Some(found) = log.next().unwrap() {
            let text = String::from_utf8_lossy(&found.bytes).replace('\x01', "~");
            all.push((found.line, found.prefix, text));
        }
        all
    }

    fn one(line: u64, prefix: &str, text: &str) -> (u64, String, String) {
        (line, prefix.to_owned(), text.to_owned())
    }

    #[test]
    fn words_before_and_behind_a_message_are_told_apart() {
        let log = b"start\n\
            20261122-10:00:00.123 : 8=FIX.4.4|35=0|10=001| (in 3 us)\n\
            <in> [8=FIX.4.4^A35=1^A112=x^A10=002^A]\n\
            8=FIX.4.4\x0135=5\x0110=003\x01\n\
            out 8=FIX.4.4|35=0|58=no end\n";
        assert_eq!(
            found(log),
            [
                one(2, "20261122-10:00:00.123 :", "8=FIX.4.4|35=0|10=001|"),
                one(3, "<in> [", "8=FIX.4.4^A35=1^A112=x^A10=002^A"),
                one(4, "", "8=FIX.4.4~35=5~10=003~"),
                one(5, "out", "8=FIX.4.4|35=0|58=no end"),
            ]
        );
    }

    #[test]
    fn several_messages_on_a_line_and_one_on_several_lines() {
        let log = b"8=FIX.4.4|35=0|10=001|8=FIX.4.4|35=1|10=002|\n\
            in 8=FIX.4.4\x019=14\x0135=B\x0196=a\n8=b\x0110=000\x01 8=FIX.4.4|35=0|\n";
        assert_eq!(
            found(log),
            [
                one(1, "", "8=FIX.4.4|35=0|10=001|"),
                one(1, "", "8=FIX.4.4|35=1|10=002|"),
                one(2, "in", "8=FIX.4.4~9=14~35=B~96=a\n8=b~10=000~"),
                one(3, "", "8=FIX.4.4|35=0|"),
            ]
        );
    }

    #[test]
    fn a_message_that_was_cut_short_does_not_swallow_the_next_one() {
        let log = b"8=FIX.4.4\x019=90\x0135=B\n8=FIX.4.4\x0135=5\x0110=003\x01\n";
        assert_eq!(
            found(log),
            [
                one(1, "", "8=FIX.4.4~9=90~35=B\n"),
                one(2, "", "8=FIX.4.4~35=5~10=003~"),
            ]
        );
    }

    #[test]
    fn a_tag_that_ends_with_8_begins_no_message() {
        assert_eq!(found(b"58=FIX is fine\n"), []);
    }

    #[test]
    fn an_endless_line_is_a_failure() {
        let mut log = Log::new("log", Cursor::new(vec![b'x'; LINE_BYTES_MAX + 1]));
        let failure = log.next().unwrap_err();
        assert!(
            failure.to_string().contains("line 1 is longer"),
            "{failure}"
        );
    }
}
