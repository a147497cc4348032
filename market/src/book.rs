//! [`Book`]: the resting orders of one instrument by price, then arrival. Slots of [`Orders`] go in and out; quantities change
//! here and nowhere else, so that the sums of a level always agree with its orders. Knows nothing of money, risk and phases.

pub(crate) mod ladder;
pub(crate) mod level;
mod window;

use crate::book::ladder::{Ladder, rank};
use crate::book::level::Level;
use crate::event::Event;
use crate::id::InstrumentId;
use crate::order::Side;
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The resting orders of one instrument.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Book {
    instrument: InstrumentId,
    bids: Ladder,
    asks: Ladder,
    /// Levels that the command in hand has touched, as they showed before it; none between commands.
    #[serde(skip)]
    touched: Vec<Touched>,
}

#[derive(Clone, Copy, Debug)]
struct Touched {
    side: Side,
    place: Slot,
    price: Price,
    shown: Qty,
    orders: u32,
}

impl Book {
    /// An empty book. Prices a whole number of `tick`s apart are found fastest.
    pub(crate) fn new(instrument: InstrumentId, tick: Price) -> Self {
        Self {
            instrument,
            bids: Ladder::new(Side::Buy, tick),
            asks: Ladder::new(Side::Sell, tick),
            touched: Vec::new(),
        }
    }

