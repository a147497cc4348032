//! Why a text is not part of a schedule. Plain data.

use thiserror::Error;

/// A text that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} must be {wrong}")]
pub struct ScheduleError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

impl ScheduleError {
    pub(super) fn new(text: &str, wrong: Wrong) -> ScheduleError {
        ScheduleError {
            text: text.to_owned(),
            wrong,
        }
    }
}

/// What is wrong, in words that go behind «must be».
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Wrong {
    /// Not a window.
    #[error(
        "days and hours like \"Mon-Fri 09:30-16:00\", \"Mon,Wed 22:00-05:00\" or \"Sun 18:00-Fri 17:00\""
    )]
    Window,
    /// Not a span of one day.
    #[error("hours of one day like \"09:30-13:00\", at the latest until 24:00")]
    Hours,
    /// It closes when it opens.
    #[error("longer than nothing: it closes when it opens (a whole day is 00:00-24:00)")]
    Empty,
    /// It overlaps another one.
    #[error("apart from {other:?}, which it overlaps")]
    Overlap {
        /// The other one.
        other: String,
    },
    /// Not a date.
    #[error("a date like \"2026-12-25\"")]
    Date,
    /// A date that was given before.
    #[error("given once: it is a holiday and has hours, or stands twice")]
    DateTwice,
    /// Not a rule of resets.
    #[error("\"never\", \"window\", \"day HH:MM\" or \"week DAY HH:MM\"")]
    Reset,
}
