//! What a `<` line says we send. In: the line and what came. Out: nothing, or the difference.

use fix_engine::codec::message::Message;
use fix_engine::time::Timestamp;

use super::acceptor::Output;
use super::wire::with_times;

/// A `<` line.
pub(super) enum Expectation {
    Disconnect,
    Fields(Vec<(u32, String)>),
    Malformed(String),
}

impl Expectation {
    pub(super) fn parse(text: &str, now: Timestamp) -> Expectation {
        if text == "disconnect" {
            return Expectation::Disconnect;
        }
        let fields: Option<Vec<(u32, String)>> = with_times(text, now)
            .split('|')
            .filter(|field| !field.is_empty())
            .map(|field| {
                let (tag, value) = field.split_once('=')?;
                Some((tag.parse().ok()?, value.to_owned()))
            })
            .collect();
        fields.map_or_else(
            || Expectation::Malformed(text.to_owned()),
            Expectation::Fields,
        )
    }

    pub(super) fn check(&self, got: Option<&Output>) -> Result<(), String> {
        match (self, got) {
            (Expectation::Malformed(text), _) => Err(format!("  not understood: {text}")),
            (_, None) => Err("  but nothing came".to_owned()),
            (Expectation::Disconnect, Some(Output::Disconnect(_))) => Ok(()),
            (Expectation::Fields(fields), Some(Output::Message(message))) => {
                check_fields(fields, message)
            }
            (_, Some(other)) => Err(format!("  but this came: {other}")),
        }
    }
}

fn check_fields(fields: &[(u32, String)], message: &Message) -> Result<(), String> {
    let mut differences = Vec::new();
    for (tag, expected) in fields {
        let value = message.value(*tag).map(String::from_utf8_lossy);
        let is_right = match (expected.as_str(), &value) {
            ("-", value) => value.is_none(),
            ("*", value) => value.is_some(),
            (expected, Some(value)) => match expected.strip_prefix('~') {
                Some(part) => value.contains(part),
                None => value == expected,
            },
            (_, None) => false,
        };
        if !is_right {
            differences.push(format!(
                "  {tag}: expected {expected}, got {}",
                value.as_deref().unwrap_or("nothing")
            ));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\n  in {}",
        differences.join("\n"),
        message.to_pipe()
    ))
}
