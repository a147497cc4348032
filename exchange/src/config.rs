//! [`Config`]: the exchange's keys, as they stand in `loggia.toml`. Every key has a default; an unknown one is refused. Where values
//! come from (file, environment, flags) is the composition root's matter.

pub mod index;
pub mod schedule;
pub mod trading;

use crate::calendar::Calendar;
use crate::calendar::index::Compositions;
use crate::calendar::markets::Markets;
use crate::config::index::IndexConfig;
use crate::config::schedule::ScheduleConfig;
use crate::config::trading::MarketConfig;
use crate::schedules::Schedules;
use journal::cut::Accepted;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// All sections of the exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// FIX ports and their bounds.
    pub fix: FixConfig,
    /// Control port.
    pub control: ControlConfig,
    /// Metrics and health port.
    pub metrics: MetricsConfig,
    /// Sequencer, journal and feed.
    pub journal: JournalConfig,
    /// Certificates of the TLS ports.
    pub tls: TlsConfig,
    /// When a trading day ends, and the phases that instruments go through.
    pub calendar: CalendarConfig,
    /// Kafka as the bus; without this section events stay in the process. Needs the cargo feature `kafka`.
    pub kafka: Option<KafkaConfig>,
}

/// `[fix]`: FIX ports and their bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FixConfig {
    /// Address of the plain port; a loopback address. Port 0: any free port. Default `127.0.0.1:9878`.
    pub plain: SocketAddr,
    /// Address of the TLS port. Port 0: any free port. Default `127.0.0.1:9879`.
    pub tls: SocketAddr,
    /// Our CompID: SenderCompID (49) of what the venue sends. 1 to 20 characters. Default `LOGGIA`.
    pub sender_comp_id: String,
    /// Seconds that a connection may take to its Logon, TLS handshake included; 1 to 60. Default 10.
    pub logon_timeout_secs: u64,
    /// Bytes taken of a connection before its Logon; 512 to 65,536. Default 4,096.
    pub max_unauthenticated_bytes: usize,
    /// Bytes of the longest message taken; 512 to 1,048,576. Default 65,536.
    pub max_message_bytes: usize,
    /// Connections at the same time from one address; at least 1. Default 256.
    pub max_connections_per_address: usize,
    /// Connections at the same time in all; at least 1. Default 4,096.
    pub max_connections: usize,
    /// Failed logons of a participant from one place until it has to wait; 1 to 1,000. Default 5. An address has four times as many.
    pub lockout_failures: u32,
    /// Seconds of the first wait; each further failure doubles it. At least 1. Default 1.
    pub lockout_first_secs: u64,
    /// Seconds of the longest wait; up to 86,400. Default 900.
    pub lockout_max_secs: u64,
    /// Messages that one session may send in a second on average; 0 does not limit. Default 10,000.
    pub messages_per_sec: u32,
    /// Messages that one session may send at once after a rest; at least 1. Default 20,000.
    pub messages_burst: u32,
    /// Messages that wait for one slow peer before it is disconnected; at least 16. Default 16,384.
    pub outbound_queue: usize,
    /// HeartBtInt (108) taken at least, in seconds; at least 1. Default 1.
    pub heartbeat_min_secs: u64,
    /// HeartBtInt (108) taken at most, in seconds; at most 86,400. Default 3,600.
    pub heartbeat_max_secs: u64,
    /// How far SendingTime (52) may be from our time, in seconds; 0 does not check. Default 120.
    pub sending_time_window_secs: u64,
    /// Days for which sent messages are kept for a resend; 1 to 3,650. Default 7.
    pub keep_days: u32,
    /// Milliseconds between two market-data refreshes to a subscriber; 1 to 10,000. Default 20.
    pub market_data_interval_ms: u64,
    /// Symbols of market data that one session may be subscribed to, over all its requests, and as many statuses of securities
    /// beside them; at least 1. Default 256.
    pub max_subscriptions: usize,
    /// Name of the schedule of those participants that no schedule names; without it their sessions are open all the time.
    pub default_schedule: Option<String>,
    /// `[fix.schedules.NAME]`: when the sessions of some participants are open.
    pub schedules: BTreeMap<String, ScheduleConfig>,
}

