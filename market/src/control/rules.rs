//! The control port's words for the rules of an instrument: what holds, and what is to hold.

use crate::control::setting::{Setting, changed, given};
use crate::id::Symbol;
use crate::money::Money;
use crate::rules::{Rules, StopTrigger, Tier};
use serde::{Deserialize, Serialize};

/// The rules that hold in an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesStatus {
    /// Which.
    pub symbol: Symbol,
    /// What holds.
    pub rules: Rules,
}

/// Changes rules of an instrument: what is absent stays, `null` switches a rule off. See [`Rules`] for meanings, units and ranges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesChange {
    /// [`Rules::collar_bps`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub collar_bps: Setting<u32>,
    /// [`Rules::static_band_bps`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub static_band_bps: Setting<u32>,
    /// [`Rules::dynamic_band_bps`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub dynamic_band_bps: Setting<u32>,
    /// [`Rules::limit_up_limit_down`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub limit_up_limit_down: Setting<Tier>,
    /// [`Rules::stop_trigger`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_trigger: Option<StopTrigger>,
    /// [`Rules::market_needs_opposite`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market_needs_opposite: Option<bool>,
    /// [`Rules::max_notional`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub max_notional: Setting<Money>,
    /// [`Rules::fat_finger_bps`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub fat_finger_bps: Setting<u32>,
    /// [`Rules::duplicate_nanos`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub duplicate_nanos: Setting<u64>,
    /// [`Rules::volatility_nanos`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatility_nanos: Option<u64>,
    /// [`Rules::random_end_nanos`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_end_nanos: Option<u64>,
}

impl RulesChange {
    /// The rules after it.
    #[must_use]
    pub fn of(&self, before: Rules) -> Rules {
        Rules {
            collar_bps: changed(self.collar_bps, before.collar_bps),
            static_band_bps: changed(self.static_band_bps, before.static_band_bps),
            dynamic_band_bps: changed(self.dynamic_band_bps, before.dynamic_band_bps),
            limit_up_limit_down: changed(self.limit_up_limit_down, before.limit_up_limit_down),
            stop_trigger: self.stop_trigger.unwrap_or(before.stop_trigger),
            market_needs_opposite: self
                .market_needs_opposite
                .unwrap_or(before.market_needs_opposite),
            max_notional: changed(self.max_notional, before.max_notional),
            fat_finger_bps: changed(self.fat_finger_bps, before.fat_finger_bps),
            duplicate_nanos: changed(self.duplicate_nanos, before.duplicate_nanos),
            volatility_nanos: self.volatility_nanos.unwrap_or(before.volatility_nanos),
            random_end_nanos: self.random_end_nanos.unwrap_or(before.random_end_nanos),
        }
    }
}
