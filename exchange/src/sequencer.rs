//! The sequencer's door: a [`Submitter`] puts [`Submission`]s into a bounded queue and never waits. The thread behind it ([`run`])
//! gives each its number and time, applies it and hands whole batches to the journal thread; it goes on matching while the disk
//! syncs. A reply comes after its entry is durable. It deliberately knows nothing of FIX, of files or of who reads what it decides.

pub mod run;

use crate::entry::{Entry, Instruction, Origin, TraceId};
use prometheus::IntGauge;
use std::fmt;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, OnceLock};
use tokio::sync::oneshot;

/// One request to the sequencer.
#[derive(Debug)]
pub struct Submission {
    /// Who asks.
    pub origin: Origin,
    /// Trace id of the request.
    pub trace: TraceId,
    /// What is asked.
    pub instruction: Instruction,
    /// Where the entry goes once it is durable; dropped without a word when the venue stops before that.
    pub reply: Option<oneshot::Sender<Arc<Entry>>>,
}

/// Why a submission was not taken, or has no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full (`journal.queue`). Nothing happened; the asker may try again later.
    #[error("the venue is busy: its queue of commands is full")]
    Busy,
    /// The venue takes nothing any more. From `call`: what was asked may still turn out to be done after a restart.
    #[error("the venue takes no commands: {0}")]
    Stopped(StopReason),
}

/// Why the venue takes nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopReason {
    /// An operator shuts it down.
    #[error("it is shutting down")]
    ShutDown,
    /// The journal could not be written; what was not written was not acknowledged.
    #[error("the journal cannot be written: {0}")]
    Journal(String),
    /// A thread ended in a defect of ours.
    #[error("a defect stopped it")]
    Defect,
}

/// Set once, when the venue stops taking commands.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<OnceLock<StopReason>>);

impl Stop {
    /// Stops; the first reason stays.
    pub fn set(&self, reason: StopReason) {
        let _first_stays = self.0.set(reason);
    }

    /// The reason, once stopped.
    pub fn reason(&self) -> Option<&StopReason> {
        self.0.get()
    }

    /// The reason as an error; a stop without one is a defect.
    fn error(&self) -> SubmitError {
        SubmitError::Stopped(self.reason().cloned().unwrap_or(StopReason::Defect))
    }
}

/// What travels in the queue.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are submissions: boxing them would cost an allocation each"
)]
pub(crate) enum Input {
    /// A request.
    Submission(Submission),
    /// The market has something to do at this time.
    Tick,
    /// Take what stands in the queue, then end.
    Stop,
}

/// Puts submissions into the sequencer's queue. Cheap to clone.
#[derive(Clone)]
pub struct Submitter {
    queue: SyncSender<Input>,
    stop: Stop,
    depth: IntGauge,
}

impl Submitter {
    pub(crate) fn new(queue: SyncSender<Input>, stop: Stop, depth: IntGauge) -> Self {
        Self { queue, stop, depth }
    }

    /// Puts a submission into the queue; never waits.
    ///
    /// # Errors
    /// [`SubmitError::Busy`] when the queue is full, [`SubmitError::Stopped`] when the venue takes nothing any more. The submission was
    /// not taken then, and its reply is dropped.
    pub fn try_submit(&self, submission: Submission) -> Result<(), SubmitError> {
        if self.stop.reason().is_some() {
            return Err(self.stop.error());
        }
        // Counted before it is sent, so that the sequencer never takes off what was not put on.
        self.depth.inc();
        let sent = self.queue.try_send(Input::Submission(submission));
        sent.map_err(|error| {
            self.depth.dec();
            match error {
                TrySendError::Full(_) => SubmitError::Busy,
                TrySendError::Disconnected(_) => self.stop.error(),
            }
        })
    }

    /// Submits with a new trace id and waits until the entry is durable.
    ///
    /// # Errors
    /// As [`Submitter::try_submit`]; and [`SubmitError::Stopped`] when the venue stops before the entry is durable.
    pub async fn call(
        &self,
        origin: Origin,
        instruction: Instruction,
    ) -> Result<Arc<Entry>, SubmitError> {
        let (reply, entry) = oneshot::channel();
        self.try_submit(Submission {
            origin,
            trace: TraceId::random(),
            instruction,
            reply: Some(reply),
        })?;
        entry.await.map_err(|_| self.stop.error())
    }

    /// Why the venue takes nothing any more, if so.
    pub fn stopped(&self) -> Option<StopReason> {
        self.stop.reason().cloned()
    }
}

impl fmt::Debug for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitter")
            .field("queued", &self.depth.get())
            .field("stopped", &self.stop.reason())
            .finish_non_exhaustive()
    }
}
