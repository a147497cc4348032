//! The index and the market-wide breaker in scenarios: their lines, and what is told of them.

use super::ask::value;
use super::names::Names;
use super::word::clock;
use market::breaker::{BreakerLevel, BreakerRules};
use market::command::Command;
use market::event::Event;

pub(super) fn asked(words: &[&str], names: &Names) -> Result<Command, String> {
    Ok(match *words {
        ["index", "close", "none"] => Command::SetIndexClose { close: None },
        ["index", "close", close] => Command::SetIndexClose {
            close: Some(value(close)?),
        },
        ["index", symbol, weight] => Command::SetIndexWeight {
            instrument: names.instrument(symbol)?,
            weight: value(weight)?,
        },
        ["breaker", falls, ref said @ ..] => {
            let falls: Result<Vec<u32>, String> = falls.split('/').map(value).collect();
            let mut rules = BreakerRules {
                falls_bps: falls?.try_into().map_err(|_| "three falls")?,
                ..BreakerRules::default()
            };
            for word in said {
                let (name, seconds) = word.split_once('=').ok_or("name=seconds")?;
                let nanos = value::<u64>(seconds)? * 1_000_000_000;
                match name {
                    "halt" => rules.halt_nanos = nanos,
                    "quiet" => rules.quiet_nanos = nanos,
                    _ => return Err(format!("what is {name}?")),
                }
            }
            Command::SetBreaker(rules)
        }
        ["trip", "breaker", number, "drill", ref why @ ..] => trip(number, true, why)?,
        ["trip", "breaker", number, ref why @ ..] => trip(number, false, why)?,
        _ => return Err("which breaker?".into()),
    })
}

fn trip(number: &str, drill: bool, why: &[&str]) -> Result<Command, String> {
    Ok(Command::TripBreaker {
        level: match number {
            "1" => BreakerLevel::One,
            "2" => BreakerLevel::Two,
            "3" => BreakerLevel::Three,
            _ => return Err(format!("no level {number}")),
        },
        drill,
        reason: value(&why.join(" "))?,
    })
}

pub(super) fn told(event: &Event, names: &Names) -> String {
    match event {
        Event::IndexWeightSet { instrument, weight } => {
            format!("{} counts {weight} in the index", names.symbol(*instrument))
        }
        Event::IndexCloseSet { close: Some(close) } => format!("the index closed at {close}"),
        Event::IndexCloseSet { close: None } => "nobody knows what the index closed at".into(),
        Event::BreakerRulesSet(rules) => {
            let [one, two, three] = rules.falls_bps;
            format!("breaker at {one}, {two}, {three} bps")
        }
        Event::BreakerTripped {
            drill,
            by_hand,
            index,
            close,
            fall_bps,
            until,
            reason,
            ..
        } => {
            let drill = if *drill { "a drill, " } else { "" };
            let by = if *by_hand { "by hand, " } else { "" };
            let close = close.map_or(String::new(), |close| format!(" of {close}"));
            let until = until.map_or_else(
                || "for the day".to_owned(),
                |it| format!("until {}", clock(it)),
            );
            format!(
                "breaker ({drill}{by}index {index}{close}, down {fall_bps} bps) {until}: {reason}"
            )
        }
        Event::BreakerEnded { level, drill } => {
            let drill = if *drill { ", a drill," } else { "" };
            format!(
                "breaker level {}{drill} holds nothing any more",
                level.number()
            )
        }
        other => unreachable!("{other:?} is no matter of the breaker"),
    }
}
