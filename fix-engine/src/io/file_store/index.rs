//! Where to begin reading for a number. In: numbers and offsets, rising. Out: an offset at or before a number. Sparse,
//! and bounded: when it is full, every other entry goes and the steps double.

/// Entries before the steps double: half a megabyte.
const ENTRIES_MAX: usize = 32 * 1024;
/// Records between two entries at first.
const STEP_FIRST: u64 = 64;

/// A sparse index of a file's records.
#[derive(Debug)]
pub(super) struct Index {
    /// Number and offset, rising.
    entries: Vec<(u64, u64)>,
    step: u64,
    /// Records since the last entry.
    since: u64,
}

impl Default for Index {
    fn default() -> Index {
        Index {
            entries: Vec::new(),
            step: STEP_FIRST,
            since: STEP_FIRST,
        }
    }
}

impl Index {
    /// A record that uses numbers up to `number` begins at `offset`.
    pub(super) fn note(&mut self, number: u64, offset: u64) {
        self.since += 1;
        if self.since < self.step {
            return;
        }
        self.since = 0;
        self.entries.push((number, offset));
        if self.entries.len() >= ENTRIES_MAX {
            let mut at = 0;
            self.entries.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.step *= 2;
        }
    }

    /// The offset of a record at or before `number`.
    pub(super) fn before(&self, number: u64) -> Option<u64> {
        let after = self.entries.partition_point(|entry| entry.0 <= number);
        after.checked_sub(1).map(|at| self.entries[at].1)
    }

    /// Forgets what begins at `offset` or behind it.
    pub(super) fn forget_from(&mut self, offset: u64) {
        let kept = self.entries.partition_point(|entry| entry.1 < offset);
        self.entries.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_bounded_and_finds_a_place_before() {
        let mut index = Index::default();
        for number in 1..=10_000_000_u64 {
            index.note(number, number * 100);
        }
        assert!(index.entries.len() < ENTRIES_MAX);
        for number in [1, 64, 65, 5_000_000, 10_000_000] {
            let offset = index.before(number).expect("the first record is indexed");
            assert!(
                offset <= number * 100 && offset + index.step * 2 * 100 > number * 100,
                "{number}: {offset}"
            );
        }
        assert_eq!(index.before(0), None);
    }

    #[test]
    fn forgets_what_was_taken_back() {
        let mut index = Index::default();
        for number in 1..=1000 {
            index.note(number, number * 100);
        }
        index.forget_from(30_000);
        assert!(index.before(1000).is_some_and(|offset| offset < 30_000));
    }
}
