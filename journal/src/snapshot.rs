//! [`Snapshot`]: what the entries up to one have made, as one file, so that a start need not read them again. It is made from the journal and
//! can always be made again; the journal stays the truth.
//!
//! # File
//!
//! `DATA/snapshots/00000000000001234567.snap`, named after the last entry in it. Integers are little endian.
//!
//! ```text
//!  0   8  magic "LOGGIAS1"
//!  8   4  version of the layout, of header and parts together
//! 12  16  epoch
//! 28   8  seq: the last entry in it
//! 36   8  time of that entry, nanoseconds since the Unix epoch
//! 44   8  bytes of the first part: the engine
//! 52   8  bytes of the second part: what readers know (the exchange's matter)
//! 60   4  CRC-32 (IEEE) of both parts
//! 64   4  CRC-32 (IEEE) of bytes 0..64
//! 68   …  the two parts, in postcard's encoding
//! ```
//!
//! It is made under the name `*.new`, synced and renamed, so that it never stands there half made.

use crate::engine::Engine;
use crate::entry::Epoch;
use market::image::Unsound;
use market::time::Timestamp;
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 68;
const MAGIC: [u8; 8] = *b"LOGGIAS1";
/// Of header and parts together: postcard writes no names, so every change of what a market, a directory or a view remembers is
/// another layout. A snapshot of another one is passed over.
pub const VERSION: u32 = 4;
/// Bytes written at a time.
const BUFFER_BYTES: usize = 1 << 20;
/// Bytes after which what was written is synced: one sync of all at the end would keep the disk from the journal for as long as it takes.
const SYNC_BYTES: u64 = 4 << 20;

/// What a snapshot says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Id of the journal's history.
    pub epoch: Epoch,
    /// The last entry in it.
    pub seq: u64,
    /// When that entry was sequenced.
    pub at: Timestamp,
    /// Bytes of the engine.
    pub engine_bytes: u64,
    /// Bytes of what readers know.
    pub known_bytes: u64,
    /// CRC-32 of both.
    pub crc: u32,
}

/// A snapshot that was read whole; its parts are not understood yet.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
    header: Header,
    engine: Vec<u8>,
    known: Vec<u8>,
}

/// A snapshot by its name; nothing of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The last entry in it.
    pub seq: u64,
    /// Where it is.
    pub path: PathBuf,
}

/// Why a snapshot cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It has the layout of another version of the program.
    #[error("{path}: snapshot layout version {version} is not known to this program")]
    Version {
        /// Which file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// It is of another journal.
    #[error("{path}: it belongs to another history than the journal")]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// Its bytes are not what was written.
    #[error("{path}: damaged at byte {offset}: {what}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where the bad part begins.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Its bytes are a market that cannot be.
    #[error("{path}: {unsound}")]
    Unsound {
        /// Which file.
        path: PathBuf,
        /// What does not agree.
        unsound: Unsound,
    },
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl SnapshotError {
    /// The file, or the folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Version { path, .. }
            | Self::Foreign { path }
            | Self::Damaged { path, .. }
            | Self::Unsound { path, .. }
            | Self::Io { path, .. } => path,
        }
    }
}

impl Header {
    fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..28].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.seq.to_le_bytes());
        bytes[36..44].copy_from_slice(&self.at.nanos().to_le_bytes());
        bytes[44..52].copy_from_slice(&self.engine_bytes.to_le_bytes());
        bytes[52..60].copy_from_slice(&self.known_bytes.to_le_bytes());
        bytes[60..64].copy_from_slice(&self.crc.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..64]);
        bytes[64..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads the header of the snapshot at `path` alone.
    ///
    /// # Errors
    /// [`SnapshotError`] naming the file.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let file = File::open(path).map_err(|source| failed(path, source))?;
        Self::read_from(&mut &file, path)
    }

    fn read_from(file: &mut impl Read, path: &Path) -> Result<Self, SnapshotError> {
        let mut bytes = [0; HEADER_BYTES];
        file.read_exact(&mut bytes)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => damaged(path, 0, "the header is not whole"),
                _ => failed(path, error),
            })?;
        if bytes[..8] != MAGIC {
            return Err(damaged(path, 0, "it does not begin with LOGGIAS1"));
        }
        if crc32fast::hash(&bytes[..64]) != u32::from_le_bytes(fixed(&bytes, 64)) {
            return Err(damaged(path, 0, "the header's checksum does not fit"));
        }
        let version = u32::from_le_bytes(fixed(&bytes, 8));
        if version != VERSION {
            return Err(SnapshotError::Version {
                path: path.to_owned(),
                version,
            });
        }
        let header = Self {
            epoch: Epoch(u128::from_le_bytes(fixed(&bytes, 12))),
            seq: u64::from_le_bytes(fixed(&bytes, 28)),
            at: Timestamp::from_nanos(i64::from_le_bytes(fixed(&bytes, 36))),
            engine_bytes: u64::from_le_bytes(fixed(&bytes, 44)),
            known_bytes: u64::from_le_bytes(fixed(&bytes, 52)),
            crc: u32::from_le_bytes(fixed(&bytes, 60)),
        };
        if Some(header.seq) != number(path) {
            return Err(damaged(path, 28, "it is not named after its last entry"));
        }
        Ok(header)
    }
}

