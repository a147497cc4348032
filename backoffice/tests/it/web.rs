//! The face of the service: who may call what, the documents, the pages.

use crate::database::{TestDatabase, both};
use crate::service::{World, until};
use bytes::Bytes;
use hyper::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PUBLIC: [&str; 5] = [
    "/api/v1/auth/login",
    "/api/v1/auth/register",
    "/health",
    "/health/live",
    "/health/ready",
];

both!(everything_that_is_not_public_needs_a_token, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let client = &service.client;
    let document = client.get("/api-docs/openapi.json").await.expect(200);
    assert_eq!(document["openapi"].as_str().unwrap().get(..2), Some("3."));
    let mut private = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path} documents its errors"
            );
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = client.send(method.clone(), path, &[], Bytes::new()).await;
            if PUBLIC.contains(&path.as_str()) {
                assert!(operation["security"].is_null(), "{method} {path}");
                assert_ne!(answer.status, 401, "{method} {path}");
            } else {
                private += 1;
                assert_eq!(
                    answer.error(),
                    (401, "not_logged_in".into(), None),
                    "{method} {path}"
                );
                assert!(operation["security"].is_array(), "{method} {path}");
            }
        }
    }
    assert_eq!(private, 10, "the private operations");
    service.stop().await;
});

#[tokio::test]
async fn the_document_says_what_became_of_a_trade() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    let document = service.client.get("/api-docs/openapi.json").await;
    let document = document.expect(200);
    let schemas = &document["components"]["schemas"];
    for (schema, fields) in [
        ("TradeRowView", &["status", "first", "changed_at"][..]),
        ("FirstView", &["price", "qty", "notional"]),
    ] {
        for field in fields {
            let property = &schemas[schema]["properties"][field];
            assert!(property.is_object(), "{schema}.{field}: {property}");
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn pages_are_embedded() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    let client = &service.client;
    let front = client.get("/").await;
    assert_eq!(front.status, 200);
    assert!(
        front.text.contains("/swagger-ui/") && !front.text.contains("https://"),
        "no CDN"
    );
    assert!(
        front.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    let swagger = client.get("/swagger-ui/").await;
    assert!(
        swagger.status == 200 && swagger.text.contains("swagger-ui"),
        "{}",
        swagger.status
    );
    assert!(!swagger.text.contains("https://"), "no CDN");
    assert_eq!(
        client.get("/nowhere").await.error(),
        (404, "not_found".into(), None)
    );
    let wrong = client
        .send(Method::DELETE, "/api/v1/auth/login", &[], Bytes::new())
        .await;
    assert_eq!(wrong.error(), (405, "method_not_allowed".into(), None));
    assert_eq!(wrong.headers["x-content-type-options"], "nosniff");
    assert_eq!(wrong.headers["cache-control"], "no-store");
    service.stop().await;
}

#[tokio::test]
async fn an_answer_carries_the_callers_trace_id() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let headers = [("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let answer = service
        .client
        .send(Method::GET, "/health/live", &headers, Bytes::new())
        .await;
    assert_eq!(answer.headers["x-trace-id"], trace);
    let fresh = service.client.get("/health/live").await.headers["x-trace-id"].clone();
    assert!(fresh.len() == 32 && fresh != trace);
    service.stop().await;
}

#[tokio::test]
async fn garbage_and_a_full_house_disturb_nobody() {
    let world = World::with(TestDatabase::sqlite(), "http.connections_max = 2").await;
    let service = world.start().await;
    let address = service.client.address();
    let mut garbage = tokio::net::TcpStream::connect(address).await.unwrap();
    garbage
        .write_all(b"\x00\x01\x02 not http\r\n\r\n")
        .await
        .unwrap();
    let mut told = Vec::new();
    garbage.read_to_end(&mut told).await.unwrap();
    assert!(
        String::from_utf8_lossy(&told).starts_with("HTTP/1.1 400"),
        "{told:?}"
    );
    let silent = tokio::net::TcpStream::connect(address).await.unwrap();
    service.client.get("/health/live").await.expect(200);
    drop(silent);
    until("a place is free again", async || {
        (service.client.get("/health/live").await.status == 200).then_some(())
    })
    .await;
    service.stop().await;
}
