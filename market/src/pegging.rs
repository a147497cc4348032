//! When pegged orders are priced, and at what: whenever the best prices of orders that are not pegged have moved, all at once, in order of
//! arrival. A peg never takes: where it would meet the other side it is one tick away from it. One whose price changes goes to the back of its
//! new price; one without anything to follow waits outside the book.

use crate::event::{CancelReason, Event, Restatement};
use crate::id::InstrumentId;
use crate::luld::PriceBands;
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Peg, Side, Working};
use crate::pegs::Touch;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// How a pegged order begins: at the price that follows from the best prices now, and from the pegs that are there.
    pub(crate) fn peg(&self, terms: &OrderTerms) -> Working {
        let best = |side| self.book(terms.instrument).side(side).best();
        let book = (
            best(Side::Buy).map(|level| level.price),
            best(Side::Sell).map(|level| level.price),
        );
        let tick = self.listing(terms.instrument).instrument.tick;
        let (touch, bands) = self.pegs_follow(terms.instrument);
        worth(terms, touch, book, bands, tick)
    }

    /// Rests an order that is pegged, or parks it.
    pub(crate) fn rest_peg(&mut self, order: &OrderFacts) {
        let instrument = order.terms.instrument;
        let at = instrument.0 as usize;
        if self.pegs[at].is_empty() {
            self.pegs[at].priced_by = self.pegs_follow(instrument);
        }
        let slot = self.keep(order);
        self.pegs[at].insert(slot);
        self.place(slot);
        assert!(
            self.books[at].is_uncrossed(),
            "a book is never crossed at rest"
        );
    }

    /// Prices the pegs of an instrument anew, where what they follow has moved.
    pub(crate) fn reprice_pegs(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let at = instrument.0 as usize;
        if self.pegs[at].is_empty() {
            return;
        }
        let by = self.pegs_follow(instrument);
        if core::mem::replace(&mut self.pegs[at].priced_by, by) == by {
            return;
        }
        let (touch, bands) = by;
        let moved = self.moved_pegs(instrument, touch, bands);
        for (slot, _) in &moved {
            self.take_out(*slot);
        }
        for (slot, working) in moved {
            self.move_peg(slot, working, events);
        }
    }

    /// The pegs whose price is another now, in order of arrival: each stays away from the other side, pegs before it included.
    fn moved_pegs(
        &self,
        instrument: InstrumentId,
        touch: Touch,
        bands: Option<PriceBands>,
    ) -> Vec<(Slot, Working)> {
        let tick = self.listing(instrument).instrument.tick;
        let mut book = touch;
        let mut moved = Vec::new();
        for slot in self.pegs[instrument.0 as usize].slots() {
            let order = self.orders.facts(slot);
            let working = worth(&order.terms, touch, book, bands, tick);
            if let Some(price) = working.price() {
                match order.terms.side {
                    Side::Buy => book.0 = Some(book.0.map_or(price, |best| best.max(price))),
                    Side::Sell => book.1 = Some(book.1.map_or(price, |best| best.min(price))),
                }
            }
            if working != order.working {
                moved.push((slot, working));
            }
        }
        moved
    }

    /// One that is out of the book gets its new price; one whose account cannot pay for it is cancelled, and has never worked at it.
    fn move_peg(&mut self, slot: Slot, working: Working, events: &mut Vec<Event>) {
        let mut order = self.orders.facts(slot);
        let at = order.terms.instrument.0 as usize;
        let reserved = self.reserved_by(&OrderFacts { working, ..order });
        let claim = self.claim(&order.terms);
        let checked = self
            .ledger
            .check(claim, order.reserved, reserved, Qty::ZERO);
        if checked.is_err() {
            self.finish(&mut order, OrdStatus::Canceled);
            self.forget(slot, &order);
            events.push(Event::OrderCanceled {
                order,
                request: None,
                reason: CancelReason::Unaffordable,
            });
            return;
        }
        order.working = working;
        self.hold(&mut order, reserved);
        self.orders.set_facts(slot, &order);
        self.place(slot);
        assert!(
            self.books[at].is_uncrossed(),
            "a book is never crossed at rest"
        );
        events.push(Event::OrderRestated {
            order,
            reason: Restatement::Repriced,
        });
    }

    /// What pegs follow, and the bands that they are not to go beyond.
    fn pegs_follow(&self, instrument: InstrumentId) -> (Touch, Option<PriceBands>) {
        (
            self.unpegged_touch(instrument),
            self.price_bands(instrument),
        )
    }

    /// The best bid and offer of orders that are not pegged.
    fn unpegged_touch(&self, instrument: InstrumentId) -> Touch {
        let best = |side| {
            let mut resting = self.book(instrument).resting(side, &self.orders);
            let slot = resting.find(|slot| !self.orders.is_pegged(*slot))?;
            Some(self.orders[slot].price())
        };
        (best(Side::Buy), best(Side::Sell))
    }

    /// Whether the pegs agree with the orders: asked of a state that was read back.
    pub(crate) fn pegs_are_sound(&self) -> bool {
        let listings = self.registry.listings();
        let live = self.orders.live();
        let pegged = live.filter(|facts| matches!(facts.terms.ord_type, OrdType::Pegged { .. }));
        pegged.count()
            == self
                .pegs
                .iter()
                .map(|pegs| pegs.slots().len())
                .sum::<usize>()
            && listings
                .iter()
                .zip(&self.pegs)
                .all(|(listing, pegs)| pegs.is_sound(listing.instrument.id, &self.orders))
    }
}

/// What a pegged order is worth: what it follows and its offset, not beyond its limit or a band, and a tick away from the other side of
/// the `book`.
fn worth(
    terms: &OrderTerms,
    touch: Touch,
    book: Touch,
    bands: Option<PriceBands>,
    tick: Price,
) -> Working {
    let OrdType::Pegged { peg, offset, limit } = terms.ord_type else {
        unreachable!("asked only of pegged orders");
    };
    let wide = |price: Price| i128::from(price.raw());
    let (tick, limit) = (wide(tick), limit.map(wide));
    let followed = match (peg, terms.side) {
        (Peg::Primary, Side::Buy) | (Peg::Market, Side::Sell) => touch.0.map(wide),
        (Peg::Primary, Side::Sell) | (Peg::Market, Side::Buy) => touch.1.map(wide),
        (Peg::Mid, side) => touch.0.zip(touch.1).map(|(bid, ask)| {
            let sum = wide(bid) + wide(ask);
            // Half ticks are rounded away from the other side.
            match side {
                Side::Buy => sum.div_euclid(2 * tick) * tick,
                Side::Sell => -(-sum).div_euclid(2 * tick) * tick,
            }
        }),
    };
    let Some(followed) = followed else {
        return Working::Parked;
    };
    let wanted = followed + wide(offset);
    let price = match terms.side {
        Side::Buy => {
            let band = bands.map(|bands| wide(bands.upper));
            let bounds = [limit, book.1.map(|ask| wide(ask) - tick), band];
            bounds.into_iter().flatten().fold(wanted, i128::min)
        }
        Side::Sell => {
            let band = bands.map(|bands| wide(bands.lower));
            let bounds = [limit, book.0.map(|bid| wide(bid) + tick), band];
            bounds.into_iter().flatten().fold(wanted, i128::max)
        }
    };
    match i64::try_from(price) {
        Ok(price) if price > 0 => Working::At(Price::from_raw(price)),
        _ => Working::Parked,
    }
}
