//! Windows, holidays and dates with other hours; and texts that are none of them.

use fix_engine::io::zone::zone;
use fix_engine::schedule::error::Wrong;
use fix_engine::schedule::reset::Reset;
use fix_engine::schedule::{Schedule, State};

use super::{at, is_open, opens, schedule};

#[test]
fn several_windows_a_day_and_one_over_midnight() {
    let two = schedule(
        "UTC",
        &[
            "Mon-Fri 08:00-12:00",
            "Mon-Thu,Sun 13:00-17:30",
            "Fri 22:00-02:00",
        ],
    );
    // 2026-01-05 is a Monday.
    opens(
        &two,
        "2026-01-05T07:00:00Z",
        "2026-01-05T08:00:00Z",
        "2026-01-05T12:00:00Z",
    );
    opens(
        &two,
        "2026-01-05T11:59:59.999999999Z",
        "2026-01-05T08:00:00Z",
        "2026-01-05T12:00:00Z",
    );
    opens(
        &two,
        "2026-01-05T12:00:00Z",
        "2026-01-05T13:00:00Z",
        "2026-01-05T17:30:00Z",
    );
    opens(
        &two,
        "2026-01-09T12:00:00Z",
        "2026-01-09T22:00:00Z",
        "2026-01-10T02:00:00Z",
    );
    opens(
        &two,
        "2026-01-10T01:59:00Z",
        "2026-01-09T22:00:00Z",
        "2026-01-10T02:00:00Z",
    );
    opens(
        &two,
        "2026-01-10T02:00:00Z",
        "2026-01-11T13:00:00Z",
        "2026-01-11T17:30:00Z",
    );
}

#[test]
fn a_range_of_days_goes_over_the_end_of_the_week() {
    let weekend = schedule("UTC", &["Sat-Mon 10:00-11:00"]);
    opens(
        &weekend,
        "2026-01-03T00:00:00Z",
        "2026-01-03T10:00:00Z",
        "2026-01-03T11:00:00Z",
    );
    opens(
        &weekend,
        "2026-01-04T12:00:00Z",
        "2026-01-05T10:00:00Z",
        "2026-01-05T11:00:00Z",
    );
    opens(
        &weekend,
        "2026-01-05T11:00:00Z",
        "2026-01-10T10:00:00Z",
        "2026-01-10T11:00:00Z",
    );
    let almost_all = schedule("UTC", &["Mon 09:00-Mon 08:00"]);
    opens(
        &almost_all,
        "2026-01-07T00:00:00Z",
        "2026-01-05T09:00:00Z",
        "2026-01-12T08:00:00Z",
    );
}

#[test]
fn windows_that_touch_end_each_for_itself() {
    let daily = schedule("UTC", &["Mon-Fri 00:00-24:00"]);
    opens(
        &daily,
        "2026-01-05T12:00:00Z",
        "2026-01-05T00:00:00Z",
        "2026-01-06T00:00:00Z",
    );
    opens(
        &daily,
        "2026-01-06T00:00:00Z",
        "2026-01-06T00:00:00Z",
        "2026-01-07T00:00:00Z",
    );
    opens(
        &daily,
        "2026-01-10T00:00:00Z",
        "2026-01-12T00:00:00Z",
        "2026-01-13T00:00:00Z",
    );
    let evening = schedule("UTC", &["Mon-Thu 17:00-17:00"; 0])
        .window("Mon 17:00-Tue 17:00")
        .and_then(|schedule| schedule.window("Tue 17:00-Wed 17:00"))
        .expect("they touch");
    opens(
        &evening,
        "2026-01-06T17:00:00Z",
        "2026-01-06T17:00:00Z",
        "2026-01-07T17:00:00Z",
    );
}

#[test]
fn a_holiday_is_closed_from_midnight_to_midnight() {
    let day = schedule("Europe/Berlin", &["Mon-Fri 09:00-17:30"])
        .date("2026-12-25", &[])
        .and_then(|schedule| schedule.date("2026-12-24", &["09:00-13:00"]))
        .expect("good dates");
    opens(
        &day,
        "2026-12-24T07:00:00Z",
        "2026-12-24T08:00:00Z",
        "2026-12-24T12:00:00Z",
    );
    opens(
        &day,
        "2026-12-24T12:00:00Z",
        "2026-12-28T08:00:00Z",
        "2026-12-28T16:30:00Z",
    );
    // A window of several days is cut in two.
    let week = schedule("UTC", &["Sun 18:00-Fri 17:00"])
        .date("2026-01-07", &[])
        .expect("a good date");
    opens(
        &week,
        "2026-01-06T12:00:00Z",
        "2026-01-04T18:00:00Z",
        "2026-01-07T00:00:00Z",
    );
    opens(
        &week,
        "2026-01-07T12:00:00Z",
        "2026-01-08T00:00:00Z",
        "2026-01-09T17:00:00Z",
    );
    // So is a session without end.
    let non_stop = schedule("UTC", &[])
        .date("2026-01-07", &[])
        .expect("a good date");
    let closes = Some(at("2026-01-07T00:00:00Z"));
    let state = non_stop.state(at("2026-01-01T00:00:00Z"));
    assert_eq!(
        state,
        State::Open {
            since: None,
            until: closes
        }
    );
    let opens = Some(at("2026-01-08T00:00:00Z"));
    assert_eq!(
        non_stop.state(at("2026-01-07T12:00:00Z")),
        State::Closed { opens }
    );
    let state = non_stop.state(at("2027-01-01T00:00:00Z"));
    assert_eq!(
        state,
        State::Open {
            since: opens,
            until: None
        }
    );
}

