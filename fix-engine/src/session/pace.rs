//! How fast a resend goes. In: what was sent again, and when. Out: when the next piece is due.

use crate::time::Timestamp;

const NANOS_PER_SEC: u64 = 1_000_000_000;
/// So far behind its pace a resend catches up: timers ring a millisecond or two late. It is also what a short resend does not wait for.
const CATCH_UP_NANOS: i64 = 5_000_000;

/// The pace of one session's resends.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When what was sent would have been sent at an even pace.
    even: Option<Timestamp>,
}

impl Pace {
    /// So many messages went out at `now`; says when the next piece is due. 0 `per_sec` is no pace: at once. A clock that was put back
    /// holds up nothing.
    pub(super) fn sent(&mut self, now: Timestamp, messages: usize, per_sec: u32) -> Timestamp {
        if per_sec == 0 {
            return now;
        }
        let earliest = now.plus_nanos(-CATCH_UP_NANOS);
        let begun = self.even.unwrap_or(earliest).clamp(earliest, now);
        let even = begun.plus_nanos(nanos(messages, per_sec));
        self.even = Some(even);
        even.max(now)
    }
}

/// How long so many messages take, rounded up.
fn nanos(messages: usize, per_sec: u32) -> i64 {
    let messages = u64::try_from(messages).unwrap_or(u64::MAX);
    let nanos = messages
        .saturating_mul(NANOS_PER_SEC)
        .div_ceil(u64::from(per_sec).max(1));
    i64::try_from(nanos).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp::from_secs(1_767_603_600);
    const PER_SEC: u32 = 250_000;
    const PIECE: usize = 64;

    /// Sends pieces as they come due, by a timer that rings so many nanoseconds late; says how many messages went out.
    fn sent_within(end: Timestamp, late_nanos: i64) -> usize {
        let (mut pace, mut now, mut sent) = (Pace::default(), BEGIN, 0);
        while now < end && sent < 1_000_000 {
            sent += PIECE;
            let due = pace.sent(now, PIECE, PER_SEC);
            if due > now {
                now = due.plus_nanos(late_nanos);
            }
        }
        sent
    }

    #[test]
    fn it_keeps_its_pace_although_timers_ring_late() {
        // the first five milliseconds are there at once, and a piece may be under way at the end
        let expected = 250_000..=251_250 + PIECE;
        for late_nanos in [0, 1, 1_000_000, 2_000_000] {
            let sent = sent_within(BEGIN.plus_secs(1), late_nanos);
            assert!(
                expected.contains(&sent),
                "{sent} messages, {late_nanos} ns late"
            );
        }
    }

    #[test]
    fn a_long_rest_is_not_made_up_for() {
        let mut pace = Pace::default();
        pace.sent(BEGIN, 1, 1000);
        let later = BEGIN.plus_secs(10);
        let dues = [(); 7].map(|()| pace.sent(later, 1, 1000).nanos_since(later));
        assert_eq!(dues, [0, 0, 0, 0, 0, 1_000_000, 1_000_000]);
    }

    #[test]
    fn a_clock_that_was_put_back_holds_up_nothing() {
        let mut pace = Pace::default();
        pace.sent(BEGIN, 1, 1000);
        let before = BEGIN.plus_secs(-3600);
        assert_eq!(pace.sent(before, 1, 1000).nanos_since(before), 1_000_000);
    }

    #[test]
    fn any_numbers_will_do() {
        let mut pace = Pace::default();
        assert_eq!(pace.sent(BEGIN, usize::MAX, 0), BEGIN);
        assert!(pace.sent(BEGIN, usize::MAX, 1) > BEGIN);
        assert!(pace.sent(BEGIN, usize::MAX, u32::MAX) > BEGIN);
    }
}
