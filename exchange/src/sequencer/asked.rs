//! [`Asked`]: a submission as the entry that it becomes. Who asks writes it, once, where it stays: it is numbered, decided, written and read
//! in this place, and only its address goes from hand to hand.

use crate::sequencer::Submission;
use journal::entry::Entry;
use market::time::Timestamp;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What waits to be decided.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Without number, time and events; nobody else has it. What stands in its events means nothing.
    pub(crate) entry: Arc<Entry>,
    /// Who waits for it to be durable.
    pub(crate) reply: Option<oneshot::Sender<Arc<Entry>>>,
}

impl Asked {
    /// Writes a submission into a blank, if there is one that nobody else has.
    pub(crate) fn new(submission: Submission, blank: Option<Arc<Entry>>) -> Self {
        let Submission {
            origin,
            trace,
            instruction,
            reply,
        } = submission;
        if let Some(mut blank) = blank
            && let Some(entry) = Arc::get_mut(&mut blank)
        {
            entry.origin = origin;
            entry.trace = trace;
            entry.instruction = instruction;
            return Self {
                entry: blank,
                reply,
            };
        }
        let entry = Arc::new(Entry {
            seq: 0,
            at: Timestamp::from_nanos(0),
            origin,
            trace,
            instruction,
            events: Vec::new(),
        });
        Self { entry, reply }
    }
}
