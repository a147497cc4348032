//! What an operator stops in the [`Model`]: orders taken away by what they are, and a plain list of who is suspended.

use super::{End, Model, Order, Tale};
use market::event::CancelReason;
use market::id::ParticipantId;
use market::order::OrderTerms;
use market::refusal::Refusal;
use market::scope::Scope;

impl Model {
    pub(super) fn kill(
        &mut self,
        scope: Scope,
        suspend: bool,
        dry_run: bool,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        self.known(scope)?;
        let is_meant = |order: &Order| match scope {
            Scope::All => true,
            Scope::Participant(id) => order.participant == id,
            Scope::Account(id) => order.terms.account == id,
            Scope::Instrument(id) => order.terms.instrument == id,
        };
        if dry_run {
            let meant = self.orders.iter().filter(|order| is_meant(order));
            tale.count = Some(u32::try_from(meant.count()).expect("few"));
            return Ok(());
        }
        tale.count = Some(self.end_where(End::Canceled(CancelReason::Operator), is_meant));
        if suspend {
            self.suspended.push(scope);
        }
        Ok(())
    }

    pub(super) fn reinstate(&mut self, scope: Scope) -> Result<(), Refusal> {
        self.known(scope)?;
        let before = self.suspended.len();
        self.suspended.retain(|suspended| *suspended != scope);
        if self.suspended.len() == before {
            return Err(Refusal::NotSuspended);
        }
        Ok(())
    }

    pub(super) fn not_suspended(
        &self,
        participant: ParticipantId,
        terms: &OrderTerms,
    ) -> Result<(), Refusal> {
        let is = |scope| self.suspended.contains(&scope);
        if is(Scope::All) {
            Err(Refusal::VenueSuspended)
        } else if is(Scope::Participant(participant)) {
            Err(Refusal::ParticipantSuspended)
        } else if is(Scope::Account(terms.account)) {
            Err(Refusal::AccountSuspended)
        } else if is(Scope::Instrument(terms.instrument)) {
            Err(Refusal::InstrumentSuspended)
        } else {
            Ok(())
        }
    }

    fn known(&self, scope: Scope) -> Result<(), Refusal> {
        match scope {
            Scope::All => Ok(()),
            Scope::Participant(id) => self.known_participant(id),
            Scope::Account(id) => self.known_account(id),
            Scope::Instrument(id) => self.phase(id).map(|_| ()),
        }
    }
}
