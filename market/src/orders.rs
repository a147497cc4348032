//! [`Orders`]: every live order in one slab, found by slot, by participant, and by ClOrdID of the day. Also remembers the last
//! final orders of the day, so that a status request or a late cancel gets a whole answer. Knows no prices and no queues: a
//! book strings the orders of a level together through [`Order::queue`].

mod compact;
mod foresight;
mod soundness;

use crate::chunked::Chunked;
use crate::id::{AccountId, ClOrdId, InstrumentId, OrderId, ParticipantId};
use crate::ids::{Handle, Id, Ids, MAX_CL_ORD_IDS, Sought};
use crate::limits::Limits;
use crate::order::{OrdType, OrderFacts, OrderTerms, Side, TimeInForce};
use crate::pages::Pages;
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::slab::{Slab, Slot};
use alloc::vec::Vec;
use compact::{Compact, Fulls};
use core::ops::{Index, IndexMut};
use serde::{Deserialize, Serialize};

/// A live order. Its facts are put together by [`Orders::facts`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    compact: Compact,
    /// Its price level, while it rests: a slot of its side's ladder.
    pub(crate) level: Slot,
}

impl Order {
    /// OrderID (37).
    pub(crate) const fn order_id(&self) -> OrderId {
        self.compact.order_id()
    }

    /// Account (1).
    pub(crate) const fn account(&self) -> AccountId {
        self.compact.account()
    }

    /// What it trades.
    pub(crate) const fn instrument(&self) -> InstrumentId {
        self.compact.instrument()
    }

    /// Side (54).
    pub(crate) const fn side(&self) -> Side {
        self.compact.side()
    }

    /// What it works at; zero when that is no price.
    pub(crate) const fn price(&self) -> Price {
        self.compact.price()
    }

    /// LeavesQty (151).
    pub(crate) const fn leaves_qty(&self) -> Qty {
        self.compact.qty
    }

    /// Whether it is one that shows all that it has, like nearly every order: nothing of it is kept elsewhere.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        self.compact.full == Slot::NIL
    }
}

/// Orders to a page, and links of orders.
const ORDERS: usize = 256;

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

impl Default for Links {
    fn default() -> Self {
        Self::NONE
    }
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
    slab: Slab<Order, ORDERS>,
    /// By slot: neighbours in the queue of its price level. Apart from the orders, so that who joins or leaves a queue touches nothing else of
    /// its neighbours: what is touched most lies close together.
    queue: Pages<Links, ORDERS>,
    /// By slot: neighbours among the live orders of its participant, in order of arrival.
    peers: Pages<Links, ORDERS>,
    desks: Vec<Desk>,
    /// ClOrdIDs in use today.
    ids: Ids,
    /// What is not plain among live and final orders.
    full: Fulls,
    /// The last final orders of the day: by number, modulo [`Orders::max_finals`].
    finals: Chunked<Compact>,
    /// How many orders were final today.
    ended: u32,
    max_finals: u32,
    /// Slices of live icebergs that do not show yet: see [`hidden_slices`].
    hidden: u64,
    /// Of the command in hand: an order that is accepted and neither kept nor remembered yet, and where its ClOrdID is noted.
    #[serde(skip)]
    named: Option<(OrderId, Id)>,
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
            queue: Pages::new(),
            peers: Pages::new(),
            desks: Vec::new(),
            ids: Ids::new(),
            full: Slab::new(),
            finals: Chunked::new(),
            ended: 0,
            max_finals: limits.max_final_orders,
            hidden: 0,
            named: None,
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

    /// How many slices of live icebergs do not show yet.
    pub(crate) const fn hidden_slices(&self) -> u64 {
        self.hidden
    }

