//! Which start of the machine this is. Out: the kernel's boot id, where there is one. It tells a killed process, which
//! loses nothing, from a power cut, which may lose what was not synced.

use std::fs;

/// The boot id, or `None` where the system has none; a store then assumes a power cut unless it was closed.
pub(super) fn boot_id() -> Option<[u8; 16]> {
    #[cfg(test)]
    if let Some(id) = crate::io::file_store::tape::boot_id() {
        return Some(id);
    }
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let digits: Vec<u8> = text.bytes().filter_map(hex_digit).collect();
    if digits.len() != 32 {
        return None;
    }
    let mut id = [0; 16];
    for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(id)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
