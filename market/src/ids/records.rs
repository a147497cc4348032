//! [`Records`]: ClOrdIDs as packed words, each with its participant and what it stands for, one behind the other in chunks that
//! are never moved. A record is only taken away with all others, at the end of a day.

use super::index::Hash;
use crate::id::{ClOrdId, ParticipantId};
use crate::slab::Slot;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Words of a chunk. The first chunk grows as a vector does, so that a small market is small.
const CHUNK: usize = 1 << CHUNK_BITS;
const CHUNK_BITS: u32 = 13;

/// How many keys lie together: those that differ only in the lowest bits of their last character, which tell the place of each.
pub(super) const PLACES: usize = 16;
const PLACE: u64 = PLACES as u64 - 1;

/// Words of the longest ClOrdID: 7 characters in the first, 8 in each other.
const TEXT_WORDS: usize = 5;

/// Words of the longest record: its head, then its text.
pub(super) const RECORD_WORDS: usize = 1 + TEXT_WORDS;

/// Place of a record: the number of its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Id(pub(super) u32);

impl Id {
    /// No record.
    pub(crate) const NONE: Self = Self(u32::MAX);

    const fn chunk(self) -> usize {
        (self.0 >> CHUNK_BITS) as usize
    }

    const fn place(self) -> usize {
        self.0 as usize % CHUNK
    }
}

/// What a ClOrdID of today stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Handle {
    /// A live order.
    Live(Slot),
    /// Number among the final orders of the day.
    Final(u32),
    /// Names no order: it was replaced and is known by its new ClOrdID only, or this was the ClOrdID of a cancel.
    Stale,
}

/// A participant's ClOrdID as the words that records are made of. The low byte of the first word holds the length (six bits)
/// and, in a record, what kind of handle it has (two bits).
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    participant: ParticipantId,
    words: [u64; TEXT_WORDS],
    used: usize,
}

impl Key {
    /// Nobody's.
    pub(super) const NONE: Self = Self {
        participant: ParticipantId(u32::MAX),
        words: [0; TEXT_WORDS],
        used: 1,
    };

    #[inline(always)]
    pub(super) fn new(participant: ParticipantId, cl_ord_id: &ClOrdId) -> Self {
        let bytes = cl_ord_id.padded();
        let word = |from: usize| {
            let eight = bytes[from..from + 8].try_into().expect("eight bytes");
            u64::from_le_bytes(eight)
        };
        let len = cl_ord_id.len();
        let tail = u32::from_le_bytes(bytes[31..35].try_into().expect("four bytes"));
        Self {
            participant,
            words: [
                word(0) << 8 | len as u64,
                word(7),
                word(15),
                word(23),
                u64::from(tail) | u64::from(bytes[35]) << 32,
            ],
            used: len / 8 + 1,
        }
    }

    /// A number that spreads blocks of keys evenly: each word, but for the place, is folded in with a wide product. Its seed is fixed, so
    /// that every run is the same; who chooses ClOrdIDs so that they fall on each other meets the bound of [`super::index::PROBES`].
    #[inline(always)]
    pub(super) fn hash(&self) -> Hash {
        const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
        const SPREAD: u64 = 0xD6E8_FEB8_6659_FD93;
        let mut hash = fold(SEED ^ u64::from(self.participant.0), SPREAD);
        for word in &self.words[..self.used - 1] {
            hash = fold(hash ^ word, SPREAD);
        }
        let end = self.words[self.used - 1];
        let place = (end >> self.last_shift()) & PLACE;
        hash = fold(hash ^ end ^ place << self.last_shift(), SPREAD);
        Hash {
            block: u32::try_from(hash >> 32).expect("half of it"),
            place: u8::try_from(place).expect("below PLACES"),
        }
    }

    /// Where the last character stands in the last word: behind the length, if that is the first one, too.
    const fn last_shift(&self) -> u64 {
        self.words[0] % 8 * 8
    }

    #[inline(always)]
    pub(super) fn cl_ord_id(&self) -> ClOrdId {
        let mut bytes = [0; 36];
        bytes[..7].copy_from_slice(&self.words[0].to_le_bytes()[1..]);
        for (word, eight) in self.words[1..].iter().zip(bytes[7..].chunks_mut(8)) {
            eight.copy_from_slice(&word.to_le_bytes()[..eight.len()]);
        }
        ClOrdId::from_padded(bytes, self.words[0].to_le_bytes()[0] & LENGTH)
    }

    pub(super) const fn participant(&self) -> ParticipantId {
        self.participant
    }

    fn text(&self) -> &[u64] {
        &self.words[..self.used]
    }
}

/// A handle as its kind and its number.
const fn parts(handle: Handle) -> (u64, u32) {
    match handle {
        Handle::Live(slot) => (0, slot.number()),
        Handle::Final(number) => (1, number),
        Handle::Stale => (2, 0),
    }
}

