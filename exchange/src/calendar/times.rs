//! [`Times`]: the times of one trading day as the configuration writes them, those of a date of its own filled up with the usual ones. Text in,
//! text out, but for [`minute`], which reads one.

use crate::config::RangeError;
use crate::config::trading::{HoursConfig, MarketConfig};
use fix_engine::schedule::text;
use fix_engine::schedule::wall::DAY_MINUTES;

/// The times of a day as they are written.
pub(super) struct Times<'a> {
    pub(super) pre_open: &'a str,
    pub(super) opening: &'a str,
    pub(super) open: &'a str,
    pub(super) intraday: Vec<&'a str>,
    pub(super) closing: &'a str,
    pub(super) close: &'a str,
    pub(super) post_trade: &'a str,
    /// Whether auctions within the day that do not fit are left out.
    pub(super) drops: bool,
}

impl<'a> Times<'a> {
    /// Of the days that every week has.
    pub(super) fn usual(keys: &'a MarketConfig) -> Self {
        Self {
            pre_open: &keys.pre_open,
            opening: &keys.opening,
            open: &keys.open,
            intraday: keys.intraday.iter().map(String::as_str).collect(),
            closing: &keys.closing,
            close: &keys.close,
            post_trade: &keys.post_trade,
            drops: false,
        }
    }

    /// Of a date with hours of its own: what those leave out is as usual.
    pub(super) fn of(keys: &'a MarketConfig, other: &'a HoursConfig) -> Self {
        fn or<'a>(other: &'a Option<String>, usual: &'a str) -> &'a str {
            other.as_deref().unwrap_or(usual)
        }
        let intraday = other.intraday.as_ref().unwrap_or(&keys.intraday);
        Self {
            pre_open: or(&other.pre_open, &keys.pre_open),
            opening: or(&other.opening, &keys.opening),
            open: or(&other.open, &keys.open),
            intraday: intraday.iter().map(String::as_str).collect(),
            closing: or(&other.closing, &keys.closing),
            close: or(&other.close, &keys.close),
            post_trade: or(&other.post_trade, &keys.post_trade),
            drops: other.intraday.is_none(),
        }
    }
}

/// The minute of the day of a text `HH:MM`.
///
/// # Errors
/// [`RangeError`] naming the key.
pub(super) fn minute(prefix: &str, key: &str, value: &str) -> Result<u16, RangeError> {
    let minute = text::minute(value).filter(|minute| *minute < DAY_MINUTES);
    minute.ok_or_else(|| RangeError::of(format!("{prefix}.{key}"), value, "a time of day HH:MM"))
}
