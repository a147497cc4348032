//! The guard before everything that is not public: no valid token, no handler.

use crate::app::App;
use crate::auth::Identity;
use crate::error::Error;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Lets a request through when its token is valid, and hands its [`Identity`] on.
///
/// # Errors
/// [`Error::NotLoggedIn`] otherwise.
pub async fn require_token(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok());
    let (scheme, token) = text
        .and_then(|text| text.split_once(' '))
        .ok_or(Error::NotLoggedIn)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::NotLoggedIn);
    }
    let identity = app.sessions.identify(token.trim()).await?;
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

/// Who calls. Only the guard can put it there.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Identity);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let identity = parts.extensions.get::<Identity>();
        identity.copied().map(Self).ok_or(Error::NotLoggedIn)
    }
}
