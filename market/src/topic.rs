//! What the bus carries: events of the venue for other programs, as JSON in a versioned envelope. One vocabulary for the feed
//! inside one process and for Kafka. Golden files pin it; a change raises [`SCHEMA`].

use crate::breaker::BreakerLevel;
use crate::halt::HaltFacts;
use crate::id::{AccountName, AssetCode, ClOrdId, CompId, OrderId, Symbol, TradeId, TransferId};
use crate::instrument::Phase;
use crate::luld::PriceBands;
use crate::money::Money;
use crate::order::{OrdStatus, Side, TimeInForce};
use crate::price::Price;
use crate::qty::Qty;
use crate::time::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Version of the envelope and its events.
pub const SCHEMA: u16 = 1;

/// Key of what concerns the market as a whole: no symbol.
pub const MARKET: &str = "*";

/// A topic of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// What became of orders; keyed by symbol.
    OrderEvents,
    /// Trades, both legs; keyed by symbol.
    TradeEvents,
    /// Instruments, prices and phases; keyed by symbol.
    PriceEvents,
    /// Accounts, cash and securities that moved in or out; keyed by account.
    WalletEvents,
    /// Accounts that have too little, and what the venue does about it; keyed by account.
    RiskEvents,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 5] = [
        Self::OrderEvents,
        Self::TradeEvents,
        Self::PriceEvents,
        Self::WalletEvents,
        Self::RiskEvents,
    ];

    /// The topic's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderEvents => "order-events",
            Self::TradeEvents => "trade-events",
            Self::PriceEvents => "price-events",
            Self::WalletEvents => "wallet-events",
            Self::RiskEvents => "risk-events",
        }
    }
}

/// One event on the bus. `(epoch, seq, index)` is its identity everywhere; within a topic's partition `(seq, index)` only grows,
/// so a reader drops what it has seen by comparing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// [`SCHEMA`].
    pub schema: u16,
    /// The id of the journal's history (hex).
    pub epoch: String,
    /// The journal entry.
    pub seq: u64,
    /// Which envelope of that entry, from 0.
    pub index: u32,
    /// When the entry was sequenced: nanoseconds since the Unix epoch.
    pub at_nanos: i64,
    /// Trace id (32 hex digits) that the order carried in.
    pub trace_id: String,
    /// What happened.
    #[serde(flatten)]
    pub event: TopicEvent,
}

