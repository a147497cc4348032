//! [`Window`]: levels near the touch, by their distance from a base: one cell a step with the slot of its level, and a bitmap of
//! the cells in use, so that a level is found by a division and the next one by counting zeros. Works with ranks (see
//! [`crate::book::ladder::rank`]); knows nothing of what is in a level.

use crate::slab::Slot;
use alloc::vec;
use alloc::vec::Vec;

/// How many steps of price a window covers.
pub(crate) const WIDTH: usize = 512;

/// How many of its steps lie before the rank that it is placed about: room for a touch that improves.
const AHEAD: usize = WIDTH / 4;

const WORD: usize = 64;

/// The cells near the touch.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// Between two cells; at least 1.
    step: i64,
    /// 2⁶⁴ − 1 over the step, rounded down: a product with it stands for a division by the step, or is one too low.
    inverse: u64,
    /// Rank of the first cell.
    base: i64,
    /// By distance in steps; empty before the window is placed.
    cells: Vec<Slot>,
    /// A bit for each cell in use.
    used: [u64; WIDTH / WORD],
}

impl Window {
    /// A window that is nowhere yet.
    pub(crate) const fn new(step: i64) -> Self {
        Self {
            step,
            inverse: u64::MAX / step.unsigned_abs(),
            base: 0,
            cells: Vec::new(),
            used: [0; WIDTH / WORD],
        }
    }

    /// Puts an empty window about `rank`.
    pub(crate) fn place(&mut self, rank: i64) {
        assert!(self.first_from(0).is_none(), "only an empty window moves");
        if self.cells.is_empty() {
            self.cells = vec![Slot::NIL; WIDTH];
        }
        let on_step = rank.saturating_sub(rank.rem_euclid(self.step));
        self.base = on_step.saturating_sub(self.step.saturating_mul(steps(AHEAD)));
    }

    /// Whether it was placed and `rank` is well inside: in the half about which the window was placed.
    pub(crate) fn is_about(&self, rank: i64) -> bool {
        let end = self
            .base
            .saturating_add(self.step.saturating_mul(steps(WIDTH / 2)));
        !self.cells.is_empty() && (self.base..end).contains(&rank)
    }

    /// The first and the last rank that it covers.
    pub(crate) fn span(&self) -> (i64, i64) {
        (self.base, self.rank(WIDTH - 1))
    }

    /// The cell of `rank`, if it is one of the window's.
    #[inline]
    pub(crate) fn cell(&self, rank: i64) -> Option<usize> {
        let distance = u64::try_from(rank.checked_sub(self.base)?).ok()?;
        let step = self.step.unsigned_abs();
        let low = (u128::from(distance) * u128::from(self.inverse)) >> u64::BITS;
        let low = u64::try_from(low).expect("a product of two is below the square");
        let cell = match distance - low * step {
            0 => low,
            rest if rest == step => low + 1,
            _ => return None,
        };
        let cell = usize::try_from(cell).ok()?;
        (cell < self.cells.len()).then_some(cell)
    }

    /// The rank of a cell.
    pub(crate) fn rank(&self, cell: usize) -> i64 {
        self.base
            .saturating_add(self.step.saturating_mul(steps(cell)))
    }

    /// The level of a cell, [`Slot::NIL`] when there is none.
    pub(crate) fn level(&self, cell: usize) -> Slot {
        self.cells[cell]
    }

    /// The first cell in use from `cell` on.
    #[inline]
    pub(crate) fn first_from(&self, cell: usize) -> Option<usize> {
        let mut at = cell / WORD;
        let mut word = *self.used.get(at)? & (u64::MAX << (cell % WORD));
        while word == 0 {
            at += 1;
            word = *self.used.get(at)?;
        }
        Some(at * WORD + word.trailing_zeros() as usize)
    }

    /// Puts a level into a cell.
    pub(crate) fn put(&mut self, cell: usize, level: Slot) {
        self.cells[cell] = level;
        self.used[cell / WORD] |= 1 << (cell % WORD);
    }

    /// Takes the level out of a cell.
    pub(crate) fn take(&mut self, cell: usize) -> Slot {
        self.used[cell / WORD] &= !(1 << (cell % WORD));
        core::mem::replace(&mut self.cells[cell], Slot::NIL)
    }
}

fn steps(cells: usize) -> i64 {
    i64::try_from(cells).expect("a window is narrow")
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, WIDTH, Window};
    use crate::slab::Slot;

    #[test]
    fn a_rank_has_a_cell_inside_and_on_the_step_only() {
        let mut window = Window::new(5);
        assert_eq!(window.cell(0), None, "before it is placed");
        window.place(-1_000);
        assert_eq!(window.cell(-1_000), Some(AHEAD));
        assert_eq!(window.cell(-999), None);
        let (first, last) = window.span();
        assert_eq!(window.cell(first), Some(0));
        assert_eq!(window.cell(first - 5), None);
        assert_eq!(window.cell(last), Some(WIDTH - 1));
        assert_eq!(window.cell(last + 5), None);
        assert_eq!(window.rank(AHEAD), -1_000);
        assert!(window.is_about(-1_000) && !window.is_about(last));
    }

    #[test]
    fn cells_in_use_are_found_in_order() {
        let mut window = Window::new(1);
        window.place(0);
        assert_eq!(window.first_from(0), None);
        for (number, cell) in (0..).zip([63, 64, 200, WIDTH - 1]) {
            window.put(cell, Slot::of_number(number));
        }
        let mut found = [0; 4];
        let mut from = 0;
        for cell in &mut found {
            *cell = window.first_from(from).unwrap();
            from = *cell + 1;
        }
        assert_eq!(found, [63, 64, 200, WIDTH - 1]);
        assert_eq!(window.first_from(WIDTH), None);
        assert_eq!(window.take(64), Slot::of_number(1));
        assert_eq!(window.first_from(64), Some(200));
        assert_eq!(window.level(64), Slot::NIL);
    }

    #[test]
    fn a_cell_is_the_distance_over_the_step() {
        for step in [
            1,
            2,
            3,
            5,
            7,
            1_000_000,
            99_999_999,
            100_000_000,
            i64::MAX / 600,
            i64::MAX / 3,
            i64::MAX,
        ] {
            let mut window = Window::new(step);
            window.place(0);
            let (first, _) = window.span();
            for number in 0..i64::try_from(WIDTH).unwrap() + 2 {
                let Some(rank) = step
                    .checked_mul(number)
                    .and_then(|it| first.checked_add(it))
                else {
                    break;
                };
                for rank in [rank - 1, rank, rank.saturating_add(1)] {
                    let distance = i128::from(rank) - i128::from(first);
                    let cell = usize::try_from(distance / i128::from(step)).ok();
                    let is_there = distance >= 0 && distance % i128::from(step) == 0;
                    let expected = cell.filter(|cell| is_there && *cell < WIDTH);
                    assert_eq!(window.cell(rank), expected, "{rank} {step}");
                }
            }
        }
    }

    #[test]
    fn the_ends_of_all_numbers_do_not_overflow() {
        for (step, rank) in [(i64::MAX, i64::MIN), (i64::MAX, i64::MAX), (1, i64::MIN)] {
            let mut window = Window::new(step);
            window.place(rank);
            let _ = (window.cell(i64::MIN), window.cell(i64::MAX), window.span());
            assert!(!window.is_about(if rank > 0 { i64::MIN } else { i64::MAX }));
        }
    }
}
