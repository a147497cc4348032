//! The kill switch over the control port: counts first, cancels with a report for each order, suspends until reinstated, and is in the audit.

use crate::caller::Caller;
use crate::kit::published;
use crate::venue::Venue;
use hyper::Method;
use market::control::kill::{KillOutcome, Target};
use market::control::session::AuditLine;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::Field;
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kill_switch_counts_cancels_suspends_and_reinstates() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut bot = venue.peer("BOT01").await;
    bot.rest("a", '1', "1", "99").await;
    bot.rest("b", '1', "2", "98").await;

    let body =
        |rest: &str| format!(r#"{{"target":{{"participant":"BOT01"}},"reason":"runaway"{rest}}}"#);
    let counted: KillOutcome = operator.post("/v1/kill", &body(r#","dry_run":true"#)).await;
    assert_eq!(
        (counted.orders, counted.dry_run, counted.suspended),
        (2, true, false)
    );
    let killed: KillOutcome = operator.post("/v1/kill", &body(r#","suspend":true"#)).await;
    assert_eq!(
        (killed.orders, killed.dry_run, killed.suspended),
        (2, false, true)
    );
    bot.expect("8", "150=4|39=4|11=a|378=8").await;
    bot.expect("8", "150=4|39=4|11=b|378=8").await;
    assert_eq!(counted.reported_micros, None, "counting reports nothing");
    assert!(killed.reported_micros.is_some_and(|micros| micros > 0));
    assert_eq!(killed.unreported, 0);
    assert_eq!(venue.hub.metrics.kill_seconds.get_sample_count(), 1);
    bot.limit("c", '1', "1", "99").await;
    bot.expect(
        "8",
        "150=8|39=8|11=c|103=0|58=an operator has suspended this participant",
    )
    .await;

    let target = r#"{"target":{"participant":"BOT01"}}"#;
    let back: KillOutcome = operator.post("/v1/reinstate", target).await;
    assert_eq!(
        (back.target, back.suspended),
        (Target::Participant("BOT01".parse().unwrap()), false)
    );
    bot.rest("d", '1', "1", "99").await;
    let (status, error) = operator
        .refused(Method::POST, "/v1/reinstate", target)
        .await;
    assert_eq!((status, error.code.as_str()), (409, "not_suspended"));

    let audit: Vec<AuditLine> = operator.get("/v1/audit").await;
    let lines: Vec<_> = audit
        .iter()
        .map(|line| (line.what.as_str(), line.outcome.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("count the orders of BOT01: runaway", "done: 2 orders"),
            (
                "kill the orders of, and suspend, BOT01: runaway",
                "done: 2 orders"
            ),
            ("reinstate BOT01", "done"),
            ("reinstate BOT01", "refused: this is not suspended"),
        ]
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_report_is_waited_for_whoever_is_logged_on() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut here = venue.peer("BOT01").await;
    let mut gone = venue.peer("BOT02").await;
    for id in 0..40 {
        here.rest(&format!("a{id}"), '1', "1", "90").await;
    }
    gone.rest("b", '1', "1", "90").await;
    drop(gone);
    let body = r#"{"target":"all","reason":"all"}"#;
    let killed: KillOutcome = operator.post("/v1/kill", body).await;
    assert_eq!((killed.orders, killed.unreported), (41, 0));
    assert!(killed.reported_micros.is_some(), "{killed:?}");
    // They are on their way before the operator hears of it.
    for id in 0..40 {
        let report = format!("150=4|11=a{id}|378=8");
        here.expect("8", &report).await;
    }
    let again: KillOutcome = operator.post("/v1/kill", body).await;
    assert_eq!((again.orders, again.reported_micros), (0, None));
    assert_eq!(venue.hub.metrics.kill_seconds.get_sample_count(), 1);
    venue.close().await;
}

/// Keeps what the control port logs of changes, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("exchange::control")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = String::new();
        event.record(&mut |field: &Field, value: &dyn Debug| {
            line.push_str(&format!("{}={value:?} ", field.name()));
        });
        self.0.lock().unwrap().push(line);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Its events may be millions: they stand in the journal, not in the log.
#[tokio::test]
async fn a_kill_is_one_short_line_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(log.clone());
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut bot = venue.peer("BOT01").await;
    for id in 0..40 {
        bot.rest(&format!("a{id}"), '1', "1", "90").await;
    }
    let body = r#"{"target":"all","reason":"all"}"#;
    let killed: KillOutcome = operator.post("/v1/kill", body).await;
    assert_eq!(killed.orders, 40);
    let lines = log.0.lock().unwrap().clone();
    let line = lines.iter().find(|it| it.contains("Kill")).expect("a line");
    let entries = published(&venue.hub).await;
    let entry = entries
        .iter()
        .find(|entry| entry.seq == killed.seq)
        .unwrap();
    let told = format!("events={} outcome=\"done: 40 orders\"", entry.events.len());
    assert!(line.contains(&told), "{line}");
    assert!(line.contains(&format!("seq={} ", killed.seq)), "{line}");
    assert!(line.len() < 500, "{line}");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let cases = [
        (
            r#"{"target":{"participant":"NOBODY"},"reason":"x"}"#,
            404,
            "unknown_participant",
        ),
        (
            r#"{"target":{"account":"NONE"},"reason":"x"}"#,
            404,
            "unknown_account",
        ),
        (
            r#"{"target":{"instrument":"NONE"},"reason":"x"}"#,
            404,
            "unknown_symbol",
        ),
        (
            r#"{"target":"everything","reason":"x"}"#,
            400,
            "bad_request",
        ),
        (r#"{"target":"all"}"#, 400, "bad_request"),
        (r#"{"target":"all","reason":""}"#, 400, "bad_request"),
    ];
    for (body, status, code) in cases {
        operator.refuses(&[("/v1/kill", body, status, code)]).await;
    }
    venue.close().await;
}
