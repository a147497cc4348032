//! [`Desk`]: what one connection is subscribed to. Bounded; it answers what may be asked for, and changes when the publisher
//! has taken it. It sends nothing: see
//! [`crate::gateway::marketdata::publisher`].

use crate::gateway::marketdata::publisher::PublisherBusy;
use crate::gateway::marketdata::request::MarketDataRefused;
use crate::gateway::refused::Refused;
use fix_engine::tag;
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
        if self.market_data.contains_key(id) {
            return Err(MarketDataRefused::DuplicateId);
        }
        let taken: usize = self.market_data.values().sum();
        if taken + symbols > self.max || waiting + symbols > self.max {
            return Err(MarketDataRefused::TooMany);
        }
        Ok(())
    }

    /// Enters a subscription of so many symbols, once the publisher has taken it.
    ///
    /// # Errors
    /// What the publisher answers: then nothing is entered.
    pub(crate) fn enter_market_data(
        &mut self,
        id: &str,
        symbols: usize,
        publish: impl FnOnce() -> Result<(), PublisherBusy>,
    ) -> Result<(), PublisherBusy> {
        publish()?;
        self.market_data.insert(id.to_owned(), symbols);
        Ok(())
    }

    /// The subscription is over, once the publisher has taken that.
    ///
    /// # Errors
    /// [`Refused::UnknownId`], or what the publisher answers: then it is as it was.
    pub(crate) fn forget_market_data(
        &mut self,
        id: &str,
        publish: impl FnOnce() -> Result<(), PublisherBusy>,
    ) -> Result<(), Refused> {
        if !self.market_data.contains_key(id) {
            return Err(Refused::UnknownId {
                tag: tag::MD_REQ_ID,
            });
        }
        publish()?;
        self.market_data.remove(id);
        Ok(())
    }

    /// Enters a subscription to a security's status, once the publisher has taken it. The same id again changes nothing.
    ///
    /// # Errors
    /// [`Refused::TooManyStatuses`], or what the publisher answers: then nothing is entered.
    pub(crate) fn enter_status(
        &mut self,
        id: &str,
        publish: impl FnOnce() -> Result<(), PublisherBusy>,
    ) -> Result<(), Refused> {
        if self.status.len() >= self.max && !self.status.contains(id) {
            return Err(Refused::TooManyStatuses);
        }
        publish()?;
        self.status.insert(id.to_owned());
        Ok(())
    }

    /// The subscription is over, once the publisher has taken that.
    ///
    /// # Errors
    /// [`Refused::UnknownId`], or what the publisher answers: then it is as it was.
    pub(crate) fn forget_status(
        &mut self,
        id: &str,
        publish: impl FnOnce() -> Result<(), PublisherBusy>,
    ) -> Result<(), Refused> {
        if !self.status.contains(id) {
            return Err(Refused::UnknownId {
                tag: tag::SECURITY_STATUS_REQ_ID,
            });
        }
        publish()?;
        self.status.remove(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: fn() -> Result<(), PublisherBusy> = || Ok(());
    const BUSY: fn() -> Result<(), PublisherBusy> = || Err(PublisherBusy);

    #[test]
    fn ids_are_used_once_and_symbols_are_bounded() {
        let mut desk = Desk::new(3);
        assert_eq!(desk.enter_market_data("a", 2, TAKEN), Ok(()));
        let duplicate = Err(MarketDataRefused::DuplicateId);
        assert_eq!(desk.check_market_data("a", 1, 0), duplicate);
        let too_many = Err(MarketDataRefused::TooMany);
        assert_eq!(desk.check_market_data("b", 2, 0), too_many);
        assert_eq!(desk.forget_market_data("a", TAKEN), Ok(()));
        let unknown = Err(Refused::UnknownId {
            tag: tag::MD_REQ_ID,
        });
        assert_eq!(desk.forget_market_data("a", TAKEN), unknown);
        assert_eq!(desk.check_market_data("b", 3, 0), Ok(()));
    }

    #[test]
    fn snapshots_that_wait_are_bounded_like_subscriptions() {
        let mut desk = Desk::new(3);
        assert_eq!(desk.check_market_data("b", 2, 1), Ok(()));
        let too_many = Err(MarketDataRefused::TooMany);
        assert_eq!(desk.check_market_data("b", 2, 2), too_many);
        assert_eq!(desk.enter_market_data("a", 2, TAKEN), Ok(()));
        assert_eq!(desk.check_market_data("b", 1, 2), Ok(()));
        assert_eq!(desk.check_market_data("b", 2, 0), too_many);
    }

    #[test]
    fn statuses_are_bounded_and_may_move() {
        let mut desk = Desk::new(1);
        assert_eq!(desk.enter_status("s", TAKEN), Ok(()));
        assert_eq!(desk.enter_status("s", TAKEN), Ok(()));
        assert_eq!(desk.enter_status("t", TAKEN), Err(Refused::TooManyStatuses));
        assert_eq!(desk.forget_status("s", TAKEN), Ok(()));
        assert_eq!(desk.enter_status("t", TAKEN), Ok(()));
    }

    #[test]
    fn what_the_publisher_does_not_take_changes_nothing() {
        let mut desk = Desk::new(2);
        assert_eq!(desk.enter_market_data("a", 2, BUSY), Err(PublisherBusy));
        assert_eq!(desk.check_market_data("a", 2, 0), Ok(()));
        assert_eq!(desk.enter_market_data("a", 2, TAKEN), Ok(()));
        assert_eq!(desk.forget_market_data("a", BUSY), Err(Refused::Busy));
        assert_eq!(desk.forget_market_data("a", TAKEN), Ok(()));
        assert_eq!(desk.enter_status("s", BUSY), Err(Refused::Busy));
        let unknown = Err(Refused::UnknownId {
            tag: tag::SECURITY_STATUS_REQ_ID,
        });
        assert_eq!(desk.forget_status("s", TAKEN), unknown);
        assert_eq!(desk.enter_status("s", TAKEN), Ok(()));
        assert_eq!(desk.forget_status("s", BUSY), Err(Refused::Busy));
        assert_eq!(desk.forget_status("s", TAKEN), Ok(()));
    }
}
