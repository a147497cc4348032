//! Whether orders that were read back agree with each other and with the reference data.

use crate::ids::Handle;
use crate::limits::Limits;
use crate::money::Money;
use crate::order::OrderFacts;
use crate::orders::{Orders, hidden_slices};
use crate::qty::Qty;
use crate::registry::Registry;
use crate::slab::Slot;
use crate::soundness::has_average;
use alloc::collections::BTreeSet;

impl Orders {
    /// Whether slots, lists and ClOrdIDs agree, and as many final orders are kept as the limits say.
    pub(crate) fn is_sound(&self, registry: &Registry, limits: &Limits) -> bool {
        // In this order: facts are put together only when everything that they are made of is there.
        self.max_finals == limits.max_final_orders
            && self.slab.is_sound()
            && self.links_are_sound()
            && self.finals.is_sound()
            && self.ended_is_sound()
            && self.ids_are_sound(registry)
            && self.full_is_sound()
            && self.slab.values().all(|order| order.compact.is_whole())
            && self.peers_are_sound(registry)
            && self.slices_are_counted()
            && self
                .slab
                .iter()
                .all(|(slot, _)| self.live_is_sound(slot, registry))
            && self.finals.iter().all(|order| {
                let facts = order.ended(&self.ids, &self.full);
                registry.knows(&facts) && has_average(&facts)
            })
    }

    /// Whether every slot has its places in the lists.
    fn links_are_sound(&self) -> bool {
        [&self.queue, &self.peers]
            .iter()
            .all(|links| links.len() == self.slab.cells())
    }

    fn live_is_sound(&self, slot: Slot, registry: &Registry) -> bool {
        let facts: OrderFacts = self.slab[slot].compact.live(&self.ids, &self.full);
        registry.knows(&facts)
            && facts.cum_qty >= Qty::ZERO
            && facts.leaves_qty > Qty::ZERO
            && facts.cum_qty.checked_add(facts.leaves_qty) == Some(facts.terms.order_qty)
            && facts.reserved >= Money::ZERO
            && has_average(&facts)
            && (Qty::ZERO..=facts.leaves_qty).contains(&self.shown(slot))
    }

    /// Whether there are as many final orders as there should be.
    fn ended_is_sound(&self) -> bool {
        // Each has a ClOrdID of its own.
        u64::from(self.ended) <= self.ids.len()
            && self.finals.len() == self.ended.min(self.max_finals) as usize
    }

    /// Whether everything that is kept in full is of one order, and every order that needs it has it.
    fn full_is_sound(&self) -> bool {
        let live = self.slab.values().map(|order| (&order.compact, false));
        let finals = self.finals.iter().map(|order| (order, true));
        let mut used = BTreeSet::new();
        let are_sound = live.chain(finals).all(|(order, is_final)| {
            let is_own = order.full.some().is_none_or(|slot| used.insert(slot));
            is_own && order.is_sound(is_final, &self.ids, &self.full)
        });
        are_sound && self.full.is_sound() && used.len() == self.full.len() as usize
    }

    fn slices_are_counted(&self) -> bool {
        let mut slices = self.live().map(|order| hidden_slices(&order.terms));
        slices.try_fold(0, u64::checked_add) == Some(self.hidden)
    }

    /// Whether each live order hangs in the list of its participant.
    fn peers_are_sound(&self, registry: &Registry) -> bool {
        let mut seen = 0;
        for (number, desk) in self.desks.iter().enumerate() {
            let (mut last, mut next) = (Slot::NIL, desk.first);
            while let Some(slot) = next.some() {
                let order = self.slab.get(slot).filter(|order| {
                    let (participant, _) = self.ids.name(order.compact.id);
                    self.peers[slot.index()].prev == last && participant.0 as usize == number
                });
                if order.is_none() {
                    return false;
                }
                (last, next) = (slot, self.peers[slot.index()].next);
                seen += 1;
            }
            if desk.last != last {
                return false;
            }
        }
        seen == self.slab.len() && self.desks.len() == registry.participants()
    }

    /// Whether each live order, and each final one that is remembered, has its ClOrdID, and the others are of orders that there were.
    fn ids_are_sound(&self, registry: &Registry) -> bool {
        let first = self.ended - self.ended.min(self.max_finals);
        let (mut live, mut ended) = (0, 0);
        let named = self.ids.iter().all(|(id, participant, _, handle)| {
            let is_sound = match handle {
                Handle::Live(slot) => {
                    live += 1;
                    let order = self.slab.get(slot);
                    order.is_some_and(|order| order.compact.id == id)
                }
                Handle::Final(number) if number >= first && number < self.ended => {
                    ended += 1;
                    self.finals[(number % self.max_finals) as usize].id == id
                }
                Handle::Final(number) => number < self.ended,
                Handle::Stale => true,
            };
            is_sound && registry.participant(participant).is_ok()
        });
        named && live == self.slab.len() && ended == self.finals.len()
    }
}
