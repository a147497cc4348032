//! The market-wide breaker over the control port: the index, its figures, a fall that trips it, a drill that says so everywhere.

use crate::caller::Caller;
use crate::venue::Venue;
use exchange::bus::envelope::envelopes;
use hyper::Method;
use market::breaker::BreakerLevel;
use market::control::breaker::{BreakerStatus, IndexStatus};
use market::control::halt::HaltOutcome;
use market::instrument::Phase;
use market::topic::TopicEvent;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fall_of_the_index_halts_everything() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut reader = venue.watcher("BOLT").await;
    for (symbol, weight) in [("ACME", 2), ("BOLT", 5)] {
        let body = format!(r#"{{"symbol":"{symbol}","weight":{weight}}}"#);
        let _index: IndexStatus = operator.post("/v1/index/weights", &body).await;
    }
    let index: IndexStatus = operator.post("/v1/index/close", r#"{"close":"300"}"#).await;
    assert_eq!(index.level, "300".parse().unwrap(), "2 × 100 + 5 × 20");
    let breaker: BreakerStatus = operator.post("/v1/breaker", r#"{"level_1_bps":500}"#).await;
    assert_eq!(breaker.rules.falls_bps, [500, 1_300, 2_000]);
    assert_eq!((breaker.tripped, breaker.holds), (None, None));

    // 2 × 92.50 + 100 = 285: down 5 %.
    let mut seller = venue.peer("BOT01").await;
    let mut buyer = venue.peer("BOT02").await;
    buyer.rest("b", '1', "1", "92.5").await;
    seller.limit("s", '2', "1", "92.5").await;
    reader
        .expect(
            "f",
            "324=s|325=Y|326=2|327!|58=market breaker level 1: index down 5.00 %",
        )
        .await;
    buyer.expect("8", "150=F").await;
    buyer.limit("c", '1', "1", "92.5").await;
    buyer.expect("8", "150=8|103=2").await;
    let breaker: BreakerStatus = operator.get("/v1/breaker").await;
    assert_eq!(breaker.index, "285".parse().unwrap());
    assert_eq!(breaker.tripped, Some(BreakerLevel::One));
    let hold = breaker.holds.unwrap();
    assert_eq!((hold.level, hold.drill), (BreakerLevel::One, false));
    let body = r#"{"target":{"instrument":"ACME"}}"#;
    let (status, error) = operator.refused(Method::POST, "/v1/resume", body).await;
    assert_eq!((status, error.code.as_str()), (409, "market_halted"));
    let body = r#"{"target":"all","at_once":true}"#;
    let open: HaltOutcome = operator.post("/v1/resume", body).await;
    assert_eq!(open.instruments.len(), 2);
    let breaker: BreakerStatus = operator.get("/v1/breaker").await;
    assert_eq!(breaker.holds, None);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_says_so_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut reader = venue.watcher("ACME").await;
    let mut bot = venue.peer("BOT01").await;
    bot.rest("a", '1', "1", "99").await;
    // What an operator has halted for less is told as one of the drill, since it lasts longer for it.
    let body =
        r#"{"target":{"instrument":"BOLT"},"reason":"short","until":{"after_nanos":60000000000}}"#;
    let _short: HaltOutcome = operator.post("/v1/halt", body).await;
    let body = r#"{"level":"one","drill":true,"reason":"quarterly"}"#;
    let halted: HaltOutcome = operator.post("/v1/breaker/trip", body).await;
    assert_eq!(halted.instruments.len(), 2);
    assert!(halted.instruments.iter().all(|it| it.halt.unwrap().drill));
    assert_eq!(
        halted.instruments[1].reason.as_deref(),
        Some("DRILL: short")
    );
    let text = "DRILL: market breaker level 1: quarterly";
    reader.expect("f", &format!("324=s|326=2|58={text}")).await;
    let breaker: BreakerStatus = operator.get("/v1/breaker").await;
    assert_eq!(breaker.tripped, None, "a drill does not count");
    assert!(breaker.holds.unwrap().drill);
    let resumed: HaltOutcome = operator.post("/v1/resume", r#"{"target":"all"}"#).await;
    assert_eq!(resumed.instruments[0].phase, Phase::VolatilityAuction);
    reader
        .expect("f", "324=s|326=5|58=DRILL: reopening after a halt")
        .await;
    // The third level closes, and cancels orders of the day; when the drill is ended, what it has closed goes on.
    let body = r#"{"level":"three","drill":true,"reason":"yearly"}"#;
    let closed: HaltOutcome = operator.post("/v1/breaker/trip", body).await;
    assert_eq!(
        (closed.instruments[0].phase, closed.canceled),
        (Phase::Closed, 1)
    );
    reader
        .expect("f", "324=s|326=18|58=DRILL: market breaker level 3: yearly")
        .await;
    let text = "DRILL: cancelled with the close of the day by the market-wide breaker";
    bot.expect("8", &format!("150=4|39=4|11=a|378=6|58={text}"))
        .await;
    let (open, phase) = (r#"{"to":"open"}"#, "/v1/instruments/ACME/phase");
    operator
        .refuses(&[
            (phase, open, 409, "closed_in_a_drill"),
            ("/v1/breaker/trip", body, 409, "closed_in_a_drill"),
        ])
        .await;
    let resumed: HaltOutcome = operator.post("/v1/resume", r#"{"target":"all"}"#).await;
    assert_eq!(resumed.instruments.len(), 2);
    reader
        .expect("f", "324=s|326=5|58=DRILL: reopening after a halt")
        .await;
    check_that_drills_are_marked(&venue).await;

    // The real thing takes the place of a drill.
    let _closed: HaltOutcome = operator.post("/v1/breaker/trip", body).await;
    reader
        .expect("f", "324=s|326=18|58=DRILL: market breaker level 3: yearly")
        .await;
    let real = r#"{"level":"three","reason":"fire"}"#;
    let closed: HaltOutcome = operator.post("/v1/breaker/trip", real).await;
    assert!(closed.instruments.iter().all(|it| !it.halt.unwrap().drill));
    reader
        .expect("f", "324=s|326=18|58=market breaker level 3: fire")
        .await;
    let breaker: BreakerStatus = operator.get("/v1/breaker").await;
    assert_eq!(breaker.tripped, Some(BreakerLevel::Three));
    let all = r#"{"target":"all"}"#;
    operator
        .refuses(&[("/v1/resume", all, 409, "closed_for_the_day")])
        .await;
    venue.close().await;
}

/// On the bus: from when a drill trips until its end, every phase that is told says that it is a drill; and so do those behind it.
async fn check_that_drills_are_marked(venue: &Venue) {
    let mut feed = venue.hub.feed.subscribe(0);
    let (mut drills, mut tripped, mut in_drill) = (0, 0, false);
    while feed.position() < venue.hub.feed.last_seq() {
        for entry in feed.next().await.unwrap() {
            for envelope in envelopes(&entry, &venue.hub.directory, venue.hub.epoch) {
                match &envelope.event {
                    TopicEvent::BreakerTripped { drill, reason, .. } => {
                        tripped += 1;
                        assert!(*drill && reason.starts_with("DRILL: "), "{reason}");
                        in_drill = true;
                    }
                    TopicEvent::BreakerEnded { drill, .. } => {
                        assert!(*drill);
                        in_drill = false;
                    }
                    TopicEvent::PhaseChanged { reason, halt, .. } => {
                        let says_so = reason
                            .as_ref()
                            .is_some_and(|reason| reason.starts_with("DRILL: "));
                        assert!(says_so || !in_drill, "{:?}", envelope.event);
                        assert!(halt.is_none_or(|halt| halt.drill == says_so));
                        drills += usize::from(says_so);
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(tripped, 2);
    // Two instruments are halted, reopened, closed and reopened; one of the first reopenings ends the operator's own halt, which was
    // told as one of the drill.
    assert_eq!(drills, 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_out_of_range_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let cases = [
        ("/v1/breaker", r#"{"level_1_bps":0}"#, 400, "level_1_bps"),
        ("/v1/breaker", r#"{"level_2_bps":700}"#, 400, "level_2_bps"),
        (
            "/v1/breaker",
            r#"{"level_3_bps":10001}"#,
            400,
            "level_3_bps",
        ),
        ("/v1/breaker", r#"{"halt_nanos":0}"#, 400, "halt_nanos"),
        ("/v1/index/close", r#"{"close":"10"}"#, 422, "index"),
        // To switch the breaker off has to be said.
        ("/v1/index/close", "{}", 400, "close"),
        ("/v1/index/close", "", 400, "close"),
        (
            "/v1/index/weights",
            r#"{"symbol":"NOPE","weight":1}"#,
            404,
            "NOPE",
        ),
        (
            "/v1/breaker/trip",
            r#"{"level":"four","reason":"x"}"#,
            400,
            "four",
        ),
        ("/v1/breaker/trip", r#"{"level":"one"}"#, 400, "reason"),
    ];
    operator.refuses(&cases).await;
    venue.close().await;
}
