//! The port for whoever watches the venue: `/metrics`, `/health`, `/health/live`, `/health/ready`. Plain HTTP, reads only.

mod serving;

use crate::health::Health;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use prometheus::{Encoder, Registry, TextEncoder};
use serde_json::{Map, Value, json};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// The port, bound but not served yet.
#[derive(Debug)]
pub struct Observe {
    listener: TcpListener,
    address: SocketAddr,
    shown: Shown,
}

/// What the pages show.
#[derive(Clone, Debug)]
struct Shown {
    /// Figures of everybody who is to be watched here.
    registry: Registry,
    health: Health,
}

impl Observe {
    /// Binds the port.
    ///
    /// # Errors
    /// What the operating system says, for instance that the address is in use.
    pub async fn bind(listen: SocketAddr, registry: Registry, health: Health) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            shown: Shown { registry, health },
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is done; what is under way then has a few seconds more.
    ///
    /// # Errors
    /// None at present: a listener that gives no connection is asked again.
    pub async fn serve(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        serving::serve(self.listener, router(self.shown), shutdown).await;
        Ok(())
    }
}

fn router(shown: Shown) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(shown)
}

async fn metrics(State(shown): State<Shown>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, text(&shown.registry)).into_response()
}

/// All figures in Prometheus' text format.
fn text(registry: &Registry) -> String {
    let mut out = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&registry.gather(), &mut out) {
        tracing::error!(%error, "the metrics cannot be written as text");
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Everything, whatever it is: 200.
async fn health(State(shown): State<Shown>) -> Json<Value> {
    Json(report(&shown.health))
}

/// The process answers: 200.
async fn live() -> Json<Value> {
    Json(json!({ "live": true }))
}

/// 200 when every part is well, 503 with the reasons otherwise.
async fn ready(State(shown): State<Shown>) -> (StatusCode, Json<Value>) {
    let status = if shown.health.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(report(&shown.health)))
}

fn report(health: &Health) -> Value {
    let reasons = health.reasons();
    let ready = reasons.is_empty();
    let reasons: Map<String, Value> = reasons
        .into_iter()
        .map(|(part, reason)| (part.to_owned(), Value::String(reason)))
        .collect();
    json!({ "live": true, "ready": ready, "reasons": reasons })
}
