//! What an order is judged by beyond its terms: what it may trade for, how far its price is, whether one like it came a moment ago, whether
//! its time is still to come; and whether there is room for one more of its kind. What its account and its participant may do stands in `limiting`.

use crate::id::ParticipantId;
use crate::money::Money;
use crate::order::{OrdType, OrderTerms, TimeInForce, Working};
use crate::pegs::MAX_PEGS;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::risk::MAX_NOTIONAL;
use crate::state::State;
use crate::stops::MAX_TRAILING;
use crate::wholes::MAX_WHOLES;

impl State {
    /// Whether the most that an order may trade for fits the ledger and the instrument's rule.
    #[inline(always)]
    pub(crate) fn check_notional(
        &self,
        participant: ParticipantId,
        terms: &OrderTerms,
        working: Working,
    ) -> Result<(), Refusal> {
        let max = self.listing(terms.instrument).rules.max_notional;
        let price = match working {
            Working::At(price) => price,
            Working::Held { stop_px } => self.held_at(terms, stop_px),
            Working::AtMarket if !self.phase(terms.instrument).is_gathering() => {
                // Nothing bounds it but what is there.
                let owner = self.owner(participant, terms.account);
                let costs = || self.cost(&owner, terms, terms.order_qty);
                return match max {
                    Some(max) if costs() > max => Err(Refusal::NotionalAboveMax { max }),
                    _ => Ok(()),
                };
            }
            Working::AtMarket | Working::Parked => {
                let price = terms.ord_type.price();
                price.unwrap_or_else(|| self.collar_price(terms))
            }
        };
        let notional = Money::notional(price, terms.order_qty);
        if notional > MAX_NOTIONAL {
            return Err(Refusal::NotionalTooLarge);
        }
        match max {
            Some(max) if notional > max => Err(Refusal::NotionalAboveMax { max }),
            _ => Ok(()),
        }
    }

    /// Whether a price is near enough to the reference price: the last trade, else the previous close. The distance is compared exactly.
    #[inline(always)]
    pub(crate) fn check_distance(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        let most = self.listing(terms.instrument).rules.fat_finger_bps;
        let (Some(bps), Some(price)) = (most, terms.ord_type.price()) else {
            return Ok(());
        };
        let reference = self.reference(terms.instrument);
        let distance = (i128::from(price.raw()) - i128::from(reference.raw())).abs();
        if distance * 10_000 > i128::from(reference.raw()) * i128::from(bps) {
            return Err(Refusal::PriceTooFar { reference });
        }
        Ok(())
    }

    /// Whether one more order of these terms fits where only so many may be in an instrument.
    #[inline(always)]
    pub(crate) fn check_tables(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        let at = terms.instrument.0 as usize;
        let (is_full, of) = match terms.ord_type {
            OrdType::TrailingStop { .. } => (
                self.stops[at].trailing() >= MAX_TRAILING,
                Table::TrailingStops,
            ),
            OrdType::Pegged { .. } => (self.pegs[at].len() >= MAX_PEGS, Table::Pegs),
            _ => (
                terms.all_or_none && self.wholes[at].len() >= MAX_WHOLES,
                Table::AllOrNone,
            ),
        };
        if is_full {
            return Err(Refusal::TableFull { of });
        }
        Ok(())
    }

    /// Whether no order like this one came a moment ago, where that matters.
    #[inline(always)]
    pub(crate) fn check_alike(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        let within = self.listing(terms.instrument).rules.duplicate_nanos;
        let recent = &self.recent[terms.instrument.0 as usize];
        match within {
            Some(within) if recent.has(terms, self.now, within) => Err(Refusal::DuplicateOrder),
            _ => Ok(()),
        }
    }

    /// An order is accepted: one like it is refused for a while, where that is the rule.
    #[inline(always)]
    pub(crate) fn note_alike(&mut self, terms: &OrderTerms) {
        if let Some(within) = self.listing(terms.instrument).rules.duplicate_nanos {
            self.recent[terms.instrument.0 as usize].note(terms, self.now, within);
        }
    }

    /// Whether the time of a GTD order is still to come.
    #[inline(always)]
    pub(crate) fn check_expiry(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        match terms.time_in_force {
            TimeInForce::Gtd(until) if until <= self.now => Err(Refusal::ExpireTimePast),
            _ => Ok(()),
        }
    }
}
