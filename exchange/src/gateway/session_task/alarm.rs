//! [`Alarm`]: wakes a session when its next timer is due. It is set before every wait and nearly always to a later time than before: then it is left
//! as it is, rings early once, and is set anew. A timer that is set and dropped for each message would cost more than the message.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How far away an alarm is that nobody needs.
const FAR: Duration = Duration::from_secs(3_600);

/// A timer that is used again.
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    /// There is nothing to wait for.
    is_due: bool,
}

impl Alarm {
    /// One that is not needed yet.
    pub(super) fn new() -> Self {
        Self {
            sleep: Box::pin(sleep_until(Instant::now() + FAR)),
            is_due: false,
        }
    }

    /// Rings after this time at the latest.
    pub(super) fn set(&mut self, after: Option<Duration>) {
        let after = after.unwrap_or(FAR).min(FAR);
        self.is_due = after.is_zero();
        let at = Instant::now() + after;
        if !self.is_due && (at < self.sleep.deadline() || self.sleep.is_elapsed()) {
            self.sleep.as_mut().reset(at);
        }
    }

    /// Until it rings. Where there is nothing to wait for, everything else that the runtime has ready comes first: a timer would wait
    /// for its next millisecond.
    pub(super) async fn rings(&mut self) {
        if self.is_due {
            return tokio::task::yield_now().await;
        }
        poll_fn(|context| self.sleep.as_mut().poll(context)).await;
    }
}
