//! Hours as conversation files write them: `America/New_York; Mon-Fri 09:30-16:00; on 2026-12-24 09:30-13:00; on 2026-12-25;
//! reset window`. In: that text. Out: a schedule.

use fix_engine::io::zone::zone;
use fix_engine::schedule::Schedule;

/// A zone, then windows, dates and a rule of resets, each behind a semicolon.
pub(super) fn schedule(text: &str) -> Option<Schedule> {
    let mut parts = text.split(';').map(str::trim);
    let non_stop = Schedule::non_stop(zone(parts.next()?).ok()?);
    parts.try_fold(non_stop, |schedule, part| {
        let (word, rest) = part.split_once(' ')?;
        match word {
            "reset" => Some(schedule.reset(rest.parse().ok()?)),
            "on" => {
                let mut words = rest.split(' ');
                let date = words.next()?;
                schedule.date(date, &words.collect::<Vec<_>>()).ok()
            }
            _ => schedule.window(part).ok(),
        }
    })
}
