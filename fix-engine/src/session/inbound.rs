//! Messages of a logged-on peer. In: one message. Out: what it makes the session do (FIX 4.4 vol. 2, «Session
//! protocol»). Application messages pass through unread.

use crate::codec::message::Message;
use crate::dictionary::rejection::Rejection;
use crate::msg_type;
use crate::session::action::{Action, DisconnectReason};
use crate::session::admin;
use crate::session::check::{self, OrigSendingTime};
use crate::session::early::Waiting;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::sequence::is_gap_fill;
use crate::session::state::State;
use crate::session::timers::Timer;
use crate::tag;

/// Tenths of HeartBtInt (108) without any message until we ask, and again until we give up.
const SILENCE_TENTHS: i64 = 12;

impl Session {
    /// Any message while logged on or logging out.
    pub(super) fn on_message(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
    ) -> Result<(), Failed> {
        self.heard(turn);
        if let Err(text) = check::begin_string(&self.config, &message) {
            return self.refuse(turn, &text);
        }
        let number = match check::msg_seq_num(&message) {
            Ok(number) => number,
            Err(text) => {
                return self.refuse_and_close(turn, &text, DisconnectReason::MsgSeqNumMissing);
            }
        };
        let checked = check::comp_ids(&self.config, &message)
            .and_then(|()| check::sending_time(&self.config, turn.now, &message));
        if let Err(rejection) = checked {
            return self.reject_and_refuse(turn, &message, number, &rejection);
        }
        self.sequence(turn, message, number)?;
        self.pump(turn)
    }

    /// Takes what can be taken of the early messages, then brings gap and store up to date.
    pub(super) fn pump(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        while self.state.takes_messages()
            && !self.unconfirmed.is_full()
            && let Some(Waiting { message, is_served }) = self.early.take(self.next_in)
        {
            self.take(turn, message, self.next_in, is_served)?;
        }
        if self.state.takes_messages() {
            self.settle_gap(turn)?;
        }
        self.settle_store(turn)
    }

    /// The peer lives.
    pub(super) fn heard(&mut self, turn: &mut Turn<'_>) {
        self.is_testing = false;
        if self.state == State::LoggedOn {
            self.await_a_word(turn);
        }
    }

    /// The peer is asked whether it lives when nothing comes for so long; never, where HeartBtInt (108) is 0.
    fn await_a_word(&mut self, turn: &Turn<'_>) {
        if self.heart_bt_int_secs > 0 {
            let nanos = i64::from(self.heart_bt_int_secs) * SILENCE_TENTHS * 100_000_000;
            self.timers.set(Timer::Silence, turn.now.plus_nanos(nanos));
        }
    }

    /// Nothing came for too long: ask, and the second time give up. While the application has too much nothing is read: that
    /// is not the peer's fault.
    pub(super) fn silence(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        if self.unconfirmed.is_full() {
            self.await_a_word(turn);
            return Ok(());
        }
        if self.is_testing {
            let silent_secs =
                u64::from(self.heart_bt_int_secs) * SILENCE_TENTHS.unsigned_abs() * 2 / 10;
            self.close(turn, DisconnectReason::Silent { silent_secs });
            return Ok(());
        }
        self.is_testing = true;
        self.test_requests_sent += 1;
        self.await_a_word(turn);
        self.send_admin(turn, &admin::test_request(self.test_requests_sent))
    }

    fn sequence(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        number: u64,
    ) -> Result<(), Failed> {
        match message.msg_type() {
            // one that is sent again is of the past: it must not make both sides forget
            msg_type::LOGON if check::asks_for_reset(&message) && !check::is_poss_dup(&message) => {
                return self.peer_resets(turn, &message, number);
            }
            msg_type::SEQUENCE_RESET if !is_gap_fill(&message) => {
                return self.sequence_reset(turn, &message, number);
            }
            _ => {}
        }
        if number < self.next_in {
            return self.too_low(turn, &message, number);
        }
        if number == self.next_in && !self.unconfirmed.is_full() {
            return self.take(turn, message, number, false);
        }
        if number == self.next_in {
            return self.hold(turn, message, number);
        }
        match message.msg_type() {
            msg_type::LOGOUT => self.peer_logs_out(turn, &message),
            msg_type::RESEND_REQUEST if check::dictionary(&self.config, &message).is_ok() => {
                self.serve(turn, &message, number)?;
                if self.state.takes_messages() {
                    self.too_high(turn, message, number, true)
                } else {
                    Ok(())
                }
            }
            _ => self.too_high(turn, message, number, false),
        }
    }

