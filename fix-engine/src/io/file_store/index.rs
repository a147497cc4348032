//! Where to begin reading for a number. In: numbers and offsets, rising. Out: an offset at or before a number. One
//! entry for each 64 KiB of a segment, so that its size is bounded by the segment's and does not depend on how many
//! messages there are. A sealed segment carries its index as its last record.
//!
//! An entry is 16 bytes: the number, then the offset, both little endian.

/// Bytes of a segment for each entry.
pub(super) const STEP: u64 = 64 * 1024;

/// A sparse index of one segment's records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Number and offset, rising.
    entries: Vec<(u64, u64)>,
}

impl Index {
    /// A record that uses numbers up to `number` begins at `offset`.
    pub(super) fn note(&mut self, number: u64, offset: u64) {
        if self
            .entries
            .last()
            .is_none_or(|(_, last)| offset >= last + STEP)
        {
            self.entries.push((number, offset));
        }
    }

    /// Adds an entry however near the last one is.
    pub(super) fn note_always(&mut self, number: u64, offset: u64) {
        self.entries.push((number, offset));
    }

    /// Whether there is exactly this entry.
    pub(super) fn has(&self, number: u64, offset: u64) -> bool {
        self.entries.binary_search(&(number, offset)).is_ok()
    }

    /// The offset of a record at or before `number`.
    pub(super) fn before(&self, number: u64) -> Option<u64> {
        let after = self.entries.partition_point(|entry| entry.0 <= number);
        after.checked_sub(1).map(|at| self.entries[at].1)
    }

    /// Adds the records of another index, whose offsets count from `offset`.
    pub(super) fn extend(&mut self, other: &Index, offset: u64) {
        for (number, at) in &other.entries {
            self.note(*number, offset + at);
        }
    }

    /// Memory behind the index, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<(u64, u64)>()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The index as the bytes of a record.
    pub(super) fn encode(&self) -> Vec<u8> {
        let entries = self.entries.iter();
        entries
            .flat_map(|(number, offset)| [number.to_le_bytes(), offset.to_le_bytes()])
            .flatten()
            .collect()
    }

    /// Reads the bytes of such a record.
    pub(super) fn read(bytes: &[u8]) -> Index {
        let (numbers, _) = bytes.as_chunks::<8>();
        let (pairs, _) = numbers.as_chunks::<2>();
        let entry = |[number, offset]: &[[u8; 8]; 2]| {
            (u64::from_le_bytes(*number), u64::from_le_bytes(*offset))
        };
        Index {
            entries: pairs.iter().map(entry).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_bounded_and_finds_a_place_before() {
        let mut index = Index::default();
        for number in 1..=1_000_000_u64 {
            index.note(number, number * 100);
        }
        assert!(index.entries.len() as u64 <= 100_000_000 / STEP + 1);
        for number in [1, 64, 65, 500_000, 1_000_000] {
            let offset = index.before(number).expect("the first record is indexed");
            assert!(
                offset <= number * 100 && offset + STEP + 100 > number * 100,
                "{number}: {offset}"
            );
        }
        assert_eq!(index.before(0), None);
        assert_eq!(Index::read(&index.encode()), index);
    }

    #[test]
    fn takes_in_another_one() {
        let (mut index, mut other) = (Index::default(), Index::default());
        index.note(1, 100);
        for number in 2..=2000 {
            other.note(number, (number - 2) * 100);
        }
        index.extend(&other, 200);
        assert_eq!(index.before(1), Some(100));
        let last = index.before(2000).expect("it is indexed");
        assert!(last > 100_000 && last <= 200_000, "{last}");
    }
}
