//! `session …`, `audit` and `fix tail`: what is asked, what is shown, and that no password is.

use crate::program::{Said, command, said};
use crate::world::World;
use serde_json::{Value, json};
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

const DONE: &str = r#"200 OK
{"changed":true,"seq":57,"session":{"comp_id":"NEW01","state":"enabled","reason":null,"logged_on":false,"next_in":1,"next_out":1,"reset_due":false,"orders":true,"market_data":true,"reset_on_logon":false,"client_cert":"optional","cert_fingerprint":null,"cert_subject":null,"networks":[],"password_max_age_days":null,"accounts":["A1"]}}"#;
const DONE_WITH_PASSWORD: &str = r#"200 OK
{"changed":true,"seq":57,"password":"made-up-by-venue","canceled_orders":2,"session":{"comp_id":"NEW01","state":"disabled","reason":"margin call","logged_on":false,"next_in":4,"next_out":9,"reset_due":true,"orders":true,"market_data":false,"reset_on_logon":true,"client_cert":"required","cert_fingerprint":"ab12","cert_subject":"CN=NEW01","networks":["10.0.0.0/8"],"password_max_age_days":90,"accounts":[]}}"#;
const SO_ALREADY: &str = r#"200 OK
{"changed":false,"seq":null,"session":{"comp_id":"NEW01","state":"removed","reason":null,"logged_on":false,"next_in":1,"next_out":1,"reset_due":false,"orders":false,"market_data":false,"reset_on_logon":false,"client_cert":"off","cert_fingerprint":null,"cert_subject":null,"networks":[],"password_max_age_days":null,"accounts":[]}}"#;
const AUDIT: &str = r#"200 OK
[{"seq":57,"at":"20260101-10:00:00.000000000","by":"ann","what":"disable NEW01: margin call","outcome":"done"}]"#;
const TAIL: &str = r#"200 OK
{"kind":"following","comp_id":"NEW01","logged_on":true}

{"kind":"message","at":"20260101-10:00:00.000000001","direction":"in","msg_type":"A","text":"8=FIX.4.4|35=A|554=***|"}
{"kind":"lost","messages":3}
{"kind":"message","at":"20260101-10:00:00.000000002","direction":"out","msg_type":"8","text":"8=FIX.4.4|35=8|"}
{"kind":"ended","why":"the session has ended"}
"#;

impl World {
    fn command(&self, server: SocketAddr, arguments: &[&str]) -> Command {
        let url = format!("https://{server}");
        let mut all = vec!["--server", &url, "--ca", "ca.pem", "--cert", "client.pem"];
        all.extend(["--key", "client.key"]);
        all.extend(arguments);
        command(self.folder.path(), &all)
    }
}

fn with_input(mut command: Command, input: &str) -> Said {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    said(child.wait_with_output().unwrap())
}

#[test]
fn each_command_asks_its_path() {
    let world = World::new();
    let server = world.serve(DONE);
    let cases: [(&[&str], &str, Value); 10] = [
        (
            &[
                "session",
                "add",
                "NEW01",
                "--account",
                "A1",
                "--account",
                "A2",
                "--no-orders",
            ],
            "POST /v1/sessions",
            json!({"comp_id": "NEW01", "accounts": ["A1", "A2"], "orders": false, "market_data": true,
                "password": null, "client_cert": "optional", "networks": [], "reset_on_logon": false,
                "cert_fingerprint": null, "cert_subject": null, "password_max_age_days": null}),
        ),
        (
            &[
                "session",
                "change",
                "NEW 1/?",
                "--orders",
                "false",
                "--add-account",
                "A1",
                "--remove-account",
                "A2",
                "--new-password",
                "--client-cert",
                "off",
                "--cert-subject",
                "",
                "--network",
                "10.0.0.0/8",
            ],
            "POST /v1/sessions/NEW%201%2F%3F/change",
            json!({"orders": false, "add_accounts": ["A1"], "remove_accounts": ["A2"], "new_password": true,
                "client_cert": "off", "cert_subject": "", "networks": ["10.0.0.0/8"]}),
        ),
        (
            &["session", "change", "NEW01", "--network", ""],
            "POST /v1/sessions/NEW01/change",
            json!({"add_accounts": [], "remove_accounts": [], "new_password": false, "networks": []}),
        ),
        (
            &[
                "session",
                "disable",
                "NEW01",
                "--reason",
                "margin call",
                "--cancel-orders",
            ],
            "POST /v1/sessions/NEW01/disable",
            json!({"reason": "margin call", "cancel_orders": true}),
        ),
        (
            &["session", "enable", "NEW01"],
            "POST /v1/sessions/NEW01/enable",
            json!({}),
        ),
        (
            &["session", "remove", "NEW01", "--keep-orders"],
            "POST /v1/sessions/NEW01/remove",
            json!({"keep_orders": true}),
        ),
        (
            &["session", "reset", "NEW01"],
            "POST /v1/sessions/NEW01/reset",
            json!({}),
        ),
        (
            &["session", "set-numbers", "NEW01", "--next-in", "7"],
            "POST /v1/sessions/NEW01/numbers",
            json!({"next_in": 7}),
        ),
        (
            &["session", "logout", "NEW01"],
            "POST /v1/sessions/NEW01/logout",
            json!({}),
        ),
        (
            &["session", "logout", "NEW01", "--text", "bye"],
            "POST /v1/sessions/NEW01/logout",
            json!({"text": "bye"}),
        ),
    ];
    for (arguments, line, body) in cases {
        let said = world.run(server, arguments);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.starts_with("done, entry 57\n"), "{said:?}");
        let asked = world.asked();
        assert_eq!(asked, (format!("{line} HTTP/1.1"), body), "{arguments:?}");
    }
}

