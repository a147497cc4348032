//! Any text as a number and as an identifier: read or refused, and what was read and written reads the same; nothing is rounded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use market::decimal;
use market::id::{AssetCode, ClOrdId, Symbol};
use market::money::Money;
use market::price::Price;
use market::qty::Qty;
use market::text::{Text, TextError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fuzz_target!(|input: &[u8]| {
    let Some((&scale, bytes)) = input.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    number(text, scale % 19);
    if let Ok(price) = fixed::<Price>(text) {
        assert_eq!(decimal::parse(text, decimal::SCALE), Ok(price.raw().into()));
    }
    if let Ok(qty) = fixed::<Qty>(text) {
        assert_eq!(decimal::parse(text, decimal::SCALE), Ok(qty.raw().into()));
    }
    if let Ok(money) = fixed::<Money>(text) {
        assert_eq!(decimal::parse(text, decimal::SCALE), Ok(money.raw()));
    }
    identifier::<36>(text);
    identifier::<20>(text);
    identifier::<8>(text);
    let _names: (Result<ClOrdId, _>, Result<Symbol, _>, Result<AssetCode, _>) =
        (text.parse(), text.parse(), text.parse());
});

fn number(text: &str, scale: u8) {
    match decimal::parse(text, scale) {
        Ok(value) => {
            let written = decimal::text(value, scale);
            assert_eq!(decimal::parse(&written, scale), Ok(value), "{written}");
            assert_eq!(bare(&written), bare(text), "rounded");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The text without what changes nothing of a number: zeros ahead of it and behind its point.
fn bare(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    let sign = match (whole, fraction) {
        ("", "") => "",
        _ => sign,
    };
    format!("{sign}{whole}.{fraction}")
}

fn fixed<T>(text: &str) -> Result<T, T::Err>
where
    T: FromStr<Err: Display> + Display + Copy + PartialEq + Debug + Serialize + DeserializeOwned,
{
    let read = text.parse::<T>();
    match &read {
        Ok(value) => {
            assert_eq!(value.to_string().parse().ok(), Some(*value));
            kept(value);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    read
}

fn identifier<const N: usize>(text: &str) {
    match Text::<N>::new(text) {
        Ok(name) => {
            assert_eq!(name.as_str(), text);
            assert_eq!(name.to_string(), text);
            kept(&name);
        }
        Err(TextError::Empty) => assert_eq!(text, ""),
        Err(TextError::TooLong { limit }) => assert!(limit == N && text.len() > N),
        Err(TextError::Character) => {
            assert!(text.bytes().any(|byte| !(b' '..=b'~').contains(&byte)))
        }
    }
}

/// JSON and the journal's format keep it.
fn kept<T: Debug + PartialEq + Serialize + DeserializeOwned>(value: &T) {
    let json = serde_json::to_string(value).expect("it can be written");
    assert_eq!(serde_json::from_str::<T>(&json).ok().as_ref(), Some(value));
    let bytes = postcard::to_allocvec(value).expect("it can be written");
    assert_eq!(postcard::from_bytes::<T>(&bytes).as_ref(), Ok(value));
}
