//! The language of the conversation files. In: text. Out: steps.
//!
//! ```text
//! # why                 a comment
//! option NAME=VALUE     before anything else: how the session is set up (`acceptor.rs` lists the names)
//! connect               a connection is made; `connect 2` a second one at the same time
//! disconnect            the peer hangs up
//! tick 30s              so much time passes; ms, s and h
//! > 35=D|34=2|…         the peer sends: `|` for SOH; 8, 49, 52, 56 are filled in unless the line begins with 8=;
//!                       9 and 10 are computed unless they are there; `<now>`, `<now-121s>`, `<now+1s>` are times
//! raw TEXT              the peer sends these bytes: `|` for SOH, \r \n \0 as in Rust
//! < 35=8|34=2|…         we send: the fields given must be there with these values; `=*` any value, `=-` absent,
//!                       `=~text` contains; nothing else may come
//! < disconnect          we hang up
//! restart               the process dies and starts again with what the store holds
//! app WORD …            the application does something (`acceptor.rs` lists the words)
//! ```
//! `2>`, `2<` and `disconnect 2` speak of the second connection.

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
    Expect { connection: usize, text: String },
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
        let step = step(line).ok_or_else(|| format!("{}: not understood: {line}", at + 1))?;
        lines.push(Line {
            number: at + 1,
            text: line.to_owned(),
            step,
        });
    }
    Ok(lines)
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
        "<" => Step::Expect {
            connection: 1,
            text,
        },
        "2<" => Step::Expect {
            connection: 2,
            text,
        },
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
