//! Numbers as decimal digits, eight at a time in the bytes of one integer: a digit at a time would go through memory,
//! and what is written byte by byte and read at once makes the processor wait. In: integers. Out: ASCII. Knows no FIX.

use bytes::{BufMut, BytesMut};

/// Eight digits hold the numbers below this.
pub(crate) const EIGHT_DIGITS: u64 = 100_000_000;

/// The eight digits (0 to 9) of a number below [`EIGHT_DIGITS`], the first one in the lowest byte.
#[inline]
pub(crate) fn eight_digits(value: u64) -> u64 {
    // Each step halves the lanes: 4 digits in 32 bits, 2 in 16, 1 in 8. A product and a shift divide all lanes at once.
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | ((twos - tens * 10) << 8)
}

/// Digits (0 to 9) as characters.
#[inline]
pub(crate) fn ascii(digits: u64) -> u64 {
    digits + ZEROS
}

/// Appends `value` without leading zeros.
#[inline]
pub(crate) fn put_number(value: u64, buf: &mut BytesMut) {
    if value < 10 {
        buf.put_u8(b'0' + u8::try_from(value).unwrap_or_default());
    } else if value < EIGHT_DIGITS {
        let digits = eight_digits(value);
        let zeros = digits.trailing_zeros() / 8;
        put_start(ascii(digits) >> (8 * zeros), 8 - zeros as usize, buf);
    } else {
        put_number(value / EIGHT_DIGITS, buf);
        buf.put_u64_le(ascii(eight_digits(value % EIGHT_DIGITS)));
    }
}

/// Appends a fraction that is not 0, of so many digits, without the zeros at its end.
#[inline]
pub(crate) fn put_fraction(fraction: u64, digits: u8, buf: &mut BytesMut) {
    let missing = 8_u32.checked_sub(u32::from(digits));
    let shifted = missing.map(|missing| fraction * 10_u64.pow(missing));
    match shifted.filter(|shifted| *shifted < EIGHT_DIGITS) {
        Some(shifted) => {
            let digits = eight_digits(shifted);
            let zeros = digits.leading_zeros() / 8;
            put_start(ascii(digits), 8 - zeros as usize, buf);
        }
        None => put_long_fraction(fraction, digits, buf),
    }
}

/// A fraction of more than eight digits.
#[cold]
fn put_long_fraction(mut fraction: u64, digits: u8, buf: &mut BytesMut) {
    let mut digits = usize::from(digits);
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        digits -= 1;
    }
    let written = fraction.checked_ilog10().unwrap_or(0) as usize + 1;
    buf.put_bytes(b'0', digits.saturating_sub(written));
    put_number(fraction, buf);
}

/// Appends the first `len` of eight characters.
#[inline]
fn put_start(text: u64, len: usize, buf: &mut BytesMut) {
    let before = buf.len();
    buf.put_u64_le(text);
    buf.truncate(before + len);
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

#[cfg(test)]
mod tests {
    use super::*;

    fn text(put: impl FnOnce(&mut BytesMut)) -> String {
        let mut buf = BytesMut::new();
        put(&mut buf);
        String::from_utf8(buf.to_vec()).expect("ASCII")
    }

    #[test]
    fn all_lanes_divide_exactly() {
        for value in (0..EIGHT_DIGITS).step_by(9_973).chain([EIGHT_DIGITS - 1]) {
            let digits = ascii(eight_digits(value)).to_le_bytes();
            assert_eq!(digits, *format!("{value:08}").as_bytes());
        }
        for low in 0..10_000 {
            let value = low * 10_000 + (9_999 - low);
            let digits = ascii(eight_digits(value)).to_le_bytes();
            assert_eq!(digits, *format!("{value:08}").as_bytes());
        }
    }

    #[test]
    fn numbers_of_every_length() {
        for exponent in 0..20 {
            let power = 10_u64.pow(exponent);
            for value in [power - 1, power, power + 1, power.saturating_mul(7)] {
                assert_eq!(text(|buf| put_number(value, buf)), value.to_string());
            }
        }
        assert_eq!(text(|buf| put_number(u64::MAX, buf)), u64::MAX.to_string());
    }

    #[test]
    fn fractions_keep_their_zeros_in_front_and_lose_those_behind() {
        let fraction = |fraction, digits| text(|buf| put_fraction(fraction, digits, buf));
        assert_eq!(fraction(25, 2), "25");
        assert_eq!(fraction(25_000_000, 8), "25");
        assert_eq!(fraction(5, 8), "00000005");
        assert_eq!(fraction(50, 9), "00000005");
        assert_eq!(fraction(1, 19), "0000000000000000001");
        assert_eq!(fraction(1_230_000_000, 12), "00123");
    }
}
