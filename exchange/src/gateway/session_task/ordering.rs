//! Orders through a session: a delivered message becomes a command for the sequencer; what came of it is told and confirmed.

use super::SessionTask;
use crate::gateway::inbound;
use crate::gateway::refused::Refused;
use crate::sequencer::{Submission, SubmitError};
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::msg_type;
use fix_engine::session::input::{Cause, Input, Send};
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::command::Command;

impl From<SubmitError> for Refused {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy => Self::Busy,
            SubmitError::Stopped(_) => Self::Stopped,
        }
    }
}

impl SessionTask {
    /// An order, cancel, replace, status request or mass cancel.
    pub(super) fn order(&mut self, message: &Message, msg_seq_num: u64) -> Result<(), Refused> {
        if !self.rights().is_some_and(|rights| rights.orders) {
            return Err(Refused::NotAuthorised);
        }
        let venue = &self.venue;
        let (directory, calendar) = (&venue.directory, &venue.calendar);
        let command = inbound::command(message, self.participant, directory, calendar)?;
        let is_mass_status = message.msg_type() == msg_type::ORDER_MASS_STATUS_REQUEST;
        if is_mass_status && self.mass_status.is_some() {
            return Err(Refused::StillAnswering);
        }
        let trace = self.trace(message);
        self.submit(command, msg_seq_num, trace)?;
        if is_mass_status {
            self.mass_status = Some(msg_seq_num);
        }
        Ok(())
    }

    /// Puts a command into the sequencer's queue, where it waits for the end of the turn.
    fn submit(&self, command: Command, msg_seq_num: u64, trace: TraceId) -> Result<(), Refused> {
        let submission = Submission {
            origin: Origin::Session {
                participant: self.participant,
                incarnation: self.incarnation(),
                msg_seq_num,
            },
            trace,
            instruction: Instruction::Market(command),
            reply: None,
        };
        let submitted = self.venue.submitter.put(submission);
        submitted.map_err(Refused::from)
    }

    /// Tells the participant what an entry caused, once.
    pub(super) fn tell(&mut self, entry: &Entry, event: usize, cause: Cause, body: Body) {
        if self.has_failed() || self.told.is_some_and(|told| cause <= told) {
            return;
        }
        if event + 1 == entry.events.len() {
            // Before the answer's last report is out, so that the participant may ask again at once.
            self.answered(entry);
        }
        self.queue(Input::Send(body, Send::Durable(cause)));
        self.told = Some(cause);
    }

    /// The whole answer to a message is told.
    fn answered(&mut self, entry: &Entry) {
        if let Origin::Session {
            participant,
            msg_seq_num,
            ..
        } = entry.origin
            && participant == self.participant
        {
            self.mass_status.take_if(|asked| *asked == msg_seq_num);
        }
    }

    /// A message is durable in the journal, and what it caused has been told.
    pub(super) fn confirm(&mut self, msg_seq_num: u64) {
        self.mass_status.take_if(|asked| *asked == msg_seq_num);
        self.queue(Input::Confirm { msg_seq_num });
    }
}
