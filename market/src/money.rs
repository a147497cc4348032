//! [`Money`]: an amount of an asset, wide enough for every product of price and quantity.

use crate::decimal::ONE;
use crate::fixed::fixed_point;
use crate::price::Price;
use crate::qty::Qty;

fixed_point! {
    /// An amount of an asset in units of 10⁻⁸, signed.
    Money(i128)
}

impl Money {
    /// Price × quantity. Exact: an instrument is only listed when tick × lot is a whole count of 10⁻⁸ (see
    /// [`crate::instrument::Instrument::check`]), so the division leaves no remainder for prices on the tick and quantities on the lot.
    #[inline(always)]
    pub const fn notional(price: Price, qty: Qty) -> Self {
        // (p₁·ONE + p₀) · (q₁·ONE + q₀) / ONE with the wholes and the parts below ONE apart: all parts of a number have its sign,
        // so this is the same number, and no wide division is needed. Most quantities are whole.
        let (q1, q0) = (qty.raw() / ONE, qty.raw() % ONE);
        if q0 == 0 {
            return Self(price.raw() as i128 * q1 as i128);
        }
        let (p1, p0) = (price.raw() / ONE, price.raw() % ONE);
        Self(p1 as i128 * qty.raw() as i128 + p0 as i128 * q1 as i128 + (p0 * q0 / ONE) as i128)
    }

    /// The amount with its sign turned.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Money;
    use crate::decimal::ONE;
    use crate::price::Price;
    use crate::qty::Qty;

    #[test]
    fn a_notional_is_the_product_over_one() {
        let ends = [i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1];
        let near_one = [ONE, ONE - 1, ONE + 1, 7 * ONE + 3, 99_999_999, 12_345];
        let parts: [i64; 5] = [0, 1, -1, 250_000_000, 1_000_000_007];
        let numbers: alloc::vec::Vec<i64> = ends.into_iter().chain(near_one).chain(parts).collect();
        for price in &numbers {
            for qty in numbers.iter().flat_map(|qty| [*qty, qty.wrapping_neg()]) {
                let product = i128::from(*price) * i128::from(qty) / i128::from(ONE);
                let notional = Money::notional(Price::from_raw(*price), Qty::from_raw(qty));
                assert_eq!(notional.raw(), product, "{price} × {qty}");
            }
        }
    }
}
