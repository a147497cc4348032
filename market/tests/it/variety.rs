//! [`Drawn`]: which variants and values strategies have drawn. What a type has is asked of the type itself, so that nothing can be added to
//! a command that no test draws.

use ciborium::Value;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// The values that were drawn, by the names on the way to them: variants and the names of fields.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    places: BTreeMap<String, BTreeSet<String>>,
}

impl Drawn {
    pub(crate) fn see(&mut self, value: &impl Serialize) {
        let value = Value::serialized(value).expect("it can be written");
        self.note("", &value);
    }

    fn note(&mut self, path: &str, value: &Value) {
        match value {
            Value::Map(parts) => {
                for (key, part) in parts {
                    let key = key.as_text().expect("a field or a variant");
                    self.add(path, key);
                    let path = format!("{path}.{key}");
                    self.note(path.trim_start_matches('.'), part);
                }
            }
            Value::Text(text) => self.add(path, text),
            other => self.add(path, &format!("{other:?}")),
        }
    }

    fn add(&mut self, path: &str, drawn: &str) {
        let place = self.places.entry(path.to_owned()).or_default();
        place.insert(drawn.to_owned());
    }

    /// The variants of `T` that were never drawn at a place.
    pub(crate) fn lacks<T: DeserializeOwned>(&self, path: &str) -> Vec<String> {
        let none = BTreeSet::new();
        let drawn = self.places.get(path).unwrap_or(&none);
        let all = variants::<T>();
        all.into_iter().filter(|it| !drawn.contains(it)).collect()
    }

    /// The places of single values where always the same was drawn.
    pub(crate) fn fixed(&self) -> Vec<&str> {
        let is_inner = |path: &str| {
            let below = format!("{path}.");
            self.places.keys().any(|other| other.starts_with(&below))
        };
        let fixed = self.places.iter().filter(|(_, drawn)| drawn.len() < 2);
        let fixed = fixed.map(|(path, _)| path.as_str());
        fixed.filter(|path| !is_inner(path)).collect()
    }
}

/// So many values of a strategy, the same ones each time.
pub(crate) fn sample<S: Strategy>(strategy: S, count: usize) -> impl Iterator<Item = S::Value> {
    let config = Config::default();
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let drawn = move |_| strategy.new_tree(&mut runner).expect("a value").current();
    (0..count).map(drawn)
}

/// The names of all variants of an enum, as they are written down: those that it expects where none of them stands.
fn variants<T: DeserializeOwned>() -> Vec<String> {
    let why = serde_json::from_str::<T>("\"no variant\"").err();
    let why = why.expect("no variant is called so").to_string();
    let variants = why.split('`').skip(3).step_by(2).map(str::to_owned);
    let variants: Vec<String> = variants.collect();
    assert!(!variants.is_empty(), "no enum: {why}");
    variants
}
