//! The control port's words for the phases of an instrument.

use crate::instrument::Auction;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Places an instrument into a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseRequest {
    /// Where to.
    pub to: Goal,
}

/// Where an instrument goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Goal {
    /// Pre-open, from closed or post-trade.
    PreOpen,
    /// The call of an auction.
    Call {
        /// Which.
        auction: Auction,
        /// Its earliest end: a time of RFC 3339, for instance `2026-11-26T17:35:00Z`, or `+90s`, `+5m`, `+1h` from now on.
        until: String,
    },
    /// Continuous trading; a call ends with its auction.
    Open,
    /// Post-trade, without a closing auction; a call ends with its auction.
    PostTrade,
    /// Closed; orders of the day expire.
    Close,
}
