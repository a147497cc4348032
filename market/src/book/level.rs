//! [`Level`]: the queue of one price: an intrusive list through the orders, first in front, and its sums.

use crate::orders::{Links, Orders};
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;

/// One price level.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
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
    pub(crate) const fn new(price: Price) -> Self {
        Self {
            price,
            front: Slot::NIL,
            back: Slot::NIL,
            shown: Qty::ZERO,
            leaves: Qty::ZERO,
            orders: 0,
        }
    }

    /// Puts an order at the back of the queue.
    pub(crate) fn push_back(&mut self, orders: &mut Orders, slot: Slot) {
        let back = core::mem::replace(&mut self.back, slot);
        if back == Slot::NIL {
            self.front = slot;
        } else {
            orders[back].queue.next = slot;
        }
        orders[slot].queue = Links {
            prev: back,
            next: Slot::NIL,
        };
    }

    /// Takes an order out of the queue.
    pub(crate) fn unlink(&mut self, orders: &mut Orders, slot: Slot) {
        let Links { prev, next } = core::mem::replace(&mut orders[slot].queue, Links::NONE);
        if prev == Slot::NIL {
            self.front = next;
        } else {
            orders[prev].queue.next = next;
        }
        if next == Slot::NIL {
            self.back = prev;
        } else {
            orders[next].queue.prev = prev;
        }
    }

    /// The queue, first in front.
    pub(crate) fn queue<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = Slot> + use<'a> {
        core::iter::successors(self.front.some(), |slot| orders[*slot].queue.next.some())
    }
}
