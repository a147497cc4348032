//! [`Pace`]: how soon the next order may come, for one participant: a bucket that fills with time. It knows the times of commands only.

use crate::risk::limits::OrderRate;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

const SECOND: i64 = 1_000_000_000;

/// When all that was sent would have been sent at the steady rate: the generic cell rate algorithm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    paid_until: Timestamp,
}

impl Pace {
    /// Whether one more may come now.
    pub(crate) fn allows(self, rate: OrderRate, now: Timestamp) -> bool {
        let ahead = self.paid_until.nanos().saturating_sub(now.nanos());
        let room = step(rate).saturating_mul(i64::from(rate.burst) - 1);
        ahead <= room
    }

    /// One has come.
    pub(crate) fn count(&mut self, rate: OrderRate, now: Timestamp) {
        let from = self.paid_until.nanos().max(now.nanos());
        self.paid_until = Timestamp::from_nanos(from.saturating_add(step(rate)));
    }
}

/// The time between two at the steady rate, rounded up to a nanosecond: never more than the rate in a second.
fn step(rate: OrderRate) -> i64 {
    let per_second = i64::from(rate.per_second.max(1));
    (SECOND + per_second - 1) / per_second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_steady_rate() {
        let rate = OrderRate {
            per_second: 2,
            burst: 3,
        };
        let mut pace = Pace::default();
        let mut allowed = |nanos| {
            let now = Timestamp::from_nanos(nanos);
            let allows = pace.allows(rate, now);
            if allows {
                pace.count(rate, now);
            }
            allows
        };
        let start = 10 * SECOND;
        assert!(allowed(start) && allowed(start) && allowed(start));
        assert!(!allowed(start));
        assert!(!allowed(start + SECOND / 2 - 1));
        assert!(allowed(start + SECOND / 2));
        assert!(!allowed(start + SECOND / 2));
        assert!(allowed(start + 10 * SECOND) && allowed(start + 10 * SECOND));
    }
}
