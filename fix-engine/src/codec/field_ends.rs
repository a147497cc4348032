//! Where the fields of a message end. In: its bytes. Out: the offset of every SOH, in order.
//! Looks at 64 bytes at a time: fields are short, so that one search for each would cost more than the whole scan.
//! Does not know data fields, in which an SOH ends nothing.

use crate::codec::SOH;

/// Bytes of a block; one bit each in the mask of a block.
const BLOCK: usize = 64;
const BLOCK_LEN: u32 = 64;

/// The offsets of all SOH of a message.
pub(super) struct FieldEnds<'a> {
    /// Blocks that were not looked at yet.
    rest: &'a [u8],
    /// Offset of the block that `mask` belongs to.
    base: u32,
    /// SOH of the block that were not handed out yet, the first one lowest.
    mask: u64,
}

impl<'a> FieldEnds<'a> {
    /// The ends in `message`, which has fewer than 2^32 bytes.
    pub(super) fn of(message: &'a [u8]) -> FieldEnds<'a> {
        let (mask, rest) = first_block(message);
        FieldEnds {
            rest,
            base: 0,
            mask,
        }
    }
}

impl Iterator for FieldEnds<'_> {
    type Item = u32;

    #[inline(always)]
    fn next(&mut self) -> Option<u32> {
        while self.mask == 0 {
            if self.rest.is_empty() {
                return None;
            }
            self.base += BLOCK_LEN;
            (self.mask, self.rest) = first_block(self.rest);
        }
        let end = self.base + self.mask.trailing_zeros();
        self.mask &= self.mask - 1;
        Some(end)
    }
}

/// The mask of the first block, and what follows it. A last block may be shorter.
#[inline]
fn first_block(bytes: &[u8]) -> (u64, &[u8]) {
    match bytes.split_first_chunk::<BLOCK>() {
        Some((block, rest)) => (mask(block), rest),
        None => (last_mask(bytes), &[]),
    }
}

#[inline]
fn last_mask(bytes: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    mask(&block)
}

/// One bit for each SOH, the first byte's lowest. Both loops are of a form that the compiler does several bytes at a
/// time.
#[inline]
fn mask(block: &[u8; BLOCK]) -> u64 {
    let is_soh = block.map(|byte| u8::from(byte == SOH));
    let (words, _) = is_soh.as_chunks::<8>();
    let mut mask = 0;
    for (word, at) in words.iter().zip(0_u32..) {
        let bits = u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56;
        mask |= bits << (8 * at);
    }
    mask
}

/// Times this, the lowest bits of eight bytes stand side by side in the highest byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_search_byte_by_byte_finds() {
        let mut seed = 7_u64;
        for len in 0..300 {
            let bytes: Vec<u8> = (0..len)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    [0, SOH, 2, b'=', 0x80, 0x81, SOH, 0xFF][(seed >> 61) as usize]
                })
                .collect();
            let slow = (0_u32..).zip(&bytes).filter(|(_, byte)| **byte == SOH);
            let slow: Vec<u32> = slow.map(|(at, _)| at).collect();
            assert_eq!(FieldEnds::of(&bytes).collect::<Vec<_>>(), slow, "{bytes:?}");
        }
    }
}
