//! The control port's words for the kill switch: whose orders, what to do with them, what came of it.

use crate::id::{AccountName, CompId, Symbol};
use crate::text::Text;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Whose orders are meant, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Everybody's.
    All,
    /// Those that a participant has entered.
    Participant(CompId),
    /// Those for an account.
    Account(AccountName),
    /// Those in an instrument.
    Instrument(Symbol),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Participant(name) => write!(f, "participant {name}"),
            Self::Account(name) => write!(f, "account {name}"),
            Self::Instrument(name) => write!(f, "instrument {name}"),
        }
    }
}

/// Cancels every open order that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillRequest {
    /// Whose orders.
    pub target: Target,
    /// Whether new orders and replaces are refused from now on.
    #[serde(default)]
    pub suspend: bool,
    /// Whether the orders are only counted.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for people; 1 to 80 printable characters.
    pub reason: Text<80>,
}

/// Ends a suspension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinstateRequest {
    /// Whose.
    pub target: Target,
}

/// What came of either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillOutcome {
    /// The journal entry.
    pub seq: u64,
    /// Whom it meant.
    pub target: Target,
    /// How many orders were cancelled, or would be.
    pub orders: u32,
    /// Whether new orders and replaces are refused now.
    pub suspended: bool,
    /// Whether the orders were only counted.
    pub dry_run: bool,
    /// Why; none when a suspension ended.
    pub reason: Option<String>,
    /// How long it took from taking the request until the last report was written to its session's connection (to its store, while
    /// nobody is logged on), in microseconds; none when nothing was to be reported, or some session has not taken its reports.
    #[serde(default)]
    pub reported_micros: Option<u64>,
    /// Sessions whose reports were not written within five seconds: they are told when they take them.
    #[serde(default)]
    pub unreported: u32,
}
