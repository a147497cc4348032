//! What a request says, read strictly: JSON bodies and query strings with known fields only, and an error that names the field.

use crate::error::Error;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;

/// Largest body, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        if !is_json(request.headers()) {
            return Err(Error::NotJson);
        }
        let limit = BODY_BYTES_MAX;
        if told_length(request.headers()).is_some_and(|length| length > limit) {
            return Err(Error::TooLarge { limit });
        }
        let bytes = axum::body::to_bytes(request.into_body(), limit)
            .await
            .map_err(|error| {
                if error.into_inner().is::<LengthLimitError>() {
                    Error::TooLarge { limit }
                } else {
                    bad("the body ended early".into(), None)
                }
            })?;
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let told = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = told.and_then(|text| text.split(';').next());
    essence.is_some_and(|text| text.trim().eq_ignore_ascii_case("application/json"))
}

fn told_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn bad(message: String, field: Option<String>) -> Error {
    Error::BadRequest { field, message }
}

/// Reads one JSON value and nothing behind it.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let path = (path != ".").then_some(path);
        let field = named_field(&message).or(path);
        bad(message, field)
    })?;
    json.end()
        .map_err(|_| bad("text follows the JSON value".into(), None))?;
    Ok(value)
}

/// The field that serde names in its message, for fields that are unknown, missing or twice there.
fn named_field(message: &str) -> Option<String> {
    let about = ["unknown field", "missing field", "duplicate field"];
    let rest = about.iter().find_map(|words| message.split_once(words))?.1;
    rest.split('`').nth(1).map(str::to_owned)
}

/// A query string.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Query(value) = Query::<T>::try_from_uri(&parts.uri).map_err(|rejection| {
            let message = rejection.body_text();
            let field = named_field(&message).or_else(|| path_in(&message));
            bad(message, field)
        })?;
        Ok(Self(value))
    }
}

/// The field before the colon in `…query string: FIELD: …`.
fn path_in(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("query string: ")?;
    let (field, _) = rest.split_once(": ")?;
    Some(field.to_owned())
}

/// Longest Idempotency-Key, in bytes.
const KEY_BYTES_MAX: usize = 64;
/// The header that makes a request safe to repeat.
static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The Idempotency-Key of a request.
#[derive(Debug)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let told = parts.headers.get(&IDEMPOTENCY_KEY);
        let key = told.and_then(|value| value.to_str().ok());
        match key.map(str::trim) {
            Some(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(Self(key.to_owned())),
            _ => Err(Error::field(
                "Idempotency-Key",
                format!(
                    "this request needs the header Idempotency-Key: 1 to {KEY_BYTES_MAX} visible ASCII characters"
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::money::Money;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Thing {
        #[serde(rename = "amount")]
        _amount: Money,
    }

    #[test]
    fn the_field_to_blame_is_named() {
        for (json, field) in [
            (r#"{"amount":"1","x":2}"#, Some("x")),
            (r"{}", Some("amount")),
            (r#"{"amount":"1","amount":"1"}"#, Some("amount")),
            (r#"{"amount":1.5}"#, Some("amount")),
            (r#"{"amount":"0.123456789"}"#, Some("amount")),
            (r#"{"amount":"1e5"}"#, Some("amount")),
            (r#"{"amount":"1"} x"#, None),
            (r"[", None),
            ("", None),
        ] {
            match parse::<Thing>(json.as_bytes()) {
                Err(Error::BadRequest { field: told, .. }) => {
                    assert_eq!(told.as_deref(), field, "{json}");
                }
                other => panic!("{json}: {other:?}"),
            }
        }
        assert!(parse::<Thing>(br#"{"amount":"1.5"}"#).is_ok());
    }
}
