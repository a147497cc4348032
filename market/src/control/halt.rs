//! The control port's words for halts: where trading stops, from when until when, how it goes on; which instruments belong together.

use crate::control::setting::said;
use crate::event::Event;
use crate::halt::{HaltCode, HaltFacts, HaltOrders};
use crate::id::{GroupName, HaltId, Symbol};
use crate::instrument::Phase;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Which instruments are meant, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Every one.
    All,
    /// Those of a group.
    Group(GroupName),
    /// One.
    Instrument(Symbol),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Instrument(name) => write!(f, "{name}"),
        }
    }
}

/// A time: in nanoseconds since the Unix epoch, or from when the venue takes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nanoseconds since the Unix epoch.
    AtNanos(Timestamp),
    /// So many nanoseconds later.
    AfterNanos(u64),
}

impl When {
    /// The time, as seen at `now`: at the end of all time at the latest.
    pub fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::AtNanos(at) => at,
            Self::AfterNanos(nanos) => {
                Timestamp::from_nanos(now.nanos().saturating_add_unsigned(nanos))
            }
        }
    }
}

/// Stops trading, now or at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HaltRequest {
    /// Where.
    pub target: Which,
    /// Why, for people; 1 to 80 printable characters.
    pub reason: Text<80>,
    /// Why, for programs: HaltReasonChar (327).
    #[serde(default)]
    pub code: HaltCode,
    /// What becomes of resting orders.
    #[serde(default)]
    pub orders: HaltOrders,
    /// When it begins; absent: now.
    #[serde(default)]
    pub from: Option<When>,
    /// When trading goes on by itself, after `from` where that is said; absent: when an operator says so.
    #[serde(default)]
    pub until: Option<When>,
    /// Whether trading goes on without an auction at `until`.
    #[serde(default)]
    pub at_once: bool,
}

/// Ends halts, now or at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeRequest {
    /// Where.
    pub target: Which,
    /// When; absent: now.
    #[serde(default)]
    pub at: Option<When>,
    /// Whether continuous trading goes on without an auction.
    #[serde(default)]
    pub at_once: bool,
}

/// Takes a halt back that waits for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawHalt {
    /// Which.
    pub id: HaltId,
}

/// What came of a halt, a resume or a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaltOutcome {
    /// The journal entry.
    pub seq: u64,
    /// The number of a halt that waits for its time, or does not any more.
    pub scheduled: Option<HaltId>,
    /// The instruments that are in another phase now, or halted otherwise.
    pub instruments: Vec<PhaseStatus>,
    /// Orders that the halt has cancelled.
    pub canceled: u32,
}

/// The phase of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseStatus {
    /// Which.
    pub symbol: Symbol,
    /// Its phase.
    pub phase: Phase,
    /// Why.
    pub reason: Option<String>,
    /// What kind of a halt it is.
    pub halt: Option<HaltFacts>,
}

/// What is halted, and what is to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaltsStatus {
    /// The halted instruments.
    pub halted: Vec<PhaseStatus>,
    /// The halts that wait for their time.
    pub scheduled: Vec<ScheduledHalt>,
}

/// A halt that waits for its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledHalt {
    /// Its number.
    pub id: HaltId,
    /// Where.
    pub target: Which,
    /// When it begins, in nanoseconds since the Unix epoch.
    pub from: Timestamp,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// Whether trading goes on without an auction then.
    pub at_once: bool,
    /// What becomes of resting orders.
    pub orders: HaltOrders,
    /// Why, for programs.
    pub code: HaltCode,
    /// Why.
    pub reason: Text<80>,
}

/// Puts an instrument into a group, or into none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupChange {
    /// Which.
    pub symbol: Symbol,
    /// Which group; `null`, which has to be said: in none.
    #[serde(deserialize_with = "said")]
    pub group: Option<GroupName>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Its name.
    pub group: GroupName,
    /// Its instruments, in order of listing.
    pub symbols: Vec<Symbol>,
}

/// Orders that events say a halt has cancelled.
pub fn canceled(events: &[Event]) -> u32 {
    use crate::event::CancelReason::{Drill, TradingHalt};
    let is_of_halt = |event: &&Event| {
        matches!(
            event,
            Event::OrderCanceled {
                reason: TradingHalt | Drill,
                ..
            }
        )
    };
    u32::try_from(events.iter().filter(is_of_halt).count()).unwrap_or(u32::MAX)
}
