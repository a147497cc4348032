//! What a store keeps, for how long, and how it writes. Plain values; how they are carried out stands in `roll.rs`.

/// Settings of a file store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStoreConfig {
    /// Bytes after which a segment is full and the next one is begun: 64 KiB to 1 GiB, values beyond count as the
    /// nearer end. Default 64 MiB. At open one segment is read, at most.
    pub segment_bytes: u64,
    /// Days for which a message is kept at least. A segment is removed once all of it is older; what was in it is
    /// answered by a GapFill when the peer asks for it. Default 7.
    pub keep_days: u32,
    /// How many of the latest numbers are kept at least: a segment is removed, too, once all of it lies before them.
    /// Default: all numbers, so that only the days count.
    pub keep_numbers: u64,
    /// Syncs the file in every commit, so that nothing is lost in a power cut either: a disk sync for each turn that
    /// stores something. Default `false`: see «What survives what».
    pub sync_commits: bool,
}

impl Default for FileStoreConfig {
    fn default() -> FileStoreConfig {
        FileStoreConfig {
            segment_bytes: 64 * 1024 * 1024,
            keep_days: 7,
            keep_numbers: u64::MAX,
            sync_commits: false,
        }
    }
}

impl FileStoreConfig {
    /// [`FileStoreConfig::segment_bytes`] within its bounds.
    pub(super) fn segment_bytes(&self) -> u64 {
        self.segment_bytes.clamp(64 * 1024, 1024 * 1024 * 1024)
    }
}
