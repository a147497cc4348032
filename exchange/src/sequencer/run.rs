//! Who decides, and who writes. The sequencer thread decides what stands in the queue and hands whole batches to the journal thread: while that
//! writes and syncs one, the next is decided. When neither has anything to do, an asker need not wake them: it decides what it has just
//! asked itself, and without a sync it writes it, too. Whoever decides holds the `Decider`, so there is one order, and one journal.

use crate::clock::Clock;
use crate::commit::{Batch, Commit, Emptied};
use crate::config::Durability;
use crate::feed::Feed;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::sequencer::decider::Decider;
use crate::sequencer::queue::{Queue, Wake};
use crate::sequencer::{Stop, StopReason, Submitter};
use journal::engine::Engine;
use market::market::Market;
use market::time::Timestamp;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Batches that wait for the disk: while one is being synced, the next stand ready.
const BATCHES_WAITING: usize = 4;
/// Submissions that an asker decides itself, at most: more are work for the sequencer thread.
const DECIDED_BY_ASKER: usize = 64;

/// What a sequencer starts from.
pub struct SequencerParts {
    /// The state that the journal has rebuilt.
    pub engine: Engine,
    /// The last entry of the journal.
    pub last_seq: u64,
    /// Time of the last entry.
    pub last_at: Timestamp,
    /// Where time comes from.
    pub clock: Box<dyn Clock>,
    /// Commands that may wait (`journal.queue`).
    pub queue: usize,
    /// Commands of one batch (`journal.batch`).
    pub batch: usize,
    /// What the journal thread works with.
    pub commit: Commit,
}

/// The two running threads.
pub struct Sequencer {
    shared: Arc<Shared>,
    sequencer: JoinHandle<()>,
    journal: JoinHandle<Result<(), StopReason>>,
}

impl Sequencer {
    /// Starts the sequencer thread and the journal thread.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub fn start(parts: SequencerParts) -> io::Result<(Submitter, Self)> {
        let (batches, decided) = sync_channel(BATCHES_WAITING);
        let shared = Arc::new(Shared::new(parts, batches));
        shared.show_live_orders(&shared.decider());
        let journal = Arc::clone(&shared);
        let journal = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || journal.over(|| journal.write(&decided)))?;
        let sequencer = Arc::clone(&shared);
        let sequencer = thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || {
                let _last = LastWords(&sequencer);
                sequencer.over(|| sequencer.decide());
            })?;
        let submitter = Submitter::new(Arc::clone(&shared));
        let running = Self {
            shared,
            sequencer,
            journal,
        };
        Ok((submitter, running))
    }

    /// Takes no more commands, finishes those in the queue, writes and syncs them, and ends both threads. Blocks meanwhile.
    ///
    /// # Errors
    /// Why not everything could be written.
    pub fn shut_down(self) -> Result<(), StopReason> {
        let stop = self.shared.stop.clone();
        stop.set(StopReason::ShutDown);
        self.shared.queue.end();
        let ended = self.sequencer.join().and_then(|()| self.journal.join());
        match (ended, stop.reason()) {
            // The disk may have failed since: then this is no shutdown in good order, though it was asked for first.
            (Ok(Err(reason)), _) => Err(reason),
            (Ok(Ok(())), Some(StopReason::ShutDown) | None) => Ok(()),
            (_, Some(reason)) if *reason != StopReason::ShutDown => Err(reason.clone()),
            _ => Err(StopReason::Defect),
        }
    }
}

impl std::fmt::Debug for Sequencer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer")
            .field("stop", &self.shared.stop)
            .finish_non_exhaustive()
    }
}

/// What askers and both threads share.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) stop: Stop,
    /// Who holds it decides, and hands on what it has decided before it lets go: so batches come to the journal in order.
    decider: Mutex<Decider>,
    /// Who holds it writes. Lent to an asker while the journal thread has nothing to write.
    commit: Mutex<Commit>,
    /// Batches handed to the journal thread and not published yet. Grows only in the hands of who holds the decider.
    in_flight: AtomicUsize,
    /// Batches that were published.
    emptied: Emptied,
    /// Whether a write includes a sync: then it is no work for an asker.
    syncs: bool,
    feed: Feed,
    health: Health,
    metrics: Metrics,
}

impl Shared {
    pub(crate) fn new(parts: SequencerParts, batches: SyncSender<Batch>) -> Self {
        let commit = parts.commit;
        Self {
            queue: Queue::new(
                parts.queue.max(1),
                commit.metrics.queue_commands.clone(),
                commit.feed.blanks(),
            ),
            stop: commit.stop.clone(),
            decider: Mutex::new(Decider {
                engine: parts.engine,
                last_seq: parts.last_seq,
                last_at: parts.last_at,
                clock: parts.clock,
                batch: parts.batch.max(1),
                armed: None,
                todo: VecDeque::new(),
                journal: Some(batches),
            }),
            in_flight: AtomicUsize::new(0),
            emptied: Emptied::default(),
            syncs: commit.durability == Durability::Fsync,
            feed: commit.feed.clone(),
            health: commit.health.clone(),
            metrics: commit.metrics.clone(),
            commit: Mutex::new(commit),
        }
    }

