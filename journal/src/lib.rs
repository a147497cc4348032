//! The journal: every entry, in order, in segment files. What it holds is the venue; everything else can be rebuilt from it.
//!
//! # Files
//!
//! `DATA/journal/0000000001.seg`, `0000000002.seg`, … All integers are little endian.
//!
//! ```text
//! segment                                     record
//!  0   8  magic "LOGGIAJ1"                     0   4  length of the payload in bytes
//!  8   4  version of the layout, 4             4   4  CRC-32 (IEEE) of bytes 0..4, 8..16 and the payload
//! 12  16  epoch                                8   8  settled: every entry up to this number was durable
//! 28   8  number of the first entry                   when this record was made
//! 36   4  CRC-32 (IEEE) of bytes 0..36        16   …  payload: the entry in postcard's encoding
//! 40   …  records, one after the other
//! ```
//!
//! A segment is made under the name `*.new`, synced and renamed, so that it never stands there without its header. A new segment is
//! begun when the current one would pass `journal.segment_bytes`; the old one is synced first.
//!
//! # Torn or damaged
//!
//! A process or a machine that dies while it writes leaves records at the end of the last segment that are not whole. Such a tail was
//! never acknowledged to anybody: it is cut off, and the log says where. A bad record is taken for damage instead, and the journal is not
//! opened, when it is in an earlier segment, or when a whole record behind it says that it had been settled. So a lost
//! entry is never papered over; only what no later record vouches for can be cut.
//!
//! # Who writes
//!
//! One thread of the exchange alone, through [`disk::Disk`]; readers ([`cursor`]) never read beyond what is published. Beside the server there
//! are tools that look at the files while nobody writes: that is why this is a crate of its own. It holds what an [`entry`] is and the
//! [`engine`] that replays entries, and knows no socket, no thread, no FIX.

pub mod catalog;
pub mod cursor;
pub mod cut;
pub mod data;
pub mod disk;
mod encoder;
pub mod engine;
pub mod entry;
mod error;
pub mod participant;
pub mod record;
pub mod replay;
pub mod scan;
pub mod segment;
pub mod snapshot;
mod tail;
pub mod writer;

pub use error::JournalError;
