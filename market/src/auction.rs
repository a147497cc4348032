//! How an auction ends: its price, then all trades at that one price: market orders first, then price, then time; each order with
//! all that it has, hidden quantity included. Two that self-trade prevention keeps from each other do not trade: the smaller is cancelled, and
//! the price is found again. When a call begins and ends stands in `phases`.

pub(crate) mod price;

use crate::auction::price::{Curve, Indication, Step, clearing};
use crate::event::{CancelReason, Event};
use crate::id::{InstrumentId, TradeId};
use crate::instrument::Auction;
use crate::money::Money;
use crate::order::{OrderFacts, Side, TimeInForce, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::state::{State, minus, plus};
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Who trades with whom at the price of an auction.
struct Pairing {
    pairs: Vec<Pair>,
    /// Orders that stand in the way of another that they may not trade with: the smaller of each two, the later of equal ones.
    losers: Vec<Slot>,
}

struct Pair {
    buy: Slot,
    sell: Slot,
    qty: Qty,
}

impl State {
    /// What would come of an auction of what has gathered.
    pub(crate) fn indication(&self, instrument: InstrumentId) -> Indication {
        let buys = self.curve(instrument, Side::Buy);
        let sells = self.curve(instrument, Side::Sell);
        let reference = self.tapes[instrument.0 as usize].reference();
        clearing(buys, sells, reference)
    }

    /// What a side has: market orders, and the limits that something on the other side accepts.
    fn curve(&self, instrument: InstrumentId, side: Side) -> Curve {
        let book = self.book(instrument);
        let waiting = &self.waiting[instrument.0 as usize];
        let is_met = waiting.has_at_market(side.opposite());
        let other = book.side(side.opposite()).best().map(|level| level.price);
        let meets = |price: Price| match (is_met, other, side) {
            (true, ..) => true,
            (false, None, _) => false,
            (false, Some(ask), Side::Buy) => price >= ask,
            (false, Some(bid), Side::Sell) => price <= bid,
        };
        let levels = book.side(side).levels();
        Curve {
            at_market: waiting.leaves_at_market(side),
            limits: levels
                .take_while(|level| meets(level.price))
                .map(|level| Step {
                    price: level.price,
                    qty: level.leaves,
                })
                .collect(),
        }
    }

    /// Ends an auction: its price, its trades, and what is not to go on after it. The book is not crossed any more.
    pub(crate) fn uncross(
        &mut self,
        instrument: InstrumentId,
        auction: Auction,
        events: &mut Vec<Event>,
    ) {
        let (price, pairs) = self.settle_pairs(instrument, events);
        let volume = pairs
            .iter()
            .fold(Qty::ZERO, |sum, pair| plus(sum, pair.qty));
        events.push(Event::Uncrossed {
            instrument,
            auction,
            price,
            volume,
        });
        if let Some(price) = price {
            for pair in &pairs {
                self.trade_pair(pair, price, auction, events);
            }
            self.print(instrument, price);
            self.tapes[instrument.0 as usize].auction(price);
            if let Some(luld) = &mut self.luld[instrument.0 as usize] {
                luld.restart(price);
            }
        }
        self.drop_leftovers(instrument, auction, events);
    }

    /// The price and who trades, once no two are paired that may not trade and every market order can pay.
    fn settle_pairs(
        &mut self,
        instrument: InstrumentId,
        events: &mut Vec<Event>,
    ) -> (Option<Price>, Vec<Pair>) {
        loop {
            let Some(price) = self.indication(instrument).price else {
                return (None, Vec::new());
            };
            let poor = self.cover_market_buys(instrument, price);
            let Pairing { pairs, losers } = self.pairing(instrument, price);
            let (out, reason) = if poor.is_empty() {
                (losers, CancelReason::SelfTrade)
            } else {
                (poor, CancelReason::Unaffordable)
            };
            if out.is_empty() {
                return (Some(price), pairs);
            }
            for slot in out {
                self.cancel_resting(slot, None, reason, events);
            }
        }
    }

    /// Market buys hold what they may cost at this price, where that is more than they hold already. Those that cannot.
    fn cover_market_buys(&mut self, instrument: InstrumentId, price: Price) -> Vec<Slot> {
        let waiting = &self.waiting[instrument.0 as usize];
        let mut slots: Vec<Slot> = waiting.at_market(Side::Buy).collect();
        slots.retain(|slot| {
            let mut order = self.orders.facts(*slot);
            let cost = Money::notional(price, order.leaves_qty);
            let cost = self.with_worst_fee(&order, cost);
            let reserves = self.ledger.reserves(order.terms.account, Side::Buy);
            if !reserves || cost <= order.reserved {
                return false;
            }
            let held = order.reserved;
            if self.check_funds(&order.terms, held, cost).is_err() {
                return true;
            }
            self.hold(&mut order, cost);
            self.orders.set_facts(*slot, &order);
            false
        });
        slots
    }

    /// Goes through both sides in their order, and pairs what meets.
    fn pairing(&self, instrument: InstrumentId, price: Price) -> Pairing {
        let mut buys = self.takers(instrument, Side::Buy, price);
        let mut sells = self.takers(instrument, Side::Sell, price);
        let (mut buy, mut sell) = (buys.next(), sells.next());
        let (mut pairs, mut losers) = (Vec::new(), Vec::new());
        while let (Some((b, buy_left)), Some((s, sell_left))) = (buy, sell) {
            if self.may_not_trade(b, s) {
                let loser = self.smaller(b, s);
                losers.push(loser);
                if loser == b {
                    buy = buys.next();
                } else {
                    sell = sells.next();
                }
                continue;
            }
            let qty = buy_left.min(sell_left);
            pairs.push(Pair {
                buy: b,
                sell: s,
                qty,
            });
            let rest = |slot, left: Qty| (left > qty).then(|| (slot, minus(left, qty)));
            buy = rest(b, buy_left).or_else(|| buys.next());
            sell = rest(s, sell_left).or_else(|| sells.next());
        }
        Pairing { pairs, losers }
    }

    /// Who takes part on a side at a price, with what: market orders, then price, then time.
    fn takers(
        &self,
        instrument: InstrumentId,
        side: Side,
        price: Price,
    ) -> impl Iterator<Item = (Slot, Qty)> {
        let at_market = self.waiting[instrument.0 as usize].at_market(side);
        let levels = self.book(instrument).side(side).levels();
        let limits = levels
            .take_while(move |level| match side {
                Side::Buy => level.price >= price,
                Side::Sell => level.price <= price,
            })
            .flat_map(|level| level.queue(&self.orders));
        at_market
            .chain(limits)
            .map(|slot| (slot, self.leaves(slot)))
    }

    /// The smaller of two orders by what they have left; the later one of equals.
    fn smaller(&self, one: Slot, other: Slot) -> Slot {
        let key = |slot: Slot| (self.leaves(slot), Reverse(self.orders[slot].order_id()));
        if key(one) < key(other) { one } else { other }
    }

    fn leaves(&self, slot: Slot) -> Qty {
        self.orders[slot].leaves_qty()
    }

    /// One trade of an auction. Neither side makes or takes, so neither pays a fee.
    fn trade_pair(&mut self, pair: &Pair, price: Price, auction: Auction, events: &mut Vec<Event>) {
        let Pair { buy, sell, qty } = *pair;
        let notional = Money::notional(price, qty);
        let mut buyer = self.take_from(buy, qty);
        let mut seller = self.take_from(sell, qty);
        self.settle(&seller.terms, &buyer, notional, qty);
        self.fill(&mut buyer, qty, notional, Money::ZERO);
        self.fill(&mut seller, qty, notional, Money::ZERO);
        for (slot, order) in [(buy, &buyer), (sell, &seller)] {
            if order.leaves_qty == Qty::ZERO {
                self.forget(slot, order);
            } else {
                self.orders.set_facts(slot, order);
            }
        }
        let trade_id = self.next_trade();
        events.push(Event::Traded {
            trade_id,
            instrument: buyer.terms.instrument,
            price,
            qty,
            notional,
            maker: buyer,
            taker: seller,
            fees: None,
            auction: Some(auction),
        });
    }

    /// Takes `qty` of what an order has, wherever it is. An iceberg keeps its slice and its place as far as it can. Its facts with
    /// what is left.
    fn take_from(&mut self, slot: Slot, qty: Qty) -> OrderFacts {
        let mut order = self.orders.facts(slot);
        order.leaves_qty = minus(order.leaves_qty, qty);
        if order.leaves_qty == Qty::ZERO {
            self.take_out(slot);
        } else {
            self.shrink(slot, order.leaves_qty);
        }
        order
    }

    /// Cancels what was there for this auction only: market orders, and orders at the open or at the close.
    fn drop_leftovers(
        &mut self,
        instrument: InstrumentId,
        auction: Auction,
        events: &mut Vec<Event>,
    ) {
        let mut out = self.waiting[instrument.0 as usize].all();
        out.retain(|slot| self.orders.facts(*slot).working == Working::AtMarket);
        let time_in_force = match auction {
            Auction::Opening => Some(TimeInForce::AtOpen),
            Auction::Closing => Some(TimeInForce::AtClose),
            Auction::Intraday | Auction::Volatility => None,
        };
        if time_in_force.is_some() {
            out.extend(self.resting_where(instrument, |tif| Some(tif) == time_in_force));
        }
        self.drop_all(out, events);
    }

    /// Trading goes on without the auction that orders for the opening were for: they are cancelled, in the book and beside it.
    pub(crate) fn drop_unopened(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let is_unopened = |time_in_force| time_in_force == TimeInForce::AtOpen;
        let mut out = self.waiting[instrument.0 as usize].all();
        out.retain(|slot| is_unopened(self.orders.time_in_force(*slot)));
        out.extend(self.resting_where(instrument, is_unopened));
        self.drop_all(out, events);
    }

    fn drop_all(&mut self, out: Vec<Slot>, events: &mut Vec<Event>) {
        for slot in out {
            self.cancel_resting(slot, None, CancelReason::AuctionOver, events);
        }
    }

    /// Orders for the closing auction join its call, in order of arrival.
    pub(crate) fn join_closing(&mut self, id: InstrumentId) {
        for slot in self.waiting[id.0 as usize].all() {
            let mut order = self.orders.facts(slot);
            let terms = order.terms;
            // Those that have joined keep their place when the call begins anew after a halt.
            if terms.time_in_force == TimeInForce::AtClose && order.working == Working::Parked {
                let Some(limit) = terms.ord_type.price() else {
                    order.working = Working::AtMarket;
                    self.orders.set_facts(slot, &order);
                    self.waiting[id.0 as usize].requeue(&self.orders, slot);
                    continue;
                };
                self.take_out(slot);
                order.working = Working::At(limit);
                self.orders.set_facts(slot, &order);
                self.place(slot);
            }
        }
    }

    /// Orders that had joined a closing call wait for the closing auction again, since another call takes the place of that one: market orders
    /// where they wait, the others behind them.
    pub(crate) fn leave_closing(&mut self, id: InstrumentId) {
        let is_for_close = |time_in_force| time_in_force == TimeInForce::AtClose;
        for slot in self.waiting[id.0 as usize].all() {
            if is_for_close(self.orders.time_in_force(slot)) {
                self.park(slot);
                self.waiting[id.0 as usize].leave_call(&self.orders, slot);
            }
        }
        for slot in self.resting_where(id, is_for_close) {
            self.take_out(slot);
            self.park(slot);
            self.place(slot);
        }
    }

    fn park(&mut self, slot: Slot) {
        let mut order = self.orders.facts(slot);
        order.working = Working::Parked;
        self.orders.set_facts(slot, &order);
    }

    /// The orders in a book with such a time in force, buys first.
    pub(crate) fn resting_where(
        &self,
        instrument: InstrumentId,
        is_so: impl Fn(TimeInForce) -> bool,
    ) -> Vec<Slot> {
        let book = self.book(instrument);
        [Side::Buy, Side::Sell]
            .into_iter()
            .flat_map(|side| book.resting(side, &self.orders))
            .filter(|slot| is_so(self.orders.time_in_force(*slot)))
            .collect()
    }

    fn next_trade(&mut self) -> TradeId {
        self.last_trade += 1;
        TradeId(self.last_trade)
    }
}
