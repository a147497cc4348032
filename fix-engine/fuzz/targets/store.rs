//! A session's files of any bytes, and sound ones that were changed anywhere: they open or are refused with a reason, and what
//! they show then is what was written, from the beginning on. Refused files stay as they are.
#![no_main]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use fix_engine::io::file_store::FileStore;
use fix_engine::session::input::Cause;
use fix_engine::session::store::{Store, StoreError};
use fix_engine::time::Timestamp;
use libfuzzer_sys::fuzz_target;

/// A folder of this process.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("loggia-fuzz-store-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
});

/// Messages in the sound files.
const WRITTEN: u64 = 12;
/// After how many of them the segment is sealed.
const SEALED_AFTER: u64 = 8;
/// Length of a store's header.
const HEAD: usize = 1024;
const NOON: Timestamp = Timestamp::from_secs(1_767_614_400);

/// The bytes of a sound store's files, one behind the other: the header, then two segments.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = FOLDER.join("sound");
    for file in files(&path) {
        let _gone = fs::remove_file(file);
    }
    let mut store = FileStore::open(&path).expect("a new store");
    for number in 1..=WRITTEN {
        let cause = Some(Cause {
            entry: number,
            index: 0,
        });
        store
            .append(number, cause, text(number).as_bytes())
            .expect("appended");
        store.set_next_in(number + 1).expect("set");
        store.commit(NOON).expect("committed");
        if number == SEALED_AFTER {
            store.roll(NOON).expect("rolled");
        }
    }
    store.close().expect("closed");
    let bytes = files(&path).map(|file| fs::read(file).expect("read"));
    FIRST_SEGMENT.get_or_init(|| bytes[1].len());
    bytes.concat()
});

/// Length of the sound store's first segment.
static FIRST_SEGMENT: OnceLock<usize> = OnceLock::new();

/// The files of a store with two segments.
fn files(path: &Path) -> [PathBuf; 3] {
    ["", ".000001", ".000002"].map(|end| {
        path.with_file_name(format!(
            "{}{end}",
            path.file_name().expect("a name").display()
        ))
    })
}

fn text(number: u64) -> String {
    format!(
        "message {number} {}",
        "x".repeat(usize::try_from(number).unwrap_or(0) * 7)
    )
}

fuzz_target!(|input: &[u8]| {
    let path = FOLDER.join("store");
    let (is_sound, bytes) = match input.split_first() {
        Some((0..128, changes)) => (true, changed(changes)),
        Some((_, bytes)) => (false, bytes.to_vec()),
        None => return,
    };
    let (head, segments) = bytes.split_at(HEAD.min(bytes.len()));
    let first = *FIRST_SEGMENT.get().unwrap_or(&(segments.len() / 2));
    let (first, second) = segments.split_at(first.min(segments.len()));
    let written = [head, first, second];
    let paths = files(&path);
    for (path, bytes) in paths.iter().zip(written) {
        fs::write(path, bytes).expect("written");
    }
    match FileStore::open(&path) {
        Ok(mut store) => show(&mut store, is_sound),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let StoreError::Damaged { offset, .. } = error {
                assert!(offset <= bytes.len() as u64, "damage behind the end");
                for (path, bytes) in paths.iter().zip(written) {
                    let left = fs::read(path).expect("still there");
                    assert_eq!(left, bytes, "a damaged store was changed");
                }
            }
        }
    }
});

/// The sound files with bytes changed, three of the input for each: place (2) and value, or cut short.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut bytes = SOUND.clone();
    for change in changes.chunks_exact(3).take(8) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]]));
        match bytes.get_mut(at) {
            Some(byte) if change[2] != 0 => *byte ^= change[2],
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn show(store: &mut FileStore, is_sound: bool) {
    let mut next = 1;
    let mut shown = |stored: fix_engine::session::store::Stored<'_>| {
        assert!(stored.msg_seq_num >= next, "out of order");
        next = stored.msg_seq_num + 1;
        if is_sound {
            assert_eq!(
                stored.bytes,
                text(stored.msg_seq_num).as_bytes(),
                "not what was written"
            );
        }
        ControlFlow::Continue(())
    };
    match store.read(1..=u64::MAX >> 1, &mut shown) {
        // A sealed segment is read here for the first time.
        Ok(()) | Err(StoreError::Damaged { .. }) => {}
        Err(error) => panic!("what opened can be read: {error}"),
    }
    let number = store.next_out();
    if number < 1 << 40 {
        store
            .append(number, None, b"one more")
            .expect("the store goes on");
        store.commit(NOON).expect("committed");
        assert_eq!(store.next_out(), number + 1);
    }
}
