//! Amounts between memory and SQL: `i128` counts of 10⁻⁸ in memory, checked `i64` counts of 10⁻⁸ in the database; and the one
//! division of this crate, whose rounding is half to even.

use crate::error::Error;
use market::decimal::ONE;
use market::money::Money;
use market::price::Price;

/// The database's number of an amount. `what` names it where it does not fit.
///
/// # Errors
/// [`Error::OutOfRange`] beyond ±92,233,720,368.54775807: never cut, never wrapped.
pub fn to_sql(what: &'static str, amount: Money) -> Result<i64, Error> {
    i64::try_from(amount.raw()).map_err(|_| Error::OutOfRange {
        what,
        value: amount.to_string(),
    })
}

/// The database's number of a journal sequence number.
///
/// # Errors
/// [`Error::OutOfRange`] beyond `i64`.
pub fn seq_to_sql(what: &'static str, value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|_| Error::OutOfRange {
        what,
        value: value.to_string(),
    })
}

/// The amount of a number of the database.
pub const fn money(raw: i64) -> Money {
    Money::from_raw(raw as i128)
}

/// `value × numerator ÷ denominator`, rounded half to even; nothing on overflow or when the denominator is not above zero.
pub fn scale_half_even(value: i128, numerator: i128, denominator: i128) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    let product = value.checked_mul(numerator)?;
    let floor = product.div_euclid(denominator);
    let twice = product.rem_euclid(denominator).checked_mul(2)?;
    let up = twice > denominator || (twice == denominator && floor.rem_euclid(2) == 1);
    Some(floor + i128::from(up))
}

/// What `qty` (a count of 10⁻⁸, signed) is worth at `price`, rounded half to even at 10⁻⁸. On the instrument's tick and lot the
/// product is exact and nothing is rounded.
pub fn value_at(qty: i128, price: Price) -> Option<Money> {
    scale_half_even(qty, i128::from(price.raw()), i128::from(ONE)).map(Money::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_goes_to_even_on_both_sides_of_zero() {
        for (value, expected) in [
            (1, 0),
            (2, 1),
            (3, 2),
            (5, 2),
            (7, 4),
            (-1, 0),
            (-3, -2),
            (-5, -2),
        ] {
            assert_eq!(scale_half_even(value, 1, 2), Some(expected), "{value}/2");
        }
        assert_eq!(scale_half_even(10, 1, 3), Some(3));
        assert_eq!(scale_half_even(-10, 1, 3), Some(-3));
        assert_eq!(scale_half_even(1, 1, 0), None);
        assert_eq!(scale_half_even(i128::MAX, 2, 1), None);
    }

    #[test]
    fn out_of_range_is_an_error_that_names_the_amount() {
        let edge = Money::from_raw(i128::from(i64::MAX));
        assert_eq!(to_sql("cash", edge).unwrap(), i64::MAX);
        let beyond = Money::from_raw(i128::from(i64::MAX) + 1);
        let error = to_sql("cash", beyond).unwrap_err().to_string();
        assert!(
            error.contains("cash") && error.contains("92233720368.54775808"),
            "{error}"
        );
    }
}
