//! How the [`Model`] prices pegs: all of them, one after another, whenever the best prices without pegs are others than before.

use super::{End, Model, Order, is_pegged};
use market::event::CancelReason;
use market::id::InstrumentId;
use market::order::{OrdType, OrderTerms, Peg, Side};
use market::price::Price;

/// Best bid and offer.
pub(super) type Touch = (Option<i64>, Option<i64>);

impl Model {
    /// The best prices of the orders of a book that are asked for.
    pub(super) fn touch(&self, instrument: InstrumentId, of: impl Fn(&Order) -> bool) -> Touch {
        let prices = |side| -> Vec<i64> {
            let book = self.book(instrument, side).into_iter();
            book.filter(|order| of(order))
                .filter_map(|order| order.works_at)
                .collect()
        };
        let (bids, asks) = (prices(Side::Buy), prices(Side::Sell));
        (bids.into_iter().max(), asks.into_iter().min())
    }

    pub(super) fn unpegged(&self, instrument: InstrumentId) -> Touch {
        self.touch(instrument, |order| !is_pegged(order))
    }

    /// What a peg is worth, found by walking from what it follows to where it may rest.
    pub(super) fn peg_price(&self, terms: &OrderTerms, touch: Touch, book: Touch) -> Option<i64> {
        let OrdType::Pegged { peg, offset, limit } = terms.ord_type else {
            unreachable!("asked only of pegs");
        };
        let tick = self.instruments[terms.instrument.0 as usize].0.tick.raw();
        let buys = terms.side == Side::Buy;
        let (own, other) = if buys { touch } else { (touch.1, touch.0) };
        let mut price = offset.raw()
            + match peg {
                Peg::Primary => own?,
                Peg::Market => other?,
                Peg::Mid => {
                    let (own, other) = (own?, other?);
                    // As many whole ticks from its own side towards the other as fit into half of the way.
                    let ticks = (own - other).abs() / tick / 2;
                    if buys {
                        own + ticks * tick
                    } else {
                        own - ticks * tick
                    }
                }
            };
        let limit = limit.map(Price::raw);
        let against = if buys { book.1 } else { book.0 };
        let is_too_far = |price: i64| {
            if self.nearest(terms, price) != price {
                true
            } else if buys {
                limit.is_some_and(|limit| price > limit) || against.is_some_and(|ask| price >= ask)
            } else {
                limit.is_some_and(|limit| price < limit) || against.is_some_and(|bid| price <= bid)
            }
        };
        while is_too_far(price) {
            price += if buys { -tick } else { tick };
        }
        (price > 0).then_some(price)
    }

    pub(super) fn reprice_pegs(&mut self, instrument: InstrumentId) {
        let touch = self.unpegged(instrument);
        let at = instrument.0 as usize;
        let by = (touch, self.bands(instrument));
        if std::mem::replace(&mut self.touches[at], by) == by {
            return;
        }
        let pegs = self.orders.iter().filter(|order| is_pegged(order));
        let mut pegs: Vec<Order> = pegs
            .filter(|order| order.terms.instrument == instrument)
            .cloned()
            .collect();
        pegs.sort_by_key(|order| order.pegged);
        let mut book = touch;
        let mut moved = Vec::new();
        for mut peg in pegs {
            let worth = self.peg_price(&peg.terms, touch, book);
            match peg.terms.side {
                Side::Buy => book.0 = book.0.max(worth),
                Side::Sell => book.1 = [book.1, worth].into_iter().flatten().min(),
            }
            if worth != peg.works_at {
                peg.works_at = worth;
                moved.push(peg);
            }
        }
        for peg in moved {
            self.move_peg(peg);
        }
    }

    fn move_peg(&mut self, mut peg: Order) {
        let is_it = |other: &Order| {
            (other.participant, other.cl_ord_id) == (peg.participant, peg.cl_ord_id)
        };
        let at = self.orders.iter().position(is_it).expect("it lives");
        self.repriced += 1;
        let needed = self.needs(&peg) - self.needs(&self.orders[at]);
        if self.check_funds(&peg.terms, needed).is_err() {
            self.end(at, End::Canceled(CancelReason::Unaffordable));
            return;
        }
        self.arrivals += 1;
        peg.arrival = self.arrivals;
        peg.shown = super::trading::slice(&peg);
        self.orders[at] = peg;
    }
}
