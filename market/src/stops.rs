//! [`Stops`]: the orders of one instrument that wait outside its book for a price to reach their trigger: which are reached, in which
//! order, and whose trigger follows the last trade. Slots go in and out; knows nothing of money and of what an order does once it
//! is triggered.

use crate::id::InstrumentId;
use crate::order::{OrdType, Side, Working};
use crate::orders::Orders;
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::Slot;
use crate::soundness::MAX_COUNT;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Trailing stops of one instrument, reached or not: each is looked at at each trade, so there is a bound.
pub(crate) const MAX_TRAILING: usize = 1_000;

/// The stops of one instrument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Stops {
    /// All of them.
    waiting: BTreeMap<Slot, Waiting>,
    /// Those not reached yet, the first to be reached in front: see [`rank`].
    buys: BTreeSet<(i64, u64, Slot)>,
    sells: BTreeSet<(i64, u64, Slot)>,
    /// Those whose trigger follows the last trade until it is reached. One that is reached and waits for its turn stays here: a
    /// replace may make it one that is not.
    trailing: BTreeSet<Slot>,
    /// Those reached, by [`Waiting::reached`]: they are triggered one after another, as soon as the instrument trades.
    reached: BTreeMap<u64, Slot>,
    /// How many were reached so far.
    reaches: u64,
    /// Number of the latest arrival.
    arrivals: u64,
    /// Σ leaves, buys and sells.
    leaves: [Qty; 2],
}

/// What is kept of a waiting stop, so that it is found again whatever becomes of its facts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Waiting {
    side: Side,
    stop_px: Price,
    arrival: u64,
    leaves: Qty,
    /// Which of all that were reached it was, once it is.
    reached: Option<u64>,
}

/// Where a trigger stands among those of its side: the lower, the sooner it is reached. A price that rises reaches the lowest buy first,
/// one that falls the highest sell.
const fn rank(side: Side, stop_px: Price) -> i64 {
    match side {
        Side::Buy => stop_px.raw(),
        Side::Sell => -stop_px.raw(),
    }
}

/// Whether a price has reached a trigger.
pub(crate) const fn is_reached(side: Side, stop_px: Price, by: Price) -> bool {
    rank(side, stop_px) <= rank(side, by)
}

impl Stops {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many follow the last trade, or did until they were reached.
    pub(crate) fn trailing(&self) -> usize {
        self.trailing.len()
    }

    /// Σ leaves of a side.
    pub(crate) const fn leaves(&self, side: Side) -> Qty {
        self.leaves[side as usize]
    }

    /// All of them, in order of arrival.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<(u64, Slot)> = self
            .waiting
            .iter()
            .map(|(slot, waiting)| (waiting.arrival, *slot))
            .collect();
        slots.sort_unstable();
        slots.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Takes a held order in, behind all others with its trigger.
    pub(crate) fn hold(&mut self, orders: &Orders, slot: Slot) {
        let facts = orders.facts(slot);
        let Working::Held { stop_px } = facts.working else {
            unreachable!("only a held order waits for a trigger");
        };
        self.arrivals += 1;
        let waiting = Waiting {
            side: facts.terms.side,
            stop_px,
            arrival: self.arrivals,
            leaves: facts.leaves_qty,
            reached: None,
        };
        let sum = &mut self.leaves[waiting.side as usize];
        *sum = plus(*sum, waiting.leaves);
        self.waiting.insert(slot, waiting);
        self.queue_of(waiting.side).insert(key(slot, &waiting));
        if matches!(facts.terms.ord_type, OrdType::TrailingStop { .. }) {
            self.trailing.insert(slot);
        }
    }

