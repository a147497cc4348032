//! [`Scope`]: whose orders an operator means. [`Instruments`]: which instruments.

use crate::id::{AccountId, GroupName, InstrumentId, ParticipantId};
use crate::order::OrderFacts;
use serde::{Deserialize, Serialize};

/// Whose orders an operator means. A participant has one session: what is meant of a session is meant of its participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody's.
    All,
    /// Those that a participant has entered.
    Participant(ParticipantId),
    /// Those for an account, whoever has entered them.
    Account(AccountId),
    /// Those in an instrument.
    Instrument(InstrumentId),
}

/// Which instruments an operator means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instruments {
    /// Every one that is listed.
    All,
    /// Those of a group.
    Group(GroupName),
    /// One.
    One(InstrumentId),
}

impl Scope {
    /// Whether an order is meant.
    pub(crate) fn means(self, order: &OrderFacts) -> bool {
        match self {
            Self::All => true,
            Self::Participant(participant) => order.participant == participant,
            Self::Account(account) => order.terms.account == account,
            Self::Instrument(instrument) => order.terms.instrument == instrument,
        }
    }
}
