//! Health: live is "this process runs", ready is "what it needs answers".

use crate::app::App;
use crate::consumer::state::ConsumerState;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Longest time for one check, in seconds.
const CHECK_TIMEOUT_SECS: u64 = 2;

/// How the back office is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok` or `unavailable`.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// `ok` or `unavailable`.
    #[schema(example = "ok")]
    pub database: &'static str,
    /// The list of sessions: `ok` or `unavailable`.
    #[schema(example = "ok")]
    pub sessions: &'static str,
    /// `starting`, `running`, `waiting` or `stopped`.
    #[schema(example = "running")]
    pub consumer: &'static str,
}

/// This process runs.
#[utoipa::path(get, path = "/health/live", tag = "health", responses((status = 200, description = "It runs.")))]
pub async fn live() -> StatusCode {
    StatusCode::OK
}

/// What it needs answers: database, list of sessions, source of events.
#[utoipa::path(get, path = "/health/ready", tag = "health",
    responses((status = 200, description = "Ready.", body = Health), (status = 503, description = "Not ready.", body = Health)))]
pub async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    check(&app).await
}

/// The same as ready.
#[utoipa::path(get, path = "/health", tag = "health",
    responses((status = 200, description = "Ready.", body = Health), (status = 503, description = "Not ready.", body = Health)))]
pub async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    check(&app).await
}

async fn check(app: &App) -> (StatusCode, Json<Health>) {
    let bound = Duration::from_secs(CHECK_TIMEOUT_SECS);
    let (database, sessions) = tokio::join!(
        tokio::time::timeout(bound, app.db.ping()),
        tokio::time::timeout(bound, app.sessions.ping()),
    );
    let (database, sessions) = (
        matches!(database, Ok(Ok(()))),
        matches!(sessions, Ok(Ok(()))),
    );
    let (consumer, running) = match app.consumer.now() {
        ConsumerState::Starting => ("starting", false),
        ConsumerState::Running => ("running", true),
        ConsumerState::Waiting(_) => ("waiting", false),
        ConsumerState::Stopped(_) => ("stopped", false),
    };
    let word = |good: bool| if good { "ok" } else { "unavailable" };
    let good = database && sessions && running;
    let status = if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let health = Health {
        status: word(good),
        database: word(database),
        sessions: word(sessions),
        consumer,
    };
    (status, Json(health))
}
