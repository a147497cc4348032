//! Bad input at every door of a running venue: an answer with a reason or a closed connection, and nobody else is disturbed.

use crate::harness::Venue;
use crate::http;
use crate::quickfix::{Client, Login};
use crate::raw::{Raw, message, now};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// Somebody else still trades, and nothing has gone wrong in the log.
fn assert_undisturbed(venue: &Venue, folder: &Path) {
    let mut client = Client::log_on(venue, folder, "BOT04");
    client.order("undisturbed", "1", "1", "1", &[]);
    client.report("undisturbed", "0");
    let log = venue.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(
        !log.contains("\"level\":\"ERROR\""),
        "a peer's mistake is no error of ours: {log}"
    );
}

#[test]
fn bytes_that_are_no_fix_close_the_connection() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start_with(dir.path(), &[("LOGGIA__FIX__LOGON_TIMEOUT_SECS", "2")]);
    let long = vec![b'8'; 200_000];
    let huge = b"8=FIX.4.4\x019=99999999999\x0135=A\x01".to_vec();
    let cases: [&[u8]; 7] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"8=FIX.4.4\x019=x\x01",
        &huge,
        &long,
        b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01",
    ];
    for port in ["/fix/plain", "/fix/tls"] {
        for bytes in cases {
            let mut raw = Raw::connect(venue.at(port));
            raw.send(bytes);
            let (answer, _) = raw.until_closed();
            assert!(!answer.contains("35=A"), "{answer}");
        }
    }
    assert_undisturbed(&venue, dir.path());
}

#[test]
fn a_logon_that_never_comes_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start_with(dir.path(), &[("LOGGIA__FIX__LOGON_TIMEOUT_SECS", "1")]);
    for (port, half) in [
        ("/fix/plain", &b""[..]),
        ("/fix/tls", b""),
        ("/fix/plain", b"8=FIX.4.4\x019=100\x0135=A\x0149=BOT01\x01"),
    ] {
        let mut raw = Raw::connect(venue.at(port));
        raw.send(half);
        let (answer, took) = raw.until_closed();
        assert_eq!(answer, "");
        assert!(
            took >= Duration::from_millis(800),
            "it had a second: {took:?}"
        );
    }
    assert_undisturbed(&venue, dir.path());
}

#[test]
fn who_does_not_prove_to_be_a_participant_does_not_get_in() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let logins = [
        (
            "password",
            Login::plain(&venue, dir.path(), "BOT01").password("wrong"),
        ),
        (
            "sender",
            Login::plain(&venue, dir.path(), "BOT02").sender("NOBODY"),
        ),
        (
            "target",
            Login::plain(&venue, dir.path(), "BOT03").target("OTHER"),
        ),
    ];
    for (what, login) in &logins {
        let mut client = Client::start(login);
        let event = client.event("the end of the attempt", |e| {
            let text = e["text"].as_str().unwrap_or_default();
            let dropped = e["event"] == "log" && text.to_lowercase().contains("disconnect");
            e["event"] == "logon" || e["event"] == "logout" || dropped
        });
        assert_ne!(event["event"], "logon", "{what}: {event}");
    }
    // Nothing was stored or reset for them.
    let sessions = venue.ctl_json(&["sessions"]);
    for session in sessions.as_array().unwrap() {
        assert_eq!(session["logged_on"], false, "{session}");
        assert_eq!(session["next_in"], 1, "{session}");
    }
    assert_undisturbed(&venue, dir.path());
}

#[test]
fn a_first_message_that_is_no_logon_is_not_answered() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    for body in [
        "35=0|49=BOT01|56=LOGGIA|34=1|52=NOW|",
        "35=D|49=BOT01|56=LOGGIA|34=1|52=NOW|11=a|55=ACME|54=1|60=NOW|38=1|40=2|44=1|",
        "35=2|49=BOT01|56=LOGGIA|34=1|52=NOW|7=1|16=0|",
    ] {
        let mut raw = Raw::connect(venue.at("/fix/plain"));
        raw.send(&message(&body.replace("NOW", &now())));
        let (answer, _) = raw.until_closed();
        assert!(
            !answer.contains("35=A") && !answer.contains("35=8"),
            "{answer}"
        );
    }
    assert_eq!(venue.ctl_json(&["status"])["live_orders"], 0);
    assert_undisturbed(&venue, dir.path());
}

#[test]
fn garbage_inside_a_session_is_skipped_and_the_session_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let password = venue.participant("BOT01")["password"].as_str().unwrap();
    let mut raw = Raw::connect(venue.at("/fix/plain"));
    let head = |seq: u32| format!("49=BOT01|56=LOGGIA|34={seq}|52={}|", now());
    let logon = format!("35=A|{}98=0|108=30|553=BOT01|554={password}|", head(1));
    raw.send(&message(&logon));
    raw.until("35=A|");
    let mut wrong_sum = message(&format!("35=1|{}112=lost|", head(2)));
    let last = wrong_sum.len() - 2;
    wrong_sum[last] = if wrong_sum[last] == b'0' { b'1' } else { b'0' };
    raw.send(&wrong_sum);
    raw.send(b"\0garbage\xff8=FIX");
    raw.send(&message(&format!("35=1|{}112=ping|", head(2))));
    let answer = raw.until("112=ping|");
    assert!(
        answer.contains("35=0|") && !answer.contains("112=lost"),
        "{answer}"
    );
}

