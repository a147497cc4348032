//! The REST API and its pages: requests in, the modules' answers out. What is not in `public` needs a token: deny by default.

pub mod accounts;
pub mod body;
pub mod cursor;
pub mod guard;
pub mod health;
pub mod instruments;
pub mod meter;
pub mod openapi;
pub mod page;
pub mod portfolio;
pub mod response;
pub mod server;
pub mod sessions;
pub mod trace;
pub mod trades;
pub mod wallet;

use crate::app::App;
use crate::error::Error;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

/// All routes of the back office.
pub fn router(app: &Arc<App>) -> Router {
    let private = private().route_layer(middleware::from_fn_with_state(
        Arc::clone(app),
        guard::require_token,
    ));
    let (routes, api) = OpenApiRouter::with_openapi(openapi::base())
        .merge(public())
        .merge(private)
        .split_for_parts();
    routes
        .merge(SwaggerUi::new("/swagger-ui").url("/api-docs/openapi.json", openapi::complete(api)))
        .merge(page::routes())
        .fallback(async || Error::NotFound { what: "page" })
        .method_not_allowed_fallback(async || response::method_not_allowed())
        .with_state(Arc::clone(app))
        .layer(middleware::from_fn_with_state(Arc::clone(app), bound_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(harden))
        .layer(middleware::from_fn_with_state(
            Arc::clone(app),
            meter::count,
        ))
        .layer(middleware::from_fn(trace::request_span))
}

/// What anybody may call.
fn public() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sessions::register))
        .routes(routes!(sessions::login))
        .routes(routes!(health::health))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

/// What needs a token.
fn private() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sessions::logout))
        .routes(routes!(sessions::me))
        .routes(routes!(accounts::list, accounts::open))
        .routes(routes!(wallet::show))
        .routes(routes!(wallet::deposit))
        .routes(routes!(wallet::deposit_by_id))
        .routes(routes!(portfolio::show))
        .routes(routes!(trades::list))
        .routes(routes!(instruments::list))
}

/// No request takes longer than the configured time.
async fn bound_time(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    tokio::time::timeout(app.request_timeout, next.run(request))
        .await
        .unwrap_or_else(|_| {
            Error::Unavailable {
                what: "an answer in time",
            }
            .into_response()
        })
}

/// Headers that every answer carries.
async fn harden(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// A panic is our fault: it is logged, and the client gets the usual shape.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request handler panicked");
    Error::Internal("a request could not be answered").into_response()
}
