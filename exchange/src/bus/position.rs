//! How far Kafka has acknowledged: one line in `DATA/bus/kafka.position`, `EPOCH SEQ`, replaced as a whole. Lost or older than the truth, some
//! envelopes are sent twice, which readers drop by comparing `(seq, index)`; it is never ahead of the truth.

use journal::entry::Epoch;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file of the last acknowledged entry.
#[derive(Clone, Debug)]
pub(crate) struct PositionFile {
    path: PathBuf,
    epoch: Epoch,
}

impl PositionFile {
    /// The file in `data`, for the journal with this epoch.
    pub(crate) fn new(data: &Path, epoch: Epoch) -> Self {
        Self {
            path: data.join("bus").join("kafka.position"),
            epoch,
        }
    }

    /// The last acknowledged entry; 0 when there is none, or when the file is of another journal or not whole.
    pub(crate) fn read(&self) -> io::Result<u64> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        let position = text.trim().split_once(' ').and_then(|(epoch, seq)| {
            let same = epoch == self.epoch.to_string();
            seq.parse().ok().filter(|_| same)
        });
        if position.is_none() {
            tracing::warn!(file = %self.path.display(), "the bus position is not of this journal: everything is sent again");
        }
        Ok(position.unwrap_or(0))
    }

    /// Replaces it.
    pub(crate) fn write(&self, seq: u64) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = self.path.with_extension("position.new");
        let mut file = File::create(&new)?;
        writeln!(file, "{} {seq}", self.epoch)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_by_the_same_journal_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = PositionFile::new(folder.path(), Epoch(7));
        assert_eq!(file.read().unwrap(), 0);
        file.write(41).unwrap();
        file.write(42).unwrap();
        assert_eq!(file.read().unwrap(), 42);
        let foreign = PositionFile::new(folder.path(), Epoch(8));
        assert_eq!(foreign.read().unwrap(), 0);
        fs::write(&file.path, "00").unwrap();
        assert_eq!(file.read().unwrap(), 0);
    }
}
