//! Reaching an exchange, or not: no server, a silent one, wrong certificates, refusals, answers that make no sense. The server here is
//! a TLS socket that answers with fixed text.

use crate::program::{Said, command, run, said};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Certificates in a folder: `ca.pem`, `client.pem`, `client.key`, and those of a stranger's CA.
struct World {
    folder: tempfile::TempDir,
    server: Arc<ServerConfig>,
}

struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            params,
            key: KeyPair::generate().unwrap(),
        }
    }

    fn certificate(&self) -> rcgen::Certificate {
        self.params.self_signed(&self.key).unwrap()
    }

    fn sign(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        (certificate, key)
    }
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (Authority::new(), Authority::new());
        let put =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        for (prefix, authority) in [("", &ours), ("stranger-", &theirs)] {
            let (client, key) = authority.sign(&["client"]);
            put(&format!("{prefix}ca.pem"), authority.certificate().pem());
            put(&format!("{prefix}client.pem"), client.pem());
            put(&format!("{prefix}client.key"), key.serialize_pem());
        }
        let (certificate, key) = ours.sign(&["127.0.0.1"]);
        let mut roots = RootCertStore::empty();
        roots.add(ours.certificate().der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .unwrap();
        Self {
            folder,
            server: Arc::new(server),
        }
    }

    /// A server that answers every request with `answer`, until the test ends.
    fn serve(&self, answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let config = Arc::clone(&self.server);
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                // A client that goes away in the middle is what some of these tests are about.
                let _ = speak(socket, &config, answer);
            }
        });
        address
    }

    fn run(&self, server: SocketAddr, arguments: &[&str]) -> Said {
        let url = format!("https://{server}");
        let mut all = vec!["--server", &url, "--ca", "ca.pem", "--cert", "client.pem"];
        all.extend(["--key", "client.key"]);
        all.extend(arguments);
        run(self.folder.path(), &all)
    }
}

fn speak(mut socket: TcpStream, config: &Arc<ServerConfig>, answer: &str) -> std::io::Result<()> {
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut tls =
        rustls::ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = rustls::Stream::new(&mut tls, &mut socket);
    let mut request = Vec::new();
    while !request.windows(4).any(|w| w == b"\r\n\r\n") {
        let mut bytes = [0; 1024];
        match stream.read(&mut bytes)? {
            0 => return Ok(()),
            n => request.extend_from_slice(&bytes[..n]),
        }
    }
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
        answer.lines().next().unwrap_or_default(),
        answer.split_once('\n').map_or(0, |(_, body)| body.len()),
        answer.split_once('\n').map_or("", |(_, body)| body)
    );
    stream.write_all(head.as_bytes())?;
    stream.flush()
}

const INSTRUMENT: &str = "200 OK\n{\"symbol\":\"ACME\",\"currency\":\"USD\",\"phase\":\"halted\",\"reason\":\"news\",\"tick\":\"0.01\",\"lot\":\"1\",\"last_px\":null}";

#[test]
fn an_answer_is_a_table_or_the_control_type() {
    let world = World::new();
    let server = world.serve(INSTRUMENT);
    let table = world.run(server, &["halt", "ACME", "--reason", "news"]);
    assert_eq!(table.code, 0, "{table:?}");
    assert!(
        table.out.contains("SYMBOL") && table.out.contains("halted"),
        "{table:?}"
    );
    let json = world.run(
        server,
        &["halt", "ACME", "--reason", "news", "--output", "json"],
    );
    let status: market::control::InstrumentStatus = serde_json::from_str(&json.out).unwrap();
    assert_eq!(status.reason.as_deref(), Some("news"));
}

#[test]
fn nobody_there_ends_with_3() {
    let world = World::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = free.local_addr().unwrap();
    drop(free);
    let said = world.run(server, &["status"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err.contains("cannot reach") && said.err.contains(&server.to_string()),
        "{said:?}"
    );
    assert!(said.out.is_empty(), "{said:?}");
}

#[test]
fn a_silent_server_ends_with_3_in_time() {
    let world = World::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = world.run(
        silent.local_addr().unwrap(),
        &["status", "--timeout-secs", "1"],
    );
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("no answer within 1 s"), "{said:?}");
}

#[test]
fn a_server_of_another_ca_ends_with_4() {
    let world = World::new();
    let server = world.serve(INSTRUMENT);
    let said = world.run(server, &["status", "--ca", "stranger-ca.pem"]);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("--ca"), "{said:?}");
}

