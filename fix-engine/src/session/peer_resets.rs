//! How often the peer has made both sides begin at 1 again. A reset costs a store much more than a message does: without a bound
//! one peer's Logons would keep its disk, and whoever shares its thread, busy. In: times. Out: whether one more is too many.

use crate::time::Timestamp;

/// Resets by the peer while logged on, within [`WITHIN_SECS`]; one more ends the connection.
pub(super) const MAX: u32 = 8;
/// Seconds that [`MAX`] is counted over, from the first of them on.
pub(super) const WITHIN_SECS: i64 = 60;

/// The resets of late. Outlives connections.
#[derive(Debug, Default)]
pub(super) struct PeerResets {
    /// When the first of them was.
    since: Option<Timestamp>,
    count: u32,
}

impl PeerResets {
    /// The peer asks for one more; whether that is too many.
    pub(super) fn are_too_many(&mut self, now: Timestamp) -> bool {
        if self
            .since
            .is_none_or(|since| now > since.plus_secs(WITHIN_SECS))
        {
            *self = PeerResets {
                since: Some(now),
                count: 0,
            };
        }
        self.count = self.count.saturating_add(1);
        self.count > MAX
    }
}
