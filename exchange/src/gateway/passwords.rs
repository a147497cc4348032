//! [`PasswordDesk`]: where passwords are compared and changed: in turn (see [`Checks`]), off the async tasks, and not at all for who has
//! guessed too often (see [`Lockouts`]). In: a password from the wire and the participant's credentials. Out: whether it is right, or the
//! hash of a new one. It knows no message and no session.

use crate::config::FixConfig;
use crate::gateway::checks::Checks;
use crate::gateway::lockouts::{Attempt, Locked, Lockouts};
use fix_engine::io::clock;
use fix_engine::session::logon::Password;
use journal::participant::{Credentials, PasswordHash};
use prometheus::IntCounter;
use std::sync::Arc;
use tracing::{error, warn};

/// Passwords that are checked at the same time.
const CHECKS: usize = 2;

/// Compares and changes passwords; shared by all connections.
#[derive(Debug)]
pub(crate) struct PasswordDesk {
    checks: Checks,
    guard: Guard,
}

/// What became of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is the participant's.
    Right,
    /// It is not.
    Wrong,
    /// Too many were wrong: it was not looked at.
    Locked(Locked),
}

/// What became of a wish for another password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// The old one was right; the new one as a hash.
    Hashed(PasswordHash),
    /// The old one was wrong, or was not looked at.
    Refused(Checked),
    /// The new one cannot be hashed, or the venue is closing.
    Failed,
}

/// The lock-outs with the clock, the log and the figure.
#[derive(Clone, Debug)]
struct Guard {
    lockouts: Arc<Lockouts>,
    /// Waits that began.
    begun: IntCounter,
}

impl PasswordDesk {
    /// `begun` counts waits after failures.
    pub(crate) fn new(config: &FixConfig, begun: IntCounter) -> Self {
        Self {
            checks: Checks::new(CHECKS),
            guard: Guard {
                lockouts: Arc::new(Lockouts::new(config)),
                begun,
            },
        }
    }

    /// An attempt that fails before there is a password to look at.
    pub(crate) fn failed(&self, attempt: Attempt) {
        self.guard.failed(attempt);
    }

    /// Whether the password is right: no password is none, and a Username (553) that is not the participant's makes it wrong. `None`: the
    /// venue is closing.
    pub(crate) async fn check(
        &self,
        attempt: Attempt,
        password: Option<Password>,
        is_named: bool,
        credentials: Credentials,
    ) -> Option<Checked> {
        if let Err(locked) = self.guard.admit(attempt) {
            return Some(Checked::Locked(locked));
        }
        let guard = self.guard.clone();
        let check = move || guard.check(attempt, password.as_ref(), is_named, &credentials);
        self.checks.run(attempt.address, check).await
    }

    /// The hash of `new`, if `old` is right.
    pub(crate) async fn change(
        &self,
        attempt: Attempt,
        old: Password,
        new: Password,
        credentials: Credentials,
    ) -> Changed {
        if let Err(locked) = self.guard.admit(attempt) {
            return Changed::Refused(Checked::Locked(locked));
        }
        let guard = self.guard.clone();
        let change = move || match guard.check(attempt, Some(&old), true, &credentials) {
            Checked::Right => match PasswordHash::of(new.reveal()) {
                Ok(hash) => Changed::Hashed(hash),
                Err(why) => {
                    error!(%why, "a new password cannot be hashed");
                    Changed::Failed
                }
            },
            refused => Changed::Refused(refused),
        };
        let changed = self.checks.run(attempt.address, change).await;
        changed.unwrap_or(Changed::Failed)
    }
}

impl Guard {
    fn admit(&self, attempt: Attempt) -> Result<(), Locked> {
        self.lockouts.admit(clock::now(), attempt)
    }

    /// The check itself, in its turn. A failure is noted here: who goes away before the end has guessed all the same.
    fn check(
        &self,
        attempt: Attempt,
        password: Option<&Password>,
        is_named: bool,
        credentials: &Credentials,
    ) -> Checked {
        if let Err(locked) = self.admit(attempt) {
            return Checked::Locked(locked);
        }
        let is_right =
            password.is_some_and(|password| credentials.password().matches(password.reveal()));
        if is_right && is_named {
            self.lockouts.succeeded(attempt);
            Checked::Right
        } else {
            self.failed(attempt);
            Checked::Wrong
        }
    }

    fn failed(&self, attempt: Attempt) {
        if let Some(locked) = self.lockouts.failed(clock::now(), attempt) {
            self.begun.inc();
            let comp_id = attempt.comp_id.map(|it| it.to_string());
            warn!(
                address = %attempt.address,
                comp_id,
                wait_secs = locked.wait_secs,
                "too many failed logons: no password is checked for a while"
            );
        }
    }
}
