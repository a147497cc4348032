//! [`Stopwatch`]: the bench's clocks, and [`Samples`]: what was measured with them, as percentiles.

use fix_engine::io::clock;
use fix_engine::time::Timestamp;
use std::fmt;
use std::time::{Duration, Instant};

/// Both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    base: Instant,
}

/// A point in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Nanoseconds since the stopwatch was started.
    pub(crate) nanos: u64,
    /// The same for a message.
    pub(crate) wall: Timestamp,
}

impl Stopwatch {
    /// Starts.
    pub(crate) fn start() -> Self {
        Self {
            base: Instant::now(),
        }
    }

    /// Nanoseconds since the start.
    pub(crate) fn nanos(self) -> u64 {
        nanos(self.base.elapsed())
    }

    /// Now, on both clocks.
    pub(crate) fn now(self) -> Moment {
        Moment {
            nanos: self.nanos(),
            wall: clock::now(),
        }
    }
}

/// As an integer; a bench does not run for centuries.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Durations in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<u64>);

impl Samples {
    /// One more.
    pub(crate) fn push(&mut self, nanos: u64) {
        self.0.push(nanos);
    }

    /// Those of another too.
    pub(crate) fn join(&mut self, other: Samples) {
        self.0.extend(other.0);
    }

    /// Their percentiles: the smallest value that so many of them do not exceed.
    pub(crate) fn percentiles(mut self) -> Percentiles {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            let rank = (self.0.len() * per_mille).div_ceil(1000);
            Micros(self.0.get(rank.saturating_sub(1)).copied().unwrap_or(0))
        };
        Percentiles {
            count: self.0.len(),
            p50: at(500),
            p99: at(990),
            p999: at(999),
            max: at(1000),
        }
    }
}

/// What a distribution looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Percentiles {
    /// How many samples.
    pub(crate) count: usize,
    /// Median.
    pub(crate) p50: Micros,
    /// 99 of 100.
    pub(crate) p99: Micros,
    /// 999 of 1,000.
    pub(crate) p999: Micros,
    /// The longest.
    pub(crate) max: Micros,
}

/// Nanoseconds that are shown as microseconds with one decimal, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micros(pub(crate) u64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.0 / 1_000, self.0 / 100 % 10))
    }
}
