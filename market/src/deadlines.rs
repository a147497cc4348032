//! [`Deadlines`]: what the market has to do at a time: the sequencer sends [`crate::command::Command::Tick`] when the first is due.
//! In order of time, then of [`Due`]. Knows no clock.

use crate::id::{AccountId, AssetId, HaltId, InstrumentId, OrderId, TradeId};
use crate::slab::Slot;
use crate::time::Timestamp;
use alloc::collections::BTreeSet;
use serde::{Deserialize, Serialize};

/// What is to be done. One of a kind and number at most, each at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A GTD order expires; taken back when the order ends before.
    OrderExpires(OrderId, Slot),
    /// The time that a margin call has given; taken back when it is met.
    MarginCallEnds(AccountId, AssetId),
    /// Nobody has approved the change of a trade; taken back when somebody does.
    ProposalExpires(TradeId),
    /// The call of an instrument's auction ends; taken back when it ends otherwise.
    CallEnds(InstrumentId),
    /// The halt of an instrument ends; taken back when it ends otherwise, or has another time.
    HaltEnds(InstrumentId),
    /// A halt begins that waits; taken back when it is withdrawn.
    HaltBegins(HaltId),
    /// The market-wide breaker holds nothing any more; taken back when an operator ends it.
    BreakerEnds,
    /// The bands of limit-up limit-down may move without a trade; taken back when they do earlier.
    BandsMove(InstrumentId),
    /// The book of an instrument was at a band for too long; taken back when it leaves it.
    LimitStateEnds(InstrumentId),
    /// What follows in an instrument was more than one command does: it goes on; taken back when a command goes on with it earlier.
    ReactionGoesOn(InstrumentId),
}

/// What is to be done, by time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Deadlines {
    due: BTreeSet<(Timestamp, Due)>,
}

impl Deadlines {
    /// Sets one.
    pub(crate) fn set(&mut self, at: Timestamp, due: Due) {
        self.due.insert((at, due));
    }

    /// Takes one back; nothing when it is not set.
    pub(crate) fn clear(&mut self, at: Timestamp, due: Due) {
        self.due.remove(&(at, due));
    }

    /// Whether it is set: asked of deadlines that were read back.
    pub(crate) fn is_set(&self, at: Timestamp, due: Due) -> bool {
        self.due.contains(&(at, due))
    }

    /// All of them, in order of time: for those who check what was read back.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Timestamp, Due)> + '_ {
        self.due.iter().copied()
    }

    /// When the first is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The first that is due by `now`, taken out.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<Due> {
        let first = *self.due.first()?;
        if first.0 > now {
            return None;
        }
        self.due.remove(&first);
        Some(first.1)
    }
}
