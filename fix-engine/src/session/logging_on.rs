//! The beginning of a conversation: Logon (A), its answer, and agreeing to begin at 1 again (FIX 4.4 vol. 2, Logon).
//! In: the first message of a connection, or a Logon with ResetSeqNumFlag (141). Out: an answer, or a refusal in plain
//! words. Whether the password was right is the application's affair, before this.

use crate::codec::message::Message;
use crate::msg_type;
use crate::session::action::{Action, DisconnectReason};
use crate::session::admin;
use crate::session::check;
use crate::session::config::Role;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::peer_resets;
use crate::session::state::State;
use crate::session::timers::Timer;
use crate::tag;

impl Session {
    /// A connection stands.
    pub(super) fn connected(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        self.state = State::AwaitingLogon;
        self.timers.set(
            Timer::Logon,
            turn.now.plus_secs(self.config.logon_wait_secs.into()),
        );
        if self.config.role == Role::Acceptor {
            return Ok(());
        }
        if let Err(text) = self.within_hours() {
            self.close(turn, DisconnectReason::OutsideHours(text));
            return Ok(());
        }
        let reset = self.config.reset_seq_num_flag || self.config.reset_on_logon;
        if reset {
            self.begin_anew(turn)?;
        }
        self.heart_bt_int_secs = self.config.heart_bt_int_secs;
        self.send_logon(turn, reset)
    }

    /// The first message of a connection.
    pub(super) fn first_message(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
    ) -> Result<(), Failed> {
        let is_refused =
            self.config.role == Role::Initiator && message.msg_type() == msg_type::LOGOUT;
        if is_refused {
            let text = message
                .text(tag::TEXT)
                .unwrap_or("the peer answered our Logon with Logout")
                .to_owned();
            self.close(turn, DisconnectReason::LogonRefused(text));
            return Ok(());
        }
        if message.msg_type() != msg_type::LOGON {
            self.close(turn, DisconnectReason::NotLogon);
            return Ok(());
        }
        let stranger = check::begin_string(&self.config, &message).and_then(|()| {
            check::comp_ids(&self.config, &message).map_err(|rejection| rejection.text)
        });
        if let Err(text) = stranger {
            self.close(turn, DisconnectReason::LogonRefused(text));
            return Ok(());
        }
        let agreed = self.within_hours();
        match agreed.and_then(|()| self.agreed(turn, &message)) {
            Ok(agreed) => self.log_on(turn, message, agreed),
            Err(text) => {
                self.refuse_and_close(turn, &text.clone(), DisconnectReason::LogonRefused(text))
            }
        }
    }

    /// A Logon (A) with ResetSeqNumFlag (141) while logged on: both sides begin at 1.
    pub(super) fn peer_resets(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), Failed> {
        let agreed = match self.agreed(turn, message) {
            Ok(agreed) => agreed,
            Err(text) => return self.refuse(turn, &text),
        };
        debug_assert_eq!(agreed.msg_seq_num, number, "read from the same message");
        if self.peer_resets.are_too_many(turn.now) {
            let (max, secs) = (peer_resets::MAX, peer_resets::WITHIN_SECS);
            let text = format!("ResetSeqNumFlag (141) more than {max} times within {secs} seconds");
            return self.refuse_and_close(turn, &text.clone(), DisconnectReason::Fault(text));
        }
        self.begin_anew(turn)?;
        self.next_in = 2;
        self.heart_bt_int_secs = agreed.heart_bt_int_secs;
        self.send_logon(turn, true)
    }

    /// This side asks to begin at 1 again while logged on. Some engines take that without a Logon (A) of their own: their next message
    /// has number 1 then, the answer to our TestRequest (1) at the latest.
    pub(super) fn reset_live(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        self.begin_anew(turn)?;
        self.timers.stop_all();
        self.state = State::AwaitingReset;
        self.timers.set(
            Timer::Logon,
            turn.now.plus_secs(self.config.logon_wait_secs.into()),
        );
        self.send_logon(turn, true)?;
        self.test_requests_sent += 1;
        self.send_admin(turn, &admin::test_request(self.test_requests_sent))
    }

