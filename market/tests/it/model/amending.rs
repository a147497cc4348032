//! How the [`Model`] cancels and replaces an order at its owner's request.

use super::order::{End, Id, rests, type_stays};
use super::{Model, Tale};
use market::command::Change;
use market::event::CancelReason;
use market::id::{ClOrdId, ParticipantId};
use market::order::{OrdType, OrderTerms, TimeInForce};
use market::refusal::Refusal;

impl Model {
    pub(super) fn amend(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        change: Change,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let at = self.find(participant, orig_cl_ord_id)?;
        let terms = self.orders[at].terms;
        let (instrument, side) = match change {
            Change::Cancel { instrument, side } => (instrument, side),
            Change::Replace(to) => (to.instrument, to.side),
            Change::Nothing { .. } => return Err(Refusal::BadRequest),
        };
        if instrument != terms.instrument {
            return Err(Refusal::OtherInstrument);
        }
        if side != terms.side {
            return Err(Refusal::OtherSide);
        }
        let Change::Replace(to) = change else {
            if self.id(participant, cl_ord_id).is_some() {
                return Err(Refusal::DuplicateClOrdId);
            }
            self.set_id(participant, cl_ord_id, Id::Stale);
            self.end(at, End::Canceled(CancelReason::Requested));
            return Ok(());
        };
        let at_once = matches!(to.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        if at_once && matches!(to.ord_type, OrdType::Limit(_)) {
            return Err(Refusal::TimeInForceNotReplaceable);
        }
        self.replace(participant, cl_ord_id, orig_cl_ord_id, to, tale)
    }

    pub(super) fn replace(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        terms: OrderTerms,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let at = self.find(participant, orig_cl_ord_id)?;
        let old = self.orders[at].clone();
        let takes_back = self.takes_back(&old, &terms);
        if !takes_back {
            self.may_enter(&OrderTerms {
                instrument: old.terms.instrument,
                ..terms
            })?;
        }
        self.not_suspended(participant, &old.terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        let what = |it: &OrderTerms| (it.account, it.instrument, it.side, it.short_sale);
        let same = what(&old.terms) == what(&terms);
        let rests = rests(terms.time_in_force) || terms.time_in_force == old.terms.time_in_force;
        let same = same && old.terms.all_or_none == terms.all_or_none;
        if !same || !type_stays(&old, terms.ord_type) || !rests {
            return Err(Refusal::TermsNotReplaceable);
        }
        self.check_terms(&terms)?;
        let mut new = old.clone();
        new.cl_ord_id = cl_ord_id;
        new.terms = terms;
        new.total = terms.order_qty.raw().max(old.cum);
        if !takes_back {
            new.parked = self.is_parked(&terms);
        }
        match terms.ord_type {
            _ if takes_back => self.bind(&mut new),
            OrdType::StopLimit { price, .. } if old.trigger.is_none() => {
                new.works_at = Some(self.limited(&terms, price)?);
            }
            OrdType::TrailingStop { .. } if terms.ord_type == old.terms.ord_type => {
                self.bind(&mut new);
            }
            _ => self.begin(&mut new)?,
        }
        self.check_size(&new, false)?;
        let waits = new.trigger.is_none() && (new.parked || self.is_gathering(terms.instrument));
        if !takes_back
            && !waits
            && terms.post_only
            && new.leaves() > 0
            && self.best_for(&new).is_some()
        {
            return Err(Refusal::PostOnlyWouldTrade);
        }
        self.check_limits(&new, Some(&old))?;
        self.check_margin(&new, Some(&old))?;
        let needed = self.needs(&new) - self.needs(&old);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        self.remove(at, Id::Stale);
        // An auction or something to follow is what it waits for.
        let has_no_price = new.parked || new.works_at.is_none() && new.trigger.is_none();
        let keeps_place = takes_back
            || (old.works_at, old.trigger) == (new.works_at, new.trigger)
                && old.parked == new.parked
                && (!has_no_price || old.terms.ord_type == terms.ord_type)
                && old.terms.max_floor == terms.max_floor
                && new.total <= old.total;
        if new.leaves() == 0 {
            self.set_id(participant, cl_ord_id, Id::Final);
        } else if keeps_place {
            new.shown = old.shown.min(new.leaves());
            self.set_id(participant, cl_ord_id, Id::Live);
            self.orders.push(new);
        } else if new.trigger.is_some() {
            new.reached = None;
            self.hold_back(new);
        } else if waits {
            self.rest(new);
        } else {
            self.trade_and_rest(new, tale);
        }
        Ok(())
    }
}
