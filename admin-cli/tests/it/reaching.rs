//! Reaching an exchange, or not: no server, a silent one, wrong certificates, refusals, answers that make no sense.

use crate::program::{command, run, said};
use crate::world::World;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

const STATUS: &str = r#"200 OK
{"version":"1","epoch":"e","last_seq":7,"uptime_secs":60,"durability":"os","sessions_logged_on":1,"sessions_total":2,
"instruments_open":12,"instruments_halted":1,"instruments_closed":40,"instruments_in_call":3,"live_orders":0,"trades":0}"#;
const BOOK: &str = r#"200 OK
{"symbol":"ACME","phase":"closed","seq":7,"bids":[],"offers":[],"more":false}"#;

/// Phases that are rare are named where there are any; a server that does not know them says nothing of them.
#[test]
fn the_venue_at_a_glance() {
    let world = World::new();
    let said = world.run(world.serve(STATUS), &["status"]);
    let line = "instruments  12 open, 1 halted, 3 in an auction, 40 closed\n";
    assert!(said.out.contains(line), "{said:?}");
    let said = world.run(world.serve(BOOK), &["book", "ACME", "--depth", "7"]);
    assert_eq!(said.out, "ACME: closed, entry 7\nno orders\n");
    world.asked();
    assert_eq!(world.asked().0, "GET /v1/books/ACME?depth=7 HTTP/1.1");
}

const INSTRUMENT: &str = "200 OK\n{\"seq\":7,\"scheduled\":null,\"instruments\":[{\"symbol\":\"ACME\",\"phase\":\"halted\",\"reason\":\"news\",\"halt\":null}],\"canceled\":0}";

#[test]
fn an_answer_is_a_table_or_the_control_type() {
    let world = World::new();
    let server = world.serve(INSTRUMENT);
    let table = world.run(server, &["halt", "ACME", "--reason", "news"]);
    assert_eq!(table.code, 0, "{table:?}");
    assert!(
        table.out.contains("SYMBOL") && table.out.contains("halted"),
        "{table:?}"
    );
    let json = world.run(
        server,
        &["halt", "ACME", "--reason", "news", "--output", "json"],
    );
    let outcome: market::control::halt::HaltOutcome = serde_json::from_str(&json.out).unwrap();
    assert_eq!(outcome.instruments[0].reason.as_deref(), Some("news"));
}

#[test]
fn nobody_there_ends_with_3() {
    let world = World::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = free.local_addr().unwrap();
    drop(free);
    let said = world.run(server, &["status"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err.contains("cannot reach") && said.err.contains(&server.to_string()),
        "{said:?}"
    );
    assert!(said.out.is_empty(), "{said:?}");
}

#[test]
fn a_silent_server_ends_with_3_in_time() {
    let world = World::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = world.run(
        silent.local_addr().unwrap(),
        &["status", "--timeout-secs", "1"],
    );
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("no answer within 1 s"), "{said:?}");
}

