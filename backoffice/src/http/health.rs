//! Health: live is "this process runs", ready is "what it needs answers".

use crate::app::App;
use crate::consumer::state::ConsumerState;
use crate::readiness::Readiness;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

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
    let readiness = Readiness::of(app).await;
    let consumer = match &readiness.consumer {
        ConsumerState::Starting => "starting",
        ConsumerState::Running => "running",
        ConsumerState::Waiting(_) => "waiting",
        ConsumerState::Stopped(_) => "stopped",
    };
    let word = |good: bool| if good { "ok" } else { "unavailable" };
    let good = readiness.is_ready();
    let status = if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let health = Health {
        status: word(good),
        database: word(readiness.database),
        sessions: word(readiness.sessions),
        consumer,
    };
    (status, Json(health))
}
