//! How long answers took. In: one time each. Out: the median, and how bad the bad ones are.

use std::fmt;
use std::time::Duration;

/// The times of one phase.
#[derive(Debug, Default)]
pub(crate) struct Delays(Vec<Duration>);

impl Delays {
    pub(crate) fn add(&mut self, delay: Duration) {
        self.0.push(delay);
    }

    /// The time within which so many of a thousand were answered.
    fn within(sorted: &[Duration], per_mille: usize) -> u128 {
        let at = (sorted.len() * per_mille).div_ceil(1000);
        let delay = sorted.get(at.saturating_sub(1));
        delay.map_or(0, Duration::as_micros)
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let [p50, p99, p999, most] =
            [500, 990, 999, 1000].map(|per_mille| Delays::within(&sorted, per_mille));
        write!(
            f,
            "{:>6} orders, p50 {p50:>4}, p99 {p99:>4}, p99.9 {p999:>5}, slowest {most:>5} us",
            sorted.len()
        )
    }
}