/// `N` bytes from `at`, within a header.
fn fixed<const N: usize>(bytes: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("the places of a header's fields lie within it")
}

impl Snapshot {
    /// Reads the snapshot at `path` and checks every byte.
    ///
    /// # Errors
    /// [`SnapshotError`] naming the file and the place.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let mut file = File::open(path).map_err(|source| failed(path, source))?;
        let header = Header::read_from(&mut file, path)?;
        let mut crc = crc32fast::Hasher::new();
        let mut part = |bytes: u64| {
            let mut part = Vec::new();
            let read = (&mut file).take(bytes).read_to_end(&mut part);
            let read = read.map_err(|source| failed(path, source))?;
            if u64::try_from(read).ok() != Some(bytes) {
                return Err(damaged(path, BODY, "it is not whole"));
            }
            crc.update(&part);
            Ok(part)
        };
        let engine = part(header.engine_bytes)?;
        let known = part(header.known_bytes)?;
        if crc.finalize() != header.crc {
            return Err(damaged(path, BODY, "the checksum does not fit"));
        }
        Ok(Self {
            path: path.to_owned(),
            header,
            engine,
            known,
        })
    }

    /// What it says about itself.
    pub fn header(&self) -> Header {
        self.header
    }

    /// The engine as it was behind the last entry, and the bytes of what readers knew then.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] or [`SnapshotError::Unsound`].
    pub fn restore(self) -> Result<(Engine, Vec<u8>), SnapshotError> {
        let image = postcard::from_bytes(&self.engine)
            .map_err(|_| damaged(&self.path, BODY, "the engine's part is none"))?;
        drop(self.engine);
        let engine = Engine::restore(image).map_err(|unsound| SnapshotError::Unsound {
            path: self.path.clone(),
            unsound,
        })?;
        Ok((engine, self.known))
    }

    /// Whether it holds exactly this engine.
    pub fn holds(&self, engine: &Engine) -> bool {
        postcard::to_allocvec(engine).is_ok_and(|bytes| bytes == self.engine)
    }

    /// The error for a second part that is none.
    pub fn not_known(path: &Path) -> SnapshotError {
        damaged(path, BODY, "the part of what readers know is none")
    }
}

/// What a new snapshot is to hold.
#[derive(Clone, Copy)]
pub struct Contents<'a, K> {
    /// Id of the journal's history.
    pub epoch: Epoch,
    /// The last entry.
    pub seq: u64,
    /// When that was.
    pub at: Timestamp,
    /// The engine behind it.
    pub engine: &'a Engine,
    /// What readers know then.
    pub known: &'a K,
}

/// Writes a snapshot, durably: it is there whole, or not at all. `pace` is asked between pieces of some hundred kilobytes; what it refuses
/// ends the writing.
///
/// # Errors
/// [`SnapshotError::Io`].
pub fn write<K: Serialize>(
    data: &Path,
    contents: &Contents<'_, K>,
    pace: &mut dyn FnMut() -> io::Result<()>,
) -> Result<PathBuf, SnapshotError> {
    let folder = folder(data);
    let path = path(data, contents.seq);
    let new = path.with_extension("new");
    let written = fs::create_dir_all(&folder)
        .and_then(|()| write_new(&new, contents, pace))
        .and_then(|()| fs::rename(&new, &path))
        .and_then(|()| File::open(&folder)?.sync_all());
    written.map_err(|source| {
        // What is left of it is swept away at the next start, if it cannot be now.
        let _swept = fs::remove_file(&new);
        failed(&path, source)
    })?;
    Ok(path)
}