/// What happened, by topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum TopicEvent {
    /// order-events: accepted (39=0).
    OrderCreated(OrderView),
    /// order-events: replaced.
    OrderModified(OrderView),
    /// order-events: cancelled.
    OrderCancelled(OrderView),
    /// order-events: expired.
    OrderExpired(OrderView),
    /// order-events: rejected.
    OrderRejected {
        /// Whose order.
        account: AccountName,
        /// Who sent it.
        participant: CompId,
        /// ClOrdID.
        cl_ord_id: ClOrdId,
        /// Symbol.
        symbol: Symbol,
        /// Why, in plain words.
        reason: String,
    },
    /// trade-events.
    TradeExecuted(TradeView),
    /// price-events: the last price moved.
    PriceUpdated {
        /// Symbol.
        symbol: Symbol,
        /// Last price.
        last_px: Price,
        /// Last quantity.
        last_qty: Qty,
    },
    /// price-events: an instrument is known.
    InstrumentListed {
        /// Symbol.
        symbol: Symbol,
        /// Currency.
        currency: AssetCode,
        /// Tick.
        tick: Price,
        /// Lot.
        lot: Qty,
        /// Valuation price before the first trade.
        reference_px: Price,
    },
    /// price-events: an instrument opened, halted or closed.
    PhaseChanged {
        /// Symbol.
        symbol: Symbol,
        /// The phase now.
        phase: Phase,
        /// Why, for a halt.
        reason: Option<String>,
        /// What kind of a halt it is; `drill` when it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        halt: Option<HaltFacts>,
    },
    /// price-events: the market-wide breaker has tripped; what it halts or closes follows for each instrument.
    BreakerTripped {
        /// Which level.
        level: BreakerLevel,
        /// Whether it is a drill.
        drill: bool,
        /// Whether an operator has tripped it.
        by_hand: bool,
        /// What the index is.
        index: Money,
        /// What it was at yesterday's close.
        close: Option<Money>,
        /// How far it has fallen, in basis points, rounded down.
        fall_bps: u32,
        /// Until when everything is halted; none: everything is closed until the end of the day.
        until: Option<Timestamp>,
        /// Why; it begins with `DRILL: ` in a drill.
        reason: String,
    },
    /// price-events: the market-wide breaker holds nothing any more.
    BreakerEnded {
        /// Which level had tripped.
        level: BreakerLevel,
        /// Whether it was a drill.
        drill: bool,
    },
    /// wallet-events: an account exists.
    AccountOpened {
        /// Its name.
        account: AccountName,
    },
    /// wallet-events: cash moved in (above zero) or out.
    FundsTransferred {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountName,
        /// Which asset.
        asset: AssetCode,
        /// How much.
        amount: Money,
        /// Cash after it.
        balance: Money,
    },
    /// wallet-events: securities moved in (above zero) or out.
    SecuritiesTransferred {
        /// Idempotency key.
        transfer_id: TransferId,
        /// Which account.
        account: AccountName,
        /// Which instrument.
        symbol: Symbol,
        /// How much.
        qty: Qty,
        /// What one unit cost.
        cost_px: Price,
        /// Position after it.
        position: Qty,
    },
    /// trade-events: a trade was undone or corrected.
    TradeChanged(TradeChangeView),
    /// wallet-events: one side of a trade paid its fee.
    FeeCharged {
        /// The trade.
        trade_id: TradeId,
        /// Who paid.
        account: AccountName,
        /// The venue's account.
        fee_account: AccountName,
        /// Currency.
        asset: AssetCode,
        /// How much; below zero: a rebate, which the account was paid.
        amount: Money,
    },
    /// price-events: the bands of limit-up limit-down are these now; they hold in continuous trading.
    BandsMoved {
        /// Symbol.
        symbol: Symbol,
        /// The bands; none: the rule is off now.
        bands: Option<PriceBands>,
    },
    /// price-events: the best price of a side has come to its band, or left it.
    LimitStateChanged {
        /// Symbol.
        symbol: Symbol,
        /// Which side; none: the limit state is over.
        side: Option<Side>,
        /// When trading pauses, unless the book leaves the band by then.
        until: Option<Timestamp>,
    },
    /// risk-events: an account on margin has less than its positions need.
    MarginCall {
        /// Which.
        account: AccountName,
        /// In which currency.
        asset: AssetCode,
        /// What it is worth.
        equity: Money,
        /// What it needs.
        required: Money,
        /// When its open orders are cancelled and positions closed, unless it has enough by then: nanoseconds since the Unix epoch.
        until_nanos: i64,
    },
    /// risk-events: a margin call is over: the account has what its positions need.
    MarginCallMet {
        /// Which.
        account: AccountName,
        /// In which currency.
        asset: AssetCode,
        /// What it is worth.
        equity: Money,
        /// What it needs.
        required: Money,
    },
    /// risk-events: the time of a margin call is over, and the venue closes a position by a market order.
    ForcedClose {
        /// Whose.
        account: AccountName,
        /// Which position.
        symbol: Symbol,
        /// The side of the order.
        side: Side,
        /// Its quantity.
        qty: Qty,
        /// In whose name it is entered.
        participant: CompId,
        /// Its ClOrdID.
        cl_ord_id: ClOrdId,
    },
    /// risk-events: nothing is left to close, and the account still has less than nothing.
    MarginDeficit {
        /// Whose.
        account: AccountName,
        /// In which currency.
        asset: AssetCode,
        /// What it is worth.
        equity: Money,
    },
    /// risk-events: a trade that was undone or corrected has left an account less than its orders hold, or less than nothing.
    Overdrawn {
        /// Whose.
        account: AccountName,
        /// The currency of the trade.
        asset: AssetCode,
        /// Of which stock; none: of cash.
        symbol: Option<Symbol>,
        /// What is free: below zero.
        free: Money,
    },
    /// risk-events: an order or a replace was refused, since the position of its account would have gone too far.
    PositionLimitBreached {
        /// Whose position.
        account: AccountName,
        /// In what.
        symbol: Symbol,
        /// The side of the order.
        side: Side,
        /// Who sent it.
        participant: CompId,
        /// ClOrdID of the order, or of the replace.
        cl_ord_id: ClOrdId,
        /// How far the position may go: long for a buy, short for a sale.
        limit: Qty,
        /// How far it could have come, open orders included. A quantity; counted like money, since it may be more than one can be.
        would: Money,
    },
    /// price-events: continuous trading of the day has begun in an instrument: from closed or pre-open, or after an opening auction. Not told
    /// when it goes on after a halt or another auction.
    MarketOpen {
        /// Symbol.
        symbol: Symbol,
    },
    /// price-events: trading is over in an instrument. Told when it goes into post-trade, and when it is closed (so twice, where the one
    /// follows the other).
    MarketClose {
        /// Symbol.
        symbol: Symbol,
        /// Which of the two it is now.
        phase: Phase,
        /// Whether a drill of the market-wide breaker has closed it.
        drill: bool,
    },
    /// risk-events: the time of a margin call is over, and the order that was to close a position could not be entered.
    ForcedCloseFailed {
        /// Whose.
        account: AccountName,
        /// Which position.
        symbol: Symbol,
        /// The side of the order.
        side: Side,
        /// Its quantity.
        qty: Qty,
        /// Why not.
        reason: String,
    },
}

