//! [`Hours`]: the trading days of one market. Keys in, and for a moment: which phase the calendar has, since when, and when that changes.
//! Pure: it reads no clock and knows no instrument.
//!
//! Times follow the zone's clock as it first shows them ([`fix_engine::schedule::wall`]): one that is left out when the clock is set forth
//! comes at the moment of the change, of one that comes twice the first counts. So phases keep their order in every night.

use crate::calendar::plan::{Kind, Plan};
use crate::calendar::standing::{Planned, Standing};
use crate::calendar::times::Times;
use crate::config::RangeError;
use crate::config::trading::MarketConfig;
use fix_engine::io::zone::zone;
use fix_engine::schedule::error::Wrong;
use fix_engine::schedule::text;
use fix_engine::schedule::wall::{DAY_MINUTES, Wall};
use jiff::civil::{Date, Weekday};
use market::time::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The trading days of one market.
#[derive(Clone, Debug)]
pub struct Hours {
    wall: Wall,
    days: Vec<Weekday>,
    usual: Plan,
    /// Dates with a day of their own, or none.
    dates: BTreeMap<Date, Option<Plan>>,
}

impl Hours {
    /// From `[calendar.markets.NAME]`.
    ///
    /// # Errors
    /// [`RangeError`] naming the first key that makes no trading day.
    pub fn new(name: &str, keys: &MarketConfig) -> Result<Self, RangeError> {
        let prefix = format!("calendar.markets.{name}");
        let wrong = |key: &str, value: &str, range: Cow<'static, str>| {
            RangeError::of(format!("{prefix}.{key}"), value, range)
        };
        let zone = zone(&keys.time_zone).map_err(|unknown| {
            let range = "a zone of the IANA time zone database, for instance Europe/Berlin";
            wrong("time_zone", &unknown.name, range.into())
        })?;
        let days = text::days(&keys.days).ok_or_else(|| {
            wrong(
                "days",
                &keys.days,
                "days like \"Mon-Fri\" or \"Mon,Wed\"".into(),
            )
        })?;
        let mut hours = Self {
            wall: Wall::new(zone),
            days,
            usual: Plan::new(&prefix, &Times::usual(keys))?,
            dates: BTreeMap::new(),
        };
        for date in &keys.closed {
            hours.set(date, None, |range| wrong("closed", date, range.into()))?;
        }
        for (date, other) in &keys.other_hours {
            let plan = Plan::new(
                &format!("{prefix}.other_hours.{date}"),
                &Times::of(keys, other),
            )?;
            hours.set(date, Some(plan), |range| {
                wrong("other_hours", date, range.into())
            })?;
        }
        Ok(hours)
    }

    fn set(
        &mut self,
        date: &str,
        plan: Option<Plan>,
        wrong: impl Fn(String) -> RangeError,
    ) -> Result<(), RangeError> {
        let parsed = text::date(date).map_err(|error| wrong(error.wrong.to_string()))?;
        match self.dates.insert(parsed, plan) {
            Some(_) => Err(wrong(Wrong::DateTwice.to_string())),
            None => Ok(()),
        }
    }

    /// What the calendar has at `now`; none before its first trading day.
    pub fn at(&self, now: Timestamp) -> Option<Standing> {
        let mut date = self.wall.date(instant(now))?;
        for _ in 0..self.longest_gap() {
            if let Some(standing) = self.of(date, now) {
                return Some(standing);
            }
            date = date.yesterday().ok()?;
        }
        None
    }

    /// Dates among which there is a trading day, if there is any: a week for each date that is named, since a market may trade on one day of
    /// the week; another week, and the day itself.
    fn longest_gap(&self) -> usize {
        7 * (self.dates.len() + 1) + 1
    }

    /// The first moment after `now` at which the calendar has another phase.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        match self.at(now) {
            Some(standing) => standing.next,
            None => self.next_day(self.wall.date(instant(now))?.yesterday().ok()?, now),
        }
    }

    /// What the trading day of a date has at `now`, when it has begun.
    fn of(&self, date: Date, now: Timestamp) -> Option<Standing> {
        let plan = self.plan(date)?;
        let moments: Vec<(Timestamp, Kind)> = plan
            .phases
            .iter()
            .filter_map(|(minute, kind)| Some((self.moment(date, *minute)?, *kind)))
            .collect();
        let day_began = moments.first().filter(|(began, _)| *began <= now)?.0;
        let at = moments.iter().rposition(|(begins, _)| *begins <= now)?;
        let (since, kind) = moments[at];
        let phase = match kind {
            Kind::Closed => Planned::Closed,
            Kind::PreOpen => Planned::PreOpen,
            Kind::Call(auction, until) => Planned::Call(auction, self.moment(date, until)?),
            Kind::Continuous => Planned::Continuous,
            Kind::PostTrade => Planned::PostTrade,
        };
        let follows = moments.get(at + 1).map(|(begins, _)| *begins);
        let next_day = self.next_day(date, now);
        Some(Standing {
            phase,
            since,
            day_began,
            last_ended: self.last_ended(date),
            closes: self.moment(date, plan.closes)?,
            opening_nanos: i64::from(plan.opening_minutes) * 60_000_000_000,
            next: follows.into_iter().chain(next_day).min(),
        })
    }

    /// When the last trading day ends that begins on a date before this one.
    fn last_ended(&self, date: Date) -> Option<Timestamp> {
        let mut date = date;
        for _ in 0..self.longest_gap() {
            date = date.yesterday().ok()?;
            if let Some(plan) = self.plan(date) {
                return self.moment(date, plan.phases.last()?.0);
            }
        }
        None
    }

    /// When the first trading day begins that begins on a date behind this one and after `now`.
    fn next_day(&self, date: Date, now: Timestamp) -> Option<Timestamp> {
        let mut date = date;
        for _ in 0..self.longest_gap() {
            date = date.tomorrow().ok()?;
            let begins = self
                .plan(date)
                .and_then(|plan| self.moment(date, plan.phases.first()?.0));
            if begins.is_some_and(|begins| begins > now) {
                return begins;
            }
        }
        None
    }

    fn plan(&self, date: Date) -> Option<&Plan> {
        match self.dates.get(&date) {
            Some(plan) => plan.as_ref(),
            None => Some(&self.usual).filter(|_| self.days.contains(&date.weekday())),
        }
    }

    /// When the clock first shows a minute, counted from the midnight at which a date begins.
    fn moment(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let mut date = date;
        for _ in 0..minute / DAY_MINUTES {
            date = date.tomorrow().ok()?;
        }
        let moment = self.wall.instant(date, minute % DAY_MINUTES)?;
        Some(Timestamp::from_nanos(moment.nanos()))
    }
}

