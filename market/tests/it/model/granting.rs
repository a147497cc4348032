//! Who may trade for which account, in the [`Model`]: a plain list.

use super::Model;
use market::id::{AccountId, ParticipantId};
use market::refusal::Refusal;

impl Model {
    pub(super) fn grant(
        &mut self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        self.known_account(account)?;
        match self.may_trade(participant, account) {
            Ok(()) => Err(Refusal::AlreadyExists),
            Err(Refusal::NotYourAccount) => {
                self.grants.push((participant, account));
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    pub(super) fn revoke(
        &mut self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        self.may_trade(participant, account)?;
        self.grants.retain(|it| *it != (participant, account));
        Ok(())
    }

    pub(super) fn may_trade(
        &self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        self.known_participant(participant)?;
        self.known_account(account)?;
        let is_granted = self.grants.contains(&(participant, account));
        is_granted.then_some(()).ok_or(Refusal::NotYourAccount)
    }

    pub(super) fn known_participant(&self, participant: ParticipantId) -> Result<(), Refusal> {
        let is_known = participant.0 < self.participants;
        is_known.then_some(()).ok_or(Refusal::UnknownParticipant)
    }

    pub(super) fn known_account(&self, account: AccountId) -> Result<(), Refusal> {
        let is_known = (account.0 as usize) < self.accounts.len();
        is_known.then_some(()).ok_or(Refusal::UnknownAccount)
    }
}
