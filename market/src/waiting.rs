//! [`Waiting`]: the orders of one instrument that live outside its book until an auction takes them: market orders while orders
//! gather, and orders for the closing auction before its call. In order of arrival. Knows no prices but the one that each came at.

use crate::id::{InstrumentId, OrderId};
use crate::order::{Side, Working};
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::soundness::MAX_COUNT;
use crate::state::{minus, plus};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Orders that wait.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Waiting {
    places: BTreeMap<OrderId, Place>,
    /// How many have come so far.
    arrivals: u64,
    /// Σ leaves of the buys: with that of the book it never passes what a [`Qty`] holds.
    buys: Qty,
    /// Σ leaves of the sells.
    sells: Qty,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    slot: Slot,
    arrival: u64,
    /// The reference price when it came: an order without a limit counts at it for the limits of its participant for as long as it waits,
    /// so that neither later trades nor limits that are set later change what it counts for.
    reference: Price,
}

impl Waiting {
    /// Lets an order wait, behind all others. `reference`: the reference price now.
    pub(crate) fn park(&mut self, orders: &Orders, slot: Slot, reference: Price) {
        let order = &orders[slot];
        self.arrivals += 1;
        let place = Place {
            slot,
            arrival: self.arrivals,
            reference,
        };
        self.places.insert(order.order_id(), place);
        let sum = self.sum(order.side());
        *sum = plus(*sum, order.leaves_qty());
    }

    /// Takes an order out; its leaves quantity stays as it is. Whether it was here.
    pub(crate) fn take_out(&mut self, orders: &Orders, slot: Slot) -> bool {
        let order = &orders[slot];
        if self.places.remove(&order.order_id()).is_none() {
            return false;
        }
        self.lower(order.side(), order.leaves_qty());
        true
    }

    /// An order that waits on goes behind all others.
    pub(crate) fn requeue(&mut self, order_id: OrderId) {
        self.arrivals += 1;
        if let Some(place) = self.places.get_mut(&order_id) {
            place.arrival = self.arrivals;
        }
    }

    /// The reference price when a waiting order came.
    pub(crate) fn reference(&self, order_id: OrderId) -> Option<Price> {
        self.places.get(&order_id).map(|place| place.reference)
    }

    /// An order that was taken out and waits anew came at this reference price.
    pub(crate) fn keep_reference(&mut self, order_id: OrderId, reference: Price) {
        if let Some(place) = self.places.get_mut(&order_id) {
            place.reference = reference;
        }
    }

    /// An order that waits on has `qty` less.
    pub(crate) fn lower(&mut self, side: Side, qty: Qty) {
        let sum = self.sum(side);
        *sum = minus(*sum, qty);
    }

    /// Whether an order waits here.
    pub(crate) fn has(&self, order_id: OrderId) -> bool {
        self.places.contains_key(&order_id)
    }

    /// What waits on a side.
    pub(crate) const fn leaves(&self, side: Side) -> Qty {
        match side {
            Side::Buy => self.buys,
            Side::Sell => self.sells,
        }
    }

    /// All that wait, in order of arrival.
    pub(crate) fn all(&self) -> Vec<Slot> {
        let mut places: Vec<&Place> = self.places.values().collect();
        places.sort_unstable_by_key(|place| place.arrival);
        places.into_iter().map(|place| place.slot).collect()
    }

    /// The market orders of a side that the call has, in order of arrival.
    pub(crate) fn at_market(&self, side: Side, orders: &Orders) -> Vec<Slot> {
        let mut slots = self.all();
        slots.retain(|slot| {
            orders[*slot].side() == side && orders.facts(*slot).working == Working::AtMarket
        });
        slots
    }

    /// How many orders wait, when each lives outside the book and the sums agree; asked of what was read back.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> Option<u32> {
        let (mut buys, mut sells) = (Qty::ZERO, Qty::ZERO);
        if self.arrivals > MAX_COUNT {
            return None;
        }
        for (order_id, place) in &self.places {
            let order = orders.get(place.slot)?;
            let is_here = order.order_id() == *order_id
                && order.instrument() == instrument
                && order.price() == Price::ZERO
                && place.reference > Price::ZERO
                && place.arrival <= self.arrivals;
            let sum = match order.side() {
                Side::Buy => &mut buys,
                Side::Sell => &mut sells,
            };
            *sum = sum.checked_add(order.leaves_qty()).filter(|_| is_here)?;
        }
        let count = u32::try_from(self.places.len()).ok()?;
        ((buys, sells) == (self.buys, self.sells)).then_some(count)
    }

    const fn sum(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}
