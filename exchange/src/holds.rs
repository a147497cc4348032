//! [`Holds`]: which readers may ask again, after a restart, for entries from where on. They say so as they go; the archive looks before it moves
//! segments away. A reader that has never said anything holds nothing; so whoever opens them says when all of them have
//! ([`Holds::settle`]), and before that nothing is moved.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What readers may need again; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Holds(Arc<Readers>);

#[derive(Debug, Default)]
struct Readers {
    /// The last entry that each has for good, by name.
    positions: Mutex<BTreeMap<String, u64>>,
    /// Whether every reader of this start has said so.
    are_settled: AtomicBool,
}

impl Holds {
    /// Every reader that this start opens has said from where on it reads.
    pub fn settle(&self) {
        self.0.are_settled.store(true, Ordering::Release);
    }

    /// Whether every reader has said from where on it reads. Before that, who is furthest behind is not known.
    pub fn are_settled(&self) -> bool {
        self.0.are_settled.load(Ordering::Acquire)
    }

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
        let positions = self.0.positions.lock();
        positions.unwrap_or_else(PoisonError::into_inner)
    }
}
