//! How the [`Model`] ends an auction: every price is tried by adding up all orders; who trades is found by going through two sorted
//! lists. The reasons for each rule stand in the market's own files.

use super::mending::Trade;
use super::{End, Id, Model, Order, Tale, notional};
use market::event::CancelReason;
use market::id::InstrumentId;
use market::instrument::Auction;
use market::limits::SelfTrade;
use market::order::{Side, TimeInForce};

/// Price, volume, and what is left over: above zero on the buy side, below on the sell side.
pub(crate) type Found = Option<(i64, i64, i64)>;

impl Model {
    /// What would come of an auction now.
    pub(super) fn indication(&self, instrument: InstrumentId) -> Found {
        let gathered: Vec<&Order> = self
            .orders
            .iter()
            .filter(|o| o.terms.instrument == instrument && o.is_gathered())
            .collect();
        let reference = self.tape(instrument).reference();
        let mut prices: Vec<i64> = gathered.iter().filter_map(|o| o.price()).collect();
        let has_market = |side| {
            gathered
                .iter()
                .any(|o| o.terms.side == side && o.price().is_none())
        };
        let is_between =
            prices.iter().any(|p| *p <= reference) && prices.iter().any(|p| *p >= reference);
        if is_between || (has_market(Side::Buy) && has_market(Side::Sell)) {
            prices.push(reference);
        }
        let mut tried: Vec<(i64, i64, i64)> = Vec::new();
        for price in prices {
            let (mut demand, mut supply) = (0, 0);
            for order in &gathered {
                match order.terms.side {
                    Side::Buy if order.price().is_none_or(|p| p >= price) => {
                        demand += order.leaves();
                    }
                    Side::Sell if order.price().is_none_or(|p| p <= price) => {
                        supply += order.leaves();
                    }
                    _ => {}
                }
            }
            tried.push((price, demand.min(supply), demand - supply));
        }
        let most = tried.iter().map(|t| t.1).max().filter(|most| *most > 0)?;
        tried.retain(|t| t.1 == most);
        let least = tried.iter().map(|t| t.2.abs()).min()?;
        tried.retain(|t| t.2.abs() == least);
        if tried.iter().all(|t| t.2 > 0) {
            return tried.into_iter().max_by_key(|t| t.0);
        }
        if tried.iter().all(|t| t.2 < 0) {
            return tried.into_iter().min_by_key(|t| t.0);
        }
        tried
            .into_iter()
            .min_by_key(|t| ((t.0 - reference).abs(), -t.0))
    }

    pub(super) fn uncross(&mut self, instrument: InstrumentId, auction: Auction, tale: &mut Tale) {
        let price = loop {
            let Some((price, ..)) = self.indication(instrument) else {
                break None;
            };
            let poor = self.poor(instrument, price);
            let (out, reason) = if poor.is_empty() {
                (self.losers(instrument, price), CancelReason::SelfTrade)
            } else {
                (poor, CancelReason::Unaffordable)
            };
            if out.is_empty() {
                break Some(price);
            }
            for (participant, cl_ord_id) in out {
                let at = self.find(participant, cl_ord_id).expect("it is live");
                self.end(at, End::Canceled(reason));
            }
        };
        if let Some(price) = price {
            self.trade_all(instrument, price, tale);
            self.print(instrument, price);
            self.tape_mut(instrument).auction = Some(price);
            self.restart_luld(instrument, price);
        }
        tale.auctions.push((instrument, price));
        self.end_where(End::Canceled(CancelReason::AuctionOver), |order| {
            let terms = &order.terms;
            let is_for_this = match auction {
                Auction::Opening => terms.time_in_force == TimeInForce::AtOpen,
                Auction::Closing => terms.time_in_force == TimeInForce::AtClose,
                Auction::Intraday | Auction::Volatility => false,
            };
            terms.instrument == instrument
                && order.is_gathered()
                && (order.price().is_none() || is_for_this)
        });
    }

    /// Market buys, first come first, that cannot pay this price.
    fn poor(&mut self, instrument: InstrumentId, price: i64) -> Vec<super::Name> {
        let buys = self.side(instrument, Side::Buy, price);
        let mut poor = Vec::new();
        for name in buys {
            let at = self.find(name.0, name.1).expect("it is live");
            let order = self.orders[at].clone();
            if order.price().is_some() {
                continue;
            }
            let dearer = Order {
                cover: price,
                most: None,
                ..order.clone()
            };
            let more = self.needs(&dearer) - self.needs(&order);
            if more <= 0 {
                continue;
            }
            if self.check_funds(&order.terms, more).is_err() {
                poor.push(name);
            } else {
                self.orders[at] = dearer;
            }
        }
        poor
    }

