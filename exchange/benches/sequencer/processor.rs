//! Processor time of this process, by the names of its threads, as `/proc` has it: as exact as a tick of 10 ms.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Nanoseconds of a tick (USER_HZ is 100 on every Linux).
const TICK_NANOS: u64 = 10_000_000;

/// What was used so far, in nanoseconds.
pub(crate) struct ProcessorTime(BTreeMap<String, u64>);

impl ProcessorTime {
    /// What all threads have used, those that have ended included.
    #[allow(dead_code, reason = "asked by one of the benches that share this")]
    pub(crate) fn of_all() -> Duration {
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        Duration::from_nanos(times(&stat).unwrap().1)
    }

    #[allow(dead_code, reason = "asked by one of the benches that share this")]
    pub(crate) fn now() -> Self {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir("/proc/self/task").unwrap().flatten() {
            // A thread may end meanwhile.
            if let Ok(stat) = fs::read_to_string(task.path().join("stat")) {
                let (name, nanos) = times(&stat).unwrap();
                *threads.entry(name).or_default() += nanos;
            }
        }
        Self(threads)
    }

    #[allow(dead_code, reason = "asked by one of the benches that share this")]
    /// All of it since `earlier`, and that of the threads that did anything, by name.
    pub(crate) fn since(&self, earlier: &Self) -> (u64, BTreeMap<&str, u64>) {
        let used = |(name, nanos): (&String, &u64)| nanos - earlier.0.get(name).unwrap_or(&0);
        let total = self.0.iter().map(used).sum();
        let threads = self
            .0
            .iter()
            .map(|thread| (thread.0.as_str(), used(thread)));
        (total, threads.filter(|(_, nanos)| *nanos > 0).collect())
    }
}

/// Name and utime + stime of a `stat` (proc(5): fields 2, 14, 15).
fn times(stat: &str) -> Option<(String, u64)> {
    let (head, tail) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let mut fields = tail.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((name.to_owned(), (user + system) * TICK_NANOS))
}
