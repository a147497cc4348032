//! [`Rules`]: what binds the trading of an instrument beyond its steps: collars, bands, triggers, sizes. Settings of the
//! instrument, changed at run time by [`crate::command::Command::SetRules`]. One basis point (bps) is a hundredth of a percent.

use crate::fault::Fault;
use crate::money::Money;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Greatest share that a rule may name: 100 %.
const MAX_BPS: u32 = 10_000;
/// Longest time that a rule may name: a day.
const MAX_NANOS: u64 = 86_400_000_000_000;

/// The rules of an instrument. `None` switches a rule off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How far a market order or a triggered stop may walk from the best opposite price at entry, in basis points. Default 500.
    pub collar_bps: Option<u32>,
    /// Band around the last auction price (else the previous close), in basis points: a trade that would print outside stops before it
    /// and sets off a volatility auction; a call whose price is outside goes on longer, once. Default off.
    pub static_band_bps: Option<u32>,
    /// Band around the last trade (else the previous close), in basis points, as it was before the order that arrives: a trade that
    /// would print outside stops before it and sets off a volatility auction. Default off.
    pub dynamic_band_bps: Option<u32>,
    /// Limit-up limit-down, with the tier that its widths follow from: nothing trades outside bands around the mean of the last trades, and
    /// trading pauses when the book stays at one. Default off.
    pub limit_up_limit_down: Option<Tier>,
    /// What stops look at. Default the last trade.
    pub stop_trigger: StopTrigger,
    /// Whether a market order is refused when the opposite side is empty. Default no: it is accepted and cancelled unfilled.
    pub market_needs_opposite: bool,
    /// Greatest price × quantity of an order. Default off (the ledger's own bound holds always).
    pub max_notional: Option<Money>,
    /// How far the price of an order may be from the reference price, in basis points. Default off.
    pub fat_finger_bps: Option<u32>,
    /// An order like another (side, price, quantity, account) within this time is refused, in nanoseconds. Default off.
    pub duplicate_nanos: Option<u64>,
    /// Length of a volatility auction before its random end, in nanoseconds. Default five minutes.
    pub volatility_nanos: u64,
    /// Window within which a call ends at a random instant, in nanoseconds. Default thirty seconds.
    pub random_end_nanos: u64,
}

/// Tier of limit-up limit-down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 5 % above 3.00.
    One,
    /// 10 % above 3.00.
    Two,
}

/// What triggers a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopTrigger {
    /// The last trade.
    LastTrade,
    /// The best price of the other side.
    BestOpposite,
}

impl Rules {
    /// No rule at all: what replays of plain order flows use.
    pub const NONE: Self = Self {
        collar_bps: None,
        static_band_bps: None,
        dynamic_band_bps: None,
        limit_up_limit_down: None,
        stop_trigger: StopTrigger::LastTrade,
        market_needs_opposite: false,
        max_notional: None,
        fat_finger_bps: None,
        duplicate_nanos: None,
        volatility_nanos: 300_000_000_000,
        random_end_nanos: 30_000_000_000,
    };

    /// Whether every figure is in its range: shares above zero and at most 100 %, times at most a day.
    ///
    /// # Errors
    /// [`Refusal::BadRules`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadRules)
    }

    /// The same, and which figure is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        let shares = [
            ("collar_bps", self.collar_bps),
            ("static_band_bps", self.static_band_bps),
            ("dynamic_band_bps", self.dynamic_band_bps),
            ("fat_finger_bps", self.fat_finger_bps),
        ];
        for (field, share) in shares {
            let is_share = share.is_none_or(|bps| (1..=MAX_BPS).contains(&bps));
            Fault::unless(is_share, field, "be 1 to 10000 basis points")?;
        }
        let is_money = self.max_notional.is_none_or(|most| most > Money::ZERO);
        Fault::unless(is_money, "max_notional", "be above zero")?;
        let times = [
            ("duplicate_nanos", self.duplicate_nanos.unwrap_or(0)),
            ("volatility_nanos", self.volatility_nanos),
            ("random_end_nanos", self.random_end_nanos),
        ];
        for (field, nanos) in times {
            Fault::unless(nanos <= MAX_NANOS, field, "be at most a day")?;
        }
        Ok(())
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            collar_bps: Some(500),
            ..Self::NONE
        }
    }
}
