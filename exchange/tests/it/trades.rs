//! Trades that two operators undo or correct over the control port.

use crate::caller::Caller;
use crate::kit;
use crate::venue::{AUTHORITY, Venue};
use hyper::Method;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::control::path;
use market::control::session::AuditLine;
use market::control::trades::TradeStatus;
use market::risk::limits::RiskLimit;

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
    ann.refuses(&cases).await;
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
    venue.close().await;
}

/// A change of a trade, proposed by one and approved by the other.
async fn change(venue: &Venue, trade: u64, change: &str) {
    let body = format!(r#"{{"change":{change}}}"#);
    let propose = format!("/v1/trades/{trade}/propose");
    let _: TradeStatus = Caller::new(venue, "operator").post(&propose, &body).await;
    let approve = format!("/v1/trades/{trade}/approve");
    let _: TradeStatus = bob(venue).post(&approve, "").await;
}

/// Takes fees from both sides of trades in ACME.
async fn charge(venue: &Venue) {
    let operator = Caller::new(venue, "operator");
    for (path, body) in [
        (path::ACCOUNTS, r#"{"account":"FEES"}"#),
        (path::FEE_ACCOUNT, r#"{"account":"FEES"}"#),
        (
            "/v1/instruments/ACME/fees",
            r#"{"maker_ppm":-100,"taker_ppm":1000}"#,
        ),
    ] {
        let _: serde_json::Value = operator.post(path, body).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_are_told_of_a_bust_and_of_corrections() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    charge(&venue).await;
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    let order = seller.rest("s", '2', "10", "100").await;
    buyer.limit("b", '1', "4", "100").await;
    buyer.expect("8", "150=0").await;
    let bought = buyer.expect("8", "150=F|39=2|137=0.4").await;
    let sold = seller.expect("8", "150=F|39=1|14=4|151=6|137=-0.04").await;
    let (bought, sold) = (bought.text(17).unwrap(), sold.text(17).unwrap());

    change(&venue, 1, r#""bust""#).await;
    let told =
        format!("150=H|39=4|11=b|38=4|14=0|151=0|6=0|32=0|31=0|19={bought}|527=1|136=1|137=0");
    let report = buyer.expect("8", &told).await;
    let id = report.text(17).unwrap();
    let told = format!(
        "571={id}|17={id}|487=1|150=H|572={bought}|570=N|527=1|55=ACME|32=4|31=100|552=1|54=1|11=b|1=A1|137=0"
    );
    let capture = buyer.expect("AE", &told).await;
    assert_eq!(capture.text(75).map(str::len), Some(8));
    // What a bust takes back does not come into the book again: OrderQty falls with CumQty.
    let told = format!("150=H|39=0|11=s|37={order}|38=6|14=0|151=6|6=0|19={sold}|137=0");
    seller.expect("8", &told).await;
    let told = format!("487=1|572={sold}|54=2|37={order}|11=s|1=A2");
    seller.expect("AE", &told).await;

    buyer.limit("c", '1', "6", "100").await;
    buyer.expect("8", "150=0").await;
    let bought = buyer.expect("8", "150=F|39=2|137=0.6").await;
    seller.expect("8", "150=F|39=2|38=6|14=6|151=0").await;
    let mut last = bought.text(17).unwrap().to_owned();
    for (price, qty, fee) in [("99", "5", "0.495"), ("98", "3", "0.294")] {
        let to = format!(r#"{{"correct":{{"price":"{price}","qty":"{qty}"}}}}"#);
        change(&venue, 2, &to).await;
        let told = format!(
            "150=G|39=4|11=c|38=6|14={qty}|151=0|6={price}|32={qty}|31={price}|19={last}|527=2|137={fee}"
        );
        let report = buyer.expect("8", &told).await;
        let told = format!("487=2|150=G|572={last}|32={qty}|31={price}|137={fee}");
        buyer.expect("AE", &told).await;
        let (cum, avg) = (format!("14={qty}"), format!("6={price}"));
        seller
            .expect("8", &format!("150=G|39=4|11=s|{cum}|{avg}|151=0"))
            .await;
        seller
            .expect("AE", &format!("487=2|32={qty}|31={price}"))
            .await;
        last = report.text(17).unwrap().to_owned();
    }
    // A status request says the same.
    buyer.send("H", "11=c|55=ACME|54=1").await;
    buyer.expect("8", "150=I|39=4|14=3|6=98").await;
    venue.close().await;
}

/// The reports are made from the journal for who was away, once, also when the venue was killed meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_is_told_later() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    seller.rest("s", '2', "10", "100").await;
    buyer.limit("b", '1', "10", "100").await;
    buyer.expect("8", "150=0").await;
    buyer.expect("8", "150=F").await;
    seller.expect("8", "150=F").await;
    seller.0.abandon();
    change(&venue, 1, r#""bust""#).await;
    let told = buyer.expect("8", "150=H|39=4|11=b").await;
    buyer.expect("AE", "487=1").await;
    buyer.0.abandon();
    venue.kill();

    let venue = Venue::open(folder.path()).await;
    for peer in [&mut seller, &mut buyer] {
        peer.0.set_target(venue.target());
        peer.connect().await;
    }
    let report = seller.expect("8", "150=H|39=4|11=s|14=0").await;
    let (ours, theirs) = (told.text(17).unwrap(), report.text(17).unwrap());
    assert_ne!(ours, theirs, "each side has an ExecID of its own");
    seller.expect("AE", &format!("487=1|571={theirs}")).await;
    // The buyer has had its reports: what comes next is new.
    buyer.rest("d", '1', "1", "1").await;
    seller.rest("d", '2', "1", "200").await;
    venue.close().await;
}

/// An order of another day that is final is forgotten: what is told then is of the trade alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trade_of_an_order_that_is_forgotten_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    seller.rest("s", '2', "10", "100").await;
    buyer.limit("b", '1', "10", "100").await;
    buyer.expect("8", "150=0").await;
    let bought = buyer.expect("8", "150=F").await;
    seller.expect("8", "150=F").await;
    let end = Instruction::Market(Command::EndOfDay);
    venue.hub.submitter.call(Origin::System, end).await.unwrap();
    change(&venue, 1, r#"{"correct":{"price":"90","qty":"10"}}"#).await;
    let (id, order) = (bought.text(17).unwrap(), bought.text(37).unwrap());
    let told = format!("150=G|39=2|37={order}|11!|14=10|151=0|6=90|31=90|19={id}|1=A1|54=1");
    buyer.expect("8", &told).await;
    buyer.expect("AE", &format!("487=2|37={order}|11!")).await;
    venue.close().await;
}

/// A trade of a short sale is one to a middle office, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_sale_that_is_undone_is_told_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let account = venue.hub.directory.account_by_name("A2".parse().unwrap());
    let allowed = RiskLimit::ShortSales {
        account: account.unwrap(),
        is_allowed: true,
    };
    kit::run(&venue.hub, Command::SetRiskLimit(allowed)).await;
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    seller.limit("s", '5', "10", "100").await;
    seller.expect("8", "150=0|54=5").await;
    buyer.limit("b", '1', "10", "100").await;
    seller.expect("8", "150=F|54=5").await;
    change(&venue, 1, r#""bust""#).await;
    seller.expect("8", "150=H|54=5").await;
    seller.expect("AE", "487=1|54=5").await;
    venue.close().await;
}
