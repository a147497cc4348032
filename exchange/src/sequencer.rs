//! The sequencer's door: a [`Submitter`] puts [`Submission`]s into a bounded queue. Behind it ([`run`]) each is given its number and
//! time and applied, and whole batches go to the journal; matching goes on while the disk syncs. A reply comes after its
//! entry is durable. It deliberately knows nothing of FIX, of files or of who reads what it decides.

mod asked;
mod decider;
mod queue;
pub mod run;

use crate::sequencer::queue::Refused;
use crate::sequencer::run::Shared;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::market::Market;
use std::fmt;
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

/// Puts submissions into the sequencer's queue. Cheap to clone.
#[derive(Clone)]
pub struct Submitter(Arc<Shared>);

impl Submitter {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Submits, and sees to it that it is decided: see [`Submitter::see_to_it`]. Never waits for a sync, nor for others.
    ///
    /// # Errors
    /// [`SubmitError::Busy`] when the queue is full, [`SubmitError::Stopped`] when the venue takes nothing any more. The submission was
    /// not taken then, and its reply is dropped.
    pub fn try_submit(&self, submission: Submission) -> Result<(), SubmitError> {
        self.put(submission)?;
        self.see_to_it();
        Ok(())
    }

    /// Puts a submission into the queue, where it waits for [`Submitter::see_to_it`]: for who has several.
    ///
    /// # Errors
    /// As [`Submitter::try_submit`].
    pub fn put(&self, submission: Submission) -> Result<(), SubmitError> {
        if self.0.stop.reason().is_some() {
            return Err(self.0.stop.error());
        }
        self.0
            .queue
            .put(submission)
            .map_err(|refused| match refused {
                Refused::Full => SubmitError::Busy,
                Refused::Closed => self.0.stop.error(),
            })
    }

    /// What waits is decided: by the sequencer thread, or, when that and the journal thread have nothing to do and little waits,
    /// by the caller, before this returns. That saves an order on its own the time of two threads' waking.
    pub fn see_to_it(&self) {
        self.0.see_to_it();
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
        entry.await.map_err(|_| self.0.stop.error())
    }

    /// What `ask` finds in the market as it stands now, and the entry behind which that is; it need not be durable yet. Blocks while
    /// somebody decides, which can be as long as the disk is behind: keep `ask` short, and call this off the async tasks.
    ///
    /// # Errors
    /// [`SubmitError::Stopped`] after a defect.
    pub fn look<T>(&self, ask: impl FnOnce(&Market) -> T) -> Result<(u64, T), SubmitError> {
        let looked = self.0.look(ask);
        looked.ok_or(SubmitError::Stopped(StopReason::Defect))
    }

    /// Why the venue takes nothing any more, if so.
    pub fn stopped(&self) -> Option<StopReason> {
        self.0.stop.reason().cloned()
    }
}

impl fmt::Debug for Submitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitter")
            .field("queued", &self.0.queue.len())
            .field("stopped", &self.0.stop.reason())
            .finish_non_exhaustive()
    }
}