    /// In turn, while the application has too much already: kept like an early one.
    fn hold(&mut self, turn: &mut Turn<'_>, message: Message, number: u64) -> Result<(), Failed> {
        if self.early.keep(number, message, false) {
            return Ok(());
        }
        let text = "more messages than may wait for the application; log on again and they will be asked for";
        self.refuse_and_close(turn, text, DisconnectReason::Overrun)
    }

    /// A message in its turn.
    fn take(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        number: u64,
        is_served: bool,
    ) -> Result<(), Failed> {
        self.next_in = number + 1;
        match check::orig_sending_time(&self.config, &message) {
            OrigSendingTime::Good => {}
            OrigSendingTime::Missing(rejection) => {
                return self.reject(turn, &message, number, &rejection);
            }
            OrigSendingTime::Later(rejection) => {
                return self.reject_and_refuse(turn, &message, number, &rejection);
            }
        }
        if let Err(rejection) = check::dictionary(&self.config, &message) {
            return self.reject(turn, &message, number, &rejection);
        }
        match message.msg_type() {
            msg_type::HEARTBEAT => Ok(()),
            msg_type::TEST_REQUEST => {
                self.send_admin(turn, &admin::heartbeat(message.value(tag::TEST_REQ_ID)))
            }
            msg_type::RESEND_REQUEST if is_served => Ok(()),
            msg_type::RESEND_REQUEST => self.serve(turn, &message, number),
            msg_type::REJECT => {
                turn.out.push(Action::PeerRejected(message));
                Ok(())
            }
            msg_type::SEQUENCE_RESET => self.gap_fill(turn, &message, number),
            msg_type::LOGOUT => self.peer_logs_out(turn, &message),
            msg_type::LOGON => self.logon_again(turn, &message, number),
            _ => {
                self.unconfirmed.push(turn.store.incarnation(), number);
                turn.out.push(Action::Deliver(message));
                Ok(())
            }
        }
    }

    /// A Logon (A) that asks for nothing while logged on: the early one that has been answered, or a second one.
    fn logon_again(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), Failed> {
        if self.early_logon.take() == Some(number) {
            return Ok(());
        }
        let text = "already logged on: a Logon now must carry ResetSeqNumFlag (141) Y";
        self.reject(turn, message, number, &check::other(text))
    }

    fn peer_logs_out(&mut self, turn: &mut Turn<'_>, message: &Message) -> Result<(), Failed> {
        let is_answer = self.state == State::LoggingOut;
        self.settle_store(turn)?;
        if is_answer {
            self.close(turn, DisconnectReason::LogoutAnswered);
            return Ok(());
        }
        self.send_admin(turn, &admin::logout(""))?;
        let text = message.text(tag::TEXT).filter(|text| !text.is_empty());
        let text = text.map_or_else(
            || DisconnectReason::PeerLoggedOut.to_string(),
            str::to_owned,
        );
        self.forget_connection(turn, &text);
        turn.out.push(Action::Disconnect {
            why: DisconnectReason::PeerLoggedOut,
        });
        Ok(())
    }

    fn reject_and_refuse(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        number: u64,
        rejection: &Rejection,
    ) -> Result<(), Failed> {
        if number == self.next_in {
            self.next_in = number + 1;
        }
        self.reject(turn, message, number, rejection)?;
        self.refuse(turn, &rejection.text)?;
        self.settle_store(turn)
    }
}
