//! `fix tail COMPID`: the messages of a live session as they pass, until the session, the count or the reader ends. A line each: time, direction, the
//! message with `|` for SOH; or the control port's own JSON.

use crate::args::Output;
use crate::args::session::Tail;
use crate::client::Client;
use crate::control::with_name;
use crate::failure::Failure;
use crate::show::printable;
use market::control::path;
use market::control::session::{Direction, TailLine};
use std::io::{self, Write};

/// Follows, and writes to `out` line by line.
///
/// # Errors
/// What the network or the exchange said; [`Failure::File`] when `out` cannot be written.
pub async fn tail(
    client: &Client,
    arguments: &Tail,
    output: Output,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let only = match (arguments.admin, arguments.app) {
        (true, _) => "?only=admin",
        (_, true) => "?only=app",
        _ => "",
    };
    let path = with_name(path::MESSAGES, arguments.comp_id.as_str());
    let mut lines = client.follow(&format!("{path}{only}")).await?;
    let mut left = arguments.count.unwrap_or(u64::MAX);
    while left > 0 {
        let Some(line) = lines.next().await? else {
            return Ok(());
        };
        if matches!(line, TailLine::Message { .. }) {
            left -= 1;
        }
        let text = match output {
            Output::Table => text(&line),
            Output::Json => serde_json::to_string(&line)
                .expect("the words of the control port have string keys"),
        };
        match writeln!(out, "{text}").and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(Failure::file("standard output", error)),
        }
        if matches!(line, TailLine::Ended { .. }) {
            return Ok(());
        }
    }
    Ok(())
}

fn text(line: &TailLine) -> String {
    let text = match line {
        TailLine::Following { comp_id, logged_on } => {
            let state = if *logged_on { "logged on" } else { "away" };
            format!("following {comp_id}, {state}")
        }
        TailLine::Message {
            at,
            direction,
            text,
            ..
        } => {
            let direction = match direction {
                Direction::In => "in ",
                Direction::Out => "out",
            };
            format!("{at}  {direction}  {text}")
        }
        TailLine::Garbled { at, why } => format!("{at}  in   garbled: {why}"),
        TailLine::Lost { messages } => format!("{messages} messages lost: this reader is too slow"),
        TailLine::Ended { why } => format!("ended: {why}"),
    };
    printable(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_each() {
        let message = TailLine::Message {
            at: "20260101-10:00:00.123456789".to_owned(),
            direction: Direction::In,
            msg_type: "D".to_owned(),
            text: "8=FIX.4.4|35=D|".to_owned(),
        };
        assert_eq!(
            text(&message),
            "20260101-10:00:00.123456789  in   8=FIX.4.4|35=D|"
        );
        let lost = TailLine::Lost { messages: 3 };
        assert_eq!(text(&lost), "3 messages lost: this reader is too slow");
        let why = "\x1b[2J".to_owned();
        assert_eq!(text(&TailLine::Ended { why }), "ended: \\u{1b}[2J");
    }
}
