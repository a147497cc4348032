//! A sound snapshot that was changed in places: its checksums tell, or it is what was written. With checksums made to fit: refused with a
//! reason, or an engine that goes on. And any bytes as one.
#![no_main]

use journal::entry::Epoch;
use journal::snapshot::{self, Contents, HEADER_BYTES, Snapshot};
use libfuzzer_sys::fuzz_target;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

static DATA: LazyLock<PathBuf> = LazyLock::new(|| journal_fuzz::folder("snapshot"));

const KNOWN: &str = "what readers know";

fuzz_target!(|input: &[u8]| {
    let [mode, rest @ ..] = input else {
        return;
    };
    let changes = rest.len().min(usize::from(mode % 8) * 3);
    let (changes, rest) = rest.split_at(changes);
    let (entries, mut engine) = journal_fuzz::entries(&rest[..rest.len().min(20)]);
    let Some(last) = entries.last() else {
        return;
    };
    let contents = Contents {
        epoch: Epoch(7),
        seq: last.seq,
        at: last.at,
        engine: &engine,
        known: &KNOWN,
    };
    let path = snapshot::write(&DATA, &contents, &mut || Ok(())).expect("written");
    let sound = fs::read(&path).expect("read");
    let mut bytes = sound.clone();
    change_bytes(&mut bytes, changes);
    let is_sealed = *mode >= 64;
    if is_sealed {
        seal(&mut bytes);
    }
    if *mode >= 248 {
        bytes = rest.to_vec();
    }
    fs::write(&path, &bytes).expect("written");
    let read = Snapshot::read(&path);
    let is_same = bytes == sound;
    match read {
        Ok(read) => {
            assert!(is_same || is_sealed, "what was changed is believed");
            assert_eq!(read.header().seq, last.seq);
            assert!(!is_same || read.holds(&engine));
            match read.restore() {
                Ok((mut again, known)) => {
                    for entry in &entries {
                        let (seq, at) = (last.seq + entry.seq, last.at);
                        let events = again.apply(seq, at, &entry.instruction);
                        if is_same {
                            let other = engine.apply(seq, at, &entry.instruction);
                            assert_eq!(events, other, "it goes on otherwise");
                        }
                    }
                    assert!(!is_same || known.ends_with(KNOWN.as_bytes()));
                }
                Err(error) => assert!(!is_same && !error.to_string().is_empty()),
            }
        }
        Err(error) => {
            assert!(!is_same, "a sound snapshot is refused: {error}");
            assert!(error.path() == path);
        }
    }
    fs::remove_file(&path).expect("removed");
});

/// Lengths and checksums that fit what is there.
fn seal(bytes: &mut [u8]) {
    if bytes.len() < HEADER_BYTES {
        return;
    }
    let body = (bytes.len() - HEADER_BYTES) as u64;
    let known = KNOWN.len() as u64 + 1;
    if let Some(engine) = body.checked_sub(known) {
        bytes[44..52].copy_from_slice(&engine.to_le_bytes());
        bytes[52..60].copy_from_slice(&known.to_le_bytes());
    }
    let crc = crc32fast::hash(&bytes[HEADER_BYTES..]);
    bytes[60..64].copy_from_slice(&crc.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..64]);
    bytes[64..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
}

/// The bytes changed in places, three of `changes` each: place (2) and value, or cut short there.
fn change_bytes(bytes: &mut Vec<u8>, changes: &[u8]) {
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]]));
        match bytes.get_mut(at) {
            Some(byte) if change[2] != 0 => *byte ^= change[2],
            _ => bytes.truncate(at),
        }
    }
}
