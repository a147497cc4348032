//! Scenario 4: the operator looks, halts and resumes; participants are told.

use crate::harness::{Venue, ends, program};
use crate::quickfix::Client;
use serde_json::json;
use std::process::Command;

#[test]
fn status_sessions_and_book() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    client.order("o1", "1", "100", "99.5", &[]);
    client.order("o2", "1", "50", "99.5", &[]);
    client.order("o3", "2", "10", "101", &[]);
    client.report("o3", "0");
    let status = venue.ctl_json(&["status"]);
    assert_eq!(
        (&status["sessions_logged_on"], &status["sessions_total"]),
        (&json!(1), &json!(6))
    );
    assert_eq!(
        (&status["instruments_open"], &status["live_orders"]),
        (&json!(5), &json!(3))
    );
    assert_eq!(status["durability"], "fsync");
    let sessions = venue.ctl_json(&["sessions"]);
    let ours = sessions
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["comp_id"] == "BOT01")
        .unwrap();
    assert_eq!(
        (&ours["logged_on"], &ours["next_in"]),
        (&json!(true), &json!(5))
    );
    let book = venue.ctl_json(&["book", "ACME"]);
    assert_eq!(
        book["bids"],
        json!([{ "price": "99.5", "qty": "150", "orders": 2 }])
    );
    assert_eq!(
        book["offers"],
        json!([{ "price": "101", "qty": "10", "orders": 1 }])
    );
    let table = venue.ctl(&["book", "ACME"]);
    assert!(
        table.out.contains("99.5") && table.out.contains("OFFER"),
        "{table:?}"
    );
    let unknown = venue.ctl(&["book", "NOPE"]);
    assert_eq!(unknown.code, Some(5), "{unknown:?}");
}

#[test]
fn a_halt_refuses_orders_and_tells_subscribers() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut trader = Client::log_on(&venue, dir.path(), "BOT01");
    let mut reader = Client::log_on(&venue, dir.path(), "MD01");
    reader.send("e", &[(324, "st"), (55, "ACME"), (263, "1")]);
    // 17: ready to trade.
    reader
        .message(&[(35, "f"), (324, "st")])
        .assert(&[(55, "ACME"), (326, "17")]);
    trader.order("h1", "1", "10", "90", &[]);
    trader.report("h1", "0");

    let halted = venue.ctl_json(&["halt", "ACME", "--reason", "news pending"]);
    assert_eq!(
        (
            &halted["instruments"][0]["phase"],
            &halted["instruments"][0]["reason"]
        ),
        (&json!("halted"), &json!("news pending"))
    );
    // 2: trading halt.
    let told = reader.message(&[(35, "f"), (55, "ACME"), (326, "2")]);
    assert_eq!(told.find(324), Some("st"), "{told:?}");
    trader.order("h2", "1", "10", "90", &[]);
    let refused = trader.report("h2", "8");
    // 2: exchange closed.
    refused.assert(&[(39, "8"), (103, "2")]);
    assert!(refused.get(58).contains("halt"), "{refused:?}");
    trader.send(
        "F",
        &[
            (11, "h3"),
            (41, "h1"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, "10"),
        ],
    );
    trader.report("h3", "4");

    // 3: resume.
    let resumed = venue.ctl_json(&["resume", "ACME", "--at-once"]);
    assert_eq!(resumed["instruments"][0]["phase"], "open");
    let twice = venue.ctl(&["resume", "ACME"]);
    assert_eq!(twice.code, Some(1), "{twice:?}");
    reader.message(&[(35, "f"), (55, "ACME"), (326, "3")]);
    trader.order("h4", "1", "10", "90", &[]);
    trader.report("h4", "0");
}

#[test]
fn a_halt_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    assert_eq!(
        venue.ctl(&["halt", "WONKA", "--reason", "overnight"]).code,
        Some(0)
    );
    venue.kill();
    let venue = Venue::start(dir.path());
    let instruments = venue.ctl_json(&["instruments"]);
    let wonka = instruments
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["symbol"] == "WONKA")
        .unwrap();
    assert_eq!(
        (&wonka["phase"], &wonka["reason"]),
        (&json!("halted"), &json!("overnight"))
    );
}

