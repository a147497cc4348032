//! CheckSum (10): the sum of all bytes before it, modulo 256 (FIX 4.4 vol. 2, «Message format»).
//! In: bytes. Out: the sum and its three digits. Does not know where the trailer stands.

/// Sum of `bytes` modulo 256.
#[must_use]
pub fn sum(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0_u8, |total, byte| total.wrapping_add(*byte))
}

/// The three ASCII digits of a checksum, for example `007`.
#[must_use]
pub fn digits(sum: u8) -> [u8; 3] {
    [b'0' + sum / 100, b'0' + sum / 10 % 10, b'0' + sum % 10]
}
