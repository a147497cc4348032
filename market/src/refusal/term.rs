//! [`Term`]: a term of an order, as a refusal names it. Which field of a wire that is, is said where the wire is spoken.

use core::fmt;
use serde::{Deserialize, Serialize};

/// A term of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Side (54): whether a sale is a short one.
    Side,
    /// OrdType (40).
    OrdType,
    /// TimeInForce (59).
    TimeInForce,
    /// StopPx (99).
    StopPx,
    /// ExecInst (18) = 6.
    PostOnly,
    /// ExecInst (18) = G.
    AllOrNone,
    /// MaxFloor (111).
    MaxFloor,
    /// To work at a price band, where its price is beyond.
    RepriceToBand,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Side => "the side",
            Self::OrdType => "this type of order",
            Self::TimeInForce => "this time in force",
            Self::StopPx => "the trigger",
            Self::PostOnly => "post-only",
            Self::AllOrNone => "all-or-none",
            Self::MaxFloor => "MaxFloor",
            Self::RepriceToBand => "repricing to a price band",
        })
    }
}
