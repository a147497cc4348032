//! The windows that every week has. In: windows, each from a minute of the week on. Out: the spans of each day, and whether a window
//! goes on over the midnight before it. Knows no date and no zone.

use jiff::civil::Weekday;

use crate::schedule::error::{ScheduleError, Wrong};
use crate::schedule::wall::DAY_MINUTES;

/// Minutes of a week, from Monday's midnight on.
pub(super) const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;

/// Part of a day, in minutes from its midnight: `start` included, `end` not. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

/// A window of every week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weekly {
    /// The minute of the week at which it opens.
    pub(super) opens: u16,
    /// How long it is: at least 1 minute and less than a week.
    pub(super) minutes: u16,
    /// As it was written.
    pub(super) text: String,
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Week {
    /// The windows, to tell which ones overlap. None: non-stop.
    windows: Vec<Weekly>,
    days: [Day; 7],
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Day {
    /// In order; they touch at most.
    spans: Vec<Span>,
    /// Whether a window is open over the midnight at which the day begins.
    goes_on: bool,
}

impl Week {
    /// Open all the time.
    pub(super) fn non_stop() -> Week {
        let whole = Day {
            spans: vec![Span {
                start: 0,
                end: DAY_MINUTES,
            }],
            goes_on: true,
        };
        Week {
            windows: Vec::new(),
            days: std::array::from_fn(|_| whole.clone()),
        }
    }

    /// Adds a window; the first one ends being non-stop.
    ///
    /// # Errors
    /// When it overlaps another one.
    pub(super) fn add(&mut self, window: Weekly) -> Result<(), ScheduleError> {
        if let Some(other) = self.windows.iter().find(|other| other.overlaps(&window)) {
            let wrong = Wrong::Overlap {
                other: other.text.clone(),
            };
            return Err(ScheduleError::new(&window.text, wrong));
        }
        if self.windows.is_empty() {
            self.days = Default::default();
        }
        let (mut from, mut left) = (window.opens, window.minutes);
        let mut goes_on = false;
        while left > 0 {
            let start = from % DAY_MINUTES;
            let minutes = left.min(DAY_MINUTES - start);
            let day = &mut self.days[usize::from(from / DAY_MINUTES)];
            day.spans.push(Span {
                start,
                end: start + minutes,
            });
            day.spans.sort_unstable();
            day.goes_on |= goes_on;
            goes_on = true;
            from = (from + minutes) % WEEK_MINUTES;
            left -= minutes;
        }
        self.windows.push(window);
        Ok(())
    }

    /// The hours of a day of the week, in order.
    pub(super) fn spans(&self, weekday: Weekday) -> &[Span] {
        &self.day(weekday).spans
    }

    /// Whether a window is open over the midnight at which the day begins.
    pub(super) fn goes_on(&self, weekday: Weekday) -> bool {
        self.day(weekday).goes_on
    }

    fn day(&self, weekday: Weekday) -> &Day {
        &self.days[usize::from(weekday.to_monday_zero_offset().unsigned_abs())]
    }
}

impl Weekly {
    fn overlaps(&self, other: &Weekly) -> bool {
        // How long after one's opening the other opens, around the week.
        let behind =
            |one: &Weekly, other: &Weekly| (other.opens + WEEK_MINUTES - one.opens) % WEEK_MINUTES;
        behind(self, other) < self.minutes || behind(other, self) < other.minutes
    }
}
