//! [`Queue`]: the submissions that wait to be decided. Bounded: who puts never waits and is told when it is full. Whoever decides takes
//! all of them at once. What was taken and is not decided yet counts as waiting.

use crate::blanks::Blanks;
use crate::sequencer::Submission;
use crate::sequencer::asked::Asked;
use prometheus::IntGauge;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Submissions on their way to whoever decides.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    /// The sequencer thread is wanted.
    called: Condvar,
    /// Submissions that may wait.
    capacity: usize,
    /// How many wait.
    depth: IntGauge,
    /// Entries that may be written anew.
    blanks: Blanks,
}

struct Waiting {
    submissions: VecDeque<Asked>,
    /// Those that were taken and are not decided yet.
    taken: usize,
    /// Whether the sequencer thread waits to be called.
    is_asleep: bool,
    /// Whether the sequencer thread waits for too long.
    is_roused: bool,
    end: End,
}

impl Waiting {
    /// How many are not decided yet.
    fn count(&self) -> usize {
        self.submissions.len() + self.taken
    }

    /// Whether anything is not decided yet.
    fn any(&self) -> bool {
        self.count() > 0
    }
}

/// How long the queue lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    /// What waits is still decided.
    Ending,
    /// Nothing is taken any more.
    Closed,
}

/// Why the sequencer thread wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Something waits.
    Called,
    /// The time is over, or was too long.
    Time,
    /// Nothing waits, and nothing comes any more.
    Closed,
}

/// Why the queue does not take a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is full.
    Full,
    /// It is closed.
    Closed,
}

impl Queue {
    /// A queue for so many submissions.
    pub(crate) fn new(capacity: usize, depth: IntGauge, blanks: Blanks) -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                submissions: VecDeque::new(),
                taken: 0,
                is_asleep: false,
                is_roused: false,
                end: End::Open,
            }),
            called: Condvar::new(),
            capacity,
            depth,
            blanks,
        }
    }

    /// Puts a submission behind the others. Somebody has to be called for it, or to decide it.
    pub(crate) fn put(&self, submission: Submission) -> Result<(), Refused> {
        // Written before the others are kept waiting.
        let asked = Asked::new(submission, self.blanks.take());
        let mut waiting = self.lock();
        if waiting.end == End::Closed {
            return Err(Refused::Closed);
        }
        if waiting.count() >= self.capacity {
            return Err(Refused::Full);
        }
        waiting.submissions.push_back(asked);
        self.show(&waiting);
        Ok(())
    }

    /// Takes all that wait, in order, into `todo`, which is empty.
    pub(crate) fn take(&self, todo: &mut VecDeque<Asked>) {
        let mut waiting = self.lock();
        std::mem::swap(&mut waiting.submissions, todo);
        waiting.taken += todo.len();
    }

    /// So many of those that were taken are decided.
    pub(crate) fn decided(&self, count: usize) {
        let mut waiting = self.lock();
        waiting.taken = waiting.taken.saturating_sub(count);
        self.show(&waiting);
    }

    /// How many wait and are not taken.
    pub(crate) fn len(&self) -> usize {
        self.lock().submissions.len()
    }

    /// The same; and whether the sequencer thread has to be called for them. Awake, it looks before it sleeps.
    pub(crate) fn look(&self) -> (usize, bool) {
        let waiting = self.lock();
        (waiting.submissions.len(), waiting.is_asleep)
    }

    /// Calls the sequencer thread for what waits.
    pub(crate) fn call(&self) {
        let mut waiting = self.lock();
        if waiting.is_asleep && waiting.any() {
            waiting.is_asleep = false;
            drop(waiting);
            self.called.notify_one();
        }
    }

    /// The sequencer thread's next deadline comes before the one that it waits for.
    pub(crate) fn rouse(&self) {
        self.lock().is_roused = true;
        self.called.notify_one();
    }

    /// The sequencer thread waits here until something is to be decided, or for so long.
    pub(crate) fn wait(&self, left: Option<Duration>) -> Wake {
        let until = left.map(|left| Instant::now() + left);
        let mut waiting = self.lock();
        loop {
            if waiting.any() {
                return Wake::Called;
            }
            if waiting.end != End::Open {
                waiting.end = End::Closed;
                return Wake::Closed;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) || std::mem::take(&mut waiting.is_roused) {
                return Wake::Time;
            }
            waiting.is_asleep = true;
            waiting = match left {
                Some(left) => {
                    let woken = self.called.wait_timeout(waiting, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.called.wait(waiting);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
            waiting.is_asleep = false;
        }
    }

    /// What waits is still decided; then the queue closes.
    pub(crate) fn end(&self) {
        let mut waiting = self.lock();
        if waiting.end == End::Open {
            waiting.end = End::Ending;
        }
        drop(waiting);
        self.called.notify_one();
    }

    /// Nothing is decided any more: what waits is dropped, and with it the replies.
    pub(crate) fn close(&self) {
        let mut waiting = self.lock();
        waiting.end = End::Closed;
        waiting.taken = 0;
        let _dropped_last = std::mem::take(&mut waiting.submissions);
        self.show(&waiting);
        drop(waiting);
        self.called.notify_one();
    }

    fn show(&self, waiting: &Waiting) {
        self.depth
            .set(i64::try_from(waiting.count()).unwrap_or(i64::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
