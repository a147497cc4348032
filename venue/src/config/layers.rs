//! [`Layers`]: the configuration's sources, lowest first: built-in defaults, file, environment, flags. Text in, one typed value out,
//! and for each key the source that decided it. It knows no key by name but those whose values are secret.

use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

/// What an environment variable begins with; `__` stands for the point between section and key.
pub const ENVIRONMENT_PREFIX: &str = "LOGGIA__";

/// The source of a key that no source sets.
const NOWHERE: &str = "nowhere";

/// Keys whose values are never shown.
const SECRETS: [&str; 4] = ["password", "password_hash", "secret", "signing_key"];
/// Keys that hold addresses with a password inside.
const ADDRESSES: [&str; 2] = ["url", "brokers"];

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program.
    Default,
    /// A file.
    File(PathBuf),
    /// An environment variable, whose name follows from the key.
    Environment,
    /// The command line.
    Flag,
}

impl Source {
    /// The source as people find it again, for `key`.
    fn of(&self, key: &str) -> String {
        match self {
            Self::Default => "default".into(),
            Self::File(path) => format!("file {}", path.display()),
            Self::Environment => format!("environment {}", variable(key)),
            Self::Flag => format!("flag --{}", key.replace('_', "-")),
        }
    }
}

/// A configuration that cannot be used: which key of which source, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misconfigured {
    /// The key with its section, for instance `fix.plain`; empty when the file as a whole is to blame.
    pub key: String,
    /// Where it was set, or `nowhere`.
    pub source: String,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("configuration: ")?;
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        write!(f, "({}): {}", self.source, self.why)
    }
}

impl std::error::Error for Misconfigured {}

/// The sources, lowest first.
pub struct Layers {
    merged: Figment,
    layers: Vec<(Source, Dict)>,
}

impl Layers {
    /// Reads all sources. `flags` are keys that the command line set.
    ///
    /// # Errors
    /// [`Misconfigured`] when the file cannot be read or is not TOML.
    pub fn read(
        defaults: &str,
        file: Option<&Path>,
        flags: &[(&str, String)],
    ) -> Result<Self, Misconfigured> {
        let mut layers = Self {
            merged: Figment::new(),
            layers: Vec::new(),
        };
        layers.add(Source::Default, Toml::string(defaults))?;
        if let Some(path) = file {
            let source = Source::File(path.to_owned());
            let text = std::fs::read_to_string(path).map_err(|e| Misconfigured {
                key: String::new(),
                source: source.of(""),
                why: e.to_string(),
            })?;
            layers.add(source, Toml::string(&text))?;
        }
        layers.add(
            Source::Environment,
            Env::prefixed(ENVIRONMENT_PREFIX).split("__"),
        )?;
        for (key, value) in flags {
            layers.add(Source::Flag, Serialized::default(key, value))?;
        }
        Ok(layers)
    }

    fn add(&mut self, source: Source, provider: impl Provider) -> Result<(), Misconfigured> {
        let mut data = provider.data().map_err(|e| Misconfigured {
            key: e.path.join("."),
            source: source.of(""),
            why: one_line(&e.kind.to_string()),
        })?;
        self.merged = std::mem::take(&mut self.merged).merge(provider);
        let dict = data.remove(&Profile::Default).unwrap_or_default();
        self.layers.push((source, dict));
        Ok(())
    }

    /// The whole configuration.
    ///
    /// # Errors
    /// [`Misconfigured`] naming the first key that is unknown, missing or wrong.
    pub fn extract<T: DeserializeOwned>(&self) -> Result<T, Misconfigured> {
        self.merged.extract().map_err(|error| self.blame(&error))
    }

    /// A [`Misconfigured`] for a value that has the right type but cannot be used.
    pub fn misconfigured(&self, key: &str, why: impl fmt::Display) -> Misconfigured {
        Misconfigured {
            key: key.into(),
            source: self.source(key),
            why: why.to_string(),
        }
    }

    /// Where `key` was decided.
    pub fn source(&self, key: &str) -> String {
        let found = self
            .layers
            .iter()
            .rev()
            .find(|(_, dict)| lookup(dict, key).is_some());
        found.map_or_else(|| NOWHERE.into(), |(source, _)| source.of(key))
    }

    /// Whether nobody but the program set `key`.
    pub fn is_default(&self, key: &str) -> bool {
        let mut over = self
            .layers
            .iter()
            .filter(|(source, _)| *source != Source::Default);
        over.all(|(_, dict)| lookup(dict, key).is_none())
    }