    /// Whether its participant may use this ClOrdID now.
    #[inline(always)]
    pub(crate) fn vacant(&self, sought: &Sought, limits: &Limits) -> Result<(), Refusal> {
        if self.ids.seek(sought).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        if self.has_room(limits) {
            Ok(())
        } else {
            Err(Refusal::TableFull {
                of: Table::ClOrdIds,
            })
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

    /// Notes the ClOrdID of an order that is accepted, which is vacant: so it is looked for once.
    #[inline(always)]
    pub(crate) fn name(&mut self, order_id: OrderId, sought: &Sought) {
        self.named = Some((order_id, self.ids.note(sought)));
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
    #[inline(always)]
    pub(crate) fn find(&self, participant: ParticipantId, cl_ord_id: &ClOrdId) -> Option<Found> {
        let id = self.ids.find(participant, cl_ord_id)?;
        match self.ids.handle(id) {
            Handle::Live(slot) => Some(Found::Live(slot)),
            Handle::Final(number) => Some(Found::Final(self.ended(number))),
            Handle::Stale => None,
        }
    }

    /// The facts of a live order. OrderQty is CumQty and LeavesQty together: so they are asked for before a book takes of an
    /// order, not between that and [`Orders::set_facts`].
    #[inline(always)]
    pub(crate) fn facts(&self, slot: Slot) -> OrderFacts {
        self.slab[slot].compact.live(&self.ids, &self.full)
    }

    /// The same of one that was just found by this name.
    #[inline(always)]
    pub(crate) fn facts_of(
        &self,
        slot: Slot,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
    ) -> OrderFacts {
        let compact = &self.slab[slot].compact;
        debug_assert!(
            self.ids.is(compact.id, participant, cl_ord_id),
            "it is its name"
        );
        compact.live_as(|| (participant, *cl_ord_id), &self.full)
    }

    /// Gives a live order other facts under the same ClOrdID.
    pub(crate) fn set_facts(&mut self, slot: Slot, facts: &OrderFacts) {
        self.hidden = self.hidden - self.hidden_in(slot) + hidden_slices(&facts.terms);
        let compact = &mut self.slab[slot].compact;
        *compact = Compact::new(facts, compact.id, compact.full, &mut self.full);
    }

    /// Gives a live order the facts that it has after a trade, or after self-trade prevention took something of it: its terms but for the
    /// quantity, and what it works at, are as they were.
    #[inline(always)]
    pub(crate) fn go_on(&mut self, slot: Slot, facts: &OrderFacts) {
        self.hidden = self.hidden - self.hidden_in(slot) + hidden_slices(&facts.terms);
        self.slab[slot].compact.go_on(facts, &mut self.full);
    }

    /// TimeInForce (59) of a live order.
    pub(crate) fn time_in_force(&self, slot: Slot) -> TimeInForce {
        self.slab[slot].compact.time_in_force(&self.full)
    }

    /// Whether a live order trades whole or not at all.
    pub(crate) fn all_or_none(&self, slot: Slot) -> bool {
        let full = self.slab[slot].compact.full.some();
        full.is_some_and(|full| self.full[full].facts.terms.all_or_none)
    }

    /// Whether a live order is pegged.
    pub(crate) fn is_pegged(&self, slot: Slot) -> bool {
        let full = self.slab[slot].compact.full.some();
        full.is_some_and(|full| {
            matches!(self.full[full].facts.terms.ord_type, OrdType::Pegged { .. })
        })
    }

    /// Who entered a live order.
    pub(crate) fn participant(&self, slot: Slot) -> ParticipantId {
        self.ids.name(self.slab[slot].compact.id).0
    }

    /// MaxFloor (111) of a live order.
    #[inline(always)]
    pub(crate) fn max_floor(&self, slot: Slot) -> Option<Qty> {
        let full = self.slab[slot].compact.full.some()?;
        self.full[full].facts.terms.max_floor
    }

    /// What the level of a resting order shows of it now; at most its leaves quantity.
    #[inline(always)]
    pub(crate) fn shown(&self, slot: Slot) -> Qty {
        let compact = &self.slab[slot].compact;
        match compact.full.some() {
            Some(full) => self.full[full].shown,
            None => compact.qty,
        }
    }

    /// Changes what a live order still has and what its level shows of it: all, but where it has a MaxFloor.
    #[inline(always)]
    pub(crate) fn set_open(&mut self, slot: Slot, leaves_qty: Qty, shown: Qty) {
        let compact = &mut self.slab[slot].compact;
        compact.qty = leaves_qty;
        if let Some(full) = compact.full.some() {
            let full = &mut self.full[full];
            full.facts.leaves_qty = leaves_qty;
            full.shown = shown;
        }
    }

    /// Keeps an order that lives on, under its ClOrdID.
    #[inline(always)]
    pub(crate) fn insert(&mut self, facts: &OrderFacts) -> Slot {
        let id = self.id_of(facts);
        let slot = self.put(facts, id);
        self.ids.set(id, Handle::Live(slot));
        self.hidden += hidden_slices(&facts.terms);
        self.join_peers(slot, facts.participant);
        slot
    }

    /// Keeps an order that nobody will ask for by its ClOrdID, and that belongs to nobody.
    #[inline(always)]
    pub(crate) fn keep_nameless(&mut self, facts: &OrderFacts) -> Slot {
        self.put(facts, Id::NONE)
    }

    #[inline(always)]
    fn put(&mut self, facts: &OrderFacts, id: Id) -> Slot {
        let slot = self.slab.insert(Order {
            compact: Compact::new(facts, id, Slot::NIL, &mut self.full),
            level: Slot::NIL,
        });
        if self.queue.len() < self.slab.cells() {
            self.queue.push(Links::NONE);
            self.peers.push(Links::NONE);
        }
        slot
    }

    /// Neighbours of a live order in the queue of its price level.
    #[inline]
    pub(crate) fn queue(&self, slot: Slot) -> Links {
        self.queue[slot.index()]
    }

    #[inline]
    pub(crate) fn queue_mut(&mut self, slot: Slot) -> &mut Links {
        &mut self.queue[slot.index()]
    }

    /// Takes out what [`Orders::keep_nameless`] kept.
    pub(crate) fn drop_nameless(&mut self, slot: Slot) {
        if let Some(full) = self.slab.remove(slot).compact.full.some() {
            self.full.remove(full);
        }
    }

    /// Gives what [`Orders::keep_nameless`] kept another number.
    pub(crate) fn renumber(&mut self, slot: Slot, order_id: OrderId) {
        self.slab[slot].compact.renumber(order_id);
    }

    /// Remembers an order that is final and was never kept.
    #[inline(always)]
    pub(crate) fn remember(&mut self, facts: &OrderFacts) {
        let id = self.id_of(facts);
        let order = Compact::new(facts, id, Slot::NIL, &mut self.full);
        self.end(order);
    }

    /// Takes a live order out that is final now, and remembers these last facts of it.
    #[inline(always)]
    pub(crate) fn finish(&mut self, slot: Slot, facts: &OrderFacts) {
        let Order { mut compact, .. } = self.take(slot, facts.participant);
        compact.go_on(facts, &mut self.full);
        self.end(compact);
    }

    /// Takes a live order out that goes on under another ClOrdID; the former one is stale.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let (participant, _) = self.ids.name(self.slab[slot].compact.id);
        let Order { compact, .. } = self.take(slot, participant);
        self.ids.set(compact.id, Handle::Stale);
        if let Some(full) = compact.full.some() {
            self.full.remove(full);
        }
    }

    #[inline(always)]
    fn take(&mut self, slot: Slot, participant: ParticipantId) -> Order {
        self.hidden -= self.hidden_in(slot);
        self.leave_peers(slot, participant);
        self.slab.remove(slot)
    }

    /// Remembers the facts of a final order; the first that was remembered is forgotten when there are too many.
    #[inline(always)]
    fn end(&mut self, order: Compact) {
        self.ids.set(order.id, Handle::Final(self.ended));
        let former = match self.ended.checked_rem(self.max_finals) {
            Some(_) if self.ended < self.max_finals => {
                self.finals.push(order);
                None
            }
            Some(place) => {
                let place = &mut self.finals[place as usize];
                Some(core::mem::replace(place, order))
            }
            None => Some(order),
        };
        self.ended += 1;
        if let Some(full) = former.and_then(|former| former.full.some()) {
            self.full.remove(full);
        }
    }

    /// Changes what is remembered of a final order: its facts after that, unless it is forgotten. Not its ClOrdID, nor that it is final.
    pub(crate) fn mend(
        &mut self,
        order_id: OrderId,
        change: impl FnOnce(&mut OrderFacts),
    ) -> Option<OrderFacts> {
        let place = self
            .finals
            .iter()
            .position(|order| order.order_id() == order_id)?;
        let Compact { id, full, .. } = self.finals[place];
        let mut facts = self.finals[place].ended(&self.ids, &self.full);
        change(&mut facts);
        self.finals[place] = Compact::new(&facts, id, full, &mut self.full);
        Some(facts)
    }

    /// The facts of the final order of this number, if they are remembered.
    fn ended(&self, number: u32) -> Option<OrderFacts> {
        let is_kept = number < self.ended && self.ended - number <= self.max_finals;
        let place = number.checked_rem(self.max_finals).filter(|_| is_kept)?;
        let order = &self.finals[place as usize];
        Some(order.ended(&self.ids, &self.full))
    }

    /// Gives a live order the facts of its replacement, with a new ClOrdID; the former one is stale from now on.
    pub(crate) fn rename(&mut self, slot: Slot, facts: &OrderFacts) {
        self.ids.set(self.slab[slot].compact.id, Handle::Stale);
        let id = self.id_of(facts);
        self.ids.set(id, Handle::Live(slot));
        self.slab[slot].compact.id = id;
        self.set_facts(slot, facts);
    }

    /// The live orders of a participant, in order of arrival.
    pub(crate) fn of(&self, participant: ParticipantId) -> impl Iterator<Item = Slot> + '_ {
        let desk = self.desks.get(participant.0 as usize);
        let first = desk.and_then(|desk| desk.first.some());
        core::iter::successors(first, |slot| self.peers[slot.index()].next.some())
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
                let order = &self.slab[*slot];
                instrument.is_none_or(|i| order.instrument() == i)
                    && side.is_none_or(|s| order.side() == s)
            })
            .collect()
    }

    /// A new day: forgets every ClOrdID but those of live orders.
    pub(crate) fn end_day(&mut self) {
        for order in self.finals.iter() {
            if let Some(full) = order.full.some() {
                self.full.remove(full);
            }
        }
        self.finals.clear();
        self.ended = 0;
        let slab = &mut self.slab;
        self.ids.end_day(|slot, id| slab[slot].compact.id = id);
    }

    /// The slot of a live order.
    pub(crate) fn slot(&self, order: &OrderFacts) -> Option<Slot> {
        match self.find(order.participant, &order.cl_ord_id)? {
            Found::Live(slot) => Some(slot),
            Found::Final(_) => None,
        }
    }

    /// The order in a slot, if there is one: for those who read lists that somebody else has written.
    pub(crate) fn get(&self, slot: Slot) -> Option<&Order> {
        self.slab.get(slot)
    }

    /// The facts of all live orders, in the order of their slots.
    pub(crate) fn live(&self) -> impl Iterator<Item = OrderFacts> {
        let orders = self.slab.values();
        orders.map(|order| order.compact.live(&self.ids, &self.full))
    }

    #[inline(always)]
    fn hidden_in(&self, slot: Slot) -> u64 {
        let full = self.slab[slot].compact.full.some();
        full.map_or(0, |full| hidden_slices(&self.full[full].facts.terms))
    }

    fn has_room(&self, limits: &Limits) -> bool {
        self.ids.len() < limits.max_cl_ord_ids.min(MAX_CL_ORD_IDS)
    }

    /// The record of an order's ClOrdID, which is to be told what it stands for.
    #[inline(always)]
    fn id_of(&mut self, facts: &OrderFacts) -> Id {
        let (participant, cl_ord_id) = (facts.participant, &facts.cl_ord_id);
        match self
            .named
            .take_if(|(order_id, _)| *order_id == facts.order_id)
        {
            Some((_, id)) => {
                debug_assert!(self.ids.is(id, participant, cl_ord_id), "it was named so");
                id
            }
            None => self.ids.assign(participant, cl_ord_id, Handle::Stale),
        }
    }

    #[inline(always)]
    fn join_peers(&mut self, slot: Slot, participant: ParticipantId) {
        let desk = &mut self.desks[participant.0 as usize];
        let last = core::mem::replace(&mut desk.last, slot);
        if last == Slot::NIL {
            desk.first = slot;
        } else {
            self.peers[last.index()].next = slot;
        }
        self.peers[slot.index()] = Links {
            prev: last,
            next: Slot::NIL,
        };
    }

    #[inline(always)]
    fn leave_peers(&mut self, slot: Slot, participant: ParticipantId) {
        let peers = self.peers[slot.index()];
        let desk = &mut self.desks[participant.0 as usize];
        if peers.prev == Slot::NIL {
            desk.first = peers.next;
        } else {
            self.peers[peers.prev.index()].next = peers.next;
        }
        if peers.next == Slot::NIL {
            desk.last = peers.prev;
        } else {
            self.peers[peers.next.index()].prev = peers.prev;
        }
    }
}

/// How many slices of an order of these terms do not show at first: OrderQty / MaxFloor, rounded up, less one. It stays so while the order
/// trades.
pub(crate) const fn hidden_slices(terms: &OrderTerms) -> u64 {
    match terms.max_floor {
        Some(floor) if floor.raw() > 0 && terms.order_qty.raw() > 0 => {
            ((terms.order_qty.raw() - 1) / floor.raw()).unsigned_abs()
        }
        _ => 0,
    }
}

impl Index<Slot> for Orders {
    type Output = Order;

    #[inline(always)]
    fn index(&self, slot: Slot) -> &Order {
        &self.slab[slot]
    }
}

impl IndexMut<Slot> for Orders {
    #[inline(always)]
    fn index_mut(&mut self, slot: Slot) -> &mut Order {
        &mut self.slab[slot]
    }
}
