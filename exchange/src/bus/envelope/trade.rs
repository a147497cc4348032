//! A trade on the bus: that it was made, the price that it made, what it cost; and what became of it. Pure.

use super::Names;
use market::money::Money;
use market::order::{OrderFacts, Side};
use market::topic::{LegView, TopicEvent, TradeChangeView, TradeView, TradedView};
use market::trades::{Operator, TradeLeg, TradeRecord};

impl Names<'_> {
    /// A trade is two facts, the trade and the price that it made, and what both sides pay for it.
    pub(super) fn traded(
        &self,
        trade: &TradeRecord,
        maker: &OrderFacts,
        taker: &OrderFacts,
        told: &mut Vec<TopicEvent>,
    ) -> Option<()> {
        let instrument = self.instrument(trade.instrument)?;
        let (buy, sell) = match taker.terms.side {
            Side::Buy => (taker, maker),
            Side::Sell => (maker, taker),
        };
        told.push(TopicEvent::TradeExecuted(TradeView {
            trade_id: trade.trade_id,
            symbol: instrument.symbol,
            currency: instrument.currency,
            price: trade.price,
            qty: trade.qty,
            notional: trade.notional,
            aggressor: trade.aggressor.side(),
            buy: self.leg(buy)?,
            sell: self.leg(sell)?,
        }));
        told.push(TopicEvent::PriceUpdated {
            symbol: instrument.symbol,
            last_px: trade.price,
            last_qty: trade.qty,
        });
        for order in [maker, taker] {
            let leg = trade.leg(order.terms.side);
            self.charged(trade, leg, leg.fee, told)?;
        }
        Some(())
    }

    /// A trade was undone or corrected: what it is now, and what its fees changed by.
    pub(super) fn trade_changed(
        &self,
        was: &TradeRecord,
        now: &TradeRecord,
        [proposed_by, approved_by]: [Operator; 2],
        told: &mut Vec<TopicEvent>,
    ) -> Option<()> {
        let instrument = self.instrument(was.instrument)?;
        told.push(TopicEvent::TradeChanged(TradeChangeView {
            trade_id: was.trade_id,
            symbol: instrument.symbol,
            currency: instrument.currency,
            buy: self.account(was.buy.account)?,
            sell: self.account(was.sell.account)?,
            was: amounts(was),
            now: (!now.is_busted).then(|| amounts(now)),
            proposed_by: proposed_by.to_string(),
            approved_by: approved_by.to_string(),
        }));
        for side in [Side::Buy, Side::Sell] {
            let before = was.leg(side);
            let after = match now.is_busted {
                true => Money::ZERO,
                false => now.leg(side).fee,
            };
            self.charged(was, before, after.checked_sub(before.fee)?, told)?;
        }
        Some(())
    }

    /// A fee of nothing is not told.
    fn charged(
        &self,
        trade: &TradeRecord,
        leg: &TradeLeg,
        amount: Money,
        told: &mut Vec<TopicEvent>,
    ) -> Option<()> {
        if let Some(venue) = trade.fee_account.filter(|_| amount != Money::ZERO) {
            told.push(TopicEvent::FeeCharged {
                trade_id: trade.trade_id,
                account: self.account(leg.account)?,
                fee_account: self.account(venue)?,
                asset: self.instrument(trade.instrument)?.currency,
                amount,
            });
        }
        Some(())
    }

    fn leg(&self, order: &OrderFacts) -> Option<LegView> {
        Some(LegView {
            account: self.account(order.terms.account)?,
            participant: self.comp_id(order.participant)?,
            order_id: order.order_id,
            cl_ord_id: order.cl_ord_id,
            ord_status: order.ord_status,
            cum_qty: order.cum_qty,
            leaves_qty: order.leaves_qty,
            reserved: Some(order.reserved),
        })
    }
}

const fn amounts(trade: &TradeRecord) -> TradedView {
    TradedView {
        price: trade.price,
        qty: trade.qty,
        notional: trade.notional,
    }
}
