//! Halts and groups in scenarios: their lines, and what is told of them.

use super::ask::{time_of_day, value};
use super::names::Names;
use super::word::clock;
use market::command::Command;
use market::event::Event;
use market::halt::{Halt, HaltCode, HaltFacts, HaltOrders};
use market::id::HaltId;
use market::scope::Instruments;
use market::time::Timestamp;

pub(super) fn asked(words: &[&str], names: &Names) -> Result<Command, String> {
    Ok(match *words {
        ["group", symbol, group] => Command::SetGroup {
            instrument: names.instrument(symbol)?,
            group: match group {
                "none" => None,
                group => Some(value(group)?),
            },
        },
        ["withdraw", "halt", id] => Command::WithdrawHalt {
            id: HaltId(value(id)?),
        },
        ["resume", what, ref said @ ..] => {
            let (mut at, mut at_once) = (None, false);
            for word in said {
                match word.split_once('=').unwrap_or((word, "")) {
                    ("at", text) => at = Some(time(text)?),
                    ("at-once", _) => at_once = true,
                    _ => return Err(format!("what is {word}?")),
                }
            }
            Command::Resume {
                instruments: instruments(what, names)?,
                at,
                at_once,
            }
        }
        ["halt", what, ref said @ ..] => {
            let mut halt = Halt::new(instruments(what, names)?, value("why")?);
            let mut rest = said.iter().peekable();
            while let Some(word) = rest.peek() {
                match word.split_once('=').unwrap_or((word, "")) {
                    ("stay", "") => halt.orders = HaltOrders::Stay,
                    ("cancel", "") => halt.orders = HaltOrders::Cancel,
                    ("from", text) => halt.from = Some(time(text)?),
                    ("until", text) => halt.until = Some(time(text)?),
                    ("at-once", "") => halt.at_once = true,
                    ("code", text) => halt.code = code(text)?,
                    _ => break,
                }
                rest.next();
            }
            let why: Vec<&str> = rest.copied().collect();
            halt.reason = value(&why.join(" "))?;
            Command::Halt(halt)
        }
        _ => return Err("halt what?".into()),
    })
}

pub(super) fn told(halt: &HaltFacts) -> String {
    let orders = match halt.orders {
        HaltOrders::CancelOnly => "",
        HaltOrders::Stay => ", orders stay",
        HaltOrders::Cancel => ", orders are cancelled",
    };
    let until = halt.until.map_or(String::new(), |until| {
        let how = if halt.at_once { " at once" } else { "" };
        format!(" until {}{how}", clock(until))
    });
    let code = match halt.code {
        HaltCode::Other => String::new(),
        code => format!(" ({code:?})"),
    };
    let drill = if halt.drill { " in a drill" } else { "" };
    format!("{drill}{until}{orders}{code}")
}

pub(super) fn scheduled(event: &Event, names: &Names) -> String {
    match event {
        Event::HaltScheduled { id, halt } => {
            let from = halt.from.map_or(String::new(), clock);
            let until = halt
                .until
                .map_or(String::new(), |until| format!(" until {}", clock(until)));
            format!(
                "halt {id} of {} waits for {from}{until}: {}",
                meant(halt.instruments, names),
                halt.reason
            )
        }
        Event::HaltUnscheduled { id, halted: None } => format!("halt {id} is withdrawn"),
        Event::HaltUnscheduled {
            id,
            halted: Some(halted),
        } => format!("halt {id} has come: {halted} halted"),
        Event::GroupSet { instrument, group } => {
            let symbol = names.symbol(*instrument);
            match group {
                Some(group) => format!("{symbol} is in group {group}"),
                None => format!("{symbol} is in no group"),
            }
        }
        other => unreachable!("{other:?} is no matter of halts"),
    }
}

fn meant(instruments: Instruments, names: &Names) -> String {
    match instruments {
        Instruments::All => "all".to_owned(),
        Instruments::Group(group) => format!("group {group}"),
        Instruments::One(id) => names.symbol(id).to_owned(),
    }
}

fn instruments(word: &str, names: &Names) -> Result<Instruments, String> {
    Ok(match word.split_once('=') {
        Some(("group", group)) => Instruments::Group(value(group)?),
        _ if word == "all" => Instruments::All,
        _ => Instruments::One(names.instrument(word)?),
    })
}

fn time(text: &str) -> Result<Timestamp, String> {
    time_of_day(text).map(Timestamp::from_nanos)
}

fn code(word: &str) -> Result<HaltCode, String> {
    Ok(match word {
        "order-imbalance" => HaltCode::OrderImbalance,
        "news-pending" => HaltCode::NewsPending,
        "news-dissemination" => HaltCode::NewsDissemination,
        _ => return Err(format!("{word} is no code of these tests")),
    })
}
