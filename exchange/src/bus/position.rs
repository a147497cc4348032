//! How far Kafka has acknowledged: one line in `DATA/bus/kafka.position`, `EPOCH SEQ`, replaced as a whole. Lost or older than the truth, some
//! envelopes are sent twice, which readers drop by comparing `(seq, index)`. Ahead of the truth it is only where the journal has lost entries: then
//! the bus does not begin.

use crate::bus::BusError;
use crate::whole_file;
use journal::entry::Epoch;
use std::fs;
use std::io::{self, ErrorKind};
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

    /// The last acknowledged entry of a journal that ends at `last_seq`; 0 when there is none, or when the file is of another journal or not
    /// whole.
    ///
    /// # Errors
    /// [`BusError::Position`], or [`BusError::Ahead`] when the journal does not reach so far.
    pub(crate) fn read(&self, last_seq: u64) -> Result<u64, BusError> {
        let file = self.path.clone();
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(source) => return Err(BusError::Position { file, source }),
        };
        let text = String::from_utf8_lossy(&bytes);
        let position = text.trim().split_once(' ').and_then(|(epoch, seq)| {
            let same = epoch == self.epoch.to_string();
            seq.parse().ok().filter(|_| same)
        });
        match position {
            Some(acknowledged) if acknowledged > last_seq => Err(BusError::Ahead {
                file,
                acknowledged,
                last_seq,
            }),
            Some(acknowledged) => Ok(acknowledged),
            None => {
                tracing::warn!(file = %file.display(), "the bus position is not of this journal: everything is sent again");
                Ok(0)
            }
        }
    }

    /// Replaces it.
    pub(crate) fn write(&self, seq: u64) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        whole_file::replace(&self.path, format!("{} {seq}\n", self.epoch).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_by_the_same_journal_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = PositionFile::new(folder.path(), Epoch(7));
        assert_eq!(file.read(50).unwrap(), 0);
        file.write(41).unwrap();
        file.write(42).unwrap();
        assert_eq!(file.read(50).unwrap(), 42);
        let foreign = PositionFile::new(folder.path(), Epoch(8));
        assert_eq!(foreign.read(50).unwrap(), 0);
        for torn in [&b"00"[..], b"", &[0xff; 40]] {
            fs::write(&file.path, torn).unwrap();
            assert_eq!(file.read(50).unwrap(), 0);
        }
    }

    #[test]
    fn a_journal_that_ends_before_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = PositionFile::new(folder.path(), Epoch(7));
        file.write(42).unwrap();
        assert_eq!(file.read(42).unwrap(), 42);
        let refused = file.read(41).unwrap_err().to_string();
        assert!(
            refused.contains("entry 42 ") && refused.contains("entry 41:"),
            "{refused}"
        );
        let foreign = PositionFile::new(folder.path(), Epoch(8));
        assert_eq!(foreign.read(41).unwrap(), 0);
    }
}
