//! [`Markets`]: which instrument has which trading days. `[calendar.markets.NAME]` in, [`Hours`] for a symbol out. Pure.

use crate::calendar::hours::Hours;
use crate::config::{CalendarConfig, RangeError};
use market::id::Symbol;
use std::collections::BTreeMap;

/// The markets of all instruments.
#[derive(Clone, Debug, Default)]
pub struct Markets {
    hours: Vec<Hours>,
    named: BTreeMap<Symbol, usize>,
    /// Of those that no market names; `None`: nothing opens or closes them.
    others: Option<usize>,
}

impl Markets {
    /// From the keys of `[calendar]`.
    ///
    /// # Errors
    /// [`RangeError`] naming the first key that makes no market.
    pub fn new(config: &CalendarConfig) -> Result<Self, RangeError> {
        let mut markets = Self::default();
        for (at, (name, keys)) in config.markets.iter().enumerate() {
            markets.hours.push(Hours::new(name, keys)?);
            if config.default_market.as_ref() == Some(name) {
                markets.others = Some(at);
            }
            for symbol in &keys.symbols {
                if markets.named.insert(*symbol, at).is_some() {
                    let key = format!("calendar.markets.{name}.symbols");
                    let range = "in one market only, and once";
                    return Err(RangeError::of(key, symbol.as_str(), range));
                }
            }
        }
        match &config.default_market {
            Some(name) if markets.others.is_none() => {
                let range = "the name of a [calendar.markets.NAME]";
                Err(RangeError::of("calendar.default_market", name, range))
            }
            _ => Ok(markets),
        }
    }

    /// The market of an instrument, by its place among [`Markets::hours`]; `None`: the calendar leaves it alone.
    pub fn of(&self, symbol: Symbol) -> Option<usize> {
        self.named.get(&symbol).copied().or(self.others)
    }

    /// The trading days of all markets.
    pub fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// Everybody who has a market by name.
    pub fn named(&self) -> impl Iterator<Item = Symbol> {
        self.named.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Markets, RangeError> {
        Markets::new(&toml::from_str(text).unwrap())
    }

    #[test]
    fn every_instrument_has_the_market_that_the_file_says() {
        let of = |markets: &Markets, symbol: &str| markets.of(symbol.parse().unwrap());
        let none = read("").unwrap();
        assert_eq!(of(&none, "ANY"), None);
        let named = read("[markets.a]\nsymbols = [\"ACME\"]\n[markets.b]\n").unwrap();
        assert_eq!([of(&named, "ACME"), of(&named, "BOLT")], [Some(0), None]);
        let others =
            read("default_market = \"b\"\n[markets.a]\nsymbols = [\"ACME\"]\n[markets.b]\n")
                .unwrap();
        assert_eq!(
            [of(&others, "ACME"), of(&others, "BOLT")],
            [Some(0), Some(1)]
        );
        assert_eq!(others.hours().len(), 2);
        assert_eq!(others.named().count(), 1);
    }

    #[test]
    fn what_makes_no_market_names_its_key() {
        let twice = read("[markets.a]\nsymbols = [\"ACME\"]\n[markets.b]\nsymbols = [\"ACME\"]\n");
        assert_eq!(twice.unwrap_err().key, "calendar.markets.b.symbols");
        let unknown = read("default_market = \"c\"\n[markets.a]\n");
        assert_eq!(unknown.unwrap_err().key, "calendar.default_market");
    }
}
