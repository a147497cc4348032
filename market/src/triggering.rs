//! Stops: where a trailing one begins, what a held one reserves at, what triggers it, and what it becomes then. The order of triggers stands
//! in [`crate::stops`].

use crate::collar::collar;
use crate::event::{CancelReason, Event};
use crate::id::InstrumentId;
use crate::order::{OrderFacts, OrderTerms, Side, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::rules::StopTrigger;
use crate::state::State;
use crate::stops::{is_reached, trail};
use alloc::vec::Vec;

impl State {
    /// A trailing stop begins behind the last trade, else behind the previous close.
    pub(crate) fn trail_behind(
        &self,
        terms: &OrderTerms,
        offset: Price,
    ) -> Result<Working, Refusal> {
        let tick = self.listing(terms.instrument).instrument.tick;
        let stop_px = trail(terms.side, self.reference(terms.instrument), offset);
        if stop_px <= Price::ZERO || stop_px == Price::from_raw(i64::MAX) {
            return Err(Refusal::BadOffset { tick });
        }
        Ok(Working::Held { stop_px })
    }

    /// The price that a held buy order reserves at: its limit, or the collar from its trigger, or the trigger.
    pub(crate) fn held_at(&self, terms: &OrderTerms, stop_px: Price) -> Price {
        let listing = self.listing(terms.instrument);
        match (terms.ord_type.price(), listing.rules.collar_bps) {
            (Some(price), _) => price,
            (None, Some(bps)) => collar(stop_px, bps, terms.side, listing.instrument.tick),
            (None, None) => stop_px,
        }
    }

    /// The price that triggers stops of this side now: the last trade, or the best price of the other side.
    fn trigger(&self, instrument: InstrumentId, side: Side) -> Option<Price> {
        match self.listing(instrument).rules.stop_trigger {
            StopTrigger::LastTrade => self.tapes[instrument.0 as usize].last_px,
            StopTrigger::BestOpposite => {
                let ladder = self.book(instrument).side(side.opposite());
                ladder.best().map(|level| level.price)
            }
        }
    }

    /// Keeps an order outside the book until its trigger is reached; one that is through it already is triggered at once.
    pub(crate) fn hold_back(&mut self, order: &OrderFacts) {
        let Working::Held { stop_px } = order.working else {
            unreachable!("asked only of held orders");
        };
        let OrderTerms {
            instrument, side, ..
        } = order.terms;
        let slot = self.keep(order);
        let is_through = self.listing(instrument).phase.is_continuous()
            && self
                .trigger(instrument, side)
                .is_some_and(|by| is_reached(side, stop_px, by));
        let stops = &mut self.stops[instrument.0 as usize];
        stops.hold(&self.orders, slot);
        if is_through {
            stops.reach_at_once(slot);
        }
    }

    /// Triggers the next stop, if one is reached: it meets the book, whole, before anything else happens.
    pub(crate) fn trigger_next(
        &mut self,
        instrument: InstrumentId,
        events: &mut Vec<Event>,
    ) -> bool {
        self.reach_by_now(instrument);
        let Some(slot) = self.stops[instrument.0 as usize].next() else {
            return false;
        };
        let mut order = self.orders.facts(slot);
        self.unset_expiry(slot);
        self.orders.remove(slot);
        self.activate(&mut order);
        events.push(Event::OrderTriggered { order });
        if self.is_beyond_band(&order) {
            self.cancel_taker(&mut order, CancelReason::BeyondBand, events);
        } else {
            self.work(&mut order, events);
        }
        true
    }

    /// Whether a stop is to be triggered.
    pub(crate) fn has_reached(&mut self, instrument: InstrumentId) -> bool {
        self.reach_by_now(instrument);
        self.stops[instrument.0 as usize].has_reached()
    }

    /// What the price that triggers stops now reaches is to be triggered.
    fn reach_by_now(&mut self, instrument: InstrumentId) {
        for side in [Side::Buy, Side::Sell] {
            if let Some(by) = self.trigger(instrument, side) {
                self.stops[instrument.0 as usize].reach(side, by);
            }
        }
    }

    /// A triggered stop-limit order works at its limit. A stop order walks up to the collar from the best opposite price; where the
    /// account cannot pay for that, as far as it has reserved.
    fn activate(&mut self, order: &mut OrderFacts) {
        let terms = order.terms;
        if let Some(price) = terms.ord_type.price() {
            let nearest = self.nearest_in_band(&terms, price);
            let is_repriced = terms.reprice_to_band;
            order.working = Working::At(if is_repriced { nearest } else { price });
            let reserved = self.reserved_by(order);
            self.hold(order, reserved);
            return;
        }
        let wanted = self.at_market(&terms);
        let reserved = self.reservation(order.participant, &terms, wanted, order.leaves_qty);
        let claim = self.claim(&terms);
        let checked = self
            .ledger
            .check(claim, order.reserved, reserved, Qty::ZERO);
        if checked.is_ok() {
            order.working = wanted;
            self.hold(order, reserved);
        } else {
            let price = self.nearest_in_band(&terms, self.affordable(order));
            order.working = Working::At(price);
        }
    }

    /// The price that a held buy order has reserved at: with the fees of it, it is all that the order holds.
    fn affordable(&self, order: &OrderFacts) -> Price {
        let OrderFacts {
            participant,
            terms,
            leaves_qty,
            reserved,
            ..
        } = order;
        let notional = self.fees.before(*participant, terms.instrument, *reserved);
        let tick = self.listing(terms.instrument).instrument.tick;
        let each = notional.raw() * i128::from(crate::decimal::ONE) / i128::from(leaves_qty.raw());
        let steps = each / i128::from(tick.raw());
        let most = i128::from(i64::MAX / tick.raw());
        let at = |steps: i128| {
            let raw = steps.min(most) * i128::from(tick.raw());
            Price::from_raw(i64::try_from(raw).expect("held to what a price can say"))
        };
        // Rounding may have lost the last step.
        let next = Working::At(at(steps + 1));
        if self.reservation(*participant, terms, next, *leaves_qty) <= *reserved {
            at(steps + 1)
        } else {
            at(steps)
        }
    }
}
