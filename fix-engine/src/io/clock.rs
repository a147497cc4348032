//! The machine's clock as a [`Timestamp`]. The one place of the crate that asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// The time now, UTC.
#[must_use]
pub fn now() -> Timestamp {
    let nanos = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    };
    Timestamp::from_nanos(nanos)
}
