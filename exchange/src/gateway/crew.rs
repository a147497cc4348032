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

    /// Starts a task that ends with `kill` at the latest.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let kill = self.kill.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = kill.cancelled() => {}
                () = work => {}
            }
        });
    }
}
