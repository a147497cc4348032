//! [`Ladder`]: the price levels of one side, best first. All that the book asks of its levels goes through here. Near the touch a
//! level is found by the distance of its price ([`Window`]), beyond it through an ordered map; either way it stays in its slot
//! for as long as something rests there.

use crate::book::level::Level;
use crate::book::window::Window;
use crate::id::InstrumentId;
use crate::order::Side;
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::{Slab, Slot};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Levels to a page: few, since most sides of most books have few.
const LEVELS: usize = 16;

/// After so many levels made outside of the window it is looked whether the touch has left it. So moving it, which may touch
/// each of its cells, costs no more than a few steps a level.
const STRAYS: u32 = 128;

/// One side of a book. Written down as [`Written`]: where its levels are found is made again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct Ladder {
    side: Side,
    step: Price,
    levels: Slab<Level, LEVELS>,
    /// Σ leaves over all levels: kept so that it never passes what a [`Qty`] holds.
    pub(crate) leaves: Qty,
    #[serde(skip)]
    near: Window,
    /// By [`rank`]: levels that are not in the window, better or worse, and those off its step.
    #[serde(skip)]
    beyond: BTreeMap<i64, Slot>,
    /// The best level, kept when levels come and go.
    #[serde(skip)]
    best: Slot,
    /// Levels made outside of the window since it was last looked at.
    #[serde(skip)]
    strays: u32,
}

/// What is written down of a ladder.
#[derive(Deserialize)]
struct Written {
    side: Side,
    step: Price,
    levels: Slab<Level, LEVELS>,
    leaves: Qty,
}

impl From<Written> for Ladder {
    fn from(written: Written) -> Self {
        let mut ladder = Self::new(written.side, written.step);
        if !written.levels.is_sound() {
            // Nothing is found in it then, and it is refused.
            ladder.levels = written.levels;
            return ladder;
        }
        let ranks = written
            .levels
            .iter()
            .map(|(slot, level)| (rank(written.side, level.price), slot));
        ladder.beyond = ranks.collect();
        ladder.levels = written.levels;
        ladder.leaves = written.leaves;
        ladder.best = ladder.first_from(0);
        if ladder.best != Slot::NIL {
            ladder.follow_touch();
        }
        ladder
    }
}

/// Where a price stands on a side: the lower, the better.
pub(crate) const fn rank(side: Side, price: Price) -> i64 {
    match side {
        Side::Buy => price.raw().saturating_neg(),
        Side::Sell => price.raw(),
    }
}

impl Ladder {
    /// An empty side. Levels a whole number of `step`s apart are found fastest; others are found, too.
    pub(crate) fn new(side: Side, step: Price) -> Self {
        Self {
            side,
            step,
            levels: Slab::new(),
            leaves: Qty::ZERO,
            near: Window::new(step.raw().max(1)),
            beyond: BTreeMap::new(),
            best: Slot::NIL,
            strays: 0,
        }
    }

    /// The best level.
    #[inline(always)]
    pub(crate) fn best(&self) -> Option<&Level> {
        self.best.some().map(|slot| &self.levels[slot])
    }

    /// The level of this price, if anything rests there; most likely it is still in the slot where it was seen.
    #[inline(always)]
    pub(crate) fn level(&self, price: Price, seen: Slot) -> Option<&Level> {
        let level = self.levels.get(seen);
        if level.is_some_and(|level| level.price == price) {
            return level;
        }
        self.find(rank(self.side, price))
            .map(|slot| &self.levels[slot])
    }

    /// The level in this slot, if there is one.
    #[inline]
    pub(crate) fn at(&self, slot: Slot) -> Option<&Level> {
        self.levels.get(slot)
    }

    /// The level in this slot.
    #[inline]
    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Level {
        &mut self.levels[slot]
    }

    /// The slot of the level of this price, made when there is none.
    #[inline(always)]
    pub(crate) fn level_or_new(&mut self, price: Price) -> Slot {
        let rank = rank(self.side, price);
        match self.find(rank) {
            Some(slot) => slot,
            None => self.add_level(rank, price),
        }
    }

    /// Takes a level away that nothing rests at any more.
    #[inline(always)]
    pub(crate) fn drop_level(&mut self, slot: Slot) {
        let rank = rank(self.side, self.levels.remove(slot).price);
        let next = match self.near.cell(rank) {
            Some(cell) => {
                self.near.take(cell);
                cell + 1
            }
            None => {
                self.beyond.remove(&rank);
                0
            }
        };
        if slot == self.best {
            self.best = self.first_from(next);
        }
    }

    /// All levels, best first.
    pub(crate) fn levels(&self) -> impl Iterator<Item = &Level> {
        let mut cell = self.near.first_from(0);
        let mut beyond = self.beyond.iter().peekable();
        let slots = core::iter::from_fn(move || match (cell, beyond.peek()) {
            (Some(near), far) if far.is_none_or(|(rank, _)| self.near.rank(near) < **rank) => {
                cell = self.near.first_from(near + 1);
                Some(self.near.level(near))
            }
            _ => beyond.next().map(|(_, slot)| *slot),
        });
        slots.map(|slot| &self.levels[slot])
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
        for (slot, level) in self.levels.iter() {
            // Of two levels of one price only one is found.
            let is_placed =
                level.price > Price::ZERO && self.find(rank(side, level.price)) == Some(slot);
            let is_sound = is_placed && level.is_sound(slot, side, instrument, orders);
            if !is_sound {
                return None;
            }
            resting += level.orders;
            leaves = leaves.checked_add(level.leaves)?;
        }
        let is_whole = self.levels.is_sound() && self.side == side && self.leaves == leaves;
        is_whole.then_some(resting)
    }

