//! [`Holds`]: which readers may ask again, after a restart, for entries from where on. They say so as they go; the archive looks before it moves
//! segments away. A reader that has never said anything holds nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What readers may need again; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Holds(Arc<Mutex<BTreeMap<String, u64>>>);

impl Holds {
    /// `reader` has everything up to entry `seq` for good, and may need what is behind it.
    pub fn set(&self, reader: &str, seq: u64) {
        let mut holds = self.lock();
        match holds.get_mut(reader) {
            Some(hold) => *hold = seq,
            None => {
                holds.insert(reader.to_owned(), seq);
            }
        }
    }

    /// `reader` is no more.
    pub fn release(&self, reader: &str) {
        self.lock().remove(reader);
    }

    /// The reader that is furthest behind, and the last entry that it has for good.
    pub fn furthest_behind(&self) -> Option<(String, u64)> {
        let holds = self.lock();
        let furthest = holds.iter().min_by_key(|(_, seq)| **seq);
        furthest.map(|(reader, seq)| (reader.clone(), *seq))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
