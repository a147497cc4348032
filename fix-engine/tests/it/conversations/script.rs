//! The language of the conversation files. In: text. Out: steps.
//!
//! ```text
//! # why                 a comment
//! option NAME=VALUE     before anything else: how the server is set up (`options.rs` lists the names)
//! connect               a connection is made; `connect 2` a second one at the same time
//! disconnect            the peer hangs up
//! tick 30s              so much time passes; ms, s and h
//! > 35=D|34=2|…         the peer sends: `|` for SOH; 8, 49, 52, 56 are filled in unless the line begins with 8=;
//!                       9 and 10 are computed unless they are there; `<now>`, `<now-121s>`, `<now+1s>` are times
//! raw TEXT              the peer sends these bytes: `|` for SOH, \r \n \0 \xNN as in Rust, times as above
//! pieces N              from here on what the peer sends arrives N bytes at a time; `pieces 0` whole again
//! segment               what the peer sends from here to `segment end` arrives at once
//! < 35=8|34=2|…         we send: the fields given must be there with these values; `=*` any value, `=-` absent,
//!                       `=~text` contains; nothing else may come
//! <= 11=A|55=B          the message of the `<` line before has these bytes, in this order
//! < disconnect          we hang up
//! restart               the process dies and starts again with what the store holds
//! app WORD …            the application does something (`application.rs` lists the words)
//! repeat N LINE         N times this line; in it `<#>` counts 1, 2, 3, …, and `<#+7>` 8, 9, 10, …
//! ```
//! `2>`, `2<` and `disconnect 2` speak of the second connection. In `>` and `raw` lines `\x01` is SOH inside a value
//! and `\x7C` a bar.

/// One line of a file.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) step: Step,
}

/// What a line does.
#[derive(Debug)]
pub(super) enum Step {
    Option(String),
    Connect { connection: usize },
    Disconnect { connection: usize },
    Tick { nanos: i64 },
    Message { connection: usize, text: String },
    Raw { connection: usize, text: String },
    Pieces { bytes: usize },
    Segment { is_begin: bool },
    Expect { connection: usize, text: String },
    ExpectBytes { text: String },
    Restart,
    App(String),
    End,
}

impl Line {
    pub(super) fn option(&self) -> Option<&str> {
        match &self.step {
            Step::Option(option) => Some(option),
            _ => None,
        }
    }
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unknown = || format!("{}: not understood: {line}", at + 1);
        for text in repeated(line).ok_or_else(unknown)? {
            lines.push(Line {
                number: at + 1,
                step: step(&text).ok_or_else(unknown)?,
                text,
            });
        }
    }
    Ok(lines)
}

/// The line, or as many as `repeat` asks for.
fn repeated(line: &str) -> Option<Vec<String>> {
    let Some(rest) = line.strip_prefix("repeat ") else {
        return Some(vec![line.to_owned()]);
    };
    let (times, line) = rest.split_once(' ')?;
    let times: u64 = times.parse().ok()?;
    (1..=times).map(|count| counted(line, count)).collect()
}

/// Replaces `<#>` and `<#+7>`.
fn counted(line: &str, count: u64) -> Option<String> {
    let mut parts = line.split("<#");
    let mut done = parts.next()?.to_owned();
    for part in parts {
        let (offset, behind) = part.split_once('>')?;
        let offset: u64 = match offset.strip_prefix('+') {
            Some(offset) => offset.parse().ok()?,
            None if offset.is_empty() => 0,
            None => return None,
        };
        done.push_str(&(count + offset).to_string());
        done.push_str(behind);
    }
    Some(done)
}

fn step(line: &str) -> Option<Step> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let connection = if rest.is_empty() {
        Some(1)
    } else {
        rest.parse().ok()
    };
    let text = rest.to_owned();
    Some(match word {
        "option" => Step::Option(text),
        "connect" => Step::Connect {
            connection: connection?,
        },
        "disconnect" => Step::Disconnect {
            connection: connection?,
        },
        "tick" => Step::Tick {
            nanos: nanos(rest)?,
        },
        ">" => Step::Message {
            connection: 1,
            text,
        },
        "2>" => Step::Message {
            connection: 2,
            text,
        },
        "raw" => Step::Raw {
            connection: 1,
            text,
        },
        "pieces" => Step::Pieces {
            bytes: rest.parse().ok()?,
        },
        "segment" if rest.is_empty() => Step::Segment { is_begin: true },
        "segment" if rest == "end" => Step::Segment { is_begin: false },
        "<" => Step::Expect {
            connection: 1,
            text,
        },
        "2<" => Step::Expect {
            connection: 2,
            text,
        },
        "<=" => Step::ExpectBytes { text },
        "restart" => Step::Restart,
        "app" => Step::App(text),
        _ => return None,
    })
}

/// A duration: `30s`, `100ms`, `2h`.
pub(super) fn nanos(text: &str) -> Option<i64> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    Some(number * unit)
}

/// The text with `\r`, `\n`, `\0` and `\xNN` replaced by what they mean.
pub(super) fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, used) = match after.as_bytes().first()? {
            b'r' => (b'\r', 1),
            b'n' => (b'\n', 1),
            b'0' => (0, 1),
            b'\\' => (b'\\', 1),
            b'x' => (u8::from_str_radix(after.get(1..3)?, 16).ok()?, 3),
            _ => return None,
        };
        bytes.push(byte);
        rest = &after[used..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}
