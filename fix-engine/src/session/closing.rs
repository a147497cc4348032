//! Ways to end a connection. In: a reason. Out: Reject (3), Logout (5), and [`Action::Disconnect`].

use crate::codec::message::Message;
use crate::dictionary::rejection::Rejection;
use crate::session::action::{Action, DisconnectReason, Note};
use crate::session::admin;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::state::State;
use crate::session::timers::Timer;

impl Session {
    /// Refuses one message with Reject (3).
    pub(super) fn reject(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        msg_seq_num: u64,
        rejection: &Rejection,
    ) -> Result<(), Failed> {
        turn.out.push(Action::Noted(Note::Rejected {
            msg_seq_num,
            text: rejection.text.clone(),
        }));
        self.send_admin(turn, &admin::reject(message, msg_seq_num, rejection))
    }

    /// Tells the peer of a fault by Logout (5) and gives it a moment to answer before the connection is closed.
    pub(super) fn refuse(&mut self, turn: &mut Turn<'_>, text: &str) -> Result<(), Failed> {
        self.stop_traffic();
        self.state = State::Refusing;
        self.send_admin(turn, &admin::logout(text))?;
        self.timers.set(
            Timer::Logout,
            turn.now.plus_secs(self.config.fault_wait_secs.into()),
        );
        Ok(())
    }

    /// Tells the peer of a fault by Logout (5) and closes the connection.
    pub(super) fn refuse_and_close(
        &mut self,
        turn: &mut Turn<'_>,
        text: &str,
        why: DisconnectReason,
    ) -> Result<(), Failed> {
        self.stop_traffic();
        self.state = State::Refusing;
        self.send_admin(turn, &admin::logout(text))?;
        self.close(turn, why);
        Ok(())
    }

    /// Begins a Logout (5) in good order.
    pub(super) fn begin_logout(&mut self, turn: &mut Turn<'_>, text: &str) -> Result<(), Failed> {
        match self.state {
            State::Disconnected | State::LoggingOut | State::Refusing => {}
            State::AwaitingLogon | State::AwaitingReset => {
                self.close(
                    turn,
                    DisconnectReason::Fault(format!("logged out by this side: {text}")),
                );
            }
            State::LoggedOn => {
                self.timers.stop(Timer::Heartbeat);
                self.timers.stop(Timer::Silence);
                self.state = State::LoggingOut;
                self.send_admin(turn, &admin::logout(text))?;
                self.timers.set(
                    Timer::Logout,
                    turn.now.plus_secs(self.config.logout_wait_secs.into()),
                );
            }
        }
        Ok(())
    }

    /// Asks the driver to close the connection; the session is disconnected from here on.
    pub(super) fn close(&mut self, turn: &mut Turn<'_>, why: DisconnectReason) {
        if self.state == State::Disconnected {
            return;
        }
        self.forget_connection(turn, &why.to_string());
        turn.out.push(Action::Disconnect { why });
    }

    /// The connection is gone: what belonged to it is forgotten, numbers stay.
    pub(super) fn forget_connection(&mut self, turn: &mut Turn<'_>, text: &str) {
        self.stop_traffic();
        self.state = State::Disconnected;
        if self.is_announced {
            self.is_announced = false;
            turn.out.push(Action::LoggedOut {
                text: text.to_owned(),
            });
        }
    }

    fn stop_traffic(&mut self) {
        self.timers.stop_all();
        self.early.clear();
        self.resends.clear();
        self.is_testing = false;
        self.early_logon = None;
        self.unsent = None;
    }
}
