//! [`Image`]: a market as it was written down, for a snapshot. A [`Market`] is written as it lies in memory, slot for slot, so that what is
//! read back behaves the same for ever; nothing is taken on trust: an image whose parts do not agree is no market.
//!
//! What everything that a market remembers is written with is `serde`; which format and which file is the caller's matter. The layout
//! is that of this version of the program: the caller keeps a version number beside it.

use crate::limits::Limits;
use crate::market::Market;
use crate::state::State;
use crate::time::Timestamp;
use core::fmt;
use serde::Deserialize;

/// A market as it was written down, not looked at yet. Its fields are those of [`Market`], in the same order.
#[derive(Debug, Deserialize)]
pub struct Image {
    state: State,
    last: (u64, Timestamp),
}

impl Image {
    /// The market. It behaves like the one that was written down: the same commands give the same events, and the same image.
    ///
    /// # Errors
    /// [`Unsound`] when it was made under other limits, or its parts do not agree.
    pub fn restore(self, limits: &Limits) -> Result<Market, Unsound> {
        let Self { state, last } = self;
        if state.limits != *limits {
            return Err(Unsound::Limits);
        }
        state.check()?;
        Ok(Market { state, last })
    }
}

/// Why an image is no market. Whoever wrote it is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsound {
    /// It was made under other limits.
    Limits,
    /// A number of the reference data names nothing, or two things.
    Registry,
    /// Live orders, their lists and their ClOrdIDs do not agree.
    Orders,
    /// Books and orders do not agree, or an open book is crossed.
    Books,
    /// Stops and orders do not agree.
    Stops,
    /// Phases, calls and what waits for an auction do not agree, or what has printed is no price.
    Phases,
    /// Something is due that is not there, or is there without being due.
    Deadlines,
    /// Balances are impossible, or less than what orders hold.
    Ledger,
    /// Fees name what does not exist, or are out of range.
    Fees,
    /// What is counted for limits is not what is open, or a limit is none.
    RiskLimits,
    /// Margin calls and positions on margin do not agree.
    Margin,
    /// Halts, phases and their times do not agree.
    Halts,
    /// The index is not what its components are, or the breaker holds without a time.
    Breaker,
    /// Trades that are kept are not as they were made, or a proposal has no time.
    Trades,
    /// Limit-up limit-down is not where the rules have it, or a deadline of it is not set.
    Bands,
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limits => "it was made under other limits",
            Self::Registry => "its reference data do not agree",
            Self::Orders => "its orders do not agree with their lists",
            Self::Books => "its books do not agree with their orders",
            Self::Phases => "its phases do not agree with its calls and waiting orders",
            Self::Deadlines => "what is due at a time does not agree with what there is",
            Self::Stops => "its stops do not agree with its orders",
            Self::Breaker => "its index and its breaker do not agree with its prices and times",
            Self::Halts => "its halts do not agree with its phases",
            Self::Bands => "its price bands do not agree with its rules",
            Self::Trades => "its trades and what is proposed about them do not agree",
            Self::Margin => "its margin calls do not agree with its accounts",
            Self::RiskLimits => "what it counts for limits is not what is open",
            Self::Fees => "its fees do not fit its reference data",
            Self::Ledger => "its balances do not agree with what orders hold",
        })
    }
}

impl core::error::Error for Unsound {}
