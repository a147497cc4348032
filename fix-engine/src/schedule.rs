//! [`Schedule`]: when a session is open, and when its numbers begin at 1 again. In: a time zone, hours as text, a time. Out: open or
//! closed, since when and until when. Pure: it reads no clock and no file; the zone is handed in (`io::zone` finds one by name).
//!
//! # Hours
//! Without any window a schedule is non-stop. [`Schedule::window`] adds windows of every week, in the zone's time: `Mon-Fri 09:30-16:00`
//! (one on each day), `Mon-Thu 22:00-05:00` (over midnight), `Sun 18:00-Fri 17:00` (one over several days). `24:00` is the end of a day.
//! Windows may touch and may not overlap. Each has its own end, also where the next one begins at that moment.
//!
//! [`Schedule::date`] gives a date hours of its own, from its midnight to the next; none at all on a holiday. A window that reaches into
//! that date is cut there. Where the weekly hours go on over a midnight, the hours before and behind it are one window if they touch.
//!
//! # Changes of the clock
//! Hours follow the zone's wall clock *as it first shows a time*. A time that is left out (the clock is set forth) comes at the moment
//! of the change; of a time that comes twice (the clock is set back) only the first counts. So no window begins before another one
//! ends, and one that lies wholly inside what is left out does not take place.
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use fix_engine::io::zone::zone;
//! use fix_engine::schedule::{Schedule, State};
//! use fix_engine::time::Timestamp;
//!
//! let week = Schedule::non_stop(zone("America/New_York")?)
//!     .window("Sun 18:00-Fri 17:00")?
//!     .date("2026-12-24", &["00:00-13:00"])?
//!     .date("2026-12-25", &[])?
//!     .reset("week Sun 17:30".parse()?);
//! let christmas = Timestamp::from_secs(1_798_189_200);
//! let State::Closed { opens } = week.state(christmas) else { panic!() };
//! assert_eq!(week.opening(opens), "opens 2026-12-27T23:00:00Z (Sunday 18:00 America/New_York)");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Periods of numbers
//! [`Schedule::period`] says when the present numbering should have begun, by the rule [`Reset`]. Numbers that began earlier are due to
//! begin at 1 again.

pub mod error;
pub mod reset;
pub mod text;
pub mod wall;

mod week;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::schedule::error::{ScheduleError, Wrong};
use crate::schedule::reset::Reset;
use crate::schedule::wall::{DAY_MINUTES, Wall};
use crate::schedule::week::{Span, Week};
use crate::time::Timestamp;

/// Days in which every week shows all it has, and one to spare for a date that the zone leaves out.
const WEEK_AND_A_DAY: usize = 8;

/// A session's hours. See the [module](self) for what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    wall: Wall,
    week: Week,
    /// Dates with hours of their own.
    dates: BTreeMap<Date, Vec<Span>>,
    reset: Reset,
}

/// How a schedule stands at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Sessions may be logged on.
    Open {
        /// When the window began; `None` where it always was open.
        since: Option<Timestamp>,
        /// When it ends, this moment not included; `None` where it never does.
        until: Option<Timestamp>,
    },
    /// Nobody logs on.
    Closed {
        /// When the next window begins; `None` where none is to come.
        opens: Option<Timestamp>,
    },
}

