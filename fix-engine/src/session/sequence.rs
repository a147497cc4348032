//! The order of the peer's numbers: too low, too high, in turn, and SequenceReset (4). In: messages of a logged-on
//! peer with their numbers. Out: which of them are taken now. What a taken message means stands in `inbound.rs`.

use crate::codec::message::Message;
use crate::session::action::{Action, DisconnectReason, Note};
use crate::session::admin;
use crate::session::check::{self, OrigSendingTime};
use crate::session::early::Gap;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::store::MAX_MSG_SEQ_NUM;
use crate::session::timers::Timer;
use crate::tag;

/// How often we ask for the same messages before we give up.
const RESEND_ATTEMPTS_MAX: u32 = 3;

impl Session {
    /// A number below the expected one: a duplicate, or a peer that has lost its place.
    pub(super) fn too_low(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        received: u64,
    ) -> Result<(), Failed> {
        if !check::is_poss_dup(message) {
            let why = DisconnectReason::MsgSeqNumTooLow {
                expected: self.next_in,
                received,
            };
            return self.refuse_and_close(turn, &why.to_string(), why);
        }
        match check::orig_sending_time(&self.config, message) {
            OrigSendingTime::Good => {
                turn.out.push(Action::Noted(Note::Duplicate {
                    msg_seq_num: received,
                }));
                Ok(())
            }
            OrigSendingTime::Missing(rejection) => self.reject(turn, message, received, &rejection),
            OrigSendingTime::Later(rejection) => {
                self.reject(turn, message, received, &rejection)?;
                self.refuse(turn, &rejection.text)
            }
        }
    }

    /// A number above the expected one: kept until its turn, and what is missing is asked for, once.
    pub(super) fn too_high(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        received: u64,
        is_served: bool,
    ) -> Result<(), Failed> {
        if !self.early.keep(received, message, is_served) {
            turn.out.push(Action::Noted(Note::EarlyDropped {
                msg_seq_num: received,
            }));
        }
        if self.early.is_asking() || self.early.has(self.next_in) {
            return Ok(());
        }
        turn.out.push(Action::Noted(Note::GapFound {
            from: self.next_in,
            received,
        }));
        self.ask_again(turn)
    }

    /// A Logon (A) above the expected number, of a peer that our own tells what we lack (789): it sends that again
    /// without being asked. If nothing comes, it is asked for.
    pub(super) fn await_resend(&mut self, turn: &mut Turn<'_>, logon: Message, received: u64) {
        turn.out.push(Action::Noted(Note::GapFound {
            from: self.next_in,
            received,
        }));
        self.early.keep(received, logon, false);
        self.early.expect(self.next_in);
        self.wait_for_resend(turn);
    }

    /// Asks for what is missing from the expected number on.
    pub(super) fn ask_again(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        let request = self.early.ask(self.next_in, self.config.resend_request_max);
        if request.attempts > RESEND_ATTEMPTS_MAX {
            let from = self.next_in;
            let text = format!(
                "messages from {from} on were asked for {RESEND_ATTEMPTS_MAX} times and did not come"
            );
            return self.refuse_and_close(turn, &text, DisconnectReason::ResendUnanswered { from });
        }
        self.wait_for_resend(turn);
        let end = if request.is_piece || self.config.closed_resend_ranges {
            request.end
        } else {
            0
        };
        self.send_admin(turn, &admin::resend_request(self.next_in, end))
    }

    fn wait_for_resend(&mut self, turn: &Turn<'_>) {
        self.timers.set(
            Timer::ResendWait,
            turn.now.plus_secs(self.config.resend_wait_secs.into()),
        );
    }

    /// The resend that we asked for does not go on. While the application has too much nothing is read: that is not the
    /// peer's fault.
    pub(super) fn resend_wait_over(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        if !self.early.is_asking() {
            return Ok(());
        }
        if self.unconfirmed.is_full() {
            self.wait_for_resend(turn);
            return Ok(());
        }
        self.ask_again(turn)
    }

    /// After the expected number moved: drops what is behind, and closes, continues or renews the request.
    pub(super) fn settle_gap(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        match self.early.progress(self.next_in) {
            Gap::Unchanged => Ok(()),
            Gap::Closed => {
                self.timers.stop(Timer::ResendWait);
                turn.out
                    .push(Action::Noted(Note::GapClosed { next: self.next_in }));
                Ok(())
            }
            Gap::Smaller => {
                self.wait_for_resend(turn);
                Ok(())
            }
            Gap::Again => self.ask_again(turn),
        }
    }

    /// SequenceReset (4) in Reset mode: its own number does not count.
    pub(super) fn sequence_reset(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        received: u64,
    ) -> Result<(), Failed> {
        let rejected = check::dictionary(&self.config, message)
            .and_then(|()| new_seq_no(message, self.next_in));
        match rejected {
            Ok(new_seq_no) => {
                self.next_in = new_seq_no;
                Ok(())
            }
            Err(rejection) => self.reject(turn, message, received, &rejection),
        }
    }

    /// SequenceReset (4) in GapFill mode, in its turn.
    pub(super) fn gap_fill(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        received: u64,
    ) -> Result<(), Failed> {
        match new_seq_no(message, received + 1) {
            Ok(new_seq_no) => self.next_in = new_seq_no,
            Err(rejection) => self.reject(turn, message, received, &rejection)?,
        }
        Ok(())
    }

    /// Moves the store's inbound number up to the first message that is not durable.
    pub(super) fn settle_store(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        let durable = self
            .unconfirmed
            .durable_next(turn.store.incarnation(), self.next_in);
        if durable != turn.store.next_in() {
            turn.store.set_next_in(durable)?;
        }
        Ok(())
    }
}

/// Whether a SequenceReset (4) only fills a gap (GapFillFlag, 123).
pub(super) fn is_gap_fill(message: &Message) -> bool {
    message.value(tag::GAP_FILL_FLAG) == Some(b"Y")
}

/// NewSeqNo (36), at least `least`.
fn new_seq_no(
    message: &Message,
    least: u64,
) -> Result<u64, crate::dictionary::rejection::Rejection> {
    let tag = tag::NEW_SEQ_NO;
    match message.uint(tag) {
        Ok(Some(number)) if number > MAX_MSG_SEQ_NUM => Err(check::wrong_value(
            tag,
            format!("NewSeqNo (36) {number} is above {MAX_MSG_SEQ_NUM}"),
        )),
        Ok(Some(number)) if number >= least => Ok(number),
        Ok(Some(number)) => Err(check::wrong_value(
            tag,
            format!("NewSeqNo (36) too low: expected at least {least} but received {number}"),
        )),
        _ => Err(check::wrong_value(
            tag,
            "NewSeqNo (36) must be a number".to_owned(),
        )),
    }
}
