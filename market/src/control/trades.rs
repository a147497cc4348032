//! The control port's words for trades that can still be undone or corrected: how they stand, what is proposed about them.

use crate::id::{AccountName, CompId, OrderId, Symbol, TradeId};
use crate::money::Money;
use crate::order::Side;
use crate::price::Price;
use crate::qty::Qty;
use crate::trades::{Operator, TradeChange};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A trade as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeStatus {
    /// Its number, which both sides know as SecondaryExecID (527).
    pub trade_id: TradeId,
    /// Symbol.
    pub symbol: Symbol,
    /// LastPx (31).
    pub price: Price,
    /// LastQty (32).
    pub qty: Qty,
    /// Cash that went from buyer to seller.
    pub notional: Money,
    /// The side that arrived; none of an auction's trade.
    pub aggressor: Option<Side>,
    /// The buyer.
    pub buy: LegStatus,
    /// The seller.
    pub sell: LegStatus,
    /// Whether it was undone.
    pub is_busted: bool,
    /// What waits for a second operator.
    pub proposal: Option<ProposalStatus>,
}

/// One side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegStatus {
    /// Who.
    pub participant: CompId,
    /// For which account.
    pub account: AccountName,
    /// OrderID (37).
    pub order_id: OrderId,
    /// What it paid to the venue; below zero, what it was paid.
    pub fee: Money,
}

/// What one operator has proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalStatus {
    /// What.
    pub change: TradeChange,
    /// Who.
    pub by: Operator,
    /// When it lapses, in UTC.
    pub until: String,
}

/// Proposes to undo or to correct a trade; another operator must approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposeTradeChange {
    /// What is to become of it.
    pub change: TradeChange,
}
