//! The program's log: pretty on a terminal, JSON lines otherwise, always to standard error. One event is one line, whatever is said:
//! see `log/plain.rs`. It does not know what is said.

mod plain;

use crate::log::plain::JsonLines;
use serde::Deserialize;
use std::io::IsTerminal;
use tracing::Dispatch;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// What is logged: levels by module, as `RUST_LOG` has it (which wins over this key).
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Pretty,
    /// A JSON object a line.
    Json,
}

/// Starts the log. The second start in one process changes nothing.
///
/// # Errors
/// What is wrong with `log.filter`.
pub fn start(config: &LogConfig) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => {
            EnvFilter::try_new(filter).map_err(|e| format!("RUST_LOG: {e}"))?
        }
        _ => EnvFilter::try_new(&config.filter).map_err(|e| e.to_string())?,
    };
    let terminal = std::io::stderr().is_terminal();
    let json = match config.format {
        LogFormat::Auto => !terminal,
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    // An error says that a log runs already: tests start more than one venue in a process.
    let _ = writing(json, terminal, filter, std::io::stderr).try_init();
    Ok(())
}

/// The log, written to `out`.
fn writing(
    json: bool,
    ansi: bool,
    filter: EnvFilter,
    out: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) -> Dispatch {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(ansi);
    if json {
        let builder = builder.json().flatten_event(true);
        Dispatch::new(builder.with_writer(JsonLines(out)).finish())
    } else {
        let builder = builder.fmt_fields(plain::fields());
        Dispatch::new(builder.with_writer(out).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    /// What was written, shared with the log.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A reason that a stranger has worded: line breaks, a forged line, colours, a cleared screen, a reversed direction.
    const EVIL: &str = "x\r\n2026-01-01T00:00:00.000000Z  INFO logged on comp_id=BOT01\n\u{1b}[2J\u{1b}[31m\u{9b}2J\u{85}\u{2028}\u{202e}";

    /// What the log makes of evil values, of every kind of field.
    fn logged(json: bool) -> String {
        let written = Written::default();
        let out = written.clone();
        let filter = EnvFilter::new("info");
        let log = writing(json, false, filter, move || out.clone());
        tracing::dispatcher::with_default(&log, || {
            tracing::info!(peer = %EVIL, text = EVIL, debug = ?EVIL, "turned away: {EVIL}");
            tracing::info!(number = 7, "the next one");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_value_forges_a_line_for_people() {
        let text = logged(false);
        let lines: Vec<&str> = text
            .split_inclusive(['\n', '\r', '\u{85}', '\u{2028}'])
            .collect();
        assert_eq!(lines.len(), 2, "{text:?}");
        assert!(lines[0].contains("turned away: x\\r\\n2026"), "{text:?}");
        assert!(
            lines[1].trim_end().ends_with("the next one number=7"),
            "{text:?}"
        );
        let mut without_ends = text.chars().filter(|character| *character != '\n');
        assert!(
            !without_ends.any(|it| it.is_control() || it == '\u{202e}'),
            "{text:?}"
        );
    }

    #[test]
    fn no_value_forges_a_line_of_json() {
        let text = logged(true);
        let lines: Vec<&str> = text
            .split_inclusive(['\n', '\r', '\u{85}', '\u{2028}'])
            .collect();
        assert_eq!(lines.len(), 2, "{text:?}");
        let first: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!(first["peer"], EVIL);
        assert_eq!(first["text"], EVIL);
        assert_eq!(first["message"], format!("turned away: {EVIL}"));
        let mut without_ends = text.chars().filter(|character| *character != '\n');
        assert!(
            !without_ends.any(|it| it.is_control() || it == '\u{202e}'),
            "{text:?}"
        );
    }
}
