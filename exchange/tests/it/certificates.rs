//! Revocation lists and renewed certificates, read again while the ports are open.

use crate::open::{config, folder};
use crate::venue::{AUTHORITY, PATIENCE, Papers, Peer, until};
use exchange::bootstrap::Declared;
use exchange::certificates::CertificatesError;
use exchange::config::Config;
use exchange::metrics::labels::{DisconnectLabel, LogonResult, Reload};
use exchange::open::{Exchange, OpenError, open};
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::tls::client_config;
use std::fs;
use std::path::Path;
use tokio::time::timeout;

fn with_list() -> Config {
    let mut config = config();
    config.tls.crl = vec!["certs/revoked.pem".into()];
    config
}

fn write_list(folder: &Path, revoked: &[&Papers]) {
    let list = AUTHORITY.revoke(revoked);
    fs::write(folder.join("certs/revoked.pem"), list).unwrap();
}

/// BOT01 and BOT02, each with any certificate that bears its name.
fn declared() -> Declared {
    let one = |comp_id: &str| {
        format!(
            "[[participants]]\ncomp_id = \"{comp_id}\"\npassword = \"secret-{comp_id}\"\nclient_cert = \"required\"\ncert_subject = \"CN={comp_id}\"\n"
        )
    };
    toml::from_str(&(one("BOT01") + &one("BOT02"))).unwrap()
}

fn peer(exchange: &Exchange, papers: &Papers, comp_id: &str) -> Peer {
    let authority = AUTHORITY.certificate.as_bytes();
    let tls = client_config(authority, Some(papers.identity())).unwrap();
    let target = Target::tls(exchange.addresses().tls, tls);
    let mut config = Peer::config(comp_id);
    config.reset_seq_num_flag = true;
    Peer(Client::new(target, config))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_revoked_is_logged_out_and_kept_out() {
    let folder = folder();
    write_list(folder.path(), &[]);
    let exchange = open(with_list(), folder.path(), &declared()).await.unwrap();
    let figures = exchange.hub().metrics.fix.clone();
    let (lost, kept) = (
        AUTHORITY.sign("BOT01", "participant"),
        AUTHORITY.sign("BOT02", "participant"),
    );
    let mut first = peer(&exchange, &lost, "BOT01");
    let mut second = peer(&exchange, &kept, "BOT02");
    first.connect().await;
    second.connect().await;

    write_list(folder.path(), &[&lost]);
    exchange.reload_certificates().await.unwrap();
    match timeout(PATIENCE, first.0.next()).await.unwrap() {
        Err(ClientError::Ended { text, .. }) => {
            assert!(
                text.contains("the client certificate has been revoked"),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
    until("it is counted", || {
        figures
            .disconnects
            .count(DisconnectLabel::CertificateRevoked)
            == 1
    })
    .await;
    assert!(matches!(
        peer(&exchange, &lost, "BOT01").refused().await,
        ClientError::Connect { .. } | ClientError::Lost(_)
    ));
    until("it fails at the handshake", || {
        figures.logons.count(LogonResult::Tls) == 1
    })
    .await;
    // The other session goes on, and a new certificate for the same name is good.
    second.send("BE", "923=x|924=4|553=BOT02").await;
    second.expect("BF", "923=x|926=1").await;
    let renewed = AUTHORITY.sign("BOT01", "participant");
    let mut third = peer(&exchange, &renewed, "BOT01");
    third.connect().await;

    // A list that is none changes nothing.
    fs::write(folder.path().join("certs/revoked.pem"), "nothing").unwrap();
    let error = exchange.reload_certificates().await.unwrap_err();
    assert!(error.to_string().contains("revocation list"), "{error}");
    assert!(matches!(
        peer(&exchange, &lost, "BOT01").refused().await,
        ClientError::Connect { .. } | ClientError::Lost(_)
    ));
    // Nor does one that is gone; the list that takes nobody back lets everybody in again.
    fs::remove_file(folder.path().join("certs/revoked.pem")).unwrap();
    match exchange.reload_certificates().await.unwrap_err() {
        CertificatesError::File { key, path, .. } => {
            assert_eq!(key, "crl");
            assert!(path.ends_with("certs/revoked.pem"));
        }
        other => panic!("{other}"),
    }
    third.0.logout().await.unwrap();
    write_list(folder.path(), &[]);
    exchange.reload_certificates().await.unwrap();
    peer(&exchange, &lost, "BOT01").connect().await;
    let reloads = &figures.certificate_reloads;
    assert_eq!(
        (reloads.count(Reload::Done), reloads.count(Reload::Failed)),
        (2, 2)
    );
    exchange.run(async {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_server_certificate_is_shown_without_a_restart() {
    let folder = folder();
    let exchange = open(config(), folder.path(), &declared()).await.unwrap();
    let papers = AUTHORITY.sign("BOT01", "participant");
    // An authority that the venue's first certificate is not signed by.
    let other = crate::venue::Authority::new();
    let tls = client_config(other.certificate.as_bytes(), Some(papers.identity())).unwrap();
    let target = Target::tls(exchange.addresses().tls, tls);
    let mut config = Peer::config("BOT01");
    config.reset_seq_num_flag = true;
    let mut client = Peer(Client::new(target, config));
    client.refused().await;
    let renewed = other.sign("venue", "server");
    let certs = folder.path().join("certs");
    fs::write(certs.join("server.pem"), &renewed.certificate).unwrap();
    fs::write(certs.join("server.key"), &renewed.key).unwrap();
    exchange.reload_certificates().await.unwrap();
    client.connect().await;
    exchange.run(async {}).await.unwrap();
}

#[tokio::test]
async fn a_list_that_is_not_there_keeps_the_exchange_from_opening() {
    let folder = folder();
    match open(with_list(), folder.path(), &declared()).await {
        Err(OpenError::Certificates(CertificatesError::File { key, .. })) => assert_eq!(key, "crl"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    }
}
