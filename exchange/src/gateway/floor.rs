//! [`Floor`]: up to where a session has been told everything, so that a start need not read the whole journal and a reset of the
//! numbers does not tell old reports again. In: the session's store and the file beside it. Out: the last cause told.
//!
//! The store's own last cause is the truth while there is one. The floor is taken when it is ahead and the store has lost nothing since it
//! was written (a power cut may take the store's latest messages; then they are told again from the journal).

use crate::whole_file;
use fix_engine::session::input::Cause;
use fix_engine::session::store::Store;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use tracing::warn;

/// The file of one session.
#[derive(Debug)]
pub(crate) struct Floor {
    path: PathBuf,
    /// The entry of the floor that is in the file.
    written: u64,
    /// Whether both numbers are to go back to 1 at the next logon.
    pub(crate) is_reset_due: bool,
}

/// What the file holds, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The store's incarnation when it was written.
    incarnation: u64,
    /// The store's last cause then: entry and index.
    last_cause: Option<(u64, u32)>,
    /// Everything up to here was told.
    told: (u64, u32),
    /// Whether a reset of the numbers is due. Once the store's incarnation is higher, it has been made.
    #[serde(default)]
    reset_due: bool,
}

impl Floor {
    /// The floor beside a session's store, and the last cause that was told.
    pub(crate) fn open(path: PathBuf, store: &dyn Store) -> (Self, Option<Cause>) {
        let record = read(&path);
        let told = record
            .as_ref()
            .filter(|record| record.holds(store))
            .map(|record| cause(record.told));
        let is_reset_due = record
            .is_some_and(|record| record.reset_due && record.incarnation == store.incarnation());
        let floor = Self {
            path,
            written: told.map_or(0, |told| told.entry),
            is_reset_due,
        };
        (floor, told.max(store.last_cause()))
    }

    /// The entry of the floor that is in the file.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Writes the floor, so that it survives a power cut.
    ///
    /// # Errors
    /// What the operating system says; the old floor stays.
    pub(crate) fn write(&mut self, told: Cause, store: &dyn Store) -> std::io::Result<()> {
        let record = Record {
            incarnation: store.incarnation(),
            last_cause: store.last_cause().map(|last| (last.entry, last.index)),
            told: (told.entry, told.index),
            reset_due: self.is_reset_due,
        };
        whole_file::replace(&self.path, &serde_json::to_vec(&record)?)?;
        self.written = told.entry;
        Ok(())
    }
}

/// The record in the file. One that cannot be read is as good as none: reports may be told again, and a reset that is due is not made.
fn read(path: &Path) -> Option<Record> {
    let record = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => Err(error.to_string()),
    };
    record
        .inspect_err(|why| {
            warn!(file = %path.display(), %why, "a session's floor cannot be read: reports may be told again, a reset that is due is forgotten");
        })
        .ok()
}

impl Record {
    /// Whether the store has at least what it had when this was written.
    fn holds(&self, store: &dyn Store) -> bool {
        match store.incarnation().cmp(&self.incarnation) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => store.last_cause() >= self.last_cause.map(cause),
            std::cmp::Ordering::Less => false,
        }
    }
}

fn cause((entry, index): (u64, u32)) -> Cause {
    Cause { entry, index }
}

/// File name of a session: its CompID with everything but letters, digits, `-` and `_` written as `%` and two hex digits.
pub(crate) fn file_stem(comp_id: &str) -> String {
    use std::fmt::Write as _;
    let mut stem = String::with_capacity(comp_id.len());
    for byte in comp_id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            stem.push(char::from(byte));
        } else {
            let _ = write!(stem, "%{byte:02X}");
        }
    }
    stem
}

/// The files of a session under the data folder: its store and its floor. A participant that was removed and is added again has others:
/// `COMPID.2`, `COMPID.3`; those of its former lives stay as they are.
pub(crate) fn files(sessions: &Path, comp_id: &str, life: u32) -> (PathBuf, PathBuf) {
    let mut stem = file_stem(comp_id);
    if life > 1 {
        stem = format!("{stem}.{life}");
    }
    (
        sessions.join(format!("{stem}.log")),
        sessions.join(format!("{stem}.floor")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use fix_engine::session::memory_store::MemoryStore;
    use fix_engine::time::Timestamp;

    fn at(entry: u64) -> Cause {
        Cause { entry, index: 0 }
    }

    #[test]
    fn it_holds_until_the_store_loses_something() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("X.floor");
        let mut store = MemoryStore::new();
        store.append(1, Some(at(5)), b"x").expect("appended");
        let (mut floor, told) = Floor::open(path.clone(), &store);
        assert_eq!(told, Some(at(5)));
        floor.write(at(90), &store).expect("written");
        assert_eq!(Floor::open(path.clone(), &store).1, Some(at(90)));
        store.append(2, Some(at(95)), b"y").expect("appended");
        assert_eq!(Floor::open(path.clone(), &store).1, Some(at(95)));
        assert_eq!(Floor::open(path, &MemoryStore::new()).1, None);
    }

    #[test]
    fn after_a_reset_nothing_old_is_told_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("X.floor");
        let mut store = MemoryStore::new();
        store.append(1, Some(at(5)), b"x").expect("appended");
        store.reset(Timestamp::from_secs(0)).expect("reset");
        let (mut floor, told) = Floor::open(path.clone(), &store);
        assert_eq!(told, None);
        floor.write(at(5), &store).expect("written");
        assert_eq!(Floor::open(path, &store).1, Some(at(5)));
    }

    #[test]
    fn a_reset_is_due_until_it_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("X.floor");
        let mut store = MemoryStore::new();
        let (mut floor, _) = Floor::open(path.clone(), &store);
        assert!(!floor.is_reset_due);
        floor.is_reset_due = true;
        floor.write(at(5), &store).expect("written");
        assert!(Floor::open(path.clone(), &store).0.is_reset_due);
        // The process ended after the reset and before the floor was written again.
        store.reset(Timestamp::from_secs(0)).expect("reset");
        let (floor, told) = Floor::open(path, &store);
        assert_eq!((floor.is_reset_due, told), (false, Some(at(5))));
    }

    #[test]
    fn one_that_cannot_be_read_is_as_good_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("X.floor");
        let mut store = MemoryStore::new();
        store.append(1, Some(at(5)), b"x").expect("appended");
        fs::write(&path, [0xff, 0, b'{']).expect("written");
        let (floor, told) = Floor::open(path, &store);
        assert_eq!((floor.is_reset_due, told), (false, Some(at(5))));
    }

    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("X.floor");
        let store = MemoryStore::new();
        let (mut floor, _) = Floor::open(path.clone(), &store);
        floor.write(at(5), &store).expect("written");
        let there = fs::metadata(path).expect("it is there");
        assert_eq!(there.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn each_life_has_files_of_its_own() {
        let (store, floor) = files(Path::new("s"), "A.2", 1);
        assert_eq!(store, Path::new("s/A%2E2.log"));
        assert_eq!(floor, Path::new("s/A%2E2.floor"));
        assert_eq!(files(Path::new("s"), "A", 2).0, Path::new("s/A.2.log"));
        assert_eq!(files(Path::new("s"), "A", 2).1, Path::new("s/A.2.floor"));
    }

    #[test]
    fn a_comp_id_cannot_leave_the_folder() {
        assert_eq!(file_stem("BOT01"), "BOT01");
        assert_eq!(file_stem("../A b"), "%2E%2E%2FA%20b");
    }
}
