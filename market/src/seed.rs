//! [`Seed`]: the secret from which random instants are drawn. Whoever knows everything that the market tells, and not the seed, cannot
//! foresee them; whoever replays the journal, which holds it, draws the same.

use core::fmt;
use serde::{Deserialize, Serialize, Serializer};

/// 128 secret bits, the key of SipHash-2-4 (Aumasson and Bernstein, 2012): what has been drawn does not tell what will be.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Seed([u8; 16]);

impl Seed {
    /// From random bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// A number that follows from the seed and these words.
    pub(crate) fn draw<const N: usize>(&self, words: [u64; N]) -> u64 {
        let half = |from: usize| u64::from_le_bytes(core::array::from_fn(|at| self.0[from + at]));
        let (k0, k1) = (half(0), half(8));
        let mut state = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        let length = (N as u64 * 8) << 56;
        for word in words.into_iter().chain([length]) {
            state[3] ^= word;
            round(&mut state);
            round(&mut state);
            state[0] ^= word;
        }
        state[2] ^= 0xff;
        for _ in 0..4 {
            round(&mut state);
        }
        state[0] ^ state[1] ^ state[2] ^ state[3]
    }
}

/// SipRound.
const fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].wrapping_add(v[3]);
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].wrapping_add(v[1]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[2] = v[2].rotate_left(32);
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// People are not shown it: what they read may be passed on.
impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str("[redacted]")
        } else {
            self.0.serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn it_draws_what_siphash_gives() {
        let seed = Seed::new([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        let (first, second) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        // The reference's vectors for 0, 8 and 16 bytes.
        assert_eq!(seed.draw([]), 0x726f_db47_dd0e_0e31);
        assert_eq!(seed.draw([first]), 0x93f5_f579_9a93_2462);
        assert_eq!(seed.draw([first, second]), 0x3f2a_cc7f_57c2_9bdb);
    }

    #[test]
    fn it_is_not_shown() {
        assert_eq!(format!("{:?}", Seed::new([7; 16])), "[redacted]");
    }
}
