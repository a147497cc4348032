//! How an arriving order meets a book: price, then time; maker by maker; and what it could reach before it tries. Works on
//! [`State`], tells [`Event`]s, knows nothing of commands.

use crate::book::level::Level;
use crate::event::{CancelReason, Event};
use crate::id::AccountId;
use crate::limits::SelfTrade;
use crate::money::Money;
use crate::order::{OrdStatus, OrderFacts, OrderTerms};
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::state::{State, minus, plus};
use alloc::vec::Vec;

/// What became of an arriving order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matched {
    /// Nothing acceptable is left to trade with, or it is filled.
    Done,
    /// Self-trade prevention ends it; what it still has is to be cancelled.
    SelfTrade,
}

impl State {
    /// Trades an arriving order as far as it goes.
    pub(crate) fn match_taker(
        &mut self,
        taker: &mut OrderFacts,
        events: &mut Vec<Event>,
    ) -> Matched {
        let terms = taker.terms;
        let limit = taker.working.price();
        while taker.leaves_qty > Qty::ZERO {
            let book = self.book(terms.instrument);
            let Some(slot) = book.first_for(terms.side, limit) else {
                break;
            };
            if !self.meets_itself(slot, terms.account) {
                self.trade(slot, taker, events);
            } else if self.prevent(slot, taker, events) == Matched::SelfTrade {
                return Matched::SelfTrade;
            }
        }
        Matched::Done
    }

    /// An arriving order has reached a resting one of the same account.
    fn prevent(&mut self, slot: Slot, taker: &mut OrderFacts, events: &mut Vec<Event>) -> Matched {
        match self.limits.self_trade {
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
        let (terms, leaves) = (&order.terms, order.leaves_qty);
        let reserved = self.reservation(order.participant, terms, order.working, leaves);
        self.hold(&mut order, reserved);
        self.assert_sound(&order);
        self.orders.set_facts(slot, &order);
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
            let reserved = self.reservation(
                taker.participant,
                &taker.terms,
                taker.working,
                taker.leaves_qty,
            );
            self.hold(taker, reserved);
        }
        self.assert_sound(taker);
        events.push(Event::OrderDecremented { order: *taker, qty });
        Matched::Done
    }

    /// Cancels what an arriving order still has.
    pub(crate) fn cancel_taker(
        &mut self,
        mut taker: OrderFacts,
        reason: CancelReason,
        events: &mut Vec<Event>,
    ) {
        self.finish(&mut taker, OrdStatus::Canceled);
        self.orders.remember(&taker);
        events.push(Event::OrderCanceled {
            order: taker,
            request: None,
            reason,
        });
    }

    /// Whether an order of these terms would trade at once with this limit.
    pub(crate) fn would_trade(&self, terms: &OrderTerms, limit: Option<Price>) -> bool {
        let book = self.book(terms.instrument);
        book.first_for(terms.side, limit).is_some()
    }

    /// Whether an order of these terms can trade whole at once, hidden quantity included.
    pub(crate) fn can_fill(&self, terms: &OrderTerms, limit: Option<Price>) -> bool {
        let ends = self.limits.self_trade != SelfTrade::CancelOldest;
        let mut left = terms.order_qty;
        for (_, open) in self.reachable(terms, limit, ends) {
            left = minus(left, left.min(open));
            if left == Qty::ZERO {
                return true;
            }
        }
        false
    }

    /// What a market order would pay for `qty` now, hidden quantity included. Exact, but where self-trade prevention decrements:
    /// there it is the most that it can cost.
    pub(crate) fn cost(&self, terms: &OrderTerms, qty: Qty) -> Money {
        let ends = matches!(
            self.limits.self_trade,
            SelfTrade::CancelNewest | SelfTrade::CancelBoth
        );
        let mut left = qty;
        let mut cost = Money::ZERO;
        for (price, open) in self.reachable(terms, None, ends) {
            let part = left.min(open);
            left = minus(left, part);
            cost = cost
                .checked_add(Money::notional(price, part))
                .expect("a book's notional fits");
            if left == Qty::ZERO {
                break;
            }
        }
        cost
    }

    /// What an order of these terms and limit can trade with, level by level, best first, resting orders of the same account left out
    /// where self-trade prevention is on. With `ends`, the first of them is also the end.
    fn reachable(
        &self,
        terms: &OrderTerms,
        limit: Option<Price>,
        ends: bool,
    ) -> impl Iterator<Item = (Price, Qty)> {
        let account = terms.account;
        let mut ended = false;
        self.acceptable(terms, limit).map_while(move |level| {
            if ended {
                return None;
            }
            if !ends {
                return Some((level.price, self.without_own(level, account)));
            }
            let Some(own) = self.first_own(level, account) else {
                return Some((level.price, level.leaves));
            };
            ended = true;
            Some((level.price, self.shown_before(level, own)))
        })
    }

    fn acceptable(&self, terms: &OrderTerms, limit: Option<Price>) -> impl Iterator<Item = &Level> {
        let ladder = self.book(terms.instrument).side(terms.side.opposite());
        ladder.acceptable(limit)
    }

    /// What a level has, less what self-trade prevention keeps from the account.
    fn without_own(&self, level: &Level, account: AccountId) -> Qty {
        if self.limits.self_trade == SelfTrade::Allow {
            return level.leaves;
        }
        level
            .queue(&self.orders)
            .filter(|slot| self.meets_itself(*slot, account))
            .fold(level.leaves, |open, slot| {
                minus(open, self.orders[slot].leaves_qty())
            })
    }

    fn first_own(&self, level: &Level, account: AccountId) -> Option<Slot> {
        if self.limits.self_trade == SelfTrade::Allow {
            return None;
        }
        level
            .queue(&self.orders)
            .find(|slot| self.meets_itself(*slot, account))
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