/// One window, from its beginning to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Schedule {
    /// Open all the time, numbers never reset.
    #[must_use]
    pub fn non_stop(zone: TimeZone) -> Schedule {
        Schedule {
            wall: Wall::new(zone),
            week: Week::non_stop(),
            dates: BTreeMap::new(),
            reset: Reset::Never,
        }
    }

    /// The same with a window of every week, or one on each of several days.
    ///
    /// # Errors
    /// Where the text is no window, a window is empty, or it overlaps one that is there.
    pub fn window(mut self, text: &str) -> Result<Schedule, ScheduleError> {
        for window in text::windows(text)? {
            self.week.add(window)?;
        }
        Ok(self)
    }

    /// The same with hours of its own on a date `YYYY-MM-DD`: spans `HH:MM-HH:MM` within it, none on a holiday.
    ///
    /// # Errors
    /// Where a text is no date or no span, a span is empty, two of them overlap, or the date was given before.
    pub fn date(mut self, date: &str, hours: &[&str]) -> Result<Schedule, ScheduleError> {
        let parsed = text::date(date)?;
        let spans = text::spans(hours)?;
        if self.dates.insert(parsed, spans).is_some() {
            return Err(ScheduleError::new(date, Wrong::DateTwice));
        }
        Ok(self)
    }

    /// The same with a rule when numbers begin at 1 again.
    #[must_use]
    pub fn reset(mut self, reset: Reset) -> Schedule {
        self.reset = reset;
        self
    }

    /// How the schedule stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        match self.next_window(now) {
            Some(Window { since, until }) if since.is_none_or(|since| since <= now) => {
                State::Open { since, until }
            }
            later => State::Closed {
                opens: later.and_then(|window| window.since),
            },
        }
    }

    /// When the numbering in force at `now` should have begun: numbers that began earlier are due to begin at 1 again. `None`
    /// where no rule says so. A period of [`Reset::Window`] begins when the window *before* it ends, so that what is sent while closed
    /// is numbered for the next window and not lost with the last one.
    #[must_use]
    pub fn period(&self, now: Timestamp) -> Option<Timestamp> {
        match self.reset {
            Reset::Never => None,
            Reset::Window => self.last_end(now),
            Reset::Day { .. } | Reset::Week { .. } => self
                .resets_around(now)
                .into_iter()
                .rfind(|reset| *reset <= now),
        }
    }

    /// The first moment after `now` at which [`Schedule::state`] or [`Schedule::period`] may say something else; `None` where nothing
    /// ever changes.
    #[must_use]
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let change = match self.state(now) {
            State::Open { until, .. } => until,
            State::Closed { opens } => opens,
        };
        let reset = self
            .resets_around(now)
            .into_iter()
            .find(|reset| *reset > now);
        change.into_iter().chain(reset).min()
    }

    /// In plain words when the next window begins: `opens 2026-03-09T13:30:00Z (Monday 09:30 America/New_York)`.
    #[must_use]
    pub fn opening(&self, opens: Option<Timestamp>) -> String {
        opens.and_then(|opens| self.wall.shown(opens)).map_or_else(
            || "no opening is set".to_owned(),
            |shown| format!("opens {shown}"),
        )
    }

    /// The first window that ends after `now`; it may be under way.
    fn next_window(&self, now: Timestamp) -> Option<Window> {
        let today = self.wall.date(now)?;
        let last = self.dates.last_key_value().map_or(today, |(date, _)| *date);
        let mut beyond = 0;
        let mut date = today.yesterday().ok()?;
        while beyond <= WEEK_AND_A_DAY {
            let under_way = self.spans(date).iter().find(|span| {
                let (start, end) = self.instants(date, span);
                start < end && end.is_some_and(|end| end > now)
            });
            if let Some(span) = under_way {
                return Some(self.whole(date, *span));
            }
            beyond += usize::from(date >= last.max(today));
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The latest end of a window that is not after `now`.
    fn last_end(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.wall.date(now)?;
        let first = self
            .dates
            .first_key_value()
            .map_or(today, |(date, _)| *date);
        let mut beyond = 0;
        let mut date = today.tomorrow().ok()?;
        while beyond <= WEEK_AND_A_DAY {
            let ended = self.spans(date).iter().rev().find_map(|span| {
                let Window { since, until } = self.whole(date, *span);
                until.filter(|until| *until <= now && since < Some(*until))
            });
            if ended.is_some() {
                return ended;
            }
            beyond += usize::from(date <= first.min(today));
            date = date.yesterday().ok()?;
        }
        None
    }

    /// The window that a date's span is part of.
    fn whole(&self, date: Date, span: Span) -> Window {
        let first = self.dates.first_key_value().map_or(date, |(date, _)| *date);
        let (mut day, mut start, mut beyond) = (date, span.start, 0);
        while start == 0 && self.goes_on(day) && beyond <= WEEK_AND_A_DAY {
            let Ok(before) = day.yesterday() else { break };
            day = before;
            start = self.spans(day).last().map_or(0, |span| span.start);
            beyond += usize::from(day < first.min(date));
        }
        let since = (beyond <= WEEK_AND_A_DAY).then(|| self.wall.instant(day, start));

        let last = self.dates.last_key_value().map_or(date, |(date, _)| *date);
        let (mut day, mut end, mut beyond) = (date, span.end, 0);
        while end == DAY_MINUTES && beyond <= WEEK_AND_A_DAY {
            let Ok(behind) = day.tomorrow() else { break };
            if !self.goes_on(behind) {
                break;
            }
            day = behind;
            end = self.spans(day).first().map_or(0, |span| span.end);
            beyond += usize::from(day > last.max(date));
        }
        let until = (beyond <= WEEK_AND_A_DAY).then(|| self.wall.instant(day, end));
        Window {
            since: since.flatten(),
            until: until.flatten(),
        }
    }

    /// Whether a window is open over the midnight at which `date` begins.
    fn goes_on(&self, date: Date) -> bool {
        self.week.goes_on(date.weekday())
            && self.spans(date).first().is_some_and(|span| span.start == 0)
            && date.yesterday().is_ok_and(|before| {
                let last = self.spans(before).last();
                last.is_some_and(|span| span.end == DAY_MINUTES)
            })
    }

    fn spans(&self, date: Date) -> &[Span] {
        match self.dates.get(&date) {
            Some(spans) => spans,
            None => self.week.spans(date.weekday()),
        }
    }

    fn instants(&self, date: Date, span: &Span) -> (Option<Timestamp>, Option<Timestamp>) {
        (
            self.wall.instant(date, span.start),
            self.wall.instant(date, span.end),
        )
    }

    /// The moments around `now` at which a day or a week of numbers begins, in order: the last one and the next one are among them.
    fn resets_around(&self, now: Timestamp) -> Vec<Timestamp> {
        let Some(today) = self.wall.date(now) else {
            return Vec::new();
        };
        let (weekday, at, days) = match self.reset {
            Reset::Never | Reset::Window => return Vec::new(),
            Reset::Day { at } => (None, at, 2),
            Reset::Week { day, at } => (Some(day), at, WEEK_AND_A_DAY),
        };
        let mut date = (0..days)
            .try_fold(today, |date, _| date.yesterday().ok())
            .unwrap_or(today);
        let mut resets = Vec::new();
        for _ in 0..=2 * days {
            if weekday.is_none_or(|weekday| weekday == date.weekday()) {
                resets.extend(self.wall.instant(date, at.minutes()));
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        resets
    }
}
