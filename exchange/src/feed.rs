//! [`Feed`]: the published entries, in order and without gaps, for any number of readers. The latest stand in a bounded window in
//! memory; a reader further behind reads the journal's files and cannot tell the difference. Readers never press on the sequencer:
//! nothing waits for them. What every reader has had leaves the window soon, long before it is full: its memory is written anew while
//! the processor still has it at hand.
//!
//! In: batches of durable entries from the journal thread. Out: a [`FeedReader`] for each subscriber.

use crate::blanks::Blanks;
use journal::JournalError;
use journal::cursor::Cursor;
use journal::entry::Entry;
use journal::segment::Segments;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use tokio::sync::watch;

/// Entries that a reader is handed at a time, at most.
const CHUNK_ENTRIES: usize = 1_024;
/// Events that a reader is handed at a time, about: the last entry may have more.
const CHUNK_EVENTS: usize = 16_384;
/// Latest entries that stay in the window though every reader has had them: for who begins to read now.
const RECENT: usize = 1_024;
/// Events that the window keeps, at most, for each entry that it may keep: an answer with thousands of events weighs like many entries.
const EVENTS_PER_ENTRY: usize = 4;

/// The published entries; cheap to clone.
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    /// The latest entries; the last one is the last published.
    window: RwLock<Window>,
    /// Entries that the window keeps, at most, once they are written.
    capacity: usize,
    /// The last entry in the files.
    written: AtomicU64,
    /// Wakes readers.
    published: watch::Sender<Published>,
    places: Places,
    segments: Segments,
    /// Where entries go that the window lets go.
    blanks: Blanks,
}

/// The latest entries and their weight.
#[derive(Default)]
struct Window {
    entries: VecDeque<Arc<Entry>>,
    /// Events of all of them.
    events: usize,
}

impl Window {
    fn extend(&mut self, entries: impl IntoIterator<Item = Arc<Entry>>) {
        for entry in entries {
            self.events += entry.events.len();
            self.entries.push_back(entry);
        }
    }

    fn is_full(&self, capacity: usize) -> bool {
        self.entries.len() > capacity
            || self.events > capacity.saturating_mul(EVENTS_PER_ENTRY) && self.entries.len() > 1
    }

    fn pop(&mut self) -> Option<Arc<Entry>> {
        let entry = self.entries.pop_front()?;
        self.events -= entry.events.len();
        Some(entry)
    }
}

/// How far each reader is: the last entry that it was handed.
#[derive(Default)]
struct Places(Mutex<Vec<Weak<AtomicU64>>>);

impl Places {
    /// A new reader's.
    fn add(&self, position: u64) -> Arc<AtomicU64> {
        let place = Arc::new(AtomicU64::new(position));
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place| place.strong_count() > 0);
        places.push(Arc::downgrade(&place));
        place
    }

    /// The last entry that has been handed to all who do not need the files anyway, since they are behind `first`.
    fn had_by_all(&self, first: u64) -> u64 {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = places.iter().filter_map(Weak::upgrade);
        live.map(|place| place.load(Ordering::Relaxed))
            .filter(|position| position + 1 >= first)
            .min()
            .unwrap_or(u64::MAX)
    }
}

#[derive(Clone, Copy, Debug)]
struct Published {
    last_seq: u64,
    closed: bool,
}

/// Why a reader gets no more entries.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The venue has shut down and the reader has had everything.
    #[error("the feed has ended")]
    Closed,
    /// The files cannot be read.
    #[error("the journal's files cannot be read: {0}")]
    Files(#[from] JournalError),
}

impl Feed {
    /// A feed whose last published entry is `last_seq`, with `capacity` entries in memory.
    pub(crate) fn new(segments: Segments, last_seq: u64, capacity: usize) -> Self {
        let (published, _) = watch::channel(Published {
            last_seq,
            closed: false,
        });
        Self {
            shared: Arc::new(Shared {
                window: RwLock::default(),
                capacity: capacity.max(1),
                written: AtomicU64::new(last_seq),
                published,
                places: Places::default(),
                segments,
                blanks: Blanks::default(),
            }),
        }
    }

    /// A reader of everything after entry `after_seq`; 0 is from the beginning. A position ahead of the feed waits until it is reached.
    pub fn subscribe(&self, after_seq: u64) -> FeedReader {
        FeedReader {
            shared: Arc::clone(&self.shared),
            wake: self.shared.published.subscribe(),
            place: self.shared.places.add(after_seq),
            position: after_seq,
            cursor: None,
        }
    }

