//! How the [`Model`] trades: the best resting order is looked for anew before every slice.

use super::mending::Trade;
use super::{End, Id, Model, Order, Tale, is_pegged, notional, rank, rests};
use market::event::CancelReason;
use market::instrument::Phase;
use market::limits::SelfTrade;
use market::order::{OrdType, Side};
use market::qty::Qty;

/// Why an arriving order trades no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    SelfTrade,
    Band,
}

impl Model {
    /// The resting order that an arriving one meets first.
    pub(super) fn best_for(&self, taker: &Order) -> Option<usize> {
        let side = taker.terms.side.opposite();
        let mut resting: Vec<(i64, u64, usize)> = (0..self.orders.len())
            .filter(|at| {
                let terms = &self.orders[*at].terms;
                terms.instrument == taker.terms.instrument
                    && terms.side == side
                    && self.orders[*at].is_in_book()
            })
            .map(|at| {
                let order = &self.orders[at];
                (rank(order), order.arrival, at)
            })
            .collect();
        resting.sort_unstable();
        let first = resting
            .first()
            .filter(|(_, _, at)| self.accepts(taker, *at));
        let mut wholes: Vec<(i64, u64, usize)> = (0..self.orders.len())
            .filter(|at| {
                let order = &self.orders[*at];
                order.terms.all_or_none
                    && (order.terms.instrument, order.terms.side) == (taker.terms.instrument, side)
                    && order.leaves() <= taker.leaves()
                    && taker.works_at.is_some()
                    && self.accepts(taker, *at)
                    && (self.mode(taker) == SelfTrade::Allow || !self.is_own(order, taker))
            })
            .map(|at| {
                let order = &self.orders[at];
                (rank(order), order.arrival, at)
            })
            .collect();
        wholes.sort_unstable();
        match (first, wholes.first()) {
            (Some(first), Some(whole)) if first.0 <= whole.0 => Some(first.2),
            (_, Some(whole)) => Some(whole.2),
            (first, None) => first.map(|first| first.2),
        }
    }

    fn accepts(&self, taker: &Order, at: usize) -> bool {
        let price = self.orders[at].works_at.expect("it rests");
        match (taker.works_at, taker.terms.side) {
            (None, _) => true,
            (Some(limit), Side::Buy) => price <= limit,
            (Some(limit), Side::Sell) => price >= limit,
        }
    }

    /// Whether these two may not trade with each other.
    pub(super) fn is_own(&self, order: &Order, taker: &Order) -> bool {
        let group = |order: &Order| self.members[order.participant.0 as usize].0;
        order.terms.account == taker.terms.account
            || (group(order).is_some() && group(order) == group(taker))
    }

    /// What happens when a taker meets what it may not trade with.
    pub(super) fn mode(&self, taker: &Order) -> SelfTrade {
        let own = self.members[taker.participant.0 as usize].1;
        own.unwrap_or(self.self_trade)
    }

    /// Trades as far as it goes; answers what ended it. The bands are those of before its first trade.
    pub(super) fn trade(&mut self, taker: &mut Order, tale: &mut Tale) -> Ended {
        let rules = self.rules[taker.terms.instrument.0 as usize];
        let tape = self.tape(taker.terms.instrument).clone();
        let is_within = |price: i64, from: i64, bps: Option<u32>| {
            bps.is_none_or(|bps| (price - from).abs() * 10_000 <= from * i64::from(bps))
        };
        while taker.leaves() > 0 {
            let Some(at) = self.best_for(taker) else {
                return Ended::Done;
            };
            if self.mode(taker) != SelfTrade::Allow && self.is_own(&self.orders[at], taker) {
                if self.prevent(at, taker) {
                    return Ended::SelfTrade;
                }
                continue;
            }
            let price = self.orders[at].works_at.expect("it rests");
            let anchor = tape.auction.unwrap_or(tape.close);
            if !is_within(price, anchor, rules.static_band_bps)
                || !is_within(price, tape.reference(), rules.dynamic_band_bps)
            {
                return Ended::Band;
            }
            self.trade_slice(at, taker, tale);
        }
        Ended::Done
    }

    pub(super) fn prevent(&mut self, at: usize, taker: &mut Order) -> bool {
        let met_itself = End::Canceled(CancelReason::SelfTrade);
        match self.mode(taker) {
            SelfTrade::Allow => unreachable!("asked only where it is on"),
            SelfTrade::CancelNewest => true,
            SelfTrade::CancelOldest => {
                self.end(at, met_itself);
                false
            }
            SelfTrade::CancelBoth => {
                self.end(at, met_itself);
                true
            }
            SelfTrade::DecrementAndCancel => {
                let maker = &mut self.orders[at];
                let lost = maker.leaves().min(taker.leaves());
                maker.total -= lost;
                maker.shown = maker.shown.min(maker.leaves());
                taker.total -= lost;
                if maker.leaves() == 0 {
                    self.end(at, met_itself);
                }
                taker.leaves() == 0
            }
        }
    }