#[test]
fn values_that_are_none_are_rejected_by_field() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    // 35=3: 371 names the field, 373 the reason (6: incorrect data format, 5: value out of range).
    let cases = [
        ("price", (44, "cheap"), "44", "6"),
        ("quantity", (38, "1e3"), "38", "6"),
        ("side", (54, "z"), "54", "5"),
    ];
    for (id, field, tag, reason) in cases {
        client.order(id, "1", "10", "100", &[field]);
        let wanted = format!("|371={tag}|");
        let event = client.event("a Reject", |e| {
            let text = e["msg"].as_str().unwrap_or_default();
            e["event"] == "session_reject" && text.contains(&wanted)
        });
        let text = event["msg"].as_str().unwrap();
        assert!(text.contains(&format!("|373={reason}|")), "{id}: {text}");
    }
    for (id, fields) in [
        ("negative", [(44, "-1")]),
        ("zero", [(38, "0")]),
        ("decimals", [(44, "1.0000000000001")]),
        ("overflow", [(38, "99999999999999999999")]),
        ("symbol", [(55, "")]),
        ("unpriced", [(44, "")]),
    ] {
        client.order(id, "1", "10", "100", &fields);
        let report = client.message(&[(35, "8"), (11, id)]);
        report.assert(&[(150, "8"), (39, "8")]);
        assert!(!report.get(58).is_empty(), "{report:?}");
    }
    client.order("good", "1", "10", "100", &[]);
    client.report("good", "0");
}

#[test]
fn another_participants_order_cannot_be_touched() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut owner = Client::log_on(&venue, dir.path(), "BOT01");
    let mut other = Client::log_on(&venue, dir.path(), "BOT02");
    owner.order("mine", "1", "10", "90", &[]);
    let order_id = owner.report("mine", "0").get(37).to_owned();
    let fields = [
        (11, "steal"),
        (41, "mine"),
        (37, order_id.as_str()),
        (55, "ACME"),
        (54, "1"),
        (60, "$now"),
        (38, "10"),
    ];
    other.send("F", &fields);
    // Unknown order: that it exists is not told.
    let reject = other.message(&[(35, "9"), (11, "steal")]);
    reject.assert(&[(102, "1"), (37, "NONE")]);
    assert_eq!(venue.ctl_json(&["book", "ACME"])["bids"][0]["qty"], "10");
}

#[test]
fn rest_bodies_that_are_wrong_are_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let address = venue.at("/http");
    let login = "/api/v1/auth/login";
    let large = format!("{{\"email\":\"{}\"}}", "a".repeat(3_000_000));
    let json_type = "application/json";
    let cases = [
        (login, json_type, "{", 400),
        (login, json_type, "[]", 400),
        (login, json_type, r#"{"email":5,"password":"x"}"#, 400),
        (
            login,
            json_type,
            r#"{"email":"a@b.example","password":"x","more":1}"#,
            400,
        ),
        (login, json_type, r#"{"email":"a@b.example"}"#, 400),
        (login, "text/plain", "{}", 415),
        (login, json_type, &large, 413),
        ("/api/v1/nothing", json_type, "{}", 404),
    ];
    for (path, kind, body, status) in cases {
        let headers = [("content-type", kind)];
        let answer = http::request(address, "POST", path, &headers, body).unwrap();
        assert_eq!(answer.status, status, "{body:.60}: {answer:?}");
        assert!(answer.body.len() < 2000, "{:.100}", answer.body);
    }
    let wrong = http::post(
        address,
        login,
        &json!({ "email": venue.at("/user/email"), "password": "not this one" }),
    );
    assert_eq!(wrong.status, 401, "{wrong:?}");
    for token in ["", "Bearer", "Bearer x.y.z", "Basic YTpi"] {
        let answer = http::request(
            address,
            "GET",
            "/api/v1/me",
            &[("authorization", token)],
            "",
        )
        .unwrap();
        assert_eq!(answer.status, 401, "{token}: {answer:?}");
    }
    assert_undisturbed(&venue, dir.path());
}

#[test]
fn bytes_that_are_no_http_disturb_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    for port in ["/http", "/control", "/metrics"] {
        for bytes in [
            &b"\0\0\0\0\r\n\r\n"[..],
            b"8=FIX.4.4\x01\r\n\r\n",
            b"GET\r\n\r\n",
        ] {
            let mut raw = Raw::connect(venue.at(port));
            raw.send(bytes);
            let (answer, _) = raw.until_closed();
            assert!(!answer.contains(" 200 "), "{port}: {answer}");
        }
    }
    assert_eq!(
        http::get(venue.at("/metrics"), "/metrics").unwrap().status,
        200
    );
    assert_undisturbed(&venue, dir.path());
}