    /// Takes one out, reached or not.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let waiting = self.waiting.remove(&slot).expect("it was held");
        let sum = &mut self.leaves[waiting.side as usize];
        *sum = minus(*sum, waiting.leaves);
        match waiting.reached {
            Some(number) => self.reached.remove(&number).is_some(),
            None => self.queue_of(waiting.side).remove(&key(slot, &waiting)),
        };
        self.trailing.remove(&slot);
    }

    /// One has less now, and keeps its place.
    pub(crate) fn shrink(&mut self, slot: Slot, leaves: Qty) {
        let waiting = self.waiting.get_mut(&slot).expect("it was held");
        let less = minus(waiting.leaves, leaves);
        waiting.leaves = leaves;
        let sum = &mut self.leaves[waiting.side as usize];
        *sum = minus(*sum, less);
    }

    /// A trade has printed: triggers follow it that protect better so. Tells whose have moved.
    pub(crate) fn trail(&mut self, orders: &mut Orders, last_px: Price) -> Vec<Slot> {
        let mut moved = Vec::new();
        for slot in &self.trailing {
            let waiting = self.waiting.get_mut(slot).expect("it was held");
            if waiting.reached.is_some() {
                continue;
            }
            let mut facts = orders.facts(*slot);
            let OrdType::TrailingStop { offset } = facts.terms.ord_type else {
                unreachable!("only trailing stops trail");
            };
            let stop_px = trail(waiting.side, last_px, offset);
            // The further a trigger is, the higher its rank: it only ever comes nearer.
            if rank(waiting.side, stop_px) < rank(waiting.side, waiting.stop_px) {
                let queue = match waiting.side {
                    Side::Buy => &mut self.buys,
                    Side::Sell => &mut self.sells,
                };
                queue.remove(&key(*slot, waiting));
                waiting.stop_px = stop_px;
                queue.insert(key(*slot, waiting));
                facts.working = Working::Held { stop_px };
                orders.set_facts(*slot, &facts);
                moved.push(*slot);
            }
        }
        moved
    }

    /// All that a price reaches are to be triggered: by trigger, nearest first, then by arrival; buys before sells.
    pub(crate) fn reach(&mut self, side: Side, by: Price) {
        while let Some((nearest, _, slot)) = self.queue_of(side).first().copied()
            && nearest <= rank(side, by)
        {
            self.reach_at_once(slot);
        }
    }

    /// One that is through its trigger when it arrives is to be triggered, behind those that are reached already.
    pub(crate) fn reach_at_once(&mut self, slot: Slot) {
        let waiting = self.waiting.get_mut(&slot).expect("it was held");
        if waiting.reached.is_none() {
            self.reaches += 1;
            waiting.reached = Some(self.reaches);
            let waiting = *waiting;
            self.reached.insert(self.reaches, slot);
            self.queue_of(waiting.side).remove(&key(slot, &waiting));
        }
    }

    /// Whether any is to be triggered.
    pub(crate) fn has_reached(&self) -> bool {
        !self.reached.is_empty()
    }

    /// The next to be triggered, taken out.
    pub(crate) fn next(&mut self) -> Option<Slot> {
        let slot = *self.reached.first_key_value()?.1;
        self.remove(slot);
        Some(slot)
    }

    /// Whether the stops agree with the orders in them: asked of stops that were read back.
    pub(crate) fn is_sound(&self, instrument: InstrumentId, orders: &Orders) -> bool {
        let mut leaves = [Qty::ZERO; 2];
        let queued = |slot: &Slot, waiting: &Waiting| {
            let queue = match waiting.side {
                Side::Buy => &self.buys,
                Side::Sell => &self.sells,
            };
            queue.contains(&key(*slot, waiting))
        };
        for (slot, waiting) in &self.waiting {
            let is_sound = orders.get(*slot).is_some_and(|_| {
                let facts = orders.facts(*slot);
                facts.working
                    == Working::Held {
                        stop_px: waiting.stop_px,
                    }
                    && facts.terms.instrument == instrument
                    && facts.terms.side == waiting.side
                    && facts.leaves_qty == waiting.leaves
                    && waiting.arrival <= self.arrivals
                    && queued(slot, waiting) == waiting.reached.is_none()
                    && waiting.reached.is_none_or(|number| {
                        number <= self.reaches && self.reached.get(&number) == Some(slot)
                    })
            });
            let sum = &mut leaves[waiting.side as usize];
            match sum.checked_add(waiting.leaves) {
                Some(more) if is_sound => *sum = more,
                _ => return false,
            }
        }
        let all = self.buys.len() + self.sells.len() + self.reached.len();
        let mut trailing = self.trailing.iter();
        let follows = |slot: &Slot| {
            let ord_type = orders.facts(*slot).terms.ord_type;
            matches!(ord_type, OrdType::TrailingStop { .. })
        };
        let follow = self.waiting.keys().filter(|slot| follows(slot));
        self.arrivals <= MAX_COUNT
            && self.reaches <= MAX_COUNT
            && leaves == self.leaves
            && follow.count() == self.trailing.len()
            && all == self.waiting.len()
            && trailing.all(|slot| self.waiting.contains_key(slot) && follows(slot))
    }

    fn queue_of(&mut self, side: Side) -> &mut BTreeSet<(i64, u64, Slot)> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

