//! A data folder that cannot be used: a clear message, the right exit code, and nothing lost.

use crate::harness::{Said, Venue, ends, loggia, wait_for};
use crate::http;
use crate::quickfix::Client;
use crate::raw::{Raw, message, now};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// One message, and never a stack trace.
fn assert_clear(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, Some(code), "{said:?}");
    let last = said.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("loggia: "), "{said:?}");
    assert!(!said.err.contains("panicked"), "{said:?}");
    for word in words {
        assert!(last.contains(word), "{word}: {said:?}");
    }
}

#[test]
fn without_rights() {
    let dir = tempfile::tempdir().unwrap();
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = loggia(dir.path(), &["--data", "locked"]);
    // Rights do not bind root, so the program runs as somebody else then.
    if fs::metadata(dir.path()).unwrap().uid() == 0 {
        let copy = dir.path().join("loggia");
        fs::copy(env!("CARGO_BIN_EXE_loggia"), &copy).unwrap();
        let mut other = Command::new(copy);
        other.args(["--data", "locked"]).current_dir(dir.path());
        other.envs(command.get_envs().filter_map(|(k, v)| Some((k, v?))));
        other.uid(65_534).gid(65_534);
        command = other;
    }
    let said = ends(command);
    assert_clear(&said, 73, &["locked", "--data"]);
}

#[test]
fn a_file_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("data"), "not a folder").unwrap();
    let said = ends(loggia(dir.path(), &["--data", "data"]));
    assert_clear(&said, 73, &["data"]);
    assert_eq!(fs::read(dir.path().join("data")).unwrap(), b"not a folder");
}

/// `loggia` that cannot write a file beyond `kib`: as close to a full disk as a test without a disk of its own comes.
fn limited(folder: &Path, kib: u32) -> Command {
    let plain = loggia(folder, &[]);
    let mut command = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" --data data");
    command.args(["-c", &script]).arg(plain.get_program());
    command.envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))));
    command.current_dir(folder);
    command
}

#[test]
fn without_room_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let said = ends(limited(dir.path(), 1));
    assert_clear(&said, 74, &["make room"]);
    // With room it starts, whatever the first attempt left behind.
    Venue::start(dir.path());
}

/// Orders that one participant sends before it waits for their reports.
const BATCH: u64 = 50;
const ROUNDS_MAX: u32 = 200;

/// What became of orders; those without an answer are in neither.
#[derive(Default)]
struct Told {
    acknowledged: u64,
    refused: u64,
}

/// Every client sends a batch of orders.
fn fill(clients: &mut [Client], round: u32) -> Told {
    let id = |at: u64| format!("o{round}-{at}");
    for client in clients.iter_mut() {
        (0..BATCH).for_each(|at| client.order(&id(at), "1", "1", "1", &[]));
    }
    let mut told = Told::default();
    for client in clients.iter_mut() {
        for at in 0..BATCH {
            let wanted = format!("|11={}|", id(at));
            let event = client.event("a report or the end", |e| {
                let text = e["msg"].as_str().unwrap_or_default();
                e["event"] == "logout" || (e["event"] == "app" && text.contains(&wanted))
            });
            if event["event"] == "logout" {
                break;
            }
            // A venue that can write no more may still refuse.
            let text = event["msg"].as_str().unwrap_or_default();
            if text.contains("|150=0|") {
                told.acknowledged += 1;
            } else {
                assert!(
                    text.contains("|150=8|"),
                    "neither taken nor refused: {text}"
                );
                told.refused += 1;
            }
        }
    }
    told
}

