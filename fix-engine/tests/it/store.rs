//! What every store must do, once in memory and once in a file; and what a file must survive.
#![allow(clippy::unwrap_used, reason = "a store that fails fails the test")]

mod full;
mod inspection;
mod memory;
mod rolling;
mod suite;
mod surviving;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use fix_engine::io::file_store::{FileStore, FileStoreConfig};
use fix_engine::session::input::Cause;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::{Store, StoreError};
use fix_engine::time::Timestamp;
use tempfile::TempDir;

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

#[test]
fn a_file_store_of_small_segments_passes_the_suite() {
    let mut most = 0;
    for suite::Case { name, run } in suite::ALL {
        println!("{name}");
        let folder = TempDir::new().unwrap();
        let config = FileStoreConfig {
            segment_bytes: 0,
            ..FileStoreConfig::default()
        };
        let mut store = FileStore::open_with(folder.path().join("store"), config).unwrap();
        run(&mut store);
        most = most.max(store.segments());
    }
    assert!(most > 3, "{most} segments at most");
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
        store.commit(NOON).unwrap();
        let before = state(&mut store);
        copied(&path, &killed);
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
            known: 3,
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
    store.commit(NOON).unwrap();
    assert_eq!(numbers(&mut store, 1, 9), [1]);
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
    store.commit(NOON).unwrap();
    store
}

/// The path of a segment.
fn segment(path: &Path, number: u64) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(format!(".{number:06}"));
    path.into()
}

/// Copies a store's files as they are: what a killed process leaves.
fn copied(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    for number in (1..).skip_while(|number| !segment(from, *number).exists()) {
        let from = segment(from, number);
        if !from.exists() {
            break;
        }
        fs::copy(from, segment(to, number)).unwrap();
    }
}
