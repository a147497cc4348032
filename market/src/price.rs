//! [`Price`]: a price in an instrument's currency for one unit, fixed point with eight decimals.

use crate::fixed::fixed_point;

fixed_point! {
    /// A price in the instrument's currency for one unit. An integer count of 10⁻⁸; exact text in, exact text out.
    Price(i64)
}

impl Price {
    /// Whether this is a whole multiple of `step` (which is above zero).
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.raw() > 0 && self.raw() % step.raw() == 0
    }
}
