//! [`Slab`]: values under dense slots that are used again once free. Slots are given out the same way on every run: the slot
//! freed last is used first. Knows nothing of orders.

use alloc::vec::Vec;
use core::ops::{Index, IndexMut};
use serde::{Deserialize, Serialize};

/// Place of a value in a [`Slab`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Slot(u32);

impl Slot {
    /// No place: the end of a list.
    pub(crate) const NIL: Self = Self(u32::MAX);

    /// The place, unless it is [`Slot::NIL`].
    pub(crate) fn some(self) -> Option<Self> {
        (self != Self::NIL).then_some(self)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// Values under dense slots.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Slab<T> {
    cells: Vec<Cell<T>>,
    free: Slot,
    len: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Cell<T> {
    Taken(T),
    /// The next free one.
    Free(Slot),
}

impl<T> Slab<T> {
    pub(crate) const fn new() -> Self {
        Self {
            cells: Vec::new(),
            free: Slot::NIL,
            len: 0,
        }
    }

    /// How many values it holds.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// Keeps `value`. The caller bounds how many there are, below [`u32::MAX`].
    pub(crate) fn insert(&mut self, value: T) -> Slot {
        self.len += 1;
        if self.free == Slot::NIL {
            let index =
                u32::try_from(self.cells.len()).expect("bounded by Limits::max_live_orders");
            self.cells.push(Cell::Taken(value));
            return Slot(index);
        }
        let slot = self.free;
        let cell = &mut self.cells[slot.index()];
        if let Cell::Free(next) = *cell {
            self.free = next;
        }
        *cell = Cell::Taken(value);
        slot
    }

    /// Takes the value out; its slot is free again.
    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        let cell = core::mem::replace(&mut self.cells[slot.index()], Cell::Free(self.free));
        self.free = slot;
        self.len -= 1;
        match cell {
            Cell::Taken(value) => value,
            Cell::Free(_) => unreachable!("a slot is removed once, by whoever holds it"),
        }
    }
}

/// For those who read a slab that somebody else has written.
impl<T> Slab<T> {
    /// The value in a slot, if there is one.
    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        match self.cells.get(slot.index()) {
            Some(Cell::Taken(value)) => Some(value),
            Some(Cell::Free(_)) | None => None,
        }
    }

    /// All values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.cells.iter().filter_map(|cell| match cell {
            Cell::Taken(value) => Some(value),
            Cell::Free(_) => None,
        })
    }

    /// Whether each cell is taken or hangs in the list of free ones, and the count is right.
    pub(crate) fn is_sound(&self) -> bool {
        let taken = self.values().count();
        let (mut free, mut next) = (0, self.free);
        while let Some(slot) = next.some() {
            let Some(Cell::Free(after)) = self.cells.get(slot.index()) else {
                return false;
            };
            next = *after;
            free += 1;
            if taken + free > self.cells.len() {
                return false;
            }
        }
        taken + free == self.cells.len() && taken == self.len as usize
    }
}

impl<T> Index<Slot> for Slab<T> {
    type Output = T;

    fn index(&self, slot: Slot) -> &T {
        match &self.cells[slot.index()] {
            Cell::Taken(value) => value,
            Cell::Free(_) => unreachable!("a slot is read while its value is there"),
        }
    }
}

impl<T> IndexMut<Slot> for Slab<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        match &mut self.cells[slot.index()] {
            Cell::Taken(value) => value,
            Cell::Free(_) => unreachable!("a slot is changed while its value is there"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn a_freed_slot_is_used_again_before_a_new_one() {
        let mut slab = Slab::new();
        let a = slab.insert('a');
        let b = slab.insert('b');
        let c = slab.insert('c');
        assert_eq!(slab.remove(a), 'a');
        assert_eq!(slab.remove(c), 'c');
        assert_eq!(slab.len(), 1);
        assert_eq!(slab.insert('d'), c);
        assert_eq!(slab.insert('e'), a);
        assert_eq!((slab[a], slab[b], slab[c]), ('e', 'b', 'd'));
    }
}
