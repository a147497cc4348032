//! [`Network`]: a range of internet addresses that a participant may log on from, written `10.1.0.0/16`, `2001:db8::/32`, or one address
//! alone. Pure.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Leading bits of an IPv6 address that say that an IPv4 address follows: `::ffff:0:0/96`.
const IPV4_MAPPED_BITS: u8 = 96;
/// Networks that one participant may list.
pub const NETWORKS_MAX: usize = 64;

/// All addresses that share their first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its first address; the bits after the prefix are 0.
    first: IpAddr,
    /// How many leading bits are shared: 0 to 32, or to 128 for IPv6.
    prefix: u8,
}

/// A text is not a network. The operator is to blame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// No internet address.
    #[error("{0:?} is no address: write 10.1.0.0/16, 2001:db8::/32 or one address")]
    Address(String),
    /// No number of bits, or more than an address has.
    #[error("{text:?}: the number behind the stroke must be 0 to {max}")]
    Prefix {
        /// What was written.
        text: String,
        /// Bits of an address of this kind.
        max: u8,
    },
    /// Bits behind the prefix: two networks could be meant.
    #[error("{text:?}: the network with {prefix} bits begins at {first}")]
    Bits {
        /// What was written.
        text: String,
        /// Its prefix.
        prefix: u8,
        /// Where such a network begins.
        first: IpAddr,
    },
}

impl Network {
    /// Whether `address` lies in it. An IPv4 address that came in IPv6 form (`::ffff:10.1.0.1`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && cut(address, self.prefix) == self.first
    }
}

/// The address with the bits behind `prefix` set to 0.
pub fn cut(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX
                .checked_shl(32_u32.saturating_sub(u32::from(prefix)))
                .unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX
                .checked_shl(128_u32.saturating_sub(u32::from(prefix)))
                .unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let written: IpAddr = address
            .parse()
            .map_err(|_| NetworkError::Address(text.to_owned()))?;
        let max = if written.is_ipv4() { 32 } else { 128 };
        let prefix = match bits {
            None => max,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= max)
                .ok_or_else(|| NetworkError::Prefix {
                    text: text.to_owned(),
                    max,
                })?,
        };
        let first = cut(written, prefix);
        if first != written {
            return Err(NetworkError::Bits {
                text: text.to_owned(),
                prefix,
                first,
            });
        }
        // IPv4 in IPv6 form is IPv4, as in `contains`.
        let canonical = first.to_canonical();
        match prefix.checked_sub(IPV4_MAPPED_BITS) {
            Some(prefix) if canonical.is_ipv4() && first.is_ipv6() => Ok(Self {
                first: canonical,
                prefix,
            }),
            _ => Ok(Self { first, prefix }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    #[test]
    fn an_address_lies_in_a_network_or_not() {
        for (network_text, address, is_inside) in [
            ("10.1.0.0/16", "10.1.255.7", true),
            ("10.1.0.0/16", "10.2.0.0", false),
            ("10.1.0.0/16", "::ffff:10.1.0.9", true),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.1.2.3", false),
            ("::ffff:10.1.0.0/112", "10.1.255.7", true),
            ("::ffff:10.1.0.0/112", "10.2.0.0", false),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("::ffff:0:0/96", "203.0.113.9", true),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.128/25", "192.0.2.255", true),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(
                network(network_text).contains(address),
                is_inside,
                "{address} in {network_text}"
            );
        }
    }

    #[test]
    fn what_is_no_network_is_named_with_the_reason() {
        for (text, reason) in [
            ("desk", "is no address"),
            ("10.1.0.0/33", "must be 0 to 32"),
            ("10.1.0.0/", "must be 0 to 32"),
            ("::/129", "must be 0 to 128"),
            ("10.1.2.3/16", "begins at 10.1.0.0"),
        ] {
            let error = text.parse::<Network>().expect_err("no network").to_string();
            assert!(error.contains(text) && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn it_reads_what_it_writes() {
        for text in ["10.1.0.0/16", "10.1.2.3/32", "2001:db8::/32", "::/0"] {
            assert_eq!(network(text).to_string(), text);
            let bytes = postcard::to_stdvec(&network(text)).expect("bytes");
            assert_eq!(postcard::from_bytes(&bytes), Ok(network(text)));
        }
        assert_eq!(network("::ffff:10.1.0.0/112").to_string(), "10.1.0.0/16");
    }
}
