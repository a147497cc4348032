//! Schedules against a slow and obvious model: the wall clock minute by minute over two years, hours written down for each minute.
//!
//! The model knows three rules only. What the wall shows is the latest time that it has shown so far. A minute is open when the hours of
//! its date say so. Two open minutes that follow each other are one window unless a window begins with the second.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use fix_engine::io::zone::zone;
use fix_engine::schedule::{Schedule, State};
use fix_engine::time::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::select;

const MINUTES_A_DAY: usize = 1440;
const FIRST: Date = date(2025, 1, 1);
const DAYS: usize = 2 * 365;
/// Days at both ends whose windows may reach beyond what the model has seen.
const MARGIN_DAYS: usize = 20;
const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What a schedule is made of, as numbers.
#[derive(Debug, Clone)]
struct Plan {
    zone: &'static str,
    /// Minute of the week at which each window opens, and its length in minutes.
    windows: Vec<(usize, usize)>,
    /// Number of the date from [`FIRST`] on, and its hours.
    dates: Vec<(usize, Vec<(usize, usize)>)>,
    reset: Rule,
}

#[derive(Debug, Clone, Copy)]
enum Rule {
    Window,
    Day(usize),
    Week(usize, usize),
}

fn plans() -> impl Strategy<Value = Plan> {
    let zones = select(vec![
        "UTC",
        "America/New_York",
        "Europe/London",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Havana",
    ]);
    // Cuts through the week; what lies between two of them is open or closed. Nights, when clocks change, are likelier.
    let cut = prop_oneof![
        0..10_080_usize,
        (0..7_usize, 0..20_usize).prop_map(|(day, quarter)| day * 1440 + quarter * 15)
    ];
    let windows = prop::collection::btree_set(cut, 0..9).prop_flat_map(|cuts| {
        let cuts: Vec<usize> = cuts.into_iter().collect();
        let count = cuts.len();
        prop::collection::vec(any::<bool>(), count).prop_map(move |open| {
            let ends = cuts
                .iter()
                .skip(1)
                .copied()
                .chain(cuts.first().map(|first| first + 10_080));
            let spans = cuts.iter().zip(ends).map(|(from, to)| (*from, to - from));
            let windows = spans
                .zip(&open)
                .filter(|((_, minutes), open)| **open && *minutes < 10_080);
            windows.map(|(window, _)| window).collect::<Vec<_>>()
        })
    });
    let hours = prop_oneof![
        Just(vec![]),
        Just(vec![(0, 1440)]),
        Just(vec![(0, 720), (1200, 1440)]),
        (0..700_usize, 701..1440_usize).prop_map(|span| vec![span]),
    ];
    let dates = prop::collection::btree_map(MARGIN_DAYS..DAYS - MARGIN_DAYS, hours, 0..40);
    let reset = prop_oneof![
        Just(Rule::Window),
        (0..1440_usize).prop_map(Rule::Day),
        (0..7_usize, 0..1440_usize).prop_map(|(day, at)| Rule::Week(day, at)),
    ];
    (zones, windows, dates, reset).prop_map(|(zone, windows, dates, reset)| Plan {
        zone,
        windows,
        dates: dates.into_iter().collect(),
        reset,
    })
}

impl Plan {
    fn schedule(&self) -> Schedule {
        let clock = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
        let mut schedule = Schedule::non_stop(zone(self.zone).expect("a zone"));
        for (opens, minutes) in &self.windows {
            let closes = (opens + minutes) % 10_080;
            let text = format!(
                "{} {}-{} {}",
                DAY_NAMES[opens / 1440],
                clock(opens % 1440),
                DAY_NAMES[closes / 1440],
                clock(closes % 1440)
            );
            schedule = schedule
                .window(&text)
                .expect("windows between cuts do not overlap");
        }
        for (day, hours) in &self.dates {
            let hours: Vec<String> = hours
                .iter()
                .map(|(from, to)| format!("{}-{}", clock(*from), clock(*to)))
                .collect();
            let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
            schedule = schedule
                .date(&nth_date(*day).to_string(), &hours)
                .expect("good hours");
        }
        let reset = match self.reset {
            Rule::Window => "window".to_owned(),
            Rule::Day(at) => format!("day {}", clock(at)),
            Rule::Week(day, at) => format!("week {} {}", DAY_NAMES[day], clock(at)),
        };
        schedule.reset(reset.parse().expect("a rule"))
    }

