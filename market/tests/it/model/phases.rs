//! How the [`Model`] goes from phase to phase. When in its window a call ends is the market's to draw: the model hears of it.

use super::auctions::Found;
use super::order::{Order, rank};
use super::{End, Model, Tale, qty};
use market::event::CancelReason;
use market::id::InstrumentId;
use market::instrument::{Auction, Phase};
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::refusal::Refusal;
use market::refusal::term::Term;

/// A call that goes on.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) instrument: InstrumentId,
    /// The earliest and the latest end.
    pub(super) ends: i64,
    pub(super) latest: i64,
    is_extended: bool,
    /// Whether it follows a drill.
    pub(super) drill: bool,
    told: Found,
}

/// What has printed.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    pub(super) last: Option<i64>,
    pub(super) close: i64,
    pub(super) auction: Option<i64>,
}

impl Tape {
    pub(super) fn reference(&self) -> i64 {
        self.last.unwrap_or(self.close)
    }
}

impl Model {
    pub(super) fn tape(&self, instrument: InstrumentId) -> &Tape {
        &self.tapes[instrument.0 as usize]
    }

    pub(super) fn tape_mut(&mut self, instrument: InstrumentId) -> &mut Tape {
        &mut self.tapes[instrument.0 as usize]
    }

    pub(super) fn is_gathering(&self, instrument: InstrumentId) -> bool {
        !matches!(
            self.instruments[instrument.0 as usize].1,
            Phase::Open | Phase::Halted | Phase::Closed | Phase::PostTrade
        )
    }

    /// Whether an order of these terms waits instead of trading.
    pub(super) fn is_parked(&self, terms: &OrderTerms) -> bool {
        terms.time_in_force == TimeInForce::AtClose
            && self.instruments[terms.instrument.0 as usize].1 != Phase::ClosingAuction
    }

    pub(super) fn may_enter(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        let phase = self.phase(terms.instrument)?;
        match phase {
            Phase::Halted => return Err(Refusal::Halted),
            Phase::Closed | Phase::PostTrade => return Err(Refusal::Closed),
            _ => {}
        }
        let not_gathered = |term| Err(Refusal::NotGathered { term });
        match (terms.time_in_force, terms.ord_type) {
            (TimeInForce::Ioc | TimeInForce::Fok, _) if phase != Phase::Open => {
                return Err(Refusal::NotInCall);
            }
            _ if phase != Phase::Open && terms.all_or_none => {
                return not_gathered(Term::AllOrNone);
            }
            (_, OrdType::MarketToLimit | OrdType::Pegged { .. }) if phase != Phase::Open => {
                return not_gathered(Term::OrdType);
            }
            _ => {}
        }
        match terms.time_in_force {
            TimeInForce::AtOpen if !matches!(phase, Phase::PreOpen | Phase::OpeningAuction) => {
                Err(Refusal::NoOpeningAhead)
            }
            _ => Ok(()),
        }
    }

    /// The price at which a market order that waits holds its cash.
    pub(super) fn cover(&self, terms: &OrderTerms) -> i64 {
        let at = terms.instrument.0 as usize;
        let reference = i128::from(self.tapes[at].reference());
        let bps = i128::from(self.rules[at].collar_bps.unwrap_or(10_000));
        let tick = i128::from(self.instruments[at].0.tick.raw());
        // Whole ticks, never further away than that.
        let away = reference * bps / 10_000;
        let price = match terms.side {
            Side::Buy => (reference + away) / tick * tick,
            Side::Sell => ((reference - away + tick - 1) / tick * tick).max(tick),
        };
        qty(price).raw()
    }

    pub(super) fn open(
        &mut self,
        instrument: InstrumentId,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let phase = self.phase(instrument)?;
        self.may_begin()?;
        let drill = self.is_drill(instrument);
        match phase {
            Phase::Open => return Err(Refusal::AlreadyInPhase),
            Phase::Halted => return Err(Refusal::Halted),
            Phase::ClosingAuction | Phase::PostTrade => return Err(Refusal::WrongPhase),
            Phase::Closed | Phase::PreOpen => {
                let at_market = self.orders.iter().any(|o| {
                    o.terms.instrument == instrument && o.is_gathered() && o.price().is_none()
                });
                let best = |side| self.book(instrument, side).first().and_then(|o| o.price());
                let is_crossed = best(Side::Buy) >= best(Side::Sell) && best(Side::Sell).is_some();
                if at_market || is_crossed {
                    self.uncross(instrument, Auction::Opening, tale);
                }
                self.miss_opening(instrument);
            }
            Phase::OpeningAuction => self.uncross(instrument, Auction::Opening, tale),
            Phase::IntradayAuction => self.uncross(instrument, Auction::Intraday, tale),
            Phase::VolatilityAuction => self.uncross(instrument, Auction::Volatility, tale),
        }
        self.enter_phase(instrument, Phase::Open, tale);
        if drill {
            tale.drills.push((instrument, Phase::Open));
        }
        Ok(())
    }

