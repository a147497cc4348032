//! [`Pegs`]: the pegged orders of one instrument, in order of arrival, and the prices that they were last priced by. When pegs are
//! priced, and at what, stands in `pegging.rs`.

use crate::id::InstrumentId;
use crate::luld::PriceBands;
use crate::orders::Orders;
use crate::price::Price;
use crate::slab::Slot;
use crate::soundness::MAX_COUNT;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Pegged orders that may live in one instrument: each is priced anew when what it follows moves.
pub(crate) const MAX_PEGS: usize = 1_000;

/// The best bid and offer of orders that are not pegged.
pub(crate) type Touch = (Option<Price>, Option<Price>);

/// The pegged orders of one instrument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Pegs {
    by_slot: BTreeMap<Slot, u64>,
    by_arrival: BTreeMap<u64, Slot>,
    arrivals: u64,
    /// What they were last priced by.
    pub(crate) priced_by: (Touch, Option<PriceBands>),
}

impl Pegs {
    pub(crate) fn is_empty(&self) -> bool {
        self.by_slot.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.by_slot.len()
    }

    /// All of them, in order of arrival.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.by_arrival.values().copied().collect()
    }

    /// Takes one in, as the last to arrive.
    pub(crate) fn insert(&mut self, slot: Slot) {
        self.arrivals += 1;
        self.by_slot.insert(slot, self.arrivals);
        self.by_arrival.insert(self.arrivals, slot);
    }

    /// Takes one out; nothing when it is none.
    pub(crate) fn remove(&mut self, slot: Slot) {
        if let Some(arrival) = self.by_slot.remove(&slot) {
            self.by_arrival.remove(&arrival);
        }
    }
}

/// For those that were read back.
impl Pegs {
    /// Whether they are pegged orders of this instrument, each once.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> bool {
        self.arrivals <= MAX_COUNT
            && self.by_slot.len() == self.by_arrival.len()
            && self.by_arrival.iter().all(|(arrival, slot)| {
                *arrival <= self.arrivals
                    && self.by_slot.get(slot) == Some(arrival)
                    && orders
                        .get(*slot)
                        .is_some_and(|order| order.instrument() == instrument)
                    && orders.is_pegged(*slot)
            })
    }
}
