//! How the [`Model`] limits prices up and down: every trade is remembered, the mean is taken anew whenever it is asked for, and all orders
//! are looked at after every command.

use super::{End, Model, Order, Tale, is_pegged, rank};
use market::event::CancelReason;
use market::id::InstrumentId;
use market::instrument::Phase;
use market::order::{OrderTerms, Side};
use market::price::Price;
use market::refusal::Refusal;
use market::rules::Tier;

/// Limit-up limit-down in an instrument.
#[derive(Clone, Debug)]
pub(super) struct Luld {
    reference: i64,
    /// Time and price.
    trades: Vec<(i64, i64)>,
    told: Option<Bands>,
    /// The side whose best price is at its band, and when trading pauses.
    state: Option<(Side, i64)>,
}

/// Reference price, lower and upper band.
pub(crate) type Bands = (i64, i64, i64);

const SECOND: i64 = 1_000_000_000;

impl Model {
    /// The bands that hold now.
    pub(super) fn bands(&self, instrument: InstrumentId) -> Option<Bands> {
        let at = instrument.0 as usize;
        let told = self.luld[at].as_ref()?.told;
        told.filter(|_| self.instruments[at].1 == Phase::Open)
    }

    pub(super) fn nearest(&self, terms: &OrderTerms, price: i64) -> i64 {
        match (self.bands(terms.instrument), terms.side) {
            (Some((_, _, upper)), Side::Buy) if price > upper => upper,
            (Some((_, lower, _)), Side::Sell) if price < lower => lower,
            _ => price,
        }
    }

    /// The last price that an order may trade at, whatever it asks for.
    pub(super) fn last_price(&self, terms: &OrderTerms) -> Option<i64> {
        let (_, lower, upper) = self.bands(terms.instrument)?;
        Some(match terms.side {
            Side::Buy => upper,
            Side::Sell => lower,
        })
    }

    pub(super) fn limited(&self, terms: &OrderTerms, price: Price) -> Result<i64, Refusal> {
        let nearest = self.nearest(terms, price.raw());
        if nearest != price.raw() && !terms.reprice_to_band {
            let band = Price::from_raw(nearest);
            return Err(Refusal::PriceBeyondBand { band });
        }
        Ok(nearest)
    }

    /// The rules were set.
    pub(super) fn follow_tier(&mut self, instrument: InstrumentId, tale: &mut Tale) {
        let at = instrument.0 as usize;
        if self.rules[at].limit_up_limit_down.is_none() {
            if let Some(was) = self.luld[at].take() {
                tale.limit_states
                    .extend(was.state.map(|_| (instrument, None)));
                tale.bands.extend(was.told.map(|_| (instrument, None)));
            }
        } else if self.luld[at].is_none() {
            self.luld[at] = Some(Luld {
                reference: self.tapes[at].reference(),
                trades: Vec::new(),
                told: None,
                state: None,
            });
        }
    }

    pub(super) fn restart_luld(&mut self, instrument: InstrumentId, price: i64) {
        if let Some(luld) = &mut self.luld[instrument.0 as usize] {
            luld.reference = price;
            luld.trades.clear();
        }
    }

    pub(super) fn count_for_luld(&mut self, instrument: InstrumentId, price: i64) {
        let now = self.now;
        if let Some(luld) = &mut self.luld[instrument.0 as usize] {
            luld.trades.push((now, price));
        }
    }

    /// The bands around the reference price, so many times as wide as they are now.
    pub(super) fn bands_around(&self, instrument: InstrumentId, times: i128) -> Option<Bands> {
        let at = instrument.0 as usize;
        let reference = self.luld[at].as_ref()?.reference;
        let is_late = self
            .close_of(instrument)
            .is_some_and(|close| self.now >= close - 1_500 * SECOND);
        let times = if is_late { times * 2 } else { times };
        let middle = i128::from(reference);
        // In ten-thousandths.
        let percent = |share: i128| middle * share * 100;
        let width = times
            * match self.rules[at].limit_up_limit_down? {
                _ if middle < 75_000_000 => percent(75).min(15_000_000 * 10_000),
                _ if middle <= 300_000_000 => percent(20),
                Tier::One => percent(5),
                Tier::Two => percent(10),
            };
        let tick = i128::from(self.instruments[at].0.tick.raw());
        let to_tick = |exact: i128| {
            let mut price = 0;
            // Half a tick below the exact price is too far away still.
            while (price + tick) * 20_000 <= 2 * exact + tick * 10_000 {
                price += tick;
            }
            i64::try_from(price.max(tick)).expect("small in these tests")
        };
        let exact = middle * 10_000;
        Some((reference, to_tick(exact - width), to_tick(exact + width)))
    }

