//! [`Orders`]: every live order in one slab, found by slot, by participant, and by ClOrdID of the day. Also remembers the last
//! final orders of the day, so that a status request or a late cancel gets a whole answer. Knows no prices and no queues: a
//! book strings the orders of a level together through [`Order::queue`].

use crate::id::{ClOrdId, InstrumentId, ParticipantId};
use crate::limits::Limits;
use crate::order::{OrderFacts, Side};
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::slab::{Slab, Slot};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

/// A live order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// All that is told about it.
    pub(crate) facts: OrderFacts,
    /// What its level shows of it now; at most its leaves quantity.
    pub(crate) shown: Qty,
    /// Neighbours in the queue of its price level.
    pub(crate) queue: Links,
    /// Neighbours among the live orders of its participant, in order of arrival.
    peers: Links,
}

/// Neighbours in an intrusive list.
#[derive(Clone, Copy, Debug)]
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
pub(crate) enum Found {
    /// A live order.
    Live(Slot),
    /// An order that is final; `None` when it is so long ago that its facts are forgotten.
    Final(Option<OrderFacts>),
}

/// All orders.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    slab: Slab<Order>,
    desks: Vec<Desk>,
    /// ClOrdIDs in use today, over all desks.
    ids: u64,
    finals: VecDeque<OrderFacts>,
    /// Number of the first of `finals` among all final orders of the day.
    first_final: u64,
    max_finals: usize,
}

/// What belongs to one participant.
#[derive(Clone, Debug)]
struct Desk {
    ids: BTreeMap<ClOrdId, Handle>,
    first: Slot,
    last: Slot,
}

#[derive(Clone, Copy, Debug)]
enum Handle {
    Live(Slot),
    /// Number among the final orders of the day.
    Final(u64),
    /// Names no order: it was replaced and is known by its new ClOrdID only, or this was the ClOrdID of a cancel.
    Stale,
}

impl Orders {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            slab: Slab::new(),
            desks: Vec::new(),
            ids: 0,
            finals: VecDeque::new(),
            first_final: 0,
            max_finals: limits.max_final_orders as usize,
        }
    }

    /// Makes place for one more participant.
    pub(crate) fn add_participant(&mut self) {
        self.desks.push(Desk {
            ids: BTreeMap::new(),
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
        if self.ids >= limits.max_cl_ord_ids {
            return Err(Refusal::CapacityReached);
        }
        Ok(())
    }

    /// Whether `participant` has not used this ClOrdID today.
    pub(crate) fn unused(
        &self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
    ) -> Result<(), Refusal> {
        if self.desk(participant).ids.contains_key(cl_ord_id) {
            return Err(Refusal::DuplicateClOrdId);
        }
        Ok(())
    }

    /// Remembers the ClOrdID of a cancel, which names no order. Where there is no room for it, the cancel is carried out all
    /// the same, and the ClOrdID may be used again.
    pub(crate) fn use_up(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        limits: &Limits,
    ) {
        if self.ids < limits.max_cl_ord_ids {
            let ids = &mut self.desks[participant.0 as usize].ids;
            if ids.insert(cl_ord_id, Handle::Stale).is_none() {
                self.ids += 1;
            }
        }
    }

    /// What `participant` means by this ClOrdID. Stale and unknown ones are not told apart.
    pub(crate) fn find(&self, participant: ParticipantId, cl_ord_id: &ClOrdId) -> Option<Found> {
        let desk = self.desks.get(participant.0 as usize)?;
        match *desk.ids.get(cl_ord_id)? {
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
            queue: Links::NONE,
            peers: Links::NONE,
        });
        self.join_peers(slot, facts.participant);
        self.assign(&facts, Handle::Live(slot));
        slot
    }

    /// Remembers an order that is final and was never kept.
    pub(crate) fn remember(&mut self, facts: &OrderFacts) {
        let number = self.first_final + self.finals.len() as u64;
        self.assign(facts, Handle::Final(number));
        self.finals.push_back(*facts);
        if self.finals.len() > self.max_finals {
            self.finals.pop_front();
            self.first_final += 1;
        }
    }

    /// Takes a live order out that is final now; its last facts are remembered.
    pub(crate) fn finish(&mut self, slot: Slot) {
        let facts = self.take(slot);
        self.remember(&facts);
    }

    /// Takes a live order out that goes on under another ClOrdID; the former one is stale.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let facts = self.take(slot);
        self.assign(&facts, Handle::Stale);
    }

    fn take(&mut self, slot: Slot) -> OrderFacts {
        let Order { facts, peers, .. } = self.slab.remove(slot);
        self.leave_peers(facts.participant, peers);
        facts
    }

    /// Gives a live order the facts of its replacement, with a new ClOrdID; the former one is stale from now on.
    pub(crate) fn rename(&mut self, slot: Slot, facts: OrderFacts) {
        let former = core::mem::replace(&mut self.slab[slot].facts, facts);
        self.assign(&former, Handle::Stale);
        self.assign(&facts, Handle::Live(slot));
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
        self.ids = 0;
        for desk in &mut self.desks {
            desk.ids
                .retain(|_, handle| matches!(handle, Handle::Live(_)));
            self.ids += desk.ids.len() as u64;
        }
        self.first_final += self.finals.len() as u64;
        self.finals.clear();
    }

    fn assign(&mut self, facts: &OrderFacts, handle: Handle) {
        let ids = &mut self.desks[facts.participant.0 as usize].ids;
        if ids.insert(facts.cl_ord_id, handle).is_none() {
            self.ids += 1;
        }
    }

    fn desk(&self, participant: ParticipantId) -> &Desk {
        &self.desks[participant.0 as usize]
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
