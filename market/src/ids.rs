//! [`Ids`]: every ClOrdID of the day, of all participants, and what it stands for. A ClOrdID is found by its hash, which is
//! the same on every run; those that too many others stand in the way of are found through an ordered map, so that nobody can
//! choose ClOrdIDs that make the market slow. Knows nothing of orders but their slots.

mod index;
mod records;

use crate::id::{ClOrdId, ParticipantId};
use crate::slab::Slot;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use index::{Hash, Index};
use records::{Key, RECORD_WORDS, Records};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use records::{Handle, Id};

/// More ClOrdIDs a day than this cannot be numbered.
pub(crate) const MAX_CL_ORD_IDS: u64 = ((1 << 31) - CHUNKED) / RECORD_WORDS as u64;

/// Words that may be lost at the ends of chunks, and more.
const CHUNKED: u64 = 1 << 24;

/// A participant's ClOrdID that is looked for: what it takes to find it is made once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought {
    key: Key,
    hash: Hash,
}

impl Sought {
    /// Nobody's.
    pub(crate) const NONE: Self = Self {
        key: Key::NONE,
        hash: Hash { block: 0, place: 0 },
    };

    #[inline(always)]
    pub(crate) fn new(participant: ParticipantId, cl_ord_id: &ClOrdId) -> Self {
        let key = Key::new(participant, cl_ord_id);
        let hash = key.hash();
        Self { key, hash }
    }
}

/// With fewer ClOrdIDs than this to a cell of the index, most lie alone.
const FEW_TOGETHER: u64 = 4;

/// ClOrdIDs that are read back together.
const TOGETHER: usize = 64;

/// All ClOrdIDs of the day. Written down one by one, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Ids {
    records: Records,
    index: Index,
    /// Those that the index has no room for.
    crowded: BTreeMap<(ParticipantId, ClOrdId), Id>,
    len: u64,
}

impl Ids {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self {
            records: Records::default(),
            index: Index::new(),
            crowded: BTreeMap::new(),
            len: 0,
        }
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Whether ClOrdIDs seldom lie together, as those of clients that do not count: then a new one is looked for in a place that nobody has been to.
    pub(crate) const fn is_scattered(&self) -> bool {
        (self.index.used() as u64) * FEW_TOGETHER > self.len
    }

    /// The record of a participant's ClOrdID.
    #[inline(always)]
    pub(crate) fn find(&self, participant: ParticipantId, cl_ord_id: &ClOrdId) -> Option<Id> {
        let key = Key::new(participant, cl_ord_id);
        self.find_key(&key, key.hash())
    }

    /// Notes the ClOrdID that was looked for and not found. It stands for nothing yet.
    #[inline(always)]
    pub(crate) fn note(&mut self, sought: &Sought) -> Id {
        self.add(&sought.key, sought.hash, Handle::Stale)
    }

    /// Whether a record is of this ClOrdID.
    pub(crate) fn is(&self, id: Id, participant: ParticipantId, cl_ord_id: &ClOrdId) -> bool {
        self.records.is(id, &Key::new(participant, cl_ord_id))
    }

    /// Looks at the place where the search will begin; what comes out says nothing.
    #[inline]
    pub(crate) fn glance(&self, sought: &Sought) -> u64 {
        self.index.glance(sought.hash)
    }

    /// The record that is most likely looked for, without a look at it.
    #[inline]
    pub(crate) fn guess(&self, sought: &Sought) -> Option<Id> {
        self.index.find(sought.hash, |_| true)
    }

    /// The record that is looked for.
    #[inline(always)]
    pub(crate) fn seek(&self, sought: &Sought) -> Option<Id> {
        self.find_key(&sought.key, sought.hash)
    }

    /// What a record stands for.
    #[inline(always)]
    pub(crate) fn handle(&self, id: Id) -> Handle {
        self.records.handle(id)
    }

    /// Whose ClOrdID a record is, and the ClOrdID.
    #[inline(always)]
    pub(crate) fn name(&self, id: Id) -> (ParticipantId, ClOrdId) {
        let key = self.records.key(id);
        (key.participant(), key.cl_ord_id())
    }

