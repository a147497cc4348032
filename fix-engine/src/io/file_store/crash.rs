//! The process is killed, the machine loses power, or the disk is full, at each step of everything that a store does
//! to its folder: making it, commits, rolls, resets, closing. In: one scenario. The steps are recorded once, then each
//! beginning of them (and each byte of the last write) is laid out as a folder and opened.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::io::file_store::tape::{self, Change};
use crate::io::file_store::{FileStore, FileStoreConfig};
use crate::session::input::Cause;
use crate::session::store::{Store, StoreError};
use crate::time::Timestamp;

/// 2026-01-05 23:59:59 UTC.
const EVE: Timestamp = Timestamp::from_secs(1_767_657_599);
const DAY: i64 = 86_400;

/// One turn of the scenario.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Append,
    /// A message that is as long as half a segment.
    AppendMuch,
    Skip(u64),
    Inbound(u64),
    Begin,
    Roll,
    /// A message on the next day but seven: what was sealed before is removed.
    AppendLater,
    Reset,
}

const SCENARIO: [Turn; 16] = [
    Turn::Append,
    Turn::Begin,
    Turn::Inbound(5),
    Turn::Roll,
    Turn::Append,
    Turn::Skip(3),
    Turn::AppendMuch,
    Turn::AppendMuch,
    Turn::Append,
    Turn::AppendLater,
    Turn::Roll,
    Turn::Append,
    Turn::Reset,
    Turn::Append,
    Turn::Roll,
    Turn::Inbound(9),
];

/// Everything that a store answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    incarnation: u64,
    began: Option<Timestamp>,
    next_out: u64,
    next_in: u64,
    last_cause: Option<Cause>,
    kept: Vec<(u64, usize)>,
}

fn state(store: &mut FileStore) -> State {
    let mut kept = Vec::new();
    let read = store.read(1..=u64::MAX, &mut |stored| {
        kept.push((stored.msg_seq_num, stored.bytes.len()));
        ControlFlow::Continue(())
    });
    read.expect("what was written can be read");
    State {
        incarnation: store.incarnation(),
        began: store.began(),
        next_out: store.next_out(),
        next_in: store.next_in(),
        last_cause: store.last_cause(),
        kept,
    }
}

fn open(path: &Path) -> Result<FileStore, StoreError> {
    let config = FileStoreConfig {
        segment_bytes: 0,
        ..FileStoreConfig::default()
    };
    FileStore::open_with(path, config)
}

/// Takes one turn; `clock` is moved on by it.
fn take(store: &mut FileStore, turn: Turn, clock: &mut Timestamp) -> Result<(), StoreError> {
    let next = store.next_out();
    let cause = Some(Cause {
        entry: next * 10,
        index: 1,
    });
    match turn {
        Turn::Append => store.append(next, cause, b"a message")?,
        Turn::AppendMuch => store.append(next, cause, &[b'x'; 32 * 1024])?,
        Turn::AppendLater => {
            *clock = clock.plus_secs(8 * DAY);
            store.append(next, cause, b"another day")?;
        }
        Turn::Skip(count) => store.skip(next + count - 1)?,
        Turn::Inbound(number) => store.set_next_in(number)?,
        Turn::Begin => store.begin(*clock)?,
        Turn::Roll => store.roll(*clock)?,
        Turn::Reset => store.reset(*clock)?,
    }
    store.commit(*clock)
}

/// The scenario, recorded: the changes, and how many of them there were when each state was reached.
fn recorded(folder: &Path) -> (Vec<Change>, Vec<(usize, State)>) {
    tape::begin(None);
    let mut store = open(&folder.join("store")).expect("a new store");
    let mut states = vec![(tape::len(), state(&mut store))];
    let mut clock = EVE;
    for turn in SCENARIO {
        take(&mut store, turn, &mut clock).expect("the disk is well");
        states.push((tape::len(), state(&mut store)));
    }
    store.close().expect("the disk is well");
    (tape::end(), states)
}

/// A folder in memory: what its files hold, and what of it would survive a power cut.
#[derive(Debug, Clone, Default)]
struct Disk {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Content of each file when it was last synced, by the file's own number.
    synced: BTreeMap<PathBuf, Vec<u8>>,
    /// The names that the folder had when it was last synced.
    names: Vec<PathBuf>,
}