    /// Sees to it that what waits is decided: here and now when there is nothing else to do, else by the sequencer thread.
    pub(crate) fn see_to_it(&self) {
        let (waiting, is_asleep) = self.queue.look();
        if waiting == 0 {
            return;
        }
        if waiting <= DECIDED_BY_ASKER
            && let Ok(mut decider) = self.decider.try_lock()
            && self.in_flight.load(Ordering::Acquire) == 0
        {
            self.over(|| self.decide_here(&mut decider));
            // What came meanwhile; whoever put it could not have the decider.
            self.queue.call();
        } else if is_asleep {
            self.queue.call();
        }
    }

    /// The asker's turn: one batch, so that it gets on with its own work. What is left is for the sequencer thread.
    fn decide_here(&self, decider: &mut Decider) {
        if decider.journal.is_none() || !decider.todo.is_empty() {
            return;
        }
        self.queue.take(&mut decider.todo);
        if decider.todo.is_empty() {
            return;
        }
        let mut batch = self.batch(decider);
        let is_done = if self.syncs {
            self.hand_on(decider, batch)
        } else {
            let is_written = self.commit().commit(&mut batch).is_ok();
            self.emptied.give(batch);
            is_written
        };
        if !is_done {
            self.give_up(decider);
        } else if decider.is_armed_too_late() {
            self.queue.rouse();
        }
    }

    /// The sequencer thread's work, until the queue closes.
    fn decide(&self) {
        loop {
            let left = self.decider().arm();
            if self.queue.wait(left) == Wake::Closed {
                return;
            }
            let mut decider = self.decider();
            if decider.todo.is_empty() {
                self.queue.take(&mut decider.todo);
            }
            loop {
                let batch = self.batch(&mut decider);
                if batch.sealed.is_empty() {
                    self.emptied.give(batch);
                    break;
                }
                if !self.hand_on(&decider, batch) {
                    // The journal thread has failed and said why.
                    return self.give_up(&mut decider);
                }
            }
        }
    }

    fn batch(&self, decider: &mut Decider) -> Batch {
        let waited = decider.todo.len();
        let mut batch = self.emptied.take();
        decider.decide(&mut batch);
        self.queue.decided(waited - decider.todo.len());
        self.show_live_orders(decider);
        batch
    }

    /// Hands a batch to the journal thread; waits while it is behind. Whether it takes it.
    fn hand_on(&self, decider: &Decider, batch: Batch) -> bool {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        decider
            .journal
            .as_ref()
            .is_some_and(|journal| journal.send(batch).is_ok())
    }

    /// The journal thread's work, until nothing is decided any more or the disk fails; why it has failed, if so.
    fn write(&self, batches: &Receiver<Batch>) -> Result<(), StopReason> {
        while let Ok(mut batch) = batches.recv() {
            let merged = 1 + batch.merge(batches, &self.emptied);
            let committed = self.commit().commit(&mut batch);
            self.emptied.give(batch);
            self.in_flight.fetch_sub(merged, Ordering::Release);
            if committed.is_err() {
                break;
            }
        }
        self.commit().close()
    }

    /// Nothing is decided any more: what waits is dropped, the journal thread ends.
    fn give_up(&self, decider: &mut Decider) {
        decider.journal = None;
        decider.todo.clear();
        self.queue.close();
    }

    fn show_live_orders(&self, decider: &Decider) {
        let live_orders = decider.engine.live_orders();
        let live_orders = i64::try_from(live_orders).unwrap_or(i64::MAX);
        self.metrics.live_orders.set(live_orders);
    }

    /// What the market stands like now, and behind which entry; that need not be durable yet. Waits while somebody decides, which can be as
    /// long as the disk is behind. None after a defect.
    pub(crate) fn look<T>(&self, ask: impl FnOnce(&Market) -> T) -> Option<(u64, T)> {
        let decider = self.decider.lock().ok()?;
        Some((decider.last_seq, ask(decider.engine.market())))
    }

    fn decider(&self) -> MutexGuard<'_, Decider> {
        self.decider.lock().expect(NO_DEFECT)
    }

    fn commit(&self) -> MutexGuard<'_, Commit> {
        self.commit.lock().expect(NO_DEFECT)
    }

    /// Runs `work` under guard: when it panics, the venue stops and says so.
    fn over<T>(&self, work: impl FnOnce() -> T) -> T {
        let guard = Guard(self);
        let done = work();
        std::mem::forget(guard);
        done
    }
}

/// The end of the sequencer thread, also in a panic: nothing is decided any more.
struct LastWords<'a>(&'a Shared);

impl Drop for LastWords<'_> {
    fn drop(&mut self) {
        let decider = self.0.decider.lock();
        let mut decider = decider.unwrap_or_else(PoisonError::into_inner);
        self.0.give_up(&mut decider);
    }
}

/// A panic of one who holds decider or commit is one for all who come after: under [`Guard`].
const NO_DEFECT: &str = "nobody has panicked while it held this";

/// Dropped in a panic: the venue stops and says so.
struct Guard<'a>(&'a Shared);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let shared = self.0;
        shared.stop.set(StopReason::Defect);
        shared.health.ail("sequencer", "a defect stopped it");
        shared.queue.close();
        shared.feed.close();
    }
}
