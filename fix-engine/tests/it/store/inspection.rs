//! What a store's files say without its lock: the same as the store itself, also while it is open; and where they are
//! damaged. Nothing is changed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use fix_engine::codec::message::Message;
use fix_engine::io::file_store::inspection::{self, KeptMessage};
use fix_engine::io::file_store::{FileStore, FileStoreConfig};
use fix_engine::session::store::{Store, StoreError};
use fix_engine::time::Timestamp;
use tempfile::TempDir;

use super::{NOON, cause, segment};

/// A real message, long enough that a hundred of them fill a segment of 64 KiB.
fn message(number: u64) -> Vec<u8> {
    let text = format!(
        "8=FIX.4.4|35=B|34={number}|49=A|56=B|52=20260105-12:00:{:02}|148=x|58={}",
        number % 60,
        ".".repeat(700)
    );
    Message::from_pipe(&text).unwrap().bytes().to_vec()
}

/// A store of several segments: messages up to `last`, of which every tenth number is skipped; open.
fn filled(path: &Path, last: u64) -> FileStore {
    let config = FileStoreConfig {
        segment_bytes: 0,
        ..FileStoreConfig::default()
    };
    let mut store = FileStore::open_with(path, config).unwrap();
    store.begin(NOON).unwrap();
    for number in 1..=last {
        if number % 10 == 0 {
            store.skip(number).unwrap();
        } else {
            store
                .append(number, Some(cause(number)), &message(number))
                .unwrap();
        }
        store.commit(NOON).unwrap();
    }
    store.set_next_in(77).unwrap();
    store.commit(NOON).unwrap();
    store
}

/// Every file of a folder with its content.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap();
    let paths = files.map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn says_what_the_store_says_while_it_is_open_and_after() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let store = filled(&path, 259);
    let before = content(folder.path());
    let seen = inspection::inspect(&path).unwrap();
    assert_eq!(content(folder.path()), before);
    assert_eq!(
        (seen.next_out, seen.next_in, seen.incarnation),
        (260, 77, 1)
    );
    assert_eq!(
        (seen.began, seen.last_cause),
        (Some(NOON), Some(cause(259)))
    );
    assert_eq!((seen.messages, seen.skips, seen.inbound), (234, 25, 1));
    assert_eq!(
        (seen.bytes, seen.segments.len()),
        (store.len_bytes(), store.segments())
    );
    assert!(seen.segments.len() > 2, "{:?}", seen.segments);
    let at = |secs| Some(Timestamp::from_secs(NOON.nanos() / 1_000_000_000 + secs));
    let kept = |msg_seq_num, secs| {
        Some(KeptMessage {
            msg_seq_num,
            sent_at: at(secs),
        })
    };
    assert_eq!((seen.first, seen.last), (kept(1, 1), kept(259, 259 % 60)));
    assert!(!seen.is_closed && seen.torn_tail.is_none());
    if cfg!(target_os = "linux") {
        assert_eq!(seen.holder, Some(std::process::id()));
    }
    store.close().unwrap();
    let seen = inspection::inspect(&path).unwrap();
    assert!(seen.is_closed && seen.holder.is_none());
}

#[test]
fn shows_the_messages_of_a_range() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let _store = filled(&path, 259);
    for (range, expected) in [
        (95..=102, vec![95, 96, 97, 98, 99, 101, 102]),
        (258..=u64::MAX, vec![258, 259]),
        (300..=400, vec![]),
    ] {
        let mut seen = Vec::new();
        let read = inspection::messages(&path, &range, &mut |stored| {
            assert_eq!(stored.bytes, message(stored.msg_seq_num));
            seen.push(stored.msg_seq_num);
            ControlFlow::Continue(())
        });
        read.unwrap();
        assert_eq!(seen, expected, "{range:?}");
    }
}

#[test]
fn a_torn_tail_is_told_and_left() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let store = filled(&path, 5);
    let last = segment(&path, 1);
    let mut torn = fs::read(&last).unwrap();
    let whole = torn.len() as u64;
    torn.extend_from_slice(&[9; 21]);
    store.close().unwrap();
    fs::write(&last, &torn).unwrap();
    let tail = inspection::inspect(&path).unwrap().torn_tail.unwrap();
    assert_eq!(
        (tail.path, tail.offset, tail.bytes),
        (last.clone(), whole, 21)
    );
    assert_eq!(fs::read(&last).unwrap(), torn);
}

/// Every byte of the segments counts, but those of a header that say nothing.
#[test]
fn damage_anywhere_is_found_with_file_and_offset() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    filled(&path, 150).close().unwrap();
    for number in [1, 2] {
        let file = segment(&path, number);
        let good = fs::read(&file).unwrap();
        let places = (0..10).chain(12..88).chain((128..good.len()).step_by(997));
        for at in places.chain([good.len() - 1]) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(&file, &bad).unwrap();
            let seen = inspection::inspect(&path);
            let Err(StoreError::Damaged { place, offset, .. }) = seen else {
                panic!("segment {number}, byte {at}: {seen:?}")
            };
            assert_eq!(Path::new(&place), file, "byte {at}");
            assert!(
                offset <= at as u64 && at as u64 <= offset + 900,
                "byte {at}: {offset}"
            );
        }
        fs::write(&file, &good).unwrap();
    }
    inspection::inspect(&path).unwrap();
}

#[test]
fn what_is_no_store_is_said() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let absent = inspection::inspect(&path);
    assert!(
        matches!(absent, Err(StoreError::Medium { act: "opened", .. })),
        "{absent:?}"
    );
    assert!(!path.exists());
    filled(&path, 5).close().unwrap();
    let part = inspection::inspect(&segment(&path, 1))
        .unwrap_err()
        .to_string();
    assert!(part.contains("this is a segment"), "{part}");
}
