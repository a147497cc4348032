//! The header of a segment, the file that holds records. In: its bytes. Out: its values, or nothing where they are
//! none. Written once, before the segment is used. All numbers are little endian.
//!
//! ```text
//! 0    8   magic "LoggiaSG"
//! 8    2   version of the format: 3
//! 10   2   0
//! 12   4   CRC-32 of bytes 16 to 88
//! 16   8   number of the segment, from 1
//! 24   8   incarnation of its records
//! 32   8   the next outgoing number when it was begun
//! 40   8   the next inbound number then
//! 48   8   the last cause then: entry
//! 56   4   the last cause then: index
//! 60   1   1 where there is a last cause, else 0
//! 61   1   1 where it is known when the segment was begun, else 0
//! 62   2   0
//! 64   8   when it was begun: nanoseconds since 1970 UTC, signed
//! 72   8   where the records of the segment before it end and its index begins; 0 where there is none
//! 80   8   length of the segment before it
//! 88   40  0
//! 128  records, one behind the other; behind the last one the index, once the segment is sealed
//! ```

use crate::io::file_store::header::VERSION;
use crate::io::file_store::recovery::Numbers;
use crate::session::input::Cause;
use crate::time::Timestamp;

/// Where records begin.
pub(super) const RECORDS_AT: u64 = 128;
/// The same, as a length.
pub(super) const HEADER_LEN: usize = 128;

/// First bytes of every segment.
pub(super) const MAGIC: [u8; 8] = *b"LoggiaSG";
const SUMMED: std::ops::Range<usize> = 16..88;

/// The values of a segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) number: u64,
    pub(super) incarnation: u64,
    /// The store's numbers when the segment was begun.
    pub(super) numbers: Numbers,
    pub(super) begun: Option<Timestamp>,
    /// Where the segment before it ends: its records, and the whole of it.
    pub(super) before: Ends,
}

/// Two lengths of a sealed segment, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ends {
    /// End of the records, beginning of the index.
    pub(super) records: u64,
    /// End of the index and of the file.
    pub(super) file: u64,
}

impl SegmentHeader {
    /// The header's bytes.
    pub(super) fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        let cause = self.numbers.last_cause.unwrap_or_default();
        let begun = self.begun.map_or(0, Timestamp::nanos).cast_unsigned();
        for (at, number) in [
            (16, self.number),
            (24, self.incarnation),
            (32, self.numbers.next_out),
            (40, self.numbers.next_in),
            (48, cause.entry),
            (56, cause.index.into()),
            (64, begun),
            (72, self.before.records),
            (80, self.before.file),
        ] {
            bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes[60] = u8::from(self.numbers.last_cause.is_some());
        bytes[61] = u8::from(self.begun.is_some());
        let sum = crc32fast::hash(&bytes[SUMMED]);
        bytes[12..16].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads a header.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(bytes: &[u8; HEADER_LEN]) -> Result<SegmentHeader, &'static str> {
        if bytes[..8] != MAGIC {
            return Err("this is not a segment of a store");
        }
        if bytes[8..10] != VERSION.to_le_bytes() {
            return Err("the segment has another format version than its store");
        }
        if crc32fast::hash(&bytes[SUMMED]).to_le_bytes() != bytes[12..16] {
            return Err("the checksum of the segment's header is wrong");
        }
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(number)
        };
        let cause = Cause {
            entry: number(48),
            index: u32::from_le_bytes([bytes[56], bytes[57], bytes[58], bytes[59]]),
        };
        Ok(SegmentHeader {
            number: number(16),
            incarnation: number(24),
            numbers: Numbers {
                next_out: number(32),
                next_in: number(40),
                last_cause: Some(cause).filter(|_| bytes[60] == 1),
            },
            begun: (bytes[61] == 1).then(|| Timestamp::from_nanos(number(64).cast_signed())),
            before: Ends {
                records: number(72),
                file: number(80),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_written() {
        let header = SegmentHeader {
            number: 7,
            incarnation: 3,
            numbers: Numbers {
                next_out: 41,
                next_in: 43,
                last_cause: Some(Cause { entry: 9, index: 2 }),
            },
            begun: Some(Timestamp::from_nanos(-5)),
            before: Ends {
                records: 1000,
                file: 1056,
            },
        };
        let bytes = header.encode();
        assert_eq!(SegmentHeader::read(&bytes), Ok(header));
        for at in 16..88 {
            let mut bad = bytes;
            bad[at] ^= 1;
            assert!(SegmentHeader::read(&bad).is_err(), "byte {at}");
        }
    }
}
