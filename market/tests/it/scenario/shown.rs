//! What `show` shows: books, balances, and what accounts on margin are worth.

use super::names::Names;
use super::word::{clock, side_word};
use market::id::{AccountId, AssetId, InstrumentId};
use market::market::Market;
use market::money::Money;
use market::order::{OrdType, Side, Working};

impl Names {
    pub(super) fn book(&self, market: &Market, instrument: InstrumentId) -> Vec<String> {
        let mut lines = Vec::new();
        for side in [Side::Buy, Side::Sell] {
            for resting in market.resting(instrument, side) {
                let order = resting.order;
                let price = order.working.price().expect("what rests has a price");
                let mut line = format!(
                    "{} {price}: {} {}",
                    side_word(side),
                    order.cl_ord_id,
                    order.leaves_qty
                );
                if resting.shown != order.leaves_qty {
                    line += &format!(", shows {}", resting.shown);
                }
                lines.push(line);
            }
        }
        for order in market.waiting(instrument) {
            let side = side_word(order.terms.side);
            let how = match order.working {
                Working::Held { stop_px } => format!(" stop {stop_px}"),
                Working::At(price) => format!(" whole {price}"),
                _ if matches!(order.terms.ord_type, OrdType::Pegged { .. }) => " peg".to_owned(),
                _ => ", beside the book".to_owned(),
            };
            lines.push(format!(
                "{side}{how}: {} {}",
                order.cl_ord_id, order.leaves_qty
            ));
        }
        if lines.is_empty() {
            lines.push("empty".into());
        }
        lines
    }

    pub(super) fn standing(&self, market: &Market, account: AccountId) -> Vec<String> {
        let asset = AssetId(0);
        let it = market.standing(account, asset).expect("a known account");
        let call = match market.margin_call(account, asset) {
            None => String::new(),
            Some(None) => ", called".into(),
            Some(Some(until)) => format!(", called until {}", clock(until)),
        };
        vec![format!("equity {}, positions {}{call}", it.equity, it.held)]
    }

    pub(super) fn balances(&self, market: &Market, account: AccountId) -> Vec<String> {
        let mut lines = Vec::new();
        for (asset, code) in self.assets() {
            let cash = market.cash(account, asset).expect("a known account");
            if asset == AssetId(0) || cash.total != Money::ZERO {
                lines.push(balance(code, cash.total, cash.reserved));
            }
        }
        lines.extend(market.holdings(account).map(|(instrument, holding)| {
            balance(self.symbol(instrument), holding.total, holding.reserved)
        }));
        lines
    }
}

fn balance(what: &str, total: Money, reserved: Money) -> String {
    if reserved == Money::ZERO {
        format!("{total} {what}")
    } else {
        format!("{total} {what}, {reserved} of it reserved")
    }
}
