//! [`Standing`]: where a calendar stands at a moment. What [`hours`](crate::calendar::hours) answers, and
//! [`step`](crate::calendar::step) goes by.

use market::instrument::Auction;
use market::time::Timestamp;

/// What the calendar has at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The phase.
    pub phase: Planned,
    /// When it began.
    pub since: Timestamp,
    /// When the trading day began that it belongs to, or that was the last.
    pub day_began: Timestamp,
    /// When the trading day before that one ended; none for the first.
    pub last_ended: Option<Timestamp>,
    /// When continuous trading ends on that day.
    pub closes: Timestamp,
    /// How long the opening call of that day is, in nanoseconds; 0 where there is none.
    pub opening_nanos: i64,
    /// When the next phase begins; none when no trading day is to come.
    pub next: Option<Timestamp>,
}

/// A phase as the calendar has it. Calls go on until a random instant behind their earliest end; that is the market's matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// Between two trading days.
    Closed,
    /// Orders are taken for the opening auction.
    PreOpen,
    /// The call of an auction, with its earliest end.
    Call(Auction, Timestamp),
    /// Continuous trading.
    Continuous,
    /// Behind the closing auction.
    PostTrade,
}
