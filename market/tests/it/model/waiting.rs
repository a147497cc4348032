//! How the [`Model`] holds stops, and what becomes of them: after every trade all stops are looked at.

use super::{Id, Model, Order, Tale, notional, rank};
use market::event::CancelReason;
use market::id::InstrumentId;
use market::instrument::Phase;
use market::order::{OrdType, OrderTerms, Side};
use market::price::Price;
use market::refusal::Refusal;
use market::rules::StopTrigger;

impl Model {
    /// Where an order begins: the price that it works at, or its trigger.
    pub(super) fn begin(&self, order: &mut Order) -> Result<(), Refusal> {
        let terms = order.terms;
        let rules = self.rules[terms.instrument.0 as usize];
        (order.works_at, order.trigger) = (None, None);
        if order.parked {
            let limit = terms.ord_type.price().map(|price| price.raw());
            order.cover = limit.unwrap_or(self.cover(&terms));
            return Ok(());
        }
        match terms.ord_type {
            OrdType::Limit(price) => order.works_at = Some(self.limited(&terms, price)?),
            OrdType::Market if self.is_gathering(terms.instrument) => {
                order.cover = self.cover(&terms);
            }
            OrdType::Market | OrdType::MarketToLimit => {
                let best = self.best_price(terms.instrument, terms.side.opposite());
                if best.is_none() && rules.market_needs_opposite {
                    return Err(Refusal::NoOpposite);
                }
                order.works_at = match (terms.ord_type, best) {
                    (OrdType::MarketToLimit, best) => best.map(|best| self.nearest(&terms, best)),
                    (_, best) => self.walks_to(&terms, best),
                };
            }
            OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. } => {
                order.trigger = Some(stop_px.raw());
            }
            OrdType::TrailingStop { offset } => {
                let at = terms.instrument.0 as usize;
                let last = self.tapes[at].reference();
                order.trigger = Some(match terms.side {
                    Side::Buy => last + offset.raw(),
                    Side::Sell => last - offset.raw(),
                });
                if order.trigger <= Some(0) {
                    let tick = self.instruments[at].0.tick;
                    return Err(Refusal::BadOffset { tick });
                }
            }
            OrdType::Pegged { .. } => {
                let all = self.touch(terms.instrument, |_| true);
                order.works_at = self.peg_price(&terms, self.unpegged(terms.instrument), all);
            }
        }
        self.bind(order);
        Ok(())
    }

    /// The price that a held order reserves at.
    pub(super) fn bind(&self, order: &mut Order) {
        if let Some(trigger) = order.trigger {
            let limit = order.terms.ord_type.price().map(|price| price.raw());
            let bound = limit.or(self.collar(&order.terms, trigger));
            order.bound = bound.unwrap_or(trigger);
        }
    }

    /// The last tick within the collar, found by walking there.
    fn collar(&self, terms: &OrderTerms, from: i64) -> Option<i64> {
        let at = terms.instrument.0 as usize;
        let bps = i64::from(self.rules[at].collar_bps?);
        let tick = self.instruments[at].0.tick.raw();
        let mut price = from;
        loop {
            let next = match terms.side {
                Side::Buy => price + tick,
                Side::Sell => price - tick,
            };
            if next <= 0 || (next - from).abs() * 10_000 > from * bps {
                return Some(price);
            }
            price = next;
        }
    }

    /// How far an order without a limit may walk: to the collar from the best price, but not beyond a band.
    fn walks_to(&self, terms: &OrderTerms, best: Option<i64>) -> Option<i64> {
        let collar = best.and_then(|best| self.collar(terms, best));
        let collar = collar.map(|collar| self.nearest(terms, collar));
        collar.or(self.last_price(terms))
    }

    pub(super) fn best_price(&self, instrument: InstrumentId, side: Side) -> Option<i64> {
        self.book(instrument, side).first()?.works_at
    }

    /// A trade has printed.
    pub(super) fn print(&mut self, instrument: InstrumentId, price: i64) {
        self.tapes[instrument.0 as usize].last = Some(price);
        self.count_for_luld(instrument, price);
        for at in 0..self.orders.len() {
            let mut order = self.orders[at].clone();
            let OrdType::TrailingStop { offset } = order.terms.ord_type else {
                continue;
            };
            if order.terms.instrument != instrument || order.reached.is_some() {
                continue;
            }
            let (trigger, offset) = (order.trigger.expect("it is held"), offset.raw());
            let bound = order.bound;
            order.trigger = Some(match order.terms.side {
                Side::Buy => trigger.min(price + offset),
                Side::Sell => trigger.max(price - offset),
            });
            if order.trigger != Some(trigger) {
                self.bind(&mut order);
                if order.terms.side == Side::Buy {
                    order.bound = order.bound.min(bound);
                }
            }
            self.orders[at] = order;
        }
        if self.rules[instrument.0 as usize].stop_trigger == StopTrigger::LastTrade {
            self.reach(instrument, Side::Buy, price);
            self.reach(instrument, Side::Sell, price);
        }
    }

    /// All stops of a side that this price reaches are next, the nearest first.
    fn reach(&mut self, instrument: InstrumentId, side: Side, price: i64) {
        let mut reached: Vec<(i64, u64, usize)> = Vec::new();
        for (at, order) in self.orders.iter().enumerate() {
            let Some(trigger) = order.trigger else {
                continue;
            };
            let is_reached = match side {
                Side::Buy => price >= trigger,
                Side::Sell => price <= trigger,
            };
            let is_meant = (order.terms.instrument, order.terms.side) == (instrument, side);
            if is_meant && is_reached && order.reached.is_none() {
                let distance = match side {
                    Side::Buy => trigger,
                    Side::Sell => -trigger,
                };
                reached.push((distance, order.arrival, at));
            }
        }
        reached.sort_unstable();
        for (_, _, at) in reached {
            self.arrivals += 1;
            self.orders[at].reached = Some(self.arrivals);
        }
    }

    fn trigger_price(&self, instrument: InstrumentId, side: Side) -> Option<i64> {
        match self.rules[instrument.0 as usize].stop_trigger {
            StopTrigger::LastTrade => self.tape(instrument).last,
            StopTrigger::BestOpposite => self.best_price(instrument, side.opposite()),
        }
    }

    /// Holds an order; one that is through its trigger is next, behind those that are already.
    pub(super) fn hold_back(&mut self, mut order: Order) {
        self.arrivals += 1;
        order.arrival = self.arrivals;
        let (instrument, side) = (order.terms.instrument, order.terms.side);
        let (trigger, price) = (order.trigger, self.trigger_price(instrument, side));
        let is_through = match side {
            Side::Buy => price.is_some() && price >= trigger,
            Side::Sell => price.is_some() && price <= trigger,
        };
        if is_through && self.instruments[instrument.0 as usize].1 == Phase::Open {
            self.arrivals += 1;
            order.reached = Some(self.arrivals);
        }
        self.set_id(order.participant, order.cl_ord_id, Id::Live);
        self.orders.push(order);
    }

    /// The stops, then the orders for an auction, each in order of arrival.
    pub(crate) fn waiting(&self, instrument: InstrumentId) -> Vec<&Order> {
        let orders = self.orders.iter();
        let mut waiting: Vec<&Order> = orders
            .filter(|order| order.terms.instrument == instrument && order.trigger.is_some())
            .collect();
        waiting.sort_by_key(|order| order.arrival);
        let orders = self.orders.iter();
        let mut parked: Vec<&Order> = orders
            .filter(|order| order.terms.instrument == instrument && order.trigger.is_none())
            .filter(|order| !order.is_in_book())
            .collect();
        parked.sort_by_key(|order| match (order.terms.all_or_none, order.terms.side) {
            (false, _) => (0, 0, order.arrival),
            (true, Side::Buy) => (1, rank(order), order.arrival),
            (true, Side::Sell) => (2, rank(order), order.arrival),
        });
        waiting.extend(parked);
        waiting
    }

    /// Everything that a command set off, up to so much; the rest is what the next one begins with.
    pub(super) fn follow(&mut self, tale: &mut Tale) {
        let (repriced, mut done) = (self.repriced, 0);
        for at in 0..self.instruments.len() {
            let instrument = self.instruments[at].0.id;
            while self.instruments[at].1 == Phase::Open {
                self.move_bands(instrument, tale);
                self.reprice_pegs(instrument);
                let is_enough = self.repriced - repriced >= self.bounds.max_repriced;
                if is_enough || done == self.bounds.max_triggers {
                    self.reach_by_now(instrument);
                    break;
                }
                if !self.trigger_next(instrument, tale) && !self.fill_next_whole(instrument, tale) {
                    break;
                }
                done += 1;
            }
            self.watch_limit_state(instrument, tale);
        }
    }

    /// The first all-or-none order, buys before sells, that can trade whole now does.
    fn fill_next_whole(&mut self, instrument: InstrumentId, tale: &mut Tale) -> bool {
        let next = self
            .waiting(instrument)
            .into_iter()
            .find(|order| order.terms.all_or_none && self.fills_whole(order));
        let Some(order) = next.cloned() else {
            return false;
        };
        self.orders.retain(|other| {
            (other.participant, other.cl_ord_id) != (order.participant, order.cl_ord_id)
        });
        self.trade_and_rest(order, tale);
        true
    }

    /// What is too large, too far off, or like what came a moment ago.
    pub(super) fn check_size(&self, order: &Order, is_new: bool) -> Result<(), Refusal> {
        let terms = &order.terms;
        let at = terms.instrument.0 as usize;
        let rules = &self.rules[at];
        let mut price = order.works_at.or(order.trigger.map(|_| order.bound));
        if price.is_none() && super::is_pegged(order) {
            let limit = terms.ord_type.price().map(|limit| limit.raw());
            price = Some(limit.unwrap_or(self.cover(terms)));
        } else if price.is_none() && (order.parked || self.is_gathering(terms.instrument)) {
            price = Some(order.cover);
        }
        let costs = || match price {
            Some(price) => notional(price, terms.order_qty.raw()),
            // Nothing bounds it but what is there.
            None => self.cost_of_walk(order),
        };
        if let Some(max) = rules.max_notional
            && costs() > max.raw()
        {
            return Err(Refusal::NotionalAboveMax { max });
        }
        let reference = self.tapes[at].reference();
        if let (Some(bps), Some(price)) = (rules.fat_finger_bps, terms.ord_type.price())
            && (price.raw() - reference).abs() * 10_000 > reference * i64::from(bps)
        {
            return Err(Refusal::PriceTooFar {
                reference: Price::from_raw(reference),
            });
        }
        let Some(within) = rules.duplicate_nanos.filter(|_| is_new) else {
            return Ok(());
        };
        let is_like = |other: &OrderTerms| {
            (other.account, other.instrument, other.side, other.order_qty)
                == (terms.account, terms.instrument, terms.side, terms.order_qty)
                && other.ord_type == terms.ord_type
        };
        let within = i64::try_from(within).expect("small");
        let mut last = self
            .accepted
            .iter()
            .filter(|(at, _)| self.now - at < within);
        if last.any(|(_, other)| is_like(other)) {
            return Err(Refusal::DuplicateOrder);
        }
        Ok(())
    }

    /// An order is accepted: another one like it is refused for a while, where that is the rule. What is older is forgotten.
    pub(super) fn note_alike(&mut self, terms: &OrderTerms) {
        let rules = &self.rules[terms.instrument.0 as usize];
        let Some(within) = rules.duplicate_nanos else {
            return;
        };
        let within = i64::try_from(within).expect("small");
        let now = self.now;
        self.accepted
            .retain(|(at, other)| other.instrument != terms.instrument || now - at < within);
        self.accepted.push((now, *terms));
    }

    fn reach_by_now(&mut self, instrument: InstrumentId) {
        for side in [Side::Buy, Side::Sell] {
            if let Some(price) = self.trigger_price(instrument, side) {
                self.reach(instrument, side, price);
            }
        }
    }

    fn trigger_next(&mut self, instrument: InstrumentId, tale: &mut Tale) -> bool {
        self.reach_by_now(instrument);
        let next = (0..self.orders.len())
            .filter(|at| self.orders[*at].terms.instrument == instrument)
            .filter(|at| self.orders[*at].reached.is_some())
            .min_by_key(|at| self.orders[*at].reached);
        let Some(at) = next else {
            return false;
        };
        let held = self.needs(&self.orders[at]);
        let mut order = self.remove(at, Id::Stale);
        tale.triggered.push(order.cl_ord_id);
        (order.trigger, order.reached) = (None, None);
        order.works_at = match order.terms.ord_type.price() {
            Some(price) => match self.limited(&order.terms, price) {
                Ok(price) => Some(price),
                Err(_) => {
                    self.end_taker(&order, CancelReason::BeyondBand);
                    return true;
                }
            },
            None => {
                let best = self.best_price(instrument, order.terms.side.opposite());
                self.walks_to(&order.terms, best)
            }
        };
        // It was taken out of the list: what it held is free for it.
        let needed = self.needs(&order);
        let is_dearer = order.terms.side == Side::Buy && needed > held;
        if is_dearer && self.check_funds(&order.terms, needed).is_err() {
            order.works_at = Some(self.nearest(&order.terms, order.bound));
        }
        self.trade_and_rest(order, tale);
        true
    }
}
