//! TLS without FIX: who is let in, who is not any more, and what a certificate says.

use std::sync::Arc;
use std::time::Duration;

use fix_engine::io::stream::Stream;
use fix_engine::io::tls::live::LiveTls;
use fix_engine::io::tls::{
    self, CertificateBinding, ClientCertificates, ClientTls, Fingerprint, Identity,
    PeerCertificate, ServerTls, TlsError, Versions,
};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::authority::{Authority, Issued};

/// Nothing over loopback takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What both sides saw of the other's certificate; `None` where either side refused.
struct Seen {
    client: Option<PeerCertificate>,
    server: Option<PeerCertificate>,
}

/// One connection: handshake, a byte from the server, the end.
async fn shake(live: &LiveTls, client: &Arc<rustls::ClientConfig>, name: &str) -> Option<Seen> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let acceptor = live.acceptor();
    let server = async move {
        let (tcp, _) = listener.accept().await.expect("a connection");
        let mut stream = Stream::Tls(Box::new(acceptor.accept(tcp).await.ok()?.into()));
        stream.write_all(b"!").await.ok()?;
        let client = stream.peer_certificate();
        let _ended = stream.shutdown().await;
        Some(client)
    };
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let connector = TlsConnector::from(Arc::clone(client));
    let client = async move {
        let tcp = TcpStream::connect(address).await.expect("loopback");
        let stream = connector.connect(name, tcp).await.ok()?;
        let mut stream = Stream::Tls(Box::new(stream.into()));
        assert_eq!(stream.read_u8().await.ok()?, b'!');
        Some(stream.peer_certificate())
    };
    let (client, server) = timeout(PATIENCE, async { tokio::join!(server, client) })
        .await
        .expect("a handshake in time");
    Some(Seen {
        client: client?,
        server: server?,
    })
}

fn server<'a>(authority: &'a Authority, identity: &'a Issued) -> ServerTls<'a> {
    ServerTls {
        identity: identity.identity(),
        clients: ClientCertificates::Required {
            authorities: authority.pem.as_bytes(),
        },
        revoked: None,
        versions: Versions::Both,
    }
}

fn client(
    authority: &Authority,
    identity: &Issued,
    versions: Versions,
) -> Arc<rustls::ClientConfig> {
    let tls = ClientTls {
        authorities: authority.pem.as_bytes(),
        identity: Some(identity.identity()),
        versions,
    };
    tls.config().expect("good certificates")
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_once_the_list_is_loaded() {
    let authority = Authority::new();
    let (pem, ann, bob) = (
        authority.issue("server"),
        authority.issue("ann"),
        authority.issue("bob"),
    );
    for versions in [Versions::Tls12, Versions::Tls13] {
        let tls = server(&authority, &pem);
        let live = LiveTls::new(tls.config().expect("good certificates"));
        let ann_tls = client(&authority, &ann, versions);
        let bob_tls = client(&authority, &bob, versions);
        for config in [&ann_tls, &bob_tls] {
            assert!(
                shake(&live, config, "server").await.is_some(),
                "{versions:?}"
            );
        }
        let list = authority.revoke(&[&ann]);
        let newer = ServerTls {
            revoked: Some(list.as_bytes()),
            ..tls
        };
        live.replace(newer.config().expect("a good list"));
        // the same configuration again: it would resume the connection from before
        assert!(
            shake(&live, &ann_tls, "server").await.is_none(),
            "{versions:?}"
        );
        assert!(
            shake(&live, &bob_tls, "server").await.is_some(),
            "{versions:?}"
        );
        let nobody = authority.revoke(&[]);
        let newest = ServerTls {
            revoked: Some(nobody.as_bytes()),
            ..tls
        };
        live.replace(newest.config().expect("a good list"));
        assert!(
            shake(&live, &ann_tls, "server").await.is_some(),
            "{versions:?}"
        );
    }
}

#[tokio::test]
async fn an_optional_certificate_can_be_revoked_too() {
    let authority = Authority::new();
    let (pem, ann) = (authority.issue("server"), authority.issue("ann"));
    let list = authority.revoke(&[&ann]);
    let tls = ServerTls {
        clients: ClientCertificates::Optional {
            authorities: authority.pem.as_bytes(),
        },
        revoked: Some(list.as_bytes()),
        ..server(&authority, &pem)
    };
    let live = LiveTls::new(tls.config().expect("a good list"));
    let with = client(&authority, &ann, Versions::Both);
    assert!(shake(&live, &with, "server").await.is_none());
    let without = tls::client_config(authority.pem.as_bytes(), None).expect("a good authority");
    let seen = shake(&live, &without, "server")
        .await
        .expect("nothing to revoke");
    assert_eq!(seen.client, None);
}

#[tokio::test]
async fn a_list_of_another_authority_lets_nobody_in() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (pem, ann) = (authority.issue("server"), authority.issue("ann"));
    let list = stranger.revoke(&[]);
    let tls = ServerTls {
        revoked: Some(list.as_bytes()),
        ..server(&authority, &pem)
    };
    let live = LiveTls::new(tls.config().expect("a good list"));
    let with = client(&authority, &ann, Versions::Both);
    assert!(shake(&live, &with, "server").await.is_none());
}

#[tokio::test]
async fn the_servers_certificate_is_replaced_without_a_restart() {
    let authority = Authority::new();
    let (old, new, ann) = (
        authority.issue("server"),
        authority.issue("server"),
        authority.issue("ann"),
    );
    let live = LiveTls::new(
        server(&authority, &old)
            .config()
            .expect("good certificates"),
    );
    let config = client(&authority, &ann, Versions::Both);
    for pem in [&old, &new] {
        live.replace(server(&authority, pem).config().expect("good certificates"));
        let seen = shake(&live, &config, "server")
            .await
            .expect("both are good");
        let shown = seen.server.expect("a server always shows one");
        assert_eq!(shown.fingerprint, fingerprint(pem));
    }
}