/// KiB that no file of a new venue in `folder` needs; orders make some larger.
fn room(folder: &Path) -> u32 {
    let files = fs::read_dir(folder.join("data/journal")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let largest = files
        .chain([folder.join("data/backoffice.db")])
        .map(|file| fs::metadata(file).unwrap().len())
        .fold(512 * 1024, u64::max);
    u32::try_from(largest / 1024).unwrap() + 64
}

#[test]
fn room_that_ends_while_orders_flow() {
    let dir = tempfile::tempdir().unwrap();
    Venue::start(dir.path()).stop();
    let kib = room(dir.path());
    let mut command = limited(dir.path(), kib);
    // The database takes no part: it must not be the first to fill up.
    command.env("LOGGIA__JOURNAL__SEGMENT_BYTES", "4294967296");
    let mut venue = Venue::open(command, dir.path(), "data/credentials.json");
    // Several participants: the journal holds the orders of all, each session's store only its own.
    let mut clients =
        ["BOT01", "BOT02", "BOT03"].map(|name| Client::log_on(&venue, dir.path(), name));
    let (mut sent, mut acknowledged, mut refused) = (0, 0, 0);
    for round in 0..ROUNDS_MAX {
        let told = fill(&mut clients, round);
        sent += 3 * BATCH;
        acknowledged += told.acknowledged;
        refused += told.refused;
        if told.acknowledged < 3 * BATCH {
            break;
        }
    }
    assert!(acknowledged < sent, "the room has not ended");
    let status = venue.end();
    assert_eq!(status.code(), Some(74), "{}", venue.log());
    let log = venue.log();
    let last = log.lines().last().unwrap_or_default();
    assert!(
        last.contains("journal") && last.contains("start again"),
        "{last}"
    );
    drop(clients);
    drop(venue);

    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    let book = venue.ctl_json(&["book", "ACME"]);
    let resting = book["bids"][0]["orders"].as_u64().unwrap();
    assert!(
        (acknowledged..=sent - refused).contains(&resting),
        "{resting} rest; of {sent} sent {acknowledged} were acknowledged and {refused} refused"
    );
    client.order("after", "1", "1", "1", &[]);
    client.report("after", "0");
}

/// What the venue says to a Logon of BOT01 until it hangs up.
fn logon(venue: &Venue, password: &str) -> String {
    let mut raw = Raw::connect(venue.at("/fix/plain"));
    let (target, now) = (venue.at("/fix/target_comp_id"), now());
    let head = format!("35=A|34=1|49=BOT01|56={target}|52={now}|98=0|108=30|");
    raw.send(&message(&format!("{head}554={password}|")));
    raw.until_closed().0
}

#[test]
fn room_that_ends_for_one_session_ends_that_session_alone() {
    let dir = tempfile::tempdir().unwrap();
    Venue::start(dir.path()).stop();
    let kib = room(dir.path());
    let mut venue = Venue::open(
        limited(dir.path(), kib),
        dir.path(),
        "data/credentials.json",
    );
    let [mut other, mut client] =
        ["BOT02", "BOT01"].map(|name| Client::log_on(&venue, dir.path(), name));
    // Refused before the sequencer: each makes this session's store larger, and nothing else.
    for round in 0.. {
        assert!(round < ROUNDS_MAX, "the room has not ended");
        for at in 0..BATCH {
            let id = format!("o{round}-{at}");
            client.order(&id, "1", "1", "1", &[(55, "NOPE")]);
        }
        let last = format!("|11=o{round}-{}|", BATCH - 1);
        let event = client.event("the last answer or the end", |e| {
            let text = e["msg"].as_str().unwrap_or_default();
            e["event"] == "logout" || (e["event"] == "app" && text.contains(&last))
        });
        if event["event"] == "logout" {
            break;
        }
    }
    let told = |password: &str| logon(&venue, password);
    let password = venue.participant("BOT01")["password"].as_str().unwrap();
    let text = "|58=the session's store has failed, ask the venue's operator|";
    // The client comes back by itself, again and again: while it does, the session may be taken for a moment.
    let answer = wait_for("the reason", || {
        Some(told(password)).filter(|it| !it.is_empty())
    });
    assert!(
        answer.contains("|35=5|34=1|") && answer.contains(text),
        "{answer}"
    );
    let answer = wait_for("a refusal", || {
        Some(told("wrong")).filter(|it| !it.is_empty())
    });
    assert!(
        answer.contains("|58=invalid username or password|"),
        "{answer}"
    );
    assert!(!answer.contains("store"), "{answer}");
    let log = venue.log();
    for words in [
        "the session's store failed: the session stays away until the next start",
        "BOT01: the session's store has failed: it stays away until the next start",
    ] {
        assert!(log.contains(words), "{words} is not in the log");
    }
    let health = http::get(venue.at("/metrics"), "/health/ready").unwrap();
    assert_eq!(health.status, 503);
    other.order("b", "1", "1", "1", &[]);
    other.report("b", "0");
    drop((client, other));
    venue.signal("-TERM");
    venue.end();
    drop(venue);
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    client.order("after", "1", "1", "1", &[]);
    client.report("after", "0");
}

#[test]
fn an_older_journal_under_a_newer_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    Venue::start(dir.path()).stop();
    let journal = dir.path().join("data/journal/0000000001.seg");
    let older = fs::read(&journal).unwrap();
    let venue = Venue::start(dir.path());
    venue.ctl(&["halt", "ACME", "--reason", "news"]);
    venue.ctl(&["resume", "ACME"]);
    let user = crate::web::User::demo(&venue);
    let seen = venue.ctl_json(&["status"])["last_seq"].as_u64().unwrap();
    crate::harness::wait_for("the back office", || {
        (user.portfolio()["as_of"]["seq"].as_u64() == Some(seen)).then_some(())
    });
    venue.stop();
    let newer = fs::read(&journal).unwrap();
    fs::write(&journal, &older).unwrap();
    let said = ends(loggia(dir.path(), &["--data", "data"]));
    let entries = [
        format!("entry {seen}"),
        format!("ends at entry {}", seen - 2),
    ];
    assert_clear(&said, 74, &[&entries[0], &entries[1]]);
    fs::write(&journal, &newer).unwrap();
    Venue::start(dir.path());
}

