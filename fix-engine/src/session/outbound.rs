//! Sending: numbers, the store, the bytes. In: bodies. Out: [`Action::Transmit`]. Knows nothing of what came in.

use bytes::Bytes;

use crate::codec::body::Body;
use crate::codec::encode::{Header, encode};
use crate::session::action::{Action, Note};
use crate::session::config::Role;
use crate::session::input::Send;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::state::State;
use crate::session::timers::Timer;
use crate::time::Timestamp;

impl Session {
    /// Sends an administrative message: it uses up a number, nothing is kept.
    pub(super) fn send_admin(&mut self, turn: &mut Turn<'_>, body: &Body) -> Result<(), Failed> {
        let msg_seq_num = turn.store.next_out();
        turn.store.skip(msg_seq_num)?;
        let bytes = self.encoded(turn, msg_seq_num, body);
        self.transmit(turn, bytes);
        Ok(())
    }

    /// Sends a message of the application's, now or as soon as the peer asks for it.
    pub(super) fn send(
        &mut self,
        turn: &mut Turn<'_>,
        body: &Body,
        send: Send,
    ) -> Result<(), Failed> {
        if matches!(send, Send::Durable(_)) {
            self.make_way(turn)?;
        }
        let is_logged_on = self.state == State::LoggedOn;
        let msg_seq_num = turn.store.next_out();
        match send {
            Send::Transient if !is_logged_on => {
                turn.out.push(Action::Noted(Note::TransientDropped));
                return Ok(());
            }
            Send::Transient => {
                turn.store.skip(msg_seq_num)?;
                let bytes = self.encoded(turn, msg_seq_num, body);
                self.transmit(turn, bytes);
            }
            Send::Durable(cause) => {
                let bytes = self.encoded(turn, msg_seq_num, body);
                turn.store.append(msg_seq_num, Some(cause), &bytes)?;
                if is_logged_on {
                    self.transmit(turn, bytes);
                } else if self.has_greeted() {
                    self.unsent.get_or_insert(msg_seq_num);
                }
            }
        }
        Ok(())
    }

    /// Our Logon (A) is out and the peer's is not here: what has a number now shows no gap at the peer's.
    fn has_greeted(&self) -> bool {
        match self.state {
            State::AwaitingLogon => self.config.role == Role::Initiator,
            State::AwaitingReset => true,
            _ => false,
        }
    }

    /// Hands bytes to the driver. While logged on the next Heartbeat is put off.
    pub(super) fn transmit(&mut self, turn: &mut Turn<'_>, bytes: Bytes) {
        turn.out.push(Action::Transmit(bytes));
        if self.state == State::LoggedOn {
            self.put_off_heartbeat(turn.now);
        }
    }

    /// The next Heartbeat (0) is due after HeartBtInt (108) from now; 0 asks for none.
    pub(super) fn put_off_heartbeat(&mut self, now: Timestamp) {
        if self.heart_bt_int_secs > 0 {
            let at = now.plus_secs(self.heart_bt_int_secs.into());
            self.timers.set(Timer::Heartbeat, at);
        }
    }

    /// A message with a header of its own time.
    fn encoded(&mut self, turn: &Turn<'_>, msg_seq_num: u64, body: &Body) -> Bytes {
        let mut header = self.config.header(msg_seq_num, turn.now);
        header.last_msg_seq_num_processed = self.last_processed(turn);
        encode(&header, body, &mut self.scratch);
        self.scratch.split().freeze()
    }

    /// LastMsgSeqNumProcessed (369), where it was agreed on: everything up to it has had its effect.
    pub(super) fn last_processed(&self, turn: &Turn<'_>) -> Option<u64> {
        self.config.send_last_msg_seq_num_processed.then(|| {
            let incarnation = turn.store.incarnation();
            self.unconfirmed.durable_next(incarnation, self.next_in) - 1
        })
    }
}

impl crate::session::config::SessionConfig {
    /// The header of an outgoing message.
    pub(super) fn header(&self, msg_seq_num: u64, now: Timestamp) -> Header<'_> {
        let mut header = Header::new(
            &self.begin_string,
            &self.sender_comp_id,
            &self.target_comp_id,
            msg_seq_num,
            now,
        );
        header.precision = self.sending_time_precision;
        header
    }
}
