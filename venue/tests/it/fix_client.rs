//! Scenario 2: a client that we did not write trades with nothing but our FIX44.xml, plain and over TLS.

use crate::harness::Venue;
use crate::message::Message;
use crate::quickfix::{Client, Login};
use std::time::Duration;
use tempfile::TempDir;

/// A venue with a buyer and a seller.
fn two() -> (TempDir, Venue, Client, Client) {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let buyer = Client::log_on(&venue, dir.path(), "BOT01");
    let seller = Client::log_on(&venue, dir.path(), "BOT02");
    (dir, venue, buyer, seller)
}

#[test]
fn acknowledged_then_partly_filled_then_filled() {
    let (_dir, _venue, mut buyer, mut seller) = two();
    buyer.order("b1", "1", "100", "100.25", &[]);
    let new = buyer.report("b1", "0");
    new.assert(&[
        (39, "0"),
        (14, "0"),
        (151, "100"),
        (38, "100"),
        (44, "100.25"),
        (54, "1"),
        (55, "ACME"),
    ]);
    seller.order("s1", "2", "40", "100", &[]);
    let part = buyer.report("b1", "F");
    // The resting order's price.
    part.assert(&[
        (39, "1"),
        (31, "100.25"),
        (32, "40"),
        (14, "40"),
        (151, "60"),
        (6, "100.25"),
    ]);
    let filled = seller.report("s1", "F");
    filled.assert(&[
        (39, "2"),
        (31, "100.25"),
        (32, "40"),
        (14, "40"),
        (151, "0"),
    ]);
    seller.order("s2", "2", "60", "100.25", &[]);
    buyer
        .report("b1", "F")
        .assert(&[(39, "2"), (32, "60"), (14, "100"), (151, "0")]);
    assert_eq!(part.get(37), new.get(37), "one OrderID for one order");
    assert_ne!(
        part.get(17),
        filled.get(17),
        "each side's ExecID is its own"
    );
}

#[test]
fn cancelled() {
    let (_dir, _venue, mut buyer, _seller) = two();
    buyer.order("c1", "1", "10", "90", &[]);
    let new = buyer.report("c1", "0");
    buyer.send(
        "F",
        &[
            (11, "c2"),
            (41, "c1"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, "10"),
        ],
    );
    let canceled = buyer.report("c2", "4");
    canceled.assert(&[
        (39, "4"),
        (41, "c1"),
        (151, "0"),
        (14, "0"),
        (37, new.get(37)),
    ]);
    buyer.send(
        "F",
        &[
            (11, "c3"),
            (41, "c1"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, "10"),
        ],
    );
    buyer
        .message(&[(35, "9"), (11, "c3"), (434, "1")])
        .assert(&[(41, "c1")]);
}

#[test]
fn replaced() {
    let (_dir, _venue, mut buyer, mut seller) = two();
    buyer.order("r1", "1", "10", "90", &[]);
    buyer.report("r1", "0");
    let replace = |buyer: &mut Client, id, orig, qty, price| {
        let fields = [
            (11, id),
            (41, orig),
            (1, "ACC01"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, qty),
            (40, "2"),
            (44, price),
        ];
        buyer.send("G", &fields);
    };
    replace(&mut buyer, "r2", "r1", "20", "91");
    buyer
        .report("r2", "5")
        .assert(&[(41, "r1"), (38, "20"), (44, "91"), (151, "20"), (39, "0")]);
    seller.order("s1", "2", "5", "91", &[]);
    buyer
        .report("r2", "F")
        .assert(&[(14, "5"), (151, "15"), (39, "1")]);
    // 38 is the new total, fills included.
    replace(&mut buyer, "r3", "r2", "8", "91");
    buyer
        .report("r3", "5")
        .assert(&[(38, "8"), (14, "5"), (151, "3")]);
    replace(&mut buyer, "r4", "unknown", "8", "91");
    buyer.message(&[(35, "9"), (11, "r4"), (434, "2")]);
}

#[test]
fn rejected_with_a_reason() {
    let (_dir, _venue, mut buyer, _seller) = two();
    let cases = [
        ("tick", [(38, "10"), (44, "100.001")], "Price"),
        ("lot", [(38, "1.5"), (44, "100")], "OrderQty"),
        ("size", [(38, "1000000"), (44, "100")], "OrderQty"),
        ("symbol", [(44, "100"), (55, "NOPE")], "ymbol"),
        ("account", [(44, "100"), (1, "ACC02")], "ccount"),
        ("funds", [(38, "99999"), (44, "99999.99")], "fund"),
    ];
    for (id, fields, word) in cases {
        buyer.order(id, "1", "10", "100", &fields);
        let report = buyer.report(id, "8");
        report.assert(&[(39, "8"), (151, "0"), (14, "0")]);
        let (reason, text) = (report.get(103), report.get(58));
        assert!(text.contains(word), "{id}: 103={reason} 58={text}");
    }
    buyer.order("twice", "1", "10", "100", &[]);
    buyer.report("twice", "0");
    buyer.order("twice", "1", "10", "100", &[]);
    buyer.report("twice", "8").assert(&[(103, "6")]);
}

