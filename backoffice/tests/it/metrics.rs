//! The figures: requests, events, transfers and logins are counted once, and nobody outside can make series up.

use crate::control_port::Mood;
use crate::database::{TestDatabase, both};
use crate::events::{account_opened, envelope, funds};
use crate::exposition::{Exposition, named};
use crate::interleavings::history;
use crate::service::{Service, World, until};
use backoffice::consumer::state::ConsumerState;
use backoffice::db::Db;
use backoffice::metrics::Metrics;
use backoffice::words;
use bytes::Bytes;
use hyper::Method;
use prometheus::Registry;
use serde_json::json;

const REQUESTS: &str = "backoffice_http_requests_total";
const SECONDS: &str = "backoffice_http_request_seconds_count";
const EVENTS: &str = "backoffice_consumer_events_total";
const TRANSFERS: &str = "backoffice_transfers_total";
const LOGINS: &str = "backoffice_logins_total";

/// Waits until a sample has this value; the figures then.
async fn shows(service: &Service, name: &str, labels: &[(&str, &str)], value: &str) -> Exposition {
    until(&format!("{name}{labels:?} {value}"), async || {
        let figures = Exposition::of(&service.registry);
        (figures.value(name, labels) == Some(value)).then_some(figures)
    })
    .await
}

async fn deposit(client: &crate::client::Client, key: &str, account: &str, asset: &str) -> u16 {
    let body = json!({"account": account, "asset": asset, "amount": "5"});
    let headers = [("idempotency-key", key)];
    let answer = client.post_with("/api/v1/wallet/deposits", &headers, &body);
    answer.await.status
}

both!(what_happens_is_counted_once, |database| {
    let sqlite = database.url.starts_with("sqlite");
    let world = World::new(database).await;
    let service = world.start().await;
    let figures = Exposition::of(&service.registry);
    assert_eq!(
        figures.value("backoffice_consumer_last_seq", &[]),
        Some("-1")
    );
    for state in ["held", "posted", "refused"] {
        assert_eq!(figures.value(TRANSFERS, &[("state", state)]), Some("0"));
    }
    for outcome in ["accepted", "refused", "failed"] {
        assert_eq!(figures.value(LOGINS, &[("outcome", outcome)]), Some("0"));
    }
    let pool = if sqlite { "write" } else { "main" };
    let max = figures.value("backoffice_database_connections_max", &[("pool", pool)]);
    assert_eq!(max, Some(if sqlite { "1" } else { "8" }));

    let ada = service.client.register("ada@example.org").await;
    let wrong = json!({"email": "ada@example.org", "password": "not her password"});
    let login = "/api/v1/auth/login";
    assert_eq!(service.client.post(login, &wrong).await.status, 401);
    let opened = ada.post("/api/v1/accounts", &json!({})).await.expect(201);
    let account = opened["account"].as_str().unwrap();
    assert_eq!(deposit(&ada, "one", account, "USD").await, 201);
    assert_eq!(deposit(&ada, "one", account, "USD").await, 201);
    assert_eq!(deposit(&ada, "two", account, "EUR").await, 201);
    world.control.set_mood(Mood::Unavailable);
    assert_eq!(deposit(&ada, "three", account, "USD").await, 202);

    let figures = shows(&service, "backoffice_transfers_held", &[], "1").await;
    for (state, count) in [("held", "3"), ("posted", "1"), ("refused", "1")] {
        assert_eq!(
            figures.value(TRANSFERS, &[("state", state)]),
            Some(count),
            "{state}"
        );
    }
    for (outcome, count) in [("accepted", "1"), ("refused", "1"), ("failed", "0")] {
        assert_eq!(
            figures.value(LOGINS, &[("outcome", outcome)]),
            Some(count),
            "{outcome}"
        );
    }
    for (route, status, count) in [
        ("/api/v1/auth/register", "201", "1"),
        (login, "200", "1"),
        (login, "401", "1"),
        ("/api/v1/wallet/deposits", "201", "3"),
        ("/api/v1/wallet/deposits", "202", "1"),
    ] {
        let labels = [("method", "POST"), ("route", route), ("status", status)];
        assert_eq!(figures.value(REQUESTS, &labels), Some(count), "{labels:?}");
    }
    let timed = [("method", "POST"), ("route", login)];
    assert_eq!(figures.value(SECONDS, &timed), Some("2"));

    world.control.set_mood(Mood::Willing);
    let figures = shows(&service, TRANSFERS, &[("state", "posted")], "2").await;
    assert_eq!(figures.value(TRANSFERS, &[("state", "held")]), Some("3"));
    shows(&service, "backoffice_transfers_held", &[], "0").await;
    // The account and the two transfers that were posted.
    let figures = shows(&service, "backoffice_consumer_last_seq", &[], "3").await;
    assert_eq!(
        figures.value(EVENTS, &[("type", "AccountOpened")]),
        Some("1")
    );
    assert_eq!(
        figures.value(EVENTS, &[("type", "FundsTransferred")]),
        Some("2")
    );
    assert_eq!(figures.value("backoffice_consumer_stopped", &[]), Some("0"));
    service.stop().await;
});