    /// The last published entry; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.shared.published.borrow().last_seq
    }

    /// The last entry in the files.
    pub(crate) fn written_seq(&self) -> u64 {
        self.shared.written.load(Ordering::Acquire)
    }

    /// Waits until entry `seq` is published. Whether it ever is: not when the feed ends before.
    pub(crate) async fn reaches(&self, seq: u64) -> bool {
        let mut published = self.shared.published.subscribe();
        let reached = published.wait_for(|now| now.last_seq >= seq || now.closed);
        reached
            .await
            .is_ok_and(|now| now.last_seq >= seq && !now.closed)
    }

    /// Publishes entries that follow the last one.
    pub(crate) fn publish(&self, entries: impl IntoIterator<Item = Arc<Entry>>) {
        let mut window = self
            .shared
            .window
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        window.extend(entries);
        let Some(last_seq) = window.entries.back().map(|entry| entry.seq) else {
            return;
        };
        drop(window);
        self.shared
            .published
            .send_modify(|published| published.last_seq = last_seq);
    }

    /// Everything up to `seq` is in the files now: the window may let it go.
    pub(crate) fn written(&self, seq: u64) {
        self.shared.written.store(seq, Ordering::Release);
        let mut window = self
            .shared
            .window
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let first = window.entries.front().map_or(0, |entry| entry.seq);
        let had_by_all = self.shared.places.had_by_all(first);
        let mut gone = Vec::new();
        while let Some(entry) = window.entries.front()
            && entry.seq <= seq
            && (window.is_full(self.shared.capacity)
                || entry.seq <= had_by_all && window.entries.len() > RECENT)
        {
            gone.extend(window.pop());
        }
        // Who has them is looked at while readers go on.
        drop(window);
        self.shared.blanks.give(gone);
    }

    /// Entries that went through the window and that nobody has any more.
    pub(crate) fn blanks(&self) -> Blanks {
        self.shared.blanks.clone()
    }

    /// Nothing more will come.
    pub(crate) fn close(&self) {
        self.shared
            .published
            .send_modify(|published| published.closed = true);
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("published", &*self.shared.published.borrow())
            .finish_non_exhaustive()
    }
}

/// One reader's place in the feed.
pub struct FeedReader {
    shared: Arc<Shared>,
    wake: watch::Receiver<Published>,
    position: u64,
    /// The position, for the window.
    place: Arc<AtomicU64>,
    /// Its place in the files, while it is behind the window.
    cursor: Option<Cursor>,
}

impl FeedReader {
    /// The next entries: at least one, in order, directly after [`FeedReader::position`]. Waits when there is none. Dropping the future loses
    /// nothing.
    ///
    /// # Errors
    /// [`FeedError::Closed`] once the venue has shut down and everything was read; [`FeedError::Files`] when the files cannot be read.
    pub async fn next(&mut self) -> Result<Vec<Arc<Entry>>, FeedError> {
        loop {
            let published = *self.wake.borrow_and_update();
            if published.last_seq > self.position {
                let entries = match self.read_window() {
                    Some(entries) => entries,
                    None => self.read_files().await?,
                };
                if let Some(last) = entries.last() {
                    self.position = last.seq;
                    self.place.store(last.seq, Ordering::Relaxed);
                    return Ok(entries);
                }
            } else if published.closed || self.wake.changed().await.is_err() {
                return Err(FeedError::Closed);
            }
        }
    }

    /// The last entry that [`FeedReader::next`] returned, or where the reader began.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many published entries the reader has not had yet.
    pub fn lag(&self) -> u64 {
        let last_seq = self.shared.published.borrow().last_seq;
        last_seq.saturating_sub(self.position)
    }

    /// What the window holds directly after the position; `None` when the window begins later.
    fn read_window(&mut self) -> Option<Vec<Arc<Entry>>> {
        let window = self
            .shared
            .window
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let first = window.entries.front()?.seq;
        let skip = usize::try_from((self.position + 1).checked_sub(first)?).ok()?;
        let mut events = 0;
        let entries: Vec<_> = window
            .entries
            .iter()
            .skip(skip)
            .take(CHUNK_ENTRIES)
            .take_while(|entry| {
                let has_room = events < CHUNK_EVENTS;
                events += entry.events.len();
                has_room
            })
            .cloned()
            .collect();
        drop(window);
        self.cursor = None;
        Some(entries)
    }