    /// Makes a record stand for something else.
    #[inline(always)]
    pub(crate) fn set(&mut self, id: Id, handle: Handle) {
        self.records.set(id, handle);
    }

    /// Makes a participant's ClOrdID stand for `handle`, whether there is a record of it or not.
    pub(crate) fn assign(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        handle: Handle,
    ) -> Id {
        let key = Key::new(participant, cl_ord_id);
        let hash = key.hash();
        match self.find_key(&key, hash) {
            Some(id) => {
                self.records.set(id, handle);
                id
            }
            None => self.add(&key, hash, handle),
        }
    }

    /// A new day: keeps only what stands for live orders, and tells where each of these is now.
    pub(crate) fn end_day(&mut self, mut moved: impl FnMut(Slot, Id)) {
        let former = core::mem::replace(self, Self::new());
        for id in former.records.iter() {
            let handle = former.records.handle(id);
            if let Handle::Live(slot) = handle {
                let key = former.records.key(id);
                moved(slot, self.add(&key, key.hash(), handle));
            }
        }
    }

    /// All of them, in the order in which they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id, ParticipantId, ClOrdId, Handle)> + '_ {
        self.records.iter().map(|id| {
            let key = self.records.key(id);
            let handle = self.records.handle(id);
            (id, key.participant(), key.cl_ord_id(), handle)
        })
    }

    #[inline(always)]
    fn find_key(&self, key: &Key, hash: Hash) -> Option<Id> {
        let found = self.index.find(hash, |id| self.records.is(id, key));
        if found.is_some() || self.crowded.is_empty() {
            return found;
        }
        let crowded = self.crowded.get(&(key.participant(), key.cl_ord_id()));
        crowded.copied()
    }

    /// Adds what was written down; what is wrong with it.
    fn read(&mut self, some: &[(Sought, Handle)]) -> Result<(), &'static str> {
        // So the places in a large index do not wait for each other.
        let seen = some
            .iter()
            .fold(0, |seen, (sought, _)| seen ^ self.glance(sought));
        core::hint::black_box(seen);
        for (sought, handle) in some {
            if self.len == MAX_CL_ORD_IDS {
                return Err("more ClOrdIDs than can be numbered");
            }
            if self.seek(sought).is_some() {
                return Err("a ClOrdID is there twice");
            }
            self.add(&sought.key, sought.hash, *handle);
        }
        Ok(())
    }

    #[inline(always)]
    fn add(&mut self, key: &Key, hash: Hash, handle: Handle) -> Id {
        let id = self.records.push(key, handle);
        let mut no_room = Vec::new();
        let records = &self.records;
        let beside = |id| records.beside(id, key);
        self.index.insert(hash, id, beside, &mut no_room);
        for id in no_room {
            let key = self.records.key(id);
            self.crowded
                .insert((key.participant(), key.cl_ord_id()), id);
        }
        self.len += 1;
        id
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(usize::try_from(self.len).ok())?;
        for (_, participant, cl_ord_id, handle) in self.iter() {
            all.serialize_element(&(participant, cl_ord_id, handle))?;
        }
        all.end()
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Ids;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClOrdIDs, each with its participant and what it stands for")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Ids, A::Error> {
        let mut ids = Ids {
            index: Index::with_room_for(all.size_hint().unwrap_or(0)),
            ..Ids::new()
        };
        let mut some = [(Sought::NONE, Handle::Stale); TOGETHER];
        loop {
            let mut count = 0;
            while count < TOGETHER
                && let Some((participant, cl_ord_id, handle)) = all.next_element()?
            {
                some[count] = (Sought::new(participant, &cl_ord_id), handle);
                count += 1;
            }
            if count == 0 {
                return Ok(ids);
            }
            ids.read(&some[..count]).map_err(A::Error::custom)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::records::Key;
    use super::{Handle, Hash, Ids};
    use crate::id::{ClOrdId, ParticipantId};
    use crate::slab::Slot;
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::string::String;

    /// Texts of every length, many of them the same but for one place.
    fn text(number: u32) -> ClOrdId {
        let len = 1 + number as usize % 36;
        let mut text = format!("{number}");
        while text.len() < len {
            text.insert(0, if number.is_multiple_of(2) { '0' } else { '~' });
        }
        ClOrdId::new(&text).unwrap()
    }

    #[test]
    fn every_participant_has_its_own_ids() {
        let mut ids = Ids::new();
        let mut plain = BTreeMap::new();
        for number in 0..30_000 {
            let participant = ParticipantId(number % 3);
            let handle = match number % 5 {
                0 => Handle::Final(number),
                1 => Handle::Stale,
                _ => Handle::Live(Slot::of_number(number)),
            };
            let cl_ord_id = text(number / 2);
            let id = ids.assign(participant, &cl_ord_id, handle);
            assert_eq!(ids.handle(id), handle);
            plain.insert((participant, cl_ord_id), handle);
        }
        let look = |ids: &Ids, number: u32| {
            let (participant, cl_ord_id) = (ParticipantId(number % 3), text(number / 5));
            let found = ids.find(participant, &cl_ord_id).map(|id| ids.handle(id));
            (found, (participant, cl_ord_id))
        };
        assert_eq!(ids.len(), plain.len() as u64);
        for number in 0..90_000 {
            let (found, key) = look(&ids, number);
            assert_eq!(found, plain.get(&key).copied(), "{key:?}");
        }
        let mut moved = BTreeMap::new();
        ids.end_day(|slot, id| {
            moved.insert(slot.number(), id);
        });
        plain.retain(|_, handle| matches!(handle, Handle::Live(_)));
        assert_eq!(ids.len(), plain.len() as u64);
        for number in 0..90_000 {
            let (found, key) = look(&ids, number);
            assert_eq!(found, plain.get(&key).copied(), "{key:?} on the next day");
        }
        for (number, id) in moved {
            assert_eq!(ids.handle(id), Handle::Live(Slot::of_number(number)));
        }
    }

    #[test]
    fn those_of_a_client_that_counts_lie_together_and_those_of_another_are_scattered() {
        let (mut counted, mut scattered) = (Ids::new(), Ids::new());
        for number in 0..10_000_u32 {
            let place = number.wrapping_mul(0x9E37_79B9);
            for (ids, text) in [
                (&mut counted, format!("{number}")),
                (&mut scattered, format!("{place:08x}")),
            ] {
                let cl_ord_id = ClOrdId::new(&text).unwrap();
                ids.assign(ParticipantId(1), &cl_ord_id, Handle::Stale);
            }
        }
        assert_eq!(
            (counted.is_scattered(), scattered.is_scattered()),
            (false, true)
        );
    }

    #[test]
    fn a_text_comes_back_as_it_was() {
        let mut ids = Ids::new();
        for number in 0..200 {
            let id = ids.assign(ParticipantId(7), &text(number), Handle::Stale);
            let key = ids.records.key(id);
            assert_eq!(key.cl_ord_id(), text(number));
            assert_eq!(key.participant(), ParticipantId(7));
        }
        let longest = ClOrdId::new(&String::from("~").repeat(36)).unwrap();
        let id = ids.assign(ParticipantId(u32::MAX), &longest, Handle::Stale);
        assert_eq!(ids.records.key(id).cl_ord_id(), longest);
    }

    #[test]
    fn ids_that_fall_on_one_another_are_all_found() {
        let mut ids = Ids::new();
        let key = |number| Key::new(ParticipantId(1), &text(number));
        let hash = |number| Hash {
            block: 7,
            ..key(number).hash()
        };
        for number in 0..2_000 {
            let id = ids.add(&key(number), hash(number), Handle::Final(number));
            assert_eq!(ids.find_key(&key(number), hash(number)), Some(id));
        }
        assert!(ids.crowded.len() > 1_000, "the index has no room for them");
        for number in 0..2_000 {
            let id = ids.find_key(&key(number), hash(number)).unwrap();
            assert_eq!(ids.handle(id), Handle::Final(number));
        }
        assert_eq!(ids.find_key(&key(2_001), hash(2_001)), None);
    }
}
