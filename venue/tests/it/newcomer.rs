//! Scenario 1: what somebody sees who starts the venue for the first time, and for the second.

use crate::harness::{Venue, free_port, loggia, wait_for};
use crate::http;
use crate::quickfix::Client;
use serde_json::Value;
use std::net::TcpStream;
use std::path::Path;

#[test]
fn the_first_start_tells_everything_that_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let credentials = &venue.credentials;
    let keys: Vec<&str> = credentials
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let wanted = [
        "ca",
        "control",
        "fix",
        "http",
        "instruments",
        "metrics",
        "operator",
        "participants",
        "user",
    ];
    assert_eq!(keys, wanted);
    assert_eq!(credentials["instruments"].as_array().unwrap().len(), 5);
    let comp_ids: Vec<&Value> = credentials["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["comp_id"])
        .collect();
    assert_eq!(
        comp_ids,
        ["BOT01", "BOT02", "BOT03", "BOT04", "CERT01", "MD01"]
    );
    for pointer in ["/fix/plain", "/fix/tls", "/http", "/control", "/metrics"] {
        TcpStream::connect(venue.at(pointer)).unwrap_or_else(|e| panic!("{pointer}: {e}"));
    }
    assert_private(&dir.path().join("data/credentials.json"));
    for pointer in ["/ca", "/operator/cert", "/operator/key"] {
        assert!(Path::new(venue.at(pointer)).is_absolute());
        assert!(Path::new(venue.at(pointer)).is_file(), "{pointer}");
    }
    assert_private(Path::new(venue.at("/operator/key")));
    assert_printed(&venue);
}

fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

/// Ports, CompIDs, passwords, certificates, the web address, a line for `loggiactl` that works.
fn assert_printed(venue: &Venue) {
    let printed = venue.printed();
    let mut words = vec![
        venue.at("/fix/plain"),
        venue.at("/fix/tls"),
        venue.at("/user/password"),
    ];
    words.extend([
        venue.at("/ca"),
        venue.at("/user/email"),
        venue.at("/operator/cert"),
    ]);
    let web = format!("http://{}", venue.at("/http"));
    words.push(&web);
    for participant in venue.credentials["participants"].as_array().unwrap() {
        words.extend(["comp_id", "password", "cert"].map(|k| participant[k].as_str().unwrap()));
    }
    for word in words {
        assert!(printed.contains(word), "{word} is not printed:\n{printed}");
    }
    let line = printed
        .lines()
        .find(|l| l.contains("admin-cli --"))
        .unwrap();
    let (_, arguments) = line.split_once(" -- ").unwrap();
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let said = venue.ctl(&arguments[2..]);
    assert_eq!(arguments[0], "--credentials");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("sessions"), "{said:?}");
}

#[test]
fn no_secret_reaches_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start_with(dir.path(), &[("RUST_LOG", "trace")]);
    let client = Client::log_on(&venue, dir.path(), "BOT01");
    let user = serde_json::json!({ "email": venue.at("/user/email"), "password": venue.at("/user/password") });
    let login = http::post(venue.at("/http"), "/api/v1/auth/login", &user);
    let token = login.json()["access_token"].as_str().unwrap().to_owned();
    client.quit();
    let log = wait_for("the log of a logout", || {
        let log = venue.log();
        log.contains("BOT01").then_some(log)
    });
    let mut secrets = vec![venue.at("/user/password"), &token];
    for participant in venue.credentials["participants"].as_array().unwrap() {
        secrets.push(participant["password"].as_str().unwrap());
    }
    for secret in secrets {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}

#[test]
fn the_second_start_finds_all_of_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    client.order("one", "1", "100", "99.5", &[]);
    client.report("one", "0");
    client.quit();
    let away = || {
        let sessions = venue.ctl_json(&["sessions"]);
        let logged_on = sessions
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["logged_on"] == true);
        (!logged_on).then_some(sessions)
    };
    let sessions = wait_for("everybody's logout", away);
    let book = venue.ctl_json(&["book", "ACME"]);
    assert_eq!(book["bids"][0]["price"], "99.5");
    let first = venue.credentials.clone();
    assert!(venue.stop().success());

    let venue = Venue::start(dir.path());
    for key in ["ca", "operator", "participants", "user", "instruments"] {
        assert_eq!(venue.credentials[key], first[key], "{key}");
    }
    let again = venue.ctl_json(&["book", "ACME"]);
    assert_eq!(
        (&again["bids"], &again["offers"]),
        (&book["bids"], &book["offers"])
    );
    assert_eq!(venue.ctl_json(&["sessions"]), sessions);
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    client.send(
        "F",
        &[
            (11, "two"),
            (41, "one"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, "100"),
        ],
    );
    client.report("two", "4");
}

#[test]
fn stopping_logs_everybody_out() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    assert!(venue.stop().success());
    let logout = client.event("a Logout", |e| e["event"] == "admin" && is_logout(e));
    assert!(
        logout["msg"].as_str().unwrap().contains("|58="),
        "it says why: {logout}"
    );
}

#[test]
fn told_to_stop_while_it_opens_it_stops() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = loggia(dir.path(), &["--data", "data"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Signals are listened to before the folder is taken.
    let lock = dir.path().join("data/exchange.lock");
    wait_for("the lock", || lock.exists().then_some(()));
    let pid = child.id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(told.unwrap().success());
    let status = wait_for("its end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
    Venue::start(dir.path());
}

fn is_logout(event: &Value) -> bool {
    let text = event["msg"].as_str().unwrap_or_default();
    text.contains("|35=5|")
}

#[test]
fn a_given_port_is_the_port() {
    let dir = tempfile::tempdir().unwrap();
    let port = free_port().to_string();
    let venue = Venue::start_with(dir.path(), &[("LOGGIA__FIX__PLAIN", &port)]);
    assert_eq!(venue.at("/fix/plain"), port);
}

#[test]
fn what_the_configuration_lists_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("loggia.toml");
    let listed = "[[instruments]]\nsymbol = \"EXMPL\"\ncurrency = \"EUR\"\ntick = \"0.5\"\nlot = \"10\"\nmin_qty = \"10\"\nmax_qty = \"1000\"\nreference_px = \"20\"\n\
                  [[accounts]]\nname = \"DESK\"\ncash = { EUR = \"5000\" }\npositions = { EXMPL = \"50\" }\n\
                  [[participants]]\ncomp_id = \"DESK1\"\npassword = \"of-my-choice\"\naccounts = [\"DESK\"]\n";
    std::fs::write(&file, listed).unwrap();
    for _ in 0..2 {
        let venue = Venue::start(dir.path());
        assert_eq!(venue.participant("DESK1")["password"], "of-my-choice");
        let mut client = Client::log_on(&venue, dir.path(), "DESK1");
        // 50 are there, not 100 at the second start: the second order finds nothing left to sell.
        let id = format!("all-{}", venue.ctl_json(&["status"])["last_seq"]);
        client.order(&id, "2", "60", "20", &[(55, "EXMPL")]);
        client.report(&id, "8").assert(&[(39, "8")]);
        client.quit();
        assert!(venue.stop().success());
    }
}

#[test]
fn the_folder_may_be_shared_by_no_second_process() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let said = crate::harness::ends(loggia(dir.path(), &["--data", "data"]));
    assert_eq!(said.code, Some(73), "{said:?}");
    assert!(said.err.contains("in use by process"), "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    // The first goes on, and its credentials stay.
    assert_eq!(venue.ctl(&["status"]).code, Some(0));
}