    /// Our Logon (A): the first of an initiator shows who it is.
    fn send_logon(&mut self, turn: &mut Turn<'_>, reset: bool) -> Result<(), Failed> {
        let is_first = self.config.role == Role::Initiator && self.state == State::AwaitingLogon;
        let next_expected = self
            .config
            .use_next_expected_msg_seq_num
            .then_some(self.next_in);
        let credentials = is_first.then_some(&self.config);
        let logon = admin::logon(self.heart_bt_int_secs, reset, next_expected, credentials);
        self.send_admin(turn, &logon)
    }

    /// A message while the answer to our reset is awaited: everything else belongs to the old numbers.
    pub(super) fn reset_answer(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
    ) -> Result<(), Failed> {
        let is_first = message.msg_seq_num() == Ok(1) && !check::is_poss_dup(&message);
        let is_reset = check::asks_for_reset(&message);
        match message.msg_type() {
            msg_type::LOGON if is_first && is_reset => {
                if let Err(text) = self.is_good_answer(turn, &message) {
                    return self.refuse(turn, &text);
                }
                self.next_in = 2;
                self.reset_agreed(turn)
            }
            msg_type::LOGOUT => {
                self.close(turn, DisconnectReason::PeerLoggedOut);
                Ok(())
            }
            msg_type::LOGON => Ok(()),
            _ if is_first => {
                self.reset_agreed(turn)?;
                self.on_message(turn, message)
            }
            _ => Ok(()),
        }
    }

    /// What holds for every message of the peer's holds for its answer to our reset, too.
    fn is_good_answer(&self, turn: &Turn<'_>, logon: &Message) -> Result<(), String> {
        check::begin_string(&self.config, logon)?;
        check::comp_ids(&self.config, logon)
            .and_then(|()| check::sending_time(&self.config, turn.now, logon))
            .and_then(|()| check::dictionary(&self.config, logon))
            .map_err(|rejection| rejection.text)
    }

    fn reset_agreed(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        self.timers.stop(Timer::Logon);
        self.state = State::LoggedOn;
        self.start_heartbeats(turn);
        self.serve_unsent(turn)?;
        self.settle_store(turn)
    }

    /// Both numbers are 1 again; what was kept is gone. Confirmations of the old numbers may still come.
    pub(super) fn begin_anew(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        turn.store.reset(turn.now)?;
        self.early.clear();
        self.resends.clear();
        self.early_logon = None;
        self.timers.stop(Timer::ResendChunk);
        self.timers.stop(Timer::ResendWait);
        self.next_in = 1;
        turn.out.push(Action::WasReset);
        Ok(())
    }

    /// Reads what a Logon (A) asks for, or says in plain words why it is refused.
    fn agreed(&self, turn: &Turn<'_>, message: &Message) -> Result<Agreed, String> {
        check::dictionary(&self.config, message).map_err(|rejection| rejection.text)?;
        check::sending_time(&self.config, turn.now, message).map_err(|rejection| rejection.text)?;
        let msg_seq_num = check::msg_seq_num(message)?;
        let is_reset = check::asks_for_reset(message);
        if is_reset && msg_seq_num != 1 {
            return Err(format!(
                "ResetSeqNumFlag (141) Y needs MsgSeqNum 1 but received {msg_seq_num}"
            ));
        }
        let lacks_from = self.lacks_from(turn, message, is_reset)?;
        match message.uint(tag::ENCRYPT_METHOD) {
            Ok(Some(0)) => {}
            Ok(None) => return Err("EncryptMethod (98) is missing".to_owned()),
            _ => {
                return Err(
                    "EncryptMethod (98) must be 0: encryption is the transport's affair (TLS)"
                        .to_owned(),
                );
            }
        }
        Ok(Agreed {
            msg_seq_num,
            is_reset,
            knows_lacks: self.config.use_next_expected_msg_seq_num
                && message.has(tag::NEXT_EXPECTED_MSG_SEQ_NUM),
            lacks_from,
            heart_bt_int_secs: self.heart_bt_int(message)?,
        })
    }

