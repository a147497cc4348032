//! The words that stand in the database, the API and the figures for the market's enums.

use market::instrument::Phase;
use market::order::{OrdStatus, Side};
use market::topic::{TopicEvent, TradeChangeView};

/// Word for a side.
pub const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// Word for an OrdStatus.
pub const fn ord_status(status: OrdStatus) -> &'static str {
    match status {
        OrdStatus::New => "new",
        OrdStatus::PartiallyFilled => "partially_filled",
        OrdStatus::Filled => "filled",
        OrdStatus::Canceled => "canceled",
        OrdStatus::Rejected => "rejected",
        OrdStatus::Expired => "expired",
    }
}

/// Word for what a trade is after operators have changed it; `executed` stands for one that nobody has.
pub const fn trade_status(change: &TradeChangeView) -> &'static str {
    match change.now {
        Some(_) => "corrected",
        None => "busted",
    }
}

/// Word for a phase.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "open",
        Phase::Halted => "halted",
        Phase::Closed => "closed",
        Phase::PreOpen => "pre_open",
        Phase::OpeningAuction => "opening_auction",
        Phase::IntradayAuction => "intraday_auction",
        Phase::VolatilityAuction => "volatility_auction",
        Phase::ClosingAuction => "closing_auction",
        Phase::PostTrade => "post_trade",
    }
}

/// Word for the type of an event: what stands in the envelope's `type`.
pub const fn event(event: &TopicEvent) -> &'static str {
    match event {
        TopicEvent::OrderCreated(_) => "OrderCreated",
        TopicEvent::OrderModified(_) => "OrderModified",
        TopicEvent::OrderCancelled(_) => "OrderCancelled",
        TopicEvent::OrderExpired(_) => "OrderExpired",
        TopicEvent::OrderRejected { .. } => "OrderRejected",
        TopicEvent::TradeExecuted(_) => "TradeExecuted",
        TopicEvent::PriceUpdated { .. } => "PriceUpdated",
        TopicEvent::InstrumentListed { .. } => "InstrumentListed",
        TopicEvent::PhaseChanged { .. } => "PhaseChanged",
        TopicEvent::BreakerTripped { .. } => "BreakerTripped",
        TopicEvent::BreakerEnded { .. } => "BreakerEnded",
        TopicEvent::AccountOpened { .. } => "AccountOpened",
        TopicEvent::FundsTransferred { .. } => "FundsTransferred",
        TopicEvent::SecuritiesTransferred { .. } => "SecuritiesTransferred",
        TopicEvent::FeeCharged { .. } => "FeeCharged",
        TopicEvent::TradeChanged(_) => "TradeChanged",
        TopicEvent::BandsMoved { .. } => "BandsMoved",
        TopicEvent::LimitStateChanged { .. } => "LimitStateChanged",
        TopicEvent::MarginCall { .. } => "MarginCall",
        TopicEvent::MarginCallMet { .. } => "MarginCallMet",
        TopicEvent::ForcedClose { .. } => "ForcedClose",
        TopicEvent::MarginDeficit { .. } => "MarginDeficit",
        TopicEvent::Overdrawn { .. } => "Overdrawn",
        TopicEvent::PositionLimitBreached { .. } => "PositionLimitBreached",
        TopicEvent::MarketOpen { .. } => "MarketOpen",
        TopicEvent::MarketClose { .. } => "MarketClose",
        TopicEvent::ForcedCloseFailed { .. } => "ForcedCloseFailed",
    }
}
