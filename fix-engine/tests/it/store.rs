//! What every store must do, once in memory and once in a file; and what a file must survive.
#![allow(clippy::unwrap_used, reason = "a store that fails fails the test")]

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use fix_engine::io::file_store::{FileStore, RESERVED_BLOCK};
use fix_engine::session::input::Cause;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::{MAX_MSG_SEQ_NUM, Store, StoreError};
use fix_engine::time::Timestamp;
use tempfile::TempDir;

/// The suite: each test gets an empty store.
mod suite {
    use super::*;

    /// One test of the suite.
    pub(super) struct Case {
        pub(super) name: &'static str,
        pub(super) run: fn(&mut dyn Store),
    }

    pub(super) const ALL: [Case; 10] = [
        Case {
            name: "begins at one",
            run: begins_at_one,
        },
        Case {
            name: "keeps what is appended",
            run: keeps_what_is_appended,
        },
        Case {
            name: "leaves out what is skipped",
            run: leaves_out_what_is_skipped,
        },
        Case {
            name: "skips many at once",
            run: skips_many_at_once,
        },
        Case {
            name: "refuses numbers out of order",
            run: refuses_numbers_out_of_order,
        },
        Case {
            name: "stops reading when told",
            run: stops_reading_when_told,
        },
        Case {
            name: "moves the inbound number both ways",
            run: moves_the_inbound_number_both_ways,
        },
        Case {
            name: "forgets all at a reset",
            run: forgets_all_at_a_reset,
        },
        Case {
            name: "knows when its numbers began",
            run: knows_when_its_numbers_began,
        },
        Case {
            name: "ends at the largest number",
            run: ends_at_the_largest_number,
        },
    ];

    fn begins_at_one(store: &mut dyn Store) {
        assert_eq!(
            (store.next_out(), store.next_in(), store.incarnation()),
            (1, 1, 1)
        );
        assert_eq!(store.last_cause(), None);
        assert_eq!(numbers(store, 1, u64::MAX), []);
    }

    fn keeps_what_is_appended(store: &mut dyn Store) {
        for number in 1..=300 {
            store
                .append(number, Some(cause(number)), &bytes(number))
                .unwrap();
        }
        store.commit().unwrap();
        assert_eq!(store.next_out(), 301);
        assert_eq!(store.last_cause(), Some(cause(300)));
        let mut seen = Vec::new();
        let read = store.read(100..=200, &mut |stored| {
            assert_eq!(stored.bytes, bytes(stored.msg_seq_num));
            assert_eq!(stored.cause, Some(cause(stored.msg_seq_num)));
            seen.push(stored.msg_seq_num);
            ControlFlow::Continue(())
        });
        read.unwrap();
        assert_eq!(seen, (100..=200).collect::<Vec<_>>());
        assert_eq!(numbers(store, 300, 1000), [300]);
        assert_eq!(numbers(store, 301, 1000), []);
    }

    fn leaves_out_what_is_skipped(store: &mut dyn Store) {
        for number in 1..=200 {
            if number % 3 == 0 {
                store.append(number, None, &bytes(number)).unwrap();
            } else {
                store.skip(number).unwrap();
            }
        }
        store.commit().unwrap();
        assert_eq!(store.next_out(), 201);
        assert_eq!(store.last_cause(), None);
        assert_eq!(numbers(store, 1, 9), [3, 6, 9]);
        assert_eq!(numbers(store, 190, 200), [192, 195, 198]);
    }

    fn skips_many_at_once(store: &mut dyn Store) {
        store.append(1, None, b"one").unwrap();
        store.skip(50_000).unwrap();
        store.append(50_001, None, b"two").unwrap();
        store.commit().unwrap();
        assert_eq!(store.next_out(), 50_002);
        assert_eq!(numbers(store, 1, 60_000), [1, 50_001]);
        assert_eq!(numbers(store, 2, 50_000), []);
    }

    fn refuses_numbers_out_of_order(store: &mut dyn Store) {
        store.append(1, None, b"one").unwrap();
        let refused = [
            store.append(1, None, b"x"),
            store.append(3, None, b"x"),
            store.skip(1),
        ];
        assert_eq!(
            refused.map(|result| result.unwrap_err()),
            [
                StoreError::OutOfOrder {
                    given: 1,
                    expected: 2
                },
                StoreError::OutOfOrder {
                    given: 3,
                    expected: 2
                },
                StoreError::OutOfOrder {
                    given: 1,
                    expected: 2
                },
            ]
        );
        store.append(2, None, b"two").unwrap();
        store.commit().unwrap();
        assert_eq!(numbers(store, 1, 9), [1, 2]);
    }

