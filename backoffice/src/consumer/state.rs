//! How the consumer is, for health checks.

use tokio::sync::watch;

/// What the consumer does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsumerState {
    /// Not reading yet.
    Starting,
    /// Reading.
    Running,
    /// The source or the database failed; it reads again soon.
    Waiting(String),
    /// An event cannot be applied; an operator must decide.
    Stopped(String),
}

/// The state, written by the consumer and read by many.
#[derive(Clone, Debug)]
pub struct StateCell(watch::Sender<ConsumerState>);

impl Default for StateCell {
    fn default() -> Self {
        Self(watch::Sender::new(ConsumerState::Starting))
    }
}

impl StateCell {
    /// Keeps a new state.
    pub fn set(&self, state: ConsumerState) {
        self.0.send_replace(state);
    }

    /// The state now.
    pub fn now(&self) -> ConsumerState {
        self.0.borrow().clone()
    }

    /// To wait for changes.
    pub fn watch(&self) -> watch::Receiver<ConsumerState> {
        self.0.subscribe()
    }
}
