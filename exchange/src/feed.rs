//! [`Feed`]: the published entries, in order and without gaps, for any number of readers. The latest stand in a bounded window in
//! memory; a reader further behind reads the journal's files and cannot tell the difference. Readers never press on the sequencer:
//! nothing waits for them.
//!
//! In: batches of durable entries from the journal thread. Out: a [`FeedReader`] for each subscriber.

use crate::entry::Entry;
use crate::journal::JournalError;
use crate::journal::cursor::Cursor;
use crate::journal::segment::Segments;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Entries that a reader is handed at a time, at most.
const CHUNK_ENTRIES: usize = 1_024;

/// The published entries; cheap to clone.
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    /// The latest entries; the last one is the last published.
    window: RwLock<VecDeque<Arc<Entry>>>,
    /// Entries that the window keeps, at most, once they are written.
    capacity: usize,
    /// The last entry in the files.
    written: AtomicU64,
    /// Wakes readers.
    published: watch::Sender<Published>,
    segments: Segments,
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
                segments,
            }),
        }
    }

    /// A reader of everything after entry `after_seq`; 0 is from the beginning. A position ahead of the feed waits until it is reached.
    pub fn subscribe(&self, after_seq: u64) -> FeedReader {
        FeedReader {
            shared: Arc::clone(&self.shared),
            wake: self.shared.published.subscribe(),
            position: after_seq,
            cursor: None,
        }
    }

    /// The last published entry; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.shared.published.borrow().last_seq
    }

    /// Publishes entries that follow the last one.
    pub(crate) fn publish(&self, entries: impl IntoIterator<Item = Arc<Entry>>) {
        let mut window = self
            .shared
            .window
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        window.extend(entries);
        let Some(last_seq) = window.back().map(|entry| entry.seq) else {
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
        while window.len() > self.shared.capacity
            && window.front().is_some_and(|entry| entry.seq <= seq)
        {
            window.pop_front();
        }
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
        let first = window.front()?.seq;
        let skip = usize::try_from((self.position + 1).checked_sub(first)?).ok()?;
        let entries: Vec<_> = window
            .iter()
            .skip(skip)
            .take(CHUNK_ENTRIES)
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
            let entries = cursor.read(until, CHUNK_ENTRIES)?;
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
