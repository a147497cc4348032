//! A session file of any bytes, and a sound one that was changed anywhere: it opens or is refused with a reason, and what it
//! shows then is what was written, from the beginning on. A refused file stays as it is.
#![no_main]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;

use fix_engine::io::file_store::FileStore;
use fix_engine::session::input::Cause;
use fix_engine::session::store::{Store, StoreError};
use libfuzzer_sys::fuzz_target;

/// A folder of this process.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("loggia-fuzz-store-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
});

/// Messages in the sound file.
const WRITTEN: u64 = 12;

/// A sound file's bytes.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = FOLDER.join("sound");
    let _gone = fs::remove_file(&path);
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
        store.commit().expect("committed");
    }
    store.close().expect("closed");
    fs::read(&path).expect("read")
});

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
    fs::write(&path, &bytes).expect("written");
    match FileStore::open(&path) {
        Ok(mut store) => show(&mut store, is_sound),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let StoreError::Damaged { offset, .. } = error {
                assert!(offset <= bytes.len() as u64, "damage behind the end");
                assert_eq!(
                    fs::read(&path).expect("still there"),
                    bytes,
                    "a damaged file was changed"
                );
            }
        }
    }
});

/// The sound file with bytes changed, three of the input for each: place (2) and value, or cut short.
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
    store
        .read(1..=u64::MAX >> 1, &mut shown)
        .expect("what opened can be read");
    let number = store.next_out();
    if number < 1 << 40 {
        store
            .append(number, None, b"one more")
            .expect("the store goes on");
        store.commit().expect("committed");
        assert_eq!(store.next_out(), number + 1);
    }
}
