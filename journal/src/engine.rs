//! [`Engine`]: what the sequencer applies instructions to, live and in replay alike: the market, and who is admitted. A pure function
//! with memory: the same instructions give the same events.

use crate::entry::Instruction;
use crate::participant::ParticipantChange;
use market::command::Command;
use market::event::Event;
use market::id::CompId;
use market::image::Unsound;
use market::limits::Limits;
use market::market::Market;
use market::refusal::Refusal;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The state that the journal rebuilds. Its fields are those of [`Image`], in the same order.
#[derive(Serialize)]
pub struct Engine {
    market: Market,
    /// CompIDs that the market has admitted: only these can be defined. Whether each is.
    admitted: BTreeMap<CompId, bool>,
}

impl Engine {
    /// A new one. The market's limits are its defaults, always: they are part of what a replay must repeat.
    pub fn new() -> Self {
        Self {
            market: Market::new(Limits::default()),
            admitted: BTreeMap::new(),
        }
    }

    /// An engine that was written down.
    ///
    /// # Errors
    /// [`Unsound`] when its parts do not agree.
    pub fn restore(image: Image) -> Result<Self, Unsound> {
        Ok(Self {
            market: image.market.restore(&Limits::default())?,
            admitted: image.admitted,
        })
    }

    /// Applies one instruction; its events, in order. A participant's change has none, or `Refused`.
    pub fn apply(&mut self, seq: u64, at: Timestamp, instruction: &Instruction) -> Vec<Event> {
        let mut events = Vec::new();
        self.decide(seq, at, instruction, &mut events);
        events
    }

    /// Applies one instruction; its events go to `events`, which is empty.
    pub fn decide(
        &mut self,
        seq: u64,
        at: Timestamp,
        instruction: &Instruction,
        events: &mut Vec<Event>,
    ) {
        match instruction {
            Instruction::Market(command) => {
                self.market.apply(seq, at, command, events);
                // Of nothing else it comes; and the events, just written, are better not looked at before they are in the processor's caches.
                if matches!(command, Command::AdmitParticipant { .. }) {
                    self.note_admitted(events);
                }
            }
            Instruction::Note { .. } => {}
            Instruction::Participant(change) => {
                if !self.change(change) {
                    events.push(Event::Refused {
                        refusal: Refusal::UnknownParticipant,
                    });
                }
            }
        }
    }

    /// Looks at what these instructions will need, right before they are applied: see [`Market::foresee`].
    pub fn foresee<'a>(&self, instructions: impl Iterator<Item = &'a Instruction>) {
        self.market
            .foresee(instructions.filter_map(|instruction| match instruction {
                Instruction::Market(command) => Some(command),
                _ => None,
            }));
    }

    /// The market.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// When the next tick is due; none while nothing waits for a time.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.market.next_deadline()
    }

    /// Orders that rest now.
    pub fn live_orders(&self) -> u64 {
        self.market.live_orders()
    }

    /// Whether the change is of a participant that is known well enough for it.
    fn change(&mut self, change: &ParticipantChange) -> bool {
        let Some(is_defined) = self.admitted.get_mut(&change.comp_id()) else {
            return false;
        };
        let was_defined = *is_defined;
        match change {
            ParticipantChange::Define { .. } => *is_defined = true,
            ParticipantChange::Remove { .. } => *is_defined = false,
            _ => {}
        }
        was_defined || *is_defined
    }

    fn note_admitted(&mut self, events: &[Event]) {
        for event in events {
            if let Event::ParticipantAdmitted { comp_id, .. } = event {
                self.admitted.insert(*comp_id, false);
            }
        }
    }
}

/// An [`Engine`] as it was written down, not looked at yet.
#[derive(Debug, Deserialize)]
pub struct Image {
    market: market::image::Image,
    admitted: BTreeMap<CompId, bool>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}
