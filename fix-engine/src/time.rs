//! Time as FIX writes it. In: UTCTimestamp text or nanoseconds. Out: the other. UTC throughout.
//! Does not know what time it is: whoever has a clock hands the time in.

use std::fmt;

use bytes::{BufMut, BytesMut};

use crate::codec::digits;
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
        let (day, secs, nanos) = self.parts();
        let (date, time) = (date_text(day), time_text(secs));
        let fraction = digits::ascii(digits::eight_digits(nanos / 10));
        // `YYYYMMDD-HH:MM:S` and `S.FFFFFFFFF000`, the first character in the lowest byte.
        let start = u128::from(date) | (u128::from(b'-') << 64) | (u128::from(time) << 72);
        let end = u128::from(time >> 56)
            | (u128::from(b'.') << 8)
            | (u128::from(fraction) << 16)
            | (u128::from(u64::from(b'0') + nanos % 10) << 80)
            | (0x0030_3030 << 88);
        let from = buf.len();
        buf.put_u128_le(start);
        buf.put_u128_le(end);
        buf.truncate(from + precision.len());
    }

    /// Days since 0000-03-01, seconds of the day, nanoseconds of the second. Counted from the start of the range
    /// nothing is negative, so that the divisions are cheap.
    fn parts(self) -> (u32, u32, u64) {
        let since_start = self.0.abs_diff(i64::MIN);
        let nanos = since_start % NANOS + START_NANOS;
        let secs = since_start / NANOS + START_SECS + nanos / NANOS;
        let (days, secs) = (secs / SECS_PER_DAY, secs % SECS_PER_DAY);
        let small = |value: u64| u32::try_from(value).unwrap_or_default();
        (START_DAY + small(days), small(secs), nanos % NANOS)
    }
}

/// `YYYYMMDD`, the first character in the lowest byte; of so many days since 0000-03-01.
fn date_text(day: u32) -> u64 {
    let (year, month, day) = civil(day);
    let number = year * 10_000 + month * 100 + day;
    digits::ascii(digits::eight_digits(u64::from(number)))
}

/// `HH:MM:SS`, the first character in the lowest byte: `HH0MM0SS` with colons in the place of two zeros.
fn time_text(secs: u32) -> u64 {
    let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
    let number = hour * 1_000_000 + minute * 1000 + second;
    let colons = (u64::from(b':' - b'0') << 16) | (u64::from(b':' - b'0') << 40);
    digits::ascii(digits::eight_digits(u64::from(number))) + colons
}

/// Nanoseconds of a second.
const NANOS: u64 = 1_000_000_000;
const SECS_PER_DAY: u64 = 86_400;
/// The start of the range, 1677-09-21T00:12:43.145224192: days since 0000-03-01, seconds, nanoseconds.
const START_DAY: u32 = 612_716;
const START_SECS: u64 = 763;
const START_NANOS: u64 = 145_224_192;

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
    read_calendar(text).is_some()
}

const NANOS_PER_SEC: i64 = 1_000_000_000;
const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SEC;
const SUBSECOND_DIGITS_MAX: usize = 12;

/// Days since 1970-01-01 of `YYYYMMDD`.
fn read_date(text: &[u8]) -> Option<i64> {
    let (year, month, day) = read_calendar(text)?;
    Some(days(year, month, day))
}

/// Year, month and day of `YYYYMMDD`, if the calendar has it.
fn read_calendar(text: &[u8]) -> Option<(i64, i64, i64)> {
    let [y1, y2, y3, y4, m1, m2, d1, d2] = *text.as_array()?;
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let month_days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=month_days)
        .contains(&day)
        .then_some((year, month, day))
}

/// Nanoseconds since midnight of `HH:MM:SS[.digits]`.
fn read_time(text: &[u8]) -> Option<i64> {
    let ([h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else {
        return None;
    };
    let (hour, minute, second) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let nanos = match rest {
        [] => 0,
        [b'.', fraction @ ..] if (1..=SUBSECOND_DIGITS_MAX).contains(&fraction.len()) => {
            read_fraction(fraction)?
        }
        _ => return None,
    };
    Some(((hour * 60 + minute) * 60 + second) * NANOS_PER_SEC + nanos)
}

/// The number of two digits.
#[inline]
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Nanoseconds of the digits behind the point; digits behind the ninth are cut off.
fn read_fraction(text: &[u8]) -> Option<i64> {
    let missing = SUBSECOND_DIGITS_MAX.checked_sub(text.len())?;
    let unit = PICOS_PER_DIGIT.get(missing)?;
    Some(number(text)? * unit / 1000)
}

/// Picoseconds of the last digit where so many of twelve digits are missing.
const PICOS_PER_DIGIT: [i64; SUBSECOND_DIGITS_MAX + 1] = {
    let mut units = [1; SUBSECOND_DIGITS_MAX + 1];
    let mut at = 1;
    while at < units.len() {
        units[at] = units[at - 1] * 10;
        at += 1;
    }
    units
};

fn number(text: &[u8]) -> Option<i64> {
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

/// Year, month and day of so many days since 0000-03-01.
fn civil(days: u32) -> (u32, u32, u32) {
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u32::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
