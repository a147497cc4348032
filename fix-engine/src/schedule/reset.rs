//! [`Reset`]: the rule by which numbers begin at 1 again. Plain data, read from text.

use std::str::FromStr;

use jiff::civil::Weekday;

use crate::schedule::error::{ScheduleError, Wrong};
use crate::schedule::text;
use crate::schedule::wall::DAY_MINUTES;

/// When numbers begin at 1 again. As text: `never`, `window`, `day 17:00`, `week Sun 17:00`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reset {
    /// Never by the schedule.
    #[default]
    Never,
    /// With each window.
    Window,
    /// Once a day, open or closed.
    Day {
        /// When, by the zone's clock.
        at: Minute,
    },
    /// Once a week, open or closed.
    Week {
        /// On which day.
        day: Weekday,
        /// When on that day, by the zone's clock.
        at: Minute,
    },
}

/// A minute of a day, `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minute(u16);

impl Minute {
    /// Minutes since midnight.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    fn read(text: &str) -> Option<Minute> {
        text::minute(text)
            .filter(|minute| *minute < DAY_MINUTES)
            .map(Minute)
    }
}

impl FromStr for Reset {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Reset, ScheduleError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let reset = match words[..] {
            ["never"] => Some(Reset::Never),
            ["window"] => Some(Reset::Window),
            ["day", at] => Minute::read(at).map(|at| Reset::Day { at }),
            ["week", day, at] => text::weekday(day)
                .zip(Minute::read(at))
                .map(|(day, at)| Reset::Week { day, at }),
            _ => None,
        };
        reset.ok_or_else(|| ScheduleError::new(text, Wrong::Reset))
    }
}
