//! [`Halts`]: what is halted and what is to come, groups, the index and the market-wide breaker, as they stand now. In: entries, in order,
//! once they are durable; at a start the replay fills it. Out: values by number. The market keeps and uses its own: this is for those who ask.

use crate::followed::{Change, Followed};
use journal::entry::{Entry, Instruction, Origin};
use market::breaker::{BreakerLevel, BreakerRules};
use market::command::Command;
use market::event::Event;
use market::halt::{Halt, HaltFacts};
use market::id::{GroupName, HaltId, InstrumentId};
use market::instrument::Phase;
use market::money::Money;
use market::text::Text;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is halted and may be.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Halts(Followed<Tables>);

/// Everything, as it stands.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tables {
    /// How each halted instrument is halted, and why.
    pub halted: BTreeMap<InstrumentId, (HaltFacts, Text<80>)>,
    /// The halts that wait for their time.
    pub scheduled: BTreeMap<HaltId, Halt>,
    /// Of instruments that are in one.
    pub groups: BTreeMap<InstrumentId, GroupName>,
    /// Components of the index.
    pub weights: BTreeMap<InstrumentId, u32>,
    /// The index at yesterday's close.
    pub close: Option<Money>,
    /// Figures of the breaker.
    pub rules: BreakerRules,
    /// The deepest level that was tripped today.
    pub tripped: Option<BreakerLevel>,
    /// What the breaker holds.
    pub hold: Option<Hold>,
    /// When somebody last changed the index by hand, its weights or its close.
    pub index_by_hand: Option<Timestamp>,
}

/// What the breaker holds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// Which level.
    pub level: BreakerLevel,
    /// Until when; none: closed for the day.
    pub until: Option<Timestamp>,
    /// Whether it is a drill.
    pub drill: bool,
    /// Why.
    pub reason: Text<80>,
}

impl Halts {
    /// Takes in an entry; most are of orders, and change nothing.
    pub fn note(&self, entry: &Entry) {
        let mut change = self.0.change();
        for event in &entry.events {
            take_in(&mut change, event);
        }
        if sets_index_by_hand(entry) {
            change.tables().index_by_hand = Some(entry.at);
        }
    }

    /// A copy of everything.
    pub fn tables(&self) -> Tables {
        self.0.read().clone()
    }

    /// Figures of the breaker.
    pub fn rules(&self) -> BreakerRules {
        self.0.read().rules
    }
}

/// Whether somebody says in an entry what the index is or was, and not the calendar.
fn sets_index_by_hand(entry: &Entry) -> bool {
    let sets = matches!(
        entry.instruction,
        Instruction::Market(Command::SetIndexWeight { .. } | Command::SetIndexClose { .. })
    );
    sets && entry.origin != Origin::System && entry.refusal().is_none()
}

fn take_in(change: &mut Change<'_, Tables>, event: &Event) {
    match *event {
        Event::PhaseChanged {
            instrument,
            phase: Phase::Halted,
            reason: Some(reason),
            halt: Some(facts),
        } => {
            change.tables().halted.insert(instrument, (facts, reason));
        }
        Event::PhaseChanged { instrument, .. } => {
            change.tables().halted.remove(&instrument);
        }
        Event::HaltScheduled { id, halt } => {
            change.tables().scheduled.insert(id, halt);
        }
        Event::HaltUnscheduled { id, .. } => {
            change.tables().scheduled.remove(&id);
        }
        Event::GroupSet { instrument, group } => {
            let groups = &mut change.tables().groups;
            match group {
                Some(group) => groups.insert(instrument, group),
                None => groups.remove(&instrument),
            };
        }
        Event::IndexWeightSet { instrument, weight } => {
            let tables = change.tables();
            if weight == 0 {
                tables.weights.remove(&instrument);
            } else {
                tables.weights.insert(instrument, weight);
            }
            tables.close = None;
        }
        Event::IndexCloseSet { close } => change.tables().close = close,
        Event::BreakerRulesSet(rules) => change.tables().rules = rules,
        Event::BreakerTripped {
            level,
            drill,
            until,
            reason,
            ..
        } => {
            let tables = change.tables();
            if !drill {
                tables.tripped = tables.tripped.max(Some(level));
            }
            tables.hold = Some(Hold {
                level,
                until,
                drill,
                reason,
            });
        }
        Event::BreakerEnded { .. } => change.tables().hold = None,
        Event::DayEnded => change.tables().tripped = None,
        _ => {}
    }
}
