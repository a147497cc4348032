//! Bad requests: each gets its status, its code, and the field to blame; none is a 5xx.

use crate::database::both;
use crate::service::World;
use bytes::Bytes;
use hyper::Method;
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

both!(what_is_wrong_with_a_body_is_named, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let client = service.client.register("ada@example.org").await;
    let cases = [
        (
            "/api/v1/auth/register",
            json!({"email": "a@b.example", "password": "long enough", "admin": true}),
            400,
            "bad_request",
            Some("admin"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": "a@b.example"}),
            400,
            "bad_request",
            Some("password"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": 5, "password": "long enough"}),
            400,
            "bad_request",
            Some("email"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": "nobody", "password": "long enough"}),
            400,
            "bad_request",
            Some("email"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": "a@b.example", "password": "x".repeat(200)}),
            400,
            "bad_request",
            Some("password"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": "a@b.example", "password": "short"}),
            422,
            "weak_password",
            Some("password"),
        ),
        (
            "/api/v1/auth/register",
            json!({"email": "Ada@Example.org", "password": "long enough"}),
            409,
            "email_taken",
            None,
        ),
        ("/api/v1/auth/login", json!([]), 400, "bad_request", None),
        (
            "/api/v1/accounts",
            json!({"account": "BOT01"}),
            400,
            "bad_request",
            Some("account"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "1", "to": "me"}),
            400,
            "bad_request",
            Some("to"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": 1.5}),
            400,
            "bad_request",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "1e3"}),
            400,
            "bad_request",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "0.000000001"}),
            400,
            "bad_request",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "a name that is far too long", "asset": "USD", "amount": "1"}),
            400,
            "bad_request",
            Some("account"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "0"}),
            422,
            "bad_amount",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "-1"}),
            422,
            "bad_amount",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "A", "asset": "USD", "amount": "1000000.01"}),
            422,
            "bad_amount",
            Some("amount"),
        ),
        (
            "/api/v1/wallet/deposits",
            json!({"account": "BOT01", "asset": "USD", "amount": "1"}),
            404,
            "not_found",
            None,
        ),
    ];
    for (path, body, status, code, field) in cases {
        let answer = client
            .post_with(path, &[("idempotency-key", "k")], &body)
            .await;
        let expected = (status, code.to_owned(), field.map(str::to_owned));
        assert_eq!(answer.error(), expected, "{path} {body}");
    }
    service.stop().await;
});

both!(a_body_must_be_json_and_small, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let client = &service.client;
    let path = "/api/v1/auth/login";
    let send = async |headers: &[(&str, &str)], body: Bytes| {
        client.send(Method::POST, path, headers, body).await.error()
    };
    let good = Bytes::from_static(br#"{"email":"a@b.example","password":"x"}"#);
    assert_eq!(send(&[], good.clone()).await.0, 415);
    assert_eq!(
        send(&[("content-type", "text/plain")], good.clone())
            .await
            .0,
        415
    );
    assert_eq!(
        send(&[("content-type", "application/json; charset=utf-8")], good)
            .await
            .0,
        401
    );
    assert_eq!(send(&[JSON], Bytes::from_static(b"{")).await.0, 400);
    assert_eq!(send(&[JSON], Bytes::from_static(b"\xff\xfe")).await.0, 400);
    assert_eq!(send(&[JSON], Bytes::new()).await.0, 400);
    assert_eq!(send(&[JSON], Bytes::from_static(b"{} {}")).await.0, 400);
    let large = Bytes::from(vec![b' '; 64 * 1024 + 1]);
    assert_eq!(
        send(&[JSON], large.clone()).await,
        (413, "too_large".into(), None)
    );
    let chunked = [JSON, ("transfer-encoding", "chunked")];
    assert_eq!(send(&chunked, large).await, (413, "too_large".into(), None));
    let nested = Bytes::from("[".repeat(60_000));
    assert_eq!(send(&[JSON], nested).await.0, 400);
    service.stop().await;
});

both!(queries_are_as_strict_as_bodies, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let client = service.client.register("ada@example.org").await;
    for (path, field) in [
        ("/api/v1/trades?limit=0", "limit"),
        ("/api/v1/trades?limit=501", "limit"),
        ("/api/v1/trades?limit=many", "limit"),
        ("/api/v1/trades?size=5", "size"),
        ("/api/v1/trades?cursor=zzz", "cursor"),
        ("/api/v1/wallet?cursor=dDE", "cursor"),
        ("/api/v1/wallet?page=1", "page"),
        ("/api/v1/wallet/deposits/none", "id"),
    ] {
        let error = client.get(path).await.error();
        assert_eq!(
            error,
            (400, "bad_request".into(), Some(field.into())),
            "{path}"
        );
    }
    let body = json!({"account": "A", "asset": "USD", "amount": "1"});
    for headers in [
        vec![],
        vec![("idempotency-key", " ")],
        vec![("idempotency-key", "x".repeat(65).leak() as &str)],
    ] {
        let answer = client
            .post_with("/api/v1/wallet/deposits", &headers, &body)
            .await;
        assert_eq!(
            answer.error(),
            (400, "bad_request".into(), Some("Idempotency-Key".into())),
            "{headers:?}"
        );
    }
    let strange = format!("/api/v1/wallet/deposits/{}", uuid::Uuid::nil());
    assert_eq!(client.get(&strange).await.error().0, 404);
    service.stop().await;
});
