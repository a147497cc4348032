//! The whole exchange by its one door: it opens, says where it listens, ends in good order, opens again; what keeps it from opening is named,
//! and the data folder is free afterwards.

use crate::venue::AUTHORITY;
use exchange::bootstrap::Declared;
use exchange::certificates::CertificatesError;
use exchange::config::Config;
use exchange::open::{OpenError, open};
use journal::data::DataFolder;
use std::fs;
use std::net::TcpListener;
use std::path::Path;

/// A folder with certificates.
pub(crate) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    fs::create_dir(&certs).unwrap();
    let server = AUTHORITY.sign("venue", "server");
    fs::write(certs.join("ca.pem"), &AUTHORITY.certificate).unwrap();
    fs::write(certs.join("server.pem"), &server.certificate).unwrap();
    fs::write(certs.join("server.key"), &server.key).unwrap();
    folder
}

/// Any free ports.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
    let ports = [
        &mut config.fix.plain,
        &mut config.fix.tls,
        &mut config.control.listen,
        &mut config.metrics.listen,
    ];
    for port in ports {
        port.set_port(0);
    }
    config
}

fn declared() -> Declared {
    toml::from_str(
        "[[accounts]]\nname = \"A1\"\n\n[[participants]]\ncomp_id = \"BOT01\"\npassword = \"x\"\naccounts = [\"A1\"]",
    )
    .unwrap()
}

async fn refused(config: Config, data: &Path, declared: &Declared) -> OpenError {
    match open(config, data, declared).await {
        Ok(_) => panic!("it opened"),
        Err(error) => {
            assert!(
                DataFolder::take(data).is_ok(),
                "the folder is still held after: {error}"
            );
            error
        }
    }
}

#[tokio::test]
async fn it_opens_closes_and_opens_again() {
    let folder = folder();
    let mut epochs = Vec::new();
    for _ in 0..2 {
        let exchange = open(config(), folder.path(), &declared()).await.unwrap();
        let hub = exchange.hub().clone();
        assert!(hub.health.is_ready(), "{:?}", hub.health.reasons());
        let at = exchange.addresses();
        for address in [at.plain, at.tls, at.control, at.metrics] {
            assert!(address.ip().is_loopback() && address.port() != 0);
            tokio::net::TcpStream::connect(address).await.unwrap();
        }
        let bot = hub
            .directory
            .participant_by_comp_id("BOT01".parse().unwrap())
            .unwrap();
        assert_eq!(bot.accounts.len(), 1);
        epochs.push((hub.epoch, hub.feed.last_seq()));
        exchange.run(async {}).await.unwrap();
        assert!(!hub.health.is_ready());
        assert!(tokio::net::TcpStream::connect(at.plain).await.is_err());
        assert!(tokio::net::TcpStream::connect(at.metrics).await.is_err());
    }
    assert_eq!(epochs[0], epochs[1]);
}

#[tokio::test]
async fn what_keeps_it_from_opening_is_named() {
    let folder = folder();
    let data = folder.path();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for key in ["fix.plain", "fix.tls", "control.listen", "metrics.listen"] {
        let mut config = config();
        match key {
            "fix.plain" => config.fix.plain = address,
            "fix.tls" => config.fix.tls = address,
            "control.listen" => config.control.listen = address,
            _ => config.metrics.listen = address,
        }
        let text = refused(config, data, &declared()).await.to_string();
        assert!(
            text.contains(key) && text.contains(&address.to_string()),
            "{text}"
        );
    }
    let mut out_of_range = config();
    out_of_range.journal.batch = 0;
    let error = refused(out_of_range, data, &declared()).await;
    assert!(
        matches!(&error, OpenError::Range(range) if range.key == "journal.batch"),
        "{error}"
    );
    let mut list = declared();
    list.participants[0]
        .accounts
        .push("NOBODY".parse().unwrap());
    let error = refused(config(), data, &list).await;
    assert!(matches!(error, OpenError::Bootstrap(_)), "{error}");
    fs::write(data.join("certs/server.key"), "no key").unwrap();
    let error = refused(config(), data, &declared()).await;
    assert!(
        matches!(error, OpenError::Certificates(CertificatesError::Tls(_))),
        "{error}"
    );
    fs::remove_file(data.join("certs/ca.pem")).unwrap();
    let error = refused(config(), data, &declared()).await;
    assert!(
        matches!(
            &error,
            OpenError::Certificates(CertificatesError::File { key: "ca", .. })
        ),
        "{error}"
    );
    assert!(error.to_string().contains("certs/ca.pem"), "{error}");
}

#[cfg(not(feature = "kafka"))]
#[tokio::test]
async fn kafka_needs_its_feature() {
    let folder = folder();
    let mut config = config();
    config.kafka = Some(exchange::config::KafkaConfig::default());
    let error = refused(config, folder.path(), &declared()).await;
    assert!(matches!(error, OpenError::KafkaNotBuilt), "{error}");
}

/// A broker that is away keeps nobody from opening, trading or closing.
#[cfg(feature = "kafka")]
#[tokio::test]
async fn a_missing_broker_keeps_nobody_from_opening() {
    let folder = folder();
    let mut config = config();
    config.kafka = Some(exchange::config::KafkaConfig {
        brokers: "127.0.0.1:1".to_owned(),
        ..exchange::config::KafkaConfig::default()
    });
    let exchange = open(config, folder.path(), &declared()).await.unwrap();
    assert!(exchange.hub().health.is_ready());
    exchange.shut_down().await.unwrap();
}
