//! A zone's wall clock as one that never goes back. In: a date and a minute of it. Out: the moment at which the wall clock first shows
//! that time or a later one. Knows no hours.

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::time::Timestamp;

/// Minutes of a day by the wall clock; also the minute at its end, the next midnight.
pub const DAY_MINUTES: u16 = 24 * 60;

/// The wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wall(TimeZone);

impl Wall {
    /// Of a zone.
    #[must_use]
    pub fn new(zone: TimeZone) -> Wall {
        Wall(zone)
    }

    /// What the calendar on the wall shows; `None` behind the end of all time.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Option<Date> {
        Some(self.0.to_datetime(instant(now)?).date())
    }

    /// When the clock first shows `minute` (0 to [`DAY_MINUTES`]) of `date`, or a later time where that one is left out.
    #[must_use]
    pub fn instant(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = match minute {
            DAY_MINUTES.. => (date.tomorrow().ok()?, 0),
            _ => (date, minute),
        };
        let (hour, minute) = (
            i8::try_from(minute / 60).ok()?,
            i8::try_from(minute % 60).ok()?,
        );
        let shown = date.at(hour, minute, 0, 0);
        let first = match self.0.to_ambiguous_timestamp(shown).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(shown).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(shown).ok()?,
            AmbiguousOffset::Gap { after, .. } => {
                // By the offset behind the change this lies less than the gap before it.
                let before_change = after.to_timestamp(shown).ok()?;
                let mut changes = self.0.following(before_change);
                changes.find(|change| change.offset() == after)?.timestamp()
            }
        };
        i64::try_from(first.as_nanosecond())
            .ok()
            .map(Timestamp::from_nanos)
    }

    /// A moment in UTC, and what the wall shows then.
    pub(super) fn shown(&self, at: Timestamp) -> Option<String> {
        let at = instant(at)?;
        let wall = self.0.to_datetime(at);
        Some(format!(
            "{at} ({} {:02}:{:02} {})",
            name(wall.weekday()),
            wall.hour(),
            wall.minute(),
            self.0.iana_name().unwrap_or("local time")
        ))
    }
}

fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).ok()
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
