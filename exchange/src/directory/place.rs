//! [`Place`]: where an instrument stands in its trading day, by the journal: what the calendar goes by, since it outlasts a restart.

use journal::entry::{Entry, Instruction, Origin};
use market::command::Command;
use market::instrument::Phase;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an instrument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its phase now.
    pub phase: Phase,
    /// When it was last placed there by intent: by a command that names the phase, or by whatever has closed it. Halts, their end, the
    /// phases that follow from a call, and the venue's own steps at the end of a day do not count: others may have to follow. None: never.
    pub placed: Option<Timestamp>,
    /// When its continuous trading ends, as the market was told last.
    pub closes: Option<Timestamp>,
}

impl Place {
    /// Of an instrument that has just been listed.
    pub const LISTED: Self = Self {
        phase: Phase::Closed,
        placed: None,
        closes: None,
    };

    /// It is in this phase now, by this entry.
    pub(crate) fn enter(&mut self, phase: Phase, entry: &Entry) {
        self.phase = phase;
        let by_intent = match &entry.instruction {
            Instruction::Market(Command::Close { .. } | Command::PostTrade { .. }) => {
                entry.origin != Origin::System
            }
            Instruction::Market(
                Command::Open { .. } | Command::PreOpen { .. } | Command::Call { .. },
            ) => true,
            _ => phase == Phase::Closed,
        };
        if by_intent {
            self.placed = Some(entry.at);
        }
    }
}