    /// Every key with its value and source, in order, secrets masked.
    pub fn effective(&self) -> Vec<(String, String, String)> {
        let mut rows = Vec::new();
        if let Ok(dict) = self.merged.extract::<Dict>() {
            self.leaves("", &dict, &mut rows);
        }
        rows
    }

    fn leaves(&self, prefix: &str, dict: &Dict, rows: &mut Vec<(String, String, String)>) {
        for (name, value) in dict {
            let key = join(prefix, name);
            match value {
                Value::Dict(_, inner) => self.leaves(&key, inner, rows),
                // A list of tables: a row a table.
                Value::Array(_, items) if items.iter().any(|i| i.as_dict().is_some()) => {
                    for (index, item) in items.iter().enumerate() {
                        let key = join(&key, &index.to_string());
                        rows.push((key.clone(), shown("", item), self.source(&key)));
                    }
                }
                other => {
                    let source = self.source(&key);
                    rows.push((key, shown(name, other), source));
                }
            }
        }
    }

    /// Which key of which source an error is about.
    fn blame(&self, error: &figment::Error) -> Misconfigured {
        let path = error.path.join(".");
        let (key, why) = match &error.kind {
            // figment's path ends with the unknown key itself.
            Kind::UnknownField(name, known) => (path, unknown(name, known)),
            Kind::MissingField(name) => (join(&path, name), "must be set".to_owned()),
            Kind::UnknownVariant(found, known) if !is_secret(&path) => {
                (path, unknown_value(found, known))
            }
            _ if is_secret(&path) => (path, "has the wrong type or form".to_owned()),
            kind => (path, kind.to_string().trim().to_owned()),
        };
        let mut source = self.source(&key);
        // A missing key is to be set where its table was begun.
        if source == NOWHERE && !error.path.is_empty() {
            source = self.source(&error.path.join("."));
        }
        Misconfigured { key, source, why }
    }
}

/// A message of the TOML reader without the picture of the place, which has lines of its own.
fn one_line(message: &str) -> String {
    let picture = |line: &&str| {
        let rest = line
            .trim_start()
            .trim_start_matches(|c: char| c.is_ascii_digit());
        !rest.trim_start().starts_with('|')
    };
    let lines = message.lines().filter(picture).map(str::trim);
    lines
        .filter(|l| !l.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The environment variable for a key.
pub fn variable(key: &str) -> String {
    format!(
        "{ENVIRONMENT_PREFIX}{}",
        key.replace('.', "__").to_ascii_uppercase()
    )
}

/// The value under a key with points; an index into a list stands for the whole list.
fn lookup<'a>(dict: &'a Dict, key: &str) -> Option<&'a Value> {
    let (name, rest) = match key.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (key, None),
    };
    let value = dict.get(name)?;
    match (value, rest) {
        (Value::Dict(_, inner), Some(rest)) => lookup(inner, rest),
        (Value::Dict(..) | Value::Array(..), _) | (_, None) => Some(value),
        (_, Some(_)) => None,
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.into()
    } else {
        format!("{prefix}.{name}")
    }
}

/// Names the nearest known key, or all of them.
fn unknown(name: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|k| (distance(name, k), *k))
        .min()
        .filter(|(steps, _)| *steps <= name.len() / 3 + 1);
    match near {
        Some((_, key)) => format!("no such key; did you mean {key}?"),
        None => format!("no such key; known here: {}", known.join(", ")),
    }
}

