//! The control port's words for fees: where they go, what a tier pays in an instrument, who is in which tier.

use crate::fees::Fees;
use crate::id::{AccountName, CompId, Symbol};
use crate::money::Money;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// All fees that are set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeesStatus {
    /// The account that fees go to and rebates come from.
    pub account: Option<AccountName>,
    /// What is paid, by instrument and tier. Tier 0 also holds for tiers that have no line of their own.
    pub fees: Vec<FeesLine>,
    /// Participants in another tier than 0.
    pub tiers: Vec<TierStatus>,
}

/// What a tier pays in an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeesLine {
    /// In which.
    pub symbol: Symbol,
    /// Which tier.
    pub tier: u8,
    /// What it pays.
    pub fees: Fees,
}

/// The tier of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierStatus {
    /// Who.
    pub participant: CompId,
    /// Which.
    pub tier: u8,
}

/// Sets the account that fees go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeAccountChange {
    /// Which.
    pub account: AccountName,
}

/// Changes what a tier pays in an instrument: what is absent stays, or is nothing where nothing was set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeesChange {
    /// Which tier; 0 by default.
    pub tier: u8,
    /// [`Fees::maker_ppm`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker_ppm: Option<i32>,
    /// [`Fees::taker_ppm`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taker_ppm: Option<i32>,
    /// [`Fees::minimum`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Money>,
}

impl FeesChange {
    /// The fees after it.
    pub fn of(&self, before: Fees) -> Fees {
        Fees {
            maker_ppm: self.maker_ppm.unwrap_or(before.maker_ppm),
            taker_ppm: self.taker_ppm.unwrap_or(before.taker_ppm),
            minimum: self.minimum.unwrap_or(before.minimum),
        }
    }
}

/// Puts a participant into a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierChange {
    /// Which.
    pub tier: u8,
}
