//! [`Suspensions`]: who and what may have no new orders until an operator says so. What rests can be cancelled, not replaced.

use crate::id::{AccountId, InstrumentId, ParticipantId};
use crate::refusal::Refusal;
use crate::scope::Scope;
use alloc::collections::BTreeSet;
use serde::{Deserialize, Serialize};

/// Who and what is suspended. At most as many as there are participants, accounts and instruments.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Suspensions {
    suspended: BTreeSet<Scope>,
}

impl Suspensions {
    /// Suspends; whether it was not suspended before.
    pub(crate) fn suspend(&mut self, scope: Scope) -> bool {
        self.suspended.insert(scope)
    }

    /// Lets trade again.
    pub(crate) fn reinstate(&mut self, scope: Scope) -> Result<(), Refusal> {
        if self.suspended.remove(&scope) {
            Ok(())
        } else {
            Err(Refusal::NotSuspended)
        }
    }

    /// Whether a participant may enter and replace orders for an account in an instrument.
    #[inline(always)]
    pub(crate) fn check(
        &self,
        participant: ParticipantId,
        account: AccountId,
        instrument: InstrumentId,
    ) -> Result<(), Refusal> {
        // Nothing is suspended on nearly every day.
        if self.suspended.is_empty() {
            return Ok(());
        }
        let scopes = [
            Scope::All,
            Scope::Participant(participant),
            Scope::Account(account),
            Scope::Instrument(instrument),
        ];
        let suspended = scopes
            .into_iter()
            .find(|scope| self.suspended.contains(scope));
        match suspended {
            None => Ok(()),
            Some(Scope::All) => Err(Refusal::VenueSuspended),
            Some(Scope::Participant(_)) => Err(Refusal::ParticipantSuspended),
            Some(Scope::Account(_)) => Err(Refusal::AccountSuspended),
            Some(Scope::Instrument(_)) => Err(Refusal::InstrumentSuspended),
        }
    }
}
