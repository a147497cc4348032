//! The clock of the back office: microseconds since the Unix epoch, as the database keeps them, and their text for people.

use jiff::Timestamp;

/// Now, in microseconds since the Unix epoch.
pub fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}

/// RFC 3339 text (UTC) of a moment in microseconds. A moment beyond the calendar is written as its number.
pub fn rfc3339(at_us: i64) -> String {
    Timestamp::from_microsecond(at_us).map_or_else(|_| at_us.to_string(), |at| at.to_string())
}

/// Microseconds of a moment in nanoseconds (rounded down).
pub fn us_from_nanos(at_nanos: i64) -> i64 {
    at_nanos.div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_500_000), "1970-01-01T00:00:01.5Z");
        assert_eq!(us_from_nanos(-1), -1);
        assert_eq!(us_from_nanos(1_999), 1);
    }
}
