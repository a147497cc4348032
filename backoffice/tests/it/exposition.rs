//! Prometheus' text format, read strictly: what a scraper would refuse is a panic here.

use prometheus::{Encoder, Registry, TextEncoder};
use std::collections::{BTreeMap, BTreeSet};

/// A family and its type.
pub(crate) fn named(name: &str, kind: &str) -> (String, String) {
    (name.into(), kind.into())
}

/// One scrape.
#[derive(Debug)]
pub(crate) struct Exposition {
    /// Type by family.
    families: BTreeMap<String, String>,
    /// Value by `(name, labels)`.
    samples: BTreeMap<(String, Labels), String>,
}

type Labels = BTreeMap<String, String>;

impl Exposition {
    /// What a registry shows now.
    pub(crate) fn of(registry: &Registry) -> Self {
        let mut bytes = Vec::new();
        TextEncoder::new()
            .encode(&registry.gather(), &mut bytes)
            .unwrap();
        Self::parse(&String::from_utf8(bytes).unwrap())
    }

    /// Reads a text; each line must be of the format, each sample of a family that was told before.
    fn parse(text: &str) -> Self {
        let mut exposition = Self {
            families: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').expect(line);
                assert!(is_name(name) && words.ends_with('.'), "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect(line);
                let known = exposition.families.insert(name.into(), kind.into());
                assert_eq!(known, None, "{line}");
            } else {
                exposition.sample(line);
            }
        }
        exposition
    }

    fn sample(&mut self, line: &str) {
        let (series, value) = line.rsplit_once(' ').expect(line);
        value.parse::<f64>().expect(line);
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, parse_labels(labels.strip_suffix('}').expect(line))),
            None => (series, Labels::new()),
        };
        assert!(is_name(name), "{line}");
        let family = ["", "_bucket", "_sum", "_count"]
            .into_iter()
            .filter_map(|end| self.families.get_key_value(name.strip_suffix(end)?))
            .next();
        let (family, kind) = family.unwrap_or_else(|| panic!("no family: {line}"));
        assert_eq!(family != name, kind == "histogram", "{line}");
        let key = (name.to_owned(), labels);
        let known = self.samples.insert(key, value.into());
        assert_eq!(known, None, "{line}");
    }

    /// The value of the series with exactly these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<&str> {
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        self.samples
            .get(&(name.to_owned(), labels))
            .map(String::as_str)
    }

    /// The labels of all series of a name.
    pub(crate) fn of_name<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Labels> {
        self.series()
            .into_iter()
            .filter(move |(series, _)| series == name)
            .map(|(_, labels)| labels)
    }

    /// The values that a label of a name has.
    pub(crate) fn values_of(&self, name: &str, label: &str) -> BTreeSet<String> {
        self.of_name(name)
            .filter_map(|labels| labels.get(label).cloned())
            .collect()
    }

    /// All series.
    pub(crate) fn series(&self) -> BTreeSet<&(String, Labels)> {
        self.samples.keys().collect()
    }

    /// Families and their types, by name.
    pub(crate) fn families(&self) -> impl Iterator<Item = (String, String)> {
        self.families.iter().map(|(name, kind)| named(name, kind))
    }
}

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// `key="value",…`; our values hold no quote, comma or backslash.
fn parse_labels(text: &str) -> Labels {
    text.split(',')
        .map(|pair| {
            let (key, quoted) = pair.split_once('=').expect(text);
            let value = quoted.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            let value = value.expect(text);
            assert!(is_name(key) && !value.contains(['"', '\\']), "{text}");
            (key.to_owned(), value.to_owned())
        })
        .collect()
}
