//! Every change that a store makes to its folder, one function a kind of change. In: a place, an open file. Out: done,
//! or why not. Each is one step at which the process may be killed: the tests record them and try each of them.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use crate::io::file_store::place::Place;
#[cfg(test)]
use crate::io::file_store::tape::{self, Step};
use crate::session::store::StoreError;

/// Readable and writable for the owner only: messages are a participant's own affair.
const MODE: u32 = 0o600;

/// Opens a file for reading and writing; makes it where it is not there.
pub(super) fn open(place: &Place) -> Result<File, StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Open)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    place.act("opened", options.mode(MODE).open(place.path()))
}

/// Makes an empty file, in place of one that is there.
pub(super) fn create(place: &Place) -> Result<File, StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Create)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    place.act("created", options.mode(MODE).open(place.path()))
}

/// Writes at an offset: one system call, and no position to keep.
pub(super) fn write(place: &Place, file: &File, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Write { file, at, bytes })?;
    place.act("written", file.write_all_at(bytes, at))
}

/// Makes the file's content survive a power cut.
pub(super) fn sync(place: &Place, file: &File) -> Result<(), StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Sync)?;
    #[cfg(test)]
    if tape::boot_id().is_some() {
        // The power of a machine that the test makes up is not cut in earnest.
        return Ok(());
    }
    place.act("synced", file.sync_data())
}

/// Shortens the file.
pub(super) fn cut(place: &Place, file: &File, len: u64) -> Result<(), StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Cut(len))?;
    place.act("cut", file.set_len(len))
}

/// Removes a file; whether there was one.
pub(super) fn remove(place: &Place) -> Result<bool, StoreError> {
    #[cfg(test)]
    tape::step(place, Step::Remove)?;
    match fs::remove_file(place.path()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        done => place.act("removed", done).map(|()| true),
    }
}

/// Makes names made in the folder of `place` survive a power cut.
pub(super) fn sync_folder(place: &Place) -> Result<(), StoreError> {
    let folder = place.folder();
    #[cfg(test)]
    tape::step(&folder, Step::SyncFolder)?;
    let file = folder.act("opened", File::open(folder.path()))?;
    folder.act("synced", file.sync_all())
}
