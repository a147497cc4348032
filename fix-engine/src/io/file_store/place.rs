//! Where a store lies, for messages; and what went wrong there, as [`StoreError`].

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::session::store::StoreError;

/// The path of one file of a store, for errors.
#[derive(Debug, Clone)]
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn new(path: &Path) -> Place {
        Place(path.to_owned())
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The store's segment `number`: the path with `.000001` behind it.
    pub(super) fn segment(&self, number: u64) -> Place {
        let mut path = self.0.clone().into_os_string();
        path.push(format!(".{number:06}"));
        Place(path.into())
    }

    /// The folder that holds the file.
    pub(super) fn folder(&self) -> Place {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        if folder.as_os_str().is_empty() {
            Place::new(Path::new("."))
        } else {
            Place::new(folder)
        }
    }

    /// Names what was tried where it failed.
    pub(super) fn act<T>(&self, act: &'static str, result: io::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| self.error(act, &error))
    }

    pub(super) fn error(&self, act: &'static str, error: &io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => StoreError::Full {
                place: self.to_string(),
            },
            _ => StoreError::Medium {
                place: self.to_string(),
                act,
                why: error.to_string(),
            },
        }
    }

    pub(super) fn damaged(&self, offset: u64, why: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            place: self.to_string(),
            offset,
            why: why.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.display())
    }
}
