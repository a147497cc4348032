//! [`Index`]: where a record may be, by the hash of its key. Keys that differ only in the last bits of their last character have one cell
//! together, and a [`Block`] with a place for each: most clients count, so what they ask for next lies beside what they asked for last,
//! and a large index is as near as a small one. Open addressing with at most [`PROBES`] looks; what finds no room within them is
//! the caller's to keep elsewhere. It lies in pieces and grows a few cells with each new one, so that none has to wait for all, and no
//! memory is asked for by the hundred megabytes. The order of its cells is seen by nobody.

use super::records::{Id, PLACES};
use crate::pages::Pages;
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

/// Blocks to a page.
const BLOCKS: usize = 64;

/// Of 8 cells so many are used before the index grows.
const USED_OF_8: usize = 3;

/// Cells that a new one moves while the index grows: it is done long before the larger one is full.
const MOVES: usize = 8;

/// Keys to records.
#[derive(Clone, Debug)]
pub(super) struct Index {
    cells: Cells,
    /// While it grows: the cells before, less those at the end that are moved already.
    former: Cells,
    /// Cells in use, in both.
    used: usize,
    blocks: Pages<Block, BLOCKS>,
}

/// What is looked for, or noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash {
    /// The same for keys that lie together.
    pub(super) block: u32,
    /// Which of them it is, below [`PLACES`].
    pub(super) place: u8,
}

/// The records of keys that lie together, by place; [`Id::NONE`] where there is none. Fills a line of a processor's cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Block([Id; PLACES]);

impl Default for Block {
    fn default() -> Self {
        Self([Id::NONE; PLACES])
    }
}

/// What a cell stands for.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// The one record of its block.
    One(Id),
    /// A block, by its number.
    Many(u32),
}

/// Marks the number of a block in a cell: a record's is below it (see [`super::MAX_CL_ORD_IDS`]).
const MANY: u32 = 1 << 31;

impl Entry {
    const fn number(self) -> u32 {
        match self {
            Self::One(id) => id.0,
            Self::Many(block) => block | MANY,
        }
    }

    const fn of_number(number: u32) -> Self {
        if number & MANY == 0 {
            Self::One(Id(number))
        } else {
            Self::Many(number & !MANY)
        }
    }
}

impl Index {
    pub(super) fn new() -> Self {
        Self::with_room_for(0)
    }

    /// One that need not grow for so many records that lie alone; for more than [`ROOM`] it grows as they come, since the number may be
    /// wrong.
    pub(super) fn with_room_for(records: usize) -> Self {
        let mut homes = LEAST;
        while records.min(ROOM) * 8 > homes * USED_OF_8 {
            homes *= 2;
        }
        Self {
            cells: Cells::new(homes),
            former: Cells::default(),
            used: 0,
            blocks: Pages::new(),
        }
    }

    /// Cells in use: one for all records that lie together.
    pub(super) const fn used(&self) -> usize {
        self.used
    }

    /// The record of this hash for which `is_it` says yes.
    #[inline(always)]
    pub(super) fn find(&self, hash: Hash, is_it: impl Fn(Id) -> bool) -> Option<Id> {
        if !self.former.is_empty() {
            let (near, is_all) = self.former.near(hash.block);
            let found = self.find_in(near, hash, &is_it);
            if found.is_some() || is_all {
                return found;
            }
        }
        self.find_in(self.cells.near(hash.block).0, hash, &is_it)
    }

    #[inline(always)]
    fn find_in(&self, near: &[u64], hash: Hash, is_it: impl Fn(Id) -> bool) -> Option<Id> {
        for cell in near {
            let (block, entry) = content(*cell)?;
            if block != hash.block {
                continue;
            }
            let id = match entry {
                Entry::One(id) => id,
                Entry::Many(block) => self.blocks[block as usize].0[usize::from(hash.place)],
            };
            if id != Id::NONE && is_it(id) {
                return Some(id);
            }
        }
        None
    }