    /// For each minute of the calendar, as if no clock ever changed: the minute at which its window begins, if it is open.
    fn calendar(&self) -> Vec<Option<usize>> {
        let weekday = usize::try_from(FIRST.weekday().to_monday_zero_offset()).expect("0 to 6");
        let week: Vec<Option<usize>> = (0..10_080).map(|minute| self.window_of(minute)).collect();
        let mut calendar: Vec<Option<usize>> = Vec::with_capacity(DAYS * MINUTES_A_DAY);
        for minute in 0..DAYS * MINUTES_A_DAY {
            let (day, of_day) = (minute / MINUTES_A_DAY, minute % MINUTES_A_DAY);
            let of_week = ((weekday + day) % 7) * MINUTES_A_DAY + of_day;
            let by_week = self.windows.is_empty() || week[of_week].is_some();
            let special = self.dates.binary_search_by_key(&day, |(day, _)| *day).ok();
            let hours = special.map(|at| &self.dates[at].1);
            let is_open = match hours {
                Some(hours) => hours
                    .iter()
                    .any(|(from, to)| (*from..*to).contains(&of_day)),
                None => by_week,
            };
            let week_goes_on = self.windows.is_empty()
                || by_week && week[(of_week + 10_079) % 10_080] == week[of_week];
            let begins = match hours {
                Some(hours) if of_day > 0 => hours.iter().any(|(from, _)| *from == of_day),
                _ => !week_goes_on,
            };
            let before = calendar.last().copied().flatten();
            let window = if begins {
                minute
            } else {
                before.unwrap_or(minute)
            };
            calendar.push(is_open.then_some(window));
        }
        calendar
    }

    /// Which window the minute of the week is in.
    fn window_of(&self, of_week: usize) -> Option<usize> {
        let is_in =
            |(opens, minutes): &(usize, usize)| (of_week + 10_080 - opens) % 10_080 < *minutes;
        self.windows.iter().position(is_in)
    }

    /// Whether a period of numbers begins at one of these minutes of the calendar.
    fn resets_in(&self, mut minutes: std::ops::RangeInclusive<usize>) -> bool {
        let weekday = usize::try_from(FIRST.weekday().to_monday_zero_offset()).expect("0 to 6");
        minutes.any(|minute| match self.reset {
            Rule::Window => false,
            Rule::Day(at) => minute % MINUTES_A_DAY == at,
            Rule::Week(day, at) => {
                minute % MINUTES_A_DAY == at && (weekday + minute / MINUTES_A_DAY) % 7 == day
            }
        })
    }
}

fn nth_date(day: usize) -> Date {
    let days = jiff::Span::new().days(i64::try_from(day).expect("few"));
    FIRST.checked_add(days).expect("within the calendar")
}

/// What a wall clock has shown.
struct Wall {
    begin: Timestamp,
    /// For each minute from `begin` on: the latest minute of the calendar that the wall has shown.
    shown: Vec<usize>,
}

/// Looking at the wall a million times takes a moment: once for each zone.
static WALLS: LazyLock<Mutex<BTreeMap<&str, Arc<Wall>>>> = LazyLock::new(Mutex::default);

impl Wall {
    fn of(name: &'static str) -> Arc<Wall> {
        let mut walls = WALLS.lock().expect("no test has failed");
        walls
            .entry(name)
            .or_insert_with(|| Arc::new(Wall::watch(name)))
            .clone()
    }

