//! [`Clock`]: where the sequencer reads the time. Handed in, so that tests and simulations bring their own.

use market::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// A source of time for the sequencer. It may go back: the sequencer never does (an entry is never before the one ahead of it).
pub trait Clock: Send {
    /// The time now, UTC.
    fn now(&mut self) -> Timestamp;
}

/// The wall clock of the machine, made monotone: when it is set back, time stands still here until it has caught up.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock {
    /// The latest time that was told.
    latest: Timestamp,
}

impl Clock for SystemClock {
    fn now(&mut self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let nanos = i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX);
        self.latest = self.latest.max(Timestamp::from_nanos(nanos));
        self.latest
    }
}
