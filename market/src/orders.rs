//! [`Orders`]: every live order in one slab, found by slot, by participant, and by ClOrdID of the day. Also remembers the last
//! final orders of the day, so that a status request or a late cancel gets a whole answer. Knows no prices and no queues: a
//! book strings the orders of a level together through [`Order::queue`].

use crate::id::{ClOrdId, InstrumentId, ParticipantId};
use crate::ids::{Handle, Id, Ids, MAX_CL_ORD_IDS};
use crate::limits::Limits;
use crate::money::Money;
use crate::order::{OrderFacts, Side};
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::slab::{Slab, Slot};
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};
use serde::{Deserialize, Serialize};

/// A live order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// All that is told about it.
    pub(crate) facts: OrderFacts,
    /// What its level shows of it now; at most its leaves quantity.
    pub(crate) shown: Qty,
    /// Its price level, while it rests: a slot of its side's ladder.
    pub(crate) level: Slot,
    /// Neighbours in the queue of its price level.
    pub(crate) queue: Links,
    /// Neighbours among the live orders of its participant, in order of arrival.
    peers: Links,
    /// Its ClOrdID among those of the day.
    id: Id,
}

impl Order {
    fn is_sound(&self, registry: &Registry) -> bool {
        let facts = &self.facts;
        registry.knows(facts)
            && facts.cum_qty >= Qty::ZERO
            && facts.leaves_qty > Qty::ZERO
            && facts.cum_qty.checked_add(facts.leaves_qty) == Some(facts.terms.order_qty)
            && facts.reserved >= Money::ZERO
            && (Qty::ZERO..=facts.leaves_qty).contains(&self.shown)
    }
}

/// Neighbours in an intrusive list.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Links {
    pub(crate) prev: Slot,
    pub(crate) next: Slot,
}

impl Links {
    /// In no list.
    pub(crate) const NONE: Self = Self {
        prev: Slot::NIL,
        next: Slot::NIL,
    };
}

/// What a participant's ClOrdID of today stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "an answer that is read at once and kept nowhere"
)]
pub(crate) enum Found {
    /// A live order.
    Live(Slot),
    /// An order that is final; `None` when it is so long ago that its facts are forgotten.
    Final(Option<OrderFacts>),
}

/// All orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    slab: Slab<Order>,
    desks: Vec<Desk>,
    /// ClOrdIDs in use today.
    ids: Ids,
    finals: VecDeque<OrderFacts>,
    /// Number of the first of `finals` among all final orders of the day.
    first_final: u32,
    max_finals: usize,
}

/// The live orders of one participant.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Desk {
    first: Slot,
    last: Slot,
}