    fn stops_reading_when_told(store: &mut dyn Store) {
        for number in 1..=10 {
            store.append(number, None, b"x").unwrap();
        }
        let mut seen = Vec::new();
        let read = store.read(1..=10, &mut |stored| {
            seen.push(stored.msg_seq_num);
            if seen.len() == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        read.unwrap();
        assert_eq!(seen, [1, 2, 3]);
    }

    fn moves_the_inbound_number_both_ways(store: &mut dyn Store) {
        for number in [2, 1000, 7] {
            store.set_next_in(number).unwrap();
            store.commit().unwrap();
            assert_eq!(store.next_in(), number);
        }
        assert_eq!(store.next_out(), 1);
    }

    fn forgets_all_at_a_reset(store: &mut dyn Store) {
        store.append(1, Some(cause(1)), b"one").unwrap();
        store.set_next_in(5).unwrap();
        store.commit().unwrap();
        store.reset(NOON).unwrap();
        assert_eq!(
            (store.next_out(), store.next_in(), store.incarnation()),
            (1, 1, 2)
        );
        assert_eq!(store.last_cause(), None);
        assert_eq!(numbers(store, 1, 9), []);
        store.append(1, None, b"another one").unwrap();
        store.commit().unwrap();
        assert_eq!(numbers(store, 1, 9), [1]);
    }

    fn knows_when_its_numbers_began(store: &mut dyn Store) {
        assert_eq!(store.began(), None);
        store.begin(NOON).unwrap();
        store.begin(NOON.plus_secs(1)).unwrap();
        assert_eq!(store.began(), Some(NOON));
        store.append(1, None, b"one").unwrap();
        store.reset(NOON.plus_secs(2)).unwrap();
        store.begin(NOON.plus_secs(3)).unwrap();
        assert_eq!(store.began(), Some(NOON.plus_secs(2)));
    }

    fn ends_at_the_largest_number(store: &mut dyn Store) {
        store.skip(MAX_MSG_SEQ_NUM - 1).unwrap();
        store.commit().unwrap();
        assert_eq!(store.next_out(), MAX_MSG_SEQ_NUM);
        assert_eq!(
            store.append(MAX_MSG_SEQ_NUM, None, b"x").unwrap_err(),
            StoreError::Exhausted
        );
        assert_eq!(
            store.skip(MAX_MSG_SEQ_NUM).unwrap_err(),
            StoreError::Exhausted
        );
        assert_eq!(store.next_out(), MAX_MSG_SEQ_NUM);
    }
}

#[test]
fn the_memory_store_passes_the_suite() {
    for suite::Case { name, run } in suite::ALL {
        println!("{name}");
        run(&mut MemoryStore::new());
    }
}

#[test]
fn the_file_store_passes_the_suite() {
    for suite::Case { name, run } in suite::ALL {
        println!("{name}");
        let folder = TempDir::new().unwrap();
        run(&mut FileStore::open(folder.path().join("store")).unwrap());
    }
}

/// The suite's last state must come back from the file, whether it was closed or its process was killed.
#[test]
fn the_file_store_remembers_what_the_suite_did() {
    for suite::Case { name, run } in suite::ALL {
        println!("{name}");
        let folder = TempDir::new().unwrap();
        let (path, killed) = (folder.path().join("store"), folder.path().join("killed"));
        let mut store = FileStore::open(&path).unwrap();
        run(&mut store);
        store.commit().unwrap();
        let before = state(&mut store);
        fs::copy(&path, &killed).unwrap();
        store.close().unwrap();
        assert_eq!(
            state(&mut FileStore::open(&killed).unwrap()),
            before,
            "killed"
        );
        assert_eq!(
            state(&mut FileStore::open(&path).unwrap()),
            before,
            "closed"
        );
    }
}

#[test]
fn a_memory_store_can_be_bounded() {
    let mut store = MemoryStore::with_kept_max(10);
    for number in 1..=100 {
        store.append(number, None, b"x").unwrap();
    }
    assert_eq!(numbers(&mut store, 1, 100), (91..=100).collect::<Vec<_>>());
    assert_eq!(store.next_out(), 101);
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_off() {
    let folder = TempDir::new().unwrap();
    let (path, torn) = (folder.path().join("store"), folder.path().join("torn"));
    let mut store = FileStore::open(&path).unwrap();
    let mut whole = vec![(store.len_bytes(), state(&mut store))];
    for number in 1..=6 {
        match number {
            3 => store.skip(3).unwrap(),
            5 => store.set_next_in(17).and_then(|()| store.skip(5)).unwrap(),
            _ => store
                .append(number, Some(cause(number)), &bytes(number))
                .unwrap(),
        }
        store.commit().unwrap();
        whole.push((store.len_bytes(), state(&mut store)));
    }
    let written = fs::read(&path).unwrap();
    assert_eq!(written.len() as u64, store.len_bytes());
    for len in usize::try_from(whole[0].0).unwrap()..=written.len() {
        fs::write(&torn, &written[..len]).unwrap();
        let mut opened =
            FileStore::open(&torn).unwrap_or_else(|error| panic!("cut at {len}: {error}"));
        let got = state(&mut opened);
        let (at, expected) = whole
            .iter()
            .rev()
            .find(|(at, _)| *at <= len as u64)
            .unwrap();
        // 5 was committed with two records: a tear between them shows the inbound number alone
        if got != *expected {
            assert_eq!(
                (got.next_out, got.next_in),
                (expected.next_out, 17),
                "cut at {len}"
            );
        }
        assert!(
            opened.len_bytes() >= *at && opened.len_bytes() <= len as u64,
            "cut at {len}"
        );
        let next = opened.next_out();
        opened.append(next, None, b"goes on").unwrap();
        opened.close().unwrap();
        assert_eq!(
            FileStore::open(&torn).unwrap().next_out(),
            next + 1,
            "cut at {len}"
        );
    }
}

#[test]
fn a_making_cut_short_begins_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    FileStore::open(&path).unwrap().close().unwrap();
    let written = fs::read(&path).unwrap();
    for len in [0, 1, 8, 63, 64, 512, 1023] {
        fs::write(&path, &written[..len]).unwrap();
        assert_eq!(
            state(&mut FileStore::open(&path).unwrap()),
            State::FIRST,
            "cut at {len}"
        );
    }
    fs::write(&path, [0; 1024]).unwrap();
    assert_eq!(
        state(&mut FileStore::open(&path).unwrap()),
        State::FIRST,
        "only zeros"
    );
}

#[test]
fn one_header_may_be_torn() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    for slot in [0, 512] {
        let _ = fs::remove_file(&path);
        let mut store = filled(&path, 10);
        let before = state(&mut store);
        store.close().unwrap();
        damage(&path, slot + 20);
        assert_eq!(
            state(&mut FileStore::open(&path).unwrap()),
            State { ..before },
            "slot at {slot}"
        );
    }
    damage(&path, 20);
    damage(&path, 532);
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::Damaged { offset: 0, .. })
    ));
}

