//! The market-wide breaker: how far the index may fall before trading stops everywhere, and for how long. What it does stands in
//! `tripping`.

use crate::fault::Fault;
use crate::id::InstrumentId;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use alloc::collections::BTreeSet;
use serde::{Deserialize, Serialize};

/// Components of the index; more are refused.
pub const MAX_COMPONENTS: usize = 1_000;

/// How far the index has fallen below yesterday's close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerLevel {
    /// Everything that trades is halted, once a day.
    One,
    /// The same again, once a day.
    Two,
    /// The day is over: everything closes, and stays closed until the end of the day.
    Three,
}

impl BreakerLevel {
    /// All, the deepest first.
    pub(crate) const DEEPEST_FIRST: [Self; 3] = [Self::Three, Self::Two, Self::One];

    /// Its number, from 1.
    pub const fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// The figures of the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerRules {
    /// Falls below yesterday's close that trip each level, in basis points. Default 700, 1,300, 2,000.
    pub falls_bps: [u32; 3],
    /// How long levels one and two halt, in nanoseconds. Default fifteen minutes.
    pub halt_nanos: u64,
    /// Levels one and two do not trip by themselves so long before continuous trading ends, in nanoseconds, where its end is known
    /// ([`crate::command::Command::SetClose`]). Default thirty-five minutes.
    pub quiet_nanos: u64,
}

impl BreakerRules {
    /// Whether every figure is in its range: falls above zero, each deeper than the one before, at most 100 %; times at most a day, a
    /// halt of some length.
    ///
    /// # Errors
    /// [`Refusal::BadRules`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadRules)
    }

    /// The same, with the figure that is to blame.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        let [one, two, three] = self.falls_bps;
        let falls = [
            (one, 0, "level_1_bps"),
            (two, one, "level_2_bps"),
            (three, two, "level_3_bps"),
        ];
        for (fall, before, field) in falls {
            let is_deeper = before < fall && fall <= 10_000;
            let must = "be above zero and deeper than the level before, at most 10000 basis points";
            Fault::unless(is_deeper, field, must)?;
        }
        let is_time = (1..=DAY_NANOS).contains(&self.halt_nanos);
        Fault::unless(is_time, "halt_nanos", "be above zero and at most a day")?;
        Fault::unless(
            self.quiet_nanos <= DAY_NANOS,
            "quiet_nanos",
            "be at most a day",
        )
    }

    /// The fall that trips a level, in basis points.
    pub const fn fall_bps(&self, level: BreakerLevel) -> u32 {
        let [one, two, three] = self.falls_bps;
        match level {
            BreakerLevel::One => one,
            BreakerLevel::Two => two,
            BreakerLevel::Three => three,
        }
    }
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            falls_bps: [700, 1_300, 2_000],
            halt_nanos: 900_000_000_000,
            quiet_nanos: 2_100_000_000_000,
        }
    }
}

const DAY_NANOS: u64 = 86_400_000_000_000;

/// The breaker as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Breaker {
    pub(crate) rules: BreakerRules,
    /// The deepest level that was tripped today, drills apart: it and those before it do not trip again by themselves.
    pub(crate) tripped: Option<BreakerLevel>,
    /// What it holds.
    pub(crate) hold: Option<Hold>,
    /// What a drill of level three has closed: it goes on when the drill is ended.
    pub(crate) closed: BTreeSet<InstrumentId>,
}

/// What the breaker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) level: BreakerLevel,
    /// Until when everything is halted; none: until the end of the day everything is closed.
    pub(crate) until: Option<Timestamp>,
    pub(crate) drill: bool,
}
