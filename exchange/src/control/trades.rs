//! The paths of trades that can still be undone or corrected: a proposal in, another operator's approval in, commands to the sequencer, the
//! trade as it stands out. Who proposes and approves is what the certificate says.

use crate::blotter::Proposal;
use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, Nothing, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{ConnectInfo, Path, Query, State};
use journal::entry::Origin;
use market::command::Command;
use market::control::trades::{LegStatus, ProposalStatus, ProposeTradeChange, TradeStatus};
use market::id::TradeId;
use market::refusal::Refusal;
use market::trades::{Operator, TradeLeg, TradeRecord};
use serde::Deserialize;

/// Trades that are shown when the request does not say.
const SHOWN: usize = 50;
/// Trades that are shown at most.
const SHOWN_MAX: usize = 1_000;

type Body = Result<Bytes, BytesRejection>;

/// Which trades.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Which {
    last: usize,
    proposed: bool,
}

impl Default for Which {
    fn default() -> Self {
        Self {
            last: SHOWN,
            proposed: false,
        }
    }
}

pub(super) async fn list(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Vec<TradeStatus>>, Failure> {
    caller.must_be(LOOK)?;
    let Query(Which { last, proposed }) = which.map_err(|why| Failure::Body(why.body_text()))?;
    let last = last.min(SHOWN_MAX);
    let mut trades = if proposed {
        desk.hub.blotter.proposed()
    } else {
        desk.hub.blotter.last(last)
    };
    trades.drain(..trades.len().saturating_sub(last));
    let shown = trades.iter().map(|it| desk.trade_status(it)).collect();
    Result::map(shown, Json)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(trade): Path<String>,
) -> Result<Json<TradeStatus>, Failure> {
    caller.must_be(LOOK)?;
    desk.trade(number(&trade)?)
}

pub(super) async fn propose(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(trade): Path<String>,
    body: Body,
) -> Result<Json<TradeStatus>, Failure> {
    let (origin, by) = operator(&caller)?;
    let ProposeTradeChange { change } = read(body)?;
    let command = |trade| Command::ProposeTradeChange { trade, change, by };
    desk.change_trade(&caller, origin, &trade, command).await
}

pub(super) async fn approve(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(trade): Path<String>,
    body: Body,
) -> Result<Json<TradeStatus>, Failure> {
    let (origin, by) = operator(&caller)?;
    let Nothing {} = read(body)?;
    let command = |trade| Command::ApproveTradeChange { trade, by };
    desk.change_trade(&caller, origin, &trade, command).await
}

pub(super) async fn withdraw(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(trade): Path<String>,
    body: Body,
) -> Result<Json<TradeStatus>, Failure> {
    let (origin, _) = operator(&caller)?;
    let Nothing {} = read(body)?;
    let command = |trade| Command::WithdrawTradeChange { trade };
    desk.change_trade(&caller, origin, &trade, command).await
}

/// Who asks, if it is an operator, and its name.
fn operator(caller: &Caller) -> Result<(Origin, Operator), Failure> {
    match caller.must_be(OPERATE)? {
        origin @ Origin::Operator { name } => Ok((origin, name)),
        _ => Err(Failure::Forbidden),
    }
}

/// The trade of a path; what is no number is no trade.
fn number(trade: &str) -> Result<TradeId, Failure> {
    let number = trade.parse().map(TradeId);
    number.map_err(|_| Failure::Refused(Refusal::UnknownTrade))
}

impl Desk {
    /// Carries out a command about the trade of a path; the answer shows how the trade stands then.
    async fn change_trade(
        &self,
        caller: &Caller,
        origin: Origin,
        trade: &str,
        command: impl FnOnce(TradeId) -> Command,
    ) -> Result<Json<TradeStatus>, Failure> {
        let trade = number(trade)?;
        self.set(caller, origin, command(trade)).await?;
        self.trade(trade)
    }

    fn trade(&self, trade: TradeId) -> Result<Json<TradeStatus>, Failure> {
        let known = self.hub.blotter.trade(trade);
        let known = known.ok_or(Failure::Refused(Refusal::UnknownTrade))?;
        self.trade_status(&known).map(Json)
    }

    fn trade_status(
        &self,
        (trade, proposal): &(TradeRecord, Option<Proposal>),
    ) -> Result<TradeStatus, Failure> {
        Ok(TradeStatus {
            trade_id: trade.trade_id,
            symbol: self.symbol(trade.instrument)?,
            price: trade.price,
            qty: trade.qty,
            notional: trade.notional,
            aggressor: trade.aggressor.side(),
            buy: self.leg(&trade.buy)?,
            sell: self.leg(&trade.sell)?,
            is_busted: trade.is_busted,
            proposal: proposal.map(|it| ProposalStatus {
                change: it.change,
                by: it.by,
                until: fix_engine::time::Timestamp::from_nanos(it.until.nanos()).to_string(),
            }),
        })
    }

    fn leg(&self, leg: &TradeLeg) -> Result<LegStatus, Failure> {
        Ok(LegStatus {
            participant: self.comp_id(leg.participant)?,
            account: self.account_name(leg.account)?,
            order_id: leg.order_id,
            fee: leg.fee,
        })
    }
}
