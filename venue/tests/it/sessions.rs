//! Participants at run time, with the real programs and FIX engines that we did not write: added, followed, reset, disabled, removed.

use crate::engine::Engine;
use crate::harness::{Venue, program, wait_for};
use crate::quickfix::{Client, Login};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// `loggiactl fix tail`; ended when dropped.
struct Tail {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Tail {
    fn of(venue: &Venue, comp_id: &str) -> Self {
        let mut child = Command::new(program("loggiactl"))
            .args(["--server", &format!("https://{}", venue.at("/control"))])
            .args(["--ca", venue.at("/ca")])
            .args(["--cert", venue.at("/operator/cert")])
            .args(["--key", venue.at("/operator/key")])
            .args(["--output", "json", "fix", "tail", comp_id, "--app"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().expect("piped above")).lines();
        let mut tail = Self { child, lines };
        assert_eq!(tail.next()["kind"], "following");
        tail
    }

    fn next(&mut self) -> Value {
        let line = self.lines.next().expect("it goes on").unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn state(venue: &Venue, comp_id: &str) -> Value {
    venue.ctl_json(&["session", "show", comp_id])["state"].clone()
}

#[test]
fn a_participant_comes_trades_and_goes_while_the_venue_runs() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let account = venue.participant("BOT01")["accounts"][0].as_str().unwrap();
    let add = ["session", "add", "NEW01", "--account", account];
    let added = venue.ctl_json(&add);
    let password = added["password"].as_str().unwrap();
    assert_eq!(added["changed"], true);
    let again = venue.ctl(&add);
    assert!(
        again.code == Some(1) && again.err.contains("already_exists"),
        "{again:?}"
    );
    let login = Login::added(&venue, dir.path(), "NEW01", password);
    let mut client = Client::start(&login).with_account(account);
    client.logged_on();
    let mut tail = Tail::of(&venue, "NEW01");
    client.order("n1", "2", "10", "100", &[]);
    client.report("n1", "0");
    let seen = [tail.next(), tail.next()];
    let told = seen
        .each_ref()
        .map(|line| (&line["direction"], &line["msg_type"]));
    assert_eq!(
        told,
        [(&json!("in"), &json!("D")), (&json!("out"), &json!("8"))]
    );
    assert!(
        seen[0]["text"].as_str().unwrap().contains("|11=n1|"),
        "{seen:?}"
    );
    let mut buyer = Client::log_on(&venue, dir.path(), "BOT02");
    buyer.order("b1", "1", "4", "100", &[]);
    client.report("n1", "F").assert(&[(32, "4"), (151, "6")]);

    let disable = [
        "session",
        "disable",
        "NEW01",
        "--reason",
        "margin call",
        "--cancel-orders",
    ];
    let disabled = venue.ctl_json(&disable);
    assert_eq!(
        (&disabled["canceled_orders"], &disabled["changed"]),
        (&json!(1), &json!(true))
    );
    client.event("the reason", |event| {
        let text = event["text"].as_str().unwrap_or("");
        event["event"] == "logout" && text.contains("margin call")
    });
    // It tries again by itself, and is refused until it is enabled; then it hears of its order.
    assert_eq!(state(&venue, "NEW01"), "disabled");
    assert_eq!(venue.ctl(&["session", "enable", "NEW01"]).code, Some(0));
    client.logged_on();
    client
        .report("n1", "4")
        .assert(&[(39, "4"), (14, "4"), (378, "8")]);

    assert_eq!(venue.ctl(&["session", "remove", "NEW01"]).code, Some(0));
    drop(client);
    assert!(
        !venue.log().contains(password),
        "the password is in the log"
    );
    let whole = venue.ctl_json(&["audit"]);
    venue.kill();
    let venue = Venue::start(dir.path());
    assert_eq!(state(&venue, "NEW01"), "removed");
    let audit = venue.ctl_json(&["audit"]);
    assert_eq!(audit, whole);
    let what: Vec<_> = audit
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["what"].as_str().unwrap())
        .collect();
    assert!(
        what.contains(&"disable NEW01: margin call") && what.contains(&"remove NEW01"),
        "{what:?}"
    );
    let viewer = venue.ctl(&["session", "enable", "NEW01"]);
    assert!(
        viewer.code == Some(5) && viewer.err.contains("unknown_participant"),
        "{viewer:?}"
    );
}

/// A live session agrees to begin at 1, and one that was away begins at 1 at its next logon.
fn reset_with(engine: Engine) {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let login = Login::plain(&venue, dir.path(), "BOT01").engine(engine);
    let mut client = Client::start(&login).trading_for(&venue, "BOT01");
    client.logged_on();
    for id in ["a1", "a2", "a3"] {
        client.order(id, "1", "1", "90", &[]);
        client.report(id, "0");
    }
    // Our Logon and TestRequest, and what the engine answers: with a Logon of its own, or without.
    let has_begun = || {
        let session = venue.ctl_json(&["session", "show", "BOT01"]);
        let number = |key: &str| session[key].as_u64().unwrap();
        let is_due = session["reset_due"] == true;
        matches!(
            (number("next_in"), number("next_out"), is_due),
            (2 | 3, 3, false)
        )
        .then_some(())
    };
    assert_eq!(venue.ctl(&["session", "reset", "BOT01"]).code, Some(0));
    wait_for("both sides at 1", has_begun);
    client.order("b1", "1", "1", "90", &[]);
    client.report("b1", "0");
    client.quit();

    assert_eq!(
        venue.ctl_json(&["session", "reset", "BOT01"])["session"]["reset_due"],
        true
    );
    let mut client = Client::start(&login).trading_for(&venue, "BOT01");
    client.logged_on();
    wait_for("both sides at 1 after the logon", has_begun);
    client.order("c1", "1", "1", "90", &[]);
    client.report("c1", "0");
    client.quit();
}

#[test]
fn quickfix_agrees_to_begin_at_1() {
    reset_with(Engine::QuickFix);
}

#[test]
fn quickfixj_agrees_to_begin_at_1() {
    reset_with(Engine::QuickFixJ);
}

#[test]
fn quickfixgo_agrees_to_begin_at_1() {
    reset_with(Engine::QuickFixGo);
}
