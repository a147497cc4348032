//! The top of the session: one input in, actions out. Everything else in this folder is called from here.

use crate::codec::message::Message;
use crate::msg_type;
use crate::session::action::{Action, DisconnectReason, Note};
use crate::session::admin;
use crate::session::input::Input;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::state::State;
use crate::session::store::{MAX_MSG_SEQ_NUM, Store};
use crate::session::timers::Timer;
use crate::time::Timestamp;

impl Session {
    /// Takes one input at the time `now` and appends what the driver has to do, in order, to `out`.
    ///
    /// Everything that is to be sent stands in the store before this returns. A store that fails ends the
    /// connection ([`Action::StoreFailed`], then [`Action::Disconnect`]); nothing of that turn is sent.
    pub fn handle(
        &mut self,
        now: Timestamp,
        input: Input,
        store: &mut dyn Store,
        out: &mut Vec<Action>,
    ) {
        self.handle_batch(now, [input], store, out);
    }

    /// Takes several inputs that are there at the same time, as [`Session::handle`] takes one: one turn, and one
    /// [`Store::commit`] for all of them. The driver gives at most [`Session::room`] messages at once.
    ///
    /// When the store fails nothing of the whole batch is sent, and what is left of it is dropped. Only its
    /// confirmations still count: they tell of something that is done already.
    pub fn handle_batch(
        &mut self,
        now: Timestamp,
        inputs: impl IntoIterator<Item = Input>,
        store: &mut dyn Store,
        out: &mut Vec<Action>,
    ) {
        let before = out.len();
        let mut turn = Turn { now, store, out };
        let mut inputs = inputs.into_iter();
        let done = inputs
            .try_for_each(|input| {
                self.recall(&turn);
                self.keep_hours(&mut turn)?;
                self.dispatch(&mut turn, input)
            })
            .and_then(|()| self.keep_hours(&mut turn))
            .and_then(|()| begin_store(&mut turn))
            .and_then(|()| turn.store.commit(now).map_err(Failed::from));
        if let Err(failed) = done {
            self.fail(&mut turn, before, failed);
            inputs.for_each(|input| self.note_confirmation(&input));
        }
        self.next_out = turn.store.next_out();
    }

    /// The store failed: what this turn wanted to send, from `before` on, is not sent.
    #[cold]
    fn fail(&mut self, turn: &mut Turn<'_>, before: usize, Failed(error): Failed) {
        let mut at = 0;
        turn.out.retain(|action| {
            at += 1;
            at <= before || !matches!(action, Action::Transmit(_))
        });
        turn.out.push(Action::StoreFailed(error));
        self.close(turn, DisconnectReason::StoreFailed);
    }

    fn note_confirmation(&mut self, input: &Input) {
        if let Input::Confirm { msg_seq_num } = input {
            self.unconfirmed.confirm(*msg_seq_num);
        }
    }

    /// While nothing is under way the store knows best.
    fn recall(&mut self, turn: &Turn<'_>) {
        if self.state == State::Disconnected && self.unconfirmed.len() == 0 {
            self.next_in = turn.store.next_in();
        }
    }

    fn dispatch(&mut self, turn: &mut Turn<'_>, input: Input) -> Result<(), Failed> {
        match input {
            Input::Connected if self.state == State::Disconnected => self.connected(turn),
            Input::Connected => Ok(()),
            Input::Message(message) => self.message(turn, message),
            Input::Garbled(bytes) => self.garbled(turn, &bytes),
            Input::Tick => self.tick(turn),
            Input::Send(body, send) => self.send(turn, &body, send),
            Input::Confirm { msg_seq_num } => self.confirm(turn, msg_seq_num),
            Input::Logout { text } => self.begin_logout(turn, &text),
            Input::Disconnected => {
                self.forget_connection(turn, "the connection was lost");
                Ok(())
            }
            Input::Reset => self.reset(turn),
            Input::SetNumbers { next_in, next_out } => self.set_numbers(turn, next_in, next_out),
        }
    }

    fn message(&mut self, turn: &mut Turn<'_>, message: Message) -> Result<(), Failed> {
        match self.state {
            State::Disconnected => Ok(()),
            State::AwaitingLogon => self.first_message(turn, message),
            State::LoggedOn | State::LoggingOut => self.on_message(turn, message),
            State::AwaitingReset => self.reset_answer(turn, message),
            State::Refusing => {
                if message.msg_type() == msg_type::LOGOUT {
                    self.close(turn, DisconnectReason::LogoutAnswered);
                }
                Ok(())
            }
        }
    }

    fn tick(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        while let Some(timer) = self.timers.take_due(turn.now) {
            match timer {
                Timer::Heartbeat => self.send_admin(turn, &admin::heartbeat(None))?,
                Timer::Silence => self.silence(turn)?,
                Timer::Logon => self.close(turn, DisconnectReason::LogonTimeout),
                Timer::Logout => self.close(turn, DisconnectReason::LogoutTimeout),
                Timer::ResendWait => self.resend_wait_over(turn)?,
                Timer::ResendChunk => {
                    self.serve_chunk(turn)?;
                    break;
                }
            }
        }
        Ok(())
    }

    fn confirm(&mut self, turn: &mut Turn<'_>, msg_seq_num: u64) -> Result<(), Failed> {
        if !self.unconfirmed.confirm(msg_seq_num) {
            turn.out
                .push(Action::Noted(Note::UnknownConfirm { msg_seq_num }));
            return Ok(());
        }
        self.pump(turn)
    }

    fn reset(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        match self.state {
            State::LoggedOn => self.reset_live(turn),
            State::Disconnected => self.begin_anew(turn),
            _ => {
                self.close(
                    turn,
                    DisconnectReason::Fault("the session was reset".to_owned()),
                );
                self.begin_anew(turn)
            }
        }
    }

    fn set_numbers(
        &mut self,
        turn: &mut Turn<'_>,
        next_in: Option<u64>,
        next_out: Option<u64>,
    ) -> Result<(), Failed> {
        if let Some(next) = next_out {
            let current = turn.store.next_out();
            if next > current && next <= MAX_MSG_SEQ_NUM {
                turn.store.skip(next - 1)?;
            } else if next != current {
                turn.out.push(Action::Noted(Note::NextOutRefused {
                    given: next,
                    current,
                }));
            }
        }
        if let Some(next) = next_in.filter(|next| (1..=MAX_MSG_SEQ_NUM).contains(next)) {
            self.next_in = next;
            return self.pump(turn);
        }
        Ok(())
    }
}

/// The first number is used: the store notes when.
fn begin_store(turn: &mut Turn<'_>) -> Result<(), Failed> {
    let is_used = turn.store.next_out() > 1 || turn.store.next_in() > 1;
    if is_used && turn.store.began().is_none() {
        turn.store.begin(turn.now)?;
    }
    Ok(())
}
