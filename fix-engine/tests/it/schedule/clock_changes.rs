//! Days on which clocks are set forth or back, in zones that do it at different hours and by different amounts.

use fix_engine::schedule::State;

use super::{at, is_open, opens, schedule};

#[test]
fn new_york_keeps_its_hours_when_the_offset_changes() {
    let day = schedule("America/New_York", &["Mon-Fri 09:30-16:00"]);
    let days = [
        (
            "2026-03-06T12:00:00Z",
            "2026-03-06T14:30:00Z",
            "2026-03-06T21:00:00Z",
        ),
        (
            "2026-03-07T12:00:00Z",
            "2026-03-09T13:30:00Z",
            "2026-03-09T20:00:00Z",
        ),
        (
            "2026-10-30T12:00:00Z",
            "2026-10-30T13:30:00Z",
            "2026-10-30T20:00:00Z",
        ),
        (
            "2026-10-31T12:00:00Z",
            "2026-11-02T14:30:00Z",
            "2026-11-02T21:00:00Z",
        ),
    ];
    for (now, since, until) in days {
        opens(&day, now, since, until);
    }
}

#[test]
fn a_week_is_an_hour_shorter_or_longer() {
    let week = schedule("America/New_York", &["Sun 18:00-Fri 17:00"]);
    // The clock changes at 02:00 on the Sunday: the week before ends in the old time, the next one begins in the new.
    opens(
        &week,
        "2026-03-05T00:00:00Z",
        "2026-03-01T23:00:00Z",
        "2026-03-06T22:00:00Z",
    );
    opens(
        &week,
        "2026-03-07T00:00:00Z",
        "2026-03-08T22:00:00Z",
        "2026-03-13T21:00:00Z",
    );
    opens(
        &week,
        "2026-10-31T00:00:00Z",
        "2026-11-01T23:00:00Z",
        "2026-11-06T22:00:00Z",
    );
    // London changes in the middle of a week that begins on Saturday.
    let london = schedule("Europe/London", &["Sat 12:00-Thu 12:00"]);
    opens(
        &london,
        "2026-03-29T00:30:00Z",
        "2026-03-28T12:00:00Z",
        "2026-04-02T11:00:00Z",
    );
    opens(
        &london,
        "2026-10-25T00:30:00Z",
        "2026-10-24T11:00:00Z",
        "2026-10-29T12:00:00Z",
    );
}

#[test]
fn a_time_that_is_left_out_comes_at_the_moment_of_the_change() {
    // New York, 2026-03-08: 02:00 becomes 03:00 at 07:00Z.
    let night = schedule("America/New_York", &["Sun 02:30-05:00"]);
    opens(
        &night,
        "2026-03-08T06:59:59Z",
        "2026-03-08T07:00:00Z",
        "2026-03-08T09:00:00Z",
    );
    let early = schedule("America/New_York", &["Sun 00:30-02:30"]);
    opens(
        &early,
        "2026-03-08T06:00:00Z",
        "2026-03-08T05:30:00Z",
        "2026-03-08T07:00:00Z",
    );
    // One that lies inside what is left out does not take place.
    let inside = schedule("America/New_York", &["Sun 02:10-02:50"]);
    opens(
        &inside,
        "2026-03-08T06:00:00Z",
        "2026-03-15T06:10:00Z",
        "2026-03-15T06:50:00Z",
    );
    // Two that touch there still touch, and neither is upside down.
    let two = schedule("America/New_York", &["Sun 01:00-02:30", "Sun 02:30-03:15"]);
    opens(
        &two,
        "2026-03-08T06:30:00Z",
        "2026-03-08T06:00:00Z",
        "2026-03-08T07:00:00Z",
    );
    opens(
        &two,
        "2026-03-08T07:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-03-08T07:15:00Z",
    );
    // Lord Howe sets the clock forth by half an hour: 2026-10-04, 02:00 becomes 02:30 at 15:30Z the day before.
    let howe = schedule("Australia/Lord_Howe", &["Sun 02:15-04:00"]);
    opens(
        &howe,
        "2026-10-03T12:00:00Z",
        "2026-10-03T15:30:00Z",
        "2026-10-03T17:00:00Z",
    );
    // Cairo leaves out midnight: 2026-04-24, 00:00 becomes 01:00 at 22:00Z the day before.
    let cairo = schedule("Africa/Cairo", &["Fri 00:00-12:00"]);
    opens(
        &cairo,
        "2026-04-23T12:00:00Z",
        "2026-04-23T22:00:00Z",
        "2026-04-24T09:00:00Z",
    );
}

