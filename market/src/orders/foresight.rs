//! [`Foresight`]: what a few commands will need of the orders' memory is looked at before they are applied. A processor waits for one
//! place of a large memory as long as for twenty that it is asked for at once; a command alone needs up to seven, each found through
//! the one before. Nothing is changed and nothing comes out: only time is saved.

use super::{Handle, Id, Order, Orders};
use crate::command::Command;
use crate::id::{ClOrdId, ParticipantId};
use crate::ids::Sought;
use crate::slab::Slot;

/// ClOrdIDs that are looked for together: their places all fit into a processor's nearest memory.
const TOGETHER: usize = 64;

/// With fewer ClOrdIDs than this, everything is near.
const FEW: u64 = 20_000;

impl Orders {
    /// Looks at what the commands will need. `level` looks at the level of an order that may rest; what it answers says nothing.
    pub(crate) fn foresee<'a>(
        &self,
        commands: impl Iterator<Item = &'a Command>,
        level: impl Fn(&Order) -> u64,
    ) {
        if self.ids.len() < FEW {
            return;
        }
        let is_scattered = self.ids.is_scattered();
        let mut foresight = Foresight {
            sought: [Sought::NONE; TOGETHER],
            count: 0,
            seen: 0,
        };
        for (number, command) in (self.ended..).zip(commands) {
            foresight.seen ^= self.glance_at_final(number);
            let [new, orig] = named(command);
            if let Some((participant, cl_ord_id)) = new
                && is_scattered
            {
                foresight.glance(self, participant, cl_ord_id);
            }
            if let Some((participant, cl_ord_id)) = orig {
                foresight.seek(self, participant, cl_ord_id, &level);
            }
        }
        foresight.look(self, &level);
    }
}

impl Orders {
    /// Looks at where the final order of this number will be remembered; what comes out says nothing.
    fn glance_at_final(&self, number: u32) -> u64 {
        let place = number.checked_rem(self.max_finals);
        let former = place.and_then(|place| self.finals.get(place as usize));
        former.map_or(0, |former| {
            former.order_id().0 ^ u64::from(former.full.number())
        })
    }
}

/// ClOrdIDs that are looked for.
struct Foresight {
    sought: [Sought; TOGETHER],
    count: usize,
    /// Of what was looked at: so that looking is not left out.
    seen: u64,
}

impl Foresight {
    /// For a ClOrdID that should be new: only where it would be found.
    fn glance(&mut self, orders: &Orders, participant: ParticipantId, cl_ord_id: &ClOrdId) {
        self.seen ^= orders.ids.glance(&Sought::new(participant, cl_ord_id));
    }

    /// For a ClOrdID that should be there: it and its order.
    fn seek(
        &mut self,
        orders: &Orders,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        level: impl Fn(&Order) -> u64,
    ) {
        if self.count == TOGETHER {
            self.look(orders, level);
        }
        self.sought[self.count] = Sought::new(participant, cl_ord_id);
        self.count += 1;
    }

    /// Step by step for all of them: so the places of one step do not wait for each other.
    fn look(&mut self, orders: &Orders, level: impl Fn(&Order) -> u64) {
        let sought = &self.sought[..self.count];
        let mut seen = self.seen;
        for one in sought {
            seen ^= orders.ids.glance(one);
        }
        let mut ids = [Id::NONE; TOGETHER];
        for (one, id) in sought.iter().zip(&mut ids) {
            *id = orders.ids.guess(one).unwrap_or(Id::NONE);
        }
        let mut slots = [Slot::NIL; TOGETHER];
        for (id, slot) in ids[..self.count].iter().zip(&mut slots) {
            if *id != Id::NONE
                && let Handle::Live(live) = orders.ids.handle(*id)
            {
                *slot = live;
            }
        }
        for slot in &slots[..self.count] {
            if let Some(slot) = slot.some()
                && let Some(order) = orders.slab.get(slot)
            {
                let (queue, peers) = (orders.queue(slot), orders.peers[slot.index()]);
                seen ^= u64::from(queue.next.number() ^ peers.next.number());
                // Its number stands at the other end of it than what the level is found by.
                seen ^= level(order) ^ order.order_id().0;
            }
        }
        core::hint::black_box(seen);
        self.count = 0;
    }
}

/// The ClOrdIDs that a command names.
fn named(command: &Command) -> [Option<(ParticipantId, &ClOrdId)>; 2] {
    match command {
        Command::Enter {
            participant,
            cl_ord_id,
            ..
        }
        | Command::PossResend {
            participant,
            cl_ord_id,
            ..
        } => [Some((*participant, cl_ord_id)), None],
        Command::Cancel {
            participant,
            cl_ord_id,
            orig_cl_ord_id,
        }
        | Command::Replace {
            participant,
            cl_ord_id,
            orig_cl_ord_id,
            ..
        } => [
            Some((*participant, cl_ord_id)),
            Some((*participant, orig_cl_ord_id)),
        ],
        Command::Amend(amendment) => [
            Some((amendment.participant, &amendment.cl_ord_id)),
            Some((amendment.participant, &amendment.orig_cl_ord_id)),
        ],
        _ => [None, None],
    }
}
