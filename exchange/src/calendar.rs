//! [`Calendar`]: when a trading day ends. A time zone and a time of day in, moments out; every civil day of the zone has one end, over
//! daylight-saving changes too. Pure: it reads no clock (that is [`bell`]'s matter) and deliberately knows no order.

pub mod bell;
pub mod conductor;
pub mod hours;
pub mod index;
pub mod markets;
mod plan;
pub mod standing;
pub mod step;
mod times;

use crate::config::{CalendarConfig, RangeError};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use market::time::Timestamp;

/// The days of the venue.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    day_ends: Time,
}

impl Calendar {
    /// From `[calendar]`.
    ///
    /// # Errors
    /// [`RangeError`] when the zone is not known or the time is none.
    pub fn new(config: &CalendarConfig) -> Result<Self, RangeError> {
        let (zone, ends) = (&config.time_zone, &config.day_ends);
        Ok(Self {
            zone: TimeZone::get(zone).map_err(|_| {
                let range = "a zone of the IANA time zone database, for instance Europe/Berlin";
                RangeError::of("calendar.time_zone", zone, range)
            })?,
            day_ends: time_of_day(ends)
                .ok_or_else(|| RangeError::of("calendar.day_ends", ends, "a time of day HH:MM"))?,
        })
    }

    /// The first end of a day that is later than `now`; none only behind the end of all time.
    pub fn next_boundary(&self, now: Timestamp) -> Option<Timestamp> {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(now.nanos())).ok()?;
        let today = self.zone.to_datetime(instant).date();
        // A clock that is set back over an end, or forth, moves it by less than a day.
        let around = [today.yesterday(), Ok(today), today.tomorrow()];
        let after = today.tomorrow().and_then(Date::tomorrow);
        around
            .into_iter()
            .chain([after])
            .filter_map(|date| self.end_of(date.ok()?))
            .find(|end| *end > now)
    }

    /// The end of the trading day of a date, `YYYYMMDD`: the first end of a day after that date begins.
    pub fn end_of_day(&self, date: &str) -> Option<Timestamp> {
        let number = |from: usize, to: usize| {
            let digits = date.get(from..to)?;
            let plain = digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse::<i16>().ok().filter(|_| plain)
        };
        let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        let date = (date.len() == 8).then(|| Date::new(year, month, day).ok())??;
        self.day_ends(date)
    }

    /// When the trading day of a date begins and when it ends; none only at the ends of all time.
    pub fn trading_day(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        Some((self.day_ends(date.yesterday().ok()?)?, self.day_ends(date)?))
    }

    /// The first end of a day after a date begins.
    fn day_ends(&self, date: Date) -> Option<Timestamp> {
        let begins = self.zone.to_timestamp(date.to_datetime(Time::midnight()));
        let nanos = i64::try_from(begins.ok()?.as_nanosecond()).ok()?;
        self.next_boundary(Timestamp::from_nanos(nanos))
    }

    /// Whether a day has ended since `last` (when a day was ended last, or trading began), as seen at `now`.
    pub fn due(&self, last: Timestamp, now: Timestamp) -> bool {
        self.next_boundary(last).is_some_and(|end| end <= now)
    }

    /// When a civil day ends. A time that the zone leaves out that day is taken as much later as the clock is set forth; of a time that
    /// comes twice the first counts.
    fn end_of(&self, date: Date) -> Option<Timestamp> {
        let end = self.zone.to_timestamp(date.to_datetime(self.day_ends));
        let nanos = i64::try_from(end.ok()?.as_nanosecond()).ok()?;
        Some(Timestamp::from_nanos(nanos))
    }
}

