//! The header of a store, one of two slots of the file that has the store's name. In: 96 bytes. Out: its values, or
//! what is wrong. All numbers are little endian.
//!
//! ```text
//! 0   8   magic "LoggiaFX"
//! 8   2   version of the format: 3
//! 10  2   0
//! 12  4   CRC-32 of bytes 16 to 96
//! 16  8   generation: the valid slot with the higher one counts; odd ones are in slot B
//! 24  8   incarnation: how many resets, plus one
//! 32  16  boot id of the machine that wrote last; zeros where there is none
//! 48  8   reserved: outgoing numbers below this may have been seen by the peer
//! 56  8   number of the oldest segment
//! 64  8   number of the segment that is written
//! 72  8   length of that segment that was synced before this header
//! 80  8   when the numbering began: nanoseconds since 1970 UTC, signed
//! 88  1   1 where it is known when the numbering began, else 0
//! 89  7   0
//! ```

use crate::io::file_store::segment::RECORDS_AT;
use crate::time::Timestamp;

/// Length of the file.
pub(super) const FILE_LEN: usize = 1024;
/// Where slot B begins: in a disk's sector of its own.
const SLOT_B_AT: usize = 512;
/// Length of a slot's content in bytes.
pub(super) const SLOT_LEN: usize = 96;
/// Where the two slots begin.
pub(super) const SLOTS_AT: [usize; 2] = [0, SLOT_B_AT];
/// First bytes of every store.
pub(super) const MAGIC: [u8; 8] = *b"LoggiaFX";
/// The format that this program writes.
pub(super) const VERSION: u16 = 3;

/// The values of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) generation: u64,
    pub(super) incarnation: u64,
    pub(super) boot_id: Option<[u8; 16]>,
    pub(super) reserved_out: u64,
    pub(super) first_segment: u64,
    pub(super) last_segment: u64,
    pub(super) synced_len: u64,
    pub(super) began: Option<Timestamp>,
}

/// What the bytes of a slot are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A header.
    Good(Header),
    /// A header of another version.
    OtherVersion(u16),
    /// Zeros: never written.
    Unused,
    /// Anything else.
    Bad,
}

impl Header {
    /// The header of a new store.
    pub(super) fn first(boot_id: Option<[u8; 16]>) -> Header {
        Header {
            generation: 0,
            incarnation: 1,
            boot_id,
            reserved_out: 1,
            first_segment: 1,
            last_segment: 1,
            synced_len: RECORDS_AT,
            began: None,
        }
    }

    /// Where this generation stands in the file.
    pub(super) fn slot_at(&self) -> usize {
        if self.generation.is_multiple_of(2) {
            0
        } else {
            SLOT_B_AT
        }
    }

    /// The slot's bytes.
    pub(super) fn encode(&self) -> [u8; SLOT_LEN] {
        let mut slot = [0; SLOT_LEN];
        slot[..8].copy_from_slice(&MAGIC);
        slot[8..10].copy_from_slice(&VERSION.to_le_bytes());
        slot[32..48].copy_from_slice(&self.boot_id.unwrap_or_default());
        let began = self.began.map_or(0, Timestamp::nanos).cast_unsigned();
        for (at, number) in [
            (16, self.generation),
            (24, self.incarnation),
            (48, self.reserved_out),
            (56, self.first_segment),
            (64, self.last_segment),
            (72, self.synced_len),
            (80, began),
        ] {
            slot[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        slot[88] = u8::from(self.began.is_some());
        let sum = crc32fast::hash(&slot[16..]);
        slot[12..16].copy_from_slice(&sum.to_le_bytes());
        slot
    }
}

impl Slot {
    /// Reads a slot.
    pub(super) fn read(bytes: &[u8; SLOT_LEN]) -> Slot {
        if bytes.iter().all(|byte| *byte == 0) {
            return Slot::Unused;
        }
        let version = u16::from_le_bytes([bytes[8], bytes[9]]);
        if bytes[..8] != MAGIC {
            return Slot::Bad;
        }
        if version != VERSION {
            return Slot::OtherVersion(version);
        }
        if crc32fast::hash(&bytes[16..]).to_le_bytes() != bytes[12..16] {
            return Slot::Bad;
        }
        let mut boot_id = [0; 16];
        boot_id.copy_from_slice(&bytes[32..48]);
        Slot::Good(Header {
            generation: number(bytes, 16),
            incarnation: number(bytes, 24),
            boot_id: Some(boot_id).filter(|id| *id != [0; 16]),
            reserved_out: number(bytes, 48),
            first_segment: number(bytes, 56),
            last_segment: number(bytes, 64),
            synced_len: number(bytes, 72),
            began: (bytes[88] == 1).then(|| Timestamp::from_nanos(number(bytes, 80).cast_signed())),
        })
    }

    /// The slot that counts.
    pub(super) fn newer(self, other: Slot) -> Slot {
        match (self, other) {
            (Slot::Good(a), Slot::Good(b)) => {
                Slot::Good(if a.generation > b.generation { a } else { b })
            }
            (Slot::Good(_), _)
            | (Slot::OtherVersion(_), Slot::Unused | Slot::Bad)
            | (Slot::Bad, Slot::Unused) => self,
            _ => other,
        }
    }
}

fn number(bytes: &[u8; SLOT_LEN], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