    /// What the files hold directly after the position.
    async fn read_files(&mut self) -> Result<Vec<Arc<Entry>>, FeedError> {
        let until = self.shared.written.load(Ordering::Acquire);
        let mut cursor = self
            .cursor
            .take()
            .unwrap_or_else(|| Cursor::new(self.shared.segments.clone(), self.position));
        let read = tokio::task::spawn_blocking(move || {
            let entries = cursor.read(until, CHUNK_ENTRIES, CHUNK_EVENTS)?;
            Ok::<_, JournalError>((cursor, entries))
        });
        let (cursor, entries) = read.await.map_err(|_| FeedError::Closed)??;
        self.cursor = Some(cursor);
        Ok(entries.into_iter().map(Arc::new).collect())
    }
}

impl fmt::Debug for FeedReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedReader")
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::entry::{Instruction, Origin, TraceId};
    use market::command::Command;
    use market::event::Event;
    use market::time::Timestamp;

    fn entry(seq: u64, events: usize) -> Arc<Entry> {
        Arc::new(Entry {
            seq,
            at: Timestamp::from_nanos(0),
            origin: Origin::System,
            trace: TraceId(0),
            instruction: Instruction::Market(Command::EndOfDay),
            events: vec![Event::DayEnded; events],
        })
    }

    fn held(feed: &Feed) -> (usize, usize) {
        let window = feed.shared.window.read().unwrap();
        let events = window.entries.iter().map(|entry| entry.events.len()).sum();
        assert_eq!(window.events, events);
        (window.entries.len(), events)
    }

    #[test]
    fn the_window_is_bounded_in_entries_and_in_events() {
        let feed = Feed::new(Segments::default(), 0, 8);
        for seq in 1..=20 {
            feed.publish([entry(seq, 1)]);
            feed.written(seq);
        }
        assert_eq!(held(&feed), (8, 8));
        for seq in 21..=40 {
            feed.publish([entry(seq, 10)]);
            feed.written(seq);
        }
        assert_eq!(held(&feed), (3, 30));
        feed.publish([entry(41, 1_000)]);
        feed.written(41);
        assert_eq!(held(&feed), (1, 1_000), "the last one stays");
        feed.publish([entry(42, 1)]);
        feed.written(42);
        assert_eq!(held(&feed), (1, 1));
    }

    #[tokio::test]
    async fn what_every_reader_has_had_leaves_the_window_before_it_is_full() {
        let recent = u64::try_from(RECENT).unwrap();
        let feed = Feed::new(Segments::default(), 0, 3 * RECENT);
        let publish = |seqs: std::ops::RangeInclusive<u64>| {
            for seq in seqs {
                feed.publish([entry(seq, 1)]);
                feed.written(seq);
            }
        };
        let (mut ahead, mut behind) = (feed.subscribe(0), feed.subscribe(0));
        publish(1..=2 * recent);
        assert_eq!(held(&feed).0, 2 * RECENT, "nobody has had any");
        for reader in [&mut ahead, &mut behind] {
            while reader.position() < 2 * recent {
                reader.next().await.unwrap();
            }
        }
        publish(2 * recent + 1..=3 * recent);
        assert_eq!(held(&feed).0, RECENT, "both have had what is older");
        while ahead.position() < 3 * recent {
            ahead.next().await.unwrap();
        }
        publish(3 * recent + 1..=4 * recent);
        assert_eq!(held(&feed).0, 2 * RECENT, "one is behind");
        publish(4 * recent + 1..=6 * recent);
        assert_eq!(held(&feed).0, 3 * RECENT, "but not for ever");
        publish(6 * recent + 1..=6 * recent + 1);
        drop(ahead);
        publish(6 * recent + 2..=6 * recent + 2);
        assert_eq!(
            held(&feed).0,
            RECENT,
            "one is gone, and one needs the files anyway"
        );
    }

    #[tokio::test]
    async fn a_reader_is_handed_many_events_in_several_parts() {
        let feed = Feed::new(Segments::default(), 0, 1_000);
        feed.publish((1..=10).map(|seq| entry(seq, CHUNK_EVENTS / 2)));
        let mut reader = feed.subscribe(0);
        let mut parts = Vec::new();
        while reader.position() < 10 {
            parts.push(reader.next().await.unwrap().len());
        }
        assert_eq!(parts, [2; 5]);
    }
}