fn instant(now: Timestamp) -> fix_engine::time::Timestamp {
    fix_engine::time::Timestamp::from_nanos(now.nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: &str) -> Result<Hours, RangeError> {
        Hours::new("x", &toml::from_str(keys).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_nanos(i64::try_from(instant.as_nanosecond()).unwrap())
    }

    /// `phase since until-or-nothing next`, each time in UTC.
    fn told(hours: &Hours, now: &str) -> String {
        let short = |at: Timestamp| {
            let at = jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap();
            at.to_string().replace(":00Z", "Z")
        };
        let next = hours.next_change(at(now)).map_or("never".into(), short);
        let Some(standing) = hours.at(at(now)) else {
            return format!("nothing, then {next}");
        };
        let phase = match standing.phase {
            Planned::Call(auction, until) => format!("{auction:?} until {}", short(until)),
            other => format!("{other:?}"),
        };
        assert_eq!(hours.next_change(at(now)), standing.next, "{now}");
        format!("{phase} since {}, then {next}", short(standing.since))
    }

    #[track_caller]
    fn check(hours: &Hours, table: &[(&str, &str)]) {
        for (now, expected) in table {
            assert_eq!(told(hours, now), *expected, "at {now}");
        }
    }

    const BERLIN: &str = r#"
        time_zone = "Europe/Berlin"
        intraday = ["13:00-13:02", "11:00-11:02"]
        closed = ["2026-12-25"]
        other_hours = { "2026-12-24" = { closing = "12:30", close = "12:35", post_trade = "12:45" }, "2026-12-26" = { opening = "09:00" } }
    "#;

    #[test]
    fn a_day_has_its_phases_one_after_another() {
        let berlin = read(BERLIN).unwrap();
        check(
            &berlin,
            &[
                (
                    "2026-01-07T06:59:59Z",
                    "Closed since 2026-01-06T16:45Z, then 2026-01-07T07:00Z",
                ),
                (
                    "2026-01-07T07:00:00Z",
                    "PreOpen since 2026-01-07T07:00Z, then 2026-01-07T07:50Z",
                ),
                (
                    "2026-01-07T07:50:00Z",
                    "Opening until 2026-01-07T08:00Z since 2026-01-07T07:50Z, then 2026-01-07T08:00Z",
                ),
                (
                    "2026-01-07T08:00:00Z",
                    "Continuous since 2026-01-07T08:00Z, then 2026-01-07T10:00Z",
                ),
                (
                    "2026-01-07T10:01:59Z",
                    "Intraday until 2026-01-07T10:02Z since 2026-01-07T10:00Z, then 2026-01-07T10:02Z",
                ),
                (
                    "2026-01-07T10:02:00Z",
                    "Continuous since 2026-01-07T10:02Z, then 2026-01-07T12:00Z",
                ),
                (
                    "2026-01-07T12:02:00Z",
                    "Continuous since 2026-01-07T12:02Z, then 2026-01-07T16:30Z",
                ),
                (
                    "2026-01-07T16:30:00Z",
                    "Closing until 2026-01-07T16:35Z since 2026-01-07T16:30Z, then 2026-01-07T16:35Z",
                ),
                (
                    "2026-01-07T16:35:00Z",
                    "PostTrade since 2026-01-07T16:35Z, then 2026-01-07T16:45Z",
                ),
                (
                    "2026-01-07T16:45:00Z",
                    "Closed since 2026-01-07T16:45Z, then 2026-01-08T07:00Z",
                ),
            ],
        );
    }

    #[test]
    fn weekends_holidays_and_half_days() {
        let berlin = read(BERLIN).unwrap();
        check(
            &berlin,
            &[
                // A Friday evening and a Sunday.
                (
                    "2026-01-09T16:45:00Z",
                    "Closed since 2026-01-09T16:45Z, then 2026-01-12T07:00Z",
                ),
                (
                    "2026-01-11T12:00:00Z",
                    "Closed since 2026-01-09T16:45Z, then 2026-01-12T07:00Z",
                ),
                // A half day: the auction at 13:00 falls away, the one at 11:00 stays.
                (
                    "2026-12-24T10:00:00Z",
                    "Intraday until 2026-12-24T10:02Z since 2026-12-24T10:00Z, then 2026-12-24T10:02Z",
                ),
                (
                    "2026-12-24T10:02:00Z",
                    "Continuous since 2026-12-24T10:02Z, then 2026-12-24T11:30Z",
                ),
                (
                    "2026-12-24T11:40:00Z",
                    "PostTrade since 2026-12-24T11:35Z, then 2026-12-24T11:45Z",
                ),
                // A holiday, and a Saturday with a day of its own, without an opening call.
                (
                    "2026-12-25T12:00:00Z",
                    "Closed since 2026-12-24T11:45Z, then 2026-12-26T07:00Z",
                ),
                (
                    "2026-12-26T07:55:00Z",
                    "PreOpen since 2026-12-26T07:00Z, then 2026-12-26T08:00Z",
                ),
                (
                    "2026-12-26T08:00:00Z",
                    "Continuous since 2026-12-26T08:00Z, then 2026-12-26T10:00Z",
                ),
            ],
        );
        let day = berlin.at(at("2026-12-24T09:00:00Z")).unwrap();
        assert_eq!(day.closes, at("2026-12-24T11:30:00Z"));
        assert_eq!(day.day_began, at("2026-12-24T07:00:00Z"));
        assert_eq!(day.opening_nanos, 600_000_000_000);
        let saturday = berlin.at(at("2026-12-26T09:00:00Z")).unwrap();
        assert_eq!(saturday.opening_nanos, 0);
    }

    #[test]
    fn days_over_midnight_begin_on_their_first_date() {
        let futures = read(
            r#"
            time_zone = "America/New_York"
            days = "Sun-Thu"
            pre_open = "17:45"
            opening = "17:55"
            open = "18:00"
            intraday = ["03:00-03:01"]
            closing = "16:58"
            close = "17:00"
            post_trade = "17:00"
            "#,
        )
        .unwrap();
        check(
            &futures,
            &[
                // Friday evening to Sunday evening.
                (
                    "2026-01-09T21:58:00Z",
                    "Closing until 2026-01-09T22:00Z since 2026-01-09T21:58Z, then 2026-01-09T22:00Z",
                ),
                (
                    "2026-01-09T22:00:00Z",
                    "Closed since 2026-01-09T22:00Z, then 2026-01-11T22:45Z",
                ),
                (
                    "2026-01-11T23:00:00Z",
                    "Continuous since 2026-01-11T23:00Z, then 2026-01-12T08:00Z",
                ),
                (
                    "2026-01-12T08:00:00Z",
                    "Intraday until 2026-01-12T08:01Z since 2026-01-12T08:00Z, then 2026-01-12T08:01Z",
                ),
                (
                    "2026-01-12T12:00:00Z",
                    "Continuous since 2026-01-12T08:01Z, then 2026-01-12T21:58Z",
                ),
            ],
        );
    }

    #[test]
    fn phases_keep_their_order_when_the_clock_changes() {
        // The night in which 02:00 becomes 03:00, and the one in which 03:00 becomes 02:00.
        let keys = r#"
            time_zone = "Europe/Berlin"
            days = "Mon-Sun"
            pre_open = "01:00"
            opening = "02:10"
            open = "02:40"
            closing = "03:30"
            close = "04:00"
            post_trade = "04:30"
        "#;
        let night = read(keys).unwrap();
        check(
            &night,
            &[
                (
                    "2026-03-29T00:59:59Z",
                    "PreOpen since 2026-03-29T00:00Z, then 2026-03-29T01:00Z",
                ),
                // The call and its end both come at the change: the call is empty.
                (
                    "2026-03-29T01:00:00Z",
                    "Continuous since 2026-03-29T01:00Z, then 2026-03-29T01:30Z",
                ),
                (
                    "2026-10-25T00:10:00Z",
                    "Opening until 2026-10-25T00:40Z since 2026-10-25T00:10Z, then 2026-10-25T00:40Z",
                ),
                // 02:10 comes again, the call does not.
                (
                    "2026-10-25T01:10:00Z",
                    "Continuous since 2026-10-25T00:40Z, then 2026-10-25T02:30Z",
                ),
                (
                    "2026-10-25T03:30:00Z",
                    "Closed since 2026-10-25T03:30Z, then 2026-10-26T00:00Z",
                ),
            ],
        );
        // Half an hour on Lord Howe; Havana's midnight comes twice and is left out.
        let howe = read("time_zone = \"Australia/Lord_Howe\"\ndays = \"Sun\"").unwrap();
        check(
            &howe,
            &[
                (
                    "2026-04-04T22:25:00Z",
                    "Opening until 2026-04-04T22:30Z since 2026-04-04T22:20Z, then 2026-04-04T22:30Z",
                ),
                (
                    "2026-10-03T22:00:00Z",
                    "Continuous since 2026-10-03T22:00Z, then 2026-10-04T06:30Z",
                ),
            ],
        );
        let havana = read(
            "time_zone = \"America/Havana\"\ndays = \"Sun\"\npre_open = \"00:00\"\nopening = \"00:30\"\nopen = \"01:00\"",
        )
        .unwrap();
        check(
            &havana,
            &[
                (
                    "2026-03-08T05:00:00Z",
                    "Continuous since 2026-03-08T05:00Z, then 2026-03-08T21:30Z",
                ),
                (
                    "2026-11-01T04:00:00Z",
                    "PreOpen since 2026-11-01T04:00Z, then 2026-11-01T04:30Z",
                ),
                (
                    "2026-11-01T05:10:00Z",
                    "Opening until 2026-11-01T06:00Z since 2026-11-01T04:30Z, then 2026-11-01T06:00Z",
                ),
            ],
        );
    }

    #[test]
    fn a_market_of_one_day_a_week_is_found_over_weeks_that_are_closed() {
        let weekly = read("days = \"Mon\"\nclosed = [\"2026-01-05\", \"2026-01-12\"]").unwrap();
        let over = "Closed since 2025-12-29T17:45Z, then 2026-01-19T08:00Z";
        check(
            &weekly,
            &[
                ("2025-12-29T17:45:00Z", over),
                ("2026-01-07T12:00:00Z", over),
                ("2026-01-12T12:00:00Z", over),
                ("2026-01-19T07:59:59Z", over),
                (
                    "2026-01-19T08:00:00Z",
                    "PreOpen since 2026-01-19T08:00Z, then 2026-01-19T08:50Z",
                ),
            ],
        );
        let monday = weekly.at(at("2026-01-19T12:00:00Z")).unwrap();
        assert_eq!(monday.last_ended, Some(at("2025-12-29T17:45:00Z")));
        // Every change of a year, whatever weeks are closed.
        let weekly = read(
            r#"days = "Wed"
            closed = ["2026-02-04", "2026-02-11", "2026-02-18", "2026-02-25", "2026-07-01", "2026-12-23", "2026-12-30"]"#,
        )
        .unwrap();
        let (mut now, end) = (at("2026-01-01T12:00:00Z"), at("2027-01-01T12:00:00Z"));
        let mut changes = 0;
        while now < end {
            let before = weekly.at(now).unwrap();
            let next = before.next.unwrap();
            let just_before = Timestamp::from_nanos(next.nanos() - 1);
            assert_eq!(weekly.at(just_before), Some(before));
            assert_eq!(weekly.at(next).unwrap().since, next, "{before:?}");
            (now, changes) = (next, changes + 1);
        }
        // Six a day on 52 Wednesdays without seven, and the first of the year behind it.
        assert_eq!(changes, 6 * 45 + 1);
    }

    #[test]
    fn next_change_is_where_something_changes() {
        for zone in [
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "America/Havana",
        ] {
            let keys = format!(
                "time_zone = \"{zone}\"\ndays = \"Mon-Sun\"\npre_open = \"23:50\"\nopening = \"00:00\"\nopen = \"01:30\"\nintraday = [\"02:00-02:30\"]\nclosing = \"22:00\"\nclose = \"22:30\"\npost_trade = \"23:00\""
            );
            let hours = read(&keys).unwrap();
            let (mut now, end) = (at("2026-01-01T12:00:00Z"), at("2027-01-01T12:00:00Z"));
            let mut changes = 0;
            while now < end {
                let before = hours.at(now).unwrap();
                let next = before.next.unwrap();
                assert!(before.since <= now && now < next, "{zone} {before:?}");
                let just_before = Timestamp::from_nanos(next.nanos() - 1);
                assert_eq!(hours.at(just_before), Some(before), "{zone}");
                let after = hours.at(next).unwrap();
                assert_eq!(after.since, next, "{zone} {before:?} {after:?}");
                // Where the change of the clock makes a call empty, trading only goes on.
                assert!(after.phase != before.phase || zone != "UTC", "{before:?}");
                (now, changes) = (next, changes + 1);
            }
            // Eight a day, two or four fewer where the clock's change makes one empty.
            assert!(
                (8 * 365 - 4..=8 * 365 + 1).contains(&changes),
                "{zone}: {changes}"
            );
        }
    }

    #[test]
    fn what_makes_no_calendar_names_its_key() {
        let cases = [
            (
                "time_zone = \"Mars/Base\"",
                "time_zone",
                "a zone of the IANA",
            ),
            ("days = \"Workdays\"", "days", "days like"),
            ("closed = [\"25.12.2026\"]", "closed", "a date like"),
            (
                "closed = [\"2026-12-25\", \"2026-12-25\"]",
                "closed",
                "given once",
            ),
            (
                "closed = [\"2026-12-24\"]\nother_hours = { \"2026-12-24\" = {} }",
                "other_hours",
                "given once",
            ),
            (
                "other_hours = { \"2026-12-24\" = { closing = \"noon\" } }",
                "other_hours.2026-12-24.closing",
                "a time of day",
            ),
            (
                "other_hours = { \"2026-12-24\" = { intraday = [\"18:00-18:01\"] } }",
                "other_hours.2026-12-24.intraday",
                "between open and closing",
            ),
        ];
        for (keys, part, range) in cases {
            let error = read(keys).unwrap_err();
            assert_eq!(error.key, format!("calendar.markets.x.{part}"), "{error}");
            assert!(error.range.contains(range), "{keys}: {error}");
        }
    }

    #[test]
    fn a_calendar_without_days_has_nothing() {
        let none = read("days = \"Mon\"\nclosed = []").unwrap();
        assert!(none.at(at("2026-01-06T12:00:00Z")).is_some());
        let hours = Hours {
            days: Vec::new(),
            ..none
        };
        check(&hours, &[("2026-01-06T12:00:00Z", "nothing, then never")]);
        // The first day of all may be today.
        let first = Hours {
            dates: BTreeMap::from([(Date::constant(2026, 1, 6), Some(hours.usual.clone()))]),
            ..hours
        };
        check(
            &first,
            &[("2026-01-06T07:00:00Z", "nothing, then 2026-01-06T08:00Z")],
        );
    }
}
