//! [`Config`]: everything that can be set, in one file with one documented default (`loggia.toml` beside this file). Layers of text
//! in, typed sections out; each program's own sections are defined by that program, here they are only put together.

pub mod layers;
pub mod listing;

use crate::args::{Args, Command, Profile};
use crate::config::layers::{Layers, Misconfigured, variable};
use crate::config::listing::{Listing, ParticipantListing};
use crate::demo;
use crate::log::LogConfig;
use backoffice::config as back;
use exchange::bootstrap::{DeclaredAccount, DeclaredInstrument};
use exchange::config as front;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The documented default file.
pub const DEFAULT_TOML: &str = include_str!("loggia.toml");
/// The name of the file that is looked for.
pub const FILE_NAME: &str = "loggia.toml";

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the venue may make up by itself.
    pub profile: Profile,
    /// The data folder.
    pub data: PathBuf,
    /// `[log]`.
    pub log: LogConfig,
    /// `[demo]`.
    pub demo: DemoConfig,
    /// `[fix]`.
    pub fix: front::FixConfig,
    /// `[control]`.
    pub control: front::ControlConfig,
    /// `[metrics]`.
    pub metrics: MetricsConfig,
    /// `[journal]`.
    pub journal: front::JournalConfig,
    /// `[tls]`.
    pub tls: front::TlsConfig,
    /// `[calendar]`.
    pub calendar: front::CalendarConfig,
    /// `[kafka]`.
    pub kafka: Option<KafkaConfig>,
    /// `[http]`.
    pub http: back::HttpConfig,
    /// `[database]`.
    pub database: back::DatabaseConfig,
    /// `[redis]`.
    pub redis: Option<back::RedisConfig>,
    /// `[token]`.
    pub token: back::TokenConfig,
    /// `[demo_bank]`.
    pub demo_bank: back::DemoBankConfig,
    /// `[exchange]`: how the back office reaches it.
    pub exchange: back::ControlConfig,
    /// `[[instruments]]`.
    #[serde(default)]
    pub instruments: Vec<DeclaredInstrument>,
    /// `[[accounts]]`.
    #[serde(default)]
    pub accounts: Vec<DeclaredAccount>,
    /// `[[participants]]`.
    #[serde(default)]
    pub participants: Vec<ParticipantListing>,
}

/// `[metrics]`: one port for whatever runs in a process.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// Of the exchange, and of the back office when it runs in the same process.
    pub listen: SocketAddr,
    /// Of a back office alone.
    pub backoffice_listen: SocketAddr,
}

/// `[demo]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    /// Whether the demo instruments, participants and user are made. Never in the production profile.
    pub enabled: bool,
}

/// `[kafka]`: the bus, for the side that writes and the side that reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KafkaConfig {
    /// `host:port`, several parted by commas.
    pub brokers: String,
    /// Put before each topic's name.
    pub topic_prefix: String,
    /// Partitions of a topic that is created because it is missing.
    pub partitions: i32,
    /// Copies of a topic that is created because it is missing.
    pub replication: i32,
    /// Messages on their way and not acknowledged yet.
    pub in_flight: usize,
    /// Name of the reading back office, for the broker's lists.
    pub group: String,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        let front::KafkaConfig {
            brokers,
            topic_prefix,
            partitions,
            replication,
            in_flight,
        } = front::KafkaConfig::default();
        Self {
            brokers,
            topic_prefix,
            partitions,
            replication,
            in_flight,
            group: "loggia-backoffice".into(),
        }
    }
}

impl Config {
    /// Reads the layers that the arguments and the environment point to.
    ///
    /// # Errors
    /// [`Misconfigured`] naming key and source.
    pub fn read(args: &Args) -> Result<(Self, Layers), Misconfigured> {
        let layers = Layers::read(DEFAULT_TOML, file(args).as_deref(), &args.overrides())?;
        let config: Self = layers.extract()?;
        config.check(args.command.as_ref(), &layers)?;
        Ok((config, layers))
    }

    /// Checks what the types do not say.
    fn check(&self, command: Option<&Command>, layers: &Layers) -> Result<(), Misconfigured> {
        self.front().check().map_err(|e| {
            layers.misconfigured(&e.key, format!("{} must be {}", e.value, e.range))
        })?;
        if self.kafka.is_some() && !cfg!(feature = "kafka") {
            let why = "this program was built without Kafka; build it with --features kafka";
            return Err(layers.misconfigured("kafka", why));
        }
        match self.profile {
            Profile::Dev => Ok(()),
            Profile::Prod => self.check_prod(command, layers),
        }
    }

