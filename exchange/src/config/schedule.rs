//! `[fix.schedules.NAME]`: the hours of some participants' FIX sessions, as text. What they mean is [`crate::schedules`]' matter.

use market::id::CompId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleConfig {
    /// Zone of the IANA time zone database. Default `UTC`.
    pub time_zone: String,
    /// Windows of every week in that zone: `Mon-Fri 09:30-16:00`, `Mon-Thu 22:00-05:00`, `Sun 18:00-Fri 17:00`. Default none: open all
    /// the time.
    pub windows: Vec<String>,
    /// Dates `YYYY-MM-DD` that are closed from midnight to midnight. Default none.
    pub closed: Vec<String>,
    /// Dates with hours of their own, each a list of `HH:MM-HH:MM`. Default none.
    pub other_hours: BTreeMap<String, Vec<String>>,
    /// When numbers begin at 1 again: `never`, `window`, `day HH:MM` or `week DAY HH:MM`. Default `never`.
    pub reset: String,
    /// CompIDs of the participants whose hours these are; a participant is in one schedule at most. Default none.
    pub participants: Vec<CompId>,
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            windows: Vec::new(),
            closed: Vec::new(),
            other_hours: BTreeMap::new(),
            reset: "never".to_owned(),
            participants: Vec::new(),
        }
    }
}
