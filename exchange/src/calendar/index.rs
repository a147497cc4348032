//! [`Compositions`]: what the index of the market-wide breaker consists of, by the calendar. `[calendar.index.YYYY-MM-DD]` in; out, for a
//! moment and for what the journal says of the index: the commands that bring it there. Pure, and so the same after a restart.
//!
//! The rules, each in the operators' manual, too:
//! - Of several dates the last one whose trading day has begun counts, from the end of the day before on.
//! - An operator's hand counts until the trading day of the next date begins.
//! - The close of the day before is said on that day only: the end of each day sets it anew.

use crate::calendar::Calendar;
use crate::config::{CalendarConfig, RangeError};
use crate::halts::Tables;
use fix_engine::schedule::text;
use market::breaker::MAX_COMPONENTS;
use market::command::Command;
use market::id::{InstrumentId, Symbol};
use market::money::Money;
use market::time::Timestamp;
use std::collections::BTreeMap;

/// The index, by trading day.
#[derive(Clone, Debug, Default)]
pub struct Compositions {
    /// In order of their days.
    days: Vec<Composition>,
}

/// The index from a trading day on.
#[derive(Clone, Debug)]
struct Composition {
    /// When that day begins.
    begins: Timestamp,
    /// When it ends.
    ends: Timestamp,
    weights: BTreeMap<Symbol, u32>,
    close: Option<Money>,
}

impl Compositions {
    /// From the keys of `[calendar]`.
    ///
    /// # Errors
    /// [`RangeError`] naming the first key that makes no index.
    pub fn new(config: &CalendarConfig) -> Result<Self, RangeError> {
        let calendar = Calendar::new(config)?;
        let mut days = Vec::new();
        for (date, keys) in &config.index {
            let wrong = |key: &str, value: String, range: &str| RangeError {
                key: format!("calendar.index.{date}{key}").into(),
                value,
                range: range.to_owned().into(),
            };
            let day = text::date(date).ok();
            let day = day.and_then(|date| calendar.trading_day(date));
            let Some((begins, ends)) = day else {
                return Err(wrong("", format!("{date:?}"), "a date YYYY-MM-DD"));
            };
            if keys.weights.len() > MAX_COMPONENTS {
                let range = format!("at most {MAX_COMPONENTS} instruments");
                return Err(wrong(".weights", keys.weights.len().to_string(), &range));
            }
            if let Some((symbol, weight)) = keys.weights.iter().find(|(_, weight)| **weight == 0) {
                let key = format!(".weights.{symbol}");
                return Err(wrong(&key, weight.to_string(), "at least 1"));
            }
            if let Some(close) = keys.close
                && (close <= Money::ZERO || keys.weights.is_empty())
            {
                let range = "above zero, and the close of some instruments";
                return Err(wrong(".close", close.to_string(), range));
            }
            days.push(Composition {
                begins,
                ends,
                weights: keys.weights.clone(),
                close: keys.close,
            });
        }
        days.sort_by_key(|day| day.begins);
        Ok(Self { days })
    }

    /// Whether the calendar leaves the index alone.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// When the day began whose index counts at `now`; none before the first.
    pub fn since(&self, now: Timestamp) -> Option<Timestamp> {
        self.at(now).map(|day| day.begins)
    }

    /// What there is to do at `now`, in this order. `day_began`: when the trading day began, by the journal.
    ///
    /// # Errors
    /// A component that is not listed: an index without it would be another one, so nothing is done.
    pub fn commands(
        &self,
        now: Timestamp,
        day_began: Timestamp,
        tables: &Tables,
        number: impl Fn(Symbol) -> Option<InstrumentId>,
    ) -> Result<Vec<Command>, Symbol> {
        let Some(day) = self.at(now) else {
            return Ok(Vec::new());
        };
        let by_hand = tables.index_by_hand.is_some_and(|at| at >= day.begins);
        // The day before has to end first: its end sets the close to what the index is.
        if by_hand || day_began < day.begins {
            return Ok(Vec::new());
        }
        let mut weights = BTreeMap::new();
        for (symbol, weight) in &day.weights {
            weights.insert(number(*symbol).ok_or(*symbol)?, *weight);
        }
        let gone = tables.weights.keys().filter(|id| !weights.contains_key(id));
        let gone = gone.map(|id| (*id, 0));
        let differ = weights.iter().map(|(id, weight)| (*id, *weight));
        let differ = differ.filter(|(id, weight)| tables.weights.get(id) != Some(weight));
        let mut commands: Vec<Command> = gone
            .chain(differ)
            .map(|(instrument, weight)| Command::SetIndexWeight { instrument, weight })
            .collect();
        let close = day.close.filter(|_| now < day.ends);
        if close.is_some() && (!commands.is_empty() || tables.close != close) {
            commands.push(Command::SetIndexClose { close });
        }
        Ok(commands)
    }

