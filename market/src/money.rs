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
    pub const fn notional(price: Price, qty: Qty) -> Self {
        Self(price.raw() as i128 * qty.raw() as i128 / ONE as i128)
    }

    /// The amount with its sign turned.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}
