//! [`Bell`]: ends the trading day when the [`Calendar`] says so, once a day over restarts too: what counts is the last end that the
//! journal holds. It asks the clock that it was given, and the sequencer like everybody else.

use crate::calendar::Calendar;
use crate::clock::Clock;
use crate::hub::Hub;
use crate::sequencer::SubmitError;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::time::Timestamp;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest time between two looks at the clock: so late at most is a clock that was set noticed.
const STEP_MAX: Duration = Duration::from_secs(60);
/// Shortest time between two looks at the clock.
const STEP_MIN: Duration = Duration::from_millis(10);
/// Pause before the sequencer is asked again that was busy.
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// Ends trading days.
pub struct Bell {
    calendar: Calendar,
    clock: Box<dyn Clock>,
    hub: Hub,
    /// When a day was ended last, as far as this bell knows.
    rung: Timestamp,
}

impl Bell {
    /// For the exchange behind `hub`.
    pub fn new(calendar: Calendar, clock: Box<dyn Clock>, hub: Hub) -> Self {
        Self {
            calendar,
            clock,
            hub,
            rung: Timestamp::from_nanos(i64::MIN),
        }
    }

    /// Ends the day if one has ended since the journal's last end, or since its first entry. Whether it did.
    ///
    /// # Errors
    /// As [`crate::sequencer::Submitter::call`].
    pub async fn ring_if_due(&mut self) -> Result<bool, SubmitError> {
        let now = self.clock.now();
        let Some(began) = self.hub.directory.day_began() else {
            return Ok(false);
        };
        if !self.calendar.due(began.max(self.rung), now) {
            return Ok(false);
        }
        let end = Instruction::Market(Command::EndOfDay);
        let entry = self.hub.submitter.call(Origin::System, end).await?;
        // The sequencer's clock may be behind this one; the day is over all the same.
        self.rung = now.max(entry.at);
        let expired = entry.events.len().saturating_sub(1);
        tracing::info!(seq = entry.seq, events = expired, "the trading day is over");
        Ok(true)
    }

    /// Ends each day in its time until `stop`, or until the venue takes no commands.
    pub async fn run(mut self, stop: CancellationToken) {
        let _watch = self.hub.health.watch("bell");
        loop {
            let wait = match self.ring_if_due().await {
                Ok(_) => self.wait(),
                Err(SubmitError::Busy) => BUSY_PAUSE,
                Err(SubmitError::Stopped(_)) => return,
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn wait(&mut self) -> Duration {
        let now = self.clock.now();
        let left = self
            .calendar
            .next_boundary(now)
            .and_then(|end| u64::try_from(end.nanos().saturating_sub(now.nanos())).ok());
        left.map_or(STEP_MAX, Duration::from_nanos)
            .clamp(STEP_MIN, STEP_MAX)
    }
}