/// The trigger that a trailing stop has at this last trade: never below one part of a price, nor beyond what a price can say.
pub(crate) const fn trail(side: Side, last_px: Price, offset: Price) -> Price {
    let raw = match side {
        Side::Buy => last_px.raw().saturating_add(offset.raw()),
        Side::Sell => last_px.raw().saturating_sub(offset.raw()),
    };
    Price::from_raw(raw)
}

fn key(slot: Slot, waiting: &Waiting) -> (i64, u64, Slot) {
    (rank(waiting.side, waiting.stop_px), waiting.arrival, slot)
}

fn plus(a: Qty, b: Qty) -> Qty {
    a.checked_add(b)
        .expect("entry checks that a side's quantities fit")
}

fn minus(a: Qty, b: Qty) -> Qty {
    a.checked_sub(b).expect("a part is taken from its whole")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, OrderId, ParticipantId};
    use crate::limits::Limits;
    use crate::money::Money;
    use crate::order::{OrdStatus, OrderFacts, OrderTerms, TimeInForce};
    use crate::text::Text;
    use alloc::format;

    /// Were each of them looked for among all that are reached, this would take minutes.
    #[test]
    fn very_many_are_reached_at_once_and_taken_out_one_by_one() {
        const MANY: u64 = 200_000;
        let mut orders = Orders::new(&Limits::default());
        orders.add_participant();
        let mut stops = Stops::default();
        let stop_px = Price::from_raw(900);
        let mut slots: Vec<Slot> = Vec::new();
        for number in 1..=MANY {
            let one = Qty::from_raw(1);
            let slot = orders.insert(&OrderFacts {
                order_id: OrderId(number),
                cl_ord_id: Text::new(&format!("s{number}")).expect("short and plain"),
                participant: ParticipantId(0),
                terms: OrderTerms::plain(
                    AccountId(0),
                    InstrumentId(0),
                    Side::Sell,
                    OrdType::Stop { stop_px },
                    TimeInForce::Day,
                    one,
                ),
                working: Working::Held { stop_px },
                ord_status: OrdStatus::New,
                cum_qty: Qty::ZERO,
                leaves_qty: one,
                cum_notional: Money::ZERO,
                reserved: Money::ZERO,
            });
            stops.hold(&orders, slot);
            slots.push(slot);
        }
        stops.reach(Side::Sell, stop_px);
        assert!(stops.is_sound(InstrumentId(0), &orders));
        // Every other one ends before its turn.
        for slot in slots.iter().skip(1).step_by(2) {
            stops.remove(*slot);
        }
        let triggered: Vec<Slot> = core::iter::from_fn(|| stops.next()).collect();
        assert!(triggered.iter().eq(slots.iter().step_by(2)));
        assert!(stops.is_empty() && !stops.has_reached());
    }
}
