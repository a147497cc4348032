//! Trades as text.

use crate::show::{Column, Show, pairs, table};
use market::control::trades::{LegStatus, ProposalStatus, TradeStatus};
use market::order::Side;
use market::trades::TradeChange;

impl Show for TradeStatus {
    fn table(&self) -> String {
        let leg = |leg: &LegStatus| {
            let LegStatus {
                participant,
                account,
                order_id,
                fee,
            } = leg;
            format!("{participant} for {account}, order {order_id}, fee {fee}")
        };
        let aggressor = match self.aggressor {
            Some(Side::Buy) => "buyer",
            Some(Side::Sell) => "seller",
            None => "neither: a trade of an auction",
        };
        pairs(&[
            ("trade", self.trade_id.to_string()),
            ("symbol", self.symbol.to_string()),
            ("price", self.price.to_string()),
            ("quantity", self.qty.to_string()),
            ("notional", self.notional.to_string()),
            ("buyer", leg(&self.buy)),
            ("seller", leg(&self.sell)),
            ("arrived", aggressor.to_owned()),
            ("state", state(self).to_owned()),
            (
                "proposed",
                self.proposal
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), proposal),
            ),
        ])
    }
}

impl Show for Vec<TradeStatus> {
    fn table(&self) -> String {
        if self.is_empty() {
            return "no trades\n".to_owned();
        }
        let columns = [
            Column::Numbers("TRADE"),
            Column::Words("SYMBOL"),
            Column::Numbers("QTY"),
            Column::Numbers("PRICE"),
            Column::Words("BUYER"),
            Column::Words("SELLER"),
            Column::Words("STATE"),
            Column::Words("PROPOSED"),
        ];
        let row = |trade: &TradeStatus| {
            vec![
                trade.trade_id.to_string(),
                trade.symbol.to_string(),
                trade.qty.to_string(),
                trade.price.to_string(),
                trade.buy.participant.to_string(),
                trade.sell.participant.to_string(),
                state(trade).to_owned(),
                trade.proposal.as_ref().map(proposal).unwrap_or_default(),
            ]
        };
        table(&columns, self.iter().map(row))
    }
}

const fn state(trade: &TradeStatus) -> &'static str {
    if trade.is_busted { "undone" } else { "stands" }
}

fn proposal(proposal: &ProposalStatus) -> String {
    let what = match proposal.change {
        TradeChange::Bust => "undo".to_owned(),
        TradeChange::Correct { price, qty } => format!("{qty} @ {price}"),
    };
    format!("{what}, by {} until {}", proposal.by, proposal.until)
}
