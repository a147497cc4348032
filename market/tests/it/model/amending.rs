//! How the [`Model`] cancels and replaces an order at its owner's request.

use super::order::{End, Id, Order, type_stays};
use super::{Model, Tale};
use market::command::{Amendment, Change};
use market::event::CancelReason;
use market::id::{ClOrdId, ParticipantId};
use market::order::{OrdType, OrderTerms, TimeInForce};
use market::price::Price;
use market::refusal::Refusal;
use market::refusal::term::Term;

impl Model {
    pub(super) fn amend(&mut self, request: &Amendment, tale: &mut Tale) -> Result<(), Refusal> {
        let Amendment {
            participant,
            cl_ord_id,
            orig_cl_ord_id,
            order_id,
            change,
        } = *request;
        let at = self.find(participant, orig_cl_ord_id)?;
        let terms = self.orders[at].terms;
        if order_id.is_some_and(|id| id != self.orders[at].order_id()) {
            return Err(Refusal::OtherOrderId);
        }
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
        if at_once {
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
            // What a market-to-limit order has left is a limit order.
            let rests = old
                .works_at
                .filter(|_| terms.ord_type == OrdType::MarketToLimit);
            let rests = rests.map(|price| OrdType::Limit(Price::from_raw(price)));
            self.may_enter(&OrderTerms {
                instrument: old.terms.instrument,
                ord_type: rests.unwrap_or(terms.ord_type),
                ..terms
            })?;
        }
        self.not_suspended(participant, &old.terms)?;
        self.may_trade(participant, old.terms.account)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        let others = [
            (
                terms.instrument != old.terms.instrument,
                Refusal::OtherInstrument,
            ),
            (terms.side != old.terms.side, Refusal::OtherSide),
            (terms.account != old.terms.account, Refusal::OtherAccount),
            (
                matches!(terms.time_in_force, TimeInForce::Ioc | TimeInForce::Fok),
                Refusal::TimeInForceNotReplaceable,
            ),
        ];
        if let Some((_, refusal)) = others.into_iter().find(|(is_other, _)| *is_other) {
            return Err(refusal);
        }
        if let Some(term) = what_must_stay(&old, &terms) {
            return Err(Refusal::NotReplaceable { term });
        }
        let is_more = terms.order_qty.raw() > old.total;
        let listed = &self.instruments[old.terms.instrument.0 as usize].0;
        let least = if is_more { listed.min_qty.raw() } else { 1 };
        self.check_terms(&terms, least)?;
        self.check_expiry(&terms)?;
        self.check_slices(&terms, Some(&old))?;
        let mut new = old.clone();
        new.cl_ord_id = cl_ord_id;
        new.terms = terms;
        new.total = terms.order_qty.raw().max(old.cum);
        if !takes_back {
            new.parked = self.is_parked(&terms);
        }
        match terms.ord_type {
            _ if new.leaves() == 0 => {}
            _ if takes_back => self.bind(&mut new),
            OrdType::MarketToLimit => {}
            OrdType::StopLimit { price, .. } if old.trigger.is_none() => {
                new.works_at = Some(self.limited(&terms, price)?);
            }
            OrdType::TrailingStop { .. } if terms.ord_type == old.terms.ord_type => {
                self.bind(&mut new);
            }
            _ => self.begin(&mut new)?,
        }
        if terms.ord_type == OrdType::Market {
            new.cover = self.cover(&terms);
            new.most = (!is_more).then(|| self.needs(&old));
        }
        let asks = terms.ord_type.price().map(|price| price.raw());
        let same_price =
            terms.ord_type == old.terms.ord_type || asks.is_some() && asks == old.works_at;
        if new.leaves() > 0 && (is_more || !same_price) {
            self.check_size(&new, false)?;
        }
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

/// The first term that is another one, though it must not be.
fn what_must_stay(old: &Order, new: &OrderTerms) -> Option<Term> {
    let (was, is_held) = (&old.terms, old.trigger.is_some());
    if was.short_sale != new.short_sale {
        return Some(Term::Side);
    }
    if !type_stays(old, new) {
        return Some(Term::OrdType);
    }
    if let (OrdType::StopLimit { stop_px: a, .. }, OrdType::StopLimit { stop_px: b, .. }) =
        (was.ord_type, new.ord_type)
        && a != b
        && !is_held
    {
        return Some(Term::StopPx);
    }
    let for_auction = matches!(
        new.time_in_force,
        TimeInForce::AtOpen | TimeInForce::AtClose
    );
    let is_market = new.ord_type == OrdType::Market;
    if (for_auction || is_market) && was.time_in_force != new.time_in_force {
        return Some(Term::TimeInForce);
    }
    (was.all_or_none != new.all_or_none).then_some(Term::AllOrNone)
}
