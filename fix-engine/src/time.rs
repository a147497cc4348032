//! Time as FIX writes it. In: UTCTimestamp text or nanoseconds. Out: the other. UTC throughout.
//! Does not know what time it is: whoever has a clock hands the time in.

use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::codec::field::FieldErrorKind;

/// A point in time: nanoseconds since 1970-01-01T00:00:00 UTC, without leap seconds (1678 to 2261).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// How many digits of a second a time stamp shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// `20260101-12:00:00`
    Seconds,
    /// Three digits: what FIX 4.4 itself knows, the default.
    #[default]
    Millis,
    /// Six digits.
    Micros,
    /// Nine digits.
    Nanos,
    /// Twelve digits; the last three are always 0 here.
    Picos,
}

impl Timestamp {
    /// From nanoseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Timestamp {
        Timestamp(nanos)
    }

    /// From seconds since 1970-01-01 UTC; stops at the ends of the range.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Timestamp {
        Timestamp(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// Nanoseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// So many nanoseconds later (earlier where negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_nanos(self, nanos: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanos))
    }

    /// So many seconds later (earlier where negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Timestamp {
        self.plus_nanos(secs.saturating_mul(NANOS_PER_SEC))
    }

    /// Nanoseconds from `earlier` to here, negative where it is later; stops at the ends of the range.
    #[must_use]
    pub const fn nanos_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads `YYYYMMDD-HH:MM:SS` with up to twelve digits behind a point (FIX 4.4 vol. 1, UTCTimestamp). Second 60
    /// is a leap second and equals the next second. What is finer than a nanosecond is cut off.
    ///
    /// # Errors
    /// `Format`, or `OutOfRange` before 1678 and after 2261.
    pub fn read(text: &[u8]) -> Result<Timestamp, FieldErrorKind> {
        let (date, time) = match (text.get(..8), text.get(8), text.get(9..)) {
            (Some(date), Some(b'-'), Some(time)) => (date, time),
            _ => return Err(FieldErrorKind::Format),
        };
        let days = read_date(date).ok_or(FieldErrorKind::Format)?;
        let nanos = read_time(time).ok_or(FieldErrorKind::Format)?;
        let total = i128::from(days) * i128::from(NANOS_PER_DAY) + i128::from(nanos);
        i64::try_from(total)
            .map(Timestamp)
            .map_err(|_| FieldErrorKind::OutOfRange)
    }

    /// Appends the time to `buf` with `precision`; what is finer is cut off (towards the past).
    pub fn write(self, precision: Precision, buf: &mut BytesMut) {
        let (days, nanos) = (
            self.0.div_euclid(NANOS_PER_DAY),
            self.0.rem_euclid(NANOS_PER_DAY),
        );
        let (year, month, day) = civil(days);
        let secs = nanos / NANOS_PER_SEC;
        let mut text = *b"00000000-00:00:00.000000000000";
        put(&mut text[0..4], year);
        put(&mut text[4..6], month);
        put(&mut text[6..8], day);
        put(&mut text[9..11], secs / 3600);
        put(&mut text[12..14], secs / 60 % 60);
        put(&mut text[15..17], secs % 60);
        put(&mut text[18..27], nanos % NANOS_PER_SEC);
        buf.put_slice(&text[..precision.len()]);
    }
}

impl Precision {
    /// Length of a UTCTimestamp of this precision in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Precision::Seconds => 17,
            Precision::Millis => 21,
            Precision::Micros => 24,
            Precision::Nanos => 27,
            Precision::Picos => 30,
        }
    }

    /// Always false: a time stamp has at least its seconds.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }
}

impl fmt::Display for Timestamp {
    /// With nanoseconds.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = BytesMut::with_capacity(32);
        self.write(Precision::Nanos, &mut text);
        out.write_str(&String::from_utf8_lossy(&text))
    }
}

/// Whether `text` is a UTCTimestamp, whatever its year.
pub(crate) fn is_timestamp(text: &[u8]) -> bool {
    text.len() > 9 && text[8] == b'-' && is_date(&text[..8]) && is_time(&text[9..])
}

/// Whether `text` is a UTCTimeOnly: `HH:MM:SS` with up to twelve digits behind a point.
pub(crate) fn is_time(text: &[u8]) -> bool {
    read_time(text).is_some()
}

/// Whether `text` is a date `YYYYMMDD` that the calendar has.
pub(crate) fn is_date(text: &[u8]) -> bool {
    read_date(text).is_some()
}

const NANOS_PER_SEC: i64 = 1_000_000_000;
const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SEC;
const SUBSECOND_DIGITS_MAX: usize = 12;

/// Days since 1970-01-01 of `YYYYMMDD`.
fn read_date(text: &[u8]) -> Option<i64> {
    if text.len() != 8 {
        return None;
    }
    let (year, month, day) = (
        digits(&text[..4])?,
        digits(&text[4..6])?,
        digits(&text[6..8])?,
    );
    let month_days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=month_days)
        .contains(&day)
        .then(|| days(year, month, day))
}

/// Nanoseconds since midnight of `HH:MM:SS[.digits]`.
fn read_time(text: &[u8]) -> Option<i64> {
    if text.len() < 8 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (
        digits(&text[..2])?,
        digits(&text[3..5])?,
        digits(&text[6..8])?,
    );
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let nanos = match text.get(8..)? {
        [] => 0,
        [b'.', fraction @ ..] if (1..=SUBSECOND_DIGITS_MAX).contains(&fraction.len()) => {
            read_fraction(fraction)?
        }
        _ => return None,
    };
    Some(((hour * 60 + minute) * 60 + second) * NANOS_PER_SEC + nanos)
}

/// Nanoseconds of the digits behind the point; digits behind the ninth are cut off.
fn read_fraction(text: &[u8]) -> Option<i64> {
    let pico = digits(text)?;
    (text.len()..SUBSECOND_DIGITS_MAX)
        .try_fold(pico, |value, _| value.checked_mul(10))
        .map(|pico| pico / 1000)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + i64::from(digit))
    })
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (years from March on, eras of 400 years).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of so many days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Writes the last digits of `value` (not negative) into the whole of `place`.
fn put(place: &mut [u8], mut value: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
    }
}
