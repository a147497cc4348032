//! The words of an order, with FIX's names: side, type, time in force, status, and the facts that every event about it carries.

use crate::id::{AccountId, ClOrdId, InstrumentId, OrderId, ParticipantId};
use crate::money::Money;
use crate::price::Price;
use crate::qty::Qty;
use crate::time::Timestamp;
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

/// OrdType (40) together with the prices it needs, so that a limit without a price cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrdType {
    /// 1: at any price within the collar.
    Market,
    /// 2: at this price or better.
    Limit(Price),
    /// 3: a market order once the trigger is reached.
    Stop {
        /// StopPx (99).
        stop_px: Price,
    },
    /// 4: a limit order once the trigger is reached.
    StopLimit {
        /// StopPx (99).
        stop_px: Price,
        /// Price (44).
        price: Price,
    },
    /// K: a market order whose rest becomes a limit order at the best opposite price of its entry.
    MarketToLimit,
    /// P: a limit order whose price follows the book.
    Pegged {
        /// What it follows (18 = R, P or M).
        peg: Peg,
        /// PegOffsetValue (211), signed: added to what it follows.
        offset: Price,
        /// Price (44): never beyond this one.
        limit: Option<Price>,
    },
    /// P with 18=a: a stop order whose trigger follows the last trade at a distance, only ever in the direction that protects.
    TrailingStop {
        /// The distance (211), above zero.
        offset: Price,
    },
}

/// What a pegged order follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Peg {
    /// 18=R: the best price of its own side.
    Primary,
    /// 18=P: the best price of the other side.
    Market,
    /// 18=M: the middle between both.
    Mid,
}

impl OrdType {
    /// The limit that was asked for, Price (44), if there is one.
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::Limit(price) | Self::StopLimit { price, .. } => Some(price),
            Self::Pegged { limit, .. } => limit,
            Self::Market | Self::Stop { .. } | Self::MarketToLimit | Self::TrailingStop { .. } => {
                None
            }
        }
    }
}

/// What an order does now, whatever it was entered as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Working {
    /// It trades at any price; it rests only while orders gather for an auction, beside the book.
    AtMarket,
    /// It trades at this price or better: its limit, where it rests with what is left; the collar of a market order, which never rests.
    At(Price),
    /// It waits outside the book until a trade (or the best opposite price) reaches the trigger.
    Held {
        /// The trigger now in force.
        stop_px: Price,
    },
    /// It waits outside the book for something else: the auction that it is for, or a price to peg to.
    Parked,
}

impl Working {
    /// The price that it trades at or better, while it has one.
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::At(price) => Some(price),
            Self::AtMarket | Self::Held { .. } | Self::Parked => None,
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
    /// 6: until this time (ExpireTime, 126; the end of that trading day for an ExpireDate, 432).
    Gtd(Timestamp),
    /// 2: in the next opening auction only.
    AtOpen,
    /// 7: in the next closing auction only.
    AtClose,
}

impl OrderTerms {
    /// Whether what is left of such an order may rest in a book, once it works.
    pub(crate) const fn rests(&self) -> bool {
        self.time_in_force.rests()
            && !matches!(
                self.ord_type,
                OrdType::Market | OrdType::Stop { .. } | OrdType::TrailingStop { .. }
            )
    }
}

impl TimeInForce {
    /// Whether what does not trade at once is cancelled.
    pub(crate) const fn is_immediate(self) -> bool {
        matches!(self, Self::Ioc | Self::Fok)
    }

    /// Whether what does not trade at once rests in the book.
    pub(crate) const fn rests(self) -> bool {
        matches!(self, Self::Day | Self::Gtc | Self::Gtd(_))
    }
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
    /// ExecInst (18) = G: trades whole or not at all.
    pub all_or_none: bool,
    /// MinQty (110): the least that it trades at once; IOC only.
    pub min_qty: Option<Qty>,
    /// Side (54) = 5: sells what the account has borrowed.
    pub short_sale: bool,
    /// With a price beyond a band of limit-up limit-down it works at the band, rather than being refused or cancelled.
    pub reprice_to_band: bool,
}

impl OrderTerms {
    /// Price (44) of an order that works so: the limit; of a market-to-limit or pegged order, and of one that may be repriced to a band, the
    /// price that it has now.
    pub const fn price(&self, working: Working) -> Option<Price> {
        let asked = self.ord_type.price();
        match (self.ord_type, working.price()) {
            (OrdType::MarketToLimit, now) => now,
            (OrdType::Pegged { .. }, Some(now)) => Some(now),
            (_, Some(now)) if self.reprice_to_band => Some(now),
            _ => asked,
        }
    }

    /// A plain order: nothing hidden, nothing conditional.
    pub const fn plain(
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        ord_type: OrdType,
        time_in_force: TimeInForce,
        order_qty: Qty,
    ) -> Self {
        Self {
            account,
            instrument,
            side,
            ord_type,
            time_in_force,
            order_qty,
            post_only: false,
            max_floor: None,
            all_or_none: false,
            min_qty: None,
            short_sale: false,
            reprice_to_band: false,
        }
    }
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
    /// What it does now: the price it works at, or what it waits for.
    pub working: Working,
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