    /// Whether a call goes on that follows a drill.
    pub(super) fn is_drill(&self, instrument: InstrumentId) -> bool {
        let mut calls = self.calls.iter();
        calls.any(|call| call.instrument == instrument && call.drill)
    }

    pub(super) fn close_trading(
        &mut self,
        instrument: InstrumentId,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        if self.phase(instrument)? == Phase::Closed {
            return Err(Refusal::AlreadyInPhase);
        }
        self.enter_phase(instrument, Phase::Closed, tale);
        self.end_where(End::Expired, |order| {
            order.terms.instrument == instrument && order.is_of_day()
        });
        Ok(())
    }

    pub(super) fn pre_open(
        &mut self,
        instrument: InstrumentId,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let phase = self.phase(instrument)?;
        self.may_gather()?;
        match phase {
            Phase::Closed | Phase::PostTrade => {
                self.enter_phase(instrument, Phase::PreOpen, tale);
                Ok(())
            }
            Phase::PreOpen => Err(Refusal::AlreadyInPhase),
            _ => Err(Refusal::WrongPhase),
        }
    }

    pub(super) fn post_trade(
        &mut self,
        instrument: InstrumentId,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        match self.phase(instrument)? {
            Phase::PostTrade => return Err(Refusal::AlreadyInPhase),
            Phase::Halted => return Err(Refusal::Halted),
            Phase::Closed | Phase::PreOpen => return Err(Refusal::WrongPhase),
            Phase::Open => {}
            Phase::OpeningAuction => self.uncross(instrument, Auction::Opening, tale),
            Phase::IntradayAuction => self.uncross(instrument, Auction::Intraday, tale),
            Phase::VolatilityAuction => self.uncross(instrument, Auction::Volatility, tale),
            Phase::ClosingAuction => self.uncross(instrument, Auction::Closing, tale),
        }
        self.end_where(End::Canceled(CancelReason::AuctionOver), |order| {
            let terms = &order.terms;
            terms.instrument == instrument && terms.time_in_force == TimeInForce::AtClose
        });
        self.enter_phase(instrument, Phase::PostTrade, tale);
        Ok(())
    }

    pub(super) fn call_auction(
        &mut self,
        instrument: InstrumentId,
        auction: Auction,
        until: i64,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        use Phase::{
            Closed, ClosingAuction, Halted, IntradayAuction, Open, OpeningAuction, PreOpen,
            VolatilityAuction,
        };
        let phase = self.phase(instrument)?;
        self.may_begin()?;
        let (to, from): (Phase, &[Phase]) = match auction {
            Auction::Opening => (OpeningAuction, &[Closed, PreOpen, Halted]),
            Auction::Intraday => (IntradayAuction, &[Open, Halted]),
            Auction::Volatility => (VolatilityAuction, &[Open, Halted]),
            Auction::Closing => (
                ClosingAuction,
                &[Open, IntradayAuction, VolatilityAuction, Halted],
            ),
        };
        if phase == to {
            return Err(Refusal::AlreadyInPhase);
        }
        if !from.contains(&phase) {
            return Err(Refusal::WrongPhase);
        }
        self.begin_call(instrument, to, until.max(self.now), tale);
        Ok(())
    }

    pub(super) fn begin_call(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        ends: i64,
        tale: &mut Tale,
    ) {
        if phase != Phase::OpeningAuction {
            self.miss_opening(instrument);
        }
        if phase != Phase::ClosingAuction {
            self.miss_closing(instrument);
        }
        self.enter_phase(instrument, phase, tale);
        self.calls.push(Call {
            instrument,
            ends,
            latest: self.latest_end(instrument, ends),
            is_extended: false,
            drill: false,
            told: None,
        });
        if phase == Phase::ClosingAuction {
            let mut parked: Vec<usize> = (0..self.orders.len())
                .filter(|at| {
                    let order = &self.orders[*at];
                    order.parked && order.terms.instrument == instrument
                })
                .collect();
            parked.sort_by_key(|at| self.orders[*at].arrival);
            for at in parked {
                self.arrivals += 1;
                self.orders[at].arrival = self.arrivals;
                self.orders[at].parked = false;
                let limit = self.orders[at].terms.ord_type.price();
                self.orders[at].works_at = limit.map(|price| price.raw());
                self.orders[at].shown = super::trading::slice(&self.orders[at]);
            }
        }
    }

    /// What was there for the opening auction goes with it.
    fn miss_opening(&mut self, instrument: InstrumentId) {
        self.end_where(End::Canceled(CancelReason::AuctionOver), |order| {
            let terms = &order.terms;
            terms.instrument == instrument && terms.time_in_force == TimeInForce::AtOpen
        });
    }

