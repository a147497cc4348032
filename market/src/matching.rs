//! How an arriving order meets a book: price, then time; maker by maker; and what it could reach before it tries. Works on
//! [`State`], tells [`Event`]s, knows nothing of commands.

use crate::book::ladder::rank;
use crate::book::level::Level;
use crate::event::{CancelReason, Event};
use crate::limits::SelfTrade;
use crate::money::Money;
use crate::order::{OrdStatus, OrderFacts, OrderTerms};
use crate::owners::Owner;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::state::{State, minus, plus};
use crate::wholes::Whole;
use alloc::vec::Vec;

/// What became of an arriving order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matched {
    /// Nothing acceptable is left to trade with, or it is filled.
    Done,
    /// Self-trade prevention ends it; what it still has is to be cancelled.
    SelfTrade,
    /// The next trade would print outside a band.
    Band,
}

impl State {
    /// Trades an arriving order as far as it goes.
    #[inline(always)]
    pub(crate) fn match_taker(
        &mut self,
        taker: &mut OrderFacts,
        events: &mut Vec<Event>,
    ) -> Matched {
        let owner = self.owner(taker.participant, taker.terms.account);
        let limit = taker.working.price();
        let mut band = None;
        while taker.leaves_qty > Qty::ZERO {
            let Some(slot) = self.next_for(&owner, &taker.terms, limit, taker.leaves_qty) else {
                break;
            };
            if !self.meets_itself(slot, &owner) {
                let band = *band.get_or_insert_with(|| self.band(taker.terms.instrument));
                if !band.contains(self.orders[slot].price()) {
                    return Matched::Band;
                }
                self.trade(slot, taker, events);
            } else if self.prevent(owner.mode, slot, taker, events) == Matched::SelfTrade {
                return Matched::SelfTrade;
            }
        }
        Matched::Done
    }

    /// An arriving order has reached a resting one that it may not trade with.
    fn prevent(
        &mut self,
        mode: SelfTrade,
        slot: Slot,
        taker: &mut OrderFacts,
        events: &mut Vec<Event>,
    ) -> Matched {
        match mode {
            SelfTrade::Allow => unreachable!("asked only where self-trade prevention is on"),
            SelfTrade::CancelNewest => Matched::SelfTrade,
            SelfTrade::CancelOldest => {
                self.cancel_resting(slot, None, CancelReason::SelfTrade, events);
                Matched::Done
            }
            SelfTrade::CancelBoth => {
                self.cancel_resting(slot, None, CancelReason::SelfTrade, events);
                Matched::SelfTrade
            }
            SelfTrade::DecrementAndCancel => {
                let maker_leaves = self.orders[slot].leaves_qty();
                let qty = maker_leaves.min(taker.leaves_qty);
                self.decrement_maker(slot, qty, events);
                self.decrement_taker(taker, qty, events)
            }
        }
    }

    fn decrement_maker(&mut self, slot: Slot, qty: Qty, events: &mut Vec<Event>) {
        let mut order = self.orders.facts(slot);
        if order.leaves_qty == qty {
            self.cancel_resting(slot, None, CancelReason::SelfTrade, events);
            return;
        }
        order.terms.order_qty = minus(order.terms.order_qty, qty);
        order.leaves_qty = minus(order.leaves_qty, qty);
        let instrument = order.terms.instrument;
        self.books[instrument.0 as usize].shrink(&mut self.orders, slot, order.leaves_qty);
        let reserved = self.reserved_by(&order);
        self.hold(&mut order, reserved);
        self.assert_sound(&order);
        self.orders.go_on(slot, &order);
        events.push(Event::OrderDecremented { order, qty });
    }

    fn decrement_taker(
        &mut self,
        taker: &mut OrderFacts,
        qty: Qty,
        events: &mut Vec<Event>,
    ) -> Matched {
        if taker.leaves_qty == qty {
            return Matched::SelfTrade;
        }
        taker.terms.order_qty = minus(taker.terms.order_qty, qty);
        taker.leaves_qty = minus(taker.leaves_qty, qty);
        if taker.working.price().is_some() {
            let reserved = self.reserved_by(taker);
            self.hold(taker, reserved);
        }
        self.assert_sound(taker);
        events.push(Event::OrderDecremented { order: *taker, qty });
        Matched::Done
    }

    /// Cancels what an arriving order still has.
    pub(crate) fn cancel_taker(
        &mut self,
        taker: &mut OrderFacts,
        reason: CancelReason,
        events: &mut Vec<Event>,
    ) {
        self.finish(taker, OrdStatus::Canceled);
        self.orders.remember(taker);
        events.push(Event::OrderCanceled {
            order: *taker,
            request: None,
            reason,
        });
    }

    /// Whether an order of these terms would trade at once with this limit.
    pub(crate) fn would_trade(
        &self,
        owner: &Owner,
        terms: &OrderTerms,
        limit: Option<Price>,
        leaves: Qty,
    ) -> bool {
        self.next_for(owner, terms, limit, leaves).is_some()
    }

    /// How much of `qty` an order of these terms can trade at once, within the bands, hidden quantity included; what self-trade
    /// prevention would do to an order that it reaches ends it.
    pub(crate) fn tradable(
        &self,
        owner: &Owner,
        terms: &OrderTerms,
        limit: Option<Price>,
        qty: Qty,
    ) -> Qty {
        let ends = owner.mode != SelfTrade::CancelOldest;
        let (left, _) = self.walk(owner, terms, limit, qty, ends);
        minus(qty, left)
    }

