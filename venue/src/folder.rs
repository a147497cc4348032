//! [`DataFolder`]: the folder that holds everything, taken by one process for each part. Path in, a lock that lasts as long as the
//! value out. It does not know what the parts keep there.

use crate::failure::Failure;
use crate::private_file;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Which part of the venue holds the folder: exchange and back office may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The exchange.
    Exchange,
    /// The back office.
    Backoffice,
}

impl Part {
    const fn lock_name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange.lock",
            Self::Backoffice => "backoffice.lock",
        }
    }
}

/// A data folder that no other process holds for the same parts. Locks end with the value, and with the process however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Held, never read.
    _locks: Vec<File>,
}

impl DataFolder {
    /// Makes the folder when it is not there, and takes it for `parts`.
    ///
    /// # Errors
    /// [`Failure::Folder`] without rights or when another process holds it, [`Failure::Data`] without room.
    pub fn take(path: &Path, parts: &[Part]) -> Result<Self, Failure> {
        private_file::folder(path).map_err(|e| Failure::io(path, &e))?;
        // Absolute, so that what is written into the credentials file holds everywhere.
        let path = path.canonicalize().map_err(|e| Failure::io(path, &e))?;
        let locks = parts
            .iter()
            .map(|part| lock(&path, part.lock_name()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            path,
            _locks: locks,
        })
    }

    /// The absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path inside.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn lock(folder: &Path, name: &str) -> Result<File, Failure> {
    let path = folder.join(name);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|e| match e.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Failure::io(folder, &e)
            }
            _ => Failure::io(&path, &e),
        })?;
    match file.try_lock() {
        Ok(()) => {
            note_holder(&mut file).map_err(|e| Failure::io(&path, &e))?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => Err(Failure::in_use(folder, &holder(&mut file))),
        Err(TryLockError::Error(e)) => Err(Failure::io(&path, &e)),
    }
}

/// Writes our process id into a lock that we hold.
fn note_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "{}", std::process::id())
}

/// The process id in a lock that another holds.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(DIGITS_MAX).read_to_string(&mut text) {
        Ok(_) if text.trim().bytes().all(|b| b.is_ascii_digit()) && !text.trim().is_empty() => {
            text.trim().to_owned()
        }
        _ => "unknown".into(),
    }
}

/// A process id has at most as many digits, its line end included.
const DIGITS_MAX: u64 = 21;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_for_each_part() {
        let dir = tempfile::tempdir().unwrap();
        let held = DataFolder::take(dir.path(), &[Part::Exchange]).unwrap();
        let second = DataFolder::take(dir.path(), &[Part::Exchange]).unwrap_err();
        assert_eq!(second.code(), 73, "{second}");
        assert!(
            second.to_string().contains(&std::process::id().to_string()),
            "{second}"
        );
        DataFolder::take(dir.path(), &[Part::Backoffice]).unwrap();
        drop(held);
        DataFolder::take(dir.path(), &[Part::Exchange]).unwrap();
    }

    #[test]
    fn a_file_is_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = DataFolder::take(&file, &[Part::Exchange]).unwrap_err();
        assert_eq!(error.code(), 73, "{error}");
    }
}
