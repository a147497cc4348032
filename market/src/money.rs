//! [`Money`]: an amount of an asset, wide enough for every product of price and quantity.

use crate::decimal::{self, DecimalError, ONE, SCALE};
use crate::price::Price;
use crate::qty::Qty;
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An amount of an asset in units of 10⁻⁸, signed. In JSON a decimal string, in the journal an integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From a count of 10⁻⁸.
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// The count of 10⁻⁸.
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// Price × quantity. Exact: an instrument is only listed when tick × lot is a whole count of 10⁻⁸ (see
    /// [`crate::instrument::Instrument::check`]), so the division leaves no remainder for prices on the tick and quantities on the lot.
    pub const fn notional(price: Price, qty: Qty) -> Self {
        Self(price.raw() as i128 * qty.raw() as i128 / ONE as i128)
    }

    /// The sum, or nothing on overflow.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// The difference, or nothing on overflow.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(raw) => Some(Self(raw)),
            None => None,
        }
    }

    /// The amount with its sign turned.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}

impl FromStr for Money {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        decimal::parse(text, SCALE).map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, self.0, SCALE)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i128(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            i128::deserialize(deserializer).map(Self)
        }
    }
}
