//! Schedules: tables of days when clocks change, hours as text, and a slow model minute by minute.

mod client;
mod clock_changes;
mod hours;
mod model;
mod periods;
mod session;

use fix_engine::io::zone::zone;
use fix_engine::schedule::{Schedule, State};
use fix_engine::time::Timestamp;

/// A schedule of a zone with these windows.
fn schedule(name: &str, windows: &[&str]) -> Schedule {
    let non_stop = Schedule::non_stop(zone(name).expect("a zone"));
    windows.iter().fold(non_stop, |schedule, text| {
        schedule.window(text).expect("a window")
    })
}

fn at(text: &str) -> Timestamp {
    let instant: jiff::Timestamp = text.parse().expect("a time");
    Timestamp::from_nanos(i64::try_from(instant.as_nanosecond()).expect("within range"))
}

/// The window that is open at `now`, or the next one.
#[track_caller]
fn opens(schedule: &Schedule, now: &str, since: &str, until: &str) {
    let state = schedule.state(at(now));
    let (since, until) = (Some(at(since)), Some(at(until)));
    match state {
        State::Open { .. } => assert_eq!(state, State::Open { since, until }, "at {now}"),
        State::Closed { opens } => {
            assert_eq!(opens, since, "after {now}");
            let opened = schedule.state(opens.expect("it opens"));
            assert_eq!(opened, State::Open { since, until }, "after {now}");
        }
    }
}

#[track_caller]
fn is_open(schedule: &Schedule, now: &str) -> bool {
    matches!(schedule.state(at(now)), State::Open { .. })
}
