//! How the [`Model`] takes a new order.

use super::order::{Id, Order};
use super::{Model, Tale};
use market::id::{ClOrdId, ParticipantId};
use market::order::{OrderTerms, TimeInForce};
use market::refusal::Refusal;

impl Model {
    pub(super) fn enter(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        terms: OrderTerms,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        if participant.0 >= self.participants {
            return Err(Refusal::UnknownParticipant);
        }
        if terms.account.0 as usize >= self.accounts.len() {
            return Err(Refusal::UnknownAccount);
        }
        if !self.grants.contains(&(participant, terms.account)) {
            return Err(Refusal::NotYourAccount);
        }
        self.may_enter(&terms)?;
        self.not_suspended(participant, &terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        self.check_terms(&terms)?;
        self.entered += 1;
        let mut taker = Order {
            participant,
            cl_ord_id,
            terms,
            total: terms.order_qty.raw(),
            cum: 0,
            shown: 0,
            works_at: None,
            trigger: None,
            bound: 0,
            reached: None,
            arrival: 0,
            entered: self.entered,
            parked: self.is_parked(&terms),
            cover: self.cover(&terms),
            staked: self.tape(terms.instrument).reference(),
            pegged: 0,
        };
        self.begin(&mut taker)?;
        self.check_size(&taker, true)?;
        self.check_limits(&taker, None)?;
        self.check_margin(&taker, None)?;
        let needed = self.needs(&taker);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        self.note_alike(&terms);
        if taker.trigger.is_none() && (taker.parked || self.is_gathering(terms.instrument)) {
            self.rest(taker);
            return Ok(());
        }
        let killed = (terms.post_only && self.best_for(&taker).is_some())
            || (terms.time_in_force == TimeInForce::Fok && !self.fills_whole(&taker))
            || (terms.min_qty).is_some_and(|min| self.fills(&taker) < min.raw());
        if taker.trigger.is_some() {
            self.hold_back(taker);
        } else if killed {
            self.set_id(participant, cl_ord_id, Id::Final);
        } else {
            self.trade_and_rest(taker, tale);
        }
        Ok(())
    }
}