    pub(super) fn trade_slice(&mut self, at: usize, taker: &mut Order, tale: &mut Tale) {
        let maker = self.orders[at].clone();
        let price = maker.works_at.expect("what rests has a price");
        let qty = maker.shown.min(taker.leaves());
        let of_maker = self.charge(&maker, true, notional(price, qty));
        let of_taker = self.charge(taker, false, notional(price, qty));
        self.count_trade(&maker, notional(price, qty));
        self.count_trade(taker, notional(price, qty));
        let maker = &mut self.orders[at];
        maker.cum += qty;
        maker.shown -= qty;
        taker.cum += qty;
        tale.traded_in.push(taker.terms.instrument);
        tale.trades
            .push((maker.cl_ord_id, taker.cl_ord_id, price, qty));
        let maker = maker.clone();
        let (buyer, seller) = match taker.terms.side {
            Side::Buy => (&*taker, &maker),
            Side::Sell => (&maker, &*taker),
        };
        let fees = match taker.terms.side {
            Side::Buy => [of_taker, of_maker],
            Side::Sell => [of_maker, of_taker],
        };
        let trade = Trade {
            instrument: taker.terms.instrument,
            price,
            qty,
            buyer: buyer.terms.account,
            seller: seller.terms.account,
            orders: [buyer.entered, seller.entered],
            fees,
            venue: self.venue(taker.terms.instrument),
            is_busted: false,
        };
        let (buyer, seller) = (buyer.terms.account.0, seller.terms.account.0);
        self.mending.trades.push(trade);
        let instrument = taker.terms.instrument.0 as usize;
        self.cash[buyer as usize] -= notional(price, qty);
        self.cash[seller as usize] += notional(price, qty);
        self.stock[buyer as usize][instrument] += i128::from(qty);
        self.stock[seller as usize][instrument] -= i128::from(qty);
        self.print(taker.terms.instrument, price);
        if maker.leaves() == 0 {
            self.remove(at, Id::Final);
        } else if maker.shown == 0 {
            self.arrivals += 1;
            self.orders[at].arrival = self.arrivals;
            self.orders[at].shown = slice(&maker);
        }
    }

    pub(super) fn trade_and_rest(&mut self, mut taker: Order, tale: &mut Tale) {
        if is_pegged(&taker) && taker.leaves() > 0 {
            self.arrivals += 1;
            (taker.arrival, taker.pegged) = (self.arrivals, self.arrivals);
            taker.shown = slice(&taker);
            self.set_id(taker.participant, taker.cl_ord_id, Id::Live);
            self.orders.push(taker);
            return;
        }
        let waits = taker.terms.all_or_none && !self.fills_whole(&taker);
        let ended = if waits {
            Ended::Done
        } else {
            self.trade(&mut taker, tale)
        };
        let stays = rests(taker.terms.time_in_force);
        let rests = match taker.terms.ord_type {
            OrdType::Limit(_) | OrdType::StopLimit { .. } => stays,
            OrdType::MarketToLimit => stays && taker.cum > 0,
            _ => false,
        };
        if ended == Ended::Band {
            let instrument = taker.terms.instrument;
            let ends = self.volatility_end(instrument);
            self.begin_call(instrument, Phase::VolatilityAuction, ends, tale);
        }
        match ended {
            Ended::SelfTrade => self.end_taker(&taker, CancelReason::SelfTrade),
            _ if taker.leaves() == 0 => self.set_id(taker.participant, taker.cl_ord_id, Id::Final),
            _ if rests => self.rest(taker),
            Ended::Band => self.end_taker(&taker, CancelReason::Band),
            Ended::Done if waits => self.end_taker(&taker, CancelReason::NotWhole),
            Ended::Done => {
                let reason = self.why_left(&taker);
                self.end_taker(&taker, reason);
            }
        }
    }

    /// Why an order that does not rest has something left: nothing is there, or what is there is beyond its collar or a band.
    fn why_left(&self, taker: &Order) -> CancelReason {
        let terms = &taker.terms;
        let is_bound = match terms.ord_type {
            OrdType::Market | OrdType::Stop { .. } | OrdType::TrailingStop { .. } => {
                taker.works_at.is_some()
            }
            _ => false,
        };
        match self.best_price(terms.instrument, terms.side.opposite()) {
            Some(best) if is_bound && self.nearest(terms, best) != best => CancelReason::BeyondBand,
            Some(_) if is_bound => CancelReason::Collar,
            _ => CancelReason::Unfilled,
        }
    }

    pub(super) fn rest(&mut self, mut order: Order) {
        self.arrivals += 1;
        order.arrival = self.arrivals;
        order.shown = if order.parked || order.price().is_none() {
            0
        } else {
            slice(&order)
        };
        self.set_id(order.participant, order.cl_ord_id, Id::Live);
        self.orders.push(order);
    }
}

pub(super) fn slice(order: &Order) -> i64 {
    let floor = order.terms.max_floor.map_or(order.leaves(), Qty::raw);
    order.leaves().min(floor)
}