#[test]
fn order_types_and_times_in_force() {
    let (_dir, _venue, mut buyer, mut seller) = two();
    seller.order("s1", "2", "10", "100", &[]);
    seller.report("s1", "0");
    buyer.order("ioc", "1", "15", "100", &[(59, "3")]);
    buyer.report("ioc", "F").assert(&[(32, "10"), (14, "10")]);
    buyer
        .report("ioc", "4")
        .assert(&[(39, "4"), (14, "10"), (151, "0")]);
    seller.order("s2", "2", "10", "100", &[]);
    seller.report("s2", "0");
    buyer.order("fok", "1", "15", "100", &[(59, "4")]);
    buyer.report("fok", "4").assert(&[(14, "0"), (151, "0")]);
    buyer.order("post", "1", "5", "100", &[(18, "6")]);
    buyer.report("post", "4").assert(&[(14, "0"), (151, "0")]);
    buyer.order("market", "1", "4", "", &[(40, "1"), (44, "")]);
    buyer
        .report("market", "F")
        .assert(&[(39, "2"), (31, "100"), (32, "4")]);
    buyer.order("gtc", "1", "5", "90", &[(59, "1")]);
    buyer.report("gtc", "0").assert(&[(59, "1")]);
}

#[test]
fn over_tls_with_and_without_a_client_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let logins = [
        Login::tls(&venue, dir.path(), "BOT01"),
        Login::tls(&venue, dir.path(), "BOT02").showing(&venue, "BOT02"),
        Login::tls(&venue, dir.path(), "BOT03").more(&["--tls-version", "1.2"]),
        Login::tls(&venue, dir.path(), "BOT04").more(&["--tls-version", "1.3"]),
    ];
    let names = ["BOT01", "BOT02", "BOT03", "BOT04"];
    let mut clients: Vec<Client> = Vec::new();
    for (login, name) in logins.iter().zip(names) {
        let mut client = Client::start(login);
        client.logged_on();
        let mut client = client.trading_for(&venue, name);
        client.order("t1", "1", "1", "50", &[]);
        client.report("t1", "0");
        clients.push(client);
    }
    let sessions = venue.ctl_json(&["sessions"]);
    let over_tls = sessions.as_array().unwrap().iter();
    let over_tls = over_tls.filter(|s| s["logged_on"] == true && s["tls"] == true);
    assert_eq!(over_tls.count(), 4);
}

#[test]
fn the_certificate_of_another_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let wrong = Login::tls(&venue, dir.path(), "BOT01").showing(&venue, "BOT02");
    let mut client = Client::start(&wrong);
    let ended = client.event("a logout", |e| {
        e["event"] == "logout" || e["event"] == "logon"
    });
    assert_eq!(ended["event"], "logout", "{ended}");
}

#[test]
fn numbers_of_the_certification_participant_start_at_1_on_every_logon() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let login = Login::plain(&venue, dir.path(), "CERT01").more(&["--reset"]);
    for round in ["a", "b"] {
        let mut client = Client::start(&login);
        client.logged_on();
        let mut client = client.trading_for(&venue, "CERT01");
        client.order(round, "1", "1", "50", &[]);
        let report = client.report(round, "0");
        assert_eq!(report.get(34), "2", "the first message behind the Logon");
        client.quit();
    }
}

#[test]
fn status_requests_answer_without_changing_anything() {
    let (_dir, _venue, mut buyer, _seller) = two();
    buyer.order("q1", "1", "10", "90", &[]);
    buyer.report("q1", "0");
    buyer.send("H", &[(11, "q1"), (55, "ACME"), (54, "1")]);
    buyer.report("q1", "I").assert(&[(39, "0"), (151, "10")]);
    buyer.send("H", &[(11, "unknown"), (55, "ACME"), (54, "1")]);
    buyer.report("unknown", "I").assert(&[(39, "8")]);
}

#[test]
fn what_happened_while_a_client_was_away_comes_by_resend() {
    let (dir, venue, mut buyer, mut seller) = two();
    buyer.order("away", "1", "10", "100", &[]);
    buyer.report("away", "0");
    buyer.quit();
    seller.order("s1", "2", "10", "100", &[]);
    seller.report("s1", "F");
    let mut buyer = Client::log_on(&venue, dir.path(), "BOT01");
    buyer.report("away", "F").assert(&[(39, "2"), (14, "10")]);
}

#[test]
fn a_dropped_connection_comes_back_by_itself() {
    let (_dir, _venue, mut buyer, mut seller) = two();
    buyer.order("d1", "1", "10", "100", &[]);
    buyer.report("d1", "0");
    buyer.tell(&serde_json::json!({ "op": "disconnect" }));
    buyer.event("the end of the session", |e| e["event"] == "logout");
    seller.order("s1", "2", "4", "100", &[]);
    seller.report("s1", "F");
    buyer.logged_on();
    buyer.report("d1", "F").assert(&[(14, "4")]);
    assert!(
        buyer
            .event_within(Duration::from_millis(300), |e| e["event"] == "logout")
            .is_none(),
        "the session holds"
    );
    let reports: Vec<Message> = buyer.unread();
    assert!(
        reports.iter().all(|m| m.find(11) != Some("d1")),
        "{reports:?}"
    );
}