/// High and low half of the product, on one another.
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    #[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}

/// Bits of the length in the low byte of a text's first word; the others hold the kind of the handle.
const LENGTH: u8 = 0x3f;
const KIND: u64 = 0xc0;
const KIND_SHIFT: u32 = 6;

/// All records.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    chunks: Vec<Vec<u64>>,
}

impl Records {
    /// Keeps a record. The caller bounds how many there are.
    #[inline(always)]
    pub(super) fn push(&mut self, key: &Key, handle: Handle) -> Id {
        let needed = 1 + key.used;
        let is_full = |chunk: &Vec<u64>| chunk.len() + needed > CHUNK;
        if self.chunks.last().is_none_or(is_full) {
            let mut chunk = Vec::new();
            if !self.chunks.is_empty() {
                chunk.reserve_exact(CHUNK);
            }
            self.chunks.push(chunk);
        }
        let before = (self.chunks.len() - 1) * CHUNK;
        let last = self.chunks.last_mut().expect("made above");
        let id = Id(u32::try_from(before + last.len()).expect("bounded by MAX_CL_ORD_IDS"));
        let (kind, number) = parts(handle);
        last.push(u64::from(key.participant.0) | u64::from(number) << 32);
        last.push(key.words[0] | kind << KIND_SHIFT);
        for word in &key.text()[1..] {
            last.push(*word);
        }
        id
    }

    /// Whether the record is of this key.
    #[inline(always)]
    pub(super) fn is(&self, id: Id, key: &Key) -> bool {
        let record = self.record(id);
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        let participant = record[0] as u32;
        let text = key.text();
        participant == key.participant.0
            && record[1] & !KIND == text[0]
            && record[2..]
                .iter()
                .zip(&text[1..])
                .all(|(has, wanted)| has == wanted)
    }

    /// The place of a record, if a key belongs beside it.
    #[inline(always)]
    pub(super) fn beside(&self, id: Id, key: &Key) -> Option<u8> {
        let record = self.record(id);
        let last = key.used - 1;
        let word = |at: usize| match at {
            0 => record[1] & !KIND,
            _ => record[1 + at],
        };
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        let participant = record[0] as u32;
        // The length first: it says how many words there are.
        let differs = (word(0) ^ key.words[0]) & u64::from(LENGTH);
        if participant != key.participant.0 || differs != 0 {
            return None;
        }
        let are_same = (0..last).all(|at| word(at) == key.words[at]);
        let end = word(last);
        let is_beside = are_same && (end ^ key.words[last]) & !(PLACE << key.last_shift()) == 0;
        is_beside.then_some(((end >> key.last_shift()) & PLACE) as u8)
    }

    #[inline(always)]
    pub(super) fn key(&self, id: Id) -> Key {
        let record = self.record(id);
        let mut words = [0; TEXT_WORDS];
        words[0] = record[1] & !KIND;
        #[expect(clippy::cast_possible_truncation, reason = "six bits")]
        let used = words[0] as usize % 64 / 8 + 1;
        words[1..used].copy_from_slice(&record[2..=used]);
        #[expect(clippy::cast_possible_truncation, reason = "the low half")]
        let participant = ParticipantId(record[0] as u32);
        Key {
            participant,
            words,
            used,
        }
    }

    #[inline(always)]
    pub(super) fn handle(&self, id: Id) -> Handle {
        let record = self.record(id);
        let number = u32::try_from(record[0] >> 32).expect("the high half");
        match (record[1] & KIND) >> KIND_SHIFT {
            0 => Handle::Live(Slot::of_number(number)),
            1 => Handle::Final(number),
            _ => Handle::Stale,
        }
    }

    #[inline(always)]
    pub(super) fn set(&mut self, id: Id, handle: Handle) {
        let (kind, number) = parts(handle);
        let record = &mut self.chunks[id.chunk()][id.place()..];
        record[0] = record[0] & u64::from(u32::MAX) | u64::from(number) << 32;
        record[1] = record[1] & !KIND | kind << KIND_SHIFT;
    }

    /// All records, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = Id> + '_ {
        let mut next = (0, 0);
        core::iter::from_fn(move || {
            if self.chunks.get(next.0)?.len() == next.1 {
                next = (next.0 + 1, 0);
                self.chunks.get(next.0)?;
            }
            let place = next.0 * CHUNK + next.1;
            let id = Id(u32::try_from(place).expect("a record is there"));
            next.1 += 1 + self.key(id).used;
            Some(id)
        })
    }

    #[inline(always)]
    fn record(&self, id: Id) -> &[u64] {
        &self.chunks[id.chunk()][id.place()..]
    }
}
