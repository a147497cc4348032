//! The sequencer thread: drains what has arrived, numbers it, applies it, and hands the batch on.

use crate::clock::Clock;
use crate::commit::{Batch, Commit, Sealed};
use crate::engine::Engine;
use crate::entry::{Entry, Instruction, Origin, TraceId};
use crate::feed::Feed;
use crate::health::Health;
use crate::journal::record;
use crate::metrics::Metrics;
use crate::sequencer::{Input, Stop, StopReason, Submission, Submitter};
use market::command::Command;
use market::time::Timestamp;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Batches that wait for the disk: while one is being synced, the next stand ready.
const BATCHES_WAITING: usize = 4;
/// Bytes of records after which a batch is handed on, however few its entries are.
const BATCH_BYTES: usize = 1 << 20;

/// Longest time between two looks at the clock while the market waits for a time.
const CLOCK_STEP: Duration = Duration::from_secs(1);

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
#[derive(Debug)]
pub struct Sequencer {
    queue: SyncSender<Input>,
    stop: Stop,
    sequencer: JoinHandle<()>,
    journal: JoinHandle<()>,
}

impl Sequencer {
    /// Starts the sequencer thread and the journal thread.
    ///
    /// # Errors
    /// When the operating system gives no threads.
    pub fn start(parts: SequencerParts) -> io::Result<(Submitter, Self)> {
        let (queue, inputs) = sync_channel(parts.queue.max(1));
        let (batches, decided) = sync_channel(BATCHES_WAITING);
        let stop = parts.commit.stop.clone();
        let health = parts.commit.health.clone();
        let metrics = parts.commit.metrics.clone();
        let depth = metrics.queue_commands.clone();
        metrics
            .live_orders
            .set(as_gauge(parts.engine.live_orders()));
        let run = Run {
            engine: parts.engine,
            last_seq: parts.last_seq,
            last_at: parts.last_at,
            clock: parts.clock,
            batch: parts.batch.max(1),
            feed: parts.commit.feed.clone(),
            metrics,
        };
        let commit = parts.commit;
        let guard = Guard::new(&stop, &health, &run.feed);
        let journal = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || guard.over(|| commit.run(&decided)))?;
        let guard = Guard::new(&stop, &health, &run.feed);
        let sequencer = thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || guard.over(|| run.run(&inputs, &batches)))?;
        let submitter = Submitter::new(queue.clone(), stop.clone(), depth);
        let running = Self {
            queue,
            stop,
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
        self.stop.set(StopReason::ShutDown);
        // A sequencer that is gone already has nothing to be told.
        let _gone = self.queue.send(Input::Stop);
        let ended = self.sequencer.join().and_then(|()| self.journal.join());
        match (ended, self.stop.reason()) {
            (Ok(()), Some(StopReason::ShutDown) | None) => Ok(()),
            (_, Some(reason)) if *reason != StopReason::ShutDown => Err(reason.clone()),
            _ => Err(StopReason::Defect),
        }
    }
}

/// Notes when a thread ends in a panic: the venue stops and says so.
struct Guard {
    stop: Stop,
    health: Health,
    feed: Feed,
    whole: bool,
}

impl Guard {
    fn new(stop: &Stop, health: &Health, feed: &Feed) -> Self {
        Self {
            stop: stop.clone(),
            health: health.clone(),
            feed: feed.clone(),
            whole: false,
        }
    }

    /// Runs `work` under guard.
    fn over(mut self, work: impl FnOnce()) {
        work();
        self.whole = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.whole {
            self.stop.set(StopReason::Defect);
            self.health.ail("sequencer", "a defect stopped it");
            self.feed.close();
        }
    }
}

/// The sequencer thread's own things.
struct Run {
    engine: Engine,
    last_seq: u64,
    last_at: Timestamp,
    clock: Box<dyn Clock>,
    batch: usize,
    feed: Feed,
    metrics: Metrics,
}

impl Run {
    fn run(mut self, inputs: &Receiver<Input>, batches: &SyncSender<Batch>) {
        let mut stopping = false;
        while !stopping {
            let first = match self.wait(inputs) {
                Ok(first) => first,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let batch = self.decide(first, inputs, &mut stopping);
            if !batch.sealed.is_empty() && batches.send(batch).is_err() {
                // The journal thread has failed and said why.
                break;
            }
            self.metrics
                .live_orders
                .set(as_gauge(self.engine.live_orders()));
        }
    }

    /// The next input, or a tick when the market's next deadline comes first. The clock may be set meanwhile: it is looked at
    /// again after [`CLOCK_STEP`], at the latest.
    fn wait(&mut self, inputs: &Receiver<Input>) -> Result<Input, RecvTimeoutError> {
        let Some(deadline) = self.engine.next_deadline() else {
            return inputs.recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        let left = deadline.nanos().saturating_sub(self.now().nanos());
        match u64::try_from(left) {
            Ok(left) if left > 0 => inputs.recv_timeout(Duration::from_nanos(left).min(CLOCK_STEP)),
            _ => Ok(Input::Tick),
        }
    }

    /// Time of the next entry.
    fn now(&mut self) -> Timestamp {
        self.clock.now().max(self.last_at)
    }

    /// Seals a tick first when the market has something to do by `at`.
    fn tick_if_due(&mut self, at: Timestamp, settled: u64, batch: &mut Batch) {
        if self.engine.next_deadline().is_some_and(|due| due <= at) {
            let tick = Submission {
                origin: Origin::System,
                trace: TraceId::random(),
                instruction: Instruction::Market(Command::Tick),
                reply: None,
            };
            self.seal(tick, at, settled, batch);
        }
    }

    /// Applies what stands in the queue, up to a whole batch. Once told to stop, all of it in batches, to the queue's end.
    fn decide(&mut self, first: Input, inputs: &Receiver<Input>, stopping: &mut bool) -> Batch {
        let settled = self.feed.last_seq();
        let mut batch = Batch {
            records: Vec::new(),
            sealed: Vec::new(),
        };
        let mut next = Some(first);
        while let Some(input) = next {
            match input {
                Input::Submission(submission) => {
                    self.metrics.queue_commands.dec();
                    let at = self.now();
                    self.tick_if_due(at, settled, &mut batch);
                    self.seal(submission, at, settled, &mut batch);
                }
                Input::Tick => {
                    let at = self.now();
                    self.tick_if_due(at, settled, &mut batch);
                }
                Input::Stop => *stopping = true,
            }
            let is_small = batch.sealed.len() < self.batch && batch.records.len() < BATCH_BYTES;
            let room = *stopping || is_small;
            next = if room { inputs.try_recv().ok() } else { None };
        }
        batch
    }

    /// Numbers, applies and encodes one submission.
    fn seal(&mut self, submission: Submission, at: Timestamp, settled: u64, batch: &mut Batch) {
        let Submission {
            origin,
            trace,
            instruction,
            reply,
        } = submission;
        let seq = self.last_seq + 1;
        let events = self.engine.apply(seq, at, &instruction);
        let entry = Entry {
            seq,
            at,
            origin,
            trace,
            instruction,
            events,
        };
        record::append(&entry, settled, &mut batch.records)
            .unwrap_or_else(|bytes| panic!("entry {seq} has {bytes} bytes: the market's limits bound it far below the journal's"));
        (self.last_seq, self.last_at) = (seq, at);
        batch.sealed.push(Sealed {
            entry: Arc::new(entry),
            reply,
        });
    }
}

fn as_gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
