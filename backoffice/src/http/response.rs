//! What goes on the wire for each [`Error`]: one status, one JSON shape. Faults of our own are logged here and not told in detail.

use crate::error::Error;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The body of every answer that is not a success.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// A word for programs.
    #[schema(example = "bad_request")]
    pub code: String,
    /// A sentence for people.
    #[schema(example = "unknown field `amout`")]
    pub message: String,
    /// The field of the request to blame, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotLoggedIn | Self::BadCredentials => StatusCode::UNAUTHORIZED,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Unavailable { .. }
            | Self::Exchange { .. }
            | Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadRequest { .. } => "bad_request",
            Self::TooLarge { .. } => "too_large",
            Self::NotJson => "unsupported_media_type",
            Self::Unprocessable { code, .. } | Self::Conflict { code, .. } => code,
            Self::NotLoggedIn => "not_logged_in",
            Self::BadCredentials => "bad_credentials",
            Self::NotFound { .. } => "not_found",
            _ if self.status() == StatusCode::SERVICE_UNAVAILABLE => "unavailable",
            _ => "internal",
        }
    }

    fn blamed_field(&self) -> Option<String> {
        match self {
            Self::BadRequest { field, .. } => field.clone(),
            Self::Unprocessable { field, .. } => field.map(str::to_owned),
            _ => None,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let message = match status {
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(fault = %self, "a request failed");
                "an internal fault; it has been logged".into()
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                tracing::warn!(why = %self, "a request cannot be served now");
                match self {
                    Self::Unavailable { .. } => self.to_string(),
                    _ => "not available now; try again".into(),
                }
            }
            _ => self.to_string(),
        };
        let body = ErrorBody {
            code: self.code().into(),
            message,
            field: self.blamed_field(),
        };
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"loggia\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The path is known, the method is not.
pub fn method_not_allowed() -> Response {
    let body = ErrorBody {
        code: "method_not_allowed".into(),
        message: "this path does not take this method".into(),
        field: None,
    };
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}
