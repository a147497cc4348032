//! [`Schedules`]: which participant's FIX session is open when. `[fix.schedules.NAME]` in, a schedule for a CompID out. Pure; what hours mean is
//! `fix_engine::schedule`'s matter, and keeping them the session's.

use crate::config::schedule::ScheduleConfig;
use crate::config::{FixConfig, RangeError};
use fix_engine::io::zone::zone;
use fix_engine::schedule::Schedule;
use fix_engine::schedule::error::ScheduleError;
use fix_engine::schedule::reset::Reset;
use market::id::CompId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schedules of all participants.
#[derive(Clone, Debug, Default)]
pub struct Schedules {
    named: BTreeMap<CompId, Arc<Schedule>>,
    /// Of those that no schedule names; `None`: non-stop.
    others: Option<Arc<Schedule>>,
}

impl Schedules {
    /// From the keys of `[fix]`.
    ///
    /// # Errors
    /// [`RangeError`] naming the first key that makes no schedule.
    pub fn new(config: &FixConfig) -> Result<Self, RangeError> {
        let mut schedules = Self::default();
        let default = config.default_schedule.as_ref();
        for (name, keys) in &config.schedules {
            let schedule = Arc::new(schedule(name, keys)?);
            if default == Some(name) {
                schedules.others = Some(Arc::clone(&schedule));
            }
            for comp_id in &keys.participants {
                let before = schedules.named.insert(*comp_id, Arc::clone(&schedule));
                if before.is_some() {
                    let range = "in one schedule only, and once";
                    let key = key(name, "participants");
                    return Err(RangeError::of(key, comp_id.as_str(), range));
                }
            }
        }
        match default {
            Some(name) if schedules.others.is_none() => {
                let range = "the name of a [fix.schedules.NAME]";
                Err(RangeError::of("fix.default_schedule", name, range))
            }
            _ => Ok(schedules),
        }
    }

    /// When a participant's session is open; `None`: always.
    pub fn of(&self, comp_id: CompId) -> Option<Arc<Schedule>> {
        self.named.get(&comp_id).or(self.others.as_ref()).cloned()
    }

    /// Everybody who has a schedule by name.
    pub fn named(&self) -> impl Iterator<Item = CompId> {
        self.named.keys().copied()
    }
}

fn schedule(name: &str, keys: &ScheduleConfig) -> Result<Schedule, RangeError> {
    let blame = |part: &str| {
        let key = key(name, part);
        move |error: ScheduleError| RangeError::of(key, &error.text, error.wrong.to_string())
    };
    let zone = zone(&keys.time_zone).map_err(|unknown| {
        let range = "a zone of the IANA time zone database, for instance Europe/Berlin";
        RangeError::of(key(name, "time_zone"), &unknown.name, range)
    })?;
    let mut schedule = Schedule::non_stop(zone);
    for window in &keys.windows {
        schedule = schedule.window(window).map_err(blame("windows"))?;
    }
    for date in &keys.closed {
        schedule = schedule.date(date, &[]).map_err(blame("closed"))?;
    }
    for (date, hours) in &keys.other_hours {
        let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
        schedule = schedule.date(date, &hours).map_err(blame("other_hours"))?;
    }
    let reset: Reset = keys.reset.parse().map_err(blame("reset"))?;
    Ok(schedule.reset(reset))
}

fn key(name: &str, part: &str) -> std::borrow::Cow<'static, str> {
    format!("fix.schedules.{name}.{part}").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fix_engine::schedule::State;
    use fix_engine::time::Timestamp;

    /// 2026-01-05, a Monday, 09:00 UTC.
    const MONDAY: Timestamp = Timestamp::from_secs(1_767_603_600);

    fn read(text: &str) -> Result<Schedules, RangeError> {
        Schedules::new(&toml::from_str(text).unwrap())
    }

    fn is_open(schedules: &Schedules, comp_id: &str) -> bool {
        let schedule = schedules.of(comp_id.parse().unwrap());
        schedule.is_none_or(|it| matches!(it.state(MONDAY), State::Open { .. }))
    }

    #[test]
    fn everybody_has_the_hours_that_the_file_says() {
        let none = read("").unwrap();
        assert!(none.of("ANY".parse().unwrap()).is_none());
        let text = r#"
            default_schedule = "night"
            [schedules.day]
            time_zone = "Europe/Berlin"
            windows = ["Mon-Fri 08:00-17:00"]
            participants = ["DAY1", "DAY2"]
            [schedules.night]
            windows = ["Mon-Thu 22:00-05:00"]
            [schedules.holiday]
            closed = ["2026-01-05"]
            participants = ["OFF1"]
            [schedules.half]
            windows = ["Mon-Fri 12:00-17:00"]
            other_hours = { "2026-01-05" = ["08:00-10:00"] }
            reset = "window"
            participants = ["HALF1"]
        "#;
        let schedules = read(text).unwrap();
        let open = ["DAY1", "DAY2", "OTHER", "OFF1", "HALF1"].map(|it| is_open(&schedules, it));
        assert_eq!(open, [true, true, false, false, true]);
        assert_eq!(schedules.named().count(), 4);
    }

    #[test]
    fn what_makes_no_schedule_names_its_key() {
        let day = "windows = [\"Mon-Fri 08:00-17:00\"]\nparticipants = [\"A\"]\n";
        let cases = [
            (
                "time_zone = \"Mars/Base\"",
                "time_zone",
                "a zone of the IANA",
            ),
            ("windows = [\"Mon 8-17\"]", "windows", "days and hours like"),
            (
                "windows = [\"Mon 08:00-08:00\"]",
                "windows",
                "longer than nothing",
            ),
            (
                "windows = [\"Mon-Fri 08:00-17:00\", \"Tue 16:59-18:00\"]",
                "windows",
                "apart from",
            ),
            ("closed = [\"25.12.2026\"]", "closed", "a date like"),
            (
                "other_hours = { \"2026-12-24\" = [\"13:00-09:00\"] }",
                "other_hours",
                "hours of one day",
            ),
            (
                "closed = [\"2026-12-24\"]\nother_hours = { \"2026-12-24\" = [] }",
                "other_hours",
                "given once",
            ),
            ("reset = \"daily\"", "reset", "\"never\", \"window\""),
            (
                "participants = [\"A\"]",
                "participants",
                "in one schedule only",
            ),
        ];
        for (keys, part, range) in cases {
            let error =
                read(&format!("[schedules.day]\n{day}[schedules.x]\n{keys}\n")).unwrap_err();
            assert_eq!(error.key, format!("fix.schedules.x.{part}"), "{error}");
            assert!(error.range.contains(range), "{error}");
        }
        let error = read("default_schedule = \"y\"\n").unwrap_err();
        assert_eq!(error.key, "fix.default_schedule");
    }
}
