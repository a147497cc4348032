//! The words that stand in the database and the API for the market's enums.

use market::instrument::Phase;
use market::order::{OrdStatus, Side};

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

/// Word for a phase.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "open",
        Phase::Halted => "halted",
        Phase::Closed => "closed",
    }
}
