//! [`Bearing`]: what an entry bears on, at one look while it is at hand. Nearly all are orders of participants: from these follow figures and,
//! where they trade, the list of trades, and nobody else has to look at each of their events again.

use journal::entry::{Entry, Instruction, Origin};
use market::command::Command;
use market::event::Event;

/// What an entry bears on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearing {
    /// A participant's request about its orders, from which no trade came.
    Orders,
    /// The same, with trades.
    Trades,
    /// Anything else: everybody has to look.
    All,
}

impl Bearing {
    pub(crate) fn of(entry: &Entry) -> Self {
        let is_request = matches!(entry.origin, Origin::Session { .. })
            && matches!(
                entry.instruction,
                Instruction::Market(
                    Command::Enter { .. }
                        | Command::PossResend { .. }
                        | Command::Cancel { .. }
                        | Command::Replace { .. }
                        | Command::Amend(_)
                        | Command::MassCancel { .. }
                        | Command::Status { .. }
                )
            );
        if !is_request {
            return Self::All;
        }
        let mut bearing = Self::Orders;
        for event in &entry.events {
            match event {
                Event::OrderAccepted { .. }
                | Event::OrderReplaced { .. }
                | Event::OrderCanceled { .. }
                | Event::OrderRejected { .. }
                | Event::CancelRejected { .. }
                | Event::LevelChanged { .. } => {}
                Event::Traded { .. } => bearing = Self::Trades,
                _ => return Self::All,
            }
        }
        bearing
    }
}
