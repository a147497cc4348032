//! The control port's words for the market-wide breaker and the index that it looks at.

use crate::breaker::{BreakerLevel, BreakerRules};
use crate::control::setting::said;
use crate::id::Symbol;
use crate::money::Money;
use crate::price::Price;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The breaker as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerStatus {
    /// Its figures.
    pub rules: BreakerRules,
    /// What the index is: Σ weight × last price.
    pub index: Money,
    /// What it was at yesterday's close; none: the breaker does not trip by itself.
    pub close: Option<Money>,
    /// The deepest level that was tripped today; drills do not count.
    pub tripped: Option<BreakerLevel>,
    /// What it holds now.
    pub holds: Option<BreakerHold>,
}

/// What the breaker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerHold {
    /// Which level.
    pub level: BreakerLevel,
    /// Until when everything is halted; none: everything is closed until the end of the day.
    pub until: Option<Timestamp>,
    /// Whether it is a drill.
    pub drill: bool,
    /// Why.
    pub reason: Text<80>,
}

/// Changes figures of the breaker; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerChange {
    /// Fall that trips level one, in basis points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_1_bps: Option<u32>,
    /// Level two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_2_bps: Option<u32>,
    /// Level three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level_3_bps: Option<u32>,
    /// [`BreakerRules::halt_nanos`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halt_nanos: Option<u64>,
    /// [`BreakerRules::quiet_nanos`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_nanos: Option<u64>,
}

impl BreakerChange {
    /// The figures after it.
    pub fn of(&self, rules: BreakerRules) -> BreakerRules {
        let [one, two, three] = rules.falls_bps;
        BreakerRules {
            falls_bps: [
                self.level_1_bps.unwrap_or(one),
                self.level_2_bps.unwrap_or(two),
                self.level_3_bps.unwrap_or(three),
            ],
            halt_nanos: self.halt_nanos.unwrap_or(rules.halt_nanos),
            quiet_nanos: self.quiet_nanos.unwrap_or(rules.quiet_nanos),
        }
    }
}

/// Trips the breaker by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TripRequest {
    /// Which level.
    pub level: BreakerLevel,
    /// Whether it is a drill: it halts all the same, and everything that is told says that it is one.
    #[serde(default)]
    pub drill: bool,
    /// Why, for people; 1 to 48 printable characters.
    pub reason: Text<48>,
}

/// The index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStatus {
    /// Σ weight × last price.
    pub level: Money,
    /// What it was at yesterday's close.
    pub close: Option<Money>,
    /// What it consists of.
    pub components: Vec<ComponentStatus>,
}

/// A component of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentStatus {
    /// Which.
    pub symbol: Symbol,
    /// How many units.
    pub weight: u32,
    /// Its last price.
    pub price: Price,
}

/// Says what an instrument counts in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightChange {
    /// Which.
    pub symbol: Symbol,
    /// How many units; zero: none.
    pub weight: u32,
}

/// Says what the index was at yesterday's close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexCloseChange {
    /// In the currency of its components; `null`, which has to be said: the breaker does not trip by itself.
    #[serde(deserialize_with = "said")]
    pub close: Option<Money>,
}
