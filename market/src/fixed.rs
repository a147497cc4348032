//! One definition for the three fixed-point numbers of the house ([`crate::price::Price`], [`crate::qty::Qty`],
//! [`crate::money::Money`]): eight decimals, exact text in and out, narrow checked arithmetic.

/// Defines a number that counts units of 10⁻⁸ in the integer `$raw`. In JSON it is a decimal string, in the journal an integer.
macro_rules! fixed_point {
    ($(#[$doc:meta])* $name:ident($raw:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($raw);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// From a count of 10⁻⁸.
            pub const fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// The count of 10⁻⁸.
            pub const fn raw(self) -> $raw {
                self.0
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
        }

        impl core::str::FromStr for $name {
            type Err = $crate::decimal::DecimalError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let raw = $crate::decimal::parse(text, $crate::decimal::SCALE)?;
                <$raw>::try_from(raw)
                    .map(Self)
                    .map_err(|_| $crate::decimal::DecimalError::Overflow)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::decimal::write(f, i128::from(self.0), $crate::decimal::SCALE)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serde::Serialize::serialize(&self.0, serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    <$raw>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

pub(crate) use fixed_point;
