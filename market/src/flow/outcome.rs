//! [`Outcome`]: what became of one operation, read from its events alone, and the sums over a flow.

use crate::event::{CancelReason, Event};
use crate::order::OrderFacts;
use crate::qty::Qty;

/// Sums over a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations.
    pub operations: u64,
    /// Trades.
    pub trades: u64,
    /// Traded quantity, in lots.
    pub traded_qty: u64,
    /// Σ price × quantity over the trades, in ticks × lots.
    pub notional: u128,
    /// Outcomes, by [`Outcome`] in its order.
    pub outcomes: [u64; Outcome::ALL.len()],
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `C`: cancelled.
    Cancelled,
    /// `D`: replaced down to what was filled already.
    Done,
    /// `F`: fully filled.
    Filled,
    /// `J`: rejected.
    Rejected,
    /// `K`: killed: a FOK that cannot fill, a post-only that would trade.
    Killed,
    /// `R`: rests.
    Rests,
    /// `X`: ended with quantity unfilled.
    Unfilled,
}

impl Outcome {
    /// All, by their letters.
    pub const ALL: [Self; 7] = [
        Self::Cancelled,
        Self::Done,
        Self::Filled,
        Self::Rejected,
        Self::Killed,
        Self::Rests,
        Self::Unfilled,
    ];

    /// Its letter.
    pub const fn code(self) -> char {
        match self {
            Self::Cancelled => 'C',
            Self::Done => 'D',
            Self::Filled => 'F',
            Self::Rejected => 'J',
            Self::Killed => 'K',
            Self::Rests => 'R',
            Self::Unfilled => 'X',
        }
    }
}

/// What became of the operation, from its events alone, with the order as it stands after them.
pub(super) fn outcome(events: &[Event]) -> (Outcome, Option<&OrderFacts>) {
    let mut last = (Outcome::Rejected, None);
    for event in events {
        let own = match event {
            Event::OrderAccepted { order }
            | Event::OrderReplaced { order, .. }
            | Event::OrderCanceled { order, .. }
            | Event::OrderDecremented { order, .. } => order,
            Event::Traded { taker, .. } => taker,
            Event::CancelRejected { .. } => return (Outcome::Rejected, None),
            _ => continue,
        };
        // Self-trade prevention also tells of resting orders: this operation's is the first that was told.
        if last
            .1
            .is_some_and(|first: &OrderFacts| first.order_id != own.order_id)
        {
            continue;
        }
        last = (outcome_of(event, own), Some(own));
    }
    last
}

fn outcome_of(event: &Event, order: &OrderFacts) -> Outcome {
    match event {
        Event::OrderCanceled { reason, .. } => match reason {
            CancelReason::Requested
            | CancelReason::MassCancel
            | CancelReason::Operator
            | CancelReason::TradingHalt
            | CancelReason::Drill
            | CancelReason::MarginCall => Outcome::Cancelled,
            CancelReason::Unfilled
            | CancelReason::Collar
            | CancelReason::BeyondBand
            | CancelReason::SelfTrade
            | CancelReason::AuctionOver
            | CancelReason::Band
            | CancelReason::Unaffordable => Outcome::Unfilled,
            CancelReason::NotWhole | CancelReason::WouldTrade | CancelReason::BelowMinQty => {
                Outcome::Killed
            }
        },
        Event::OrderReplaced { .. } if order.leaves_qty == Qty::ZERO => Outcome::Done,
        _ if order.leaves_qty == Qty::ZERO => Outcome::Filled,
        _ => Outcome::Rests,
    }
}
