//! [`Followed`]: tables that follow the journal, for those who ask. In: what durable entries change, in order; at a start the replay fills them.
//! Out: the tables as they stand. In a snapshot it is what its tables are.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Tables, written by one who takes entries in, read by many.
#[derive(Debug, Default)]
pub(crate) struct Followed<T>(RwLock<T>);

impl<T> Followed<T> {
    /// The tables as they are now. Hold them shortly: the next entry waits.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For what one entry changes. Most change nothing: readers are only kept out from the first change on.
    pub(crate) fn change(&self) -> Change<'_, T> {
        Change {
            tables: &self.0,
            taken: None,
        }
    }
}

/// What one entry changes, all of it seen at once.
#[derive(Debug)]
pub(crate) struct Change<'a, T> {
    tables: &'a RwLock<T>,
    taken: Option<RwLockWriteGuard<'a, T>>,
}

impl<T> Change<'_, T> {
    /// The tables, to be changed.
    pub(crate) fn tables(&mut self) -> &mut T {
        let tables = self.tables;
        self.taken
            .get_or_insert_with(|| tables.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Serialize> Serialize for Followed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.read().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Followed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|tables| Self(RwLock::new(tables)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_changes_nothing_keeps_nobody_out() {
        let tables = Followed::<Vec<u32>>::default();
        let reading = tables.read();
        drop(tables.change());
        drop(reading);
        let mut change = tables.change();
        change.tables().push(1);
        change.tables().push(2);
        assert!(tables.0.try_read().is_err());
        drop(change);
        assert_eq!(*tables.read(), [1, 2]);
    }
}
