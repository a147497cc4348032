//! For tests: every change that stores of this thread make to their folders, recorded; one of them may be made to
//! fail; the machine's boot id may be chosen. In: steps. Out: the same, later.

use std::cell::RefCell;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use crate::io::file_store::place::Place;
use crate::session::store::StoreError;

/// A change that is about to be made.
pub(super) enum Step<'a> {
    Open,
    Create,
    Write {
        file: &'a File,
        at: u64,
        bytes: &'a [u8],
    },
    Sync,
    Cut(u64),
    Remove,
    SyncFolder,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Open(PathBuf),
    Create(PathBuf),
    Write(PathBuf, u64, Vec<u8>),
    Sync(PathBuf),
    Cut(PathBuf, u64),
    Remove(PathBuf),
    SyncFolder,
}

#[derive(Default)]
struct Tape {
    is_on: bool,
    changes: Vec<Change>,
    /// The change that fails, counted from 0.
    fail_at: Option<usize>,
    boot_id: Option<[u8; 16]>,
}

thread_local! {
    static TAPE: RefCell<Tape> = RefCell::default();
}

/// Begins to record; the change `fail_at` finds a full disk, a write in its middle.
pub(super) fn begin(fail_at: Option<usize>) {
    TAPE.with_borrow_mut(|tape| {
        tape.is_on = true;
        tape.changes.clear();
        tape.fail_at = fail_at;
    });
}

/// How many changes there were.
pub(super) fn len() -> usize {
    TAPE.with_borrow(|tape| tape.changes.len())
}

/// Stops recording.
pub(super) fn end() -> Vec<Change> {
    TAPE.with_borrow_mut(|tape| {
        tape.is_on = false;
        std::mem::take(&mut tape.changes)
    })
}

/// From now on the machine of this thread has this boot id.
pub(super) fn boot(id: u8) {
    TAPE.with_borrow_mut(|tape| tape.boot_id = Some([id; 16]));
}

pub(super) fn boot_id() -> Option<[u8; 16]> {
    TAPE.with_borrow(|tape| tape.boot_id)
}

/// Records a step.
pub(super) fn step(place: &Place, step: Step<'_>) -> Result<(), StoreError> {
    TAPE.with_borrow_mut(|tape| {
        if !tape.is_on {
            return Ok(());
        }
        let fails = tape.fail_at == Some(tape.changes.len());
        tape.changes.push(change(place, &step));
        if !fails {
            return Ok(());
        }
        if let Step::Write { file, at, bytes } = step {
            file.write_all_at(&bytes[..bytes.len() / 2], at)
                .expect("half of it has room");
        }
        Err(StoreError::Full {
            place: place.to_string(),
        })
    })
}

fn change(place: &Place, step: &Step<'_>) -> Change {
    let path = place.path().to_owned();
    match step {
        Step::Open => Change::Open(path),
        Step::Create => Change::Create(path),
        Step::Write { at, bytes, .. } => Change::Write(path, *at, bytes.to_vec()),
        Step::Sync => Change::Sync(path),
        Step::Cut(len) => Change::Cut(path, *len),
        Step::Remove => Change::Remove(path),
        Step::SyncFolder => Change::SyncFolder,
    }
}