/// `HH:MM`.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<i8>().ok().filter(|_| two)
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(time_zone: &str, day_ends: &str) -> Calendar {
        Calendar::new(&CalendarConfig {
            time_zone: time_zone.into(),
            day_ends: day_ends.into(),
            ..CalendarConfig::default()
        })
        .unwrap()
    }

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_nanos(i64::try_from(instant.as_nanosecond()).unwrap())
    }

    #[track_caller]
    fn next(calendar: &Calendar, now: &str, end: &str) {
        assert_eq!(
            calendar.next_boundary(at(now)),
            Some(at(end)),
            "after {now}"
        );
    }

    #[test]
    fn a_date_ends_with_its_trading_day() {
        let midnight = calendar("UTC", "00:00");
        let evening = calendar("Europe/Berlin", "17:30");
        let table = [
            (&midnight, "20260115", Some("2026-01-16T00:00:00Z")),
            (&midnight, "20261231", Some("2027-01-01T00:00:00Z")),
            (&evening, "20260115", Some("2026-01-15T16:30:00Z")),
            (&evening, "20260715", Some("2026-07-15T15:30:00Z")),
            (&midnight, "20260230", None),
            (&midnight, "2026-1-1", None),
            (&midnight, "202601151", None),
            (&midnight, "", None),
        ];
        for (calendar, date, end) in table {
            assert_eq!(calendar.end_of_day(date), end.map(at), "{date}");
        }
    }

    #[test]
    fn the_trading_day_of_a_date_begins_where_the_one_before_ends() {
        let date = Date::new(2026, 1, 15).unwrap();
        let day = |ends| calendar("UTC", ends).trading_day(date).unwrap();
        let midnight = (at("2026-01-15T00:00:00Z"), at("2026-01-16T00:00:00Z"));
        assert_eq!(day("00:00"), midnight);
        let evening = (at("2026-01-14T17:30:00Z"), at("2026-01-15T17:30:00Z"));
        assert_eq!(day("17:30"), evening);
    }

    #[test]
    fn a_day_of_utc_ends_at_its_time() {
        let midnight = calendar("UTC", "00:00");
        next(&midnight, "2026-01-15T12:00:00Z", "2026-01-16T00:00:00Z");
        next(
            &midnight,
            "2026-01-15T23:59:59.999999999Z",
            "2026-01-16T00:00:00Z",
        );
        next(&midnight, "2026-01-16T00:00:00Z", "2026-01-17T00:00:00Z");
        let evening = calendar("UTC", "17:30");
        next(&evening, "2026-12-31T17:29:00Z", "2026-12-31T17:30:00Z");
        next(&evening, "2026-12-31T17:30:00Z", "2027-01-01T17:30:00Z");
    }

    #[test]
    fn a_day_is_23_or_25_hours_long_when_the_clock_changes() {
        let berlin = calendar("Europe/Berlin", "00:00");
        next(&berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        next(&berlin, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        let new_york = calendar("America/New_York", "17:00");
        next(&new_york, "2026-03-07T22:00:00Z", "2026-03-08T21:00:00Z");
        next(&new_york, "2026-10-31T21:00:00Z", "2026-11-01T22:00:00Z");
    }

    #[test]
    fn an_end_that_the_clock_leaves_out_comes_later_and_one_that_comes_twice_counts_once() {
        let night = calendar("Europe/Berlin", "02:30");
        // 02:00 becomes 03:00: 02:30 is taken as 03:30.
        next(&night, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z");
        next(&night, "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z");
        // 03:00 becomes 02:00: the first 02:30 counts.
        next(&night, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
        next(&night, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        // Midnight is left out in Cairo, and comes twice in Havana.
        let cairo = calendar("Africa/Cairo", "00:00");
        next(&cairo, "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z");
        let havana = calendar("America/Havana", "00:00");
        next(&havana, "2026-10-31T12:00:00Z", "2026-11-01T04:00:00Z");
        next(&havana, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z");
    }

    #[test]
    fn every_civil_day_has_one_end() {
        for zone in [
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Africa/Cairo",
        ] {
            for ends in ["00:00", "01:45", "02:30", "17:00", "23:59"] {
                let calendar = calendar(zone, ends);
                let mut end = calendar.next_boundary(at("2026-01-01T12:00:00Z")).unwrap();
                for day in 0..365 {
                    let later = calendar.next_boundary(end).unwrap();
                    let hours = (later.nanos() - end.nanos()) / 3_600_000_000_000;
                    assert!(
                        (22..=25).contains(&hours),
                        "{zone} {ends} day {day}: {hours} h"
                    );
                    let just_before = Timestamp::from_nanos(later.nanos() - 1);
                    assert_eq!(calendar.next_boundary(just_before), Some(later));
                    end = later;
                }
                let year = calendar.next_boundary(at("2027-01-01T12:00:00Z")).unwrap();
                assert_eq!(end, year, "{zone} {ends}: 365 ends in 365 days");
            }
        }
    }

    #[test]
    fn due_once_a_day() {
        let calendar = calendar("Europe/Berlin", "18:00");
        let due = |last, now| calendar.due(at(last), at(now));
        assert!(!due("2026-06-01T10:00:00Z", "2026-06-01T15:59:59Z"));
        assert!(due("2026-06-01T10:00:00Z", "2026-06-01T16:00:00Z"));
        assert!(!due("2026-06-01T16:00:00Z", "2026-06-01T16:00:01Z"));
        assert!(!due("2026-06-01T16:00:00Z", "2026-06-02T15:59:59Z"));
        assert!(due("2026-06-01T16:00:00Z", "2026-06-05T00:00:00Z"));
        assert!(
            !due("2026-06-02T00:00:00Z", "2026-06-01T00:00:00Z"),
            "a clock that went back"
        );
    }

    #[test]
    fn what_is_no_zone_or_time_is_named() {
        let cases = [
            ("Mars/Base", "00:00", "calendar.time_zone"),
            ("", "00:00", "calendar.time_zone"),
            ("UTC", "24:00", "calendar.day_ends"),
            ("UTC", "7:00", "calendar.day_ends"),
            ("UTC", "17:60", "calendar.day_ends"),
            ("UTC", "17:00:00", "calendar.day_ends"),
            ("UTC", "+1:00", "calendar.day_ends"),
            ("UTC", "", "calendar.day_ends"),
        ];
        for (time_zone, day_ends, key) in cases {
            let config = CalendarConfig {
                time_zone: time_zone.into(),
                day_ends: day_ends.into(),
                ..CalendarConfig::default()
            };
            assert_eq!(Calendar::new(&config).unwrap_err().key, key, "{config:?}");
        }
    }
}
