//! The words of an order, with FIX's names: side, type, time in force, status, and the facts that every event about it carries.

use crate::id::{AccountId, ClOrdId, InstrumentId, OrderId, ParticipantId};
use crate::money::Money;
use crate::price::Price;
use crate::qty::Qty;
use serde::{Deserialize, Serialize};

/// Side (54).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 1.
    Buy,
    /// 2.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// OrdType (40) together with the price it needs, so that a limit without a price cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrdType {
    /// 1: at any price.
    Market,
    /// 2: at this price or better.
    Limit(Price),
}

impl OrdType {
    /// The limit, if there is one.
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::Market => None,
            Self::Limit(price) => Some(price),
        }
    }
}

/// TimeInForce (59).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// 0: until the end of the trading day.
    Day,
    /// 1: until cancelled.
    Gtc,
    /// 3: what does not trade at once is cancelled.
    Ioc,
    /// 4: the whole at once, or nothing.
    Fok,
}

/// OrdStatus (39).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrdStatus {
    /// 0.
    New,
    /// 1.
    PartiallyFilled,
    /// 2.
    Filled,
    /// 4.
    Canceled,
    /// 8.
    Rejected,
    /// C.
    Expired,
}

/// What a participant asks for; the same words whether it is accepted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Whose money and stock.
    pub account: AccountId,
    /// What is traded.
    pub instrument: InstrumentId,
    /// Side (54).
    pub side: Side,
    /// OrdType (40) and Price (44).
    pub ord_type: OrdType,
    /// TimeInForce (59).
    pub time_in_force: TimeInForce,
    /// OrderQty (38): the total, fills included.
    pub order_qty: Qty,
    /// ExecInst (18) = 6: may only add liquidity; cancelled whole when it would trade at once.
    pub post_only: bool,
    /// MaxFloor (111): the most that is shown at a time; `None` shows all.
    pub max_floor: Option<Qty>,
}

/// All that an event says about an order, as it stands after the event. Between events of one order:
/// `order_qty = cum_qty + leaves_qty` while it lives, `leaves_qty = 0` once it is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFacts {
    /// OrderID (37).
    pub order_id: OrderId,
    /// ClOrdID (11) now in force.
    pub cl_ord_id: ClOrdId,
    /// Who entered it.
    pub participant: ParticipantId,
    /// What was asked for, as last replaced.
    pub terms: OrderTerms,
    /// OrdStatus (39).
    pub ord_status: OrdStatus,
    /// CumQty (14).
    pub cum_qty: Qty,
    /// LeavesQty (151).
    pub leaves_qty: Qty,
    /// Σ LastQty × LastPx over its fills: AvgPx (6) is this over `cum_qty`.
    pub cum_notional: Money,
    /// What the risk ledger still holds for it: cash of the currency for a buy, quantity for a sell.
    pub reserved: Money,
}

impl OrderFacts {
    /// AvgPx (6): Σ(LastQty × LastPx) / CumQty, rounded half up at eight decimals; zero before any fill.
    pub fn avg_px(&self) -> Price {
        let qty = i128::from(self.cum_qty.raw());
        if qty == 0 {
            return Price::ZERO;
        }
        let scaled = self.cum_notional.raw() * i128::from(crate::decimal::ONE);
        let raw = (scaled + qty / 2).div_euclid(qty);
        Price::from_raw(i64::try_from(raw).expect("an average lies between prices that fit"))
    }
}