    /// The first cell that [`Index::find`] would look at.
    #[inline]
    pub(super) fn glance(&self, hash: Hash) -> u64 {
        let former = self.former.near(hash.block).0.first();
        let cell = former.or_else(|| self.cells.near(hash.block).0.first());
        cell.copied().unwrap_or(0)
    }

    /// Notes a record that is not noted yet. `beside` tells the place of a record that is there if the new one belongs beside it, in one
    /// block. What there is no room for, this one or some that had to move, goes to `no_room`.
    #[inline(always)]
    pub(super) fn insert(
        &mut self,
        hash: Hash,
        id: Id,
        beside: impl Fn(Id) -> Option<u8>,
        no_room: &mut Vec<Id>,
    ) {
        if self.join(hash, id, beside) {
            return;
        }
        self.used += 1;
        if self.former.is_empty() && self.used * 8 > self.cells.homes * USED_OF_8 {
            let larger = Cells::new(2 * self.cells.homes);
            self.former = core::mem::replace(&mut self.cells, larger);
        }
        for _ in 0..MOVES {
            let Some(cell) = self.former.pop() else {
                break;
            };
            if let Some((block, entry)) = content(cell)
                && !self.cells.put(block, entry)
            {
                self.give_up(entry, no_room);
            }
        }
        let belongs_before = self.former.near(hash.block).1;
        let cells = if belongs_before {
            &mut self.former
        } else {
            &mut self.cells
        };
        if !cells.put(hash.block, Entry::One(id)) {
            no_room.push(id);
        }
    }

    /// Puts a record into the block of those that it belongs beside, if there are any.
    #[inline(always)]
    fn join(&mut self, hash: Hash, id: Id, beside: impl Fn(Id) -> Option<u8>) -> bool {
        for cells in [&mut self.former, &mut self.cells] {
            for cell in cells.near_mut(hash.block) {
                let Some((block, entry)) = content(*cell) else {
                    break;
                };
                if block != hash.block {
                    continue;
                }
                match entry {
                    Entry::One(one) => {
                        let Some(place) = beside(one) else {
                            continue;
                        };
                        let mut block = Block::default();
                        block.0[usize::from(place)] = one;
                        block.0[usize::from(hash.place)] = id;
                        let number = u32::try_from(self.blocks.len()).expect("fewer than records");
                        self.blocks.push(block);
                        *cell = filled(hash.block, Entry::Many(number));
                    }
                    Entry::Many(block) => {
                        let block = &mut self.blocks[block as usize].0;
                        let mut there = block.iter().filter(|id| **id != Id::NONE);
                        if there.next().is_none_or(|id| beside(*id).is_none()) {
                            continue;
                        }
                        block[usize::from(hash.place)] = id;
                    }
                }
                return true;
            }
        }
        false
    }

    /// A cell that had to move has found no room.
    fn give_up(&self, entry: Entry, no_room: &mut Vec<Id>) {
        match entry {
            Entry::One(id) => no_room.push(id),
            Entry::Many(block) => {
                let block = &self.blocks[block as usize].0;
                no_room.extend(block.iter().filter(|id| **id != Id::NONE));
            }
        }
    }
}

