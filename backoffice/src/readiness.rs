//! [`Readiness`]: whether what the back office needs answers: database, list of sessions, source of events. Asked anew each time.

use crate::app::App;
use crate::consumer::state::{ConsumerState, StateCell};
use std::sync::Arc;
use std::time::Duration;

/// Longest time for one check.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// What was seen at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether the database answers.
    pub database: bool,
    /// Whether the list of sessions answers.
    pub sessions: bool,
    /// How the consumer is.
    pub consumer: ConsumerState,
}

impl Readiness {
    /// Asks all of it; takes two seconds at most.
    pub async fn of(app: &App) -> Self {
        let (database, sessions) = tokio::join!(
            tokio::time::timeout(CHECK_TIMEOUT, app.db.ping()),
            tokio::time::timeout(CHECK_TIMEOUT, app.sessions.ping()),
        );
        Self {
            database: matches!(database, Ok(Ok(()))),
            sessions: matches!(sessions, Ok(Ok(()))),
            consumer: app.consumer.now(),
        }
    }

    /// Whether all of it answers.
    pub fn is_ready(&self) -> bool {
        self.database && self.sessions && self.consumer == ConsumerState::Running
    }

    /// What is missing, for operators; empty when ready.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.database {
            reasons.push("the database does not answer".into());
        }
        if !self.sessions {
            reasons.push("the list of sessions does not answer".into());
        }
        match &self.consumer {
            ConsumerState::Running => {}
            ConsumerState::Starting => reasons.push("the back office is starting".into()),
            ConsumerState::Waiting(why) | ConsumerState::Stopped(why) => reasons.push(why.clone()),
        }
        reasons
    }
}

/// Asks for the readiness of a back office, for whoever watches it from outside; cheap to clone.
#[derive(Clone, Debug)]
pub struct Probe(pub(crate) Arc<App>);

impl Probe {
    /// How it is now.
    pub async fn now(&self) -> Readiness {
        Readiness::of(&self.0).await
    }

    /// Its consumer, to wait for changes.
    pub fn consumer(&self) -> StateCell {
        self.0.consumer.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_is_when_nothing_is_missing() {
        let well = Readiness {
            database: true,
            sessions: true,
            consumer: ConsumerState::Running,
        };
        assert!(well.is_ready() && well.reasons().is_empty());
        let cases = [
            (
                Readiness {
                    database: false,
                    ..well.clone()
                },
                "database",
            ),
            (
                Readiness {
                    sessions: false,
                    ..well.clone()
                },
                "sessions",
            ),
            (
                Readiness {
                    consumer: ConsumerState::Starting,
                    ..well.clone()
                },
                "starting",
            ),
            (
                Readiness {
                    consumer: ConsumerState::Stopped("event 7/0".into()),
                    ..well
                },
                "event 7/0",
            ),
        ];
        for (ill, word) in cases {
            assert!(!ill.is_ready(), "{ill:?}");
            let reasons = ill.reasons();
            assert!(
                matches!(&*reasons, [only] if only.contains(word)),
                "{reasons:?}"
            );
        }
    }
}
