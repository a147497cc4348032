//! [`Health`]: what is wrong right now, by part. The parts write, `/health` and the logs read. Live: the process answers. Ready: no
//! part names a reason against it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Shared state of health; cheap to clone. It starts not ready, for the reason `start`, until [`Health::opened`].
#[derive(Clone, Debug)]
pub struct Health {
    /// Reason by part, for the parts that are not well.
    reasons: Arc<Mutex<BTreeMap<&'static str, String>>>,
}

/// The part that stands for the start of the venue.
const START: &str = "start";

impl Health {
    /// Not ready yet.
    pub fn new() -> Self {
        let health = Self {
            reasons: Arc::default(),
        };
        health.ail(START, "the venue is starting");
        health
    }

    /// The venue has started: the reason `start` is gone.
    pub fn opened(&self) {
        self.recover(START);
    }

    /// `part` is not well, for `reason` (shown to operators: no secrets).
    pub fn ail(&self, part: &'static str, reason: impl Into<String>) {
        self.lock().insert(part, reason.into());
    }

    /// `part` is well again.
    pub fn recover(&self, part: &'static str) {
        self.lock().remove(part);
    }

    /// Watches over the work of `part` for as long as the value lives: should the work end in a panic, `part` is not well.
    pub fn watch(&self, part: &'static str) -> Watch {
        Watch {
            health: self.clone(),
            part,
        }
    }

    /// Whether every part is well.
    pub fn is_ready(&self) -> bool {
        self.lock().is_empty()
    }

    /// Each part that is not well, with its reason, by name.
    pub fn reasons(&self) -> Vec<(&'static str, String)> {
        self.lock()
            .iter()
            .map(|(part, reason)| (*part, reason.clone()))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, String>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches over the work of a part. Dropped in a panic, it says that the part is not well.
#[derive(Debug)]
pub struct Watch {
    health: Health,
    part: &'static str,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if thread::panicking() {
            self.health.ail(self.part, "a defect stopped it");
        }
    }
}

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Health;
    use std::thread;

    #[test]
    fn a_part_that_ends_in_a_panic_is_not_well_and_one_that_ends_is() {
        let health = Health::new();
        health.opened();
        let work = |part, is_defect: bool| {
            let watch = health.watch(part);
            thread::spawn(move || {
                let _watch = watch;
                assert!(!is_defect, "a defect");
            })
            .join()
        };
        assert!(work("bell", false).is_ok());
        assert!(health.is_ready());
        assert!(work("bell", true).is_err());
        let told = ("bell", "a defect stopped it".to_owned());
        assert_eq!(health.reasons(), [told]);
    }
}
