//! [`Halts`]: which instruments are halted and how, and which halts are to come. Knows no orders and no phases.

use crate::halt::{Halt, HaltFacts, MAX_SCHEDULED};
use crate::id::{HaltId, InstrumentId};
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::text::Text;
use alloc::collections::BTreeMap;
use alloc::format;
use serde::{Deserialize, Serialize};

/// Halts that hold, and halts that are to come.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Halts {
    /// One for each halted instrument.
    standing: BTreeMap<InstrumentId, Standing>,
    /// Those that wait for their time.
    scheduled: BTreeMap<HaltId, Halt>,
    /// The last number that was given.
    last: HaltId,
}

/// How an instrument is halted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) facts: HaltFacts,
    pub(crate) reason: Text<80>,
    /// Whether it is none of a drill, and lasts as long as it does since a drill has made it longer: it is told as one then, its
    /// end too.
    pub(crate) lengthened: bool,
}

impl Standing {
    /// What an operator or the breaker has halted.
    pub(crate) const fn new(facts: HaltFacts, reason: Text<80>) -> Self {
        Self {
            facts,
            reason,
            lengthened: false,
        }
    }

    /// What is told of it.
    pub(crate) fn told(&self) -> (HaltFacts, Text<80>) {
        if !self.lengthened {
            return (self.facts, self.reason);
        }
        let facts = HaltFacts {
            drill: true,
            ..self.facts
        };
        let mut reason = format!("{DRILL}{}", self.reason);
        reason.truncate(80);
        (facts, Text::new(&reason).expect("printable, and cut"))
    }
}

/// What the texts of a drill begin with.
pub(crate) const DRILL: &str = "DRILL: ";

impl Halts {
    /// An instrument is halted like this from now on.
    pub(crate) fn stand(&mut self, instrument: InstrumentId, standing: Standing) {
        self.standing.insert(instrument, standing);
    }

    /// An instrument is not halted any more.
    pub(crate) fn lift(&mut self, instrument: InstrumentId) -> Option<Standing> {
        self.standing.remove(&instrument)
    }

    /// How an instrument is halted.
    pub(crate) fn of(&self, instrument: InstrumentId) -> Option<&Standing> {
        self.standing.get(&instrument)
    }

    /// All that hold.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (InstrumentId, &Standing)> {
        self.standing.iter().map(|(id, standing)| (*id, standing))
    }

    /// Lets a halt wait for its time.
    pub(crate) fn schedule(&mut self, halt: Halt) -> Result<HaltId, Refusal> {
        let next = self.last.0.checked_add(1).map(HaltId);
        let next = next.filter(|_| self.scheduled.len() < MAX_SCHEDULED);
        let id = next.ok_or(Refusal::TableFull { of: Table::Halts })?;
        self.last = id;
        self.scheduled.insert(id, halt);
        Ok(id)
    }

    /// Takes a halt back that waits, or whose time has come.
    pub(crate) fn take(&mut self, id: HaltId) -> Option<Halt> {
        self.scheduled.remove(&id)
    }

    /// The halts that wait, in order of their numbers.
    pub(crate) fn scheduled(&self) -> impl Iterator<Item = (HaltId, &Halt)> {
        self.scheduled.iter().map(|(id, halt)| (*id, halt))
    }

    /// Whether there are no more of them than may be, and none has a number that will be given again: asked of what was read back.
    pub(crate) fn is_sound(&self) -> bool {
        let last = self.scheduled.last_key_value().map(|(id, _)| *id);
        self.scheduled.len() <= MAX_SCHEDULED && last.is_none_or(|last| last <= self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Instruments;

    #[test]
    fn as_many_wait_as_may_and_no_number_is_given_twice() {
        let halt = Halt::new(Instruments::All, Text::new("why").unwrap());
        let mut halts = Halts::default();
        for number in 1..=MAX_SCHEDULED {
            let id = halts.schedule(halt).unwrap();
            assert_eq!(id.0 as usize, number);
        }
        assert_eq!(
            halts.schedule(halt),
            Err(Refusal::TableFull { of: Table::Halts })
        );
        assert!(halts.is_sound());
        assert_eq!(halts.take(HaltId(7)), Some(halt));
        assert_eq!(halts.take(HaltId(7)), None);
        assert_eq!(halts.schedule(halt), Ok(HaltId(1_001)));
        halts.last = HaltId(u32::MAX);
        assert_eq!(halts.take(HaltId(8)), Some(halt));
        assert_eq!(
            halts.schedule(halt),
            Err(Refusal::TableFull { of: Table::Halts })
        );
        halts.last = HaltId(1_000);
        assert!(!halts.is_sound(), "a number would be given again");
    }
}