    /// A side at a price: market orders, then price, then time.
    fn side(&self, instrument: InstrumentId, side: Side, price: i64) -> Vec<super::Name> {
        let mut orders: Vec<&Order> = self
            .orders
            .iter()
            .filter(|o| o.terms.instrument == instrument && o.terms.side == side && o.is_gathered())
            .filter(|o| match side {
                Side::Buy => o.price().is_none_or(|p| p >= price),
                Side::Sell => o.price().is_none_or(|p| p <= price),
            })
            .collect();
        orders.sort_by_key(|o| {
            let rank = o.price().map_or(i64::MIN, |p| match side {
                Side::Buy => -p,
                Side::Sell => p,
            });
            (rank, o.arrival)
        });
        orders
            .iter()
            .map(|o| (o.participant, o.cl_ord_id))
            .collect()
    }

    fn named(&self, name: super::Name) -> &Order {
        let mut orders = self.orders.iter();
        orders
            .find(|o| (o.participant, o.cl_ord_id) == name)
            .expect("it is live")
    }

    fn losers(&self, instrument: InstrumentId, price: i64) -> Vec<super::Name> {
        let mut buys = self.side(instrument, Side::Buy, price);
        let mut sells = self.side(instrument, Side::Sell, price);
        let mut left = |name: super::Name| (name, self.named(name).leaves());
        let (mut buys, mut sells): (Vec<_>, Vec<_>) = (
            buys.drain(..).map(&mut left).collect(),
            sells.drain(..).map(&mut left).collect(),
        );
        let mut out = Vec::new();
        while let (Some(buy), Some(sell)) = (buys.first().copied(), sells.first().copied()) {
            let (b, s) = (self.named(buy.0), self.named(sell.0));
            let is_kept = [b, s].iter().any(|it| self.mode(it) != SelfTrade::Allow);
            if is_kept && self.is_own(b, s) {
                if (b.leaves(), -b.entered) < (s.leaves(), -s.entered) {
                    out.push(buys.remove(0).0);
                } else {
                    out.push(sells.remove(0).0);
                }
                continue;
            }
            let qty = buy.1.min(sell.1);
            for side in [&mut buys, &mut sells] {
                side[0].1 -= qty;
                if side[0].1 == 0 {
                    side.remove(0);
                }
            }
        }
        out
    }

    fn trade_all(&mut self, instrument: InstrumentId, price: i64, tale: &mut Tale) {
        let mut buys = self.side(instrument, Side::Buy, price);
        let mut sells = self.side(instrument, Side::Sell, price);
        while let (Some(buy), Some(sell)) = (buys.first().copied(), sells.first().copied()) {
            let (b, s) = (self.named(buy).clone(), self.named(sell).clone());
            let qty = b.leaves().min(s.leaves());
            tale.traded_in.push(instrument);
            tale.trades.push((buy.1, sell.1, price, qty));
            self.mending.trades.push(Trade {
                instrument,
                price,
                qty,
                buyer: b.terms.account,
                seller: s.terms.account,
                orders: [b.entered, s.entered],
                fees: [0, 0],
                venue: None,
                is_busted: false,
            });
            self.count_trade(&b, notional(price, qty));
            self.count_trade(&s, notional(price, qty));
            let (buyer, seller) = (b.terms.account.0 as usize, s.terms.account.0 as usize);
            let at = instrument.0 as usize;
            self.cash[buyer] -= notional(price, qty);
            self.cash[seller] += notional(price, qty);
            self.stock[buyer][at] += i128::from(qty);
            self.stock[seller][at] -= i128::from(qty);
            for (name, side) in [(buy, &mut buys), (sell, &mut sells)] {
                let at = self.find(name.0, name.1).expect("it is live");
                let order = &mut self.orders[at];
                order.cum += qty;
                order.shown = order.shown.min(order.leaves());
                if order.leaves() == 0 {
                    self.remove(at, Id::Final);
                    side.remove(0);
                }
            }
        }
    }
}
