//! An [`Order`] of the model: what was asked, what has become of it, and where it stands in its queue.

use market::event::CancelReason;
use market::id::{ClOrdId, OrderId, ParticipantId};
use market::order::{OrdType, OrderTerms, Side, TimeInForce};

/// Whose order.
pub(super) type Name = (ParticipantId, ClOrdId);

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) participant: ParticipantId,
    pub(crate) cl_ord_id: ClOrdId,
    pub(crate) terms: OrderTerms,
    pub(crate) total: i64,
    pub(crate) cum: i64,
    pub(crate) shown: i64,
    /// The price that it works at, or rests at.
    pub(crate) works_at: Option<i64>,
    /// The trigger that it waits for.
    pub(crate) trigger: Option<i64>,
    /// The price that it reserves at while it waits.
    pub(super) bound: i64,
    /// When its trigger was reached.
    pub(super) reached: Option<u64>,
    /// When it came to its place in the queue.
    pub(super) arrival: u64,
    /// Which of all orders it was when it was entered.
    pub(super) entered: i64,
    /// Whether it waits for the call of the closing auction.
    pub(super) parked: bool,
    /// The price that it holds cash at, where it has none of its own.
    pub(super) cover: i64,
    /// What it holds at most, since it was lowered: no more than before, wherever its price would be now.
    pub(super) most: Option<i128>,
    /// The reference price when it was entered.
    pub(super) staked: i64,
    /// When it came, of a peg.
    pub(super) pegged: u64,
}

impl Order {
    /// Orders are numbered as they are accepted.
    pub(crate) fn order_id(&self) -> OrderId {
        OrderId(self.entered.unsigned_abs())
    }

    pub(crate) fn leaves(&self) -> i64 {
        self.total - self.cum
    }

    pub(crate) fn price(&self) -> Option<i64> {
        self.works_at
    }

    /// Whether it rests in the book, and not beside it.
    pub(super) fn is_in_book(&self) -> bool {
        !self.parked && self.trigger.is_none() && self.works_at.is_some() && !self.terms.all_or_none
    }

    /// Whether it takes part in an auction now.
    pub(super) fn is_gathered(&self) -> bool {
        let without_price = is_pegged(self) && self.works_at.is_none();
        !self.parked && self.trigger.is_none() && !self.terms.all_or_none && !without_price
    }

    /// Whether it ends with the day.
    pub(super) fn is_of_day(&self) -> bool {
        matches!(
            self.terms.time_in_force,
            TimeInForce::Day | TimeInForce::AtOpen | TimeInForce::AtClose
        )
    }
}

/// How an order ended that did not trade whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Canceled(CancelReason),
    Expired,
}

/// A ClOrdID of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Live,
    Final,
    Stale,
}

pub(super) fn rank(order: &Order) -> i64 {
    let price = order.works_at.expect("what rests has a price");
    match order.terms.side {
        Side::Buy => -price,
        Side::Sell => price,
    }
}

/// Whether what does not trade at once may rest.
pub(super) fn rests(time_in_force: TimeInForce) -> bool {
    matches!(
        time_in_force,
        TimeInForce::Day | TimeInForce::Gtc | TimeInForce::Gtd(_)
    )
}

pub(super) fn is_pegged(order: &Order) -> bool {
    matches!(order.terms.ord_type, OrdType::Pegged { .. })
}

pub(super) fn type_stays(old: &Order, new: &OrderTerms) -> bool {
    let is_held = old.trigger.is_some();
    match (old.terms.ord_type, new.ord_type) {
        (OrdType::Limit(_) | OrdType::MarketToLimit, OrdType::Limit(_)) => true,
        (OrdType::MarketToLimit, OrdType::MarketToLimit) => {
            old.cum > 0 || new.order_qty.raw() <= old.total
        }
        (OrdType::StopLimit { .. }, OrdType::Limit(_)) => !is_held,
        (OrdType::Market, OrdType::Market)
        | (OrdType::StopLimit { .. }, OrdType::StopLimit { .. })
        | (OrdType::Stop { .. }, OrdType::Stop { .. })
        | (OrdType::TrailingStop { .. }, OrdType::TrailingStop { .. })
        | (OrdType::Pegged { .. }, OrdType::Pegged { .. }) => true,
        _ => false,
    }
}