#[test]
fn of_a_time_that_comes_twice_the_first_counts() {
    // New York, 2026-11-01: 02:00 becomes 01:00 at 06:00Z; 01:30 is 05:30Z and 06:30Z.
    let night = schedule("America/New_York", &["Sun 01:30-04:00"]);
    opens(
        &night,
        "2026-11-01T05:00:00Z",
        "2026-11-01T05:30:00Z",
        "2026-11-01T09:00:00Z",
    );
    let early = schedule("America/New_York", &["Sun 00:30-01:30"]);
    opens(
        &early,
        "2026-11-01T05:00:00Z",
        "2026-11-01T04:30:00Z",
        "2026-11-01T05:30:00Z",
    );
    assert!(!is_open(&early, "2026-11-01T06:15:00Z"), "01:15 again");
    // Sydney, 2026-04-05: 03:00 becomes 02:00 at 16:00Z the day before.
    let sydney = schedule("Australia/Sydney", &["Sun 02:15-02:45"]);
    opens(
        &sydney,
        "2026-04-04T12:00:00Z",
        "2026-04-04T15:15:00Z",
        "2026-04-04T15:45:00Z",
    );
    assert!(!is_open(&sydney, "2026-04-04T16:30:00Z"), "02:30 again");
    // Lord Howe, 2026-04-05: 02:00 becomes 01:30 at 15:00Z the day before.
    let howe = schedule("Australia/Lord_Howe", &["Sun 01:45-03:00"]);
    opens(
        &howe,
        "2026-04-04T12:00:00Z",
        "2026-04-04T14:45:00Z",
        "2026-04-04T16:30:00Z",
    );
    // Havana has midnight twice: 2026-11-01, 01:00 becomes 00:00 at 05:00Z.
    let havana = schedule("America/Havana", &["Sat 12:00-24:00", "Sun 00:00-12:00"]);
    opens(
        &havana,
        "2026-11-01T03:00:00Z",
        "2026-10-31T16:00:00Z",
        "2026-11-01T04:00:00Z",
    );
    opens(
        &havana,
        "2026-11-01T05:30:00Z",
        "2026-11-01T04:00:00Z",
        "2026-11-01T17:00:00Z",
    );
}

#[test]
fn a_window_over_the_change_is_longer_or_shorter() {
    let sydney = schedule("Australia/Sydney", &["Sat 22:00-05:00"]);
    opens(
        &sydney,
        "2026-04-04T13:00:00Z",
        "2026-04-04T11:00:00Z",
        "2026-04-04T19:00:00Z",
    );
    opens(
        &sydney,
        "2026-10-03T13:00:00Z",
        "2026-10-03T12:00:00Z",
        "2026-10-03T18:00:00Z",
    );
    let london = schedule("Europe/London", &["daily"; 0]);
    assert_eq!(
        london.state(at("2026-03-29T01:00:00Z")),
        State::Open {
            since: None,
            until: None
        }
    );
}

#[test]
fn a_date_that_a_zone_leaves_out_has_no_hours() {
    // Samoa went from Thursday the 29th to Saturday the 31st of December 2011, at 10:00Z.
    let days = schedule("Pacific/Apia", &["Fri 09:00-17:00", "Sat 09:00-17:00"]);
    opens(
        &days,
        "2011-12-29T12:00:00Z",
        "2011-12-30T19:00:00Z",
        "2011-12-31T03:00:00Z",
    );
    let long = schedule("Pacific/Apia", &["Thu 12:00-Sat 12:00"]);
    opens(
        &long,
        "2011-12-29T23:00:00Z",
        "2011-12-29T22:00:00Z",
        "2011-12-30T22:00:00Z",
    );
}
