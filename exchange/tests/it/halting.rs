//! Halts over the control port: of one instrument, a group and all, now and at a time; what participants see of them; that they outlast a
//! restart.

use crate::caller::Caller;
use crate::venue::Venue;
use market::control::halt::{GroupStatus, HaltOutcome, HaltsStatus, Which};
use market::control::session::AuditLine;
use market::halt::{HaltCode, HaltOrders};
use market::instrument::Phase;

/// Symbol and phase of each instrument that is told.
fn phases(outcome: &HaltOutcome) -> Vec<(String, Phase)> {
    let told = outcome.instruments.iter();
    told.map(|it| (it.symbol.to_string(), it.phase)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_halted_its_orders_cancelled_and_reopened_by_an_auction() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut reader = venue.watcher("ACME").await;
    let mut bot = venue.peer("BOT01").await;
    bot.rest("a", '1', "1", "99").await;

    for symbol in ["ACME", "BOLT"] {
        let body = format!(r#"{{"symbol":"{symbol}","group":"METALS"}}"#);
        let groups: Vec<GroupStatus> = operator.post("/v1/groups", &body).await;
        assert_eq!(groups[0].group.as_str(), "METALS");
        assert_eq!(groups[0].symbols.last().unwrap().as_str(), symbol);
    }
    let body = r#"{"target":{"group":"METALS"},"reason":"a leak","code":"news_dissemination",
        "orders":"cancel","until":{"after_nanos":3600000000000}}"#;
    let halted: HaltOutcome = operator.post("/v1/halt", body).await;
    let both = |phase| vec![("ACME".to_owned(), phase), ("BOLT".to_owned(), phase)];
    assert_eq!(phases(&halted), both(Phase::Halted));
    assert_eq!(halted.canceled, 1);
    let facts = halted.instruments[0].halt.unwrap();
    assert_eq!(
        (facts.code, facts.orders, facts.drill),
        (HaltCode::NewsDissemination, HaltOrders::Cancel, false)
    );
    assert!(facts.until.is_some());
    // Subscribers are told why, and whose orders were cancelled is told with 378=6.
    reader
        .expect("f", "324=s|325=Y|326=2|327=D|58=a leak")
        .await;
    bot.expect("8", "150=4|39=4|11=a|378=6").await;
    let status: HaltsStatus = operator.get("/v1/halts").await;
    assert_eq!(status.halted, halted.instruments);

    let body = r#"{"target":{"group":"METALS"}}"#;
    let resumed: HaltOutcome = operator.post("/v1/resume", body).await;
    assert_eq!(phases(&resumed), both(Phase::VolatilityAuction));
    reader
        .expect("f", "324=s|326=5|327!|58=reopening after a halt")
        .await;
    let status: HaltsStatus = operator.get("/v1/halts").await;
    assert_eq!((status.halted, status.scheduled), (vec![], vec![]));
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halt_waits_for_its_time_over_a_restart_and_comes() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let body = r#"{"target":{"instrument":"BOLT"},"reason":"later","from":{"after_nanos":3600000000000},
        "until":{"after_nanos":60000000000},"at_once":true}"#;
    let scheduled: HaltOutcome = operator.post("/v1/halt", body).await;
    assert_eq!(phases(&scheduled), []);
    let first = scheduled.scheduled.unwrap();
    let body = r#"{"target":"all","reason":"now","orders":"stay"}"#;
    let halted: HaltOutcome = operator.post("/v1/halt", body).await;
    assert_eq!(halted.instruments.len(), 2);
    venue.close().await;

    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let status: HaltsStatus = operator.get("/v1/halts").await;
    assert_eq!(status.halted, halted.instruments);
    let one = &status.scheduled[0];
    assert_eq!(
        (one.id, one.target, one.at_once),
        (first, Which::Instrument("BOLT".parse().unwrap()), true)
    );
    let lasts = one.until.unwrap().nanos() - one.from.nanos();
    assert_eq!(
        lasts, 60_000_000_000,
        "as long as was said, from its beginning"
    );
    let body = format!(r#"{{"id":{first}}}"#);
    let withdrawn: HaltOutcome = operator.post("/v1/halts/withdraw", &body).await;
    assert_eq!(withdrawn.scheduled, Some(first));

    // What is due comes by itself: a halt that ends a moment later.
    let body = r#"{"target":"all","at_once":true}"#;
    let open: HaltOutcome = operator.post("/v1/resume", body).await;
    assert_eq!(open.instruments[0].phase, Phase::Open);
    let mut reader = venue.watcher("ACME").await;
    let body = r#"{"target":{"instrument":"ACME"},"reason":"soon","from":{"after_nanos":20000000},
        "until":{"after_nanos":20000000},"at_once":true}"#;
    let scheduled: HaltOutcome = operator.post("/v1/halt", body).await;
    assert!(scheduled.scheduled.is_some());
    reader.expect("f", "324=s|326=2|58=soon").await;
    reader.expect("f", "324=s|326=3").await;
    let audit: Vec<AuditLine> = operator.get("/v1/audit?last=4").await;
    let what: Vec<&str> = audit.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(what[0], "halt all, orders stay: now");
    assert_eq!(what[1], format!("withdraw halt {first}"));
    assert_eq!(what[2], "resume all, without an auction");
    assert!(what[3].starts_with("halt ACME from "), "{what:?}");
    assert!(audit.iter().all(|line| line.by == "ann"), "{audit:?}");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let cases = [
        (
            "/v1/halt",
            r#"{"target":{"group":"NONE"},"reason":"x"}"#,
            404,
            "unknown_group",
        ),
        (
            "/v1/halt",
            r#"{"target":"all","reason":"x","until":{"at_nanos":1}}"#,
            422,
            "refused",
        ),
        (
            "/v1/halt",
            r#"{"target":"all","reason":"x","orders":"burn"}"#,
            400,
            "bad_request",
        ),
        ("/v1/resume", r#"{"target":"all"}"#, 409, "already_in_phase"),
        ("/v1/halts/withdraw", r#"{"id":7}"#, 404, "unknown_halt"),
        (
            "/v1/groups",
            r#"{"symbol":"NOPE","group":"G"}"#,
            404,
            "unknown_symbol",
        ),
        // To be taken out of a group has to be said.
        ("/v1/groups", r#"{"symbol":"ACME"}"#, 400, "group"),
    ];
    operator.refuses(&cases).await;
    venue.close().await;
}
