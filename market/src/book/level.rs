//! [`Level`]: the queue of one price: an intrusive list through the orders, first in front, and its sums.

use crate::id::InstrumentId;
use crate::order::Side;
use crate::orders::{Links, Orders};
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use serde::{Deserialize, Serialize};

/// One price level.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Level {
    /// Its side. Kept here, too, since it costs nothing: without it a slab needs a word more to tell a level from none.
    side: Side,
    /// Its price.
    pub(crate) price: Price,
    /// First in the queue.
    pub(crate) front: Slot,
    back: Slot,
    /// What it shows in total.
    pub(crate) shown: Qty,
    /// What can trade here in total, hidden quantity included.
    pub(crate) leaves: Qty,
    /// How many orders wait here.
    pub(crate) orders: u32,
}

impl Level {
    pub(crate) const fn new(side: Side, price: Price) -> Self {
        Self {
            side,
            price,
            front: Slot::NIL,
            back: Slot::NIL,
            shown: Qty::ZERO,
            leaves: Qty::ZERO,
            orders: 0,
        }
    }

    /// Puts an order at the back of the queue.
    #[inline(always)]
    pub(crate) fn push_back(&mut self, orders: &mut Orders, slot: Slot) {
        let back = core::mem::replace(&mut self.back, slot);
        if back == Slot::NIL {
            self.front = slot;
        } else {
            orders.queue_mut(back).next = slot;
        }
        *orders.queue_mut(slot) = Links {
            prev: back,
            next: Slot::NIL,
        };
    }

    /// Takes an order out of the queue.
    #[inline(always)]
    pub(crate) fn unlink(&mut self, orders: &mut Orders, slot: Slot) {
        let Links { prev, next } = core::mem::replace(orders.queue_mut(slot), Links::NONE);
        if prev == Slot::NIL {
            self.front = next;
        } else {
            orders.queue_mut(prev).next = next;
        }
        if next == Slot::NIL {
            self.back = prev;
        } else {
            orders.queue_mut(next).prev = prev;
        }
    }

    /// Whether the queue hangs together, is of this side and price, and the sums are its own; asked of a level that was read back.
    pub(crate) fn is_sound(
        &self,
        place: Slot,
        side: Side,
        instrument: InstrumentId,
        orders: &Orders,
    ) -> bool {
        let mut sums = (0u32, Qty::ZERO, Qty::ZERO);
        let (mut last, mut next) = (Slot::NIL, self.front);
        while let Some(slot) = next.some() {
            let order = orders.get(slot).filter(|order| {
                orders.queue(slot).prev == last
                    && order.level == place
                    && order.side() == side
                    && order.instrument() == instrument
                    && order.price() == self.price
            });
            let added = order.and_then(|order| {
                // What shows nothing can never trade.
                let shown = Some(orders.shown(slot)).filter(|shown| *shown > Qty::ZERO);
                let shown = sums.1.checked_add(shown?)?;
                let leaves = sums.2.checked_add(order.leaves_qty())?;
                Some(((sums.0 + 1, shown, leaves), orders.queue(slot).next))
            });
            let Some((more, after)) = added else {
                return false;
            };
            sums = more;
            (last, next) = (slot, after);
        }
        self.side == side
            && self.back == last
            && self.orders > 0
            && sums == (self.orders, self.shown, self.leaves)
    }

    /// The queue, first in front.
    pub(crate) fn queue<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = Slot> + use<'a> {
        core::iter::successors(self.front.some(), |slot| orders.queue(*slot).next.some())
    }
}
