//! [`Index`]: where a record may be, by the hash of its key. Open addressing with at most [`PROBES`] looks; what finds no room within
//! them is the caller's to keep elsewhere. It lies in pieces and grows a few cells with each insertion, so that none has to wait for
//! all, and no memory is asked for by the hundred megabytes. The order of its cells is seen by nobody.

use super::records::Id;
use alloc::vec;
use alloc::vec::Vec;

/// Cells that are looked at for one key at most.
pub(super) const PROBES: usize = 64;

/// Homes of a new index.
const LEAST: usize = 256;

/// Homes of a piece; a smaller index is one smaller piece. Behind them lie [`PROBES`] more cells, so that no search leaves its piece.
const PIECE: usize = 1 << 15;

/// Records that room is made for beforehand at most: 256 MiB of cells, of which memory gives what is used.
const ROOM: usize = 20_000_000;

/// Of 8 cells so many are used before the index grows.
const USED_OF_8: usize = 5;

/// Cells that an insertion moves while the index grows: it is done long before the larger one is full.
const MOVES: usize = 8;

/// Hashes to records.
#[derive(Clone, Debug)]
pub(super) struct Index {
    cells: Cells,
    /// While it grows: the cells before, less those at the end that are moved already. Hashes are in one order in both, so what
    /// is not moved yet is exactly what belongs before that end.
    former: Cells,
    used: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Self::with_room_for(0)
    }

    /// One that need not grow for so many records; for more than [`ROOM`] it grows as they come, since the number may be wrong.
    pub(super) fn with_room_for(records: usize) -> Self {
        let mut homes = LEAST;
        while records.min(ROOM) * 8 > homes * USED_OF_8 {
            homes *= 2;
        }
        Self {
            cells: Cells::new(homes),
            former: Cells::default(),
            used: 0,
        }
    }

    /// The record of this hash for which `is_it` says yes.
    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(Id) -> bool) -> Option<Id> {
        if !self.former.is_empty() {
            let (near, is_all) = self.former.near(hash);
            let found = find_in(near, hash, &is_it);
            if found.is_some() || is_all {
                return found;
            }
        }
        find_in(self.cells.near(hash).0, hash, &is_it)
    }

    /// The first cell that [`Index::find`] would look at.
    #[inline]
    pub(super) fn glance(&self, hash: u32) -> u64 {
        let former = self.former.near(hash).0.first();
        let cell = former.or_else(|| self.cells.near(hash).0.first());
        cell.copied().unwrap_or(0)
    }

    /// Notes a record that is not noted yet. What there is no room for, this one or one that had to move, goes to `no_room`.
    pub(super) fn insert(&mut self, hash: u32, id: Id, no_room: &mut Vec<Id>) {
        self.used += 1;
        if self.former.is_empty() && self.used * 8 > self.cells.homes * USED_OF_8 {
            let larger = Cells::new(2 * self.cells.homes);
            self.former = core::mem::replace(&mut self.cells, larger);
        }
        for _ in 0..MOVES {
            let Some(cell) = self.former.pop() else {
                break;
            };
            if let Some((hash, id)) = content(cell)
                && !self.cells.put(hash, id)
            {
                no_room.push(id);
            }
        }
        let belongs_before = self.former.near(hash).1;
        let cells = if belongs_before {
            &mut self.former
        } else {
            &mut self.cells
        };
        if !cells.put(hash, id) {
            no_room.push(id);
        }
    }
}

/// Cells in pieces. A cell is the hash above and the record's number plus one below; 0 is empty. A piece that nothing was put into takes
/// no memory.
#[derive(Clone, Debug, Default)]
struct Cells {
    pieces: Vec<Vec<u64>>,
    homes: usize,
}

impl Cells {
    fn new(homes: usize) -> Self {
        Self {
            pieces: vec![Vec::new(); homes.div_ceil(PIECE)],
            homes,
        }
    }

    /// Whether all of them are taken away.
    const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Where the search for a hash begins: which piece, and which of its cells.
    #[inline]
    fn home(&self, hash: u32) -> (usize, usize) {
        let home = (u128::from(hash) * self.homes as u128) >> 32;
        let home = usize::try_from(home).expect("below the homes");
        (home / PIECE, home % PIECE)
    }

    /// The cells that a hash may be in, and whether those are all: not those that are taken away, or that nothing was put into.
    #[inline]
    fn near(&self, hash: u32) -> (&[u64], bool) {
        let (piece, home) = self.home(hash);
        let piece = self.pieces.get(piece).map_or(&[][..], Vec::as_slice);
        let end = piece.len().min(home + PROBES);
        (piece.get(home..end).unwrap_or(&[]), end == home + PROBES)
    }

    /// Whether there was room. The cells that the hash may be in are there, or nothing was put into them.
    fn put(&mut self, hash: u32, id: Id) -> bool {
        let (piece, home) = self.home(hash);
        let piece = &mut self.pieces[piece];
        if piece.is_empty() {
            *piece = vec![0; self.homes.min(PIECE) + PROBES];
        }
        let near = &mut piece[home..home + PROBES];
        match near.iter_mut().find(|cell| **cell == 0) {
            Some(cell) => {
                *cell = u64::from(hash) << 32 | (u64::from(id.0) + 1);
                true
            }
            None => false,
        }
    }

    /// Takes the last cell away.
    fn pop(&mut self) -> Option<u64> {
        loop {
            if let Some(cell) = self.pieces.last_mut()?.pop() {
                return Some(cell);
            }
            self.pieces.pop();
        }
    }
}

#[inline]
fn find_in(near: &[u64], hash: u32, is_it: impl Fn(Id) -> bool) -> Option<Id> {
    for cell in near {
        let (has, id) = content(*cell)?;
        if has == hash && is_it(id) {
            return Some(id);
        }
    }
    None
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
