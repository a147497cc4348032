//! [`Throttle`]: how many messages one session may send: a token bucket. Time is an input. It goes on over reconnects: who comes back at
//! once has no more than before.

use fix_engine::time::Timestamp;

/// One message, in the bucket's unit.
const MESSAGE: i64 = 1_000_000_000;

/// What a session may still send.
#[derive(Clone, Debug)]
pub(crate) struct Throttle {
    /// Messages that come back each second; 0: no limit.
    per_sec: u32,
    /// The most that may stand in the bucket, in billionths of a message.
    max: i64,
    /// What stands in it. Below zero once messages are refused, down to `-max`.
    level: i64,
    /// When that was so.
    at: Timestamp,
}

/// What is to be done with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It is taken.
    Kept,
    /// It is refused.
    Exceeded,
    /// As many were refused as may be taken at once, and more come: the session ends.
    Flooding,
}

impl Throttle {
    /// A full bucket: `per_sec` messages a second, `burst` at once.
    pub(crate) fn new(per_sec: u32, burst: u32, now: Timestamp) -> Self {
        let max = i64::from(burst) * MESSAGE;
        Self {
            per_sec,
            max,
            level: max,
            at: now,
        }
    }

    /// A message has come.
    pub(crate) fn take(&mut self, now: Timestamp) -> Pace {
        if self.per_sec == 0 {
            return Pace::Kept;
        }
        self.refill(now);
        if self.level >= MESSAGE {
            self.level -= MESSAGE;
            Pace::Kept
        } else if self.level - MESSAGE >= -self.max {
            self.level -= MESSAGE;
            Pace::Exceeded
        } else {
            Pace::Flooding
        }
    }

    /// A clock that was set back gives nothing and takes nothing.
    fn refill(&mut self, now: Timestamp) {
        let elapsed = now.nanos().saturating_sub(self.at.nanos()).max(0);
        let back = elapsed.saturating_mul(i64::from(self.per_sec));
        self.level = self.level.saturating_add(back).min(self.max);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::Pace::{Exceeded, Flooding, Kept};
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_nanos(1_700_000_000_000_000_000 + millis * 1_000_000)
    }

    fn paces(throttle: &mut Throttle, millis: i64, count: usize) -> Vec<Pace> {
        (0..count).map(|_| throttle.take(at(millis))).collect()
    }

    #[test]
    fn a_burst_is_taken_then_refused_then_the_session_ends() {
        let mut throttle = Throttle::new(10, 3, at(0));
        let expected = [
            Kept, Kept, Kept, Exceeded, Exceeded, Exceeded, Flooding, Flooding,
        ];
        assert_eq!(paces(&mut throttle, 0, 8), expected);
        // What is refused counts: three tenths of a second lead back to nothing, one more gives a message.
        assert_eq!(paces(&mut throttle, 400, 2), [Kept, Exceeded]);
    }

    #[test]
    fn the_pace_can_be_kept_for_ever() {
        let mut throttle = Throttle::new(10, 1, at(0));
        for tenth in 0..1_000 {
            assert_eq!(throttle.take(at(tenth * 100)), Kept, "{tenth}");
        }
        assert_eq!(throttle.take(at(99_950)), Exceeded);
    }

    #[test]
    fn a_rest_gives_no_more_than_the_burst() {
        let mut throttle = Throttle::new(10, 2, at(0));
        let long = 365 * 86_400_000;
        assert_eq!(paces(&mut throttle, long, 3), [Kept, Kept, Exceeded]);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing() {
        let mut throttle = Throttle::new(10, 1, at(1_000));
        assert_eq!(throttle.take(at(1_000)), Kept);
        assert_eq!(throttle.take(at(0)), Exceeded);
        assert_eq!(throttle.take(at(200)), Kept);
    }

    #[test]
    fn without_a_rate_there_is_no_limit() {
        let mut throttle = Throttle::new(0, 1, at(0));
        assert_eq!(paces(&mut throttle, 0, 100), [Kept; 100]);
    }
}
