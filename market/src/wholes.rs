//! [`Wholes`]: the all-or-none orders of one instrument that wait outside its book, by price, then arrival. They are never part of the book: it
//! stays uncrossed whatever waits here, and nobody is shown them. Knows no rule of matching.

use crate::book::ladder::rank;
use crate::id::InstrumentId;
use crate::order::Side;
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::soundness::MAX_COUNT;
use alloc::collections::{BTreeMap, BTreeSet};
use serde::{Deserialize, Serialize};

/// All-or-none orders that may wait in one instrument: an arriving order may have to look at each.
pub(crate) const MAX_WHOLES: usize = 1_000;

/// The waiting all-or-none orders of one instrument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Wholes {
    /// By [`rank`], then arrival.
    buys: BTreeSet<Place>,
    sells: BTreeSet<Place>,
    places: BTreeMap<Slot, (Side, Place)>,
    /// Number of the latest arrival.
    arrivals: u64,
    /// Σ leaves, buys and sells.
    leaves: [Qty; 2],
}

/// Where one waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    rank: i64,
    arrival: u64,
    slot: Slot,
    leaves: Qty,
}

/// One that waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) slot: Slot,
    pub(crate) price: Price,
    pub(crate) leaves: Qty,
}

impl Wholes {
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Σ leaves of a side.
    pub(crate) const fn leaves(&self, side: Side) -> Qty {
        self.leaves[side as usize]
    }

    /// Those of a side: price, then arrival.
    pub(crate) fn of(&self, side: Side) -> impl Iterator<Item = Whole> + '_ {
        let places = match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        };
        places.iter().map(move |place| Whole {
            slot: place.slot,
            price: Price::from_raw(match side {
                Side::Buy => -place.rank,
                Side::Sell => place.rank,
            }),
            leaves: place.leaves,
        })
    }

    /// Takes one in, behind all others of its price.
    pub(crate) fn rest(&mut self, orders: &Orders, slot: Slot) {
        let order = &orders[slot];
        let side = order.side();
        self.arrivals += 1;
        let place = Place {
            rank: rank(side, order.price()),
            arrival: self.arrivals,
            slot,
            leaves: order.leaves_qty(),
        };
        let sum = &mut self.leaves[side as usize];
        *sum = plus(*sum, place.leaves);
        self.places.insert(slot, (side, place));
        self.queue(side).insert(place);
    }

    /// Takes one out.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let (side, place) = self.places.remove(&slot).expect("it was taken in");
        let sum = &mut self.leaves[side as usize];
        *sum = minus(*sum, place.leaves);
        self.queue(side).remove(&place);
    }

    /// One has less now, and keeps its place.
    pub(crate) fn shrink(&mut self, slot: Slot, leaves: Qty) {
        let (side, place) = *self.places.get(&slot).expect("it was taken in");
        let less = Place { leaves, ..place };
        self.places.insert(slot, (side, less));
        let queue = self.queue(side);
        queue.remove(&place);
        queue.insert(less);
        let sum = &mut self.leaves[side as usize];
        *sum = minus(*sum, minus(place.leaves, leaves));
    }

    /// Whether they agree with the orders in them: asked of those that were read back.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> bool {
        let mut leaves = [Qty::ZERO; 2];
        for (slot, (side, place)) in &self.places {
            let queue = match side {
                Side::Buy => &self.buys,
                Side::Sell => &self.sells,
            };
            let is_sound = orders.get(*slot).is_some_and(|order| {
                place.slot == *slot
                    && queue.contains(place)
                    && place.arrival <= self.arrivals
                    && place.leaves == order.leaves_qty()
                    && order.price() > Price::ZERO
                    && place.rank == rank(*side, order.price())
                    && order.side() == *side
                    && order.instrument() == instrument
                    && orders.all_or_none(*slot)
            });
            let sum = &mut leaves[*side as usize];
            match sum.checked_add(place.leaves) {
                Some(more) if is_sound => *sum = more,
                _ => return false,
            }
        }
        self.arrivals <= MAX_COUNT
            && leaves == self.leaves
            && self.buys.len() + self.sells.len() == self.places.len()
    }

    fn queue(&mut self, side: Side) -> &mut BTreeSet<Place> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

fn plus(a: Qty, b: Qty) -> Qty {
    a.checked_add(b)
        .expect("entry checks that a side's quantities fit")
}

fn minus(a: Qty, b: Qty) -> Qty {
    a.checked_sub(b).expect("a part is taken from its whole")
}