impl Default for FixConfig {
    fn default() -> Self {
        Self {
            plain: loopback(9878),
            tls: loopback(9879),
            sender_comp_id: "LOGGIA".to_owned(),
            logon_timeout_secs: 10,
            max_unauthenticated_bytes: 4_096,
            max_message_bytes: 65_536,
            max_connections_per_address: 256,
            max_connections: 4_096,
            lockout_failures: 5,
            lockout_first_secs: 1,
            lockout_max_secs: 900,
            messages_per_sec: 10_000,
            messages_burst: 20_000,
            outbound_queue: 16_384,
            heartbeat_min_secs: 1,
            heartbeat_max_secs: 3_600,
            sending_time_window_secs: 120,
            keep_days: 7,
            market_data_interval_ms: 20,
            max_subscriptions: 256,
            default_schedule: None,
            schedules: BTreeMap::new(),
        }
    }
}

/// `[control]`: the control port (HTTPS, client certificates).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ControlConfig {
    /// Address. Port 0: any free port. Default `127.0.0.1:9443`.
    pub listen: SocketAddr,
}

impl Default for ControlConfig {
    fn default() -> Self {
        Self {
            listen: loopback(9443),
        }
    }
}

/// `[metrics]`: `/metrics` and `/health` (plain HTTP).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// Address. Port 0: any free port. Default `127.0.0.1:9464`.
    pub listen: SocketAddr,
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self {
            listen: loopback(9464),
        }
    }
}

/// `[journal]`: sequencer, journal and feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JournalConfig {
    /// When an entry counts as written. Default `fsync`.
    pub durability: Durability,
    /// Bytes after which a new segment file is begun; 4,096 to 4,294,967,296. Default 67,108,864 (64 MiB).
    pub segment_bytes: u64,
    /// Commands that wait for the sequencer; beyond it a submitter is told «busy». At least 1. Default 65,536.
    pub queue: usize,
    /// Commands that the sequencer decides before it hands them to the disk as one batch; at least 1. Default 1,024.
    pub batch: usize,
    /// Latest entries that the feed keeps in memory for readers that are behind, at most; one further behind reads the files. At least 1.
    /// Default 16,384.
    pub window: usize,
    /// Entries after which a snapshot is made, in the background: so many at most, and those that came meanwhile, are replayed at a
    /// start. 0: none is made. Default 1,000,000.
    pub snapshot_entries: u64,
    /// Newest snapshots that are kept; 1 to 100. Default 2: should one be damaged, the one before it is taken.
    pub snapshots_kept: usize,
    /// What becomes of segments that neither a kept snapshot nor a reader needs any more. Default `keep`.
    pub old_segments: OldSegments,
    /// Where archived segments go; a relative path starts at the data folder. Default `archive`.
    pub archive: PathBuf,
    /// Where a damaged journal may be cut at this start, as the error names the place: `0000000003.seg:12345`. Everything behind it is lost.
    /// Nothing by default: then damage is refused.
    pub accept_damage: Option<Accepted>,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            durability: Durability::Fsync,
            segment_bytes: 64 << 20,
            queue: 65_536,
            batch: 1_024,
            window: 16_384,
            snapshot_entries: 1_000_000,
            snapshots_kept: 2,
            old_segments: OldSegments::Keep,
            archive: PathBuf::from("archive"),
            accept_damage: None,
        }
    }
}

/// When an entry counts as written, so that its outcome may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// After fdatasync: survives a power cut. One sync serves a whole batch.
    Fsync,
    /// After the write: survives a killed process, not a power cut.
    Os,
    /// At once, the write follows: for benches. Survives an orderly shutdown only.
    None,
}

impl Durability {
    /// The word of the configuration: `fsync`, `os` or `none`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::Os => "os",
            Self::None => "none",
        }
    }
}

/// What becomes of segments that nobody needs any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldSegments {
    /// They stay where they are.
    Keep,
    /// They are moved to `journal.archive`.
    Archive,
    /// They are removed. A version of the program that reads other snapshots cannot start from such a journal.
    Remove,
}

impl OldSegments {
    /// The word of the configuration: `keep`, `archive` or `remove`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Archive => "archive",
            Self::Remove => "remove",
        }
    }
}