    /// The production profile takes no development default of what is run.
    fn check_prod(&self, command: Option<&Command>, layers: &Layers) -> Result<(), Misconfigured> {
        let server = ["tls.ca", "tls.cert", "tls.key"];
        let client = ["exchange.ca", "exchange.cert", "exchange.key"];
        let given: &[&[&str]] = match command {
            None => &[&server, &client],
            Some(Command::Exchange) => &[&server],
            Some(Command::Backoffice) => &[&client],
            Some(Command::Config { .. }) => &[],
        };
        for key in given.iter().copied().flatten().copied() {
            if layers.is_default(key) {
                let why = "must be given in the production profile: no certificate is made up";
                return Err(layers.misconfigured(key, why));
            }
        }
        if self.demo.enabled && !layers.is_default("demo.enabled") {
            let why = "the production profile has no demo participants";
            return Err(layers.misconfigured("demo.enabled", why));
        }
        Ok(())
    }

    /// Whether the demo instruments, participants and user are made.
    pub fn has_demo(&self) -> bool {
        self.demo.enabled && self.profile == Profile::Dev
    }

    /// Everything that is to be there once the venue is open: the demo, and over it what the configuration lists.
    pub fn listing(&self) -> Listing {
        let demo = if self.has_demo() {
            demo::listing()
        } else {
            Listing::default()
        };
        demo.with(Listing {
            instruments: self.instruments.clone(),
            accounts: self.accounts.clone(),
            participants: self.participants.clone(),
        })
    }

    /// The exchange's sections.
    pub fn front(&self) -> front::Config {
        front::Config {
            fix: self.fix.clone(),
            control: self.control.clone(),
            metrics: front::MetricsConfig {
                listen: self.metrics.listen,
            },
            journal: self.journal.clone(),
            tls: self.tls.clone(),
            calendar: self.calendar.clone(),
            kafka: self.kafka.clone().map(|k| front::KafkaConfig {
                brokers: k.brokers,
                topic_prefix: k.topic_prefix,
                partitions: k.partitions,
                replication: k.replication,
                in_flight: k.in_flight,
            }),
        }
    }

    /// The back office's sections, with relative paths put under the data folder.
    pub fn back(&self, data: &Path) -> back::Config {
        back::Config {
            http: self.http.clone(),
            database: back::DatabaseConfig {
                url: database_under(data, &self.database.url),
            },
            redis: self.redis.clone(),
            kafka: self.kafka.clone().map(|k| back::KafkaConfig {
                brokers: k.brokers,
                group: k.group,
                topic_prefix: k.topic_prefix,
            }),
            control: back::ControlConfig {
                url: self.exchange.url.clone(),
                ca: data.join(&self.exchange.ca),
                cert: data.join(&self.exchange.cert),
                key: data.join(&self.exchange.key),
                timeout_ms: self.exchange.timeout_ms,
            },
            token: back::TokenConfig {
                key_file: data.join(&self.token.key_file),
                ttl_secs: self.token.ttl_secs,
            },
            demo_bank: self.demo_bank.clone(),
            demo_user: None,
        }
    }
}

/// The configuration file: the one that was named, else one in the data folder, else one here.
fn file(args: &Args) -> Option<PathBuf> {
    if args.config.is_some() {
        return args.config.clone();
    }
    let data = args
        .data
        .clone()
        .or_else(|| std::env::var_os(variable("data")).map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("loggia-data"));
    [data.join(FILE_NAME), PathBuf::from(FILE_NAME)]
        .into_iter()
        .find(|path| path.is_file())
}