/// What was asked may be done: that is not "cannot reach".
#[test]
fn a_server_that_was_asked_and_says_nothing_ends_with_3_and_may_have_done_it() {
    let world = World::new();
    let silent = world.serve_silence();
    let kill = ["kill", "--all", "--reason", "x", "--yes"];
    let mut arguments = kill.to_vec();
    arguments.extend(["--timeout-secs", "1"]);
    let said = world.run(silent, &arguments);
    assert_eq!(world.asked().0, "POST /v1/kill HTTP/1.1");
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err.contains("no answer within 1 s")
            && said.err.contains("may still be done")
            && !said.err.contains("cannot reach"),
        "{said:?}"
    );
    // To look changes nothing.
    let said = world.run(silent, &["status", "--timeout-secs", "1"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(!said.err.contains("may still be done"), "{said:?}");
}

/// The exchange itself gives up after 10 s, and says so: who asks waits for that.
#[test]
fn who_asks_waits_longer_than_the_exchange_does() {
    let world = World::new();
    let help = run(world.folder.path(), &["status", "--help"]);
    assert!(help.out.contains("[default: 20]"), "{help:?}");
}

#[test]
fn a_server_of_another_ca_ends_with_4() {
    let world = World::new();
    let server = world.serve(INSTRUMENT);
    let said = world.run(server, &["status", "--ca", "stranger-ca.pem"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("--ca"), "{said:?}");
}

#[test]
fn a_strangers_certificate_ends_with_4() {
    let world = World::new();
    let strange = [
        "--cert",
        "stranger-client.pem",
        "--key",
        "stranger-client.key",
    ];
    let mut arguments = vec!["status"];
    arguments.extend(strange);
    let said = world.run(world.serve(INSTRUMENT), &arguments);
    assert_eq!(said.code, 4, "{said:?}");
}

#[test]
fn a_server_without_tls_ends_with_4() {
    let world = World::new();
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = plain.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut socket in plain.incoming().map_while(Result::ok) {
            // Whether the client reads it or hangs up first is its own matter.
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let said = world.run(server, &["status"]);
    assert_eq!(said.code, 4, "{said:?}");
}

#[test]
fn certificates_that_cannot_be_used_end_with_7_or_4() {
    let world = World::new();
    let url = format!("https://{}", world.serve(INSTRUMENT));
    let with = |cert: &str, key: &str| {
        let arguments = [
            "--server", &url, "--ca", "ca.pem", "--cert", cert, "--key", key, "status",
        ];
        run(world.folder.path(), &arguments)
    };
    let absent = with("absent.pem", "client.key");
    assert_eq!(absent.code, 7, "{absent:?}");
    assert!(absent.err.contains("absent.pem"), "{absent:?}");
    let swapped = with("client.key", "client.pem");
    assert_eq!(swapped.code, 7, "{swapped:?}");
    let mixed = with("client.pem", "stranger-client.key");
    assert_eq!(mixed.code, 4, "{mixed:?}");
}

#[test]
fn refusals_have_codes_of_their_own() {
    let world = World::new();
    let cases = [
        (
            "404 Not Found\n{\"code\":\"unknown_symbol\",\"message\":\"no instrument NOPE\"}",
            5,
            "no instrument NOPE",
        ),
        (
            "409 Conflict\n{\"code\":\"already_halted\",\"message\":\"ACME is halted\"}",
            1,
            "already_halted",
        ),
        (
            "403 Forbidden\n{\"code\":\"forbidden\",\"message\":\"a viewer may not halt\"}",
            1,
            "a viewer may not halt",
        ),
        ("500 Oops\nnot json", 6, "500"),
        ("200 OK\n{\"unexpected\":1}", 6, "cannot be understood"),
    ];
    for (answer, code, word) in cases {
        let said = world.run(world.serve(answer), &["resume", "NOPE"]);
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.err.contains(word), "{said:?}");
    }
}

#[test]
fn failures_are_json_too() {
    let world = World::new();
    let refused = "409 Conflict\n{\"code\":\"already_halted\",\"message\":\"ACME is halted\"}";
    let said = world.run(
        world.serve(refused),
        &["resume", "ACME", "--output", "json"],
    );
    let error: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(error["exit_code"], 1);
    assert!(error["error"].as_str().unwrap().contains("ACME is halted"));
}

#[test]
fn credentials_are_found_or_their_absence_is_wrong_usage() {
    let world = World::new();
    let folder = world.folder.path();
    let nothing = run(folder, &["status"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    assert!(nothing.err.contains("--credentials"), "{nothing:?}");
    let absent = run(folder, &["--credentials", "absent.json", "status"]);
    assert_eq!(absent.code, 2, "{absent:?}");
    write_credentials(&world, &folder.join("credentials.json"));
    let named = run(
        folder,
        &[
            "--credentials",
            "credentials.json",
            "halt",
            "ACME",
            "--reason",
            "x",
        ],
    );
    assert_eq!(named.code, 0, "{named:?}");
    let variable = command(folder, &["halt", "ACME", "--reason", "x"])
        .env("LOGGIACTL_CREDENTIALS", "credentials.json")
        .output()
        .unwrap();
    assert_eq!(said(variable).code, 0);
    std::fs::create_dir(folder.join("loggia-data")).unwrap();
    write_credentials(&world, &folder.join("loggia-data/credentials.json"));
    let found = run(folder, &["halt", "ACME", "--reason", "x"]);
    assert_eq!(found.code, 0, "{found:?}");
}

fn write_credentials(world: &World, path: &Path) {
    let folder = world.folder.path();
    let credentials = serde_json::json!({
        "control": world.serve(INSTRUMENT).to_string(),
        "ca": folder.join("ca.pem"),
        "operator": { "cert": folder.join("client.pem"), "key": folder.join("client.key") },
    });
    std::fs::write(path, credentials.to_string()).unwrap();
}