    /// What a market order without a collar would pay for `qty` now, within the bands, hidden quantity included. Exact, but where self-trade prevention
    /// decrements: there it is the most that it can cost.
    pub(crate) fn cost(&self, owner: &Owner, terms: &OrderTerms, qty: Qty) -> Money {
        let ends = matches!(owner.mode, SelfTrade::CancelNewest | SelfTrade::CancelBoth);
        self.walk(owner, terms, None, qty, ends).1
    }

    /// What an arriving order would have left of `qty`, and what it would pay: what it may not trade with is left out, and with `ends` the first
    /// of that is the end. So is the first trade that would print outside a band.
    fn walk(
        &self,
        owner: &Owner,
        terms: &OrderTerms,
        limit: Option<Price>,
        qty: Qty,
        ends: bool,
    ) -> (Qty, Money) {
        let band = self.band(terms.instrument);
        let mut wholes = self.wholes_for(owner, terms, limit).peekable();
        let mut rest = (qty, Money::ZERO);
        for level in self.acceptable(terms, limit) {
            while let Some(whole) =
                wholes.next_if(|whole| is_better(terms, whole.price, level.price))
            {
                if whole.leaves <= rest.0 {
                    if !band.contains(whole.price) {
                        return rest;
                    }
                    rest = pay(rest, whole.price, whole.leaves);
                }
            }
            let (open, is_end) = self.open_at(level, owner, ends);
            if open > Qty::ZERO && !band.contains(level.price) {
                return rest;
            }
            rest = pay(rest, level.price, open);
            if is_end || rest.0 == Qty::ZERO {
                return rest;
            }
        }
        for whole in wholes {
            if whole.leaves <= rest.0 {
                if !band.contains(whole.price) {
                    return rest;
                }
                rest = pay(rest, whole.price, whole.leaves);
            }
        }
        rest
    }

    /// What an arriving order meets next: the best price; at one price the book first, then what trades only whole. An all-or-none order that is
    /// larger than what is left of the arriving one, or that it may not trade with, is passed over; so are all where no price bounds it.
    #[inline(always)]
    fn next_for(
        &self,
        owner: &Owner,
        terms: &OrderTerms,
        limit: Option<Price>,
        leaves: Qty,
    ) -> Option<Slot> {
        let first = self.book(terms.instrument).first_for(terms.side, limit);
        if self.wholes[terms.instrument.0 as usize].is_empty() {
            return first;
        }
        let mut wholes = self.wholes_for(owner, terms, limit);
        let whole = wholes.find(|whole| whole.leaves <= leaves);
        match (first, whole) {
            (Some(slot), Some(whole))
                if !is_better(terms, whole.price, self.orders[slot].price()) =>
            {
                Some(slot)
            }
            (_, Some(whole)) => Some(whole.slot),
            (first, None) => first,
        }
    }

    /// The all-or-none orders on the other side that an order may trade with, where they are not too large for it: price, then arrival.
    fn wholes_for(
        &self,
        owner: &Owner,
        terms: &OrderTerms,
        limit: Option<Price>,
    ) -> impl Iterator<Item = Whole> {
        let side = terms.side.opposite();
        let ladder = self.book(terms.instrument).side(side);
        let wholes = self.wholes[terms.instrument.0 as usize].of(side);
        wholes
            .take_while(move |whole| limit.is_some() && ladder.accepts(limit, whole.price))
            .filter(move |whole| !self.meets_itself(whole.slot, owner))
    }

    /// What a level has for an owner, and whether it ends there.
    fn open_at(&self, level: &Level, owner: &Owner, ends: bool) -> (Qty, bool) {
        if owner.mode == SelfTrade::Allow {
            return (level.leaves, false);
        }
        if !ends {
            return (self.without_own(level, owner), false);
        }
        match self.first_own(level, owner) {
            Some(own) => (self.shown_before(level, own), true),
            None => (level.leaves, false),
        }
    }

    fn acceptable(&self, terms: &OrderTerms, limit: Option<Price>) -> impl Iterator<Item = &Level> {
        let ladder = self.book(terms.instrument).side(terms.side.opposite());
        ladder.acceptable(limit)
    }

    /// What a level has, less what self-trade prevention keeps from the owner.
    fn without_own(&self, level: &Level, owner: &Owner) -> Qty {
        level
            .queue(&self.orders)
            .filter(|slot| self.meets_itself(*slot, owner))
            .fold(level.leaves, |open, slot| {
                minus(open, self.orders[slot].leaves_qty())
            })
    }

    fn first_own(&self, level: &Level, owner: &Owner) -> Option<Slot> {
        level
            .queue(&self.orders)
            .find(|slot| self.meets_itself(*slot, owner))
    }

    /// What a queue shows before one of its orders: all that can trade before that order is reached, since every next slice
    /// of an order goes behind it.
    fn shown_before(&self, level: &Level, end: Slot) -> Qty {
        level
            .queue(&self.orders)
            .take_while(|slot| *slot != end)
            .fold(Qty::ZERO, |sum, slot| plus(sum, self.orders.shown(slot)))
    }
}

/// Whether an arriving order would rather trade at `price` than at `other`.
fn is_better(arriving: &OrderTerms, price: Price, other: Price) -> bool {
    let side = arriving.side.opposite();
    rank(side, price) < rank(side, other)
}

/// What is left, and what is paid in all, after as much as there is of `open`.
fn pay((left, cost): (Qty, Money), price: Price, open: Qty) -> (Qty, Money) {
    let part = left.min(open);
    let cost = cost
        .checked_add(Money::notional(price, part))
        .expect("a book's notional fits");
    (minus(left, part), cost)
}
