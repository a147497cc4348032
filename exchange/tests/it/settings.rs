//! What operators set over the control port: rules, limits, fees, self-trade prevention, accounts on margin. What is not said stays, what holds
//! is read back, the market obeys, the audit has it, and what cannot be is refused with its field.

use crate::caller::Caller;
use crate::kit::{ObedientDisk, Orders, submit};
use crate::venue::{Venue, until};
use exchange::clock::SystemClock;
use exchange::config::JournalConfig;
use hyper::Method;
use journal::entry::{Instruction, Origin};
use market::account::AccountTerms;
use market::command::Command;
use market::control::fees::FeesStatus;
use market::control::limits::{AccountLimitsStatus, ParticipantLimitsStatus, Restriction};
use market::control::rules::RulesStatus;
use market::control::self_trade::SelfTradeStatus;
use market::control::session::AuditLine;
use market::control::{AccountStatus, path};
use market::limits::SelfTrade;
use market::rules::Rules;
use serde_json::{Value, json};

/// The lines of the audit, without times.
async fn audit(operator: &Caller) -> Vec<(String, String, String)> {
    let lines: Vec<AuditLine> = operator.get(path::AUDIT).await;
    lines
        .into_iter()
        .map(|line| (line.by, line.what, line.outcome))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_set_one_by_one_and_bind_orders() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let rules = "/v1/instruments/ACME/rules";
    let first: RulesStatus = operator.get(rules).await;
    assert_eq!(first.rules, Rules::default());

    let set: RulesStatus = operator
        .post(rules, r#"{"max_notional":"1000","fat_finger_bps":100}"#)
        .await;
    assert_eq!(set.rules.collar_bps, Some(500), "what is not said stays");
    let set: RulesStatus = operator.post(rules, r#"{"fat_finger_bps":null}"#).await;
    let expected = Rules {
        max_notional: Some("1000".parse().unwrap()),
        ..Rules::default()
    };
    assert_eq!(set.rules, expected);
    let shown: RulesStatus = Caller::new(&venue, "viewer").get(rules).await;
    assert_eq!(shown, set);

    let mut bot = venue.peer("BOT01").await;
    bot.limit("a", '1', "11", "100").await;
    bot.expect("8", "150=8|11=a|103=3").await;
    bot.rest("b", '1', "10", "100").await;

    let lines = audit(&operator).await;
    let (by, what, outcome) = lines.last().unwrap();
    assert_eq!((by.as_str(), outcome.as_str()), ("ann", "done"));
    assert!(
        what.starts_with("rules of ACME: {") && what.contains(r#""max_notional":"1000""#),
        "{what}"
    );
    venue.close().await;
}

/// bought, sold, open buys, open sells, and what is held against credit, gross, and net either way.
fn used_of_usd(figures: [&str; 8]) -> Value {
    let [
        bought,
        sold,
        open_buys,
        open_sells,
        credit,
        gross,
        net_long,
        net_short,
    ] = figures;
    json!({
        "bought": bought, "sold": sold, "open_buys": open_buys, "open_sells": open_sells,
        "credit": credit, "gross": gross, "net_long": net_long, "net_short": net_short,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_used_of_limits_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let (of_bot, of_account) = ("/v1/participants/BOT01/limits", "/v1/accounts/A1/limits");
    let none: Value = operator.get(of_bot).await;
    assert_eq!(none["used"], Value::Null, "nothing is counted");
    let _: Value = operator
        .post(
            of_bot,
            r#"{"max_open_orders":9,"asset":"USD","gross":"100000"}"#,
        )
        .await;
    let _: Value = operator
        .post(of_account, r#"{"symbol":"ACME","max_short":"0"}"#)
        .await;
    let mut bot = venue.peer("BOT01").await;
    let mut other = venue.peer("BOT02").await;
    // Bought 3 at 100, sold 1 at 102; open are buys of 4 at 99 and sells of 5 at 103.
    other.rest("s", '2', "3", "100").await;
    bot.limit("a", '1', "3", "100").await;
    bot.expect("8", "150=0").await;
    bot.expect("8", "150=F|39=2").await;
    other.expect("8", "150=F|39=2|11=s").await;
    other.rest("b", '1', "1", "102").await;
    bot.limit("b", '2', "1", "102").await;
    bot.expect("8", "150=0").await;
    bot.expect("8", "150=F|39=2").await;
    bot.rest("c", '1', "4", "99").await;
    bot.rest("d", '2', "5", "103").await;
    let viewer = Caller::new(&venue, "viewer");
    let shown: Value = viewer.get(of_bot).await;
    assert_eq!(shown["used"], json!({"open_orders": 2}));
    let expected = used_of_usd(["300", "102", "396", "515", "594", "1313", "594", "317"]);
    assert_eq!(shown["exposures"][0]["used"], expected);
    assert_eq!(shown["seq"], venue.hub.feed.last_seq());
    let shown: Value = viewer.get(of_account).await;
    assert_eq!(
        shown["positions"][0]["used"],
        json!({"position": "100002", "open_buys": "4", "open_sells": "5", "long": "100006", "short": "-99997"})
    );
    assert_eq!(shown["seq"], venue.hub.feed.last_seq());
    // What is cancelled is used no more.
    let cancel = format!("11=e|41=c|55=ACME|54=1|60={}|38=4", crate::venue::now());
    bot.send("F", &cancel).await;
    bot.expect("8", "150=4|11=e").await;
    let shown: Value = viewer.get(of_bot).await;
    assert_eq!(shown["used"], json!({"open_orders": 1}));
    let expected = used_of_usd(["300", "102", "0", "515", "198", "917", "198", "317"]);
    assert_eq!(shown["exposures"][0]["used"], expected);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_participants_and_accounts_bind_orders() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let of_bot = "/v1/participants/BOT01/limits";
    let _: ParticipantLimitsStatus = operator
        .post(of_bot, r#"{"order_rate":{"per_second":100,"burst":200}}"#)
        .await;
    let set: ParticipantLimitsStatus = operator
        .post(
            of_bot,
            r#"{"max_open_orders":2,"asset":"USD","credit":"1000","gross":"5000"}"#,
        )
        .await;
    let shown = serde_json::to_value(&set).unwrap();
    let expected = json!({
        "participant": "BOT01",
        "limits": {"order_rate": {"per_second": 100, "burst": 200}, "max_open_orders": 2},
        "used": {"open_orders": 0},
        "exposures": [{
            "asset": "USD",
            "limits": {"credit": "1000", "gross": "5000", "net": null},
            "used": used_of_usd(["0", "0", "0", "0", "0", "0", "0", "0"]),
        }],
        "restricted": [],
        "seq": venue.hub.feed.last_seq(),
    });
    assert_eq!(shown, expected);

    let of_account = "/v1/accounts/A2/limits";
    let set: AccountLimitsStatus = operator
        .post(of_account, r#"{"symbol":"ACME","max_long":"100005"}"#)
        .await;
    assert_eq!(set.positions.len(), 1);
    let set: AccountLimitsStatus = operator
        .post(
            "/v1/accounts/A2/short-sales",
            r#"{"allowed":true,"locate":{"symbol":"BOLT","qty":"500"}}"#,
        )
        .await;
    let shown = serde_json::to_value(&set).unwrap();
    let expected = json!({
        "account": "A2",
        "margin": null,
        "short_sales": true,
        "positions": [{
            "symbol": "ACME",
            "limits": {"max_long": "100005", "max_short": null},
            "used": {"position": "100000", "open_buys": "0", "open_sells": "0", "long": "100000", "short": "-100000"},
        }],
        "locates": [{"symbol": "BOLT", "qty": "500"}],
        "restricted": [],
        "seq": venue.hub.feed.last_seq(),
    });
    assert_eq!(shown, expected);
    let listed: Vec<Restriction> = operator
        .post(
            path::RESTRICTED,
            r#"{"who":{"account":"A3"},"symbol":"ACME","restricted":true}"#,
        )
        .await;
    assert_eq!(
        serde_json::to_value(&listed).unwrap(),
        json!([{"who": {"account": "A3"}, "symbol": "ACME"}])
    );

    let mut bot = venue.peer("BOT01").await;
    bot.limit("a", '1', "11", "100").await;
    bot.expect("8", "150=8|11=a|58=credit limit 1000: 0 used, needs 1100")
        .await;
    bot.rest("b", '1', "1", "100").await;
    bot.rest("c", '1', "1", "100").await;
    bot.limit("d", '1', "1", "100").await;
    bot.expect("8", "150=8|11=d|103=3").await;
    let mut other = venue.peer("BOT02").await;
    other.limit("a", '1', "6", "90").await;
    other.expect("8", "150=8|11=a|103=3").await;
    let mut third = venue.peer("BLIND").await;
    third.limit("a", '1', "1", "90").await;
    third
        .expect(
            "8",
            "150=8|11=a|58=the instrument is restricted for this account or participant",
        )
        .await;

    let off: Vec<Restriction> = operator
        .post(
            path::RESTRICTED,
            r#"{"who":{"account":"A3"},"symbol":"ACME","restricted":false}"#,
        )
        .await;
    assert_eq!(off, []);
    let none: ParticipantLimitsStatus = operator
        .post(
            of_bot,
            r#"{"max_open_orders":null,"asset":"USD","credit":null,"gross":null}"#,
        )
        .await;
    assert_eq!(none.exposures, []);
    let whats: Vec<String> = audit(&operator).await.into_iter().map(|it| it.1).collect();
    assert_eq!(
        whats,
        [
            "limits of BOT01: orders a second 100, 200 at once, open orders none",
            "limits of BOT01: orders a second 100, 200 at once, open orders 2",
            "limits of BOT01 in USD: credit 1000, gross 5000, net none",
            "limits of account A2 in ACME: long 100005, short none",
            "let account A2 sell short",
            "locate 500 BOLT for account A2",
            "restrict account A3 in ACME",
            "restrict no more account A3 in ACME",
            "limits of BOT01: orders a second 100, 200 at once, open orders none",
            "limits of BOT01 in USD: credit none, gross none, net none",
        ]
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fees_tiers_and_self_trade_prevention_are_set_and_count() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let of_acme = "/v1/instruments/ACME/fees";
    let (status, error) = operator
        .refused(Method::POST, of_acme, r#"{"taker_ppm":1000}"#)
        .await;
    assert_eq!((status, error.code.as_str()), (409, "no_fee_account"));
    let opened: AccountStatus = operator.post(path::ACCOUNTS, r#"{"account":"FEES"}"#).await;
    assert!(!opened.existed);
    let _: FeesStatus = operator
        .post(path::FEE_ACCOUNT, r#"{"account":"FEES"}"#)
        .await;
    let _: FeesStatus = operator
        .post(of_acme, r#"{"maker_ppm":-100,"taker_ppm":1000}"#)
        .await;
    let _: FeesStatus = operator
        .post(of_acme, r#"{"tier":3,"taker_ppm":500}"#)
        .await;
    let _: FeesStatus = operator.post(of_acme, r#"{"minimum":"0.5"}"#).await;
    let set: FeesStatus = operator
        .post("/v1/participants/BOT02/tier", r#"{"tier":3}"#)
        .await;
    let expected = json!({
        "account": "FEES",
        "fees": [
            {"symbol": "ACME", "tier": 0, "fees": {"maker_ppm": -100, "taker_ppm": 1000, "minimum": "0.5"}},
            {"symbol": "ACME", "tier": 3, "fees": {"maker_ppm": 0, "taker_ppm": 500, "minimum": "0"}},
        ],
        "tiers": [{"participant": "BOT02", "tier": 3}],
    });
    assert_eq!(serde_json::to_value(&set).unwrap(), expected);
    let shown: FeesStatus = operator.get(path::FEES).await;
    assert_eq!(shown, set);

    let prevention = "/v1/participants/BOT01/self-trade";
    let _: SelfTradeStatus = operator.post(prevention, r#"{"group":7}"#).await;
    let set: SelfTradeStatus = operator
        .post(prevention, r#"{"mode":"cancel_newest"}"#)
        .await;
    assert_eq!(
        (set.group, set.mode),
        (Some(7), Some(SelfTrade::CancelNewest))
    );
    let mut bot = venue.peer("BOT01").await;
    bot.rest("a", '1', "10", "100").await;
    bot.limit("b", '2', "10", "100").await;
    bot.expect("8", "150=0|11=b").await;
    bot.expect("8", "150=4|11=b|14=0").await;

    let mut other = venue.peer("BOT02").await;
    other.limit("x", '2', "10", "100").await;
    other.expect("8", "150=0|11=x").await;
    other.expect("8", "150=F|11=x|137=0.5").await;
    bot.expect("8", "150=F|11=a|137=-0.1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_opened_on_margin_once() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let body = |initial: u32| {
        format!(
            r#"{{"account":"M1","margin":{{"initial_bps":{initial},"maintenance_bps":2500,"grace_nanos":60000000000}}}}"#
        )
    };
    let service = Caller::new(&venue, "service");
    let (status, _) = service
        .refused(Method::POST, path::ACCOUNTS, &body(5_000))
        .await;
    assert_eq!(status, 403, "a service opens no account on margin");
    for existed in [false, true] {
        let opened: AccountStatus = operator.post(path::ACCOUNTS, &body(5_000)).await;
        assert_eq!(opened.existed, existed);
    }
    let (status, error) = operator
        .refused(Method::POST, path::ACCOUNTS, &body(6_000))
        .await;
    assert_eq!((status, error.code.as_str()), (409, "already_exists"));
    let known: AccountStatus = service.post(path::ACCOUNTS, r#"{"account":"M1"}"#).await;
    assert!(known.existed);
    let limits: AccountLimitsStatus = operator.get("/v1/accounts/M1/limits").await;
    assert_eq!(limits.margin.unwrap().initial_bps, 5_000);
    let lines = audit(&operator).await;
    assert_eq!(
        lines[0].1,
        "open account M1 on margin: initial 5000 bps, maintenance 2500 bps, grace 60 s"
    );
    venue.close().await;
}

/// The look and the entry are apart: whoever is second is told of other terms all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_open_an_account_at_once_the_second_is_told_of_other_terms() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Orders::default();
    let obedient = Box::new(ObedientDisk(disk.clone()));
    let (journal, clock) = (JournalConfig::default(), SystemClock::default());
    let venue = Venue::open_by(folder.path(), journal, obedient, clock, |_| {}).await;
    let operator = Caller::new(&venue, "operator");
    let decided = || venue.hub.submitter.look(|_| ()).unwrap().0;
    let before = decided();
    // The first is decided, and not durable yet: nobody knows of it.
    disk.hold_syncs();
    let first = Instruction::Market(Command::OpenAccount {
        name: "M1".parse().unwrap(),
        terms: AccountTerms::Cash,
    });
    let first = submit(&venue.hub, Origin::System, 1, first).unwrap();
    until("the first is decided", || decided() == before + 1).await;
    let body = r#"{"account":"M1","margin":{"initial_bps":5000,"maintenance_bps":2500,"grace_nanos":60000000000}}"#;
    let (refused, ()) = tokio::join!(
        operator.refused(Method::POST, path::ACCOUNTS, body),
        async {
            until("the second is decided", || decided() == before + 2).await;
            disk.release_syncs();
        }
    );
    assert!(first.await.is_ok());
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (409, "already_exists")
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_refused_with_its_field_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let cases = [
        (
            "/v1/instruments/ACME/rules",
            r#"{"collar_bps":0}"#,
            400,
            "collar_bps: must be 1 to 10000 basis points",
        ),
        (
            "/v1/instruments/ACME/rules",
            r#"{"max_notional":"-1"}"#,
            400,
            "max_notional: must be above zero",
        ),
        (
            "/v1/instruments/ACME/rules",
            r#"{"random_end_nanos":86400000000001}"#,
            400,
            "random_end_nanos: must be at most a day",
        ),
        (
            "/v1/instruments/ACME/rules",
            r#"{"colar_bps":1}"#,
            400,
            "unknown field `colar_bps`",
        ),
        (
            "/v1/instruments/NONE/rules",
            r#"{"collar_bps":1}"#,
            404,
            "unknown symbol \"NONE\"",
        ),
        (
            "/v1/participants/BOT01/limits",
            r#"{"order_rate":{"per_second":0,"burst":1}}"#,
            400,
            "order_rate.per_second: must be",
        ),
        (
            "/v1/participants/BOT01/limits",
            r#"{"max_open_orders":5,"credit":"1"}"#,
            400,
            "asset: must be there",
        ),
        (
            "/v1/participants/BOT01/limits",
            r#"{"asset":"XXX","credit":"1"}"#,
            404,
            "asset: unknown asset",
        ),
        (
            "/v1/participants/BOT01/limits",
            r#"{"max_open_orders":5,"asset":"USD","net":"-1"}"#,
            400,
            "net: must be zero or more",
        ),
        (
            "/v1/participants/NONE/limits",
            r#"{"max_open_orders":1}"#,
            404,
            "unknown participant",
        ),
        (
            "/v1/accounts/A1/limits",
            r#"{"symbol":"ACME","max_short":"-1"}"#,
            400,
            "max_short: must be zero or more",
        ),
        (
            "/v1/accounts/A1/short-sales",
            r#"{"locate":{"symbol":"ACME","qty":"-1"}}"#,
            400,
            "locate.qty: must be zero or more",
        ),
        (
            "/v1/accounts/NONE/limits",
            r#"{"symbol":"ACME"}"#,
            404,
            "account: unknown account",
        ),
        (
            "/v1/restricted",
            r#"{"who":{"participant":"NONE"},"symbol":"ACME","restricted":true}"#,
            404,
            "unknown participant",
        ),
        (
            "/v1/fees/account",
            r#"{"account":"NONE"}"#,
            404,
            "account: unknown account",
        ),
        (
            "/v1/instruments/ACME/fees",
            r#"{"maker_ppm":-1}"#,
            400,
            "maker_ppm, taker_ppm: must add up",
        ),
        (
            "/v1/instruments/ACME/fees",
            r#"{"taker_ppm":100001}"#,
            400,
            "taker_ppm: must be",
        ),
        (
            "/v1/participants/BOT01/tier",
            r#"{"tier":16}"#,
            422,
            "tier: there are 16 tiers",
        ),
        (
            "/v1/participants/BOT01/self-trade",
            r#"{"mode":"maybe"}"#,
            400,
            "unknown variant `maybe`",
        ),
        (
            "/v1/accounts",
            r#"{"account":"M1","margin":{"initial_bps":10,"maintenance_bps":11,"grace_nanos":60000000000}}"#,
            400,
            "margin.maintenance_bps: must be 1 to initial_bps",
        ),
    ];
    let before = venue.hub.feed.last_seq();
    operator.refuses(&cases).await;
    let after = venue.hub.feed.last_seq();
    assert_eq!(after - before, 1, "only the tier is the market's to refuse");
    let limits: Value = operator.get("/v1/participants/BOT01/limits").await;
    assert_eq!(
        limits["limits"]["max_open_orders"],
        Value::Null,
        "all or nothing"
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_holds_is_known_again_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let rules = "/v1/instruments/BOLT/rules";
    let set: RulesStatus = operator.post(rules, r#"{"collar_bps":null}"#).await;
    venue.close().await;
    let venue = Venue::open(folder.path()).await;
    let again: RulesStatus = Caller::new(&venue, "operator").get(rules).await;
    assert_eq!(again, set);
    assert_eq!(again.rules.collar_bps, None);
    venue.close().await;
}