#[test]
fn a_strangers_certificate_ends_with_4() {
    let world = World::new();
    let strange = [
        "--cert",
        "stranger-client.pem",
        "--key",
        "stranger-client.key",
    ];
    let mut arguments = vec!["status"];
    arguments.extend(strange);
    let said = world.run(world.serve(INSTRUMENT), &arguments);
    assert_eq!(said.code, 4, "{said:?}");
}

#[test]
fn a_server_without_tls_ends_with_4() {
    let world = World::new();
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = plain.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut socket in plain.incoming().map_while(Result::ok) {
            // Whether the client reads it or hangs up first is its own matter.
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let said = world.run(server, &["status"]);
    assert_eq!(said.code, 4, "{said:?}");
}

#[test]
fn certificates_that_cannot_be_used_end_with_7_or_4() {
    let world = World::new();
    let url = format!("https://{}", world.serve(INSTRUMENT));
    let with = |cert: &str, key: &str| {
        let arguments = [
            "--server", &url, "--ca", "ca.pem", "--cert", cert, "--key", key, "status",
        ];
        run(world.folder.path(), &arguments)
    };
    let absent = with("absent.pem", "client.key");
    assert_eq!(absent.code, 7, "{absent:?}");
    assert!(absent.err.contains("absent.pem"), "{absent:?}");
    let swapped = with("client.key", "client.pem");
    assert_eq!(swapped.code, 7, "{swapped:?}");
    let mixed = with("client.pem", "stranger-client.key");
    assert_eq!(mixed.code, 4, "{mixed:?}");
}

#[test]
fn refusals_have_codes_of_their_own() {
    let world = World::new();
    let cases = [
        (
            "404 Not Found\n{\"code\":\"unknown_symbol\",\"message\":\"no instrument NOPE\"}",
            5,
            "no instrument NOPE",
        ),
        (
            "409 Conflict\n{\"code\":\"already_halted\",\"message\":\"ACME is halted\"}",
            1,
            "already_halted",
        ),
        (
            "403 Forbidden\n{\"code\":\"forbidden\",\"message\":\"a viewer may not halt\"}",
            1,
            "a viewer may not halt",
        ),
        ("500 Oops\nnot json", 6, "500"),
        ("200 OK\n{\"unexpected\":1}", 6, "cannot be understood"),
    ];
    for (answer, code, word) in cases {
        let said = world.run(world.serve(answer), &["resume", "NOPE"]);
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.err.contains(word), "{said:?}");
    }
}

#[test]
fn failures_are_json_too() {
    let world = World::new();
    let refused = "409 Conflict\n{\"code\":\"already_halted\",\"message\":\"ACME is halted\"}";
    let said = world.run(
        world.serve(refused),
        &["resume", "ACME", "--output", "json"],
    );
    let error: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(error["exit_code"], 1);
    assert!(error["error"].as_str().unwrap().contains("ACME is halted"));
}

#[test]
fn credentials_are_found_or_their_absence_is_wrong_usage() {
    let world = World::new();
    let folder = world.folder.path();
    let nothing = run(folder, &["status"]);
    assert_eq!(nothing.code, 2, "{nothing:?}");
    assert!(nothing.err.contains("--credentials"), "{nothing:?}");
    let absent = run(folder, &["--credentials", "absent.json", "status"]);
    assert_eq!(absent.code, 2, "{absent:?}");
    write_credentials(&world, &folder.join("credentials.json"));
    let named = run(
        folder,
        &[
            "--credentials",
            "credentials.json",
            "halt",
            "ACME",
            "--reason",
            "x",
        ],
    );
    assert_eq!(named.code, 0, "{named:?}");
    let variable = command(folder, &["halt", "ACME", "--reason", "x"])
        .env("LOGGIACTL_CREDENTIALS", "credentials.json")
        .output()
        .unwrap();
    assert_eq!(said(variable).code, 0);
    std::fs::create_dir(folder.join("loggia-data")).unwrap();
    write_credentials(&world, &folder.join("loggia-data/credentials.json"));
    let found = run(folder, &["halt", "ACME", "--reason", "x"]);
    assert_eq!(found.code, 0, "{found:?}");
}

fn write_credentials(world: &World, path: &Path) {
    let folder = world.folder.path();
    let credentials = serde_json::json!({
        "control": world.serve(INSTRUMENT).to_string(),
        "ca": folder.join("ca.pem"),
        "operator": { "cert": folder.join("client.pem"), "key": folder.join("client.key") },
    });
    std::fs::write(path, credentials.to_string()).unwrap();
}
