//! Counts each request and its time, by route: the pattern that matched, never the path, which anybody can make up.

use crate::app::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;

/// The route of every path that is none of ours.
const UNMATCHED: &str = "unmatched";

/// Counts a request once it is answered. One whose client has gone before is not counted.
pub async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = route(&request).to_owned();
    let response = next.run(request).await;
    app.metrics
        .answered(&method, &route, response.status(), began.elapsed());
    response
}

/// The route of a request.
pub fn route(request: &Request) -> &str {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or(UNMATCHED, MatchedPath::as_str)
}
