//! [`Decider`]: number, time and events of each submission, one after the other; and ticks, when the market waits for a time. One at a time
//! holds it: the sequencer thread, or an asker that finds nothing else to do. In: submissions from the queue. Out: batches of
//! entries, for the journal.

use crate::clock::Clock;
use crate::commit::{Batch, Sealed};
use crate::sequencer::Submission;
use crate::sequencer::asked::Asked;
use journal::engine::Engine;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::command::Command;
use market::time::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

/// Events after which a batch is handed on, however few its entries are.
const BATCH_EVENTS: usize = 8_192;
/// Of more events than this an entry keeps no room for more: it stands in memory for as long as its readers need.
const MANY_EVENTS: usize = 16;
/// Longest time between two looks at the clock while the market waits for a time.
const CLOCK_STEP: Duration = Duration::from_secs(1);

/// Submissions whose needs of memory are asked for together.
const FORESEEN: usize = 64;
/// Of fewer than this it costs more than it saves.
const WORTH_FORESEEING: usize = 4;

/// The state that decides, and where its decisions go.
pub(crate) struct Decider {
    pub(crate) engine: Engine,
    /// The last entry.
    pub(crate) last_seq: u64,
    /// Time of the last entry.
    pub(crate) last_at: Timestamp,
    pub(crate) clock: Box<dyn Clock>,
    /// Entries of one batch (`journal.batch`).
    pub(crate) batch: usize,
    /// The deadline that the sequencer thread waits for.
    pub(crate) armed: Option<Timestamp>,
    /// Taken from the queue and not decided yet.
    pub(crate) todo: VecDeque<Asked>,
    /// The way to the journal thread; none once nothing is decided any more.
    pub(crate) journal: Option<SyncSender<Batch>>,
}

impl Decider {
    /// How long the sequencer thread may wait for work: until the market's next deadline. The clock may be set meanwhile: it is looked at
    /// again after [`CLOCK_STEP`], at the latest.
    pub(crate) fn arm(&mut self) -> Option<Duration> {
        self.armed = self.engine.next_deadline();
        let left = self.armed?.nanos().saturating_sub(self.now().nanos());
        let left = u64::try_from(left).unwrap_or(0);
        Some(Duration::from_nanos(left).min(CLOCK_STEP))
    }

    /// Whether the market has something to do before the sequencer thread looks again.
    pub(crate) fn is_armed_too_late(&self) -> bool {
        let next = self.engine.next_deadline();
        next.is_some_and(|next| self.armed.is_none_or(|armed| next < armed))
    }

    /// Decides what was taken, up to a whole batch, into an empty one; with each what is due by its time, before it.
    pub(crate) fn decide(&mut self, batch: &mut Batch) {
        batch.sealed.reserve(self.todo.len().min(self.batch));
        let mut foreseen = 0;
        while batch.sealed.len() < self.batch && batch.events < BATCH_EVENTS {
            if foreseen == 0 && self.todo.len() >= WORTH_FORESEEING {
                foreseen = FORESEEN;
                let next = self.todo.iter().take(FORESEEN);
                self.engine.foresee(next.map(|one| &one.entry.instruction));
            }
            foreseen = foreseen.saturating_sub(1);
            let Some(asked) = self.todo.pop_front() else {
                break;
            };
            let at = self.tick_if_due(batch);
            self.seal(asked, at, batch);
        }
        if batch.sealed.is_empty() && self.engine.next_deadline().is_some() {
            self.tick_if_due(batch);
        }
    }

    /// Time of the next entry.
    fn now(&mut self) -> Timestamp {
        self.clock.now().max(self.last_at)
    }

    /// Seals a tick when the market has something to do by now. When now is.
    fn tick_if_due(&mut self, batch: &mut Batch) -> Timestamp {
        let at = self.now();
        if self.engine.next_deadline().is_some_and(|due| due <= at) {
            let tick = Submission {
                origin: Origin::System,
                trace: TraceId::random(),
                instruction: Instruction::Market(Command::Tick),
                reply: None,
            };
            self.seal(Asked::new(tick, None), at, batch);
        }
        at
    }

    /// Numbers and applies what was asked.
    fn seal(&mut self, asked: Asked, at: Timestamp, batch: &mut Batch) {
        let Asked { mut entry, reply } = asked;
        let seq = self.last_seq + 1;
        let Entry {
            seq: number,
            at: time,
            instruction,
            events,
            ..
        } = Arc::get_mut(&mut entry).expect("nobody else has it before it is decided");
        (*number, *time) = (seq, at);
        events.clear();
        self.engine.decide(seq, at, instruction, events);
        if events.len() > MANY_EVENTS {
            events.shrink_to_fit();
        }
        (self.last_seq, self.last_at) = (seq, at);
        batch.events += events.len();
        batch.sealed.push(Sealed { entry, reply });
    }
}
