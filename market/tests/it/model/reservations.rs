//! What orders of the [`Model`] hold: added up anew when it is asked for; what an order could cost or trade is found by trying it on
//! a copy.

use super::order::Order;
use super::{Model, Tale, notional};
use market::account::AccountTerms;
use market::id::{AccountId, InstrumentId};
use market::limits::SelfTrade;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side};
use market::refusal::Refusal;

impl Model {
    /// What an order holds: stock to sell, cash to buy.
    pub(crate) fn needs(&self, order: &Order) -> i128 {
        let terms = &order.terms;
        match (self.accounts[terms.account.0 as usize], terms.side) {
            (AccountTerms::Unchecked, _) | (AccountTerms::Margin(_), Side::Buy) => return 0,
            _ => {}
        }
        let mut at = order.trigger.map_or(order.works_at, |_| Some(order.bound));
        if let OrdType::Pegged { limit, .. } = terms.ord_type {
            let price = limit.map(|limit| limit.raw()).or(order.works_at);
            // Nothing is held for a peg without a price.
            at = Some(price.unwrap_or(0));
        }
        let cost = match (terms.side, at) {
            (Side::Sell, _) => return order.leaves().into(),
            (Side::Buy, Some(price)) => notional(price, order.leaves()),
            (Side::Buy, None)
                if order.parked || self.is_gathering(terms.instrument) || self.is_live(order) =>
            {
                let cost = notional(order.cover, order.leaves());
                let all = cost + self.worst_fee(order, cost);
                return order.most.map_or(all, |most| all.min(most));
            }
            (Side::Buy, None) => self.cost_of_walk(order),
        };
        cost + self.worst_fee(order, cost)
    }

    /// Found by trying. Where self-trade prevention decrements, own orders are taken away first: the most it can cost.
    pub(super) fn cost_of_walk(&self, taker: &Order) -> i128 {
        let mut copy = self.clone();
        if self.mode(taker) == SelfTrade::DecrementAndCancel {
            copy.orders.retain(|order| !self.is_own(order, taker));
        }
        let mut tale = Tale::default();
        copy.trade(&mut taker.clone(), &mut tale);
        tale.trades
            .iter()
            .map(|(_, _, price, qty)| notional(*price, *qty))
            .sum()
    }

    pub(super) fn fills_whole(&self, taker: &Order) -> bool {
        self.fills(taker) == taker.leaves()
    }

    /// How much it would trade at once, found by trying. Where self-trade prevention decrements, what stands behind an order that it
    /// may not trade with does not count.
    pub(super) fn fills(&self, taker: &Order) -> i64 {
        let (mut tried, mut copy) = (taker.clone(), self.clone());
        if self.mode(taker) == SelfTrade::DecrementAndCancel {
            copy.members[taker.participant.0 as usize].1 = Some(SelfTrade::CancelNewest);
        }
        copy.trade(&mut tried, &mut Tale::default());
        tried.cum - taker.cum
    }

    pub(super) fn check_funds(&self, terms: &OrderTerms, needed: i128) -> Result<(), Refusal> {
        if terms.side == Side::Sell {
            return self.check_stock(terms, needed);
        }
        let account = terms.account.0 as usize;
        let available = self.cash[account] - self.cash_reserved(terms.account);
        if needed <= 0 || needed <= available || self.accounts[account] != AccountTerms::Cash {
            return Ok(());
        }
        Err(Refusal::InsufficientFunds {
            needed: Money::from_raw(needed),
            available: Money::from_raw(available),
        })
    }

    pub(crate) fn cash_reserved(&self, account: AccountId) -> i128 {
        self.reserved(|terms| terms.account == account && terms.side == Side::Buy)
    }

    pub(crate) fn stock_reserved(&self, account: AccountId, instrument: InstrumentId) -> i128 {
        self.reserved(|terms| {
            (terms.account, terms.instrument, terms.side) == (account, instrument, Side::Sell)
        })
    }

    fn reserved(&self, of: impl Fn(&OrderTerms) -> bool) -> i128 {
        let orders = self.orders.iter().filter(|order| of(&order.terms));
        orders.map(|order| self.needs(order)).sum()
    }
}
