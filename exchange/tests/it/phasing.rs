//! Phases by an operator's hand over the control port, and what participants may do in them, over FIX.

use crate::calendar::SetClock;
use crate::caller::Caller;
use crate::kit::published;
use crate::venue::{Venue, now};
use exchange::config::JournalConfig;
use hyper::Method;
use journal::disk::Files;
use journal::entry::Instruction;
use market::command::Command;
use market::control::InstrumentStatus;
use market::control::halt::HaltOutcome;
use market::control::session::AuditLine;
use market::control::trades::TradeStatus;
use market::instrument::Phase;

const PHASE: &str = "/v1/instruments/ACME/phase";

async fn place(operator: &Caller, to: &str) -> Phase {
    let shown: InstrumentStatus = operator.post(PHASE, &format!("{{\"to\":{to}}}")).await;
    shown.phase
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opening_auction_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    let mut reader = venue.watcher("ACME").await;

    assert_eq!(place(&operator, "\"close\"").await, Phase::Closed);
    reader.expect("f", "326=18|58!").await;
    buyer.limit("n", '1', "1", "100").await;
    buyer.expect("8", "150=8|11=n|103=2").await;
    assert_eq!(place(&operator, "\"pre_open\"").await, Phase::PreOpen);
    reader.expect("f", "326=21").await;

    // A market order waits for the auction; one that must trade at once is refused.
    buyer.enter("11=m|54=1|38=5|40=1").await;
    buyer.expect("8", "150=0|39=0|11=m|40=1|59=0|151=5").await;
    let refused = "are not taken while orders gather for an auction";
    for (terms, what) in [
        ("40=1|59=3", "TimeInForce (59): IOC and FOK orders"),
        ("40=2|44=100|59=4", "TimeInForce (59): IOC and FOK orders"),
        ("40=K", "OrdType (40): pegged and market-to-limit orders"),
        ("40=2|44=100|18=G", "ExecInst (18): all-or-none orders"),
    ] {
        buyer.enter(&format!("11=x|54=1|38=5|{terms}")).await;
        let told = format!("150=8|11=x|103=11|58={what} {refused}");
        buyer.expect("8", &told).await;
    }
    seller.enter("11=o|54=2|38=8|40=2|44=101|59=2").await;
    seller.expect("8", "150=0|11=o|59=2|151=8").await;
    seller.enter("11=c|54=2|38=2|40=1|59=7").await;
    seller.expect("8", "150=0|11=c|40=1|59=7|151=2").await;
    let call = r#"{"call":{"auction":"opening","until":"+1h"}}"#;
    assert_eq!(place(&operator, call).await, Phase::OpeningAuction);
    reader
        .expect("f", "326=22|332=101|333=101|330=5|331=8")
        .await;
    // A market order that waits can be replaced by another one, and cancelled.
    let request = |id: &str, of: &str| format!("11={id}|41={of}|55=ACME|54=1|60={}", now());
    let asked = format!("{}|38=4|40=1", request("m2", "m"));
    buyer.send("G", &asked).await;
    buyer
        .expect("8", "150=5|39=0|11=m2|41=m|40=1|59=0|38=4|151=4")
        .await;
    let asked = format!("{}|38=4|40=2|44=101", request("m3", "m2"));
    buyer.send("G", &asked).await;
    let stays = "the type of the order stays; what rests at a price may be called a limit order";
    let told = format!("11=m3|41=m2|39=0|102=99|58=OrdType (40): {stays}");
    buyer.expect("9", &told).await;
    buyer.send("F", &request("m3", "m2")).await;
    buyer.expect("8", "150=4|11=m3|41=m2").await;
    buyer.enter("11=m4|54=1|38=6|40=1|59=1").await;
    buyer.expect("8", "150=0|11=m4|59=0").await;

    assert_eq!(place(&operator, "\"open\"").await, Phase::Open);
    buyer
        .expect("8", "150=F|39=2|11=m4|31=101|32=6|151=0")
        .await;
    // What the auction would have come to was told in between, as often as it changed.
    while reader.expect("f", "324=s").await.text(326) != Some("17") {}
    seller
        .expect("8", "150=F|39=1|11=o|31=101|32=6|151=2")
        .await;
    let over = "58=the auction that the order was for is over";
    seller
        .expect("8", &format!("150=4|39=4|11=o|151=0|14=6|{over}"))
        .await;
    seller.enter("11=p|54=2|38=8|40=2|44=101|59=2").await;
    let late = "58=TimeInForce (59): orders for the opening are taken from the pre-open on, until it is over";
    seller
        .expect("8", &format!("150=8|11=p|103=4|{late}"))
        .await;
    // The order for the closing auction is there still, until it is told that there is none.
    assert_eq!(place(&operator, "\"post_trade\"").await, Phase::PostTrade);
    seller.expect("8", &format!("150=4|39=4|11=c|{over}")).await;
    reader.expect("f", "326=18|58=post-trade").await;

    let audit: Vec<AuditLine> = operator.get("/v1/audit").await;
    let words: Vec<&str> = audit.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(words[..2], ["close ACME", "pre-open ACME"]);
    assert!(words[2].starts_with("call the opening auction of ACME until 20"));
    assert_eq!(words[3..], ["open ACME", "end trading in ACME"]);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closing_auction_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    seller.enter("11=c|54=2|38=8|40=1|59=7").await;
    seller.expect("8", "150=0|11=c|40=1|59=7|151=8").await;
    buyer.rest("b", '1', "5", "99").await;
    let call = r#"{"call":{"auction":"closing","until":"2020-01-01T00:00:00Z"}}"#;
    assert_eq!(place(&operator, call).await, Phase::ClosingAuction);
    assert_eq!(place(&operator, "\"post_trade\"").await, Phase::PostTrade);
    buyer.expect("8", "150=F|39=2|11=b|31=99|32=5").await;
    seller.expect("8", "150=F|39=1|11=c|31=99|32=5|151=3").await;
    seller.expect("8", "150=4|39=4|11=c|14=5|151=0").await;
    // Of an auction's trade nobody has arrived.
    let trades: Vec<TradeStatus> = operator.get("/v1/trades").await;
    let arrived: Vec<_> = trades.iter().map(|it| it.aggressor).collect();
    assert_eq!(arrived, [None]);
    venue.close().await;
}

