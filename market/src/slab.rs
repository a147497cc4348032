//! [`Slab`]: values under dense slots that are used again once free. Slots are given out the same way on every run: the slot
//! freed last is used first. Grows page by page, so that no insertion moves what is there. Knows nothing of orders.

use crate::pages::Pages;
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

    /// The number of the place.
    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// The place of this number, which [`Slot::number`] gave.
    pub(crate) const fn of_number(number: u32) -> Self {
        Self(number)
    }

    /// The place among all: for what is kept beside a slab.
    #[inline(always)]
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Values under dense slots, `N` to a page.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound(
    serialize = "T: Serialize",
    deserialize = "T: Clone + Deserialize<'de>"
))]
pub(crate) struct Slab<T, const N: usize> {
    cells: Pages<Cell<T>, N>,
    free: Slot,
    len: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Cell<T> {
    Taken(T),
    /// The next free one.
    Free(Slot),
}

impl<T> Default for Cell<T> {
    fn default() -> Self {
        Self::Free(Slot::NIL)
    }
}

impl<T: Clone, const N: usize> Slab<T, N> {
    pub(crate) const fn new() -> Self {
        Self {
            cells: Pages::new(),
            free: Slot::NIL,
            len: 0,
        }
    }

    /// How many values it holds.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// How many slots it has, free ones included.
    pub(crate) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Keeps `value`. The caller bounds how many there are, below [`u32::MAX`].
    #[inline(always)]
    pub(crate) fn insert(&mut self, value: T) -> Slot {
        self.len += 1;
        if self.free == Slot::NIL {
            let number = u32::try_from(self.cells.len()).expect("the caller bounds it");
            self.cells.push(Cell::Taken(value));
            return Slot(number);
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
    #[inline(always)]
    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        let cell = &mut self.cells[slot.index()];
        let cell = core::mem::replace(cell, Cell::Free(self.free));
        self.free = slot;
        self.len -= 1;
        match cell {
            Cell::Taken(value) => value,
            Cell::Free(_) => unreachable!("a slot is removed once, by whoever holds it"),
        }
    }
}

/// For those who read a slab that somebody else has written.
impl<T, const N: usize> Slab<T, N> {
    /// The value in a slot, if there is one.
    #[inline(always)]
    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        match self.cells.get(slot.index()) {
            Some(Cell::Taken(value)) => Some(value),
            Some(Cell::Free(_)) | None => None,
        }
    }

    /// All values with their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        let cells = self.cells.iter();
        (0..)
            .map(Slot)
            .zip(cells)
            .filter_map(|(slot, cell)| match cell {
                Cell::Taken(value) => Some((slot, value)),
                Cell::Free(_) => None,
            })
    }

    /// All values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, value)| value)
    }

    /// Whether each cell is taken or hangs in the list of free ones, and the count is right.
    pub(crate) fn is_sound(&self) -> bool {
        let cells = self.cells.len();
        let taken = self.values().count();
        let (mut free, mut next) = (0, self.free);
        while let Some(slot) = next.some() {
            let Some(Cell::Free(after)) = self.cells.get(slot.index()) else {
                return false;
            };
            next = *after;
            free += 1;
            if taken + free > cells {
                return false;
            }
        }
        taken + free == cells && taken == self.len as usize
    }
}

impl<T, const N: usize> Index<Slot> for Slab<T, N> {
    type Output = T;

    #[inline(always)]
    fn index(&self, slot: Slot) -> &T {
        match &self.cells[slot.index()] {
            Cell::Taken(value) => value,
            Cell::Free(_) => unreachable!("a slot is read while its value is there"),
        }
    }
}

impl<T, const N: usize> IndexMut<Slot> for Slab<T, N> {
    #[inline(always)]
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
    const PAGE: usize = 16;
    use alloc::vec::Vec;

    #[test]
    fn a_freed_slot_is_used_again_before_a_new_one() {
        let mut slab = Slab::<_, PAGE>::new();
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

    #[test]
    fn slots_are_dense_over_pages() {
        let mut slab = Slab::<_, PAGE>::new();
        let slots: Vec<_> = (0..3 * PAGE + 1).map(|value| slab.insert(value)).collect();
        for (value, slot) in slots.iter().enumerate() {
            assert_eq!(slot.number() as usize, value);
            assert_eq!(slab[*slot], value);
        }
        assert_eq!(slab.remove(slots[PAGE]), PAGE);
        assert_eq!(slab.insert(7), slots[PAGE]);
        assert_eq!(slab[slots[PAGE]], 7);
    }
}