/// Names the values that there are.
fn unknown_value(found: &str, known: &[&str]) -> String {
    format!("no such value {found:?}; known here: {}", known.join(", "))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn is_secret(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or(key);
    SECRETS.contains(&name) || ADDRESSES.contains(&name)
}

/// A value as TOML would write it, with secrets masked.
fn shown(name: &str, value: &Value) -> String {
    if SECRETS.contains(&name) {
        return "***".into();
    }
    match value {
        Value::String(_, text) if ADDRESSES.contains(&name) => quoted(&without_password(text)),
        Value::String(_, text) => quoted(text),
        Value::Char(_, c) => quoted(&c.to_string()),
        Value::Bool(_, b) => b.to_string(),
        Value::Num(_, n) => n
            .to_i128()
            .map(|i| i.to_string())
            .or_else(|| n.to_u128().map(|u| u.to_string()))
            .unwrap_or_else(|| n.to_actual().to_string()),
        Value::Empty(..) => "none".into(),
        Value::Array(_, items) => {
            let items: Vec<String> = items.iter().map(|i| shown("", i)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Dict(_, dict) => {
            let items: Vec<String> = dict
                .iter()
                .map(|(k, v)| format!("{k} = {}", shown(k, v)))
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// `scheme://user:password@host` with the password masked.
pub fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.into();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let Some(at) = rest[..end].rfind('@') else {
        return address.into();
    };
    let user = rest[..at].split(':').next().unwrap_or("");
    format!("{scheme}://{user}:***{}", &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Whole {
        profile: String,
        fix: Fix,
        #[serde(default)]
        speed: Speed,
        #[serde(default)]
        list: Vec<Item>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Speed {
        #[default]
        Slow,
        Fast,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fix {
        plain: std::net::SocketAddr,
        limit: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Item {
        name: String,
    }

    const DEFAULTS: &str = "profile = \"dev\"\n[fix]\nplain = \"127.0.0.1:1\"\nlimit = 5\n";

    fn layers(file: &str, flags: &[(&str, String)]) -> (tempfile::TempDir, Layers) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("loggia.toml");
        std::fs::write(&path, file).unwrap();
        let layers = Layers::read(DEFAULTS, Some(&path), flags).unwrap();
        (dir, layers)
    }

    #[test]
    fn a_file_is_over_the_defaults_and_a_flag_over_both() {
        let (_dir, layers) = layers(
            "profile = \"x\"\n[fix]\nlimit = 6\n",
            &[("profile", "prod".into())],
        );
        let whole: Whole = layers.extract().unwrap();
        assert_eq!((whole.profile.as_str(), whole.fix.limit), ("prod", 6));
        assert_eq!(whole.speed, Speed::Slow);
        assert_eq!(whole.fix.plain.port(), 1);
        assert!(whole.list.iter().all(|item| item.name.is_empty()));
        assert_eq!(layers.source("profile"), "flag --profile");
        assert!(layers.source("fix.limit").ends_with("loggia.toml"));
        assert_eq!(layers.source("fix.plain"), "default");
    }

    #[test]
    fn errors_name_key_and_file() {
        let cases = [
            ("[fix]\nplian = \"x\"\n", "fix.plian", "did you mean plain"),
            ("[fix]\nlimit = \"many\"\n", "fix.limit", "invalid type"),
            ("[fix]\nplain = \"here\"\n", "fix.plain", "socket address"),
            ("[fxi]\nx = 1\n", "fxi", "did you mean fix"),
            (
                "speed = \"warp\"\n",
                "speed",
                "no such value \"warp\"; known here: slow, fast",
            ),
            (
                "[[list]]\nname = \"a\"\n[[list]]\nnmae = \"b\"\n",
                "list.1.nmae",
                "did you mean name",
            ),
            ("[[list]]\n", "list.0.name", "must be set"),
        ];
        for (file, key, why) in cases {
            let (_dir, layers) = layers(file, &[]);
            let error = layers.extract::<Whole>().unwrap_err();
            assert_eq!(error.key, key, "{error}");
            assert!(error.why.contains(why), "{error}");
            assert!(error.source.ends_with("loggia.toml"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("broken.toml");
        std::fs::write(&path, "[fix\n").unwrap();
        let Err(error) = Layers::read(DEFAULTS, Some(&path), &[]) else {
            panic!("a broken file was taken")
        };
        assert!(error.source.ends_with("broken.toml"), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("line 1") && !text.contains('\n') && !text.contains('|'),
            "{text}"
        );
    }

    #[test]
    fn the_effective_values_carry_sources_and_no_secrets() {
        let (_dir, layers) = layers(
            "password = \"abc\"\nurl = \"postgres://u:secret@h/db\"\nlist = [{ name = \"n\", password = \"abc\" }]\n",
            &[],
        );
        let rows = layers.effective();
        let text = format!("{rows:?}");
        assert!(
            !text.contains("abc") && !text.contains("u:secret"),
            "{text}"
        );
        assert!(
            rows.iter()
                .any(|(k, v, s)| k == "fix.limit" && v == "5" && s == "default")
        );
        assert!(text.contains("postgres://u:***@h/db"), "{text}");
        assert!(
            rows.iter()
                .any(|(k, v, _)| k == "list.0" && v.contains("name = \"n\"")),
            "{text}"
        );
    }

    #[test]
    fn variables_follow_from_keys() {
        assert_eq!(variable("fix.plain"), "LOGGIA__FIX__PLAIN");
    }
}
