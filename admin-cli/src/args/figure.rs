//! Figures on the command line: how many, a share (`5%`, `500bps`), a rate of fees (`0.02%`, `2bps`, `200ppm`), a time (`30s`, `5m`), and what may be
//! switched off. Exact text in, integers out; what does not fit is refused, never rounded.

use clap::builder::RangedI64ValueParser;
use market::decimal;
use std::fmt;
use std::str::FromStr;

/// A value, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrOff<T>(pub Option<T>);

impl<T: FromStr<Err: fmt::Display>> FromStr for OrOff<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(None));
        }
        let value = text.parse().map(|value| Self(Some(value)));
        value.map_err(|why| format!("{why} (or «off»)"))
    }
}

/// A share in basis points: `5%` or `500bps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(pub u32);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("%", 2), ("bps", 0)];
        let bps = scaled(text, &units, "a share: 5% or 500bps, whole basis points")?;
        u32::try_from(bps)
            .map(Self)
            .map_err(|_| "out of range".to_owned())
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, i128::from(self.0), 2)?;
        f.write_str("%")
    }
}

/// A rate of fees in millionths, below zero a rebate: `0.02%`, `2bps` or `200ppm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeRate(pub i32);

impl FromStr for FeeRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("%", 4), ("bps", 2), ("ppm", 0)];
        let ppm = scaled(
            text,
            &units,
            "a rate: 0.02%, 2bps or 200ppm, whole millionths",
        )?;
        i32::try_from(ppm)
            .map(Self)
            .map_err(|_| "out of range".to_owned())
    }
}

impl fmt::Display for FeeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, i128::from(self.0), 4)?;
        f.write_str("%")
    }
}

/// A time in nanoseconds: a whole number and `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub u64);

/// Units of [`Span`], longest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a time: 250ms, 30s, 5m, 1h or 2d".to_owned();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let (_, nanos) = UNITS
            .iter()
            .find(|(unit, _)| *unit == &text[digits.len()..])
            .ok_or_else(wrong)?;
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let nanos = number.checked_mul(*nanos).map(Self);
        nanos.ok_or_else(|| "out of range".to_owned())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS
            .iter()
            .find(|(_, nanos)| self.0.is_multiple_of(*nanos));
        match unit {
            _ if self.0 == 0 => f.write_str("0s"),
            Some((unit, nanos)) => write!(f, "{}{unit}", self.0 / nanos),
            None => write!(f, "{}ns", self.0),
        }
    }
}

/// Reads how many of something the exchange is to show at most.
pub(super) fn count() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1000)
}

/// A decimal with one of these units, times ten to the power beside it.
fn scaled(text: &str, units: &[(&str, u8)], what: &str) -> Result<i128, String> {
    let found = units
        .iter()
        .find_map(|(unit, decimals)| Some((text.strip_suffix(unit)?, *decimals)));
    let (number, decimals) = found.ok_or_else(|| what.to_owned())?;
    decimal::parse(number, decimals).map_err(|why| format!("{why}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact() {
        assert_eq!("5%".parse(), Ok(Share(500)));
        assert_eq!("0.25%".parse(), Ok(Share(25)));
        assert_eq!("25bps".parse(), Ok(Share(25)));
        assert_eq!(Share(25).to_string(), "0.25%");
        for wrong in ["5", "0.001%", "-5%", "2.5bps", "%", "x%"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn rates_may_be_rebates() {
        assert_eq!("-0.01%".parse(), Ok(FeeRate(-100)));
        assert_eq!("2bps".parse(), Ok(FeeRate(200)));
        assert_eq!("2.5bps".parse(), Ok(FeeRate(250)));
        assert_eq!("7ppm".parse(), Ok(FeeRate(7)));
        assert_eq!(FeeRate(-100).to_string(), "-0.01%");
        assert!("0.00001%".parse::<FeeRate>().is_err());
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!("5m".parse(), Ok(Span(300_000_000_000)));
        assert_eq!("250ms".parse(), Ok(Span(250_000_000)));
        for text in ["250ms", "90s", "5m", "7h", "2d"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for wrong in ["5", "m", "5min", "1.5s", "99999999999d"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn off_is_a_value() {
        assert_eq!("off".parse(), Ok(OrOff::<u32>(None)));
        assert_eq!("7".parse(), Ok(OrOff(Some(7_u32))));
        assert!("of".parse::<OrOff<u32>>().is_err());
    }
}
