//! [`Qty`]: a quantity of an instrument, fixed point with eight decimals.

use crate::fixed::fixed_point;

fixed_point! {
    /// A quantity of an instrument. An integer count of 10⁻⁸; exact text in, exact text out.
    Qty(i64)
}

impl Qty {
    /// Whether this is a whole multiple of `step` (which is above zero).
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.raw() > 0 && self.raw() % step.raw() == 0
    }
}
