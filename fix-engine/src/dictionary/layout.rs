//! Compact tables of what may stand in a message, in its header, its trailer, or an entry of a group.
//! In: members in their order, with what each is required for. Out: the slot of a tag in one look-up, what is missing
//! by a few bit operations. Does not know names, types or values.

/// Most members of one layout. The largest of FIX 4.4 has less than a third.
pub const MEMBERS_MAX: usize = 1024;
const WORDS: usize = MEMBERS_MAX / 64;
const NO_SLOT: u16 = u16::MAX;

/// A set of slots of one layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Slots([u64; WORDS]);

impl Slots {
    /// Adds a slot; false when it was there.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u16) -> bool {
        let word = &mut self.0[usize::from(slot) / 64 % WORDS];
        let bit = 1 << (slot % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }
}

/// A set of slots that is mostly empty: only its words that are not 0, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct FewSlots(Vec<(u8, u64)>);

impl FewSlots {
    fn insert(&mut self, slot: u16) {
        let word = u8::try_from(slot / 64).unwrap_or(u8::MAX);
        let bit = 1 << (slot % 64);
        match self.0.binary_search_by_key(&word, |entry| entry.0) {
            Ok(at) => self.0[at].1 |= bit,
            Err(at) => self.0.insert(at, (word, bit)),
        }
    }

    #[inline]
    fn meets(&self, slots: &Slots) -> bool {
        self.0
            .iter()
            .any(|(word, bits)| slots.0[usize::from(*word) % WORDS] & bits != 0)
    }

    /// The first slot that `slots` lacks.
    #[inline]
    fn first_missing_in(&self, slots: &Slots) -> Option<u16> {
        self.0.iter().find_map(|(word, bits)| {
            let missing = bits & !slots.0[usize::from(*word) % WORDS];
            let bit = u16::try_from(missing.trailing_zeros()).unwrap_or(0);
            (missing != 0).then_some(u16::from(*word) * 64 + bit)
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Condition {
    any_of: FewSlots,
    required: FewSlots,
}

/// Members in their order. Slot 0 of a group is its delimiter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    members: Vec<Member>,
    slot_by_tag: Vec<u16>,
    required: FewSlots,
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
            .retain(|condition| condition.required != FewSlots::default());
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
    /// Where each tag belongs.
    pub(crate) places: Places,
}

/// The parts of a message, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    Header,
    Body,
    Trailer,
}

/// Where a tag belongs in a message of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is a member of that section.
    Member(Section, u16),
    /// Only inside a repeating group.
    Nested,
    /// Nowhere.
    Nowhere,
}

/// The place of every tag, in one look-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Places(Vec<u16>);

impl Places {
    #[inline]
    pub(crate) fn of(&self, tag: u32) -> Place {
        let code = self.0.get(tag as usize).copied().unwrap_or(NOWHERE);
        let slot = code % SECTION;
        match code / SECTION {
            0 => Place::Member(Section::Header, slot),
            1 => Place::Member(Section::Body, slot),
            2 => Place::Member(Section::Trailer, slot),
            _ if code == NESTED => Place::Nested,
            _ => Place::Nowhere,
        }
    }

    /// Notes the members of a section, in the place of what was noted of them before.
    pub(crate) fn add_section(&mut self, section: Section, layout: &Layout) {
        for (member, slot) in layout.members().iter().zip(0_u16..) {
            let start = match section {
                Section::Header => 0,
                Section::Body => SECTION,
                Section::Trailer => 2 * SECTION,
            };
            *self.entry(member.tag) = start + slot;
        }
    }

    /// Notes a member of a group, unless it is noted already.
    pub(crate) fn add_nested(&mut self, tag: u32) {
        let entry = self.entry(tag);
        if *entry == NOWHERE {
            *entry = NESTED;
        }
    }

    fn entry(&mut self, tag: u32) -> &mut u16 {
        let tag = tag as usize;
        if self.0.len() <= tag {
            self.0.resize(tag + 1, NOWHERE);
        }
        &mut self.0[tag]
    }
}

/// Codes of one section in [`Places`]: as many as a layout has slots.
const SECTION: u16 = 1024;
const NESTED: u16 = u16::MAX - 1;
const NOWHERE: u16 = u16::MAX;
const _: () = assert!(MEMBERS_MAX == SECTION as usize);
