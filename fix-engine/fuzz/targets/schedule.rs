//! Any lines as the hours of a session: read or refused with a reason; what is read has an answer at any time, and the answer changes when
//! it says so and not before.
#![no_main]

use fix_engine::schedule::{Schedule, State};
use fix_engine::time::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// One with two changes a year.
static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").expect("a zone"));

fuzz_target!(|input: &[u8]| {
    let Some((at, text)) = input.split_first_chunk::<8>() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Some(schedule) = read(text) else {
        return;
    };
    let at = i64::from_le_bytes(*at);
    // Near the ends of time there are answers, too, but nothing is promised of them.
    let any = Timestamp::from_nanos(at);
    let _answers = (
        schedule.state(any),
        schedule.period(any),
        schedule.next_change(any),
    );
    let near = Timestamp::from_secs(1_767_614_400 + at % 100_000_000);
    look_at(&schedule, near);
});

/// Lines: `d DATE HOURS HOURS`, `r RESET`, or a window.
fn read(text: &str) -> Option<Schedule> {
    let mut schedule = Schedule::non_stop(ZONE.clone());
    for line in text.lines() {
        let read = if let Some(date) = line.strip_prefix("d ") {
            let mut words = date.split(' ');
            let date = words.next().unwrap_or_default();
            // Dates in a far future are passed day by day.
            if !date.starts_with("20") {
                return None;
            }
            schedule.date(date, &words.collect::<Vec<_>>())
        } else if let Some(reset) = line.strip_prefix("r ") {
            reset.parse().map(|reset| schedule.reset(reset))
        } else {
            schedule.window(line)
        };
        match read {
            Ok(read) => schedule = read,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return None;
            }
        }
    }
    Some(schedule)
}

fn look_at(schedule: &Schedule, now: Timestamp) {
    let state = schedule.state(now);
    match state {
        State::Open { since, until } => {
            assert!(since.is_none_or(|since| since <= now));
            assert!(until.is_none_or(|until| until > now));
        }
        State::Closed { opens } => {
            assert!(opens.is_none_or(|opens| opens > now));
            let _shown = schedule.opening(opens);
            if let Some(opens) = opens {
                let state = schedule.state(opens);
                assert!(matches!(state, State::Open { since, .. } if since == Some(opens)));
            }
        }
    }
    let period = schedule.period(now);
    assert!(period.is_none_or(|period| period <= now));
    let Some(change) = schedule.next_change(now) else {
        return;
    };
    assert!(change > now, "it changes before now");
    let before = change.plus_nanos(-1);
    assert_eq!(schedule.state(before), state, "it changes untold");
    assert_eq!(schedule.period(before), period, "it changes untold");
}