#[test]
fn hours_of_a_date_go_on_over_midnight_where_the_week_does() {
    let week = schedule("UTC", &["Sun 18:00-Fri 17:00"])
        .date("2026-01-08", &["00:00-12:00", "20:00-24:00"])
        .expect("good hours");
    opens(
        &week,
        "2026-01-06T12:00:00Z",
        "2026-01-04T18:00:00Z",
        "2026-01-08T12:00:00Z",
    );
    opens(
        &week,
        "2026-01-08T12:00:00Z",
        "2026-01-08T20:00:00Z",
        "2026-01-09T17:00:00Z",
    );
    // Where each day is a window of its own, so is the date.
    let daily = schedule("UTC", &["Mon-Fri 00:00-24:00"])
        .date("2026-01-08", &["00:00-24:00"])
        .expect("good hours");
    opens(
        &daily,
        "2026-01-08T12:00:00Z",
        "2026-01-08T00:00:00Z",
        "2026-01-09T00:00:00Z",
    );
}

#[test]
fn a_schedule_that_never_opens_again_says_so() {
    // One window a year is not enough of a week: all its days are holidays, and behind them the week goes on.
    let closed = (1..=28).fold(schedule("UTC", &["Mon 09:00-10:00"]), |schedule, day| {
        schedule
            .date(&format!("2026-06-{day:02}"), &[])
            .expect("a date")
    });
    opens(
        &closed,
        "2026-06-01T00:00:00Z",
        "2026-06-29T09:00:00Z",
        "2026-06-29T10:00:00Z",
    );
    // A window that no zone ever shows: only the last possible moment is left.
    let far = schedule("UTC", &["Mon 09:00-10:00"]);
    let end = fix_engine::time::Timestamp::from_nanos(i64::MAX);
    assert_eq!(far.state(end), State::Closed { opens: None });
    assert_eq!(far.opening(None), "no opening is set");
}

#[test]
fn the_opening_is_told_in_plain_words() {
    let day = schedule("America/New_York", &["Mon-Fri 09:30-16:00"]);
    let State::Closed { opens } = day.state(at("2026-03-07T12:00:00Z")) else {
        panic!("it is Saturday")
    };
    assert_eq!(
        day.opening(opens),
        "opens 2026-03-09T13:30:00Z (Monday 09:30 America/New_York)"
    );
    assert!(!is_open(&day, "2026-03-09T13:29:59.999999999Z"));
    assert!(is_open(&day, "2026-03-09T13:30:00Z"));
}

#[test]
fn texts_that_are_no_hours_are_refused_in_words() {
    let base = || schedule("UTC", &["Mon 09:00-12:00"]);
    for text in [
        "",
        "Mon",
        "Mon 9:00-12:00",
        "Mon 09:00",
        "Mon 09:00-24:01",
        "Mon 24:00-25:00",
        "Mon 09:60-10:00",
        "mon 09:00-10:00",
        "Mon- 09:00-10:00",
        "Mon,Tue 09:00-Wed 10:00",
        "Mon 24:00-Tue 10:00",
        "Mon 09:00-10:00-11:00",
        "Mon +9:00-10:00",
    ] {
        let error = base().window(text).expect_err(text);
        assert_eq!((error.text.as_str(), error.wrong), (text, Wrong::Window));
    }
    for text in ["Tue 09:00-09:00", "Tue 09:00-Tue 09:00"] {
        let error = base().window(text).expect_err(text);
        assert_eq!(error.wrong, Wrong::Empty);
    }
    for text in [
        "Mon 11:59-13:00",
        "Sun 09:00-Mon 09:01",
        "Mon 10:00-11:00",
        "Sat-Mon 08:00-09:30",
        "Tue 00:00-Mon 23:00",
    ] {
        let error = base().window(text).expect_err(text);
        assert_eq!(
            error.wrong,
            Wrong::Overlap {
                other: "Mon 09:00-12:00".to_owned()
            }
        );
    }
    for text in ["Mon 12:00-13:00", "Mon 08:00-09:00", "Mon 12:00-Mon 09:00"] {
        base().window(text).expect(text);
    }
    let error = base().date("2026-02-30", &[]).expect_err("no such date");
    assert_eq!(error.wrong, Wrong::Date);
    assert_eq!(
        error.to_string(),
        "\"2026-02-30\" must be a date like \"2026-12-25\""
    );
    for (hours, wrong) in [
        (&["22:00-05:00"][..], Wrong::Hours),
        (&["09:00"], Wrong::Hours),
        (&["09:00-09:00"], Wrong::Empty),
        (
            &["10:00-12:00", "09:00-10:01"],
            Wrong::Overlap {
                other: "10:00-12:00".to_owned(),
            },
        ),
    ] {
        assert_eq!(
            base()
                .date("2026-01-05", hours)
                .expect_err("no hours")
                .wrong,
            wrong
        );
    }
    let twice = base()
        .date("2026-01-05", &[])
        .and_then(|base| base.date("2026-01-05", &["09:00-10:00"]));
    assert_eq!(twice.expect_err("twice").wrong, Wrong::DateTwice);
    for text in [
        "",
        "daily",
        "day",
        "day 24:00",
        "week 17:00",
        "week Sun",
        "window 17:00",
        "Never",
    ] {
        assert_eq!(text.parse::<Reset>().expect_err(text).wrong, Wrong::Reset);
    }
}

#[test]
fn a_zone_that_is_none_is_named() {
    let error = zone("Mars/Base").expect_err("no zone");
    assert!(
        error.to_string().contains("\"Mars/Base\" must be a zone"),
        "{error}"
    );
    assert_eq!(
        zone("europe/berlin").expect("any case").iana_name(),
        Some("Europe/Berlin")
    );
    let schedule = Schedule::non_stop(zone("UTC").expect("a zone"));
    assert_eq!(schedule.next_change(at("2026-01-01T00:00:00Z")), None);
}
