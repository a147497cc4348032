//! [`Archive`]: what becomes of segments that neither a start nor a reader needs any more: they stay, they are moved, or they are removed, as
//! configured. In: the oldest snapshot that is kept, and what readers hold. Never more than asked for: by default nothing is touched, and
//! nothing before all readers have said what they hold.

use crate::config::OldSegments;
use crate::holds::Holds;
use journal::JournalError;
use journal::scan::Scan;
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
    /// A [`JournalError`]; the segment in hand is still the journal's oldest then.
    pub(crate) fn put_away(&self, snapshot: u64) -> Result<(), JournalError> {
        if self.old_segments == OldSegments::Keep || !self.holds.are_settled() {
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
            // Nobody may look for it while it goes.
            self.segments.forget_oldest();
            let put_away = match self.old_segments {
                OldSegments::Remove => fs::remove_file(&oldest.path),
                OldSegments::Keep | OldSegments::Archive => carry(&oldest, &self.folder),
            };
            if let Err(source) = put_away {
                let segment = oldest.path.clone();
                // Were it forgotten, the next one would be put away first, and the journal would have a gap.
                self.segments.put_back(oldest);
                return Err(JournalError::Io { segment, source });
            }
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

/// Moves a segment into a folder, durably, on another file system too. What lies there under its name must be the same segment.
fn carry(segment: &Segment, folder: &Path) -> io::Result<()> {
    let path = segment.path.as_path();
    fs::create_dir_all(folder)?;
    let there = folder.join(path.file_name().unwrap_or(path.as_os_str()));
    if there.try_exists()? && !is_same(path, &there) {
        return Err(io::Error::new(
            ErrorKind::AlreadyExists,
            format!("{} is there already, and is another one", there.display()),
        ));
    }
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

/// Whether two files begin as one segment: of one history, with one first entry.
fn is_same(one: &Path, other: &Path) -> bool {
    let header = |path| Scan::open(path).map(|scan| scan.header());
    matches!((header(one), header(other)), (Ok(one), Ok(other)) if one == other)
}