    fn at(&self, now: Timestamp) -> Option<&Composition> {
        self.days.iter().rfind(|day| day.begins <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Compositions, RangeError> {
        Compositions::new(&toml::from_str(text).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_nanos(i64::try_from(instant.as_nanosecond()).unwrap())
    }

    /// What is to be done, in words; A and B are listed.
    fn told(compositions: &Compositions, now: &str, tables: &Tables) -> String {
        let number = |symbol: Symbol| match symbol.as_str() {
            "A" => Some(InstrumentId(0)),
            "B" => Some(InstrumentId(1)),
            _ => None,
        };
        let began = at("2026-01-15T00:00:00Z");
        match compositions.commands(at(now), began, tables, number) {
            Err(symbol) => format!("{symbol} is not listed"),
            Ok(commands) => {
                let told = commands.iter().map(|command| match command {
                    Command::SetIndexWeight { instrument, weight } => {
                        format!("{instrument}={weight}")
                    }
                    Command::SetIndexClose { close } => format!("close {}", close.unwrap()),
                    other => panic!("{other:?}"),
                });
                told.collect::<Vec<_>>().join(" ")
            }
        }
    }

    const TWO: &str = "[index.2026-01-16]\nweights = { B = 1 }\n\
                       [index.2026-01-15]\nweights = { A = 2, B = 1 }\nclose = \"30\"\n";

    #[test]
    fn the_last_date_that_has_begun_counts_and_what_is_so_is_not_said_again() {
        let two = read(TWO).unwrap();
        let mut tables = Tables::default();
        assert_eq!(told(&two, "2026-01-14T23:59:59Z", &tables), "");
        let noon = "2026-01-15T12:00:00Z";
        assert_eq!(told(&two, noon, &tables), "0=2 1=1 close 30");
        tables.weights = BTreeMap::from([(InstrumentId(0), 2), (InstrumentId(1), 1)]);
        assert_eq!(told(&two, noon, &tables), "close 30");
        tables.close = Some("30".parse().unwrap());
        assert_eq!(told(&two, noon, &tables), "");
        tables.weights.insert(InstrumentId(7), 3);
        assert_eq!(told(&two, noon, &tables), "7=0 close 30");
    }

    #[test]
    fn nothing_is_done_before_the_day_before_has_ended() {
        let two = read(TWO).unwrap();
        assert_eq!(
            told(&two, "2026-01-16T00:00:00Z", &Tables::default()),
            "",
            "began on the 15th, by the journal"
        );
    }

    #[test]
    fn the_close_of_the_day_before_is_said_on_that_day_only() {
        let one = read("[index.2026-01-14]\nweights = { A = 1 }\nclose = \"30\"\n").unwrap();
        let noon = "2026-01-15T12:00:00Z";
        assert_eq!(told(&one, noon, &Tables::default()), "0=1");
    }

    #[test]
    fn an_operators_hand_counts_until_the_next_date() {
        let two = read(TWO).unwrap();
        let noon = "2026-01-15T12:00:00Z";
        let by_hand = |when: &str| Tables {
            index_by_hand: Some(at(when)),
            ..Tables::default()
        };
        assert_eq!(told(&two, noon, &by_hand("2026-01-15T00:00:00Z")), "");
        let before = by_hand("2026-01-14T23:59:59Z");
        assert_eq!(told(&two, noon, &before), "0=2 1=1 close 30");
    }

    #[test]
    fn an_index_with_somebody_unknown_is_not_begun() {
        let one = read("[index.2026-01-15]\nweights = { A = 1, C = 1 }\n").unwrap();
        let noon = "2026-01-15T12:00:00Z";
        assert_eq!(told(&one, noon, &Tables::default()), "C is not listed");
    }

    #[test]
    fn what_makes_no_index_names_its_key() {
        let cases = [
            ("[index.tomorrow]\n", "calendar.index.tomorrow"),
            ("[index.2026-02-30]\n", "calendar.index.2026-02-30"),
            (
                "[index.2026-01-15]\nweights = { A = 0 }\n",
                "calendar.index.2026-01-15.weights.A",
            ),
            (
                "[index.2026-01-15]\nweights = { A = 1 }\nclose = \"0\"\n",
                "calendar.index.2026-01-15.close",
            ),
            (
                "[index.2026-01-15]\nclose = \"10\"\n",
                "calendar.index.2026-01-15.close",
            ),
        ];
        for (text, key) in cases {
            assert_eq!(read(text).unwrap_err().key, key, "{text}");
        }
        assert!(read("").unwrap().is_empty());
    }
}
