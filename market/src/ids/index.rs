//! [`Index`]: where a record may be, by the hash of its key. Open addressing with at most [`PROBES`] looks; what finds no room within
//! them is the caller's to keep elsewhere. It grows a few cells with each insertion, so that none has to wait for all. The
//! order of its cells is seen by nobody.

use super::records::Id;
use alloc::vec;
use alloc::vec::Vec;

/// Cells that are looked at for one key at most.
pub(super) const PROBES: usize = 64;

/// Cells of a new index.
const LEAST: usize = 256;

/// Records that room is made for beforehand at most: 256 MiB of cells, of which memory gives what is used.
const ROOM: usize = 20_000_000;

/// Of 8 cells so many are used before the index grows.
const USED_OF_8: usize = 5;

/// Cells that an insertion moves while the index grows: it is done long before the larger one is full.
const MOVES: usize = 16;

/// Cells that are given back at a time while the index grows.
const GIVEN_BACK: usize = 8_192;

/// Hashes to records. A cell is the hash above and the record's number plus one below; 0 is empty.
#[derive(Clone, Debug)]
pub(super) struct Index {
    cells: Vec<u64>,
    /// While it grows: the cells before, less those at the end that are moved already. Hashes are in one order in both, so what
    /// is not moved yet is exactly what belongs before that end.
    former: Vec<u64>,
    /// How many hashes [`Index::former`] had room for.
    former_size: usize,
    used: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Self::with_room_for(0)
    }

    /// One that need not grow for so many records; for more than [`ROOM`] it grows as they come, since the number may be wrong.
    pub(super) fn with_room_for(records: usize) -> Self {
        let mut size = LEAST;
        while records.min(ROOM) * 8 > size * USED_OF_8 {
            size *= 2;
        }
        Self {
            cells: vec![0; size + PROBES],
            former: Vec::new(),
            former_size: 0,
            used: 0,
        }
    }

    /// The record of this hash for which `is_it` says yes.
    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(Id) -> bool) -> Option<Id> {
        let before = home(hash, self.former_size);
        if before < self.former.len() {
            let found = find_from(&self.former, before, hash, &is_it);
            if found.is_some() || before + PROBES <= self.former.len() {
                return found;
            }
        }
        find_from(&self.cells, home(hash, self.size()), hash, &is_it)
    }

    /// The first cell that [`Index::find`] would look at.
    #[inline]
    pub(super) fn glance(&self, hash: u32) -> u64 {
        let former = self.former.get(home(hash, self.former_size));
        let cell = former.or_else(|| self.cells.get(home(hash, self.size())));
        cell.copied().unwrap_or(0)
    }

    /// Notes a record that is not noted yet. What there is no room for, this one or one that had to move, goes to `no_room`.
    pub(super) fn insert(&mut self, hash: u32, id: Id, no_room: &mut Vec<Id>) {
        self.used += 1;
        if self.former.is_empty() && self.used * 8 > self.size() * USED_OF_8 {
            self.begin_growing();
        }
        for _ in 0..MOVES {
            if !self.move_one(no_room) {
                break;
            }
        }
        let before = home(hash, self.former_size);
        let is_put = if before + PROBES <= self.former.len() {
            put(&mut self.former, before, hash, id)
        } else {
            let home = home(hash, self.size());
            put(&mut self.cells, home, hash, id)
        };
        if !is_put {
            no_room.push(id);
        }
    }

    fn begin_growing(&mut self) {
        self.former_size = self.size();
        let larger = vec![0; 2 * self.former_size + PROBES];
        self.former = core::mem::replace(&mut self.cells, larger);
    }

    /// Moves the last of the former cells; whether there was one.
    fn move_one(&mut self, no_room: &mut Vec<Id>) -> bool {
        let Some(cell) = self.former.pop() else {
            return false;
        };
        if let Some((hash, id)) = content(cell) {
            let home = home(hash, self.size());
            if !put(&mut self.cells, home, hash, id) {
                no_room.push(id);
            }
        }
        if self.former.len().is_multiple_of(GIVEN_BACK) {
            self.former.shrink_to_fit();
        }
        true
    }

    fn size(&self) -> usize {
        self.cells.len() - PROBES
    }
}

/// Where the search for a hash begins among so many cells.
#[inline]
fn home(hash: u32, size: usize) -> usize {
    let home = (u128::from(hash) * size as u128) >> 32;
    usize::try_from(home).expect("below the size")
}

#[inline]
fn find_from(cells: &[u64], home: usize, hash: u32, is_it: impl Fn(Id) -> bool) -> Option<Id> {
    let end = cells.len().min(home + PROBES);
    for cell in &cells[home..end] {
        let (has, id) = content(*cell)?;
        if has == hash && is_it(id) {
            return Some(id);
        }
    }
    None
}

/// Whether there was room.
fn put(cells: &mut [u64], home: usize, hash: u32, id: Id) -> bool {
    let end = cells.len().min(home + PROBES);
    match cells[home..end].iter_mut().find(|cell| **cell == 0) {
        Some(cell) => {
            *cell = u64::from(hash) << 32 | (u64::from(id.0) + 1);
            true
        }
        None => false,
    }
}

#[inline]
fn content(cell: u64) -> Option<(u32, Id)> {
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    let number = (cell as u32).checked_sub(1)?;
    let hash = (cell >> 32) as u32;
    Some((hash, Id(number)))
}

#[cfg(test)]
mod tests {
    use super::super::records::Id;
    use super::{Index, PROBES};
    use alloc::vec::Vec;

    #[test]
    fn what_was_noted_is_found_at_every_step_of_growing() {
        let mut index = Index::new();
        let mut no_room = Vec::new();
        let hash = |id: u32| id.wrapping_mul(0x9E37_79B9);
        for id in 0..20_000 {
            index.insert(hash(id), Id(id), &mut no_room);
            for known in [id, id / 2, id / 3, id.saturating_sub(100), 0] {
                let found = index.find(hash(known), |found| found == Id(known));
                assert_eq!(found, Some(Id(known)), "{known} after {id}");
            }
            assert_eq!(index.find(hash(id + 1), |_| true), None);
        }
        assert_eq!(no_room, []);
        for id in 0..20_000 {
            assert!(index.find(hash(id), |found| found == Id(id)).is_some());
        }
    }

    #[test]
    fn keys_of_one_hash_have_no_more_room_than_there_are_probes() {
        let mut index = Index::new();
        let mut no_room = Vec::new();
        for id in 0..1_000 {
            index.insert(7, Id(id), &mut no_room);
        }
        let (kept, others): (Vec<_>, Vec<_>) =
            (0..1_000).partition(|id| index.find(7, |found| found == Id(*id)).is_some());
        assert_eq!(kept.len(), PROBES);
        no_room.sort_unstable_by_key(|id| id.0);
        assert!(no_room.iter().map(|id| id.0).eq(others));
    }
}
