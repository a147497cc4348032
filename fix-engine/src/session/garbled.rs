//! What comes of bytes that are no message (FIX 4.4 vol. 2, «Garbled messages»): ignored, so that the gap in the
//! numbers shows them; refused, where the counterparties agreed so; or the end. In: what is wrong with them, and
//! what could be read where they were a whole frame. Does not know how a stream is split.

use crate::codec::garbled::{Garbled, Unreadable};
use crate::session::action::{Action, DisconnectReason, Note};
use crate::session::admin;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::state::State;

impl Session {
    /// Bytes that are no message.
    pub(super) fn garbled(
        &mut self,
        turn: &mut Turn<'_>,
        bytes: &Unreadable,
    ) -> Result<(), Failed> {
        turn.out.push(Action::Noted(Note::Garbled(bytes.why)));
        match (self.state, bytes.why) {
            (State::AwaitingLogon, _) => self.close(turn, DisconnectReason::NotLogon),
            (State::LoggedOn, Garbled::TooLong { announced, limit }) => {
                let why = DisconnectReason::MessageTooLong { announced, limit };
                return self.refuse_and_close(turn, &why.to_string(), why);
            }
            (State::LoggingOut, Garbled::TooLong { announced, limit }) => {
                self.close(turn, DisconnectReason::MessageTooLong { announced, limit });
            }
            (State::LoggedOn | State::LoggingOut, _) if self.config.reject_garbled => {
                return self.reject_garbled(turn, bytes);
            }
            _ => {}
        }
        Ok(())
    }

    /// Refuses a garbled message that has the expected number. Any other shows itself by the numbers.
    fn reject_garbled(&mut self, turn: &mut Turn<'_>, bytes: &Unreadable) -> Result<(), Failed> {
        if bytes.msg_seq_num != Some(self.next_in) {
            return Ok(());
        }
        let body = admin::reject_garbled(self.next_in, bytes);
        self.next_in += 1;
        self.send_admin(turn, &body)?;
        self.pump(turn)
    }
}
