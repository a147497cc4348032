//! The control port over HTTPS: roles, bad input, halts, accounts, transfers.

use crate::caller::Caller;
use crate::venue::{Authority, Venue, check};
use hyper::{Method, StatusCode};
use journal::entry::{Instruction, Origin};
use market::control::halt::HaltOutcome;
use market::control::{
    AccountStatus, BookView, InstrumentStatus, SessionStatus, Status, TransferOutcome, path,
};
use market::instrument::Phase;
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_the_venue() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut seller = venue.peer("BOT01").await;
    let mut buyer = venue.peer("BOT02").await;
    seller.rest("s", '2', "10", "100").await;
    buyer.limit("b", '1', "4", "100").await;
    buyer.expect("8", "150=0").await;
    buyer.expect("8", "150=F|39=2").await;
    seller.expect("8", "150=F").await;
    let status: Status = operator.get("/v1/status").await;
    assert_eq!((status.sessions_logged_on, status.sessions_total), (2, 7));
    assert_eq!((status.instruments_open, status.instruments_halted), (2, 0));
    assert_eq!((status.durability.as_str(), status.epoch.len()), ("os", 32));
    assert_eq!(status.last_seq, venue.hub.feed.last_seq());
    crate::venue::until("the view has the trade", || {
        venue.gateway.view().read().trades() == 1
    })
    .await;
    let status: Status = operator.get("/v1/status").await;
    assert_eq!((status.live_orders, status.trades), (1, 1));
    // Every instrument is counted, whatever its phase.
    let phases = [
        ("\"post_trade\"", [0, 0, 1]),
        ("\"close\"", [0, 0, 0]),
        ("\"pre_open\"", [0, 1, 0]),
        (r#"{"call":{"auction":"opening","until":"+1h"}}"#, [1, 0, 0]),
    ];
    for (to, expected) in phases {
        let body = format!(r#"{{"to":{to}}}"#);
        let _placed: InstrumentStatus = operator.post("/v1/instruments/BOLT/phase", &body).await;
        let seq = venue.hub.feed.last_seq();
        crate::venue::until("the view has the phase", || {
            venue.gateway.view().read().seq() >= seq
        })
        .await;
        let status: Status = operator.get("/v1/status").await;
        let told = [
            status.instruments_in_call,
            status.instruments_pre_open,
            status.instruments_post_trade,
        ];
        assert_eq!(told, expected, "{to}");
        let rest = status.instruments_halted + status.instruments_closed;
        assert_eq!(
            told.iter().sum::<u32>() + status.instruments_open + rest,
            2,
            "{to}"
        );
    }
    let book: BookView = operator.get("/v1/books/ACME").await;
    assert_eq!(
        (book.phase, book.bids.len(), book.offers.len()),
        (Phase::Open, 0, 1)
    );
    let best = book.offers[0];
    assert_eq!(
        (best.price.to_string(), best.qty.to_string(), best.orders),
        ("100".into(), "6".into(), 1)
    );
    assert!(!book.more);
    let sessions: Vec<SessionStatus> = operator.get("/v1/sessions").await;
    let one = sessions
        .iter()
        .find(|one| one.comp_id.as_str() == "BOT01")
        .unwrap();
    assert!(one.logged_on && !one.tls && one.peer.is_some() && one.idle_secs.is_some());
    assert_eq!((one.next_in, one.next_out), (3, 4));
    let instruments: Vec<InstrumentStatus> = operator.get("/v1/instruments").await;
    assert_eq!(
        instruments[0].last_px.map(|px| px.to_string()).as_deref(),
        Some("100")
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_book_is_shown_as_deep_as_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut bot = venue.peer("BOT01").await;
    for n in 0..51 {
        let price = format!("{}", 99 - n);
        bot.rest(&format!("b{n}"), '1', "1", &price).await;
    }
    bot.rest("s", '2', "1", "101").await;
    let seq = venue.hub.feed.last_seq();
    crate::venue::until("the view has the orders", || {
        venue.gateway.view().read().seq() >= seq
    })
    .await;
    for (depth, bids, more) in [
        ("", 50, true),
        ("?depth=1", 1, true),
        ("?depth=51", 51, false),
        ("?depth=1000", 51, false),
    ] {
        let path = format!("/v1/books/ACME{depth}");
        let book: BookView = operator.get(&path).await;
        let told = (book.bids.len(), book.offers.len(), book.more);
        assert_eq!(told, (bids, 1, more), "{path}");
        assert_eq!(book.bids[0].price.to_string(), "99", "{path}");
    }
    for depth in ["0", "1001", "-1", "all"] {
        let path = format!("/v1/books/ACME?depth={depth}");
        let (status, error) = operator.refused(Method::GET, &path, "").await;
        assert_eq!(
            (status, error.code.as_str()),
            (400, "bad_request"),
            "{path}"
        );
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halt_refuses_orders_until_the_resume() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut reader = venue.peer("MD01").await;
    reader
        .send("V", "262=r|263=1|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    reader.expect("W", "262=r").await;
    let mut trader = venue.peer("BOT01").await;
    trader.rest("a", '1', "1", "99").await;
    reader.expect("X", "262=r").await;
    let body = r#"{"target":{"instrument":"ACME"},"reason":"news"}"#;
    let halted: HaltOutcome = operator.post("/v1/halt", body).await;
    let told = |outcome: &HaltOutcome| {
        let one = &outcome.instruments[0];
        (one.phase, one.reason.clone())
    };
    assert_eq!(told(&halted), (Phase::Halted, Some("news".to_owned())));
    reader.expect("f", "55=ACME|326=2|58=news").await;
    trader.limit("b", '1', "1", "99").await;
    trader.expect("8", "150=8|39=8|103=2|11=b").await;
    let cancel = format!("11=c|41=a|55=ACME|54=1|60={}|38=1", crate::venue::now());
    trader.send("F", &cancel).await;
    trader.expect("8", "150=4|11=c").await;
    let body = r#"{"target":{"instrument":"ACME"},"at_once":true}"#;
    let open: HaltOutcome = operator.post("/v1/resume", body).await;
    assert_eq!(told(&open), (Phase::Open, None));
    let refused = operator.refused(Method::POST, "/v1/resume", body).await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (409, "already_in_phase")
    );
    let mut message = reader.next().await;
    if message.msg_type() == "X" {
        message = reader.next().await;
    }
    check(&message, "f", "55=ACME|326=3");
    trader.rest("d", '1', "1", "99").await;
    let mut feed = venue.hub.feed.subscribe(0);
    let mut operators = Vec::new();
    while feed.position() < venue.hub.feed.last_seq() {
        for entry in feed.next().await.unwrap() {
            if let (Origin::Operator { name }, Instruction::Market(_)) =
                (entry.origin, &entry.instruction)
            {
                operators.push(name.to_string());
            }
        }
    }
    assert_eq!(
        operators,
        ["ann", "ann", "ann"],
        "every change is in the journal with its author"
    );
    venue.close().await;
}

/// A path of the control port with a method, as the program has it.
#[derive(Debug)]
struct Route {
    method: Method,
    path: String,
}

impl Route {
    /// All that there are: none can be forgotten here.
    fn all() -> Vec<Self> {
        let routes = include_str!("../../src/control/routes.rs");
        let paths = include_str!("../../../market/src/control.rs");
        let value = |name: &str| {
            let place = format!("pub const {name}: &str = \"");
            let (_, rest) = paths.split_once(&place).expect("a path by its name");
            let (path, _) = rest.split_once('"').expect("a text ends");
            path.replace("{symbol}", "ACME")
                .replace("{comp_id}", "BOT01")
                .replace("{account}", "A1")
                .replace("{trade_id}", "1")
        };
        let table = routes.split(".fallback(").next().expect("a table");
        let lines = table.split(".route(").skip(1);
        let all = lines.flat_map(|line| {
            let (_, rest) = line.split_once("path::").expect("a path by its name");
            let name = rest.split(|c: char| !c.is_ascii_uppercase() && c != '_');
            let path = value(name.into_iter().next().expect("a name"));
            let methods = [(Method::GET, "get("), (Method::POST, "post(")];
            let served = methods.into_iter().filter(|(_, word)| line.contains(word));
            let routes = served.map(|(method, _)| Self {
                method,
                path: path.clone(),
            });
            routes.collect::<Vec<_>>()
        });
        let all: Vec<Self> = all.collect();
        assert!(all.len() > 50, "{all:?}");
        all
    }

    /// As the manual says.
    fn who_may(&self) -> &'static [&'static str] {
        match (self.method == Method::GET, self.path.as_str()) {
            (true, path::STATUS | path::INSTRUMENTS) => &["operator", "viewer", "service"],
            (true, "/v1/sessions/BOT01/messages") => &["operator"],
            (true, _) => &["operator", "viewer"],
            (false, path::ACCOUNTS | path::TRANSFERS) => &["operator", "service"],
            (false, _) => &["operator"],
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    for route in Route::all() {
        let may = route.who_may();
        for unit in ["operator", "viewer", "service", "cleaner"] {
            // An operator's changes would be done.
            if unit == "operator" && route.method == Method::POST {
                continue;
            }
            let caller = Caller::new(&venue, unit);
            let asked = caller.ask_head(route.method.clone(), &route.path).await;
            let is_forbidden = asked.unwrap() == StatusCode::FORBIDDEN;
            assert_eq!(is_forbidden, !may.contains(&unit), "{unit} {route:?}");
        }
    }
    let _status: Status = Caller::new(&venue, "viewer").get("/v1/status").await;
    let stranger = Caller {
        address: venue.control.address(),
        papers: Authority::new().sign("ann", "operator"),
    };
    let refused = stranger.ask(Method::GET, "/v1/status", "").await;
    assert!(
        refused.is_err(),
        "a certificate of another authority is refused: {refused:?}"
    );
    // A connection that never speaks TLS holds up nobody.
    let _silent = TcpStream::connect(venue.control.address()).await.unwrap();
    let _status: Status = Caller::new(&venue, "viewer").get("/v1/status").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_and_transfers_are_idempotent() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let service = Caller::new(&venue, "service");
    let made: AccountStatus = service.post("/v1/accounts", r#"{"account":"U-1"}"#).await;
    assert!(!made.existed);
    let again: AccountStatus = service.post("/v1/accounts", r#"{"account":"U-1"}"#).await;
    assert!(again.existed);
    let transfer = r#"{"transfer_id":"t1","account":"U-1","asset":"USD","amount":"100.5"}"#;
    for _ in 0..2 {
        match service.post("/v1/transfers", transfer).await {
            TransferOutcome::Posted { balance, .. } => assert_eq!(balance.to_string(), "100.5"),
            refused => panic!("{refused:?}"),
        }
    }
    let out = r#"{"transfer_id":"t2","account":"U-1","asset":"USD","amount":"-200"}"#;
    match service.post("/v1/transfers", out).await {
        TransferOutcome::Refused { reason } => assert!(reason.contains("insufficient"), "{reason}"),
        posted => panic!("{posted:?}"),
    }
    let cases = [
        (
            r#"{"transfer_id":"t1","account":"U-1","asset":"USD","amount":"7"}"#,
            409,
            "transfer_mismatch",
        ),
        // The venue's own ids: the opening funds of the configuration.
        (
            r#"{"transfer_id":"open:U-1:USD","account":"U-1","asset":"USD","amount":"1"}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-9","asset":"USD","amount":"7"}"#,
            404,
            "unknown_account",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-1","asset":"XXX","amount":"7"}"#,
            404,
            "unknown_asset",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-1","asset":"USD","amount":"NaN"}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-1","asset":"USD","amount":7}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-1","asset":"USD"}"#,
            400,
            "bad_request",
        ),
        (
            r#"{"transfer_id":"t3","account":"U-1","asset":"USD","amount":"7","x":1}"#,
            400,
            "bad_request",
        ),
        ("{", 400, "bad_request"),
    ];
    for (body, status, code) in cases {
        service
            .refuses(&[("/v1/transfers", body, status, code)])
            .await;
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_are_told_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let reason = |text: &str| format!(r#"{{"target":"all","reason":"{text}"}}"#);
    let (none, long) = (reason(""), reason(&"x".repeat(81)));
    let large = reason(&"x".repeat(70_000));
    let halt = "/v1/halt";
    let cases = [
        (Method::GET, "/v1/books/NOPE", "", 404, "unknown_symbol"),
        (
            Method::POST,
            halt,
            r#"{"target":{"instrument":"NOPE"},"reason":"x"}"#,
            404,
            "unknown_symbol",
        ),
        (Method::POST, halt, "{}", 400, "bad_request"),
        (Method::POST, halt, r#"{"target":"all"}"#, 400, "reason"),
        (Method::POST, halt, none.as_str(), 400, "bad_request"),
        (Method::POST, halt, long.as_str(), 400, "bad_request"),
        (Method::POST, halt, large.as_str(), 413, "too_large"),
        (
            Method::POST,
            halt,
            r#"{"target":"all","reason":"x","force":true}"#,
            400,
            "bad_request",
        ),
        (
            Method::POST,
            "/v1/resume",
            r#"{"target":{"instrument":"ACME"}}"#,
            409,
            "already_in_phase",
        ),
        (Method::GET, "/v1/nothing", "", 404, "not_found"),
        (Method::DELETE, "/v1/status", "", 405, "method_not_allowed"),
    ];
    operator.refuses_all(&cases).await;
    venue.close().await;
}
