//! Settings of the back office. Every key has its default here and its meaning beside it; an unknown key is refused.

use crate::users::email::Email;
use crate::users::password::Password;
use market::id::AccountName;
use market::money::Money;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// All settings. `control` has no default: the back office cannot do without the exchange.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// REST API and pages.
    #[serde(default)]
    pub http: HttpConfig,
    /// Where the truth is kept.
    #[serde(default)]
    pub database: DatabaseConfig,
    /// Shared memory of several back offices; absent: sessions are kept in this process.
    #[serde(default)]
    pub redis: Option<RedisConfig>,
    /// Events from Kafka; absent: from the feed of the same process.
    #[serde(default)]
    pub kafka: Option<KafkaConfig>,
    /// The exchange's control port.
    pub control: ControlConfig,
    /// Access tokens.
    #[serde(default)]
    pub token: TokenConfig,
    /// Demo money.
    #[serde(default)]
    pub demo_bank: DemoBankConfig,
    /// A user that is made at the start when new.
    #[serde(default)]
    pub demo_user: Option<DemoUserConfig>,
}

/// REST API and pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Address to listen on; port 0 is any free port. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Most connections at a time; more wait in the kernel. Default 1024.
    pub connections_max: usize,
    /// Longest time for one request, in seconds. Default 15.
    pub request_timeout_secs: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            connections_max: 1024,
            request_timeout_secs: 15,
        }
    }
}

/// Where the truth is kept.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/NAME`. Default `sqlite://backoffice.db`.
    pub url: String,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: "sqlite://backoffice.db".into(),
        }
    }
}

impl std::fmt::Debug for DatabaseConfig {
    /// The scheme only: the address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        write!(f, "DatabaseConfig {{ url: \"{scheme}:…\" }}")
    }
}

/// Redis.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://[:PASSWORD@]HOST:PORT[/DB]`.
    pub url: String,
}

impl std::fmt::Debug for RedisConfig {
    /// Nothing of the address: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisConfig { url: … }")
    }
}

/// Kafka.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaConfig {
    /// `HOST:PORT,HOST:PORT…`.
    pub brokers: String,
    /// Name of this reader, for the broker's own lists. Offsets are kept in the database, not in the group. Default `loggia-backoffice`.
    #[serde(default = "default_group")]
    pub group: String,
    /// Before each topic's name, as the exchange has it. Default empty.
    #[serde(default)]
    pub topic_prefix: String,
}

fn default_group() -> String {
    "loggia-backoffice".into()
}

/// The exchange's control port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlConfig {
    /// `https://HOST:PORT`.
    pub url: String,
    /// PEM file of the authority that signed the exchange's certificate.
    pub ca: PathBuf,
    /// PEM file of our certificate (role service).
    pub cert: PathBuf,
    /// PEM file of our key.
    pub key: PathBuf,
    /// Longest time for one attempt, in milliseconds. Default 3000.
    #[serde(default = "default_control_timeout_ms")]
    pub timeout_ms: u64,
}

const fn default_control_timeout_ms() -> u64 {
    3000
}

/// Access tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenConfig {
    /// File with the signing key (64 hex digits); made when missing, readable by its owner only. Default `token.key`.
    pub key_file: PathBuf,
    /// How long a token lives, in seconds. Default 900.
    pub ttl_secs: u64,
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self {
            key_file: "token.key".into(),
            ttl_secs: 900,
        }
    }
}

/// Demo money.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DemoBankConfig {
    /// Most that one deposit may bring. Default `1000000`.
    pub deposit_max: Money,
    /// How often deposits and accounts without an outcome are tried again, in milliseconds. Default 1000.
    pub retry_interval_ms: u64,
}

impl Default for DemoBankConfig {
    fn default() -> Self {
        Self {
            deposit_max: Money::from_raw(1_000_000 * 100_000_000),
            retry_interval_ms: 1000,
        }
    }
}

/// A user that is made at the start when new, and made owner of an account of the exchange.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoUserConfig {
    /// Login.
    pub email: Email,
    /// Password.
    pub password: Password,
    /// Name of an account of the exchange.
    pub account: AccountName,
    /// Whether a user that exists gets this password, because it was made anew. Default false: it keeps its own.
    #[serde(default)]
    pub renew: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROL: &str = "[control]\nurl = \"https://127.0.0.1:9443\"\nca = \"ca.pem\"\ncert = \"bo.pem\"\nkey = \"bo.key\"\n";

    #[test]
    fn defaults_fill_what_is_left_out() {
        let config: Config = toml::from_str(CONTROL).unwrap();
        assert_eq!(config.http.listen.port(), 8080);
        assert_eq!(config.token.ttl_secs, 900);
        assert_eq!(config.control.timeout_ms, 3000);
        assert_eq!(config.demo_bank.deposit_max.to_string(), "1000000");
        assert!(config.redis.is_none() && config.kafka.is_none() && config.demo_user.is_none());
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = toml::from_str::<Config>(&format!("{CONTROL}\n[http]\nlisten_on = \"x\"\n"));
        assert!(error.unwrap_err().to_string().contains("listen_on"));
    }

    #[test]
    fn secrets_do_not_show() {
        let text = format!(
            "{CONTROL}[database]\nurl = \"postgres://u:hunter22@h/d\"\n[redis]\nurl = \"redis://:hunter22@h\"\n\
             [demo_user]\nemail = \"a@b.example\"\npassword = \"hunter22-hunter22\"\naccount = \"A\"\n"
        );
        let config: Config = toml::from_str(&text).unwrap();
        assert!(!format!("{config:?}").contains("hunter22"));
    }
}