    #[inline(always)]
    pub(crate) const fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    #[inline(always)]
    const fn side_mut(&mut self, side: Side) -> &mut Ladder {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// The order that one arriving on the other side with this limit meets first.
    #[inline(always)]
    pub(crate) fn first_for(&self, arriving: Side, limit: Option<Price>) -> Option<Slot> {
        let ladder = self.side(arriving.opposite());
        let best = ladder.best()?;
        ladder.accepts(limit, best.price).then_some(best.front)
    }

    /// Looks at a level; what comes out says nothing.
    pub(crate) fn glance(&self, side: Side, place: Slot) -> u64 {
        let level = self.side(side).at(place);
        level.map_or(0, |level| level.orders.into())
    }

    /// Whether the best bid is below the best offer, or a side is empty.
    #[inline(always)]
    pub(crate) fn is_uncrossed(&self) -> bool {
        match (self.bids.best(), self.asks.best()) {
            (Some(bid), Some(ask)) => bid.price < ask.price,
            _ => true,
        }
    }

    /// All resting orders of a side: price, then queue.
    pub(crate) fn resting<'a>(
        &'a self,
        side: Side,
        orders: &'a Orders,
    ) -> impl Iterator<Item = Slot> + 'a {
        self.side(side)
            .levels()
            .flat_map(move |level| level.queue(orders))
    }

    /// Rests an order at the back of its level, showing its first slice.
    #[inline(always)]
    pub(crate) fn rest(&mut self, orders: &mut Orders, slot: Slot) {
        let order = &orders[slot];
        let (side, price, leaves) = (order.side(), order.price(), order.leaves_qty());
        assert!(price > Price::ZERO, "what rests has a price");
        let ladder = self.side_mut(side);
        ladder.leaves = plus(ladder.leaves, leaves);
        let place = ladder.level_or_new(price);
        let order = &mut orders[slot];
        order.level = place;
        let shown = if order.is_plain() {
            leaves
        } else {
            let shown = slice(leaves, orders.max_floor(slot));
            orders.set_open(slot, leaves, shown);
            shown
        };
        let level = self.touch(side, place);
        level.shown = plus(level.shown, shown);
        level.leaves = plus(level.leaves, leaves);
        level.orders += 1;
        level.push_back(orders, slot);
    }

    /// Takes a resting order out of its queue; its leaves quantity stays as it is.
    #[inline(always)]
    pub(crate) fn take_out(&mut self, orders: &mut Orders, slot: Slot) {
        let order = &orders[slot];
        let (side, place, leaves) = (order.side(), order.level, order.leaves_qty());
        let shown = match order.is_plain() {
            true => leaves,
            false => orders.shown(slot),
        };
        let level = self.touch(side, place);
        level.shown = minus(level.shown, shown);
        level.leaves = minus(level.leaves, leaves);
        level.orders -= 1;
        level.unlink(orders, slot);
        let is_empty = level.orders == 0;
        assert!(
            !is_empty || level.leaves == Qty::ZERO,
            "an empty level holds nothing"
        );
        let ladder = self.side_mut(side);
        ladder.leaves = minus(ladder.leaves, leaves);
        if is_empty {
            ladder.drop_level(place);
        }
    }

    /// Takes `qty` of what a resting order shows. A slice used up is followed by the next one, at the back of the level; an
    /// order with nothing left is out of the book, its slot still taken.
    #[inline(always)]
    pub(crate) fn consume(&mut self, orders: &mut Orders, slot: Slot, qty: Qty) {
        let order = &orders[slot];
        let (side, place) = (order.side(), order.level);
        let left = minus(order.leaves_qty(), qty);
        if left == Qty::ZERO {
            self.take_out(orders, slot);
            orders.set_open(slot, Qty::ZERO, Qty::ZERO);
            return;
        }
        let shown = minus(orders.shown(slot), qty);
        let level = self.touch(side, place);
        level.leaves = minus(level.leaves, qty);
        level.shown = minus(level.shown, qty);
        if shown == Qty::ZERO {
            let next = slice(left, orders.max_floor(slot));
            level.shown = plus(level.shown, next);
            level.unlink(orders, slot);
            level.push_back(orders, slot);
            orders.set_open(slot, left, next);
        } else {
            orders.set_open(slot, left, shown);
        }
        let ladder = self.side_mut(side);
        ladder.leaves = minus(ladder.leaves, qty);
    }

    /// Lowers the leaves quantity of a resting order, which keeps its place; it shows no more than it has.
    pub(crate) fn shrink(&mut self, orders: &mut Orders, slot: Slot, leaves: Qty) {
        let order = &orders[slot];
        let (side, place) = (order.side(), order.level);
        let less_leaves = minus(order.leaves_qty(), leaves);
        let before = orders.shown(slot);
        let shown = before.min(leaves);
        orders.set_open(slot, leaves, shown);
        let level = self.touch(side, place);
        level.shown = minus(level.shown, minus(before, shown));
        level.leaves = minus(level.leaves, less_leaves);
        let ladder = self.side_mut(side);
        ladder.leaves = minus(ladder.leaves, less_leaves);
    }

    /// Tells each level that shows something else than before the command, bids before offers, best first.
    #[inline(always)]
    pub(crate) fn report_levels(&mut self, events: &mut Vec<Event>) {
        if self.touched.len() > 1 {
            // Stable: of several marks of a level the first, which shows it before the command, stays in front.
            self.touched
                .sort_by_key(|t| (t.side, rank(t.side, t.price)));
            self.touched.dedup_by_key(|t| (t.side, t.price));
        }
        for before in &self.touched {
            let (qty, orders) = self.shows(before);
            if (qty, orders) != (before.shown, before.orders) {
                events.push(Event::LevelChanged {
                    instrument: self.instrument,
                    side: before.side,
                    price: before.price,
                    qty,
                    orders,
                });
            }
        }
        self.touched.clear();
    }

    /// Whether the book is of this instrument and its levels agree with the orders in them: asked of a book that was read back. How many
    /// orders rest here.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> Option<u32> {
        let bids = self.bids.is_sound(Side::Buy, instrument, orders)?;
        let asks = self.asks.is_sound(Side::Sell, instrument, orders)?;
        (self.instrument == instrument).then_some(bids + asks)
    }

    /// Tells of no level, whatever was touched.
    pub(crate) fn forget_touched(&mut self) {
        self.touched.clear();
    }

    /// What the level of a mark shows now.
    #[inline(always)]
    fn shows(&self, mark: &Touched) -> (Qty, u32) {
        self.side(mark.side)
            .level(mark.price, mark.place)
            .map_or((Qty::ZERO, 0), |level| (level.shown, level.orders))
    }

    /// The level in a slot, about to change: remembers what it shows now.
    #[inline(always)]
    fn touch(&mut self, side: Side, place: Slot) -> &mut Level {
        let ladder = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        let level = ladder.at_mut(place);
        let is_marked = |last: &Touched| last.side == side && last.price == level.price;
        if !self.touched.last().is_some_and(is_marked) {
            self.touched.push(Touched {
                side,
                place,
                price: level.price,
                shown: level.shown,
                orders: level.orders,
            });
        }
        level
    }
}

/// What an order shows when a new slice begins.
#[inline(always)]
fn slice(leaves: Qty, max_floor: Option<Qty>) -> Qty {
    max_floor.map_or(leaves, |floor| leaves.min(floor))
}

#[inline(always)]
fn plus(a: Qty, b: Qty) -> Qty {
    a.checked_add(b)
        .expect("entry checks that a side's quantities fit")
}

#[inline(always)]
fn minus(a: Qty, b: Qty) -> Qty {
    a.checked_sub(b).expect("a part is taken from its whole")
}

/// A level as others see it.
pub(crate) const fn visible(level: &Level) -> (Price, Qty, u32) {
    (level.price, level.shown, level.orders)
}