    /// The first message of ours that the peer lacks according to NextExpectedMsgSeqNum (789), where that was agreed on.
    fn lacks_from(
        &self,
        turn: &Turn<'_>,
        message: &Message,
        is_reset: bool,
    ) -> Result<Option<u64>, String> {
        if !self.config.use_next_expected_msg_seq_num {
            return Ok(None);
        }
        let expected = match message.uint(tag::NEXT_EXPECTED_MSG_SEQ_NUM) {
            Ok(None) => return Ok(None),
            Ok(Some(expected)) if expected > 0 => expected,
            _ => return Err("NextExpectedMsgSeqNum (789) must be a number from 1 on".to_owned()),
        };
        let ours = match self.config.role {
            Role::Acceptor if is_reset || self.config.reset_on_logon => 1,
            Role::Acceptor => turn.store.next_out(),
            Role::Initiator => self.unsent.unwrap_or(turn.store.next_out()),
        };
        if expected > ours {
            return Err(format!(
                "NextExpectedMsgSeqNum (789) too high: expecting at most {ours} but received {expected}"
            ));
        }
        Ok(Some(expected).filter(|expected| *expected < ours))
    }

    fn heart_bt_int(&self, message: &Message) -> Result<u32, String> {
        let allowed = &self.config.heart_bt_int_secs_allowed;
        let text = || {
            format!(
                "HeartBtInt (108) must be {} to {} seconds",
                allowed.start(),
                allowed.end()
            )
        };
        let asked = message
            .uint(tag::HEART_BT_INT)
            .ok()
            .flatten()
            .and_then(|secs| u32::try_from(secs).ok());
        let secs = asked.ok_or_else(text)?;
        if self.config.role == Role::Acceptor && !allowed.contains(&secs) {
            return Err(format!("{} but is {secs}", text()));
        }
        Ok(if self.config.role == Role::Acceptor {
            secs
        } else {
            self.config.heart_bt_int_secs
        })
    }

    /// The Logon (A) is good: sets the numbers, answers, and asks for what is missing.
    fn log_on(
        &mut self,
        turn: &mut Turn<'_>,
        message: Message,
        agreed: Agreed,
    ) -> Result<(), Failed> {
        let is_acceptor = self.config.role == Role::Acceptor;
        let asked_for = self.config.reset_seq_num_flag || self.config.reset_on_logon;
        if agreed.is_reset && (is_acceptor || !asked_for)
            || is_acceptor && self.config.reset_on_logon
        {
            self.begin_anew(turn)?;
        }
        let number = agreed.msg_seq_num;
        if number < self.next_in {
            let why = DisconnectReason::MsgSeqNumTooLow {
                expected: self.next_in,
                received: number,
            };
            return self.refuse_and_close(turn, &why.to_string(), why);
        }
        let is_in_turn = number == self.next_in;
        if is_in_turn {
            self.next_in = number + 1;
        }
        self.timers.stop(Timer::Logon);
        self.heart_bt_int_secs = agreed.heart_bt_int_secs;
        self.state = State::LoggedOn;
        if is_acceptor {
            self.send_logon(turn, agreed.is_reset)?;
        }
        self.is_announced = true;
        turn.out.push(Action::LoggedOn);
        self.start_heartbeats(turn);
        self.unsent = agreed.lacks_from.or(self.unsent);
        self.serve_unsent(turn)?;
        if is_in_turn {
            return self.settle_store(turn);
        }
        self.early_logon = Some(number);
        if agreed.knows_lacks {
            self.await_resend(turn, message, number);
            return Ok(());
        }
        self.too_high(turn, message, number, false)
    }

    fn start_heartbeats(&mut self, turn: &mut Turn<'_>) {
        self.put_off_heartbeat(turn.now);
        self.heard(turn);
    }
}

/// What a good Logon (A) asks for.
struct Agreed {
    msg_seq_num: u64,
    is_reset: bool,
    /// Whether the peer learns from NextExpectedMsgSeqNum (789) what we lack.
    knows_lacks: bool,
    /// The first message of ours that the peer lacks and will not ask for.
    lacks_from: Option<u64>,
    heart_bt_int_secs: u32,
}
