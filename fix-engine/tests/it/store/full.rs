//! A disk without room: the store stops with a reason, loses nothing that was committed, and goes on with room again.

use std::fs;
use std::path::Path;

use fix_engine::io::file_store::FileStore;
use fix_engine::session::store::{Store, StoreError};
use tempfile::TempDir;

use super::{NOON, bytes, cause, numbers};

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
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact store::full::a_full_disk_stops_the_store_and_corrupts_nothing"])
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
    store.commit(NOON).unwrap();
}

#[cfg(unix)]
fn fill_the_disk(folder: &Path) {
    let mut store = FileStore::open(folder.join("store")).unwrap();
    let error = loop {
        let number = store.next_out();
        assert!(number < 10_000, "the limit does not hold");
        let stored = store
            .append(number, Some(cause(number)), &bytes(number))
            .and_then(|()| store.commit(NOON));
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
    assert!(matches!(store.commit(NOON), Err(StoreError::Full { .. })));
    assert_eq!(store.next_out(), last + 1);
    fs::write(folder.join("last"), last.to_string()).unwrap();
}
