//! How an order begins to work, and how after a replace: at its limit, at its trigger, or up to the collar from the best price of the other
//! side. Decides only; what it then does stands in `entering`.

use crate::collar::collar;
use crate::instrument::Phase;
use crate::order::{OrdType, OrderFacts, OrderTerms, TimeInForce, Working};
use crate::price::Price;
use crate::refusal::Refusal;
use crate::state::State;

impl State {
    /// How a new order of these terms begins to work.
    #[inline(always)]
    pub(crate) fn begin(&self, terms: &OrderTerms) -> Result<Working, Refusal> {
        let phase = self.phase(terms.instrument);
        let is_for_later =
            terms.time_in_force == TimeInForce::AtClose && phase != Phase::ClosingAuction;
        match terms.ord_type {
            OrdType::Market | OrdType::Limit(_) if is_for_later => Ok(Working::Parked),
            OrdType::Market if phase.is_gathering() => Ok(Working::AtMarket),
            OrdType::Market | OrdType::MarketToLimit => self.at_touch(terms),
            OrdType::Limit(price) => Ok(Working::At(self.within_bands(terms, price)?)),
            OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. } => {
                Ok(Working::Held { stop_px })
            }
            OrdType::TrailingStop { offset } => self.trail_behind(terms, offset),
            OrdType::Pegged { .. } => Ok(self.peg(terms)),
        }
    }

    /// How an order works after a replace: a stop-limit order that was triggered stays so, what rests of a market-to-limit order keeps its
    /// price, and a trailing stop whose distance stays its trigger.
    pub(crate) fn begin_again(
        &self,
        order: &OrderFacts,
        terms: &OrderTerms,
    ) -> Result<Working, Refusal> {
        match (order.working, terms.ord_type) {
            (Working::At(_), OrdType::StopLimit { price, .. }) => {
                Ok(Working::At(self.within_bands(terms, price)?))
            }
            (Working::At(_), OrdType::MarketToLimit) => Ok(order.working),
            (Working::Held { .. }, OrdType::TrailingStop { .. })
                if terms.ord_type == order.terms.ord_type =>
            {
                Ok(order.working)
            }
            _ => self.begin(terms),
        }
    }

    /// A market order walks up to its collar; a market-to-limit order trades at the best opposite price only. Without anything on
    /// the other side, or a collar, nothing bounds them.
    fn at_touch(&self, terms: &OrderTerms) -> Result<Working, Refusal> {
        let rules = &self.listing(terms.instrument).rules;
        match self.touch(terms) {
            None if rules.market_needs_opposite => Err(Refusal::NoOpposite),
            None if terms.ord_type == OrdType::MarketToLimit => Ok(Working::AtMarket),
            Some(best) if terms.ord_type == OrdType::MarketToLimit => {
                Ok(Working::At(self.nearest_in_band(terms, best)))
            }
            _ => Ok(self.at_market(terms)),
        }
    }

    /// Any price, or up to the collar from the best opposite price; not beyond a band.
    pub(crate) fn at_market(&self, terms: &OrderTerms) -> Working {
        let listing = self.listing(terms.instrument);
        match (listing.rules.collar_bps, self.touch(terms)) {
            (Some(bps), Some(best)) => {
                let price = collar(best, bps, terms.side, listing.instrument.tick);
                Working::At(self.nearest_in_band(terms, price))
            }
            _ => self.any_in_band(terms),
        }
    }

    /// The best price that an order of these terms could trade at now.
    pub(crate) fn touch(&self, terms: &OrderTerms) -> Option<Price> {
        let ladder = self.book(terms.instrument).side(terms.side.opposite());
        ladder.best().map(|level| level.price)
    }
}