    fn watch(name: &str) -> Wall {
        let zone = zone(name).expect("a zone");
        let begin = zone
            .to_timestamp(FIRST.at(0, 0, 0, 0))
            .expect("within range");
        let mut latest = 0;
        let shown = (0..(DAYS - 2) * MINUTES_A_DAY).map(|minute| {
            let seconds = i64::try_from(minute).expect("few") * 60;
            let now = zone.to_datetime(begin + jiff::SignedDuration::from_secs(seconds));
            let day = usize::try_from((now.date() - FIRST).get_days()).unwrap_or(0);
            let of_day = usize::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute()));
            latest = latest.max(day * MINUTES_A_DAY + of_day.expect("not negative"));
            latest
        });
        Wall {
            shown: shown.collect(),
            begin: Timestamp::from_secs(begin.as_second()),
        }
    }
}

/// The moments of a sorted list before and after `now`; one that is now counts as before.
fn beside(moments: &[usize], now: usize) -> (Option<usize>, Option<usize>) {
    let behind = moments.partition_point(|at| *at <= now);
    let last = behind.checked_sub(1).map(|last| moments[last]);
    (last, moments.get(behind).copied())
}

fn check(plan: &Plan) -> Result<(), TestCaseError> {
    let schedule = plan.schedule();
    let calendar = plan.calendar();
    let Wall { begin, shown: wall } = &*Wall::of(plan.zone);
    let window: Vec<Option<usize>> = wall.iter().map(|minute| calendar[*minute]).collect();
    let time = |minute: usize| begin.plus_secs(i64::try_from(minute).expect("few") * 60);
    // Moments at which something changes: windows, and numbers.
    let mut changes = Vec::new();
    let mut periods = Vec::new();
    for minute in 1..wall.len() {
        let ends = window[minute - 1].is_some() && window[minute] != window[minute - 1];
        let resets = match plan.reset {
            Rule::Window => ends,
            _ => plan.resets_in(wall[minute - 1] + 1..=wall[minute]),
        };
        if window[minute] != window[minute - 1] {
            changes.push(minute);
        }
        if resets {
            periods.push(minute);
        }
    }
    let margin = MARGIN_DAYS * MINUTES_A_DAY;
    let is_inside = |minute: &usize| (margin..wall.len() - margin).contains(minute);
    let samples = (0..wall.len()).step_by(5_003);
    // Where the clock is set, every ten minutes of some hours.
    let set = (1..wall.len()).filter(|now| wall[*now] != wall[now - 1] + 1);
    let nights = set
        .step_by(20)
        .flat_map(|now| (now - 180..now + 180).step_by(10));
    let some = |moments: &[usize]| {
        let step = 1 + moments.len() / 200;
        moments.iter().copied().step_by(step).collect::<Vec<_>>()
    };
    let around = some(&changes)
        .into_iter()
        .chain(some(&periods))
        .flat_map(|at| [at - 1, at, at + 1]);
    for now in around.chain(samples).chain(nights).filter(is_inside) {
        let (last, next) = beside(&changes, now);
        let (last, next) = (last.map(time), next.map(time));
        let expected = match window[now] {
            Some(_) => State::Open {
                since: last,
                until: next,
            },
            None => State::Closed { opens: next },
        };
        prop_assert_eq!(schedule.state(time(now)), expected, "{} {:?}", now, plan);
        prop_assert_eq!(
            schedule.state(time(now).plus_nanos(59_999_999_999)),
            expected
        );
        let (period, reset) = beside(&periods, now);
        prop_assert_eq!(
            schedule.period(time(now)),
            period.map(time),
            "{} {:?}",
            now,
            plan
        );
        let change = next.into_iter().chain(reset.map(time)).min();
        prop_assert_eq!(
            schedule.next_change(time(now)),
            change,
            "{} {:?}",
            now,
            plan
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schedules_do_what_the_model_does(plan in plans()) {
        check(&plan)?;
    }
}