impl TopicEvent {
    /// Where it belongs.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::OrderCreated(_)
            | Self::OrderModified(_)
            | Self::OrderCancelled(_)
            | Self::OrderExpired(_)
            | Self::OrderRejected { .. } => Topic::OrderEvents,
            Self::TradeExecuted(_) | Self::TradeChanged(_) => Topic::TradeEvents,
            Self::PriceUpdated { .. }
            | Self::InstrumentListed { .. }
            | Self::PhaseChanged { .. }
            | Self::BandsMoved { .. }
            | Self::LimitStateChanged { .. }
            | Self::BreakerTripped { .. }
            | Self::BreakerEnded { .. }
            | Self::MarketOpen { .. }
            | Self::MarketClose { .. } => Topic::PriceEvents,
            Self::AccountOpened { .. }
            | Self::FundsTransferred { .. }
            | Self::SecuritiesTransferred { .. }
            | Self::FeeCharged { .. } => Topic::WalletEvents,
            Self::MarginCall { .. }
            | Self::MarginCallMet { .. }
            | Self::ForcedClose { .. }
            | Self::MarginDeficit { .. }
            | Self::Overdrawn { .. }
            | Self::ForcedCloseFailed { .. }
            | Self::PositionLimitBreached { .. } => Topic::RiskEvents,
        }
    }

    /// The key that keeps its order: the symbol, or the account on wallet-events and risk-events; [`MARKET`] for what is of no one instrument.
    pub fn key(&self) -> &str {
        match self {
            Self::OrderCreated(o)
            | Self::OrderModified(o)
            | Self::OrderCancelled(o)
            | Self::OrderExpired(o) => o.symbol.as_str(),
            Self::TradeExecuted(t) => t.symbol.as_str(),
            Self::TradeChanged(t) => t.symbol.as_str(),
            Self::OrderRejected { symbol, .. }
            | Self::PriceUpdated { symbol, .. }
            | Self::InstrumentListed { symbol, .. }
            | Self::PhaseChanged { symbol, .. }
            | Self::BandsMoved { symbol, .. }
            | Self::LimitStateChanged { symbol, .. }
            | Self::MarketOpen { symbol }
            | Self::MarketClose { symbol, .. } => symbol.as_str(),
            Self::BreakerTripped { .. } | Self::BreakerEnded { .. } => MARKET,
            Self::AccountOpened { account }
            | Self::FundsTransferred { account, .. }
            | Self::SecuritiesTransferred { account, .. }
            | Self::FeeCharged { account, .. }
            | Self::MarginCall { account, .. }
            | Self::MarginCallMet { account, .. }
            | Self::ForcedClose { account, .. }
            | Self::MarginDeficit { account, .. }
            | Self::Overdrawn { account, .. }
            | Self::ForcedCloseFailed { account, .. }
            | Self::PositionLimitBreached { account, .. } => account.as_str(),
        }
    }
}

