//! [`Pages`]: the journal's entries, read ahead by a thread of its own: it reads the files, checks and decodes, while the caller takes what
//! it has read. In: a catalog. Out: [`Page`]s, in order, then where the journal ends. So a start works on two processors, and each entry is
//! decoded once.

use journal::JournalError;
use journal::catalog::Catalog;
use journal::data::DataError;
use journal::entry::{Entry, Instruction};
use journal::record::Stored;
use journal::replay::{self, End, Replayed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Entries of a page at most.
const ENTRIES: usize = 512;
/// Bytes of events after which a page is full.
const BYTES: usize = 256 << 10;
/// Pages that are read and not taken yet.
const AHEAD: usize = 4;

/// Some entries, one after the other.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Without their events.
    entries: Vec<Entry>,
    /// Their events, as they are stored.
    events: Vec<u8>,
    /// Where those of each end.
    ends: Vec<usize>,
}

impl Page {
    fn put(&mut self, stored: Stored<'_>) {
        self.entries.push(stored.head.with(Vec::new()));
        self.events.extend_from_slice(stored.events);
        self.ends.push(self.events.len());
    }

    fn is_full(&self) -> bool {
        self.entries.len() == ENTRIES || self.events.len() >= BYTES
    }

    /// What is asked in it.
    pub(super) fn instructions(&self) -> impl Iterator<Item = &Instruction> {
        self.entries.iter().map(|entry| &entry.instruction)
    }

    /// Its entries, without their events, and these as they are stored.
    pub(super) fn entries(&mut self) -> impl Iterator<Item = (&mut Entry, &[u8])> {
        let (events, mut begin) = (&self.events, 0);
        self.entries
            .iter_mut()
            .zip(&self.ends)
            .map(move |(entry, end)| {
                let events = &events[std::mem::replace(&mut begin, *end)..*end];
                (entry, events)
            })
    }

    /// Room for the next one. What an uncommonly large one took is given back.
    fn cleared(mut self) -> Self {
        self.entries.clear();
        self.ends.clear();
        self.events.clear();
        self.events.shrink_to(2 * BYTES);
        self
    }
}

/// Gives the pages behind entry `after` to `take`, until one is not taken: then its error is the outcome, whatever was read meanwhile.
///
/// # Errors
/// What `take` says; or why the journal cannot be read on, once everything before that place was taken.
pub(super) fn read(
    catalog: &Catalog,
    after: u64,
    take: &mut dyn FnMut(&mut Page) -> Result<(), JournalError>,
) -> Result<End, JournalError> {
    thread::scope(|scope| {
        let (full, pages) = sync_channel(AHEAD);
        let (used, empty) = sync_channel(AHEAD);
        let reader = thread::Builder::new()
            .name("read-ahead".to_owned())
            .spawn_scoped(scope, move || read_all(catalog, after, &full, &empty))
            .map_err(|source| DataError::from_io(catalog.data(), source))?;
        for mut page in &pages {
            take(&mut page)?;
            // There is room for all that there are; and the reader may have ended.
            let _left_over = used.try_send(page.cleared());
        }
        match reader.join() {
            Ok(end) => end,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The reader's work: until the end, or until nobody takes pages any more.
fn read_all(
    catalog: &Catalog,
    after: u64,
    full: &SyncSender<Page>,
    empty: &Receiver<Page>,
) -> Result<End, JournalError> {
    let mut page = Page::default();
    let end = replay::replay(catalog, after, u64::MAX, &mut |stored, _| {
        page.put(stored);
        if page.is_full() {
            let next = empty.try_recv().unwrap_or_default();
            if full.send(std::mem::replace(&mut page, next)).is_err() {
                return Replayed::Enough;
            }
        }
        Replayed::Same
    });
    // Also before an error: what stands before it comes first.
    let _not_wanted = full.send(page);
    end
}
