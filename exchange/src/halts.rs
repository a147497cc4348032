//! [`Halts`]: what is halted and what is to come, groups, the index and the market-wide breaker, as they stand now. In: entries, in order,
//! once they are durable; at a start the replay fills it. Out: values by number. The market keeps and uses its own: this is for those who ask.

use journal::entry::Entry;
use market::breaker::{BreakerLevel, BreakerRules};
use market::event::Event;
use market::halt::{Halt, HaltFacts};
use market::id::{GroupName, HaltId, InstrumentId};
use market::instrument::Phase;
use market::money::Money;
use market::text::Text;
use market::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What is halted and may be.
#[derive(Debug, Default)]
pub struct Halts(RwLock<Tables>);

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
        let mut events = entry.events.iter().filter(|event| is_of_halts(event));
        if let Some(first) = events.next() {
            let mut tables = self.tables_mut();
            tables.take_in(first);
            events.for_each(|event| tables.take_in(event));
        }
    }

    /// A copy of everything.
    pub fn tables(&self) -> Tables {
        self.read().clone()
    }

    /// Figures of the breaker.
    pub fn rules(&self) -> BreakerRules {
        self.read().rules
    }

    fn read(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables_mut(&self) -> RwLockWriteGuard<'_, Tables> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn take_in(&mut self, event: &Event) {
        match *event {
            Event::PhaseChanged {
                instrument,
                phase: Phase::Halted,
                reason: Some(reason),
                halt: Some(facts),
            } => {
                self.halted.insert(instrument, (facts, reason));
            }
            Event::PhaseChanged { instrument, .. } => {
                self.halted.remove(&instrument);
            }
            Event::HaltScheduled { id, halt } => {
                self.scheduled.insert(id, halt);
            }
            Event::HaltUnscheduled { id, .. } => {
                self.scheduled.remove(&id);
            }
            Event::GroupSet { instrument, group } => {
                match group {
                    Some(group) => self.groups.insert(instrument, group),
                    None => self.groups.remove(&instrument),
                };
            }
            Event::IndexWeightSet { instrument, weight } => {
                if weight == 0 {
                    self.weights.remove(&instrument);
                } else {
                    self.weights.insert(instrument, weight);
                }
                self.close = None;
            }
            Event::IndexCloseSet { close } => self.close = close,
            Event::BreakerRulesSet(rules) => self.rules = rules,
            Event::BreakerTripped {
                level,
                drill,
                until,
                reason,
                ..
            } => {
                if !drill {
                    self.tripped = self.tripped.max(Some(level));
                }
                self.hold = Some(Hold {
                    level,
                    until,
                    drill,
                    reason,
                });
            }
            Event::BreakerEnded { .. } => self.hold = None,
            Event::DayEnded => self.tripped = None,
            _ => {}
        }
    }
}

/// Whether an event changes anything here.
const fn is_of_halts(event: &Event) -> bool {
    matches!(
        event,
        Event::PhaseChanged { .. }
            | Event::HaltScheduled { .. }
            | Event::HaltUnscheduled { .. }
            | Event::GroupSet { .. }
            | Event::IndexWeightSet { .. }
            | Event::IndexCloseSet { .. }
            | Event::BreakerRulesSet(_)
            | Event::BreakerTripped { .. }
            | Event::BreakerEnded { .. }
            | Event::DayEnded
    )
}

/// As it stands in a snapshot.
impl Serialize for Halts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Halts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(|tables| Self(RwLock::new(tables)))
    }
}
