//! [`DataFolder`]: the one folder that a venue keeps everything in, held by one process at a time.
//!
//! The file `lock` in it is locked by the process that has the folder and holds that process's id as text. The kernel lets the
//! lock go when the process ends, however it ends; the file stays.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A data folder that this process holds, until dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// Kept open: closing it lets the lock go.
    _lock: File,
}

/// Why a data folder cannot be had. Each is the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process has it.
    #[error("the data folder {folder} is in use by process {pid}")]
    InUse {
        /// Which folder.
        folder: PathBuf,
        /// Which process; `unknown` when it has not said so yet.
        pid: String,
    },
    /// The operating system refuses it for rights.
    #[error("no rights to the data folder {folder}: {source}")]
    NoRights {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The disk is full.
    #[error("no room in the data folder {folder}: {source}")]
    NoRoom {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Anything else that keeps it from being used, for instance a file in its place.
    #[error("the data folder {folder} cannot be used: {source}")]
    Unusable {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl DataError {
    /// Sorts an error of the operating system by what the operator can do about it.
    pub fn from_io(folder: &Path, source: io::Error) -> Self {
        let folder = folder.to_owned();
        match source.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::NoRights { folder, source }
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoRoom { folder, source },
            _ => Self::Unusable { folder, source },
        }
    }
}

impl DataFolder {
    /// Makes the folder if it is not there, and takes it for this process.
    ///
    /// # Errors
    /// A [`DataError`] naming the folder, and the process that has it.
    pub fn take(path: &Path) -> Result<Self, DataError> {
        let failed = |source| DataError::from_io(path, source);
        std::fs::create_dir_all(path).map_err(failed)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataError::InUse {
                    folder: path.to_owned(),
                    pid: holder(&mut lock),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        write_pid(&mut lock).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The process that has the folder, if one has it; it is not taken for that, though who takes it in this very moment is refused. `unknown`
    /// when the process has not said who it is.
    pub fn holder(path: &Path) -> Option<String> {
        let mut lock = File::open(path.join("lock")).ok()?;
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder(&mut lock)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

/// The process id in a lock file.
fn holder(lock: &mut File) -> String {
    let mut text = String::new();
    // A process id has at most twenty digits; whatever else stands there is not shown.
    let read = lock.take(20).read_to_string(&mut text);
    match text.trim() {
        pid if read.is_ok() && !pid.is_empty() => pid.to_owned(),
        _ => "unknown".to_owned(),
    }
}
