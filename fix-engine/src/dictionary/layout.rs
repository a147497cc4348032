//! Compact tables of what may stand in a message, in its header, its trailer, or an entry of a group.
//! In: members in their order, with what each is required for. Out: the slot of a tag in one look-up, what is missing
//! by a few bit operations. Does not know names, types or values.

/// Most members of one layout. The largest of FIX 4.4 has less than a third.
pub const MEMBERS_MAX: usize = 1024;
const WORDS: usize = MEMBERS_MAX / 64;
const NO_SLOT: u16 = u16::MAX;

/// A set of slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slots([u64; WORDS]);

impl Slots {
    /// Adds a slot; false when it was there.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u16) -> bool {
        let (word, bit) = (usize::from(slot) / 64 % WORDS, 1_u64 << (slot % 64));
        let fresh = self.0[word] & bit == 0;
        self.0[word] |= bit;
        fresh
    }

    #[inline]
    fn meets(&self, other: &Slots) -> bool {
        self.0.iter().zip(&other.0).any(|(one, two)| one & two != 0)
    }

    /// The first slot of `self` that `other` lacks.
    #[inline]
    fn first_missing_in(&self, other: &Slots) -> Option<u16> {
        self.0
            .iter()
            .zip(&other.0)
            .zip(0_u16..)
            .find_map(|((wanted, there), word)| {
                let missing = wanted & !there;
                let bit = u16::try_from(missing.trailing_zeros()).unwrap_or(0);
                (missing != 0).then_some(word * 64 + bit)
            })
    }
}

/// One field or group of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The tag; of the count where it is a group.
    pub tag: u32,
    /// Number of the group in [`crate::dictionary::Dictionary`], where it is one.
    pub(crate) group: Option<u16>,
    /// Whether it must be there (inside an optional component: when that is there).
    pub required: bool,
}

/// What is required as soon as one member of an optional component is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Condition {
    any_of: Slots,
    required: Slots,
}

/// Members in their order. Slot 0 of a group is its delimiter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    members: Vec<Member>,
    slot_by_tag: Vec<u16>,
    required: Slots,
    conditions: Vec<Condition>,
}

impl Layout {
    /// The members in their order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The slot of `tag`, if it is a member.
    #[inline]
    pub(crate) fn slot(&self, tag: u32) -> Option<u16> {
        let slot = *self.slot_by_tag.get(tag as usize)?;
        (slot != NO_SLOT).then_some(slot)
    }

    /// The member in `slot`.
    #[inline]
    pub(crate) fn member(&self, slot: u16) -> Member {
        self.members[usize::from(slot)]
    }

    /// Tag of the first required member that is not among `present`.
    #[inline]
    pub(crate) fn missing(&self, present: &Slots) -> Option<u32> {
        let slot = self.required.first_missing_in(present).or_else(|| {
            let active = self
                .conditions
                .iter()
                .filter(|condition| condition.any_of.meets(present));
            active
                .filter_map(|condition| condition.required.first_missing_in(present))
                .next()
        });
        slot.map(|slot| self.member(slot).tag)
    }

    /// Opens an optional component; the number is for [`Layout::add`].
    pub(crate) fn open_component(&mut self) -> usize {
        self.conditions.push(Condition::default());
        self.conditions.len() - 1
    }

    /// Appends a member that stands inside the optional components `inside`, outermost first; `None` when there are
    /// [`MEMBERS_MAX`] already. A tag that is there already keeps its first place.
    pub(crate) fn add(&mut self, member: Member, inside: &[usize]) -> Option<()> {
        if self.slot(member.tag).is_some() {
            return Some(());
        }
        let slot = u16::try_from(self.members.len())
            .ok()
            .filter(|slot| usize::from(*slot) < MEMBERS_MAX)?;
        self.members.push(member);
        let tag = member.tag as usize;
        if self.slot_by_tag.len() <= tag {
            self.slot_by_tag.resize(tag + 1, NO_SLOT);
        }
        self.slot_by_tag[tag] = slot;
        for condition in inside {
            self.conditions[*condition].any_of.insert(slot);
        }
        if member.required {
            let required = match inside.last() {
                Some(condition) => &mut self.conditions[*condition].required,
                None => &mut self.required,
            };
            required.insert(slot);
        }
        Some(())
    }

    /// Forgets components that require nothing.
    pub(crate) fn close(&mut self) {
        self.conditions
            .retain(|condition| condition.required != Slots::default());
        self.conditions.shrink_to_fit();
        self.slot_by_tag.shrink_to_fit();
    }
}

/// One message of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageDef {
    /// MsgType (35).
    pub msg_type: String,
    /// The standard's name, for example `NewOrderSingle`.
    pub name: String,
    /// Whether it is a message of the session level.
    pub is_admin: bool,
    /// What may stand between header and trailer.
    pub body: Layout,
    /// Every tag inside the body's groups, one bit each.
    pub(crate) nested: TagSet,
}

/// A set of tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct TagSet(Vec<u64>);

impl TagSet {
    pub(crate) fn insert(&mut self, tag: u32) {
        let word = tag as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (tag % 64);
    }

    #[inline]
    pub(crate) fn has(&self, tag: u32) -> bool {
        self.0
            .get(tag as usize / 64)
            .is_some_and(|word| word >> (tag % 64) & 1 == 1)
    }
}
