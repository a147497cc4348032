//! Trades that can still be undone or corrected: arguments in, a request to the exchange, trades as they stand out.

use crate::args::Output;
use crate::args::trade::Trade;
use crate::client::Client;
use crate::failure::Failure;
use crate::show::Show;
use market::control::path;
use market::control::trades::{ProposeTradeChange, TradeStatus};
use market::trades::TradeChange;

/// `trade …`, as text: it is one or many.
///
/// # Errors
/// See [`Client::ask`] and [`Client::tell`].
pub async fn trade(client: &Client, command: &Trade, output: Output) -> Result<String, Failure> {
    let nothing = serde_json::Map::new();
    let status: TradeStatus = match command {
        Trade::List { last, proposed } => {
            let which = format!("{}?last={last}&proposed={proposed}", path::TRADES);
            let trades: Vec<TradeStatus> = client.ask(&which).await?;
            return Ok(trades.text(output));
        }
        Trade::Show { trade } => client.ask(&at(path::TRADE, *trade)).await?,
        Trade::Bust { trade } => propose(client, *trade, TradeChange::Bust).await?,
        Trade::Correct { trade, price, qty } => {
            let now: TradeStatus = client.ask(&at(path::TRADE, *trade)).await?;
            let change = TradeChange::Correct {
                price: price.unwrap_or(now.price),
                qty: qty.unwrap_or(now.qty),
            };
            propose(client, *trade, change).await?
        }
        Trade::Approve { trade } => client.tell(&at(path::APPROVE, *trade), &nothing).await?,
        Trade::Withdraw { trade } => client.tell(&at(path::WITHDRAW, *trade), &nothing).await?,
    };
    Ok(status.text(output))
}

async fn propose(client: &Client, trade: u64, change: TradeChange) -> Result<TradeStatus, Failure> {
    let body = ProposeTradeChange { change };
    client.tell(&at(path::PROPOSE, trade), &body).await
}

fn at(template: &str, trade: u64) -> String {
    template.replace("{trade_id}", &trade.to_string())
}
