//! A session's hours: what its schedule makes it do as time passes. In: the time. Out: a Logout (5) when a window ends, numbers that begin
//! at 1 again when a period ends, and whether a Logon (A) is welcome. What the hours are stands in [`crate::schedule`].

use std::sync::Arc;

use crate::schedule::{Schedule, State as Standing};
use crate::session::action::DisconnectReason;
use crate::session::config::Role;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::state::State;
use crate::time::Timestamp;

/// The hours as they were last looked up: a comparison tells whether they still hold.
#[derive(Debug)]
pub(super) struct Hours {
    schedule: Arc<Schedule>,
    standing: Standing,
    /// Numbers that began before this are due to begin at 1 again.
    period: Option<Timestamp>,
    /// When to look again; the beginning of all time before the first look, `None` where nothing changes any more.
    next_look: Option<Timestamp>,
}

impl Hours {
    pub(super) fn new(schedule: Arc<Schedule>) -> Hours {
        Hours {
            schedule,
            standing: Standing::Closed { opens: None },
            period: None,
            next_look: Some(Timestamp::from_nanos(i64::MIN)),
        }
    }

    /// When to look again.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        self.next_look
    }

    /// Looks the hours up once they may have changed. A clock that is set back changes nothing: what began has begun.
    /// Returns whether the window that was open has ended.
    fn look(&mut self, now: Timestamp) -> bool {
        if self.next_look.is_none_or(|at| now < at) {
            return false;
        }
        let before = std::mem::replace(&mut self.standing, self.schedule.state(now));
        self.period = self.schedule.period(now);
        self.next_look = self.schedule.next_change(now);
        began(before).is_some_and(|began| Some(began) != self::began(self.standing))
    }

    /// In plain words when the next window begins; `None` while one is open.
    fn closed(&self) -> Option<String> {
        match self.standing {
            Standing::Open { .. } => None,
            Standing::Closed { opens } => Some(self.schedule.opening(opens)),
        }
    }

    /// What the peer is told when a window ends.
    fn goodbye(&self) -> String {
        let next = self
            .closed()
            .unwrap_or_else(|| "the next ones have begun, log on again".to_owned());
        format!("session hours are over: {next}")
    }
}

/// When the window that is open began.
fn began(standing: Standing) -> Option<Option<Timestamp>> {
    match standing {
        Standing::Open { since, .. } => Some(since),
        Standing::Closed { .. } => None,
    }
}

impl Session {
    /// How the session's hours stand at `now`; open for ever where it has no schedule. An initiator's driver asks before it
    /// connects.
    #[must_use]
    pub fn hours(&self, now: Timestamp) -> Standing {
        self.hours.as_ref().map_or(
            Standing::Open {
                since: None,
                until: None,
            },
            |hours| hours.schedule.state(now),
        )
    }

    /// Does what the time of day asks for: before each input, and after the last one of a turn.
    pub(super) fn keep_hours(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        let Some(hours) = &mut self.hours else {
            return Ok(());
        };
        if hours.look(turn.now) && self.has_begun() {
            let text = self.hours.as_ref().map_or_else(String::new, Hours::goodbye);
            self.begin_logout(turn, &text)?;
        }
        if self.is_reset_due(turn) {
            self.begin_period(turn)?;
        }
        Ok(())
    }

    /// Says in plain words why a Logon (A) is not welcome now.
    pub(super) fn within_hours(&self) -> Result<(), String> {
        let closed = self.hours.as_ref().and_then(Hours::closed);
        closed.map_or(Ok(()), |next| Err(format!("outside session hours: {next}")))
    }

    /// An application message while this side waits for the answer to its last Logout (5) of a period belongs to the next period: the
    /// old one ends now, since its numbers are about to be forgotten and the message is not.
    pub(super) fn make_way(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        if self.state != State::LoggingOut || !self.is_reset_due(turn) {
            return Ok(());
        }
        let text = "session hours are over, and the next message belongs to the next ones";
        self.close(turn, DisconnectReason::OutsideHours(text.to_owned()));
        self.begin_anew(turn)
    }

    /// Both numbers begin at 1 again: by themselves while no Logon (A) is out, by agreement while logged on. In between the
    /// end of the connection, or of the logon, is waited for.
    fn begin_period(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        match self.state {
            State::Disconnected => self.begin_anew(turn),
            State::AwaitingLogon if self.config.role == Role::Acceptor => self.begin_anew(turn),
            State::LoggedOn => self.reset_live(turn),
            State::AwaitingLogon | State::AwaitingReset | State::LoggingOut | State::Refusing => {
                Ok(())
            }
        }
    }

    fn is_reset_due(&self, turn: &Turn<'_>) -> bool {
        let period = self.hours.as_ref().and_then(|hours| hours.period);
        period.is_some_and(|period| turn.store.began().is_some_and(|began| began < period))
    }

    /// Whether there is a conversation that the end of a window ends. An acceptor that waits for a Logon (A) refuses it instead.
    fn has_begun(&self) -> bool {
        match self.state {
            State::LoggedOn | State::AwaitingReset => true,
            State::AwaitingLogon => self.config.role == Role::Initiator,
            State::Disconnected | State::LoggingOut | State::Refusing => false,
        }
    }
}