#[test]
fn damage_in_the_middle_is_reported_with_its_place_and_nothing_is_changed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    filled(&path, 20).close().unwrap();
    let good = fs::read(&path).unwrap();
    for at in [1024, 1024 + 4, 1500, 1700, good.len() as u64 - 1] {
        fs::write(&path, &good).unwrap();
        damage(&path, at);
        let bad = fs::read(&path).unwrap();
        match FileStore::open(&path) {
            Err(StoreError::Damaged { offset, place, .. }) => {
                assert!(
                    offset <= at && offset + 200 > at,
                    "damage at {at} reported at {offset}"
                );
                assert!(place.ends_with("store"));
            }
            other => panic!("damage at {at}: {other:?}"),
        }
        assert_eq!(fs::read(&path).unwrap(), bad);
    }
}

/// Not closed and the process killed: what follows a bad record shows that it is damage and no torn tail.
#[test]
fn damage_in_a_file_of_a_killed_process_is_no_torn_tail() {
    let folder = TempDir::new().unwrap();
    let (path, killed) = (folder.path().join("store"), folder.path().join("killed"));
    let store = filled(&path, 20);
    fs::copy(&path, &killed).unwrap();
    damage(&killed, 1500);
    assert!(matches!(
        FileStore::open(&killed),
        Err(StoreError::Damaged { .. })
    ));
    drop(store);
}

#[test]
fn damage_that_comes_while_the_store_is_open_is_found_when_it_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = filled(&path, 20);
    damage(&path, 1500);
    let read = store.read(1..=20, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
}