    /// Moves the bands, and what is beyond them.
    pub(super) fn move_bands(&mut self, instrument: InstrumentId, tale: &mut Tale) {
        let at = instrument.0 as usize;
        let now = self.now;
        let Some(luld) = &mut self.luld[at] else {
            return;
        };
        let counts = |time: i64| time / (10 * SECOND) > now / (10 * SECOND) - 30;
        let trades = luld.trades.iter().filter(|(time, _)| counts(*time));
        let prices: Vec<i128> = trades.map(|(_, price)| i128::from(*price)).collect();
        let count = i128::try_from(prices.len()).expect("few");
        if count > 0 {
            let mean = prices.iter().sum::<i128>() / count;
            let mean = i64::try_from(mean).expect("between prices");
            if (mean - luld.reference).abs() * 100 >= luld.reference {
                luld.reference = mean;
            }
        }
        let bands = self.bands_around(instrument, 1);
        if let Some(luld) = &mut self.luld[at]
            && luld.told != bands
        {
            luld.told = bands;
            tale.bands.push((instrument, bands));
        }
        for side in [Side::Buy, Side::Sell] {
            self.bring_within(instrument, side);
        }
    }

    fn bring_within(&mut self, instrument: InstrumentId, side: Side) {
        let orders = self.orders.iter();
        let mut beyond: Vec<Order> = orders
            .filter(|order| (order.terms.instrument, order.terms.side) == (instrument, side))
            .filter(|order| order.trigger.is_none() && !order.parked && !is_pegged(order))
            .filter(|order| {
                let price = order.works_at;
                price.is_some_and(|price| self.nearest(&order.terms, price) != price)
            })
            .cloned()
            .collect();
        beyond.sort_by_key(|order| (order.terms.all_or_none, rank(order), order.arrival));
        for mut order in beyond {
            let name = (order.participant, order.cl_ord_id);
            let mut orders = self.orders.iter();
            let at = orders.position(|it| (it.participant, it.cl_ord_id) == name);
            let at = at.expect("it lives");
            self.repriced += 1;
            if !order.terms.reprice_to_band {
                self.end(at, End::Canceled(CancelReason::BeyondBand));
                continue;
            }
            self.arrivals += 1;
            order.arrival = self.arrivals;
            order.works_at = self.last_price(&order.terms);
            order.shown = super::trading::slice(&order);
            self.orders[at] = order;
        }
    }

    /// An instrument is in another phase.
    pub(super) fn leave_limit_state(&mut self, instrument: InstrumentId, tale: &mut Tale) {
        let at = instrument.0 as usize;
        if self.instruments[at].1 != Phase::Open
            && let Some(luld) = &mut self.luld[at]
            && luld.state.take().is_some()
        {
            tale.limit_states.push((instrument, None));
        }
    }

    pub(super) fn watch_limit_state(&mut self, instrument: InstrumentId, tale: &mut Tale) {
        let best = |side| self.best_price(instrument, side);
        let side = match self.bands(instrument) {
            Some((_, _, upper)) if best(Side::Buy).is_some_and(|bid| bid >= upper) => {
                Some(Side::Buy)
            }
            Some((_, lower, _)) if best(Side::Sell).is_some_and(|offer| offer <= lower) => {
                Some(Side::Sell)
            }
            _ => None,
        };
        let until = self.now + 15 * SECOND;
        if let Some(luld) = &mut self.luld[instrument.0 as usize]
            && luld.state.map(|(side, _)| side) != side
        {
            luld.state = side.map(|side| (side, until));
            tale.limit_states.push((instrument, side));
        }
    }

    /// Trading pauses where the book was at a band for too long, the earliest first; a pause of no length is over before the next one.
    pub(super) fn pause(&mut self, tale: &mut Tale) {
        while let Some(at) = self.next_pause() {
            let (listed, _) = self.instruments[at];
            let ends = self.volatility_end(listed.id);
            self.begin_call(listed.id, Phase::VolatilityAuction, ends, tale);
            self.come_due(i64::MAX, tale);
        }
    }

    /// The instrument whose pause is due next, if any is.
    fn next_pause(&self) -> Option<usize> {
        let open = (0..self.instruments.len()).filter(|at| self.instruments[*at].1 == Phase::Open);
        let due = open.filter_map(|at| {
            let (_, until) = self.luld[at].as_ref()?.state?;
            (until <= self.now).then_some((until, at))
        });
        due.min().map(|(_, at)| at)
    }
}