    /// Whether an order with this limit may trade with this side at `price`.
    #[inline]
    pub(crate) fn accepts(&self, limit: Option<Price>, price: Price) -> bool {
        limit.is_none_or(|limit| rank(self.side, price) <= rank(self.side, limit))
    }

    #[inline(always)]
    fn find(&self, rank: i64) -> Option<Slot> {
        match self.near.cell(rank) {
            Some(cell) => self.near.level(cell).some(),
            None => self.beyond.get(&rank).copied(),
        }
    }

    fn add_level(&mut self, rank: i64, price: Price) -> Slot {
        if self.best == Slot::NIL {
            self.near.place(rank);
        }
        let slot = self.levels.insert(Level::new(self.side, price));
        if self.best().is_none_or(|best| rank < self.rank_of(best)) {
            self.best = slot;
        }
        match self.near.cell(rank) {
            Some(cell) => self.near.put(cell, slot),
            None => self.add_beyond(rank, slot),
        }
        slot
    }

    fn add_beyond(&mut self, rank: i64, slot: Slot) {
        self.beyond.insert(rank, slot);
        self.strays += 1;
        if self.strays == STRAYS {
            self.strays = 0;
            self.follow_touch();
        }
    }

    /// Moves the window to the touch, unless it is there.
    fn follow_touch(&mut self) {
        let touch = self.rank_of(&self.levels[self.best]);
        if self.near.is_about(touch) {
            return;
        }
        while let Some(cell) = self.near.first_from(0) {
            let rank = self.near.rank(cell);
            self.beyond.insert(rank, self.near.take(cell));
        }
        self.near.place(touch);
        let (first, last) = self.near.span();
        let entering: Vec<i64> = self.beyond.range(first..=last).map(|(r, _)| *r).collect();
        for rank in entering {
            if let Some(cell) = self.near.cell(rank)
                && let Some(slot) = self.beyond.remove(&rank)
            {
                self.near.put(cell, slot);
            }
        }
    }

    /// The best level, when none in the window is before `cell`.
    fn first_from(&self, cell: usize) -> Slot {
        let near = self.near.first_from(cell);
        let far = self.beyond.first_key_value();
        match (near, far) {
            (Some(cell), Some((rank, slot))) if *rank < self.near.rank(cell) => *slot,
            (Some(cell), _) => self.near.level(cell),
            (None, far) => far.map_or(Slot::NIL, |(_, slot)| *slot),
        }
    }

    fn rank_of(&self, level: &Level) -> i64 {
        rank(self.side, level.price)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ladder, rank};
    use crate::book::window::WIDTH;
    use crate::order::Side;
    use crate::price::Price;
    use crate::slab::Slot;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    /// Levels come and go, mostly near a touch that wanders and jumps, some far away, some off the step; after each change the
    /// ladder has the levels of a plain map.
    #[test]
    fn a_ladder_is_an_ordered_map_wherever_the_touch_goes() {
        for side in [Side::Buy, Side::Sell] {
            let mut ladder = Ladder::new(side, Price::from_raw(10));
            let mut plain = BTreeMap::new();
            let mut random = 1_u64;
            let mut below = move |n: i64| {
                random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                i64::try_from(random >> 33).unwrap() % n
            };
            let width = i64::try_from(WIDTH).unwrap() * 10;
            let mut touch = 1_000_000;
            for turn in 0..60_000 {
                if turn % 1_000 == 0 {
                    touch += (below(7) - 3) * width / 2;
                }
                let distance = match below(20) {
                    0 => below(4 * width) - 2 * width,
                    1 => below(width),
                    _ => below(60) * 10,
                };
                let price = Price::from_raw(touch + distance);
                match plain.get(&rank(side, price)) {
                    Some(slot) => {
                        ladder.drop_level(*slot);
                        plain.remove(&rank(side, price));
                    }
                    None => {
                        let slot = ladder.level_or_new(price);
                        assert_eq!(ladder.level_or_new(price), slot);
                        plain.insert(rank(side, price), slot);
                    }
                }
                // At times most of a side goes away.
                while plain.len() > 300 + usize::try_from(below(300)).unwrap() {
                    let (_, slot) = plain.pop_first().unwrap();
                    ladder.drop_level(slot);
                }
                let best = plain.first_key_value().map(|(rank, _)| *rank);
                assert_eq!(ladder.best().map(|level| rank(side, level.price)), best);
                assert_eq!(
                    ladder.level(price, Slot::NIL).is_some(),
                    plain.contains_key(&rank(side, price))
                );
                if turn % 50 == 0 {
                    let levels: Vec<_> = ladder.levels().map(|l| rank(side, l.price)).collect();
                    assert!(levels.iter().eq(plain.keys()), "turn {turn}");
                }
            }
        }
    }
}
