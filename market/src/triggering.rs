//! Orders that begin to work without a limit of their own, or later: market orders under their collar, stops, trailing stops,
//! market-to-limit orders. What triggers a stop, and what it becomes. The order of triggers stands in [`crate::stops`].

use crate::collar::collar;
use crate::event::{CancelReason, Event};
use crate::id::InstrumentId;
use crate::instrument::Phase;
use crate::money::Money;
use crate::order::{OrdType, OrderFacts, OrderTerms, Side, TimeInForce, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::MAX_NOTIONAL;
use crate::rules::StopTrigger;
use crate::state::State;
use crate::stops::{MAX_TRAILING, is_reached, trail};
use alloc::vec::Vec;

impl State {
    /// How a new order of these terms begins to work.
    pub(crate) fn begin(&self, terms: &OrderTerms) -> Result<Working, Refusal> {
        let phase = self.phase(terms.instrument);
        let is_for_later =
            terms.time_in_force == TimeInForce::AtClose && phase != Phase::ClosingAuction;
        match terms.ord_type {
            OrdType::Market | OrdType::Limit(_) if is_for_later => Ok(Working::Parked),
            OrdType::Market if phase.is_gathering() => Ok(Working::AtMarket),
            OrdType::Market | OrdType::MarketToLimit => self.at_touch(terms),
            OrdType::Limit(price) => Ok(Working::At(self.within_bands(terms, price)?)),
            OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. } => {
                Ok(Working::Held { stop_px })
            }
            OrdType::TrailingStop { offset } => self.trail_behind(terms, offset),
            OrdType::Pegged { .. } => self.peg(terms),
        }
    }

    /// How an order works after a replace: a stop-limit order that was triggered stays so, and a trailing stop whose distance stays keeps
    /// its trigger.
    pub(crate) fn begin_again(
        &self,
        order: &OrderFacts,
        terms: &OrderTerms,
    ) -> Result<Working, Refusal> {
        match (order.working, terms.ord_type) {
            (Working::At(_), OrdType::StopLimit { price, .. }) => {
                Ok(Working::At(self.within_bands(terms, price)?))
            }
            (Working::Held { .. }, OrdType::TrailingStop { .. })
                if terms.ord_type == order.terms.ord_type =>
            {
                Ok(order.working)
            }
            _ => self.begin(terms),
        }
    }

    /// A market order walks up to its collar; a market-to-limit order trades at the best opposite price only. Without anything on
    /// the other side, or a collar, nothing bounds them.
    fn at_touch(&self, terms: &OrderTerms) -> Result<Working, Refusal> {
        let rules = &self.listing(terms.instrument).rules;
        match self.touch(terms) {
            None if rules.market_needs_opposite => Err(Refusal::NoOpposite),
            None if terms.ord_type == OrdType::MarketToLimit => Ok(Working::AtMarket),
            Some(best) if terms.ord_type == OrdType::MarketToLimit => {
                Ok(Working::At(self.nearest_in_band(terms, best)))
            }
            _ => Ok(self.at_market(terms)),
        }
    }

    /// Any price, or up to the collar from the best opposite price; not beyond a band.
    fn at_market(&self, terms: &OrderTerms) -> Working {
        let listing = self.listing(terms.instrument);
        match (listing.rules.collar_bps, self.touch(terms)) {
            (Some(bps), Some(best)) => {
                let price = collar(best, bps, terms.side, listing.instrument.tick);
                Working::At(self.nearest_in_band(terms, price))
            }
            _ => self.any_in_band(terms),
        }
    }

    /// The best price that an order of these terms could trade at now.
    pub(crate) fn touch(&self, terms: &OrderTerms) -> Option<Price> {
        let ladder = self.book(terms.instrument).side(terms.side.opposite());
        ladder.best().map(|level| level.price)
    }

    /// A trailing stop begins behind the last trade, else behind the previous close.
    fn trail_behind(&self, terms: &OrderTerms, offset: Price) -> Result<Working, Refusal> {
        let at = terms.instrument.0 as usize;
        let tick = self.listing(terms.instrument).instrument.tick;
        if self.stops[at].trailing() >= MAX_TRAILING {
            return Err(Refusal::CapacityReached);
        }
        let stop_px = trail(terms.side, self.tapes[at].reference(), offset);
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

    /// Whether the most that an order may trade for fits the ledger and the instrument's rule.
    pub(crate) fn check_notional(
        &self,
        terms: &OrderTerms,
        working: Working,
    ) -> Result<(), Refusal> {
        let price = match working {
            Working::At(price) => price,
            Working::Held { stop_px } => self.held_at(terms, stop_px),
            Working::AtMarket if !self.phase(terms.instrument).is_gathering() => return Ok(()),
            Working::AtMarket | Working::Parked => {
                let price = terms.ord_type.price();
                price.unwrap_or_else(|| self.collar_price(terms))
            }
        };
        let notional = Money::notional(price, terms.order_qty);
        if notional > MAX_NOTIONAL {
            return Err(Refusal::NotionalTooLarge);
        }
        match self.listing(terms.instrument).rules.max_notional {
            Some(max) if notional > max => Err(Refusal::NotionalAboveMax { max }),
            _ => Ok(()),
        }
    }

    /// Whether a price is near enough to the reference price: the last trade, else the previous close. The distance is compared exactly.
    pub(crate) fn check_distance(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        let most = self.listing(terms.instrument).rules.fat_finger_bps;
        let (Some(bps), Some(price)) = (most, terms.ord_type.price()) else {
            return Ok(());
        };
        let reference = self.tapes[terms.instrument.0 as usize].reference();
        let distance = (i128::from(price.raw()) - i128::from(reference.raw())).abs();
        if distance * 10_000 > i128::from(reference.raw()) * i128::from(bps) {
            return Err(Refusal::PriceTooFar { reference });
        }
        Ok(())
    }

    /// A trade has printed: trailing stops follow it, and what it reaches is to be triggered.
    pub(crate) fn print(&mut self, instrument: InstrumentId, last_px: Price) {
        let at = instrument.0 as usize;
        self.tapes[at].print(last_px);
        if let Some(luld) = &mut self.luld[at] {
            luld.count(self.now, last_px);
        }
        if self.stops[at].is_empty() {
            return;
        }
        for slot in self.stops[at].trail(&mut self.orders, last_px) {
            let mut order = self.orders.facts(slot);
            let reserved = self.reserved_by(&order);
            // The nearer the trigger, the less is held: never more than was.
            let reserved = reserved.min(order.reserved);
            self.hold(&mut order, reserved);
            self.orders.set_facts(slot, &order);
            self.follow_stake(&order);
        }
        if self.listing(instrument).rules.stop_trigger == StopTrigger::LastTrade {
            self.stops[at].reach(Side::Buy, last_px);
            self.stops[at].reach(Side::Sell, last_px);
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
        let at = instrument.0 as usize;
        for side in [Side::Buy, Side::Sell] {
            if let Some(by) = self.trigger(instrument, side) {
                self.stops[at].reach(side, by);
            }
        }
        let Some(slot) = self.stops[at].next() else {
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