fn write_new<K: Serialize>(
    new: &Path,
    contents: &Contents<'_, K>,
    pace: &mut dyn FnMut() -> io::Result<()>,
) -> io::Result<()> {
    let mut file = File::create(new)?;
    file.write_all(&[0; HEADER_BYTES])?;
    let out = Counted {
        file,
        crc: crc32fast::Hasher::new(),
        bytes: 0,
        synced: 0,
        pace,
        failed: None,
    };
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    encode(contents.engine, &mut out)?;
    out.flush()?;
    let engine_bytes = out.get_ref().bytes;
    encode(contents.known, &mut out)?;
    let Counted {
        mut file,
        crc,
        bytes,
        ..
    } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let header = Header {
        epoch: contents.epoch,
        seq: contents.seq,
        at: contents.at,
        engine_bytes,
        known_bytes: bytes - engine_bytes,
        crc: crc.finalize(),
    };
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header.bytes())?;
    file.sync_all()
}

fn encode<T: Serialize>(value: &T, out: &mut BufWriter<Counted<'_>>) -> io::Result<()> {
    if postcard::to_io(value, &mut *out).is_ok() {
        return Ok(());
    }
    let failed = out.get_mut().failed.take();
    Err(failed.unwrap_or_else(|| io::Error::other("the state cannot be written")))
}

/// Counts and sums what goes into a file.
struct Counted<'a> {
    file: File,
    crc: crc32fast::Hasher,
    bytes: u64,
    /// How many of them are synced.
    synced: u64,
    pace: &'a mut dyn FnMut() -> io::Result<()>,
    /// Why nothing more can be written: postcard's error does not say.
    failed: Option<io::Error>,
}

impl Counted<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.pace)()?;
        if self.bytes >= self.synced + SYNC_BYTES {
            self.file.sync_data()?;
            self.synced = self.bytes;
        }
        self.file.write(bytes)
    }
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let put = self.put(bytes);
        let written = put.inspect_err(|error| {
            self.failed = Some(io::Error::new(error.kind(), error.to_string()));
        })?;
        self.crc.update(&bytes[..written]);
        self.bytes += u64::try_from(written).expect("a length in memory fits");
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The snapshots in a data folder, newest first; none when there is no folder for them.
///
/// # Errors
/// [`SnapshotError::Io`].
pub fn list(data: &Path) -> Result<Vec<Listed>, SnapshotError> {
    let folder = folder(data);
    let files = match fs::read_dir(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(&folder, source)),
    };
    let mut listed = Vec::new();
    for file in files {
        let path = file.map_err(|source| failed(&folder, source))?.path();
        if let Some(seq) = number(&path) {
            listed.push(Listed { seq, path });
        }
    }
    listed.sort_by_key(|one| std::cmp::Reverse(one.seq));
    Ok(listed)
}

/// Takes half-made snapshots away.
///
/// # Errors
/// [`SnapshotError::Io`].
pub fn sweep(data: &Path) -> Result<(), SnapshotError> {
    let folder = folder(data);
    let files = match fs::read_dir(&folder) {
        Ok(files) => files,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(&folder, source)),
    };
    for file in files {
        let path = file.map_err(|source| failed(&folder, source))?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            fs::remove_file(&path).map_err(|source| failed(&path, source))?;
        }
    }
    Ok(())
}

/// The folder of snapshots in a data folder.
pub fn folder(data: &Path) -> PathBuf {
    data.join("snapshots")
}

/// The path of the snapshot behind entry `seq`.
pub fn path(data: &Path, seq: u64) -> PathBuf {
    folder(data).join(format!("{seq:020}.snap"))
}

/// The entry that a snapshot is named after.
fn number(path: &Path) -> Option<u64> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".snap")?;
    (stem.len() == 20).then(|| stem.parse().ok())?
}

/// Where the parts begin.
const BODY: u64 = 68;
const _: () = assert!(HEADER_BYTES == 68);

fn damaged(path: &Path, offset: u64, what: &'static str) -> SnapshotError {
    SnapshotError::Damaged {
        path: path.to_owned(),
        offset,
        what,
    }
}

fn failed(path: &Path, source: io::Error) -> SnapshotError {
    SnapshotError::Io {
        path: path.to_owned(),
        source,
    }
}