/// An order as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// OrderID.
    pub order_id: OrderId,
    /// ClOrdID in force.
    pub cl_ord_id: ClOrdId,
    /// Who sent it.
    pub participant: CompId,
    /// Whose order.
    pub account: AccountName,
    /// Symbol.
    pub symbol: Symbol,
    /// Side.
    pub side: Side,
    /// What Price (44) says to its owner: the limit, of an order that is priced by the venue the price that it has now; none for a market order.
    pub price: Option<Price>,
    /// TimeInForce.
    pub time_in_force: TimeInForce,
    /// OrdStatus.
    pub ord_status: OrdStatus,
    /// OrderQty.
    pub order_qty: Qty,
    /// CumQty.
    pub cum_qty: Qty,
    /// LeavesQty.
    pub leaves_qty: Qty,
    /// AvgPx.
    pub avg_px: Price,
    /// Reserved by the exchange for it: cash for a buy, quantity for a sell. What a change of fees, or the moving trigger of a trailing stop,
    /// makes of it is told with its next event.
    pub reserved: Money,
}

/// A trade with both legs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeView {
    /// Number that both sides share.
    pub trade_id: TradeId,
    /// Symbol.
    pub symbol: Symbol,
    /// Currency of price and notional.
    pub currency: AssetCode,
    /// LastPx.
    pub price: Price,
    /// LastQty.
    pub qty: Qty,
    /// Cash from buyer to seller.
    pub notional: Money,
    /// Side that arrived.
    pub aggressor: Option<Side>,
    /// The buyer.
    pub buy: LegView,
    /// The seller.
    pub sell: LegView,
}

/// A trade that two operators have undone or corrected. What its fees changed by is told as [`TopicEvent::FeeCharged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeChangeView {
    /// Which trade.
    pub trade_id: TradeId,
    /// Symbol.
    pub symbol: Symbol,
    /// Currency of prices and notionals.
    pub currency: AssetCode,
    /// The buyer.
    pub buy: AccountName,
    /// The seller.
    pub sell: AccountName,
    /// As it was.
    pub was: TradedView,
    /// As it is; none: it never was.
    pub now: Option<TradedView>,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub approved_by: String,
}

/// What was traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradedView {
    /// LastPx.
    pub price: Price,
    /// LastQty.
    pub qty: Qty,
    /// Cash from buyer to seller.
    pub notional: Money,
}

/// One side of a trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegView {
    /// Whose.
    pub account: AccountName,
    /// Who sent the order.
    pub participant: CompId,
    /// OrderID.
    pub order_id: OrderId,
    /// ClOrdID.
    pub cl_ord_id: ClOrdId,
    /// OrdStatus after it.
    pub ord_status: OrdStatus,
    /// CumQty after it.
    pub cum_qty: Qty,
    /// LeavesQty after it.
    pub leaves_qty: Qty,
    /// Reserved by the exchange for the order after it: cash for a buy, quantity for a sell. None: not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Money>,
}
