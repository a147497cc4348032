//! Trades that two operators undo or correct over the control port.

use crate::caller::Caller;
use crate::venue::{AUTHORITY, Venue};
use hyper::Method;
use market::control::path;
use market::control::session::AuditLine;
use market::control::trades::TradeStatus;

/// A second operator.
fn bob(venue: &Venue) -> Caller {
    Caller {
        address: venue.control.address(),
        papers: AUTHORITY.sign("bob", "operator"),
    }
}

/// BOT01 buys 10 ACME of BOT02 at 100, as often as asked: trades 1 to `count`.
async fn trade(venue: &Venue, count: u32) {
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    for n in 0..count {
        seller.rest(&format!("s{n}"), '2', "10", "100").await;
        buyer.limit(&format!("b{n}"), '1', "10", "100").await;
        buyer.expect("8", "150=0").await;
        buyer.expect("8", "150=F|39=2").await;
        seller.expect("8", "150=F|39=2").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_operator_proposes_another_approves() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    trade(&venue, 3).await;
    let (ann, bob) = (Caller::new(&venue, "operator"), bob(&venue));

    let shown: Vec<TradeStatus> = ann.get("/v1/trades?last=2").await;
    let numbers: Vec<u64> = shown.iter().map(|it| it.trade_id.0).collect();
    assert_eq!(numbers, [2, 3]);
    let proposed: TradeStatus = ann
        .post("/v1/trades/2/propose", r#"{"change":"bust"}"#)
        .await;
    assert_eq!(proposed.proposal.unwrap().by.as_str(), "ann");
    let (status, error) = ann.refused(Method::POST, "/v1/trades/2/approve", "").await;
    assert_eq!((status, error.code.as_str()), (409, "same_operator"));
    let waiting: Vec<TradeStatus> = bob.get("/v1/trades?proposed=true").await;
    assert_eq!(waiting.len(), 1);
    let done: TradeStatus = bob.post("/v1/trades/2/approve", "").await;
    assert!(done.is_busted && done.proposal.is_none());

    let correct = r#"{"change":{"correct":{"price":"99","qty":"7"}}}"#;
    let _: TradeStatus = bob.post("/v1/trades/3/propose", correct).await;
    let corrected: TradeStatus = ann.post("/v1/trades/3/approve", "").await;
    let stands = (corrected.price.to_string(), corrected.qty.to_string());
    assert_eq!(stands, ("99".to_owned(), "7".to_owned()));

    let _: TradeStatus = ann
        .post("/v1/trades/1/propose", r#"{"change":"bust"}"#)
        .await;
    let withdrawn: TradeStatus = bob.post("/v1/trades/1/withdraw", "{}").await;
    assert!(!withdrawn.is_busted && withdrawn.proposal.is_none());

    let lines: Vec<AuditLine> = ann.get(path::AUDIT).await;
    let lines: Vec<_> = lines
        .iter()
        .map(|it| (it.by.as_str(), it.what.as_str(), it.outcome.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("ann", "propose to undo trade 2", "done"),
            (
                "ann",
                "approve what is proposed about trade 2",
                "refused: who proposes cannot approve"
            ),
            ("bob", "approve what is proposed about trade 2", "done"),
            ("bob", "propose 7 @ 99 for trade 3", "done"),
            ("ann", "approve what is proposed about trade 3", "done"),
            ("ann", "propose to undo trade 1", "done"),
            ("bob", "take back what is proposed about trade 1", "done"),
        ]
    );
    venue.close().await;

    let venue = Venue::open(folder.path()).await;
    let again: TradeStatus = Caller::new(&venue, "viewer").get("/v1/trades/3").await;
    assert_eq!(again, corrected, "as it was before the start");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    trade(&venue, 1).await;
    let (ann, bob) = (Caller::new(&venue, "operator"), bob(&venue));
    let bust = r#"{"change":"bust"}"#;
    let cases = [
        ("/v1/trades/7/propose", bust, 404, "unknown_trade"),
        ("/v1/trades/x/propose", bust, 404, "unknown_trade"),
        (
            "/v1/trades/1/propose",
            r#"{"change":"undo"}"#,
            400,
            "bad_request",
        ),
        (
            "/v1/trades/1/propose",
            r#"{"change":{"correct":{"price":"100","qty":"11"}}}"#,
            422,
            "bad_correction",
        ),
        ("/v1/trades/1/approve", "", 409, "not_proposed"),
        ("/v1/trades/1/withdraw", "", 409, "not_proposed"),
    ];
    for (path, body, status, code) in cases {
        let (found, error) = ann.refused(Method::POST, path, body).await;
        assert_eq!(
            (found, error.code.as_str()),
            (status, code),
            "{path} {body}"
        );
    }
    let _: TradeStatus = ann.post("/v1/trades/1/propose", bust).await;
    let (_, error) = bob
        .refused(Method::POST, "/v1/trades/1/propose", bust)
        .await;
    assert_eq!(error.code, "already_proposed");
    let _: TradeStatus = bob.post("/v1/trades/1/approve", "").await;
    let (_, error) = bob
        .refused(Method::POST, "/v1/trades/1/propose", bust)
        .await;
    assert_eq!(error.code, "trade_busted");
    let viewer = Caller::new(&venue, "viewer");
    for path in [
        "/v1/trades/1/propose",
        "/v1/trades/1/approve",
        "/v1/trades/1/withdraw",
    ] {
        let (status, _) = viewer.refused(Method::POST, path, bust).await;
        assert_eq!(status, 403, "{path}");
    }
    venue.close().await;
}
