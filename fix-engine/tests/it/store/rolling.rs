//! Segments: when a store begins another, what is kept, what it costs to find a message and to open.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use fix_engine::io::file_store::{DAY_BYTES_MIN, FileStore, FileStoreConfig};
use fix_engine::session::store::{Store, StoreError};
use fix_engine::time::Timestamp;
use tempfile::TempDir;

use super::{NOON, bytes, cause, numbers, segment, state};

const DAY_SECS: i64 = 86_400;

/// The smallest segments there are: 64 KiB.
const SMALL: FileStoreConfig = FileStoreConfig {
    segment_bytes: 0,
    keep_days: 7,
    keep_numbers: u64::MAX,
    sync_commits: false,
};

/// Appends so many messages of about a KiB, a commit each.
fn append(store: &mut FileStore, messages: u64, at: Timestamp) {
    for _ in 0..messages {
        let number = store.next_out();
        let long = [bytes(number), vec![b'.'; 1000]].concat();
        store.append(number, Some(cause(number)), &long).unwrap();
        store.commit(at).unwrap();
    }
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn many_messages_are_found_quickly_from_anywhere() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    for number in 1..=20_000 {
        store.append(number, None, &bytes(number)).unwrap();
        if number % 100 == 0 {
            store.commit(NOON).unwrap();
        }
    }
    for first in [1, 63, 64, 65, 9_999, 19_990] {
        assert_eq!(
            numbers(&mut store, first, first + 5),
            (first..=first + 5).collect::<Vec<_>>()
        );
    }
    assert!(store.segments() > 10, "{} segments", store.segments());
    store.close().unwrap();
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    assert_eq!(
        numbers(&mut store, 12_345, 12_347),
        [12_345, 12_346, 12_347]
    );
}

#[test]
fn a_full_segment_is_sealed_and_the_numbers_go_on() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    append(&mut store, 200, NOON);
    store.set_next_in(77).unwrap();
    store.commit(NOON).unwrap();
    assert_eq!(
        files(folder.path()),
        [
            "store",
            "store.000001",
            "store.000002",
            "store.000003",
            "store.000004"
        ]
    );
    assert!(fs::metadata(segment(&path, 1)).unwrap().len() < 66 * 1024);
    let before = state(&mut store);
    assert_eq!((before.next_out, before.next_in), (201, 77));
    assert_eq!(before.kept, (1..=200).collect::<Vec<_>>());
    drop(store);
    assert_eq!(
        state(&mut FileStore::open_with(&path, SMALL).unwrap()),
        before
    );
}

#[test]
fn a_new_day_seals_and_what_is_older_than_the_kept_days_is_removed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open(&path).unwrap();
    let a_day = DAY_BYTES_MIN / 1000;
    for day in 0..12 {
        append(&mut store, a_day, NOON.plus_secs(day * DAY_SECS));
    }
    // Twelve days, of which the last is being written and the seven before it are kept.
    assert_eq!(store.segments(), 8);
    assert_eq!(files(folder.path()).len(), 9);
    let next = 12 * a_day + 1;
    assert_eq!(store.next_out(), next);
    let kept = (4 * a_day + 1..next).collect::<Vec<_>>();
    assert_eq!(numbers(&mut store, 1, u64::MAX), kept);
    let before = state(&mut store);
    store.close().unwrap();
    let mut store = FileStore::open(&path).unwrap();
    assert_eq!(state(&mut store), before);
    // A day on which little happens stays in the segment of the day before, and still lets the oldest go.
    append(&mut store, 1, NOON.plus_secs(12 * DAY_SECS));
    append(&mut store, 1, NOON.plus_secs(13 * DAY_SECS));
    assert_eq!(store.segments(), 7);
}

#[test]
fn the_last_cause_and_the_numbers_outlive_their_records() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let config = FileStoreConfig {
        keep_numbers: 0,
        ..SMALL
    };
    let mut store = FileStore::open_with(&path, config).unwrap();
    append(&mut store, 3, NOON);
    store.set_next_in(9).unwrap();
    store.roll(NOON).unwrap();
    assert_eq!(files(folder.path()), ["store", "store.000002"]);
    assert_eq!(numbers(&mut store, 1, 9), []);
    drop(store);
    let store = FileStore::open_with(&path, config).unwrap();
    assert_eq!(
        (store.next_out(), store.next_in(), store.last_cause()),
        (4, 9, Some(cause(3)))
    );
}