    /// What takes part in the closing auction waits for it again; what rested goes behind, first to trade first.
    fn miss_closing(&mut self, instrument: InstrumentId) {
        let is_for_close = |order: &Order| {
            let terms = &order.terms;
            terms.instrument == instrument && terms.time_in_force == TimeInForce::AtClose
        };
        let mut rested: Vec<(Side, i64, u64)> = Vec::new();
        for order in self.orders.iter().filter(|order| is_for_close(order)) {
            if !order.parked && order.works_at.is_some() {
                rested.push((order.terms.side, rank(order), order.arrival));
            }
        }
        rested.sort_unstable();
        for (_, _, arrival) in rested {
            self.arrivals += 1;
            let mut orders = self.orders.iter_mut();
            let order = orders.find(|order| is_for_close(order) && order.arrival == arrival);
            let order = order.expect("it rested");
            order.cover = order.works_at.expect("it rested");
            (order.arrival, order.shown, order.works_at) = (self.arrivals, 0, None);
        }
        for order in self.orders.iter_mut().filter(|order| is_for_close(order)) {
            order.parked = true;
        }
    }

    /// The end of the window in which a call ends.
    fn latest_end(&self, instrument: InstrumentId, ends: i64) -> i64 {
        let window = self.rules[instrument.0 as usize].random_end_nanos;
        ends.max(self.now) + i64::try_from(window).expect("a day at most")
    }

    /// The market ends the call of an instrument now, or makes it longer. Heeded only within the call's window.
    pub(crate) fn hear_of_end(&mut self, instrument: InstrumentId) {
        let now = self.now;
        for call in &mut self.calls {
            if call.instrument == instrument && (call.ends..=call.latest).contains(&now) {
                (call.ends, call.latest) = (now, now);
            }
        }
    }

    pub(super) fn volatility_end(&self, instrument: InstrumentId) -> i64 {
        let nanos = self.rules[instrument.0 as usize].volatility_nanos;
        self.now + i64::try_from(nanos).expect("a day at most")
    }

    /// A call whose price is outside the static band goes on, once; one whose end comes more than a minute late always.
    pub(super) fn extends(&mut self, instrument: InstrumentId, tale: &mut Tale) -> bool {
        let found = self.indication(instrument);
        let is_outside = found.is_some_and(|found| {
            self.is_outside(instrument, found.0) || self.is_far_from_bands(instrument, found.0)
        });
        let ends = self.volatility_end(instrument);
        let latest = self.latest_end(instrument, ends);
        let mut calls = self.calls.iter_mut();
        let call = calls.find(|call| call.instrument == instrument);
        let call = call.expect("it goes on");
        let is_late = self.now - call.ends > 60_000_000_000;
        if !is_late && (!is_outside || call.is_extended) {
            return false;
        }
        (call.ends, call.latest) = (ends, latest);
        call.is_extended |= !is_late;
        let drill = call.drill;
        let phase = self.instruments[instrument.0 as usize].1;
        tale.phases.push((instrument, phase));
        if drill {
            tale.drills.push((instrument, phase));
        }
        true
    }

    /// Whether a price is outside the static band.
    fn is_outside(&self, instrument: InstrumentId, price: i64) -> bool {
        let Some(bps) = self.rules[instrument.0 as usize].static_band_bps else {
            return false;
        };
        let tape = self.tape(instrument);
        let anchor = tape.auction.unwrap_or(tape.close);
        let away = i128::from(price - anchor).abs();
        away > i128::from(anchor) * i128::from(bps) / 10_000
    }

    /// Whether a price after a volatility call is more than twice as far from the reference price as the bands are.
    fn is_far_from_bands(&self, instrument: InstrumentId, price: i64) -> bool {
        let phase = self.instruments[instrument.0 as usize].1;
        let wide = self.bands_around(instrument, 2);
        phase == Phase::VolatilityAuction
            && wide.is_some_and(|(_, lower, upper)| price < lower || price > upper)
    }

    /// What is told of calls after a command.
    pub(super) fn indicate(&mut self, tale: &mut Tale) {
        for at in 0..self.calls.len() {
            let instrument = self.calls[at].instrument;
            let found = self.indication(instrument);
            if found != self.calls[at].told {
                self.calls[at].told = found;
                tale.indications.push((instrument, found));
            }
        }
        tale.indications.sort();
    }

    pub(super) fn enter_phase(&mut self, instrument: InstrumentId, phase: Phase, tale: &mut Tale) {
        self.lift(instrument);
        self.calls.retain(|call| call.instrument != instrument);
        self.instruments[instrument.0 as usize].1 = phase;
        tale.phases.push((instrument, phase));
        self.leave_limit_state(instrument, tale);
    }
}
