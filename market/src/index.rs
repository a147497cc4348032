//! [`Index`]: what the market is worth: Σ weight × last price of its components, in money. A component that has not traded counts with
//! its previous close. Sums of integers: nothing is rounded. Knows no phases and no breaker.

use crate::breaker::MAX_COMPONENTS;
use crate::id::InstrumentId;
use crate::money::Money;
use crate::price::Price;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use alloc::collections::BTreeMap;
use serde::{Deserialize, Serialize};

/// The components, and what they are worth.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Index {
    components: BTreeMap<InstrumentId, Component>,
    /// Σ weight × price: kept, so that a trade costs the same whatever the index has.
    level: Money,
    /// What it was yesterday; none: it is measured against nothing.
    close: Option<Money>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Component {
    weight: u32,
    price: Price,
}

impl Component {
    fn worth(self) -> i128 {
        i128::from(self.price.raw()) * i128::from(self.weight)
    }
}

impl Index {
    /// Whether it has no components.
    pub(crate) fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// Σ weight × price.
    pub(crate) const fn level(&self) -> Money {
        self.level
    }

    /// Yesterday's close.
    pub(crate) const fn close(&self) -> Option<Money> {
        self.close
    }

    /// The components, in order of listing.
    pub(crate) fn components(&self) -> impl Iterator<Item = (InstrumentId, u32, Price)> {
        let components = self.components.iter();
        components.map(|(id, component)| (*id, component.weight, component.price))
    }

    /// Sets the weight of an instrument that is worth `price` now; zero takes it out. Yesterday's close was of other components then,
    /// unless it counted as much before.
    pub(crate) fn weigh(
        &mut self,
        instrument: InstrumentId,
        weight: u32,
        price: Price,
    ) -> Result<(), Refusal> {
        let former = self.components.get(&instrument);
        let (is_new, counted) = (former.is_none(), former.map_or(0, |it| it.weight));
        if counted == weight {
            return Ok(());
        }
        if is_new && weight > 0 && self.components.len() >= MAX_COMPONENTS {
            return Err(Refusal::TableFull {
                of: Table::Components,
            });
        }
        if weight == 0 {
            self.components.remove(&instrument);
        } else {
            let component = Component { weight, price };
            self.components.insert(instrument, component);
        }
        self.level = self.sum();
        self.close = None;
        Ok(())
    }

    /// Sets yesterday's close.
    pub(crate) fn set_close(&mut self, close: Option<Money>) {
        self.close = close;
    }

    /// An instrument has traded; whether it is in the index.
    pub(crate) fn print(&mut self, instrument: InstrumentId, price: Price) -> bool {
        let Some(component) = self.components.get_mut(&instrument) else {
            return false;
        };
        let before = component.worth();
        component.price = price;
        let moved = component.worth() - before;
        self.level = Money::from_raw(self.level.raw() + moved);
        true
    }

    /// Whether it has fallen by so many basis points of yesterday's close, or more: compared in whole numbers.
    pub(crate) fn has_fallen(&self, bps: u32) -> bool {
        let close = self.close.map(Money::raw);
        close.is_some_and(|close| {
            let fallen = close
                .saturating_sub(self.level.raw())
                .saturating_mul(10_000);
            fallen >= close.saturating_mul(i128::from(bps))
        })
    }

    /// How far it has fallen, in basis points of yesterday's close, rounded down; zero when it has not.
    pub(crate) fn fallen_bps(&self) -> u32 {
        let Some(close) = self.close.map(Money::raw).filter(|close| *close > 0) else {
            return 0;
        };
        let fallen = close.saturating_sub(self.level.raw()).max(0);
        u32::try_from(fallen.saturating_mul(10_000) / close).unwrap_or(u32::MAX)
    }

    /// Whether it is worth what its components are: asked of what was read back.
    pub(crate) fn is_sound(&self) -> bool {
        let mut components = self.components.values();
        self.components.len() <= MAX_COMPONENTS
            && components.all(|component| component.weight > 0)
            && self.level == self.sum()
            && self.close.is_none_or(|close| close > Money::ZERO)
    }

    fn sum(&self) -> Money {
        let worth = self.components.values().map(|component| component.worth());
        Money::from_raw(worth.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_compared_exactly_and_told_rounded_down() {
        let mut index = Index::default();
        let instrument = InstrumentId(0);
        index.weigh(instrument, 3, Price::from_raw(1_000)).unwrap();
        index.set_close(Some(Money::from_raw(3_001)));
        // 7 % of 3,001 is 210.07: a fall of 210 is less, one of 211 is more.
        for (price, close, fallen, bps) in [
            (930, 3_000, true, 700),
            (930, 3_001, true, 703),
            (930, 2_999, false, 696),
            (1_000, 3_000, false, 0),
            (1_100, 3_000, false, 0),
            (0, 3_000, true, 10_000),
        ] {
            index.print(instrument, Price::from_raw(price));
            index.set_close(Some(Money::from_raw(close)));
            assert_eq!(index.has_fallen(700), fallen, "{price} of {close}");
            assert_eq!(index.fallen_bps(), bps, "{price} of {close}");
        }
        index.set_close(None);
        assert!(!index.has_fallen(1), "measured against nothing");
    }

    #[test]
    fn it_is_worth_what_its_components_are() {
        let mut index = Index::default();
        for number in 0..3 {
            let weight = number + 1;
            index
                .weigh(InstrumentId(number), weight, Price::from_raw(100))
                .unwrap();
        }
        assert_eq!(index.level(), Money::from_raw(600));
        assert!(index.print(InstrumentId(2), Price::from_raw(90)));
        assert!(!index.print(InstrumentId(7), Price::from_raw(90)));
        assert_eq!(index.level(), Money::from_raw(570));
        index.weigh(InstrumentId(1), 0, Price::ZERO).unwrap();
        assert_eq!(index.level(), Money::from_raw(370));
        assert!(index.is_sound());
        index.level = Money::from_raw(371);
        assert!(!index.is_sound());
    }

    #[test]
    fn it_has_as_many_components_as_it_may() {
        let mut index = Index::default();
        let most = u32::try_from(MAX_COMPONENTS).unwrap();
        for number in 0..most {
            let id = InstrumentId(number);
            index.weigh(id, 1, Price::from_raw(1)).unwrap();
        }
        let more = index.weigh(InstrumentId(most), 1, Price::from_raw(1));
        assert_eq!(
            more,
            Err(Refusal::TableFull {
                of: Table::Components
            })
        );
        assert_eq!(index.weigh(InstrumentId(0), 2, Price::from_raw(1)), Ok(()));
    }
}
