//! Replaces: the place is kept only when the price and the displayed size stay and the quantity does not grow; anything else
//! matches anew and rests at the back. A refused replace leaves order and place untouched.

use crate::event::{CxlRejResponseTo, Event};
use crate::id::{ClOrdId, ParticipantId};
use crate::instrument::Phase;
use crate::money::Money;
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Working};
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::{State, minus};
use alloc::vec::Vec;

impl State {
    /// OrderCancelReplaceRequest.
    pub(crate) fn replace(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        terms: OrderTerms,
        events: &mut Vec<Event>,
    ) {
        let checked = self.live(participant, &orig_cl_ord_id).and_then(|slot| {
            let admitted = self.admit_replace(&self.orders.facts(slot), &cl_ord_id, &terms)?;
            Ok((slot, admitted))
        });
        match checked {
            Ok((slot, admitted)) => {
                self.carry_out(slot, cl_ord_id, orig_cl_ord_id, terms, admitted, events);
            }
            Err(refusal) => events.push(Event::CancelRejected {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                response_to: CxlRejResponseTo::Replace,
                order: self.order(participant, &orig_cl_ord_id),
                refusal,
            }),
        }
    }

    /// Every check of a replace. Answers how the order works after it, and what it is to hold.
    fn admit_replace(
        &self,
        order: &OrderFacts,
        cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
    ) -> Result<(Working, Money), Refusal> {
        let listing = self.registry.listing(order.terms.instrument)?;
        let is_lowered = listing.phase == Phase::Halted && self.may_lower(order, terms);
        if !is_lowered {
            listing.takes(terms)?;
        }
        let of = &order.terms;
        self.suspensions
            .check(order.participant, of.account, of.instrument)?;
        self.registry
            .may_trade(order.participant, order.terms.account)?;
        self.orders
            .vacant(order.participant, cl_ord_id, &self.limits)?;
        if !is_replaceable(order, terms) {
            return Err(Refusal::TermsNotReplaceable);
        }
        terms.check(&listing.instrument, &self.limits)?;
        self.check_expiry(terms)?;
        let leaves = leaves_after(order, terms);
        let more = minus(leaves, order.leaves_qty);
        if more > self.room(terms) {
            return Err(Refusal::BookFull);
        }
        let working = if is_lowered {
            order.working
        } else {
            self.begin_again(order, terms)?
        };
        self.check_notional(terms, working)?;
        self.check_distance(terms)?;
        let owner = self.owner(order.participant, terms.account);
        if listing.phase.is_continuous()
            && terms.post_only
            && leaves > Qty::ZERO
            && self.would_trade(&owner, terms, working.price(), leaves)
        {
            return Err(Refusal::PostOnlyWouldTrade);
        }
        self.check_limits(order.participant, terms, working, leaves, Some(order))?;
        let reserved = self.reservation(order.participant, terms, working, leaves);
        self.check_funds(terms, order.reserved, reserved)?;
        Ok((working, reserved))
    }

    fn carry_out(
        &mut self,
        slot: Slot,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        terms: OrderTerms,
        (working, reserved): (Working, Money),
        events: &mut Vec<Event>,
    ) {
        let former = self.orders.facts(slot);
        self.watch.count_pace(former.participant, self.now);
        let mut order = former;
        order.cl_ord_id = cl_ord_id;
        order.terms = terms;
        order.working = working;
        order.leaves_qty = leaves_after(&former, &terms);
        self.hold(&mut order, reserved);
        if order.leaves_qty == Qty::ZERO {
            order.terms.order_qty = order.cum_qty;
            order.ord_status = OrdStatus::Filled;
        }
        self.assert_sound(&order);
        events.push(Event::OrderReplaced {
            order,
            orig_cl_ord_id,
        });
        if order.leaves_qty > Qty::ZERO {
            Self::tell_repriced(&order, events);
        }
        if keeps_place(&former, &order) {
            self.stay(slot, order);
        } else {
            self.rework(slot, &mut order, events);
        }
    }

    /// The order stays where it is.
    fn stay(&mut self, slot: Slot, order: OrderFacts) {
        self.shrink(slot, order.leaves_qty);
        self.unset_expiry(slot);
        self.orders.rename(slot, &order);
        self.set_expiry(slot);
    }

    /// The order leaves its place, and meets the book like a new one.
    fn rework(&mut self, slot: Slot, order: &mut OrderFacts, events: &mut Vec<Event>) {
        self.take_out(slot);
        self.pegs[order.terms.instrument.0 as usize].remove(slot);
        self.unset_expiry(slot);
        self.orders.remove(slot);
        if order.leaves_qty > Qty::ZERO && matches!(order.working, Working::Held { .. }) {
            return self.hold_back(order);
        }
        if order.leaves_qty > Qty::ZERO && self.waits(order) {
            return self.gather(order);
        }
        self.meet(order, events);
    }
}

/// OrderQty less what is filled already; nothing when that is more.
fn leaves_after(order: &OrderFacts, terms: &OrderTerms) -> Qty {
    minus(terms.order_qty, order.cum_qty.min(terms.order_qty))
}

/// Symbol, side and account stay, and so does the type; but an order that rests may be called a limit order, whatever it was.
fn is_replaceable(order: &OrderFacts, to: &OrderTerms) -> bool {
    let from = &order.terms;
    let is_held = matches!(order.working, Working::Held { .. });
    let type_stays = match (from.ord_type, to.ord_type) {
        (OrdType::Limit(_) | OrdType::MarketToLimit, OrdType::Limit(_)) => true,
        (OrdType::StopLimit { .. }, OrdType::Limit(_)) => !is_held,
        (OrdType::StopLimit { stop_px, .. }, OrdType::StopLimit { stop_px: new, .. }) => {
            is_held || stop_px == new
        }
        (OrdType::Stop { .. }, OrdType::Stop { .. })
        | (OrdType::TrailingStop { .. }, OrdType::TrailingStop { .. })
        | (OrdType::Pegged { .. }, OrdType::Pegged { .. }) => true,
        _ => false,
    };
    type_stays
        && from.instrument == to.instrument
        && from.side == to.side
        && from.account == to.account
        && from.short_sale == to.short_sale
        && (to.time_in_force.rests() || to.time_in_force == from.time_in_force)
        && from.all_or_none == to.all_or_none
}

fn keeps_place(former: &OrderFacts, order: &OrderFacts) -> bool {
    order.leaves_qty > Qty::ZERO
        && former.working == order.working
        && (former.working != Working::Parked || former.terms.ord_type == order.terms.ord_type)
        && former.terms.max_floor == order.terms.max_floor
        && order.terms.order_qty <= former.terms.order_qty
}
