//! `fix store`: a session's files, shown and checked while another process has them open, and after.

use crate::program::{Said, run};
use fix_engine::codec::message::Message;
use fix_engine::io::file_store::FileStore;
use fix_engine::session::input::Cause;
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;
use std::fs;
use std::path::Path;

/// 2026-01-05 12:00 UTC.
const NOON: Timestamp = Timestamp::from_secs(1_767_614_400);

/// A store with a message, a secret, a number without a message and two segments; open.
fn filled(path: &Path) -> FileStore {
    let mut store = FileStore::open(path).unwrap();
    store.begin(NOON).unwrap();
    let messages = [
        "8=FIX.4.4|35=B|34=1|49=LOGGIA|56=BOT01|52=20260105-12:00:00.125|148=one|",
        "8=FIX.4.4|35=BE|34=2|49=LOGGIA|56=BOT01|52=20260105-12:00:01|923=x|924=3|553=u|554=hunter2|",
    ];
    for (number, text) in (1..).zip(messages) {
        let message = Message::from_pipe(text).unwrap();
        let cause = Cause {
            entry: 40 + number,
            index: 1,
        };
        store.append(number, Some(cause), message.bytes()).unwrap();
        store.commit(NOON).unwrap();
    }
    store.skip(3).unwrap();
    store.set_next_in(9).unwrap();
    store.commit(NOON).unwrap();
    store.roll(NOON.plus_secs(60)).unwrap();
    store
}

fn json(said: &Said) -> serde_json::Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

#[test]
fn inspect_shows_numbers_counts_times_and_segments() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(&dir.path().join("BOT01.log"));
    let said = run(dir.path(), &["fix", "store", "inspect", "BOT01.log"]);
    assert_eq!(said.code, 0, "{said:?}");
    let in_use = format!(
        "state            in use by process {}\n",
        std::process::id()
    );
    for line in [
        in_use.as_str(),
        "next out         4\n",
        "next in          9\n",
        "reserved below   32769\n",
        "began            20260105-12:00:00.000\n",
        "last cause       42/1\n",
        "messages         2\n",
        "numbers without  1\n",
        "first message    1 at 20260105-12:00:00.125\n",
        "last message     2 at 20260105-12:00:01.000\n",
        "torn tail        -\n",
        "BOT01.log.000002    128            4  20260105-12:01:00.000  no\n",
    ] {
        assert!(said.out.contains(line), "{line} in\n{}", said.out);
    }
    drop(store);
    let inspect = ["fix", "store", "inspect", "BOT01.log", "--output", "json"];
    let inspected = || json(&run(dir.path(), &inspect));
    // A program that another test starts at this moment holds a copy of the lock until it runs.
    let contents = std::iter::repeat_with(inspected)
        .take(1000)
        .find(|contents| contents["in_use_by"].is_null())
        .expect("nobody has the store");
    assert_eq!(contents["closed"], true);
    assert_eq!(contents["segments"][0]["sealed"], true);
    assert_eq!(contents["last_message"]["msg_seq_num"], 2);
}

#[test]
fn inspect_shows_messages_without_their_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let _store = filled(&dir.path().join("BOT01.log"));
    let messages = |range| {
        let arguments = ["fix", "store", "inspect", "BOT01.log", "--messages", range];
        let said = run(dir.path(), &arguments);
        assert_eq!(said.code, 0, "{said:?}");
        said.out
    };
    let all = messages("1..");
    assert_eq!(all.lines().count(), 2, "{all}");
    assert!(
        all.contains("|148=one|") && all.contains("|554=***|"),
        "{all}"
    );
    assert!(!all.contains("hunter2"), "{all}");
    assert!(messages("2").starts_with("8=FIX.4.4|9="));
    assert_eq!(messages("3..7"), "no message of these numbers is kept\n");
    let arguments = [
        "fix",
        "store",
        "inspect",
        "BOT01.log",
        "--messages",
        "1..1",
        "--output",
        "json",
    ];
    let shown = json(&run(dir.path(), &arguments));
    assert_eq!(shown["messages"][0]["cause"], serde_json::json!([41, 1]));
}

#[test]
fn verify_says_sound_torn_or_damaged_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(&dir.path().join("BOT01.log"));
    let verify = || run(dir.path(), &["fix", "store", "verify", "BOT01.log"]);
    let sound = verify();
    assert_eq!(sound.code, 0, "{sound:?}");
    assert!(
        sound.out.contains("verdict  sound\nrecords  4\n"),
        "{sound:?}"
    );
    assert!(sound.out.contains("in use by process"), "{sound:?}");
    store.close().unwrap();

    let last = dir.path().join("BOT01.log.000002");
    let good = fs::read(&last).unwrap();
    fs::write(&last, [good.as_slice(), b"torn"].concat()).unwrap();
    let torn = verify();
    assert_eq!(torn.code, 8, "{torn:?}");
    assert!(
        torn.err
            .contains("BOT01.log.000002: torn tail at byte 128: 4 bytes"),
        "{torn:?}"
    );
    assert_eq!(fs::read(&last).unwrap().len(), good.len() + 4);
    fs::write(&last, &good).unwrap();

    let first = dir.path().join("BOT01.log.000001");
    let mut bad = fs::read(&first).unwrap();
    bad[200] ^= 1;
    fs::write(&first, &bad).unwrap();
    let damaged = verify();
    assert_eq!(damaged.code, 9, "{damaged:?}");
    assert!(
        damaged
            .err
            .contains("BOT01.log.000001: damaged at byte 128: the checksum is wrong"),
        "{damaged:?}"
    );
    let verdict = run(
        dir.path(),
        &["fix", "store", "verify", "BOT01.log", "--output", "json"],
    );
    assert_eq!(json(&verdict)["verdict"], "damaged");
    assert_eq!(json(&verdict)["offset"], 128);
    assert_eq!(
        run(dir.path(), &["fix", "store", "inspect", "BOT01.log"]).code,
        9
    );
    assert_eq!(fs::read(&first).unwrap(), bad);
}

#[test]
fn what_is_no_store_ends_with_2_7_or_9() {
    let dir = tempfile::tempdir().unwrap();
    filled(&dir.path().join("BOT01.log")).close().unwrap();
    fs::write(dir.path().join("empty"), "").unwrap();
    for (name, code, word) in [
        ("absent", 7, "No such file"),
        ("empty", 9, "holds nothing"),
        ("BOT01.log.000001", 2, "name its store, BOT01.log"),
    ] {
        let said = run(dir.path(), &["fix", "store", "verify", name]);
        assert_eq!(said.code, code, "{name}: {said:?}");
        assert!(said.err.contains(word), "{name}: {said:?}");
    }
    assert!(!dir.path().join("absent").exists());
}
