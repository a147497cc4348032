//! Replaces: the place is kept only when the price and the displayed size stay and the quantity does not grow; anything else
//! matches anew and rests at the back. A refused replace leaves order and place untouched.

use crate::event::{CxlRejResponseTo, Event};
use crate::id::{ClOrdId, ParticipantId};
use crate::ids::Sought;
use crate::instrument::Phase;
use crate::money::Money;
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Working};
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::term::Term;
use crate::slab::Slot;
use crate::state::{State, minus};
use alloc::vec::Vec;

impl State {
    /// OrderCancelReplaceRequest.
    pub(crate) fn replace(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        orig_cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        events: &mut Vec<Event>,
    ) {
        let sought = Sought::new(participant, cl_ord_id);
        let checked = self.live(participant, orig_cl_ord_id).and_then(|slot| {
            let admitted = self.admit_replace(&self.orders.facts(slot), &sought, terms)?;
            Ok((slot, admitted))
        });
        match checked {
            Ok((slot, admitted)) => {
                self.orders.name(self.orders[slot].order_id(), &sought);
                self.carry_out(slot, cl_ord_id, orig_cl_ord_id, terms, admitted, events);
            }
            Err(refusal) => events.push(Event::CancelRejected {
                participant,
                cl_ord_id: *cl_ord_id,
                orig_cl_ord_id: *orig_cl_ord_id,
                response_to: CxlRejResponseTo::Replace,
                order: self.order(participant, orig_cl_ord_id),
                refusal,
            }),
        }
    }

    /// Every check of a replace. Answers how the order works after it, and what it is to hold.
    fn admit_replace(
        &self,
        order: &OrderFacts,
        sought: &Sought,
        terms: &OrderTerms,
    ) -> Result<(Working, Money), Refusal> {
        let listing = self.registry.listing(order.terms.instrument)?;
        let is_lowered = listing.phase == Phase::Halted && self.may_lower(order, terms);
        if !is_lowered {
            listing.takes(&as_it_works(order, terms))?;
        }
        let of = &order.terms;
        self.suspensions
            .check(order.participant, of.account, of.instrument)?;
        self.registry
            .may_trade(order.participant, order.terms.account)?;
        self.orders.vacant(sought, &self.limits)?;
        check_replaceable(order, terms)?;
        let grows = terms.order_qty > order.terms.order_qty;
        // What is done of an order, and what was taken from it, may leave less than one that is entered has.
        let least = if grows {
            listing.instrument.min_qty
        } else {
            Qty::ZERO
        };
        terms.check(&listing.instrument, least, &self.limits)?;
        self.check_expiry(terms)?;
        let leaves = leaves_after(order, terms);
        let more = minus(leaves, order.leaves_qty);
        if more > self.room(terms) {
            return Err(Refusal::BookFull);
        }
        self.check_slices(terms, Some(&order.terms))?;
        // With nothing left it is done, whatever it says else.
        let working = if is_lowered || leaves == Qty::ZERO {
            order.working
        } else {
            self.begin_again(order, terms)?
        };
        if leaves > Qty::ZERO && (grows || !keeps_price(order, terms)) {
            self.check_notional(order.participant, terms, working)?;
            self.check_distance(terms)?;
        }
        let owner = self.owner(order.participant, terms.account);
        if listing.phase.is_continuous()
            && terms.post_only
            && leaves > Qty::ZERO
            && self.would_trade(&owner, terms, working.price(), leaves)
        {
            return Err(Refusal::PostOnlyWouldTrade);
        }
        self.check_limits(order.participant, terms, working, leaves, Some(order))?;
        let mut reserved = self.reservation(order.participant, terms, working, leaves);
        if terms.ord_type == OrdType::Market && !grows {
            // Its collar may be further away now than when it came.
            reserved = reserved.min(order.reserved);
        }
        self.check_funds(terms, order.reserved, reserved)?;
        Ok((working, reserved))
    }

