//! [`Disk`] and [`Tape`]: all that the writer asks of an operating system, small enough for tests to bring one that fails. [`Files`] is the
//! real one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Makes and opens segment files.
pub trait Disk: Send {
    /// Makes the file `path` with these first bytes, durably: after a crash it is there whole or not at all.
    ///
    /// # Errors
    /// What the operating system says.
    fn create(&mut self, path: &Path, first: &[u8]) -> io::Result<Box<dyn Tape>>;

    /// Opens the file `path` to write behind its first `len` bytes; what stands there is cut off, durably.
    ///
    /// # Errors
    /// What the operating system says.
    fn reopen(&mut self, path: &Path, len: u64) -> io::Result<Box<dyn Tape>>;
}

/// A file that is only ever appended to.
pub trait Tape: Send {
    /// Writes all of `bytes` at the end, so that another process would see them.
    ///
    /// # Errors
    /// What the operating system says; some of the bytes may stand there then.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything appended survive a power cut.
    ///
    /// # Errors
    /// What the operating system says; nothing may be assumed about the file then.
    fn sync(&mut self) -> io::Result<()>;
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

impl Disk for Files {
    fn create(&mut self, path: &Path, first: &[u8]) -> io::Result<Box<dyn Tape>> {
        let new = path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(first)?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Box::new(file))
    }

    fn reopen(&mut self, path: &Path, len: u64) -> io::Result<Box<dyn Tape>> {
        let file = OpenOptions::new().append(true).open(path)?;
        if file.metadata()?.len() != len {
            file.set_len(len)?;
        }
        file.sync_all()?;
        Ok(Box::new(file))
    }
}

impl Tape for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
