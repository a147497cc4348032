//! When numbers begin at 1 again.

use fix_engine::schedule::Schedule;

use super::{at, schedule};

#[track_caller]
fn period(schedule: &Schedule, now: &str, began: Option<&str>, next_change: &str) {
    assert_eq!(schedule.period(at(now)), began.map(at), "at {now}");
    assert_eq!(
        schedule.next_change(at(now)),
        Some(at(next_change)),
        "at {now}"
    );
}

fn with_reset(zone: &str, windows: &[&str], reset: &str) -> Schedule {
    schedule(zone, windows).reset(reset.parse().expect("a rule"))
}

#[test]
fn never() {
    let day = with_reset("UTC", &["Mon 09:00-17:00"], "never");
    period(&day, "2026-01-05T10:00:00Z", None, "2026-01-05T17:00:00Z");
}

#[test]
fn with_each_window_the_period_begins_when_the_one_before_ends() {
    let two = with_reset(
        "UTC",
        &["Mon-Fri 08:00-12:00", "Mon-Fri 13:00-17:00"],
        "window",
    );
    let (friday, monday) = ("2026-01-02T17:00:00Z", "2026-01-05T08:00:00Z");
    period(&two, "2026-01-05T07:00:00Z", Some(friday), monday);
    period(
        &two,
        "2026-01-05T08:00:00Z",
        Some(friday),
        "2026-01-05T12:00:00Z",
    );
    period(
        &two,
        "2026-01-05T12:00:00Z",
        Some("2026-01-05T12:00:00Z"),
        "2026-01-05T13:00:00Z",
    );
    period(
        &two,
        "2026-01-05T16:59:59Z",
        Some("2026-01-05T12:00:00Z"),
        "2026-01-05T17:00:00Z",
    );
    // A holiday between two windows changes nothing, one inside cuts.
    let week = with_reset("UTC", &["Sun 18:00-Fri 17:00"], "window");
    period(
        &week,
        "2026-01-07T00:00:00Z",
        Some(friday),
        "2026-01-09T17:00:00Z",
    );
    let cut = week.date("2026-01-07", &[]).expect("a date");
    period(
        &cut,
        "2026-01-08T00:00:00Z",
        Some("2026-01-07T00:00:00Z"),
        "2026-01-09T17:00:00Z",
    );
    // Without an end there is no period.
    let non_stop = with_reset("UTC", &[], "window");
    assert_eq!(non_stop.period(at("2026-01-08T00:00:00Z")), None);
}

#[test]
fn each_day_by_the_clock_on_the_wall() {
    let day = with_reset("America/New_York", &[], "day 17:00");
    period(
        &day,
        "2026-03-07T21:59:59Z",
        Some("2026-03-06T22:00:00Z"),
        "2026-03-07T22:00:00Z",
    );
    period(
        &day,
        "2026-03-07T22:00:00Z",
        Some("2026-03-07T22:00:00Z"),
        "2026-03-08T21:00:00Z",
    );
    period(
        &day,
        "2026-03-08T21:00:00Z",
        Some("2026-03-08T21:00:00Z"),
        "2026-03-09T21:00:00Z",
    );
    // 02:30 is left out on the 8th of March and comes twice on the 1st of November.
    let night = with_reset("America/New_York", &[], "day 02:30");
    period(
        &night,
        "2026-03-08T06:59:00Z",
        Some("2026-03-07T07:30:00Z"),
        "2026-03-08T07:00:00Z",
    );
    let night = with_reset("America/New_York", &[], "day 01:30");
    period(
        &night,
        "2026-11-01T06:45:00Z",
        Some("2026-11-01T05:30:00Z"),
        "2026-11-02T06:30:00Z",
    );
}

#[test]
fn each_week_open_or_closed() {
    let week = with_reset("Europe/London", &["Mon-Fri 08:00-16:30"], "week Sun 12:00");
    period(
        &week,
        "2026-03-29T10:59:00Z",
        Some("2026-03-22T12:00:00Z"),
        "2026-03-29T11:00:00Z",
    );
    period(
        &week,
        "2026-03-29T11:00:00Z",
        Some("2026-03-29T11:00:00Z"),
        "2026-03-30T07:00:00Z",
    );
    period(
        &week,
        "2026-04-03T12:00:00Z",
        Some("2026-03-29T11:00:00Z"),
        "2026-04-03T15:30:00Z",
    );
    let non_stop = with_reset("UTC", &[], "week Wed 00:00");
    period(
        &non_stop,
        "2026-01-06T12:00:00Z",
        Some("2025-12-31T00:00:00Z"),
        "2026-01-07T00:00:00Z",
    );
    period(
        &non_stop,
        "2026-01-07T00:00:00Z",
        Some("2026-01-07T00:00:00Z"),
        "2026-01-14T00:00:00Z",
    );
}