#[test]
fn roles_come_from_the_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let certs = dir.path().join("data/certs");
    let run = |name: &str, arguments: &[&str]| {
        let mut command = Command::new(program("loggiactl"));
        command.args(["--server", &format!("https://{}", venue.at("/control"))]);
        command.arg("--ca").arg(certs.join("ca.pem"));
        command.arg("--cert").arg(certs.join(format!("{name}.pem")));
        command.arg("--key").arg(certs.join(format!("{name}.key")));
        command.args(arguments);
        ends(command)
    };
    assert_eq!(run("viewer", &["status"]).code, Some(0));
    let halt: &[&str] = &["halt", "ACME", "--reason", "x"];
    for name in ["viewer", "service"] {
        let said = run(name, halt);
        assert_eq!(said.code, Some(1), "{name}: {said:?}");
        assert!(said.err.contains("forbidden"), "{name}: {said:?}");
    }
    // A participant's certificate has no role at all.
    let stranger = run("participants/BOT01", &["status"]);
    assert_ne!(stranger.code, Some(0), "{stranger:?}");
    assert_eq!(venue.ctl_json(&["instruments"])[0]["phase"], "open");
}

/// Two operators undo one trade and correct another; QuickFIX is told, as both sides.
#[test]
fn two_operators_undo_and_correct_trades() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let certs = dir.path().join("data/certs");
    let second = |arguments: &[&str]| {
        let mut command = Command::new(program("loggiactl"));
        command.args(["--server", &format!("https://{}", venue.at("/control"))]);
        command.arg("--ca").arg(certs.join("ca.pem"));
        command.arg("--cert").arg(certs.join("operator2.pem"));
        command.arg("--key").arg(certs.join("operator2.key"));
        command.args(arguments);
        ends(command)
    };
    let mut buyer = Client::log_on(&venue, dir.path(), "BOT01");
    let mut seller = Client::log_on(&venue, dir.path(), "BOT02");
    for id in ["1", "2"] {
        seller.order(&format!("s{id}"), "2", "10", "100", &[]);
        seller.report(&format!("s{id}"), "0");
        buyer.order(&format!("b{id}"), "1", "10", "100", &[]);
        buyer.report(&format!("b{id}"), "F");
        seller.report(&format!("s{id}"), "F");
    }
    let trades = venue.ctl_json(&["trade", "list"]);
    let trades = trades.as_array().unwrap();
    let numbers: Vec<String> = trades.iter().map(|it| it["trade_id"].to_string()).collect();
    let [.., one, other] = numbers.as_slice() else {
        panic!("two trades: {trades:?}");
    };
    assert_eq!(venue.ctl(&["trade", "bust", one]).code, Some(0));
    let own = venue.ctl(&["trade", "approve", one]);
    assert_eq!(own.code, Some(1), "{own:?}");
    assert!(own.err.contains("same_operator"), "{own:?}");
    let done = second(&["trade", "approve", one]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.out.contains("undone"), "{done:?}");
    for (client, id) in [(&mut buyer, "b1"), (&mut seller, "s1")] {
        let report = client.report(id, "H");
        report.assert(&[(39, "4"), (14, "0"), (151, "0"), (527, one)]);
        let capture = client.message(&[(35, "AE"), (11, id)]);
        capture.assert(&[(487, "1"), (32, "10"), (31, "100"), (552, "1")]);
        assert_eq!(capture.get(572), report.get(19));
        assert_eq!(capture.get(571), report.get(17));
    }
    assert_eq!(
        second(&["trade", "correct", other, "--price", "99"]).code,
        Some(0)
    );
    assert_eq!(venue.ctl(&["trade", "approve", other]).code, Some(0));
    for (client, id) in [(&mut buyer, "b2"), (&mut seller, "s2")] {
        let report = client.report(id, "G");
        report.assert(&[(39, "2"), (14, "10"), (6, "99"), (31, "99"), (32, "10")]);
        client.message(&[(35, "AE"), (11, id), (487, "2"), (31, "99")]);
    }
}

#[test]
fn no_certificate_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let (venue, stranger) = (Venue::start(dir.path()), Venue::start(other.path()));
    let mut command = Command::new(program("loggiactl"));
    command.args(["--server", &format!("https://{}", venue.at("/control"))]);
    command.args(["--ca", venue.at("/ca")]);
    command.args([
        "--cert",
        stranger.at("/operator/cert"),
        "--key",
        stranger.at("/operator/key"),
    ]);
    command.arg("status");
    let said = ends(command);
    assert_eq!(said.code, Some(4), "{said:?}");
}