#[test]
fn after_a_power_cut_no_number_is_used_twice() {
    let folder = TempDir::new().unwrap();
    let (path, cut) = (folder.path().join("store"), folder.path().join("cut"));
    let mut store = filled(&path, 100);
    let reserved = 1 + RESERVED_BLOCK;
    fs::copy(&path, &cut).unwrap();
    // the last 40 messages never reached the disk, and the machine has another boot id now
    let len = len_up_to(&mut store, 60);
    fs::OpenOptions::new()
        .write(true)
        .open(&cut)
        .unwrap()
        .set_len(len)
        .unwrap();
    other_boot(&cut);
    let mut opened = FileStore::open(&cut).unwrap();
    assert_eq!(opened.next_out(), reserved);
    assert_eq!(opened.last_cause(), Some(cause(60)));
    assert_eq!(numbers(&mut opened, 1, 5000), (1..=60).collect::<Vec<_>>());
    opened.append(reserved, None, b"goes on").unwrap();
    opened.close().unwrap();
    // closed in good order: exact, even on another start of the machine
    other_boot(&cut);
    assert_eq!(FileStore::open(&cut).unwrap().next_out(), reserved + 1);
}

/// After a power cut pages can be missing in the middle of what was not synced: it is a tail all the same.
#[test]
fn a_hole_in_what_was_not_synced_is_a_torn_tail_after_a_power_cut() {
    let folder = TempDir::new().unwrap();
    let (path, cut) = (folder.path().join("store"), folder.path().join("cut"));
    let store = filled(&path, 100);
    fs::copy(&path, &cut).unwrap();
    damage(&cut, 2000);
    other_boot(&cut);
    let mut opened = FileStore::open(&cut).unwrap();
    assert_eq!(opened.next_out(), 1 + RESERVED_BLOCK);
    let left = numbers(&mut opened, 1, 5000);
    assert!(!left.is_empty() && left.len() < 20, "{left:?}");
    drop(store);
}

#[test]
fn a_file_of_before_a_reset_that_was_cut_short_is_empty() {
    let folder = TempDir::new().unwrap();
    let (path, cut) = (folder.path().join("store"), folder.path().join("cut"));
    let mut store = filled(&path, 10);
    let before = fs::read(&path).unwrap();
    store.reset(NOON).unwrap();
    // the header says reset, the records are still there
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(&before[1024..]);
    fs::write(&cut, &bytes).unwrap();
    let mut opened = FileStore::open(&cut).unwrap();
    assert_eq!(
        (opened.next_out(), opened.next_in(), opened.incarnation()),
        (1, 1, 2)
    );
    assert_eq!(numbers(&mut opened, 1, 100), []);
}

#[test]
fn one_process_at_a_time() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let store = FileStore::open(&path).unwrap();
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::InUse { .. })
    ));
    drop(store);
    assert!(FileStore::open(&path).is_ok());
}

#[test]
fn other_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    fs::write(&path, "hello").unwrap();
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::Damaged { offset: 0, .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), b"hello");
    fs::remove_file(&path).unwrap();
    FileStore::open(&path).unwrap().close().unwrap();
    for at in [8, 520] {
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] = 9;
        fs::write(&path, &bytes).unwrap();
    }
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::Version {
            found: 9,
            known: 2,
            ..
        })
    ));
    let nowhere = FileStore::open(folder.path().join("no/such/folder/store"));
    assert!(
        matches!(nowhere, Err(StoreError::Medium { act: "opened", .. })),
        "{nowhere:?}"
    );
}

#[test]
fn a_message_that_is_too_long_is_refused_and_the_store_goes_on() {
    let folder = TempDir::new().unwrap();
    let mut store = FileStore::open(folder.path().join("store")).unwrap();
    let long = vec![b'x'; 16 * 1024 * 1024 + 1];
    assert!(matches!(
        store.append(1, None, &long),
        Err(StoreError::TooLong { .. })
    ));
    store.append(1, None, b"short").unwrap();
    store.commit().unwrap();
    assert_eq!(numbers(&mut store, 1, 9), [1]);
}

/// A limit on the size of files stands for a full disk: the test runs itself again under one.
#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_store_and_corrupts_nothing() {
    const CHILD: &str = "FIX_ENGINE_FULL_DISK_FOLDER";
    if let Some(folder) = std::env::var_os(CHILD) {
        return fill_the_disk(Path::new(&folder));
    }
    let folder = TempDir::new().unwrap();
    let child = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact store::a_full_disk_stops_the_store_and_corrupts_nothing"])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    let last: u64 = fs::read_to_string(folder.path().join("last"))
        .unwrap()
        .parse()
        .unwrap();
    let mut store = FileStore::open(folder.path().join("store")).unwrap();
    assert_eq!(store.next_out(), last + 1);
    assert_eq!(
        numbers(&mut store, 1, u64::MAX),
        (1..=last).collect::<Vec<_>>()
    );
    store
        .append(last + 1, None, b"there is room again")
        .unwrap();
    store.commit().unwrap();
}

