//! Who has a store open. In: its file. Out: a process id, where the system tells. Takes no lock itself: even a short
//! one could keep a venue from starting.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;

/// The process that holds the lock on a file. Only Linux tells; elsewhere, and for processes that cannot be seen from
/// here, it is `None`.
pub(super) fn holder(file: &File) -> Option<u32> {
    let inode = file.metadata().ok()?.ino();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    locks.lines().find_map(|line| holder_of(inode, line))
}

/// Reads `1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF`. The device is not compared: what a layered file system says
/// there is not what a file's metadata says.
fn holder_of(inode: u64, line: &str) -> Option<u32> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let kind = words.next()?;
    let mut words = words.skip(2);
    let (process, file) = (words.next()?, words.next()?);
    let is_it = kind == "FLOCK" && file.rsplit(':').next()?.parse() == Ok(inode);
    is_it.then(|| process.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernel_names_the_process() {
        let line = "1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF";
        assert_eq!(holder_of(131, line), Some(4242));
        assert_eq!(holder_of(13, line), None);
        assert_eq!(
            holder_of(131, "1: POSIX  ADVISORY  WRITE 4242 08:01:131 0 EOF"),
            None
        );
        assert_eq!(holder_of(131, "1: FLOCK"), None);
    }
}
