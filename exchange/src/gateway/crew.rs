//! [`Crew`]: the tasks of the gateway and the two ways in which they end: `stop` asks them to finish in good order, `kill` ends them where they
//! stand.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The tasks; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Crew {
    /// All tasks that run.
    pub(crate) tasks: TaskTracker,
    /// Finish in good order.
    pub(crate) stop: CancellationToken,
    /// End where you stand.
    pub(crate) kill: CancellationToken,
}

impl Crew {
    pub(crate) fn new() -> Self {
        Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            kill: CancellationToken::new(),
        }
    }

    /// Starts a task that ends with `kill` at the latest: what others do because of the kill, it does not see.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let kill = self.kill.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = kill.cancelled() => {}
                () = work => {}
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn who_is_killed_does_nothing_more() {
        let crew = Crew::new();
        let done = Arc::new(AtomicU32::new(0));
        crew.kill.cancel();
        for _ in 0..64 {
            let done = Arc::clone(&done);
            crew.spawn(async move {
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        crew.tasks.close();
        crew.tasks.wait().await;
        assert_eq!(done.load(Ordering::Relaxed), 0);
    }
}
