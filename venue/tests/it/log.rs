//! The log of a running venue: a line for an event whatever peers send, and no secret in it at any level.

use crate::harness::{Venue, wait_for};
use crate::raw::{Raw, message, now};

/// Line breaks with a line of the log behind them, an escape sequence, a line separator, a reversed direction.
const EVIL: &str = "x\r\n2026-01-01T00:00:00.000000Z  INFO forged: logged on\n\u{1b}[2J\u{1b}[31m\u{9b}2J\u{2028}\u{202e}";

/// So often, they make a message of some 40 KiB.
const LONG: usize = 400;

/// Of a peer's words a line has 512 characters at most; an escape of one has up to eight bytes.
const LINE_BYTES: usize = 512 * 8 + 512;

/// Everything in which a stranger and a participant can put words.
fn provoke(venue: &Venue) {
    let password = venue.participant("BOT01")["password"].as_str().unwrap();
    let logon = |sender: &str, password: &str, more: &str| {
        message(&format!(
            "35=A|34=1|49={sender}|56=LOGGIA|52={}|98=0|108=30|141=Y|554={password}|{more}",
            now()
        ))
    };
    for bytes in [
        logon(EVIL, "x", ""),
        message(&format!("35={EVIL}|34=1|49=BOT01|56=LOGGIA|52={}|", now())),
        message(&format!("35=A|34=1|49=BOT01|56={EVIL}|52={}|", now())),
        logon("BOT01", "guess-with-a-secret", &format!("553={EVIL}|")),
    ] {
        let mut raw = Raw::connect(venue.at("/fix/plain"));
        raw.send(&bytes);
        raw.until_closed();
    }
    let mut raw = Raw::connect(venue.at("/fix/plain"));
    raw.send(&logon("BOT01", password, ""));
    raw.until("|35=A|");
    let mut number = 1;
    let mut send = |kind: &str, fields: &str| {
        number += 1;
        let head = format!("35={kind}|34={number}|49=BOT01|56=LOGGIA|52={}|", now());
        raw.send(&message(&format!("{head}{fields}")));
    };
    send(
        "D",
        &format!("11={EVIL}|55={EVIL}|54=1|38=1|40=2|44=1|60={}|", now()),
    );
    send("1", &format!("112={EVIL}|"));
    send("3", &format!("45=1|58={EVIL}|"));
    send("1", &format!("9999={EVIL}|"));
    send(
        "BE",
        "923=c|924=3|553=BOT01|554=another-old-secret|925=a-new-secret-of-mine|",
    );
    let long = EVIL.repeat(LONG);
    send("3", &format!("45=1|58={long}|"));
    send("5", &format!("58={long}|"));
    raw.until_closed();
}

fn assert_no_secret(log: &str, venue: &Venue) {
    let password = venue.participant("BOT01")["password"].as_str().unwrap();
    for secret in [
        password,
        "guess-with-a-secret",
        "another-old-secret",
        "a-new-secret-of-mine",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// The log once it has told of the peer's end, without the ends of its lines.
fn lines(venue: &Venue) -> Vec<String> {
    provoke(venue);
    let log = wait_for("the logout in the log", || {
        Some(venue.log()).filter(|log| log.contains("logged out"))
    });
    assert_no_secret(&log, venue);
    let lines: Vec<String> = log.split('\n').map(str::to_owned).collect();
    for line in &lines {
        let strays = |it: char| it.is_control() || matches!(it, '\u{2028}' | '\u{202e}');
        assert!(!line.contains(strays), "{line:?}");
        assert!(
            line.len() <= LINE_BYTES,
            "{} bytes: {line:.200}",
            line.len()
        );
    }
    lines
}

#[test]
fn a_line_for_people_is_one_event() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [
        ("LOGGIA__LOG__FORMAT", "pretty"),
        ("RUST_LOG", "info,exchange=trace,fix_engine=trace"),
    ];
    let venue = Venue::start_with(dir.path(), &settings);
    let lines = lines(&venue);
    assert!(lines.iter().any(|line| line.contains("turned away")));
    for line in lines.iter().filter(|line| !line.is_empty()) {
        // A forged one would begin with its own time.
        let is_ours = line.starts_with("20") && !line.starts_with("2026-01-01T00:00:00.000000Z");
        assert!(is_ours, "{line:?}");
    }
}

#[test]
fn a_line_of_json_is_one_event() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [
        ("LOGGIA__LOG__FORMAT", "json"),
        ("RUST_LOG", "info,exchange=trace,fix_engine=trace"),
    ];
    let venue = Venue::start_with(dir.path(), &settings);
    let lines = lines(&venue);
    assert!(lines.iter().any(|line| line.contains("turned away")));
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(event["timestamp"].is_string(), "{line}");
    }
}

#[test]
fn a_hang_up_reads_the_certificates_again_and_ends_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    venue.signal("-HUP");
    wait_for("the certificates are read again", || {
        venue.log().contains("are read again").then_some(())
    });
    let certs = dir.path().join("data/certs");
    std::fs::rename(certs.join("ca.pem"), certs.join("away.pem")).unwrap();
    venue.signal("-HUP");
    let log = wait_for("what is missing is said", || {
        Some(venue.log()).filter(|log| log.contains("stay as they were"))
    });
    assert!(log.contains("tls.ca = ") && log.contains("ca.pem"), "{log}");
    provoke(&venue);
    assert_eq!(venue.stop().code(), Some(0));
}