impl Disk {
    fn apply(&mut self, change: &Change) {
        match change {
            Change::Open(path) => {
                self.files.entry(path.clone()).or_default();
            }
            Change::Create(path) => {
                self.files.insert(path.clone(), Vec::new());
                self.synced.remove(path);
            }
            Change::Write(path, at, bytes) => self.write(path, *at, bytes),
            Change::Cut(path, len) => self
                .file(path)
                .truncate(usize::try_from(*len).expect("short")),
            Change::Sync(path) => {
                let content = self.file(path).clone();
                self.synced.insert(path.clone(), content);
            }
            Change::Remove(path) => {
                self.files.remove(path);
            }
            Change::SyncFolder => self.names = self.files.keys().cloned().collect(),
        }
    }

    fn write(&mut self, path: &Path, at: u64, bytes: &[u8]) {
        let at = usize::try_from(at).expect("short");
        let file = self.file(path);
        file.resize(file.len().max(at + bytes.len()), 0);
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn file(&mut self, path: &Path) -> &mut Vec<u8> {
        self.files.get_mut(path).expect("the file was made")
    }

    /// The folder after a power cut: nothing that was not synced; names as they are or as they were synced.
    fn after_power_cut(&self, keeps_names: bool) -> BTreeMap<PathBuf, Vec<u8>> {
        let names: Vec<PathBuf> = if keeps_names {
            self.files.keys().cloned().collect()
        } else {
            self.names.clone()
        };
        let content = |path: PathBuf| {
            let bytes = self.synced.get(&path).cloned().unwrap_or_default();
            (path, bytes)
        };
        names.into_iter().map(content).collect()
    }
}

/// Lays files out anew.
fn lay_out(folder: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) {
    for old in fs::read_dir(folder).expect("a folder") {
        fs::remove_file(old.expect("a file").path()).expect("removed");
    }
    for (path, bytes) in files {
        let name = path.file_name().expect("a file's name");
        fs::write(folder.join(name), bytes).expect("written");
    }
}

/// The state reached by so many changes, and the one that the next turn leads to.
fn around(states: &[(usize, State)], changes: usize) -> (Option<&State>, Option<&State>) {
    let after = states.partition_point(|(at, _)| *at <= changes);
    let before = after.checked_sub(1).map(|at| &states[at].1);
    (before, states.get(after).map(|(_, state)| state))
}

/// A state in which what the next one does not keep any more is gone already.
fn expired(before: &State, next: &State) -> State {
    let mut state = before.clone();
    let oldest = next.kept.first().map_or(u64::MAX, |kept| kept.0);
    state.kept.retain(|kept| kept.0 >= oldest);
    state
}

/// Lengths of a write at which it may be cut: each byte of a short one.
fn cuts(len: usize) -> Vec<usize> {
    if len <= 200 {
        (0..len).collect()
    } else {
        vec![0, 1, 36, 100, len / 2, len - 5, len - 1]
    }
}

#[test]
fn a_process_killed_at_any_byte_of_any_step_loses_nothing() {
    tape::boot(1);
    let (folder, laid) = (
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    );
    let (changes, states) = recorded(folder.path());
    let store = laid.path().join("store");
    let mut disk = Disk::default();
    let mut tried = 0;
    let mut check = |disk: &Disk, at: usize, cut: usize| {
        lay_out(laid.path(), &disk.files);
        let mut opened =
            open(&store).unwrap_or_else(|error| panic!("step {at}, byte {cut}: {error}"));
        let got = state(&mut opened);
        let (before, next) = around(&states, at);
        let expired = before.zip(next).map(|(before, next)| expired(before, next));
        let possible: Vec<&State> = [before, next, expired.as_ref()]
            .into_iter()
            .flatten()
            .collect();
        assert!(
            possible.contains(&&got),
            "step {at} {:?}, byte {cut}: {got:?}\nis none of {possible:?}",
            changes.get(at)
        );
        goes_on(opened, &store, at);
        tried += 1;
    };
    for (at, change) in changes.iter().enumerate() {
        if let Change::Write(path, offset, bytes) = change {
            for cut in cuts(bytes.len()) {
                let mut torn = disk.clone();
                torn.write(path, *offset, &bytes[..cut]);
                check(&torn, at, cut);
            }
        } else {
            check(&disk, at, 0);
        }
        disk.apply(change);
    }
    check(&disk, changes.len(), 0);
    assert!(tried > 2000, "{tried} folders were tried");
}

/// What was opened takes a message and has it at the next open; nothing is left over beside its segments.
fn goes_on(mut store: FileStore, path: &Path, at: usize) {
    let next = store.next_out();
    store.append(next, None, b"goes on").expect("appended");
    store.commit(EVE.plus_secs(20 * DAY)).expect("committed");
    let expected = state(&mut store);
    let files = store.segments() + 1;
    store.close().expect("closed");
    let folder = path.parent().expect("a folder");
    assert_eq!(
        fs::read_dir(folder).expect("a folder").count(),
        files,
        "step {at}"
    );
    let mut again = open(path).expect("opened again");
    assert_eq!(state(&mut again), expected, "step {at}");
}

#[test]
fn after_a_power_cut_at_any_step_the_store_opens_and_no_number_is_used_twice() {
    tape::boot(1);
    let (folder, laid) = (
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    );
    let (changes, states) = recorded(folder.path());
    let store = laid.path().join("store");
    let mut disk = Disk::default();
    tape::boot(2);
    for at in 0..=changes.len() {
        for keeps_names in [false, true] {
            lay_out(laid.path(), &disk.after_power_cut(keeps_names));
            let mut opened = open(&store).unwrap_or_else(|error| panic!("step {at}: {error}"));
            let got = state(&mut opened);
            let (before, next) = around(&states, at);
            let possible: Vec<&State> = before.into_iter().chain(next).collect();
            let reached = possible.iter().any(|state| {
                state.incarnation == got.incarnation
                    && state.next_out <= got.next_out
                    && got
                        .kept
                        .iter()
                        .all(|kept| state.kept.contains(kept) || state.next_out > kept.0)
            });
            assert!(
                reached || before.is_none(),
                "step {at}, {keeps_names}: {got:?} of {possible:?}"
            );
            goes_on(opened, &store, at);
        }
        if let Some(change) = changes.get(at) {
            disk.apply(change);
        }
    }
}

#[test]
fn a_disk_full_at_any_step_changes_nothing_and_the_store_goes_on_when_there_is_room() {
    tape::boot(1);
    let steps = recorded(TempDir::new().expect("a folder").path()).0.len();
    for full in 0..steps {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("store");
        tape::begin(Some(full));
        let Ok(mut store) = open(&path) else {
            tape::end();
            assert!(
                open(&path).is_ok(),
                "step {full}: a making that failed begins anew"
            );
            continue;
        };
        let mut clock = EVE;
        let mut outcomes = Vec::new();
        let mut last = state(&mut store);
        for turn in SCENARIO {
            let done = take(&mut store, turn, &mut clock);
            let now = state_of(&mut store);
            match done {
                Ok(()) => last = state(&mut store),
                Err(StoreError::Stopped) => {}
                Err(error) => {
                    assert!(
                        matches!(error, StoreError::Full { .. }),
                        "step {full}: {error}"
                    );
                    assert_eq!(
                        now,
                        (last.incarnation, last.next_out, last.next_in),
                        "step {full} {turn:?}"
                    );
                    outcomes.push(turn);
                }
            }
        }
        assert!(outcomes.len() <= 1, "step {full}: {outcomes:?}");
        drop(store);
        tape::end();
        let again =
            open(&path).unwrap_or_else(|error| panic!("step {full}, {outcomes:?}: {error}"));
        let reached = (again.incarnation(), again.next_out(), again.next_in());
        let expected = (last.incarnation, last.next_out, last.next_in);
        // A header whose writing failed may be on the disk all the same: then a reset has happened.
        let is_reset = matches!(outcomes.as_slice(), [Turn::Reset]) && reached == (2, 1, 1);
        assert!(
            reached == expected || is_reset,
            "step {full}, {outcomes:?}: {reached:?}, not {expected:?}"
        );
    }
}

fn state_of(store: &mut FileStore) -> (u64, u64, u64) {
    (store.incarnation(), store.next_out(), store.next_in())
}