both!(events_that_were_seen_are_not_counted_again, |database| {
    let world = World::new(database).await;
    world.feed.tell(account_opened("A"));
    let last = world.feed.tell(funds("t", "A", "10"));
    let service = world.start().await;
    shows(
        &service,
        "backoffice_consumer_last_seq",
        &[],
        &last.to_string(),
    )
    .await;
    service.stop().await;
    let again = world.start().await;
    let figures = shows(
        &again,
        "backoffice_consumer_last_seq",
        &[],
        &last.to_string(),
    )
    .await;
    assert_eq!(figures.of_name(EVENTS).count(), 0, "{figures:?}");
    // What comes twice counts once.
    world
        .feed
        .tell_raw(envelope(last, 0, funds("t", "A", "10")));
    let next = world.feed.tell(funds("u", "A", "1"));
    let figures = shows(
        &again,
        "backoffice_consumer_last_seq",
        &[],
        &next.to_string(),
    )
    .await;
    assert_eq!(
        figures.value(EVENTS, &[("type", "FundsTransferred")]),
        Some("1")
    );
    again.stop().await;
});

#[tokio::test]
async fn a_stopped_consumer_shows() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    let mut strange = envelope(1, 0, account_opened("A"));
    strange.schema = 99;
    world.feed.tell_raw(strange);
    service
        .consumer_is(|state| matches!(state, ConsumerState::Stopped(_)))
        .await;
    let figures = Exposition::of(&service.registry);
    assert_eq!(figures.value("backoffice_consumer_stopped", &[]), Some("1"));
    assert_eq!(
        figures.value("backoffice_consumer_last_seq", &[]),
        Some("-1")
    );
    assert_eq!(figures.of_name(EVENTS).count(), 0, "{figures:?}");
    service.stop().await;
}

#[tokio::test]
async fn nobody_outside_makes_series_up() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    let client = &service.client;
    let send = async |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        client.send(method, path, &[], Bytes::new()).await.status
    };
    let ask = async |tag: &str| {
        assert_eq!(send("GET", &format!("/nowhere/{tag}")).await, 404);
        assert_eq!(send("GET", &format!("/health/live/{tag}")).await, 404);
        assert_eq!(send(&format!("MADEUP{tag}"), "/health/live").await, 405);
        assert_eq!(
            send(&format!("MADEUP{tag}"), &format!("/no/{tag}")).await,
            404
        );
        assert_eq!(send("GET", &format!("/health/live?tag={tag}")).await, 200);
        let deposit = format!("/api/v1/wallet/deposits/{tag}");
        assert_eq!(send("GET", &deposit).await, 401);
        assert_eq!(send("GET", &format!("/swagger-ui/{tag}.js")).await, 404);
    };
    ask("a").await;
    let once = Exposition::of(&service.registry);
    for number in 0..20 {
        ask(&number.to_string()).await;
    }
    let often = Exposition::of(&service.registry);
    let (known, now) = (once.series(), often.series());
    assert_eq!(now.difference(&known).next(), None, "a new series");
    let unmatched = |method| {
        [
            ("method", method),
            ("route", "unmatched"),
            ("status", "404"),
        ]
    };
    assert_eq!(often.value(REQUESTS, &unmatched("GET")), Some("42"));
    assert_eq!(often.value(REQUESTS, &unmatched("other")), Some("21"));
    let by_id = [
        ("method", "GET"),
        ("route", "/api/v1/wallet/deposits/{id}"),
        ("status", "401"),
    ];
    assert_eq!(often.value(REQUESTS, &by_id), Some("21"));
    let routes = often.values_of(REQUESTS, "route");
    let made_up = |route: &&String| route.contains("nowhere") || route.contains("MADEUP");
    assert_eq!(routes.iter().find(made_up), None, "{routes:?}");
    service.stop().await;
}

#[tokio::test]
async fn the_exposition_parses_and_holds_every_family() {
    let world = World::new(TestDatabase::sqlite()).await;
    let service = world.start().await;
    service.client.register("ada@example.org").await;
    world.feed.tell(account_opened("A"));
    let figures = shows(&service, EVENTS, &[("type", "AccountOpened")], "1").await;
    let families: Vec<_> = figures.families().collect();
    assert_eq!(
        families,
        [
            named("backoffice_consumer_events_total", "counter"),
            named("backoffice_consumer_last_seq", "gauge"),
            named("backoffice_consumer_stopped", "gauge"),
            named("backoffice_database_connections", "gauge"),
            named("backoffice_database_connections_in_use", "gauge"),
            named("backoffice_database_connections_max", "gauge"),
            named("backoffice_http_request_seconds", "histogram"),
            named("backoffice_http_requests_total", "counter"),
            named("backoffice_logins_total", "counter"),
            named("backoffice_transfers_held", "gauge"),
            named("backoffice_transfers_total", "counter"),
        ]
    );
    service.stop().await;
}

#[tokio::test]
async fn a_registry_takes_one_back_office_and_others_beside_it() {
    let database = TestDatabase::sqlite();
    let db = Db::open(&database.url).await.unwrap();
    let registry = Registry::new();
    let other = prometheus::IntCounter::new("loggia_orders_total", "Orders.").unwrap();
    registry.register(Box::new(other)).unwrap();
    Metrics::new(&registry, &db).unwrap();
    let figures = Exposition::of(&registry);
    assert_eq!(figures.value("loggia_orders_total", &[]), Some("0"));
    assert_eq!(figures.value("backoffice_transfers_held", &[]), Some("0"));
    Metrics::new(&registry, &db).unwrap_err();
}

#[test]
fn an_event_is_named_as_in_its_envelope() {
    let mut seen = std::collections::BTreeSet::new();
    for envelope in history() {
        let json = serde_json::to_value(&envelope).unwrap();
        assert_eq!(json["type"], words::event(&envelope.event));
        seen.insert(words::event(&envelope.event));
    }
    assert!(seen.len() >= 8, "{seen:?}");
}
