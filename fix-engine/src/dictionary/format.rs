//! Whether a value has the form of its type. In: type and bytes. Out: yes or no. Knows no field and no dictionary.

use crate::dictionary::field::FieldType;
use crate::time::{is_date, is_time, is_timestamp};

/// Most digits of a whole number: what 64 bits with sign hold in any case.
const INT_DIGITS_MAX: usize = 19;

/// Whether `value`, which is not empty, has the form of type `ty`.
#[must_use]
#[inline]
pub fn fits(ty: FieldType, value: &[u8]) -> bool {
    match ty {
        FieldType::String | FieldType::Data => true,
        FieldType::Int => is_int(value.strip_prefix(b"-").unwrap_or(value)),
        FieldType::Length | FieldType::NumInGroup | FieldType::SeqNum => is_int(value),
        FieldType::Float => is_float(value),
        FieldType::Char => matches!(value, [one] if !one.is_ascii_control()),
        FieldType::Boolean => matches!(value, b"Y" | b"N"),
        FieldType::MultipleValueString => value
            .split(|byte| *byte == b' ')
            .all(|part| !part.is_empty()),
        FieldType::Currency => value.len() == 3 && value.iter().all(u8::is_ascii_alphabetic),
        FieldType::Country => value.len() == 2 && value.iter().all(u8::is_ascii_alphabetic),
        FieldType::Exchange => value.len() <= 4 && value.iter().all(u8::is_ascii_alphanumeric),
        FieldType::UtcTimestamp => is_timestamp(value),
        FieldType::UtcTimeOnly => is_time(value),
        FieldType::UtcDateOnly | FieldType::LocalMktDate => is_date(value),
        FieldType::MonthYear => is_month_year(value),
    }
}

/// Digits, leading zeros allowed, within 64 bits.
#[inline]
fn is_int(digits: &[u8]) -> bool {
    are_digits(digits) && (digits.len() < INT_DIGITS_MAX || is_small(digits))
}

/// At least one byte, all of them digits.
#[inline]
fn are_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Whether many digits are at most 2^63 - 1 all the same.
#[cold]
fn is_small(digits: &[u8]) -> bool {
    let first = digits.iter().position(|byte| *byte != b'0');
    let significant = &digits[first.unwrap_or(digits.len())..];
    significant.len() < INT_DIGITS_MAX
        || significant.len() == INT_DIGITS_MAX && significant <= b"9223372036854775807".as_slice()
}

/// Digits with at most one point and at least one digit, an optional minus sign in front.
#[inline]
fn is_float(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let (mut point, mut digit) = (false, false);
    for byte in value {
        if byte.is_ascii_digit() {
            digit = true;
        } else if *byte == b'.' && !point {
            point = true;
        } else {
            return false;
        }
    }
    digit
}

fn is_month_year(value: &[u8]) -> bool {
    let month = |text: &[u8]| {
        let mut first = [b'0'; 8];
        first[..6].copy_from_slice(text);
        first[7] = b'1';
        is_date(&first)
    };
    match value.len() {
        6 => month(value),
        8 if value[6] == b'w' => month(&value[..6]) && (b'1'..=b'5').contains(&value[7]),
        _ => is_date(value),
    }
}