impl Orders {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            slab: Slab::new(),
            desks: Vec::new(),
            ids: Ids::new(),
            finals: VecDeque::new(),
            first_final: 0,
            max_finals: limits.max_final_orders as usize,
        }
    }

    /// Makes place for one more participant.
    pub(crate) fn add_participant(&mut self) {
        self.desks.push(Desk {
            first: Slot::NIL,
            last: Slot::NIL,
        });
    }

    /// How many orders are live.
    pub(crate) const fn len(&self) -> u32 {
        self.slab.len()
    }

    /// Whether `participant` may use this ClOrdID now.
    pub(crate) fn vacant(
        &self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        self.unused(participant, cl_ord_id)?;
        if self.has_room(limits) {
            Ok(())
        } else {
            Err(Refusal::CapacityReached)
        }
    }

    /// Whether `participant` has not used this ClOrdID today.
    pub(crate) fn unused(
        &self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
    ) -> Result<(), Refusal> {
        match self.ids.find(participant, cl_ord_id) {
            Some(_) => Err(Refusal::DuplicateClOrdId),
            None => Ok(()),
        }
    }

    /// Remembers the ClOrdID of a cancel, which names no order. Where there is no room for it, the cancel is carried out all
    /// the same, and the ClOrdID may be used again.
    pub(crate) fn use_up(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        limits: &Limits,
    ) {
        if self.has_room(limits) {
            self.ids.assign(participant, &cl_ord_id, Handle::Stale);
        }
    }

    /// What `participant` means by this ClOrdID. Stale and unknown ones are not told apart.
    pub(crate) fn find(&self, participant: ParticipantId, cl_ord_id: &ClOrdId) -> Option<Found> {
        let id = self.ids.find(participant, cl_ord_id)?;
        match self.ids.handle(id) {
            Handle::Live(slot) => Some(Found::Live(slot)),
            Handle::Final(number) => {
                let kept = number
                    .checked_sub(self.first_final)
                    .and_then(|back| self.finals.get(usize::try_from(back).ok()?));
                Some(Found::Final(kept.copied()))
            }
            Handle::Stale => None,
        }
    }

    /// Keeps an order that lives on, under its ClOrdID.
    pub(crate) fn insert(&mut self, facts: OrderFacts) -> Slot {
        let slot = self.slab.insert(Order {
            facts,
            shown: Qty::ZERO,
            level: Slot::NIL,
            queue: Links::NONE,
            peers: Links::NONE,
            id: Id::NONE,
        });
        self.join_peers(slot, facts.participant);
        self.slab[slot].id = self.assign(&facts, Handle::Live(slot));
        slot
    }

    /// Remembers an order that is final and was never kept.
    pub(crate) fn remember(&mut self, facts: &OrderFacts) {
        let handle = self.keep_final(facts);
        self.assign(facts, handle);
    }

    /// Takes a live order out that is final now; its last facts are remembered.
    pub(crate) fn finish(&mut self, slot: Slot) {
        let Order { facts, id, .. } = self.take(slot);
        let handle = self.keep_final(&facts);
        self.ids.set(id, handle);
    }

    /// Takes a live order out that goes on under another ClOrdID; the former one is stale.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let order = self.take(slot);
        self.ids.set(order.id, Handle::Stale);
    }

    fn take(&mut self, slot: Slot) -> Order {
        let order = self.slab.remove(slot);
        self.leave_peers(order.facts.participant, order.peers);
        order
    }

    /// Keeps the facts of a final order; what its ClOrdID stands for from now on.
    fn keep_final(&mut self, facts: &OrderFacts) -> Handle {
        let kept = u32::try_from(self.finals.len()).expect("bounded by Limits::max_final_orders");
        let number = self.first_final + kept;
        self.finals.push_back(*facts);
        if self.finals.len() > self.max_finals {
            self.finals.pop_front();
            self.first_final += 1;
        }
        Handle::Final(number)
    }

    /// Gives a live order the facts of its replacement, with a new ClOrdID; the former one is stale from now on.
    pub(crate) fn rename(&mut self, slot: Slot, facts: OrderFacts) {
        let former = self.slab[slot].id;
        self.ids.set(former, Handle::Stale);
        let id = self.assign(&facts, Handle::Live(slot));
        let order = &mut self.slab[slot];
        order.id = id;
        order.facts = facts;
    }

    /// The live orders of a participant, in order of arrival.
    pub(crate) fn of(&self, participant: ParticipantId) -> impl Iterator<Item = Slot> + '_ {
        let desk = self.desks.get(participant.0 as usize);
        let first = desk.and_then(|desk| desk.first.some());
        core::iter::successors(first, |slot| self.slab[*slot].peers.next.some())
    }

    /// The live orders of a participant that a mass request means.
    pub(crate) fn matching(
        &self,
        participant: ParticipantId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
    ) -> Vec<Slot> {
        self.of(participant)
            .filter(|slot| {
                let terms = &self.slab[*slot].facts.terms;
                instrument.is_none_or(|i| terms.instrument == i)
                    && side.is_none_or(|s| terms.side == s)
            })
            .collect()
    }

    /// A new day: forgets every ClOrdID but those of live orders.
    pub(crate) fn end_day(&mut self) {
        let slab = &mut self.slab;
        self.ids.end_day(|slot, id| slab[slot].id = id);
        self.first_final = 0;
        self.finals.clear();
    }

    /// Whether slots, lists and ClOrdIDs agree with each other and with the reference data: asked of orders that were read back.
    pub(crate) fn is_sound(&self, registry: &Registry) -> bool {
        self.slab.is_sound()
            && self.slab.values().all(|order| order.is_sound(registry))
            && self.finals.iter().all(|facts| registry.knows(facts))
            && self.desks.len() == registry.participants()
            && self.peers_are_sound()
            && self.ids_are_sound()
    }

    /// The order in a slot, if there is one: for those who read lists that somebody else has written.
    pub(crate) fn get(&self, slot: Slot) -> Option<&Order> {
        self.slab.get(slot)
    }

    /// All live orders, in the order of their slots.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Order> {
        self.slab.values()
    }

    /// Whether each live order hangs in the list of its participant.
    fn peers_are_sound(&self) -> bool {
        let mut seen = 0;
        for (number, desk) in self.desks.iter().enumerate() {
            let (mut last, mut next) = (Slot::NIL, desk.first);
            while let Some(slot) = next.some() {
                let order = self.slab.get(slot).filter(|order| {
                    order.peers.prev == last && order.facts.participant.0 as usize == number
                });
                let Some(order) = order else {
                    return false;
                };
                (last, next) = (slot, order.peers.next);
                seen += 1;
            }
            if desk.last != last {
                return false;
            }
        }
        seen == self.slab.len()
    }

    /// Whether each live order is found by its ClOrdID, and the others are of orders that there were.
    fn ids_are_sound(&self) -> bool {
        let kept = u32::try_from(self.finals.len()).ok();
        let Some(finals) = kept.and_then(|kept| self.first_final.checked_add(kept)) else {
            return false;
        };
        let mut live = 0;
        let mut is_sound = |(id, participant, cl_ord_id, handle)| match handle {
            Handle::Live(slot) => {
                live += 1;
                self.slab.get(slot).is_some_and(|order| {
                    order.id == id
                        && order.facts.cl_ord_id == cl_ord_id
                        && order.facts.participant == participant
                })
            }
            Handle::Final(number) => number < finals,
            Handle::Stale => true,
        };
        self.ids.iter().all(&mut is_sound) && live == self.slab.len()
    }

    fn has_room(&self, limits: &Limits) -> bool {
        self.ids.len() < limits.max_cl_ord_ids.min(MAX_CL_ORD_IDS)
    }

    fn assign(&mut self, facts: &OrderFacts, handle: Handle) -> Id {
        self.ids.assign(facts.participant, &facts.cl_ord_id, handle)
    }

    fn join_peers(&mut self, slot: Slot, participant: ParticipantId) {
        let desk = &mut self.desks[participant.0 as usize];
        let last = core::mem::replace(&mut desk.last, slot);
        if last == Slot::NIL {
            desk.first = slot;
        } else {
            self.slab[last].peers.next = slot;
        }
        self.slab[slot].peers.prev = last;
    }

    fn leave_peers(&mut self, participant: ParticipantId, peers: Links) {
        let desk = &mut self.desks[participant.0 as usize];
        if peers.prev == Slot::NIL {
            desk.first = peers.next;
        } else {
            self.slab[peers.prev].peers.next = peers.next;
        }
        if peers.next == Slot::NIL {
            desk.last = peers.prev;
        } else {
            self.slab[peers.next].peers.prev = peers.prev;
        }
    }
}

impl Index<Slot> for Orders {
    type Output = Order;

    fn index(&self, slot: Slot) -> &Order {
        &self.slab[slot]
    }
}

impl IndexMut<Slot> for Orders {
    fn index_mut(&mut self, slot: Slot) -> &mut Order {
        &mut self.slab[slot]
    }
}