/// The trades of an auction can trip the market-wide breaker, which halts others: they are not what was asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_is_of_the_instrument_that_was_placed() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    for (symbol, weight) in [("ACME", 2), ("BOLT", 5)] {
        let body = format!(r#"{{"symbol":"{symbol}","weight":{weight}}}"#);
        let _: serde_json::Value = operator.post("/v1/index/weights", &body).await;
    }
    let _: serde_json::Value = operator.post("/v1/index/close", r#"{"close":"300"}"#).await;
    let _: serde_json::Value = operator.post("/v1/breaker", r#"{"level_1_bps":500}"#).await;
    let call = r#"{"call":{"auction":"closing","until":"+1h"}}"#;
    assert_eq!(place(&operator, call).await, Phase::ClosingAuction);
    let mut buyer = venue.peer("BOT01").await;
    let mut seller = venue.peer("BOT02").await;
    buyer.rest("b", '1', "1", "92.5").await;
    seller.rest("s", '2', "1", "92.5").await;
    // 2 × 92.50 + 100 = 285: down 5 %.
    let placed: InstrumentStatus = operator.post(PHASE, r#"{"to":"post_trade"}"#).await;
    assert_eq!((placed.phase, placed.reason), (Phase::PostTrade, None));
    let all: Vec<InstrumentStatus> = operator.get("/v1/instruments").await;
    let phases: Vec<Phase> = all.iter().map(|it| it.phase).collect();
    assert_eq!(phases[1], Phase::Halted, "{phases:?}");
    venue.close().await;
}

/// What operators count from now on is counted by the clock that stamps the entries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_now_on_is_by_the_clock_of_the_venue() {
    let folder = tempfile::tempdir().unwrap();
    // 2026-01-05, a Monday, 09:00 UTC.
    let now = 1_767_603_600_000_000_000;
    let clock = SetClock::at(now);
    let journal = JournalConfig::default();
    let venue = Venue::open_by(folder.path(), journal, Box::new(Files), clock, |_| {}).await;
    let operator = Caller::new(&venue, "operator");
    let call = r#"{"to":{"call":{"auction":"intraday","until":"2026-01-05T09:05:00Z"}}}"#;
    let placed: InstrumentStatus = operator.post(PHASE, call).await;
    assert_eq!(placed.phase, Phase::IntradayAuction);
    let call = r#"{"to":{"call":{"auction":"closing","until":"2026-01-06T09:00:01Z"}}}"#;
    let (status, _) = operator.refused(Method::POST, PHASE, call).await;
    assert_eq!(status, 400, "more than a day ahead");
    let body =
        r#"{"target":{"instrument":"BOLT"},"reason":"x","until":{"after_nanos":300000000000}}"#;
    let halted: HaltOutcome = operator.post("/v1/halt", body).await;
    let until = halted.instruments[0].halt.unwrap().until.unwrap();
    assert_eq!(until.nanos(), now + 300_000_000_000);
    let body = r#"{"target":{"instrument":"BOLT"},"at":{"after_nanos":60000000000}}"#;
    let _: HaltOutcome = operator.post("/v1/resume", body).await;
    let entries = published(&venue.hub).await;
    let resume = entries.iter().find_map(|entry| match entry.instruction {
        Instruction::Market(Command::Resume { at, .. }) => at,
        _ => None,
    });
    assert_eq!(resume.unwrap().nanos(), now + 60_000_000_000);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let cases = [
        (PHASE, r#"{"to":"open"}"#, 409, "already_in_phase"),
        (PHASE, r#"{"to":"pre_open"}"#, 409, "wrong_phase"),
        (
            PHASE,
            r#"{"to":{"call":{"auction":"opening","until":"+1m"}}}"#,
            409,
            "wrong_phase",
        ),
        (
            PHASE,
            r#"{"to":{"call":{"auction":"intraday","until":"noon"}}}"#,
            400,
            "bad_request",
        ),
        (
            PHASE,
            r#"{"to":{"call":{"auction":"intraday"}}}"#,
            400,
            "bad_request",
        ),
        (PHASE, r#"{"to":"halt"}"#, 400, "bad_request"),
        (PHASE, "{}", 400, "bad_request"),
        (
            "/v1/instruments/NOPE/phase",
            r#"{"to":"open"}"#,
            404,
            "unknown_symbol",
        ),
    ];
    operator.refuses(&cases).await;
    venue.close().await;
}