#[test]
fn a_lost_file_of_passwords_is_made_anew_and_the_new_ones_are_right() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let before = venue.at("/user/password").to_owned();
    venue.stop();
    fs::remove_file(dir.path().join("data/user-passwords.json")).unwrap();
    let venue = Venue::start(dir.path());
    assert_ne!(venue.at("/user/password"), before);
    crate::web::User::demo(&venue).portfolio();
    venue.stop();
    let venue = Venue::start(dir.path());
    crate::web::User::demo(&venue).portfolio();
}

/// Waits until the back office has read all that the exchange has journalled.
fn wait_until_all_is_read(venue: &Venue) {
    wait_for("the back office", || {
        let body = http::get(venue.at("/metrics"), "/metrics").ok()?.body;
        let figure = |name: &str| -> Option<i64> {
            let mut lines = body.lines();
            lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
        };
        let read = figure("backoffice_consumer_last_seq ")?;
        (read >= figure("loggia_last_seq ")?).then_some(())
    });
}

#[test]
fn a_damaged_journal_is_named_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    wait_until_all_is_read(&venue);
    venue.stop();
    let journal = dir.path().join("data/journal");
    let segment = fs::read_dir(&journal)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&segment, &bytes).unwrap();
    let said = ends(loggia(dir.path(), &["--data", "data"]));
    assert_clear(&said, 74, &["journal", "damaged at byte"]);
    assert_eq!(fs::read(&segment).unwrap(), bytes, "nothing was changed");
    // The way out that it names, and no other place.
    let flag = "--accept-journal-damage ";
    let place = said.err.trim_end().rsplit_once(flag).unwrap().1.to_owned();
    let wrong = ["--data", "data", flag.trim_end(), "0000000001.seg:41"];
    assert_clear(&ends(loggia(dir.path(), &wrong)), 74, &["damaged at byte"]);
    assert_eq!(fs::read(&segment).unwrap(), bytes, "nothing was changed");
    // The back office was told of what is lost: it must begin anew.
    let right = ["--data", "data", flag.trim_end(), &place];
    let said = ends(loggia(dir.path(), &right));
    assert_clear(&said, 74, &["this database has seen entry"]);
    let kept = dir
        .path()
        .join("data/lost")
        .join(place.replace(':', "-"))
        .join("0000000001.seg");
    assert_eq!(fs::read(kept).unwrap(), bytes);
    for file in fs::read_dir(dir.path().join("data")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("backoffice.db") {
            fs::remove_file(path).unwrap();
        }
    }
    let venue = Venue::start(dir.path());
    let audit = venue.ctl(&["audit"]);
    assert!(
        audit
            .out
            .contains(&format!("journal cut at {place}: entries ")),
        "{audit:?}"
    );
}

#[test]
fn a_damaged_session_file_is_named_with_a_way_out_that_opens_the_venue() {
    let dir = tempfile::tempdir().unwrap();
    Venue::start(dir.path()).stop();
    let segment = dir.path().join("data/sessions/BOT01.log.000001");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[0] ^= 0xff;
    fs::write(&segment, &bytes).unwrap();
    let said = ends(loggia(dir.path(), &["--data", "data"]));
    let words = ["BOT01.log.000001", "damaged at byte", "log on with 141=Y"];
    assert_clear(&said, 74, &words);
    assert_eq!(fs::read(&segment).unwrap(), bytes, "nothing was changed");
    for file in ["BOT01.log", "BOT01.log.000001"] {
        fs::remove_file(dir.path().join("data/sessions").join(file)).unwrap();
    }
    Venue::start(dir.path());
}

#[test]
fn a_folder_that_only_another_version_can_begin_with_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let often = [
        ("LOGGIA__JOURNAL__SEGMENT_BYTES", "4096"),
        ("LOGGIA__JOURNAL__SNAPSHOT_ENTRIES", "10"),
    ];
    let venue = Venue::start_with(dir.path(), &often);
    let snapshots = dir.path().join("data/snapshots");
    let made = || {
        let mut files = fs::read_dir(&snapshots).ok()?;
        files
            .any(|file| file.unwrap().path().extension() == Some("snap".as_ref()))
            .then_some(())
    };
    wait_for("a snapshot", made);
    venue.stop();
    for file in fs::read_dir(&snapshots).unwrap() {
        let path = file.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[8..12].copy_from_slice(&77_u32.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..64]);
        bytes[64..68].copy_from_slice(&checksum.to_le_bytes());
        fs::write(&path, bytes).unwrap();
    }
    let first = dir.path().join("data/journal/0000000001.seg");
    let aside = dir.path().join("0000000001.seg");
    fs::rename(&first, &aside).unwrap();
    let said = ends(loggia(dir.path(), &["--data", "data"]));
    let words = [
        "layout version 77",
        "put all archived segments back into its journal/",
    ];
    assert_clear(&said, 74, &words);
    fs::rename(&aside, &first).unwrap();
    Venue::start(dir.path());
}
