//! [`Ladder`]: the price levels of one side, best first. All that the book asks of its levels goes through here, so that the
//! ordered map inside may give way to something faster.

use crate::book::level::Level;
use crate::id::InstrumentId;
use crate::order::Side;
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use alloc::collections::BTreeMap;
use serde::{Deserialize, Serialize};

/// One side of a book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ladder {
    side: Side,
    /// By [`rank`]: the best level is the first.
    levels: BTreeMap<i64, Level>,
    /// Σ leaves over all levels: kept so that it never passes what a [`Qty`] holds.
    pub(crate) leaves: Qty,
}

/// Where a price stands on a side: the lower, the better.
pub(crate) const fn rank(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => -price.raw(),
        Side::Sell => price.raw(),
    }
}

impl Ladder {
    pub(crate) const fn new(side: Side) -> Self {
        Self {
            side,
            levels: BTreeMap::new(),
            leaves: Qty::ZERO,
        }
    }

    /// The best level.
    pub(crate) fn best(&self) -> Option<&Level> {
        self.levels.first_key_value().map(|(_, level)| level)
    }

    /// The level of this price, if anything rests there.
    pub(crate) fn level(&self, price: Price) -> Option<&Level> {
        self.levels.get(&rank(self.side, price))
    }

    /// The level of this price, made when there is none.
    pub(crate) fn level_or_new(&mut self, price: Price) -> &mut Level {
        self.levels
            .entry(rank(self.side, price))
            .or_insert_with(|| Level::new(price))
    }

    /// The level of this price, where something rests.
    pub(crate) fn level_mut(&mut self, price: Price) -> &mut Level {
        self.levels
            .get_mut(&rank(self.side, price))
            .expect("a resting order has its level")
    }

    /// Takes a level away that nothing rests at any more.
    pub(crate) fn drop_level(&mut self, price: Price) {
        self.levels.remove(&rank(self.side, price));
    }

    /// All levels, best first.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &Level> {
        self.levels.values()
    }

    /// The levels that an order with this limit may trade with, best first.
    pub(crate) fn acceptable(&self, limit: Option<Price>) -> impl Iterator<Item = &Level> {
        self.levels()
            .take_while(move |level| self.accepts(limit, level.price))
    }

    /// How many orders rest here, when levels and sums agree with them and nothing else; asked of a side that was read back.
    pub(crate) fn is_sound(
        &self,
        side: Side,
        instrument: InstrumentId,
        orders: &Orders,
    ) -> Option<u32> {
        let (mut resting, mut leaves) = (0, Qty::ZERO);
        for (at, level) in &self.levels {
            let is_placed = level.price > Price::ZERO && *at == rank(side, level.price);
            let is_sound = is_placed && level.is_sound(side, instrument, orders);
            if !is_sound {
                return None;
            }
            resting += level.orders;
            leaves = leaves.checked_add(level.leaves)?;
        }
        (self.side == side && self.leaves == leaves).then_some(resting)
    }

    /// Whether an order with this limit may trade with this side at `price`.
    pub(crate) fn accepts(&self, limit: Option<Price>, price: Price) -> bool {
        limit.is_none_or(|limit| rank(self.side, price) <= rank(self.side, limit))
    }
}
