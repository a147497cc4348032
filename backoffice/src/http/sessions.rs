//! Register, log in, log out, and who am I.

use crate::app::App;
use crate::auth::token::AccessToken;
use crate::clock;
use crate::error::Error;
use crate::http::body::JsonBody;
use crate::http::guard::Caller;
use crate::metrics::LoginOutcome;
use crate::users::email::Email;
use crate::users::password::Password;
use crate::users::{self, User};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// E-mail and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// E-mail address; upper and lower case are the same.
    #[schema(value_type = String, example = "ada@example.org")]
    pub email: Email,
    /// Password; a new one has 10 to 128 bytes.
    #[schema(value_type = String, format = Password, example = "correct horse battery")]
    pub password: Password,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// Id.
    pub id: Uuid,
    /// E-mail address.
    #[schema(example = "ada@example.org")]
    pub email: String,
    /// When it registered.
    #[schema(example = "2026-01-05T09:00:00Z")]
    pub created_at: String,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email,
            created_at: clock::rfc3339(user.created_us),
        }
    }
}

/// What a login gives.
#[derive(Serialize, ToSchema)]
pub struct Login {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long it lives, in seconds.
    #[schema(example = 900)]
    pub expires_in_secs: u64,
}

/// Makes a user.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", request_body = Credentials,
    responses((status = 201, description = "Made.", body = UserView)))]
pub async fn register(
    State(app): State<Arc<App>>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<(StatusCode, Json<UserView>), Error> {
    let Credentials { email, password } = credentials;
    let user = users::register(&app.db, &app.hasher, &email, password).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// Begins a session.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = Credentials,
    responses((status = 200, description = "Logged in.", body = Login)))]
pub async fn login(
    State(app): State<Arc<App>>,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Json<Login>, Error> {
    let begun = begin(&app, credentials).await;
    app.metrics.login(match &begun {
        Ok(_) => LoginOutcome::Accepted,
        Err(Error::BadCredentials) => LoginOutcome::Refused,
        Err(_) => LoginOutcome::Failed,
    });
    let token = begun?;
    Ok(Json(Login {
        access_token: token.expose().to_owned(),
        token_type: "Bearer",
        expires_in_secs: app.sessions.ttl_secs(),
    }))
}

async fn begin(app: &App, credentials: Credentials) -> Result<AccessToken, Error> {
    let Credentials { email, password } = credentials;
    let user = users::authenticate(&app.db, &app.hasher, &email, password).await?;
    app.sessions.begin(user).await
}

/// Ends the session: its token is refused from now on.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", security(("bearer" = [])),
    responses((status = 204, description = "Logged out.")))]
pub async fn logout(State(app): State<Arc<App>>, caller: Caller) -> Result<StatusCode, Error> {
    app.sessions.end(caller.0.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who I am.
#[utoipa::path(get, path = "/api/v1/me", tag = "auth", security(("bearer" = [])),
    responses((status = 200, description = "Me.", body = UserView)))]
pub async fn me(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<UserView>, Error> {
    let mut tx = app.db.read().await?;
    let user = users::by_id(&mut tx, caller.0.user).await?;
    Ok(Json(user.into()))
}