/// `sqlite://RELATIVE` put under the data folder; any other address as it is.
fn database_under(data: &Path, url: &str) -> String {
    match url.strip_prefix("sqlite://") {
        Some(path) if !path.starts_with('/') && !path.starts_with(':') => {
            format!("sqlite://{}", data.join(path).display())
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn read(file: &str) -> Result<Config, Misconfigured> {
        read_for(file, &[])
    }

    fn read_for(file: &str, command: &[&str]) -> Result<Config, Misconfigured> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.toml");
        std::fs::write(&path, file).unwrap();
        let path = path.to_str().unwrap();
        let arguments = ["loggia", "--config", path];
        let args = Args::parse_from(arguments.iter().chain(command));
        Config::read(&args).map(|(config, _)| config)
    }

    #[test]
    fn the_default_file_says_what_the_programs_default_to() {
        let config = read("").unwrap();
        assert_eq!(config.front(), front::Config::default());
        let back = config.back(Path::new("/data"));
        let control = "[control]\nurl = \"\"\nca = \"\"\ncert = \"\"\nkey = \"\"\n";
        let default: back::Config = toml::from_str(control).unwrap();
        assert_eq!(format!("{:?}", back.http), format!("{:?}", default.http));
        assert_eq!(
            format!("{:?}", back.demo_bank),
            format!("{:?}", default.demo_bank)
        );
        assert_eq!(back.token.ttl_secs, default.token.ttl_secs);
        assert_eq!(back.control.timeout_ms, default.control.timeout_ms);
        assert_eq!(back.database.url, "sqlite:///data/backoffice.db");
    }

    #[test]
    fn the_commented_sections_of_the_default_file_are_right_too() {
        let uncommented: String = DEFAULT_TOML
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with('[') || line.contains(" = "))
            .filter(|line| !line.starts_with("a ") && !line.contains("--"))
            .map(|line| format!("{line}\n"))
            .collect();
        let without_kafka = uncommented.replace("[kafka]", "[kafka]\n");
        let all: Config = Layers::read(&format!("{DEFAULT_TOML}\n{without_kafka}"), None, &[])
            .unwrap()
            .extract()
            .unwrap_or_else(|e| panic!("{e}\n{uncommented}"));
        all.front().check().unwrap();
        assert_eq!(all.participants.len(), 1);
        assert_eq!(all.accounts[0].positions.len(), 1);
        assert_eq!(all.instruments[0].max_qty.to_string(), "1000000");
        let kafka = format!("{:?}", all.kafka.unwrap());
        assert_eq!(kafka, format!("{:?}", KafkaConfig::default()));
        assert!(all.redis.is_some());
        assert_eq!(all.fix.schedules["us"].other_hours.len(), 1);
        assert_eq!(all.calendar.markets["xetra"].other_hours.len(), 1);
        assert_eq!(all.calendar.index["2026-11-30"].weights.len(), 2);
    }

    #[test]
    fn wrong_values_name_their_key() {
        let cases = [
            ("[fix]\nplain = \"0.0.0.0:1\"\n", "fix.plain"),
            ("[journal]\ndurability = \"maybe\"\n", "journal.durability"),
            ("[journal]\nqueue = 0\n", "journal.queue"),
            ("[http]\nlisten = 5\n", "http.listen"),
            ("[[accounts]]\nname = \"\"\n", "accounts.0.name"),
            (
                "[[instruments]]\nsymbol = \"X\"\n",
                "instruments.0.currency",
            ),
            ("speed = 9\n", "speed"),
            (
                "[fix.schedules.us]\nwindow = []\n",
                "fix.schedules.us.window",
            ),
            (
                "[fix.schedules.us]\ntime_zone = \"Mars\"\n",
                "fix.schedules.us.time_zone",
            ),
            (
                "[calendar.markets.a]\nopens = \"09:00\"\n",
                "calendar.markets.a.opens",
            ),
            (
                "[calendar.markets.a]\nopen = \"9\"\n",
                "calendar.markets.a.open",
            ),
            (
                "[calendar.markets.a.other_hours.2026-12-24]\nclosing = \"noon\"\n",
                "calendar.markets.a.other_hours.2026-12-24.closing",
            ),
            (
                "[calendar]\ndefault_market = \"b\"\n",
                "calendar.default_market",
            ),
            (
                "[calendar.index.2026-11-30]\nclose = \"1\"\n",
                "calendar.index.2026-11-30.close",
            ),
        ];
        for (file, key) in cases {
            let error = read(file).unwrap_err();
            assert_eq!(error.key, key, "{error}");
            assert!(error.source.ends_with("test.toml"), "{error}");
        }
    }

    #[test]
    fn the_production_profile_takes_no_development_default() {
        let error = read("profile = \"prod\"\n").unwrap_err();
        assert_eq!(error.key, "tls.ca", "{error}");
        let given = "profile = \"prod\"\n[tls]\nca = \"/a\"\ncert = \"/b\"\nkey = \"/c\"\n\
                     [exchange]\nca = \"/a\"\ncert = \"/d\"\nkey = \"/e\"\n";
        assert!(!read(given).unwrap().has_demo());
        let demo = read(&format!("{given}[demo]\nenabled = true\n")).unwrap_err();
        assert_eq!(demo.key, "demo.enabled");
    }

    #[test]
    fn a_program_alone_needs_only_what_it_uses() {
        let tls = "profile = \"prod\"\n[tls]\nca = \"/a\"\ncert = \"/b\"\nkey = \"/c\"\n";
        let client = "profile = \"prod\"\n[exchange]\nca = \"/a\"\ncert = \"/d\"\nkey = \"/e\"\n";
        assert_eq!(read(tls).unwrap_err().key, "exchange.ca");
        assert_eq!(read(client).unwrap_err().key, "tls.ca");
        read_for(tls, &["exchange"]).unwrap();
        read_for(client, &["backoffice"]).unwrap();
        assert_eq!(read_for(client, &["exchange"]).unwrap_err().key, "tls.ca");
        let error = read_for(tls, &["backoffice"]).unwrap_err();
        assert_eq!(error.key, "exchange.ca");
        read_for("profile = \"prod\"\n", &["config"]).unwrap();
    }

    #[test]
    fn the_two_programs_apart_watch_at_two_ports() {
        let metrics = read("").unwrap().metrics;
        assert_eq!(metrics.listen.to_string(), "127.0.0.1:9464");
        assert_eq!(metrics.backoffice_listen.to_string(), "127.0.0.1:9465");
    }

    #[test]
    fn database_paths() {
        let data = Path::new("/d");
        assert_eq!(database_under(data, "sqlite://x.db"), "sqlite:///d/x.db");
        assert_eq!(database_under(data, "sqlite:///x.db"), "sqlite:///x.db");
        assert_eq!(database_under(data, "postgres://h/d"), "postgres://h/d");
    }
}
