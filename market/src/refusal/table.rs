//! [`Table`]: of what there may be only so many, as a refusal names it.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A table that may be full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// ClOrdIDs that were used today.
    ClOrdIds,
    /// Pegged orders of an instrument.
    Pegs,
    /// Trailing stops of an instrument.
    TrailingStops,
    /// All-or-none orders of an instrument that wait.
    AllOrNone,
    /// Transfers that were ever made.
    Transfers,
    /// Limits, restrictions and located stock.
    RiskSettings,
    /// Components of the index.
    Components,
    /// Halts that wait for their time.
    Halts,
    /// Changes of trades that wait for a second operator.
    Proposals,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClOrdIds => "ClOrdIDs today",
            Self::Pegs => "pegged orders in this instrument",
            Self::TrailingStops => "trailing stops in this instrument",
            Self::AllOrNone => "all-or-none orders in this instrument",
            Self::Transfers => "transfers",
            Self::RiskSettings => "settings of limits",
            Self::Components => "components of the index",
            Self::Halts => "halts that wait for their time",
            Self::Proposals => "changes of trades that wait",
        })
    }
}
