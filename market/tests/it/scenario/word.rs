//! Words for single values.

use market::order::Side;
use market::price::Price;
use market::time::Timestamp;
use market::trades::TradeChange;

pub(super) fn change_word(change: TradeChange) -> String {
    match change {
        TradeChange::Bust => "to undo".to_owned(),
        TradeChange::Correct { price, qty } => format!("{qty} @ {price} for"),
    }
}

/// Millionths as basis points.
pub(super) fn bps(ppm: i32) -> String {
    format!("{} bps", Price::from_raw(i64::from(ppm) * 1_000_000))
}

/// Time of day, to the second and whatever is beyond.
pub(super) fn clock(at: Timestamp) -> String {
    let (seconds, part) = (at.nanos() / 1_000_000_000, at.nanos() % 1_000_000_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let mut text = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if part != 0 {
        text += format!(".{part:09}").trim_end_matches('0');
    }
    text
}

pub(super) const fn again(repeated: bool) -> &'static str {
    if repeated { " (as before)" } else { "" }
}

pub(super) const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}
