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
    /// In order of arrival.
    by_arrival: BTreeMap<u64, Slot>,
    /// How many have come so far.
    arrivals: u64,
    /// Σ leaves of the buys: with that of the book it never passes what a [`Qty`] holds.
    buys: Qty,
    /// Σ leaves of the sells.
    sells: Qty,
    /// The market orders that a call has: buys, sells.
    at_market: [AtMarket; 2],
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    slot: Slot,
    arrival: u64,
    /// The reference price when it came: an order without a limit counts at it for the limits of its participant for as long as it waits,
    /// so that neither later trades nor limits that are set later change what it counts for.
    reference: Price,
    is_at_market: bool,
}

/// The market orders of a side that a call has: asked for with every order of the call, so they are kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct AtMarket {
    /// In order of arrival.
    slots: BTreeMap<u64, Slot>,
    /// Σ leaves.
    leaves: Qty,
}

impl Waiting {
    /// Lets an order wait, behind all others. `reference`: the reference price now.
    pub(crate) fn park(&mut self, orders: &Orders, slot: Slot, reference: Price) {
        let order = &orders[slot];
        let sum = self.sum(order.side());
        *sum = plus(*sum, order.leaves_qty());
        self.queue(orders, slot, reference);
    }

    fn queue(&mut self, orders: &Orders, slot: Slot, reference: Price) {
        let order = &orders[slot];
        self.arrivals += 1;
        let place = Place {
            slot,
            arrival: self.arrivals,
            reference,
            is_at_market: orders.facts(slot).working == Working::AtMarket,
        };
        self.places.insert(order.order_id(), place);
        self.by_arrival.insert(place.arrival, slot);
        if place.is_at_market {
            let at_market = &mut self.at_market[order.side() as usize];
            at_market.slots.insert(place.arrival, slot);
            at_market.leaves = plus(at_market.leaves, order.leaves_qty());
        }
    }

    /// Takes an order out; its leaves quantity stays as it is. Whether it was here.
    pub(crate) fn take_out(&mut self, orders: &Orders, slot: Slot) -> bool {
        let order = &orders[slot];
        if self.unqueue(orders, slot).is_none() {
            return false;
        }
        let sum = self.sum(order.side());
        *sum = minus(*sum, order.leaves_qty());
        true
    }

    fn unqueue(&mut self, orders: &Orders, slot: Slot) -> Option<Place> {
        let order = &orders[slot];
        let place = self.places.remove(&order.order_id())?;
        self.by_arrival.remove(&place.arrival);
        if place.is_at_market {
            let at_market = &mut self.at_market[order.side() as usize];
            at_market.slots.remove(&place.arrival);
            at_market.leaves = minus(at_market.leaves, order.leaves_qty());
        }
        Some(place)
    }

    /// An order that waits on works otherwise now, and goes behind all others.
    pub(crate) fn requeue(&mut self, orders: &Orders, slot: Slot) {
        if let Some(Place { reference, .. }) = self.unqueue(orders, slot) {
            self.queue(orders, slot, reference);
        }
    }

    /// A market order that waits on is none of the call any more. It keeps its place.
    pub(crate) fn leave_call(&mut self, orders: &Orders, slot: Slot) {
        let order = &orders[slot];
        if let Some(place) = self.places.get_mut(&order.order_id())
            && core::mem::take(&mut place.is_at_market)
        {
            let at_market = &mut self.at_market[order.side() as usize];
            at_market.slots.remove(&place.arrival);
            at_market.leaves = minus(at_market.leaves, order.leaves_qty());
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
    pub(crate) fn lower(&mut self, order_id: OrderId, side: Side, qty: Qty) {
        let sum = self.sum(side);
        *sum = minus(*sum, qty);
        let place = self.places.get(&order_id);
        if place.is_some_and(|place| place.is_at_market) {
            let at_market = &mut self.at_market[side as usize];
            at_market.leaves = minus(at_market.leaves, qty);
        }
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
        self.by_arrival.values().copied().collect()
    }

    /// The market orders of a side that the call has, in order of arrival.
    pub(crate) fn at_market(&self, side: Side) -> impl Iterator<Item = Slot> + '_ {
        self.at_market[side as usize].slots.values().copied()
    }

    /// What they have together.
    pub(crate) const fn leaves_at_market(&self, side: Side) -> Qty {
        self.at_market[side as usize].leaves
    }

    /// Whether the call has market orders of a side.
    pub(crate) fn has_at_market(&self, side: Side) -> bool {
        !self.at_market[side as usize].slots.is_empty()
    }

    /// How many orders wait, when each lives outside the book and the sums agree; asked of what was read back.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> Option<u32> {
        let (mut buys, mut sells) = (Qty::ZERO, Qty::ZERO);
        let mut at_market = <[AtMarket; 2]>::default();
        if self.arrivals > MAX_COUNT {
            return None;
        }
        for (order_id, place) in &self.places {
            let order = orders.get(place.slot)?;
            let works = orders.facts(place.slot).working;
            let is_here = order.order_id() == *order_id
                && order.instrument() == instrument
                && order.price() == Price::ZERO
                && place.reference > Price::ZERO
                && place.arrival <= self.arrivals
                && place.is_at_market == (works == Working::AtMarket)
                && self.by_arrival.get(&place.arrival) == Some(&place.slot);
            let sum = match order.side() {
                Side::Buy => &mut buys,
                Side::Sell => &mut sells,
            };
            *sum = sum.checked_add(order.leaves_qty()).filter(|_| is_here)?;
            if place.is_at_market {
                let side = &mut at_market[order.side() as usize];
                side.slots.insert(place.arrival, place.slot);
                side.leaves = side.leaves.checked_add(order.leaves_qty())?;
            }
        }
        let count = u32::try_from(self.places.len()).ok()?;
        let agree = (buys, sells) == (self.buys, self.sells)
            && at_market == self.at_market
            && self.by_arrival.len() == self.places.len();
        agree.then_some(count)
    }

    const fn sum(&mut self, side: Side) -> &mut Qty {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}
