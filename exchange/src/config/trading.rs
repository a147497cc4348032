//! `[calendar.markets.NAME]`: the phases of a trading day, as text. What they mean is [`crate::calendar::hours`]' matter.

use market::id::Symbol;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The days of a market. Times are `HH:MM`, by the clock of its zone; one that is not later than the one before it is on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketConfig {
    /// Zone of the IANA time zone database. Default `UTC`.
    pub time_zone: String,
    /// Instruments whose market this is; an instrument is in one market at most. Default none.
    pub symbols: Vec<Symbol>,
    /// Days of the week on which a trading day begins: `Mon-Fri`, `Sun-Thu`, `Mon,Wed`. Default `Mon-Fri`.
    pub days: String,
    /// From when on orders are taken for the opening auction. Default `08:00`.
    pub pre_open: String,
    /// When the call of the opening auction begins; with `open` as its time there is none. Default `08:50`.
    pub opening: String,
    /// The earliest end of that call; continuous trading follows. Default `09:00`.
    pub open: String,
    /// Calls of auctions within the day, each from its beginning to its earliest end: `12:00-12:05`. Default none.
    pub intraday: Vec<String>,
    /// When continuous trading ends and the call of the closing auction begins; with `close` as its time there is none. Default `17:30`.
    pub closing: String,
    /// The earliest end of that call; post-trade follows. Default `17:35`.
    pub close: String,
    /// When post-trade ends; with `close` as its time there is none. Default `17:45`.
    pub post_trade: String,
    /// Dates `YYYY-MM-DD` on which no trading day begins. Default none.
    pub closed: Vec<String>,
    /// Dates with other times. Default none.
    pub other_hours: BTreeMap<String, HoursConfig>,
}

impl Default for MarketConfig {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            symbols: Vec::new(),
            days: "Mon-Fri".to_owned(),
            pre_open: "08:00".to_owned(),
            opening: "08:50".to_owned(),
            open: "09:00".to_owned(),
            intraday: Vec::new(),
            closing: "17:30".to_owned(),
            close: "17:35".to_owned(),
            post_trade: "17:45".to_owned(),
            closed: Vec::new(),
            other_hours: BTreeMap::new(),
        }
    }
}

/// The times of one date, where they are not those of other days. A date with times of its own is a trading day on any day of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HoursConfig {
    /// As in [`MarketConfig`], like the others.
    pub pre_open: Option<String>,
    /// Beginning of the opening call.
    pub opening: Option<String>,
    /// Its earliest end.
    pub open: Option<String>,
    /// Auctions within the day; where it is left out, those of other days that fit into this one.
    pub intraday: Option<Vec<String>>,
    /// Beginning of the closing call.
    pub closing: Option<String>,
    /// Its earliest end.
    pub close: Option<String>,
    /// End of post-trade.
    pub post_trade: Option<String>,
}