#[cfg(unix)]
fn fill_the_disk(folder: &Path) {
    let mut store = FileStore::open(folder.join("store")).unwrap();
    let error = loop {
        let number = store.next_out();
        assert!(number < 10_000, "the limit does not hold");
        let stored = store
            .append(number, Some(cause(number)), &bytes(number))
            .and_then(|()| store.commit());
        if let Err(error) = stored {
            break error;
        }
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    let last = store.next_out() - 1;
    assert_eq!(store.last_cause(), Some(cause(last)));
    assert_eq!(
        numbers(&mut store, 1, u64::MAX),
        (1..=last).collect::<Vec<_>>()
    );
    store.append(last + 1, None, &bytes(last + 1)).unwrap();
    assert!(matches!(store.commit(), Err(StoreError::Full { .. })));
    assert_eq!(store.next_out(), last + 1);
    fs::write(folder.join("last"), last.to_string()).unwrap();
}

#[test]
fn many_messages_are_found_quickly_from_anywhere() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open(&path).unwrap();
    for number in 1..=20_000 {
        store.append(number, None, &bytes(number)).unwrap();
        if number % 100 == 0 {
            store.commit().unwrap();
        }
    }
    for first in [1, 63, 64, 65, 9_999, 19_990] {
        assert_eq!(
            numbers(&mut store, first, first + 5),
            (first..=first + 5).collect::<Vec<_>>()
        );
    }
    store.close().unwrap();
    let mut store = FileStore::open(&path).unwrap();
    assert_eq!(
        numbers(&mut store, 12_345, 12_347),
        [12_345, 12_346, 12_347]
    );
}

/// 2026-01-05 12:00 UTC.
const NOON: Timestamp = Timestamp::from_secs(1_767_614_400);

/// Everything a store answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    next_out: u64,
    next_in: u64,
    incarnation: u64,
    began: Option<Timestamp>,
    last_cause: Option<Cause>,
    kept: Vec<u64>,
}

impl State {
    const FIRST: State = State {
        next_out: 1,
        next_in: 1,
        incarnation: 1,
        began: None,
        last_cause: None,
        kept: Vec::new(),
    };
}

fn state(store: &mut dyn Store) -> State {
    State {
        next_out: store.next_out(),
        next_in: store.next_in(),
        incarnation: store.incarnation(),
        began: store.began(),
        last_cause: store.last_cause(),
        kept: numbers(store, 1, u64::MAX),
    }
}

fn numbers(store: &mut dyn Store, first: u64, last: u64) -> Vec<u64> {
    let mut seen = Vec::new();
    let read = store.read(first..=last, &mut |stored| {
        seen.push(stored.msg_seq_num);
        ControlFlow::Continue(())
    });
    read.unwrap();
    seen
}

fn cause(number: u64) -> Cause {
    Cause {
        entry: number * 7,
        index: u32::try_from(number % 3).unwrap(),
    }
}

fn bytes(number: u64) -> Vec<u8> {
    format!("message {number} with some bytes").into_bytes()
}

/// A store with so many messages, committed and not closed.
fn filled(path: &Path, messages: u64) -> FileStore {
    let mut store = FileStore::open(path).unwrap();
    for number in 1..=messages {
        store
            .append(number, Some(cause(number)), &bytes(number))
            .unwrap();
    }
    store.commit().unwrap();
    store
}

/// Length of the file when message `last` was its last.
fn len_up_to(store: &mut FileStore, last: u64) -> u64 {
    let overhead = 40;
    let mut len = 1024;
    let read = store.read(1..=last, &mut |stored| {
        len += overhead + stored.bytes.len() as u64;
        ControlFlow::Continue(())
    });
    read.unwrap();
    len
}

fn damage(path: &Path, at: u64) {
    let mut bytes = fs::read(path).unwrap();
    bytes[usize::try_from(at).unwrap()] ^= 0x55;
    fs::write(path, bytes).unwrap();
}

/// Gives both headers another boot id.
fn other_boot(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    for slot in [0, 512] {
        if bytes[slot..slot + 80].iter().any(|byte| *byte != 0) {
            bytes[slot + 32] ^= 0x55;
            let sum = crc32fast::hash(&bytes[slot + 16..slot + 80]);
            bytes[slot + 12..slot + 16].copy_from_slice(&sum.to_le_bytes());
        }
    }
    fs::write(path, bytes).unwrap();
}
