//! How the [`Model`] takes a new order.

use super::order::Order;
use super::{Model, Tale};
use market::event::CancelReason;
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
        self.may_trade(participant, terms.account)?;
        self.may_enter(&terms)?;
        self.not_suspended(participant, &terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        let least = self.instruments[terms.instrument.0 as usize]
            .0
            .min_qty
            .raw();
        self.check_terms(&terms, least)?;
        self.check_expiry(&terms)?;
        self.check_slices(&terms, None)?;
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
            entered: self.entered + 1,
            parked: self.is_parked(&terms),
            cover: self.cover(&terms),
            most: None,
            staked: self.tape(terms.instrument).reference(),
            pegged: 0,
        };
        self.begin(&mut taker)?;
        self.check_size(&taker, true)?;
        self.check_limits(&taker, None)?;
        self.check_margin(&taker, None)?;
        let needed = self.needs(&taker);
        self.check_funds(&terms, needed)?;
        self.entered += 1;
        self.count_pace(participant);
        self.note_alike(&terms);
        if taker.trigger.is_none() && (taker.parked || self.is_gathering(terms.instrument)) {
            self.rest(taker);
            return Ok(());
        }
        if taker.trigger.is_some() {
            self.hold_back(taker);
        } else if let Some(reason) = self.why_not(&taker) {
            self.end_taker(&taker, reason);
        } else {
            self.trade_and_rest(taker, tale);
        }
        Ok(())
    }

    /// Why an order does not trade at all that trades only in some way.
    fn why_not(&self, taker: &Order) -> Option<CancelReason> {
        let terms = &taker.terms;
        if terms.post_only && self.best_for(taker).is_some() {
            Some(CancelReason::WouldTrade)
        } else if terms.time_in_force == TimeInForce::Fok && !self.fills_whole(taker) {
            Some(CancelReason::NotWhole)
        } else if (terms.min_qty).is_some_and(|min| self.fills(taker) < min.raw()) {
            Some(CancelReason::BelowMinQty)
        } else {
            None
        }
    }
}