    fn carry_out(
        &mut self,
        slot: Slot,
        cl_ord_id: &ClOrdId,
        orig_cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        (working, reserved): (Working, Money),
        events: &mut Vec<Event>,
    ) {
        let former = self.orders.facts(slot);
        self.watch.count_pace(former.participant, self.now);
        let mut order = former;
        order.cl_ord_id = *cl_ord_id;
        order.terms = *terms;
        order.working = working;
        order.leaves_qty = leaves_after(&former, terms);
        self.hold(&mut order, reserved);
        if order.leaves_qty == Qty::ZERO {
            order.terms.order_qty = order.cum_qty;
            order.ord_status = OrdStatus::Filled;
        }
        self.assert_sound(&order);
        events.push(Event::OrderReplaced {
            order,
            orig_cl_ord_id: *orig_cl_ord_id,
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

    /// The order leaves its place, and meets the book like a new one; for limits it counts at the reference price of its entry as long as it
    /// waits for an auction.
    fn rework(&mut self, slot: Slot, order: &mut OrderFacts, events: &mut Vec<Event>) {
        let at = order.terms.instrument.0 as usize;
        let reference = self.waiting[at].reference(order.order_id);
        self.take_out(slot);
        self.pegs[at].remove(slot);
        self.unset_expiry(slot);
        self.orders.remove(slot);
        if order.leaves_qty > Qty::ZERO && matches!(order.working, Working::Held { .. }) {
            return self.hold_back(order);
        }
        if order.leaves_qty > Qty::ZERO && self.waits(order) {
            self.gather(order);
            if let Some(reference) = reference {
                self.waiting[at].keep_reference(order.order_id, reference);
            }
            return;
        }
        self.meet(order, events);
    }
}

/// OrderQty less what is filled already; nothing when that is more.
fn leaves_after(order: &OrderFacts, terms: &OrderTerms) -> Qty {
    minus(terms.order_qty, order.cum_qty.min(terms.order_qty))
}

/// The terms of an order as it works: what rests of a market-to-limit order is a limit order.
fn as_it_works(order: &OrderFacts, terms: &OrderTerms) -> OrderTerms {
    let ord_type = match (order.working, terms.ord_type) {
        (Working::At(price), OrdType::MarketToLimit) => OrdType::Limit(price),
        (_, ord_type) => ord_type,
    };
    OrderTerms { ord_type, ..*terms }
}

/// Whether a replace brings no other price or trigger than the order has.
fn keeps_price(order: &OrderFacts, terms: &OrderTerms) -> bool {
    let price = terms.ord_type.price();
    terms.ord_type == order.terms.ord_type || price.is_some() && price == order.working.price()
}

/// Whether an order may become this: symbol, side, account and what else it is stay.
fn check_replaceable(order: &OrderFacts, to: &OrderTerms) -> Result<(), Refusal> {
    let from = &order.terms;
    if from.instrument != to.instrument {
        return Err(Refusal::OtherInstrument);
    }
    if from.side != to.side {
        return Err(Refusal::OtherSide);
    }
    if from.account != to.account {
        return Err(Refusal::OtherAccount);
    }
    if to.time_in_force.is_immediate() {
        return Err(Refusal::TimeInForceNotReplaceable);
    }
    let term = if from.short_sale != to.short_sale {
        Term::Side
    } else if !type_stays(order, to) {
        Term::OrdType
    } else if !trigger_stays(order, to) {
        Term::StopPx
    } else if !time_may_change(from, to) {
        Term::TimeInForce
    } else if from.all_or_none != to.all_or_none {
        Term::AllOrNone
    } else {
        return Ok(());
    };
    Err(Refusal::NotReplaceable { term })
}

/// The type stays; but an order that rests may be called a limit order, whatever it was.
fn type_stays(order: &OrderFacts, to: &OrderTerms) -> bool {
    let from = &order.terms;
    match (from.ord_type, to.ord_type) {
        (OrdType::StopLimit { .. }, OrdType::Limit(_)) => order.working.price().is_some(),
        // Without a fill, as after a bust, it would be cancelled rather than rest anew.
        (OrdType::MarketToLimit, OrdType::MarketToLimit) => {
            order.cum_qty > Qty::ZERO || to.order_qty <= from.order_qty
        }
        (OrdType::Limit(_) | OrdType::MarketToLimit, OrdType::Limit(_))
        // One that waits for an auction.
        | (OrdType::Market, OrdType::Market)
        | (OrdType::StopLimit { .. }, OrdType::StopLimit { .. })
        | (OrdType::Stop { .. }, OrdType::Stop { .. })
        | (OrdType::TrailingStop { .. }, OrdType::TrailingStop { .. })
        | (OrdType::Pegged { .. }, OrdType::Pegged { .. }) => true,
        _ => false,
    }
}

/// A trigger that was reached stays.
fn trigger_stays(order: &OrderFacts, to: &OrderTerms) -> bool {
    let is_held = matches!(order.working, Working::Held { .. });
    match (order.terms.ord_type, to.ord_type) {
        (OrdType::StopLimit { stop_px, .. }, OrdType::StopLimit { stop_px: new, .. }) => {
            is_held || stop_px == new
        }
        _ => true,
    }
}

/// An order is not made one for an auction; a limit order for one may become one that rests, a market order may not.
fn time_may_change(from: &OrderTerms, to: &OrderTerms) -> bool {
    let rests = to.time_in_force.rests() && to.ord_type != OrdType::Market;
    rests || from.time_in_force == to.time_in_force
}

fn keeps_place(former: &OrderFacts, order: &OrderFacts) -> bool {
    order.leaves_qty > Qty::ZERO
        && former.working == order.working
        && (former.working != Working::Parked || former.terms.ord_type == order.terms.ord_type)
        && former.terms.max_floor == order.terms.max_floor
        && order.terms.order_qty <= former.terms.order_qty
}
