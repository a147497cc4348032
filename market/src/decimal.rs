//! Exact decimal text ↔ integers of a fixed scale. More decimals than the scale, signs where none belong, NaN, exponents and
//! overflow are refusals, never roundings.

use alloc::string::String;
use core::fmt;

/// Decimals of [`crate::price::Price`] and [`crate::qty::Qty`]: both count units of 10⁻⁸.
pub const SCALE: u8 = 8;

/// One whole unit at [`SCALE`]: 10⁸.
pub const ONE: i64 = 100_000_000;

/// Why a text is not a decimal of the wanted scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// No digits at all.
    Empty,
    /// A character that is neither a digit, a leading minus nor the one point.
    Character,
    /// More decimals than the scale holds.
    TooManyDecimals,
    /// The value does not fit the integer.
    Overflow,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no digits",
            Self::Character => "not a decimal number",
            Self::TooManyDecimals => "too many decimals",
            Self::Overflow => "out of range",
        })
    }
}

impl core::error::Error for DecimalError {}

/// Reads `text` as an integer count of 10^-`scale`. Trailing zeros beyond the scale are accepted, since they change nothing.
///
/// # Errors
/// A [`DecimalError`] naming what is wrong; nothing is ever rounded.
pub fn parse(text: &str, scale: u8) -> Result<i128, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(DecimalError::Empty);
    }
    let kept = fraction.trim_end_matches('0');
    if kept.len() > usize::from(scale) {
        return Err(if fraction.bytes().all(|b| b.is_ascii_digit()) {
            DecimalError::TooManyDecimals
        } else {
            DecimalError::Character
        });
    }
    let mut value: i128 = 0;
    let padding = usize::from(scale) - kept.len();
    for byte in whole
        .bytes()
        .chain(kept.bytes())
        .chain(core::iter::repeat_n(b'0', padding))
    {
        if !byte.is_ascii_digit() {
            return Err(DecimalError::Character);
        }
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(i128::from(byte - b'0')))
            .ok_or(DecimalError::Overflow)?;
    }
    Ok(if negative { -value } else { value })
}

/// Writes `value`, a count of 10^-`scale`, as the shortest exact decimal text (no trailing zeros, no exponent).
pub fn write(f: &mut dyn fmt::Write, value: i128, scale: u8) -> fmt::Result {
    let divisor = 10u128.pow(u32::from(scale));
    let magnitude = value.unsigned_abs();
    if value < 0 {
        f.write_char('-')?;
    }
    write!(f, "{}", magnitude / divisor)?;
    let mut fraction = magnitude % divisor;
    if fraction == 0 {
        return Ok(());
    }
    let mut width = usize::from(scale);
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        width -= 1;
    }
    write!(f, ".{fraction:0width$}")
}

/// [`write()`] into a new string.
pub fn text(value: i128, scale: u8) -> String {
    let mut out = String::new();
    write(&mut out, value, scale).expect("writing to a String cannot fail");
    out
}
