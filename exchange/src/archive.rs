//! [`Archive`]: what becomes of segments that neither a start nor a reader needs any more: they stay, they are moved, or they are removed, as
//! configured. In: the oldest snapshot that is kept, and what readers hold. Never more than asked for: by default nothing is touched.

use crate::config::OldSegments;
use crate::holds::Holds;
use journal::JournalError;
use journal::segment::{Segment, Segments};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Puts old segments away.
pub(crate) struct Archive {
    pub(crate) old_segments: OldSegments,
    /// Where they go.
    pub(crate) folder: PathBuf,
    pub(crate) segments: Segments,
    pub(crate) holds: Holds,
}

impl Archive {
    /// Puts away every segment whose entries are all in the snapshot of entry `snapshot`, which is kept, and which no reader needs.
    ///
    /// # Errors
    /// [`JournalError::Io`]: the segment in hand is not in the journal any more and not in the archive yet; the next start finds it again.
    pub(crate) fn put_away(&self, snapshot: u64) -> Result<(), JournalError> {
        if self.old_segments == OldSegments::Keep {
            return Ok(());
        }
        let behind = self.holds.furthest_behind();
        let needed = behind
            .as_ref()
            .map_or(snapshot, |(_, seq)| snapshot.min(*seq));
        while let Some((oldest, last_seq)) = self.oldest() {
            if last_seq > needed {
                if last_seq <= snapshot {
                    tracing::info!(segment = %oldest.path.display(), reader = ?behind, "no start needs this segment, but a reader does");
                }
                return Ok(());
            }
            self.segments.forget_oldest();
            let put_away = match self.old_segments {
                OldSegments::Remove => fs::remove_file(&oldest.path),
                OldSegments::Keep | OldSegments::Archive => carry(&oldest.path, &self.folder),
            };
            put_away.map_err(|source| JournalError::Io {
                segment: oldest.path.clone(),
                source,
            })?;
            tracing::info!(segment = %oldest.path.display(), last_seq, done = self.old_segments.name(), "a segment that nobody needs");
        }
        Ok(())
    }

    /// The oldest segment and its last entry; none when it is the only one.
    fn oldest(&self) -> Option<(Segment, u64)> {
        match &self.segments.all()[..] {
            [oldest, next, ..] => Some((oldest.clone(), next.first_seq - 1)),
            _ => None,
        }
    }
}

/// Moves a file into a folder, durably, on another file system too.
fn carry(path: &Path, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let there = folder.join(path.file_name().unwrap_or(path.as_os_str()));
    match fs::rename(path, &there) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let new = there.with_extension("new");
            fs::copy(path, &new)?;
            File::open(&new)?.sync_all()?;
            fs::rename(&new, &there)?;
            File::open(folder)?.sync_all()?;
            fs::remove_file(path)?;
        }
        Err(error) => return Err(error),
    }
    File::open(folder)?.sync_all()
}