#[tokio::test]
async fn each_version_is_spoken_and_can_be_left_out() {
    use Versions::{Both, Tls12, Tls13};
    let authority = Authority::new();
    let (pem, ann) = (authority.issue("server"), authority.issue("ann"));
    for (ours, theirs, is_taken) in [
        (Both, Tls12, true),
        (Both, Tls13, true),
        (Both, Both, true),
        (Tls12, Both, true),
        (Tls13, Both, true),
        (Tls12, Tls13, false),
        (Tls13, Tls12, false),
    ] {
        let tls = ServerTls {
            versions: ours,
            ..server(&authority, &pem)
        };
        let live = LiveTls::new(tls.config().expect("good certificates"));
        let seen = shake(&live, &client(&authority, &ann, theirs), "server").await;
        assert_eq!(seen.is_some(), is_taken, "{ours:?} and {theirs:?}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_the_servers_is_refused() {
    let authority = Authority::new();
    let (pem, ann) = (authority.issue("server"), authority.issue("ann"));
    let live = LiveTls::new(
        server(&authority, &pem)
            .config()
            .expect("good certificates"),
    );
    let config = client(&authority, &ann, Versions::Both);
    assert!(shake(&live, &config, "server").await.is_some());
    assert!(shake(&live, &config, "other").await.is_none());
}

#[tokio::test]
async fn the_certificate_that_is_shown_is_the_one_that_is_bound() {
    let authority = Authority::new();
    let (pem, ann, bob) = (
        authority.issue("server"),
        authority.issue("ann"),
        authority.issue("bob"),
    );
    let live = LiveTls::new(
        server(&authority, &pem)
            .config()
            .expect("good certificates"),
    );
    let config = client(&authority, &ann, Versions::Both);
    let seen = shake(&live, &config, "server").await.expect("a good one");
    let shown = seen.client.expect("it was asked for");
    assert_eq!(shown.common_names, ["ann"]);
    assert_eq!(shown.subject, "CN=ann");
    assert!(
        shown.alt_names.contains(&"127.0.0.1".to_owned()),
        "{shown:?}"
    );
    let bindings = |name: &str, pem: &Issued| {
        [
            CertificateBinding::Fingerprint(fingerprint(pem)),
            CertificateBinding::Subject(format!("CN={name}")),
            CertificateBinding::CommonName(name.to_owned()),
            CertificateBinding::AltName(name.to_owned()),
        ]
    };
    for binding in bindings("ann", &ann) {
        assert!(binding.is_met_by(&shown), "{binding:?}");
    }
    for binding in bindings("bob", &bob) {
        assert!(!binding.is_met_by(&shown), "{binding:?}");
    }
}

#[test]
fn a_certificate_without_names_meets_no_empty_binding() {
    let nameless = PeerCertificate::read(&b"no certificate"[..].into());
    assert_eq!(nameless.subject, "");
    for binding in [
        CertificateBinding::Subject(String::new()),
        CertificateBinding::CommonName(String::new()),
        CertificateBinding::AltName(String::new()),
    ] {
        assert!(!binding.is_met_by(&nameless), "{binding:?}");
    }
}

fn fingerprint(pem: &Issued) -> Fingerprint {
    Fingerprint::of_pem(pem.certificate.as_bytes()).expect("a certificate")
}

#[test]
fn a_list_that_is_none_is_refused_in_words() {
    let authority = Authority::new();
    let pem = authority.issue("server");
    for text in [
        &b""[..],
        authority.pem.as_bytes(),
        b"-----BEGIN X509 CRL-----\n!!",
    ] {
        let tls = ServerTls {
            revoked: Some(text),
            ..server(&authority, &pem)
        };
        let error = tls.config().expect_err("no list");
        let TlsError::Pem { what, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(what, "certificate revocation list");
    }
}

#[test]
fn pem_that_is_none_is_refused_in_words() {
    let authority = Authority::new();
    let pem = authority.issue("server");
    let nothing = Identity {
        certificates: b"",
        key: pem.key.as_bytes(),
    };
    let no_key = Identity {
        certificates: pem.certificate.as_bytes(),
        key: b"not a key",
    };
    let other_key = authority.issue("server");
    let mixed = Identity {
        certificates: pem.certificate.as_bytes(),
        key: other_key.key.as_bytes(),
    };
    let refused = |identity| tls::server_config(identity, ClientCertificates::Off).unwrap_err();
    assert!(matches!(
        refused(nothing),
        TlsError::Pem {
            what: "certificate",
            ..
        }
    ));
    assert!(matches!(
        refused(no_key),
        TlsError::Pem {
            what: "private key",
            ..
        }
    ));
    assert!(matches!(refused(mixed), TlsError::Unusable(_)));
    assert!(!format!("{mixed:?}").contains("KEY"));
}

#[test]
fn a_fingerprint_reads_what_it_writes() {
    let pem = Authority::new().issue("any");
    let fingerprint = Fingerprint::of_pem(pem.certificate.as_bytes()).unwrap();
    let text = fingerprint.to_string();
    assert_eq!(text.len(), 64);
    assert_eq!(Fingerprint::parse(&text), Some(fingerprint));
    let colons: Vec<String> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
        .collect();
    assert_eq!(Fingerprint::parse(&colons.join(":")), Some(fingerprint));
    assert_eq!(Fingerprint::parse("12"), None);
    assert_eq!(Fingerprint::parse(&"x".repeat(64)), None);
}
