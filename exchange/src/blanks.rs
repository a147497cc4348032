//! [`Blanks`]: entries that nobody has any more, to be written anew. Under load an entry is made and let go millions of times, on two
//! threads: so its memory goes round instead of back to the allocator each time. In: what the feed's window lets go. Out: room for
//! what the sequencer decides next. What stands in a blank means nothing.

use journal::entry::Entry;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Blanks that are kept, at most: what is let go between two batches.
const BLANKS: usize = 4_096;
/// Blanks that a thread fetches at a time.
const AT_HAND: usize = 32;
/// Events that a blank has room for, at most: what made more is uncommon, and its memory goes back.
const EVENTS: usize = 8;

thread_local! {
    /// What this thread has fetched and not written yet; of which venue makes no difference.
    static FETCHED: RefCell<Vec<Arc<Entry>>> = const { RefCell::new(Vec::new()) };
}

/// Entries to be written anew; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blanks(Arc<Mutex<Vec<Arc<Entry>>>>);

impl Blanks {
    /// Keeps those that nobody else has, up to a bound.
    pub(crate) fn give(&self, mut entries: Vec<Arc<Entry>>) {
        entries.retain_mut(|entry| {
            let entry = Arc::get_mut(entry);
            entry.is_some_and(|entry| entry.events.capacity() <= EVENTS)
        });
        let mut blanks = self.lock();
        let room = BLANKS - blanks.len();
        let left_over = entries.split_off(entries.len().min(room));
        blanks.append(&mut entries);
        drop(blanks);
        // Freed while the sequencer goes on.
        drop(left_over);
    }

    /// One, if there is any.
    pub(crate) fn take(&self) -> Option<Arc<Entry>> {
        FETCHED.with_borrow_mut(|fetched| {
            if fetched.is_empty() {
                let mut blanks = self.lock();
                let left = blanks.len().saturating_sub(AT_HAND);
                fetched.extend(blanks.drain(left..));
            }
            fetched.pop()
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{BLANKS, Blanks};
    use journal::entry::{Entry, Instruction, Origin, TraceId};
    use market::event::Event;
    use market::time::Timestamp;
    use std::sync::Arc;

    fn entry(seq: u64, events: usize) -> Arc<Entry> {
        Arc::new(Entry {
            seq,
            at: Timestamp::from_nanos(0),
            origin: Origin::System,
            trace: TraceId(0),
            instruction: Instruction::Note {
                text: "nothing".parse().unwrap(),
            },
            events: vec![Event::DayEnded; events],
        })
    }

    #[test]
    fn only_what_nobody_has_is_given_out_again_and_no_more_than_the_bound() {
        let blanks = Blanks::default();
        let still_read = entry(2, 1);
        blanks.give(vec![
            entry(1, 1),
            Arc::clone(&still_read),
            entry(3, 1_000),
            entry(4, 0),
        ]);
        let taken = || std::iter::from_fn(|| blanks.take());
        let numbers: Vec<_> = taken().map(|one| one.seq).collect();
        assert_eq!(numbers, [4, 1]);
        blanks.give((0..5_000).map(|seq| entry(seq, 1)).collect());
        blanks.give(vec![entry(7, 1)]);
        assert_eq!(taken().count(), BLANKS);
    }
}