/// `[tls]`: PEM files for the TLS ports. Relative paths start at the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificates of the authorities whose client certificates are taken. Default `certs/ca.pem`.
    pub ca: PathBuf,
    /// The server's certificate, with its chain. Default `certs/server.pem`.
    pub cert: PathBuf,
    /// The server's private key. Default `certs/server.key`.
    pub key: PathBuf,
    /// Revocation lists (CRL) of those authorities, one for each that signs clients; none by default: then nobody is revoked.
    pub crl: Vec<PathBuf>,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            ca: PathBuf::from("certs/ca.pem"),
            cert: PathBuf::from("certs/server.pem"),
            key: PathBuf::from("certs/server.key"),
            crl: Vec::new(),
        }
    }
}

impl TlsConfig {
    /// The same with relative paths put under `data`.
    #[must_use]
    pub fn under(&self, data: &Path) -> Self {
        Self {
            ca: data.join(&self.ca),
            cert: data.join(&self.cert),
            key: data.join(&self.key),
            crl: self.crl.iter().map(|path| data.join(path)).collect(),
        }
    }
}

/// `[calendar]`: when a trading day ends, and the phases that instruments go through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarConfig {
    /// Zone of the IANA time zone database. Default `UTC`.
    pub time_zone: String,
    /// Time of day in that zone at which a trading day ends and the next one begins, `HH:MM`. Default `00:00`.
    pub day_ends: String,
    /// Name of the market of those instruments that no market names; without it they are opened at a start or by hand, and stay so.
    pub default_market: Option<String>,
    /// `[calendar.markets.NAME]`: the phases of some instruments.
    pub markets: BTreeMap<String, MarketConfig>,
    /// `[calendar.index.YYYY-MM-DD]`: the index of the market-wide breaker, by the trading day from which on it is so. Default none.
    pub index: BTreeMap<String, IndexConfig>,
}

impl Default for CalendarConfig {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            day_ends: "00:00".to_owned(),
            default_market: None,
            markets: BTreeMap::new(),
            index: BTreeMap::new(),
        }
    }
}

/// `[kafka]`: the bus on Apache Kafka.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KafkaConfig {
    /// `host:port`, several parted by commas. Default `127.0.0.1:9092`.
    pub brokers: String,
    /// Put before each topic's name, for instance `test.`; empty by default.
    pub topic_prefix: String,
    /// Partitions of a topic that is created because it is missing; at least 1. Default 1.
    pub partitions: i32,
    /// Copies of a topic that is created because it is missing; at least 1. Default 1.
    pub replication: i32,
    /// Messages on their way and not acknowledged yet; 1 to 100,000. Default 10,000.
    pub in_flight: usize,
}

impl Default for KafkaConfig {
    fn default() -> Self {
        Self {
            brokers: "127.0.0.1:9092".to_owned(),
            topic_prefix: String::new(),
            partitions: 1,
            replication: 1,
            in_flight: 10_000,
        }
    }
}

/// A value outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} = {value}: must be {range}")]
pub struct RangeError {
    /// The key, with its section.
    pub key: Cow<'static, str>,
    /// What it is.
    pub value: String,
    /// What it may be.
    pub range: Cow<'static, str>,
}

impl RangeError {
    /// Of a key whose value is text.
    pub(crate) fn of(
        key: impl Into<Cow<'static, str>>,
        value: &str,
        range: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            key: key.into(),
            value: format!("{value:?}"),
            range: range.into(),
        }
    }
}

