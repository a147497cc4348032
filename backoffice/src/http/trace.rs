//! A tracing span for each request. Its trace id is the caller's (`traceparent`, W3C Trace Context) or a new one; the answer carries it
//! as `x-trace-id`. Neither headers nor bodies are logged: they hold secrets.

use crate::http::meter;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument as _;

/// Runs a request inside its span and logs how it ended.
pub async fn request_span(request: Request, next: Next) -> Response {
    let trace_id = trace_id(request.headers());
    let path = meter::route(&request).to_owned();
    let span = tracing::info_span!("request", %trace_id, method = %request.method(), path = %path);
    async move {
        let began = Instant::now();
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status, micros, "answered");
        if let Ok(value) = HeaderValue::from_str(&trace_id) {
            response.headers_mut().insert("x-trace-id", value);
        }
        response
    }
    .instrument(span)
    .await
}

fn trace_id(headers: &HeaderMap) -> String {
    let told = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok());
    told.and_then(told_trace_id).map_or_else(
        || hex::encode(uuid::Uuid::new_v4().as_bytes()),
        str::to_owned,
    )
}

/// The trace id of `VERSION-TRACE-PARENT-FLAGS`, when it is one.
fn told_trace_id(traceparent: &str) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace, parent) = (parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, len: usize| {
        text.len() == len
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let good = hex(version, 2) && hex(trace, 32) && hex(parent, 16);
    (good && trace.bytes().any(|b| b != b'0')).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proper_traceparent_counts() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let good = format!("00-{trace}-00f067aa0ba902b7-01");
        assert_eq!(told_trace_id(&good), Some(trace));
        for bad in [
            "",
            "00-short-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(told_trace_id(bad), None, "{bad}");
        }
    }
}