/// Cells in pieces. A cell is a block's hash above and the number of what it stands for plus one below; 0 is empty. A piece that nothing
/// was put into takes no memory.
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
    #[inline(always)]
    fn home(&self, hash: u32) -> (usize, usize) {
        // There are fewer homes than numbers of records, so the product fits.
        let home = (u64::from(hash) * self.homes as u64) >> u32::BITS;
        let home = home as usize;
        (home / PIECE, home % PIECE)
    }

    /// The cells that a hash may be in, and whether those are all: not those that are taken away, or that nothing was put into.
    #[inline(always)]
    fn near(&self, hash: u32) -> (&[u64], bool) {
        let (piece, home) = self.home(hash);
        let piece = self.pieces.get(piece).map_or(&[][..], Vec::as_slice);
        let end = piece.len().min(home + PROBES);
        (piece.get(home..end).unwrap_or(&[]), end == home + PROBES)
    }

    /// The same cells, to be changed.
    #[inline(always)]
    fn near_mut(&mut self, hash: u32) -> &mut [u64] {
        let (piece, home) = self.home(hash);
        let piece = self.pieces.get_mut(piece);
        let piece = piece.map_or(&mut [][..], Vec::as_mut_slice);
        let end = piece.len().min(home + PROBES);
        piece.get_mut(home..end).unwrap_or(&mut [])
    }

    /// Whether there was room. The cells that the hash may be in are there, or nothing was put into them.
    #[inline(always)]
    fn put(&mut self, hash: u32, entry: Entry) -> bool {
        let (piece, home) = self.home(hash);
        let piece = &mut self.pieces[piece];
        if piece.is_empty() {
            *piece = vec![0; self.homes.min(PIECE) + PROBES];
        }
        let near = &mut piece[home..home + PROBES];
        match near.iter_mut().find(|cell| **cell == 0) {
            Some(cell) => {
                *cell = filled(hash, entry);
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
fn content(cell: u64) -> Option<(u32, Entry)> {
    #[expect(clippy::cast_possible_truncation, reason = "the low half")]
    let number = (cell as u32).checked_sub(1)?;
    let hash = (cell >> u32::BITS) as u32;
    Some((hash, Entry::of_number(number)))
}

const fn filled(hash: u32, entry: Entry) -> u64 {
    (hash as u64) << u32::BITS | (entry.number() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::records::{Id, PLACES};
    use super::{Hash, Index, PROBES};
    use alloc::vec::Vec;

    const fn alone(block: u32) -> Hash {
        Hash { block, place: 0 }
    }

    #[test]
    fn what_was_noted_is_found_at_every_step_of_growing() {
        let mut index = Index::new();
        let mut no_room = Vec::new();
        let hash = |id: u32| alone(id.wrapping_mul(0x9E37_79B9));
        for id in 0..20_000 {
            index.insert(hash(id), Id(id), |_| None, &mut no_room);
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

    /// Blocks of every size, some under the hash of another, each in places of its own.
    #[test]
    fn what_lies_together_is_found_at_every_step_of_growing() {
        let mut index = Index::new();
        let mut no_room = Vec::new();
        let places = u32::try_from(PLACES).unwrap();
        let block = |id: u32| id / places;
        let hash = |id: u32| Hash {
            block: (block(id) / 2).wrapping_mul(0x9E37_79B9),
            place: u8::try_from(id % places).unwrap(),
        };
        let size = |block: u32| 1 + block % places;
        let all: Vec<u32> = (0..100_000)
            .filter(|id| id % places < size(block(*id)))
            .collect();
        for (at, id) in all.iter().enumerate() {
            let beside = |one: Id| (block(one.0) == block(*id)).then_some(hash(one.0).place);
            index.insert(hash(*id), Id(*id), beside, &mut no_room);
            for known in [at, at / 2, at / 3, at.saturating_sub(100)] {
                let known = Id(all[known]);
                let found = index.find(hash(known.0), |found| found == known);
                assert_eq!(found, Some(known), "after {id}");
            }
        }
        assert_eq!(no_room, []);
        for id in 0..100_000 {
            let found = index.find(hash(id), |found| found == Id(id));
            assert_eq!(found.is_some(), id % places < size(block(id)), "{id}");
        }
    }

    #[test]
    fn keys_of_one_hash_have_no_more_room_than_there_are_probes() {
        let mut index = Index::new();
        let mut no_room = Vec::new();
        for id in 0..1_000 {
            index.insert(alone(7), Id(id), |_| None, &mut no_room);
        }
        let (kept, others): (Vec<_>, Vec<_>) =
            (0..1_000).partition(|id| index.find(alone(7), |found| found == Id(*id)).is_some());
        assert_eq!(kept.len(), PROBES);
        no_room.sort_unstable_by_key(|id| id.0);
        assert!(no_room.iter().map(|id| id.0).eq(others));
    }
}
