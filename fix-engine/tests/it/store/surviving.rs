//! What a store in files survives: torn tails, torn headers, power cuts; and how it reports damage.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use fix_engine::io::file_store::{FileStore, RESERVED_BLOCK};
use fix_engine::session::store::{Store, StoreError};
use tempfile::TempDir;

use super::{NOON, State, bytes, cause, copied, filled, numbers, segment, state};

/// Bytes of a store that are no segment's.
const HEAD: u64 = 1024;
/// Where records begin in a segment.
const RECORDS_AT: u64 = 128;

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
        store.commit(NOON).unwrap();
        whole.push((store.len_bytes(), state(&mut store)));
    }
    let written = fs::read(segment(&path, 1)).unwrap();
    assert_eq!(HEAD + written.len() as u64, store.len_bytes());
    for len in usize::try_from(RECORDS_AT).unwrap()..=written.len() {
        fs::copy(&path, &torn).unwrap();
        fs::write(segment(&torn, 1), &written[..len]).unwrap();
        let mut opened =
            FileStore::open(&torn).unwrap_or_else(|error| panic!("cut at {len}: {error}"));
        let got = state(&mut opened);
        let (at, expected) = whole
            .iter()
            .rev()
            .find(|(at, _)| *at <= HEAD + len as u64)
            .unwrap();
        assert_eq!((opened.len_bytes(), &got), (*at, expected), "cut at {len}");
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
    fs::remove_file(segment(&path, 1)).unwrap();
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
        let _ = (fs::remove_file(&path), fs::remove_file(segment(&path, 1)));
        let mut store = filled(&path, 10);
        let before = state(&mut store);
        store.close().unwrap();
        damage(&path, slot + 20);
        assert_eq!(
            state(&mut FileStore::open(&path).unwrap()),
            before,
            "slot at {slot}"
        );
    }
    // the second slot is damaged already
    damage(&path, 20);
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
    let (head, good) = (
        fs::read(&path).unwrap(),
        fs::read(segment(&path, 1)).unwrap(),
    );
    for at in [0, 20, 128, 128 + 4, 500, 900, good.len() as u64 - 1] {
        fs::write(segment(&path, 1), &good).unwrap();
        damage(&segment(&path, 1), at);
        let bad = fs::read(segment(&path, 1)).unwrap();
        match FileStore::open(&path) {
            Err(StoreError::Damaged { offset, place, .. }) => {
                assert!(
                    offset <= at && offset + 200 > at,
                    "damage at {at} reported at {offset}"
                );
                assert!(place.ends_with("store.000001"));
            }
            other => panic!("damage at {at}: {other:?}"),
        }
        assert_eq!(fs::read(segment(&path, 1)).unwrap(), bad);
        assert_eq!(fs::read(&path).unwrap(), head);
    }
    fs::remove_file(segment(&path, 1)).unwrap();
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::Damaged { offset: 0, .. })
    ));
}

/// Without its header a store does not begin anew over its messages.
#[test]
fn a_header_that_is_gone_is_damage() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    filled(&path, 20).close().unwrap();
    let good = fs::read(segment(&path, 1)).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        FileStore::open(&path),
        Err(StoreError::Damaged { offset: 0, .. })
    ));
    assert_eq!(fs::read(segment(&path, 1)).unwrap(), good);
}

/// Not closed and the process killed: what follows a bad record shows that it is damage and no torn tail.
#[test]
fn damage_in_a_file_of_a_killed_process_is_no_torn_tail() {
    let folder = TempDir::new().unwrap();
    let (path, killed) = (folder.path().join("store"), folder.path().join("killed"));
    let store = filled(&path, 20);
    copied(&path, &killed);
    damage(&segment(&killed, 1), 600);
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
    damage(&segment(&path, 1), 600);
    let read = store.read(1..=20, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
}

#[test]
fn after_a_power_cut_no_number_is_used_twice() {
    let folder = TempDir::new().unwrap();
    let (path, cut) = (folder.path().join("store"), folder.path().join("cut"));
    let mut store = filled(&path, 100);
    let reserved = 1 + RESERVED_BLOCK;
    copied(&path, &cut);
    // the last 40 messages never reached the disk, and the machine has another boot id now
    let len = len_up_to(&mut store, 60);
    fs::OpenOptions::new()
        .write(true)
        .open(segment(&cut, 1))
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
    copied(&path, &cut);
    damage(&segment(&cut, 1), 1100);
    other_boot(&cut);
    let mut opened = FileStore::open(&cut).unwrap();
    assert_eq!(opened.next_out(), 1 + RESERVED_BLOCK);
    let left = numbers(&mut opened, 1, 5000);
    assert!(!left.is_empty() && left.len() < 20, "{left:?}");
    drop(store);
}

/// Gives both headers another boot id.
fn other_boot(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    for slot in [0, 512] {
        if bytes[slot..slot + 96].iter().any(|byte| *byte != 0) {
            bytes[slot + 32] ^= 0x55;
            let sum = crc32fast::hash(&bytes[slot + 16..slot + 96]);
            bytes[slot + 12..slot + 16].copy_from_slice(&sum.to_le_bytes());
        }
    }
    fs::write(path, bytes).unwrap();
}

/// Length of the file when message `last` was its last.
fn len_up_to(store: &mut FileStore, last: u64) -> u64 {
    let overhead = 40;
    let mut len = RECORDS_AT;
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
