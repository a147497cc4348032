//! How people write hours: `Mon-Fri 09:30-16:00`, `Mon,Wed 22:00-05:00`, `Sun 18:00-Fri 17:00`, `2026-12-25`. In: text. Out: windows,
//! spans, dates, or what is wrong.

use jiff::civil::{Date, Weekday};

use crate::schedule::error::{ScheduleError, Wrong};
use crate::schedule::wall::DAY_MINUTES;
use crate::schedule::week::{Span, WEEK_MINUTES, Weekly};

/// One window on each of some days, or one from a day to another.
pub(super) fn windows(text: &str) -> Result<Vec<Weekly>, ScheduleError> {
    let wrong = |wrong| ScheduleError::new(text, wrong);
    let unreadable = || wrong(Wrong::Window);
    let (first, rest) = text
        .trim()
        .split_once(char::is_whitespace)
        .ok_or_else(unreadable)?;
    let (opens, closes) = rest.split_once('-').ok_or_else(unreadable)?;
    let opens = minute(opens)
        .filter(|opens| *opens < DAY_MINUTES)
        .ok_or_else(unreadable)?;
    let weekly = |opens: u16, closes: u16| {
        let minutes = (closes + WEEK_MINUTES - opens) % WEEK_MINUTES;
        Some(Weekly {
            opens,
            minutes,
            text: text.to_owned(),
        })
        .filter(|_| minutes > 0)
        .ok_or_else(|| wrong(Wrong::Empty))
    };
    if let Some((last, closes)) = closes.trim().split_once(char::is_whitespace) {
        let from = weekday(first).ok_or_else(unreadable)?;
        let to = weekday(last).ok_or_else(unreadable)?;
        let closes = minute(closes).ok_or_else(unreadable)?;
        return Ok(vec![weekly(begin(from) + opens, begin(to) + closes)?]);
    }
    let closes = minute(closes).ok_or_else(unreadable)?;
    if closes == opens {
        return Err(wrong(Wrong::Empty));
    }
    let over_midnight = if closes < opens { DAY_MINUTES } else { 0 };
    days(first)
        .ok_or_else(unreadable)?
        .into_iter()
        .map(|day| weekly(begin(day) + opens, begin(day) + closes + over_midnight))
        .collect()
}

/// The hours of one date, in order.
pub(super) fn spans(texts: &[&str]) -> Result<Vec<Span>, ScheduleError> {
    let mut spans: Vec<(Span, &str)> = Vec::new();
    for text in texts {
        let span = span(text)?;
        let other = spans
            .iter()
            .find(|(other, _)| other.start < span.end && span.start < other.end);
        if let Some((_, other)) = other {
            let other = (*other).to_owned();
            return Err(ScheduleError::new(text, Wrong::Overlap { other }));
        }
        spans.push((span, text));
    }
    spans.sort_unstable();
    Ok(spans.into_iter().map(|(span, _)| span).collect())
}

fn span(text: &str) -> Result<Span, ScheduleError> {
    let ends = text
        .split_once('-')
        .and_then(|(start, end)| Some((minute(start)?, minute(end)?)));
    match ends {
        Some((start, end)) if start < end => Ok(Span { start, end }),
        Some((start, end)) if start == end => Err(ScheduleError::new(text, Wrong::Empty)),
        _ => Err(ScheduleError::new(text, Wrong::Hours)),
    }
}

/// `YYYY-MM-DD`.
///
/// # Errors
/// Where the text is none.
pub fn date(text: &str) -> Result<Date, ScheduleError> {
    let wrong = || ScheduleError::new(text, Wrong::Date);
    if text.len() != 10 {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

/// `HH:MM` as minutes since midnight; `24:00` is the end of a day.
#[must_use]
pub fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str| {
        let is_two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u16>().ok().filter(|_| is_two)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY_MINUTES).then_some(minutes)
}

/// `Mon` to `Sun`.
pub(super) fn weekday(text: &str) -> Option<Weekday> {
    Some(match text.trim() {
        "Mon" => Weekday::Monday,
        "Tue" => Weekday::Tuesday,
        "Wed" => Weekday::Wednesday,
        "Thu" => Weekday::Thursday,
        "Fri" => Weekday::Friday,
        "Sat" => Weekday::Saturday,
        "Sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// `Mon`, `Mon,Wed`, `Mon-Fri`, `Sat-Mon` (over the week's end), `Mon-Wed,Fri`.
#[must_use]
pub fn days(text: &str) -> Option<Vec<Weekday>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        days.push(day);
        while day != last {
            day = day.next();
            days.push(day);
        }
    }
    Some(days)
}

/// The minute of the week at which a day begins.
fn begin(day: Weekday) -> u16 {
    u16::from(day.to_monday_zero_offset().unsigned_abs()) * DAY_MINUTES
}
