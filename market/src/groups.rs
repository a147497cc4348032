//! [`Groups`]: which instruments belong together, by name. Knows nothing else of them.

use crate::id::{GroupName, InstrumentId};
use alloc::collections::BTreeMap;
use serde::{Deserialize, Serialize};

/// Which group an instrument is in: one at most. A group without an instrument is none.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Groups {
    of: BTreeMap<InstrumentId, GroupName>,
}

impl Groups {
    /// Puts an instrument into a group, out of the one that it was in.
    pub(crate) fn set(&mut self, instrument: InstrumentId, group: Option<GroupName>) {
        match group {
            Some(group) => self.of.insert(instrument, group),
            None => self.of.remove(&instrument),
        };
    }

    /// The group of an instrument.
    pub(crate) fn of(&self, instrument: InstrumentId) -> Option<GroupName> {
        self.of.get(&instrument).copied()
    }

    /// The instruments of a group, in order of listing.
    pub(crate) fn members(&self, group: GroupName) -> impl Iterator<Item = InstrumentId> {
        let members = self.of.iter().filter(move |(_, name)| **name == group);
        members.map(|(id, _)| *id)
    }

    /// Whether every instrument is one of the first `listed`: asked of what was read back.
    pub(crate) fn is_sound(&self, listed: usize) -> bool {
        let last = self.of.last_key_value().map(|(id, _)| id.0 as usize);
        last.is_none_or(|last| last < listed)
    }
}
