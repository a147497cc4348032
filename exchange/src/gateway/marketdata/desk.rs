//! [`Desk`]: what one connection is subscribed to. Bounded; it answers what may be asked for, and changes when the publisher
//! has taken it. It sends nothing: see
//! [`crate::gateway::marketdata::publisher`].

use crate::gateway::marketdata::request::MarketDataRefused;
use crate::gateway::refused::Refused;
use std::collections::{BTreeMap, BTreeSet};

/// The subscriptions of one connection.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Symbols by MDReqID (262).
    market_data: BTreeMap<String, usize>,
    /// SecurityStatusReqID (324).
    status: BTreeSet<String>,
    /// Symbols of market data that there may be, over all requests; and as many statuses.
    max: usize,
}

impl Desk {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            market_data: BTreeMap::new(),
            status: BTreeSet::new(),
            max,
        }
    }

    /// Whether market data of so many symbols may be asked for under an id: for a subscription, or for a snapshot beside so many
    /// `waiting` ones.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check_market_data(
        &self,
        id: &str,
        symbols: usize,
        waiting: usize,
    ) -> Result<(), MarketDataRefused> {
        if self.has_market_data(id) {
            return Err(MarketDataRefused::DuplicateId);
        }
        let taken: usize = self.market_data.values().sum();
        if taken + symbols > self.max || waiting + symbols > self.max {
            return Err(MarketDataRefused::TooMany);
        }
        Ok(())
    }

    /// Enters a subscription of so many symbols.
    pub(crate) fn enter_market_data(&mut self, id: String, symbols: usize) {
        self.market_data.insert(id, symbols);
    }

    /// Whether there is such a subscription.
    pub(crate) fn has_market_data(&self, id: &str) -> bool {
        self.market_data.contains_key(id)
    }

    /// The subscription is over.
    pub(crate) fn forget_market_data(&mut self, id: &str) {
        self.market_data.remove(id);
    }

    /// Whether a security's status may be subscribed to. The same id again changes nothing.
    ///
    /// # Errors
    /// [`Refused::TooManyStatuses`].
    pub(crate) fn check_status(&self, id: &str) -> Result<(), Refused> {
        if self.status.len() >= self.max && !self.status.contains(id) {
            return Err(Refused::TooManyStatuses);
        }
        Ok(())
    }

    /// Enters a subscription to a security's status.
    pub(crate) fn enter_status(&mut self, id: String) {
        self.status.insert(id);
    }

    /// Whether there is such a subscription.
    pub(crate) fn has_status(&self, id: &str) -> bool {
        self.status.contains(id)
    }

    /// The subscription is over.
    pub(crate) fn forget_status(&mut self, id: &str) {
        self.status.remove(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_used_once_and_symbols_are_bounded() {
        let mut desk = Desk::new(3);
        desk.enter_market_data("a".to_owned(), 2);
        assert_eq!(
            desk.check_market_data("a", 1, 0),
            Err(MarketDataRefused::DuplicateId)
        );
        assert_eq!(
            desk.check_market_data("b", 2, 0),
            Err(MarketDataRefused::TooMany)
        );
        desk.forget_market_data("a");
        assert!(!desk.has_market_data("a"));
        assert_eq!(desk.check_market_data("b", 3, 0), Ok(()));
    }

    #[test]
    fn snapshots_that_wait_are_bounded_like_subscriptions() {
        let mut desk = Desk::new(3);
        assert_eq!(desk.check_market_data("b", 2, 1), Ok(()));
        let too_many = Err(MarketDataRefused::TooMany);
        assert_eq!(desk.check_market_data("b", 2, 2), too_many);
        desk.enter_market_data("a".to_owned(), 2);
        assert_eq!(desk.check_market_data("b", 1, 2), Ok(()));
        assert_eq!(desk.check_market_data("b", 2, 0), too_many);
    }

    #[test]
    fn statuses_are_bounded_and_may_move() {
        let mut desk = Desk::new(1);
        assert_eq!(desk.check_status("s"), Ok(()));
        desk.enter_status("s".to_owned());
        assert_eq!(desk.check_status("s"), Ok(()));
        assert_eq!(desk.check_status("t"), Err(Refused::TooManyStatuses));
        desk.forget_status("s");
        assert!(!desk.has_status("s"));
    }
}
