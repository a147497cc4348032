//! [`Plan`]: one trading day as phases that begin at minutes. The times of the day in, its phases in order out, or which key makes none. It knows
//! no date and no zone.

use crate::calendar::times::{Times, minute};
use crate::config::RangeError;
use fix_engine::schedule::text;
use fix_engine::schedule::wall::DAY_MINUTES;
use market::instrument::Auction;

/// One trading day: its phases, each with the minute at which it begins, counted from the midnight before. In order, none empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) phases: Vec<(u16, Kind)>,
    /// When continuous trading ends.
    pub(super) closes: u16,
    /// How long the opening call is; 0 where there is none.
    pub(super) opening_minutes: u16,
}

/// A phase of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Closed,
    PreOpen,
    /// With the minute of the earliest end.
    Call(Auction, u16),
    Continuous,
    PostTrade,
}

impl Plan {
    /// The day that these times make.
    ///
    /// # Errors
    /// [`RangeError`] naming the first key that makes none.
    pub(super) fn new(prefix: &str, times: &Times) -> Result<Self, RangeError> {
        let first = minute(prefix, "pre_open", times.pre_open)?;
        let mut last = first;
        let mut next = |key: &str, value: &str| {
            let minute = following(last, minute(prefix, key, value)?);
            if minute - first > DAY_MINUTES {
                let range = "not before the time ahead of it, and at most 24 hours after pre_open";
                return Err(wrong(prefix, key, value, range));
            }
            last = minute;
            Ok(minute)
        };
        let opening = next("opening", times.opening)?;
        let open = next("open", times.open)?;
        let closing = next("closing", times.closing)?;
        if closing == open {
            return Err(wrong(prefix, "closing", times.closing, "later than open"));
        }
        let close = next("close", times.close)?;
        let post_trade = next("post_trade", times.post_trade)?;

        let mut phases = vec![
            (first, Kind::PreOpen),
            (opening, Kind::Call(Auction::Opening, open)),
            (open, Kind::Continuous),
        ];
        for (begins, ends) in auctions(prefix, times, open, closing)? {
            phases.push((begins, Kind::Call(Auction::Intraday, ends)));
            phases.push((ends, Kind::Continuous));
        }
        phases.extend([
            (closing, Kind::Call(Auction::Closing, close)),
            (close, Kind::PostTrade),
            (post_trade, Kind::Closed),
        ]);
        // Of phases that begin at one time the last is meant; the others are empty.
        let begins: Vec<u16> = phases.iter().map(|(begins, _)| *begins).collect();
        let mut at = 0;
        phases.retain(|(begin, _)| {
            at += 1;
            begins.get(at) != Some(begin)
        });
        Ok(Self {
            phases,
            closes: closing,
            opening_minutes: open - opening,
        })
    }
}

/// The auctions within the day, in order.
fn auctions(
    prefix: &str,
    times: &Times,
    open: u16,
    closing: u16,
) -> Result<Vec<(u16, u16)>, RangeError> {
    let mut spans: Vec<(u16, u16)> = Vec::new();
    for text in &times.intraday {
        let wrong = |range| wrong(prefix, "intraday", text, range);
        let ends = text
            .split_once('-')
            .and_then(|(begins, ends)| Some((text::minute(begins)?, text::minute(ends)?)));
        let (begins, ends) =
            ends.ok_or_else(|| wrong("a beginning and an earliest end like \"12:00-12:05\""))?;
        let begins = following(open, begins);
        let ends = following(begins, ends);
        if begins == ends {
            return Err(wrong("longer than nothing"));
        }
        if ends > closing {
            if times.drops {
                continue;
            }
            return Err(wrong("between open and closing"));
        }
        if spans.iter().any(|(b, e)| *b < ends && begins < *e) {
            return Err(wrong("apart from the others"));
        }
        spans.push((begins, ends));
    }
    spans.sort_unstable();
    Ok(spans)
}

/// The first minute from `last` on at which the clock shows what it shows at `minute`.
const fn following(last: u16, minute: u16) -> u16 {
    last + (minute + DAY_MINUTES - last % DAY_MINUTES) % DAY_MINUTES
}

fn wrong(prefix: &str, key: &str, value: &str, range: &'static str) -> RangeError {
    RangeError::of(format!("{prefix}.{key}"), value, range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::trading::MarketConfig;

    fn read(keys: &str) -> Result<Plan, RangeError> {
        let keys: MarketConfig = toml::from_str(keys).unwrap();
        Plan::new("calendar.markets.x", &Times::usual(&keys))
    }

    #[test]
    fn what_makes_no_trading_day_names_its_key() {
        let cases = [
            ("pre_open = \"8:00\"", "pre_open", "a time of day"),
            ("opening = \"24:00\"", "opening", "a time of day"),
            ("opening = \"09:10\"", "open", "at most 24 hours"),
            ("closing = \"08:30\"", "closing", "at most 24 hours"),
            ("closing = \"09:00\"", "closing", "later than open"),
            (
                "post_trade = \"17:30\"\npre_open = \"17:29\"\nopening = \"17:29\"",
                "closing",
                "at most 24 hours",
            ),
            (
                "intraday = [\"12:00\"]",
                "intraday",
                "a beginning and an earliest end",
            ),
            (
                "intraday = [\"12:00-12:00\"]",
                "intraday",
                "longer than nothing",
            ),
            (
                "intraday = [\"17:29-17:31\"]",
                "intraday",
                "between open and closing",
            ),
            (
                "intraday = [\"07:00-07:10\"]",
                "intraday",
                "between open and closing",
            ),
            (
                "intraday = [\"12:00-12:05\", \"12:04-12:09\"]",
                "intraday",
                "apart from",
            ),
        ];
        for (keys, part, range) in cases {
            let error = read(keys).unwrap_err();
            assert_eq!(error.key, format!("calendar.markets.x.{part}"), "{error}");
            assert!(error.range.contains(range), "{keys}: {error}");
        }
    }
}
