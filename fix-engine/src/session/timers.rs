//! The reasons to wake up, each with its deadline. In: deadlines. Out: the earliest, and which are due.
//! Does not know a clock.

use crate::time::Timestamp;

/// A reason to wake up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// Nothing was sent for HeartBtInt (108): send a Heartbeat (0).
    Heartbeat,
    /// Nothing came for too long: send a TestRequest (1), and later disconnect.
    Silence,
    /// No Logon (A) came.
    Logon,
    /// Our Logout (5) was not answered.
    Logout,
    /// The next piece of a resend goes out.
    ResendChunk,
    /// The peer does not go on with a resend that we asked for.
    ResendWait,
}

const ALL: [Timer; 6] = [
    Timer::Logout,
    Timer::Logon,
    Timer::Silence,
    Timer::ResendWait,
    Timer::ResendChunk,
    Timer::Heartbeat,
];

/// The deadlines.
#[derive(Debug, Default)]
pub(super) struct Timers([Option<Timestamp>; ALL.len()]);

impl Timers {
    /// Sets one deadline.
    pub(super) fn set(&mut self, timer: Timer, at: Timestamp) {
        self.0[timer as usize] = Some(at);
    }

    /// Forgets one deadline.
    pub(super) fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    /// Forgets all deadlines.
    pub(super) fn stop_all(&mut self) {
        *self = Timers::default();
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes one timer that is due at `now`, the gravest first.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Timer> {
        let due = ALL
            .into_iter()
            .find(|timer| self.0[*timer as usize].is_some_and(|at| at <= now))?;
        self.stop(due);
        Some(due)
    }
}