#[test]
fn passwords_come_from_standard_input_or_the_environment_and_are_not_shown() {
    let world = World::new();
    let server = world.serve(DONE);
    let add = ["session", "add", "NEW01", "--password-stdin"];
    let said = with_input(world.command(server, &add), "top secret\nmore\n");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.asked().1["password"], "top secret");
    assert!(
        !said.out.contains("secret") && !said.err.contains("secret"),
        "{said:?}"
    );
    let change = [
        "session",
        "change",
        "NEW01",
        "--password-env",
        "NEW_PASSWORD",
    ];
    let mut command = world.command(server, &change);
    let said = crate::program::said(command.env("NEW_PASSWORD", "top secret").output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.asked().1["password"], "top secret");
    assert!(!said.out.contains("secret"), "{said:?}");
    let empty = with_input(world.command(server, &add), "\n");
    assert_eq!(empty.code, 2, "{empty:?}");
    let absent = world.run(server, &change);
    assert!(
        absent.code == 2 && absent.err.contains("NEW_PASSWORD"),
        "{absent:?}"
    );
}

#[test]
fn a_certificate_is_bound_by_its_file() {
    let world = World::new();
    let server = world.serve(DONE);
    let bind = [
        "session",
        "change",
        "NEW01",
        "--client-cert-file",
        "client.pem",
    ];
    assert_eq!(world.run(server, &bind).code, 0);
    let asked = world.asked().1;
    let fingerprint = asked["cert_fingerprint"].as_str().unwrap();
    let openssl = Command::new("openssl")
        .args([
            "x509",
            "-noout",
            "-fingerprint",
            "-sha256",
            "-in",
            "client.pem",
        ])
        .current_dir(world.folder.path())
        .output()
        .unwrap();
    let expected = String::from_utf8(openssl.stdout)
        .unwrap()
        .replace(':', "")
        .to_lowercase();
    assert_eq!(expected.trim().rsplit_once('=').unwrap().1, fingerprint);
    let said = world.run(
        server,
        &["session", "add", "N", "--client-cert-file", "absent.pem"],
    );
    assert!(
        said.code == 7 && said.err.contains("absent.pem: No such file"),
        "{said:?}"
    );
    std::fs::write(world.folder.path().join("none.pem"), "words").unwrap();
    let said = world.run(
        server,
        &["session", "add", "N", "--client-cert-file", "none.pem"],
    );
    assert!(
        said.code == 7 && said.err.contains("none.pem: there is no certificate"),
        "{said:?}"
    );
}

#[test]
fn an_outcome_says_all_that_is_worth_saying() {
    let world = World::new();
    let disable = ["session", "disable", "NEW01", "--reason", "x"];
    let said = world.run(world.serve(DONE_WITH_PASSWORD), &disable);
    let expected = "\
done, entry 57
comp id           NEW01
state             disabled: margin call
next in           4
next out          9
reset             due at the next logon
may               enter orders
accounts          none
certificate       required, bound to ab12 and CN=NEW01
networks          10.0.0.0/8
password          good for 90 days
each logon        starts at 1
orders cancelled  2
password          made-up-by-venue  (shown this once)
";
    assert_eq!(said.out, expected);
    let said = world.run(world.serve(SO_ALREADY), &["session", "remove", "NEW01"]);
    assert!(
        said.out.starts_with("nothing to do: it is so already\n"),
        "{said:?}"
    );
    let mut json = disable.to_vec();
    json.extend(["--output", "json"]);
    let said = world.run(world.serve(DONE_WITH_PASSWORD), &json);
    let outcome: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(outcome["password"], "made-up-by-venue");
    let said = world.run(world.serve(AUDIT), &["audit", "--last", "7"]);
    assert!(
        said.out.contains("disable NEW01: margin call") && said.out.contains("ann"),
        "{said:?}"
    );
}

#[test]
fn wrong_usage_is_told_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [&[&str]; 8] = [
        &["session"],
        &["session", "add"],
        &["session", "add", "TWENTY-ONE-CHARACTERS"],
        &[
            "session",
            "add",
            "N",
            "--password-stdin",
            "--password-env",
            "P",
        ],
        &[
            "session",
            "change",
            "N",
            "--new-password",
            "--password-stdin",
        ],
        &["session", "disable", "N"],
        &["session", "set-numbers", "N"],
        &["fix", "tail", "N", "--admin", "--app"],
    ];
    for arguments in cases {
        let said = crate::program::run(folder.path(), arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_session_is_followed_line_by_line() {
    let world = World::new();
    let server = world.serve(TAIL);
    let said = world.run(server, &["fix", "tail", "NEW01", "--app"]);
    assert_eq!(
        world.asked().0,
        "GET /v1/sessions/NEW01/messages?only=app HTTP/1.1"
    );
    let expected = "\
following NEW01, logged on
20260101-10:00:00.000000001  in   8=FIX.4.4|35=A|554=***|
3 messages lost: this reader is too slow
20260101-10:00:00.000000002  out  8=FIX.4.4|35=8|
ended: the session has ended
";
    assert_eq!((said.code, said.out.as_str()), (0, expected), "{said:?}");
    let said = world.run(server, &["fix", "tail", "NEW01", "--count", "1"]);
    assert_eq!((said.code, said.out.lines().count()), (0, 2), "{said:?}");
    let said = world.run(server, &["fix", "tail", "NEW01", "--output", "json"]);
    let lines: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), lines[3]["direction"].as_str()),
        (5, Some("out"))
    );
    let unknown = "404 Not Found\n{\"code\":\"unknown_participant\",\"message\":\"unknown participant \\\"N\\\"\"}";
    let said = world.run(world.serve(unknown), &["fix", "tail", "N"]);
    assert!(
        said.code == 5 && said.err.contains("unknown participant"),
        "{said:?}"
    );
}