impl Config {
    /// Checks every range that the types do not say.
    ///
    /// # Errors
    /// The first value outside its range.
    pub fn check(&self) -> Result<(), RangeError> {
        let (fix, journal) = (&self.fix, &self.journal);
        within(
            "fix.plain",
            fix.plain.ip(),
            fix.plain.ip().is_loopback(),
            "a loopback address",
        )?;
        let name = &fix.sender_comp_id;
        let is_comp_id = name.parse::<market::id::CompId>().is_ok();
        within(
            "fix.sender_comp_id",
            name,
            is_comp_id,
            "1 to 20 printable characters",
        )?;
        let secs = fix.logon_timeout_secs;
        within(
            "fix.logon_timeout_secs",
            secs,
            (1..=60).contains(&secs),
            "1 to 60",
        )?;
        let bytes = fix.max_message_bytes;
        let fits = (512..=1 << 20).contains(&bytes);
        within("fix.max_message_bytes", bytes, fits, "512 to 1048576")?;
        at_least(
            "fix.max_connections_per_address",
            fix.max_connections_per_address,
        )?;
        at_least("fix.max_connections", fix.max_connections)?;
        let queue = fix.outbound_queue;
        within("fix.outbound_queue", queue, queue >= 16, "at least 16")?;
        let (min, max) = (fix.heartbeat_min_secs, fix.heartbeat_max_secs);
        within("fix.heartbeat_min_secs", min, min >= 1, "at least 1")?;
        within(
            "fix.heartbeat_max_secs",
            max,
            (min..=86_400).contains(&max),
            "fix.heartbeat_min_secs to 86400",
        )?;
        fix.check_guards()?;
        let days = fix.keep_days;
        within(
            "fix.keep_days",
            days,
            (1..=3_650).contains(&days),
            "1 to 3650",
        )?;
        let ms = fix.market_data_interval_ms;
        within(
            "fix.market_data_interval_ms",
            ms,
            (1..=10_000).contains(&ms),
            "1 to 10000",
        )?;
        at_least("fix.max_subscriptions", fix.max_subscriptions)?;
        let bytes = journal.segment_bytes;
        let fits = (4_096..=1 << 32).contains(&bytes);
        within("journal.segment_bytes", bytes, fits, "4096 to 4294967296")?;
        at_least("journal.queue", journal.queue)?;
        at_least("journal.batch", journal.batch)?;
        at_least("journal.window", journal.window)?;
        let kept = journal.snapshots_kept;
        let fits = (1..=100).contains(&kept);
        within("journal.snapshots_kept", kept, fits, "1 to 100")?;
        Calendar::new(&self.calendar)?;
        Markets::new(&self.calendar)?;
        Compositions::new(&self.calendar)?;
        Schedules::new(fix)?;
        self.kafka.as_ref().map_or(Ok(()), KafkaConfig::check)
    }
}

impl FixConfig {
    /// Ranges of what keeps strangers and floods away.
    fn check_guards(&self) -> Result<(), RangeError> {
        let bytes = self.max_unauthenticated_bytes;
        let fits = (512..=65_536).contains(&bytes);
        within("fix.max_unauthenticated_bytes", bytes, fits, "512 to 65536")?;
        let failures = self.lockout_failures;
        let fits = (1..=1_000).contains(&failures);
        within("fix.lockout_failures", failures, fits, "1 to 1000")?;
        let (first, max) = (self.lockout_first_secs, self.lockout_max_secs);
        within("fix.lockout_first_secs", first, first >= 1, "at least 1")?;
        within(
            "fix.lockout_max_secs",
            max,
            (first..=86_400).contains(&max),
            "fix.lockout_first_secs to 86400",
        )?;
        let burst = self.messages_burst;
        within("fix.messages_burst", burst, burst >= 1, "at least 1")
    }
}

impl KafkaConfig {
    fn check(&self) -> Result<(), RangeError> {
        let brokers = &self.brokers;
        within("kafka.brokers", brokers, !brokers.is_empty(), "host:port")?;
        within(
            "kafka.partitions",
            self.partitions,
            self.partitions >= 1,
            "at least 1",
        )?;
        within(
            "kafka.replication",
            self.replication,
            self.replication >= 1,
            "at least 1",
        )?;
        let fits = (1..=100_000).contains(&self.in_flight);
        within("kafka.in_flight", self.in_flight, fits, "1 to 100000")
    }
}

fn at_least(key: &'static str, value: usize) -> Result<(), RangeError> {
    within(key, value, value >= 1, "at least 1")
}

fn within(
    key: &'static str,
    value: impl ToString,
    holds: bool,
    range: &'static str,
) -> Result<(), RangeError> {
    if holds {
        return Ok(());
    }
    Err(RangeError {
        key: key.into(),
        value: value.to_string(),
        range: range.into(),
    })
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