#[test]
fn the_latest_numbers_are_kept() {
    let folder = TempDir::new().unwrap();
    let config = FileStoreConfig {
        keep_numbers: 100,
        ..SMALL
    };
    let mut store = FileStore::open_with(folder.path().join("store"), config).unwrap();
    append(&mut store, 1000, NOON);
    let kept = numbers(&mut store, 1, u64::MAX);
    assert_eq!(kept.last(), Some(&1000));
    assert!((100..=250).contains(&kept.len()), "{} kept", kept.len());
}

#[test]
fn a_reset_removes_every_segment() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    append(&mut store, 200, NOON);
    store.reset(NOON).unwrap();
    assert_eq!(files(folder.path()), ["store", "store.000005"]);
    append(&mut store, 1, NOON);
    drop(store);
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    assert_eq!(
        (store.incarnation(), numbers(&mut store, 1, 900)),
        (2, vec![1])
    );
}

/// A sealed segment is not read at open; what is wrong in it is found when it is read, with its file and offset.
#[test]
fn damage_in_a_sealed_segment_is_reported_with_its_place() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    append(&mut store, 200, NOON);
    store.close().unwrap();
    let good = fs::read(segment(&path, 2)).unwrap();
    let mut bad = good.clone();
    bad[5000] ^= 1;
    fs::write(segment(&path, 2), &bad).unwrap();
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    let mut seen = 0;
    let read = store.read(1..=200, &mut |_| {
        seen += 1;
        ControlFlow::Continue(())
    });
    let Err(StoreError::Damaged { place, offset, .. }) = read else {
        panic!("{read:?}")
    };
    assert!(
        place.ends_with("store.000002") && (3500..=5000).contains(&offset),
        "{place} {offset}"
    );
    assert!(seen > 60 && seen < 80, "{seen}");
    assert_eq!(
        numbers(&mut store, 195, 200),
        (195..=200).collect::<Vec<_>>()
    );
    drop(store);

    // An index that cannot be read costs time and nothing else.
    let mut bad = good.clone();
    let last = bad.len() - 1;
    bad[last] ^= 1;
    fs::write(segment(&path, 2), &bad).unwrap();
    let mut store = FileStore::open_with(&path, SMALL).unwrap();
    assert_eq!(numbers(&mut store, 100, 103), [100, 101, 102, 103]);
    drop(store);

    // Another length shows at open.
    fs::write(segment(&path, 2), &good[..last]).unwrap();
    let opened = FileStore::open_with(&path, SMALL);
    assert!(
        matches!(opened, Err(StoreError::Damaged { .. })),
        "{opened:?}"
    );
}

#[test]
fn commits_can_be_synced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let config = FileStoreConfig {
        sync_commits: true,
        ..SMALL
    };
    let mut store = FileStore::open_with(&path, config).unwrap();
    append(&mut store, 3, NOON);
    assert_eq!(numbers(&mut store, 1, 9), [1, 2, 3]);
}

/// Two pieces are not read twice, and what lies before a message is not read to find it: damage there does not show.
#[test]
fn only_what_is_asked_for_is_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let config = FileStoreConfig {
        segment_bytes: 512 * 1024,
        ..SMALL
    };
    let mut store = FileStore::open_with(&path, config).unwrap();
    append(&mut store, 700, NOON);
    assert_eq!(store.segments(), 2);
    for (number, far) in [(1, 400), (2, 690)] {
        let file = segment(&path, number);
        let good = fs::read(&file).unwrap();
        let first = if number == 1 { 1 } else { 500 };
        let mut bad = good.clone();
        bad[2000] ^= 1;
        fs::write(&file, &bad).unwrap();
        assert_eq!(
            numbers(&mut store, far, far + 1),
            [far, far + 1],
            "segment {number}"
        );
        let read = store.read(first..=far, &mut |_| ControlFlow::Continue(()));
        assert!(
            matches!(read, Err(StoreError::Damaged { .. })),
            "segment {number}: {read:?}"
        );
        fs::write(&file, &good).unwrap();
    }
    let broken_off = store.read(1..=700, &mut |_| ControlFlow::Break(()));
    broken_off.unwrap();
    let good = fs::read(segment(&path, 1)).unwrap();
    let mut bad = good.clone();
    bad[5000] ^= 1;
    fs::write(segment(&path, 1), &bad).unwrap();
    let mut next = 2;
    let read = store.read(2..=40, &mut |stored| {
        assert_eq!(stored.msg_seq_num, next);
        next += 1;
        ControlFlow::Continue(())
    });
    read.unwrap();
    assert_eq!(next, 41);
}
