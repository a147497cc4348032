//! [`Desk`]: what one connection is subscribed to. Bounded; it answers whether an id is free. It sends nothing: see
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

    /// Checks a request for market data; one that lives is entered.
    pub(crate) fn enter_market_data(
        &mut self,
        id: &str,
        symbols: usize,
        is_live: bool,
    ) -> Result<(), MarketDataRefused> {
        if self.market_data.contains_key(id) {
            return Err(MarketDataRefused::DuplicateId);
        }
        let taken: usize = self.market_data.values().sum();
        if taken + symbols > self.max {
            return Err(MarketDataRefused::TooMany);
        }
        if is_live {
            self.market_data.insert(id.to_owned(), symbols);
        }
        Ok(())
    }

    /// Whether there was such a subscription; there is none now.
    pub(crate) fn forget_market_data(&mut self, id: &str) -> bool {
        self.market_data.remove(id).is_some()
    }

    /// Enters a subscription to a security's status. The same id again changes nothing.
    pub(crate) fn enter_status(&mut self, id: &str) -> Result<(), Refused> {
        if self.status.len() >= self.max && !self.status.contains(id) {
            return Err(Refused::TooManyStatuses);
        }
        self.status.insert(id.to_owned());
        Ok(())
    }

    /// Whether there was such a subscription; there is none now.
    pub(crate) fn forget_status(&mut self, id: &str) -> bool {
        self.status.remove(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_used_once_and_symbols_are_bounded() {
        let mut desk = Desk::new(3);
        assert_eq!(desk.enter_market_data("a", 2, true), Ok(()));
        assert_eq!(
            desk.enter_market_data("a", 1, true),
            Err(MarketDataRefused::DuplicateId)
        );
        assert_eq!(
            desk.enter_market_data("b", 2, true),
            Err(MarketDataRefused::TooMany)
        );
        assert!(desk.forget_market_data("a"));
        assert!(!desk.forget_market_data("a"));
        assert_eq!(desk.enter_market_data("b", 2, false), Ok(()));
        assert_eq!(desk.enter_market_data("b", 3, true), Ok(()));
    }
}
