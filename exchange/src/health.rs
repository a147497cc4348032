//! [`Health`]: what is wrong right now, by part. The parts write, `/health` and the logs read. Live: the process answers. Ready: no
//! part names a reason against it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

impl Default for Health {
    fn default() -> Self {
        Self::new()
    }
}
