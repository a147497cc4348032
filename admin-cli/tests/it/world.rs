//! [`World`]: certificates, and a server that answers with fixed text and remembers what it was asked: a TLS socket that insists on client
//! certificates.

use crate::program::{Said, run};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long a test waits for a request that must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the exchange answers, the arguments, the request that comes of them, and what is shown.
pub(crate) type Case<'a> = (&'a str, &'a [&'a str], &'a str, Value, &'a str);

/// Asks each of these of an exchange of its own.
#[track_caller]
pub(crate) fn check(cases: &[Case]) {
    for (answer, arguments, path, body, shown) in cases {
        let world = World::new();
        let server = world.serve(answer);
        let said = world.run(server, arguments);
        assert_eq!((said.code, said.out.as_str()), (0, *shown), "{}", said.err);
        let asked = (format!("{path} HTTP/1.1"), body.clone());
        assert_eq!(world.asked(), asked, "{arguments:?}");
    }
}

/// These arguments are wrong usage, and nobody is asked.
#[track_caller]
pub(crate) fn check_wrong_usage(cases: &[&[&str]]) {
    let world = World::new();
    let server = world.serve("500 Nobody asks");
    for arguments in cases {
        let said = world.run(server, arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
    }
    assert!(world.asked.1.try_recv().is_err(), "somebody asked");
}

/// Certificates in a folder: `ca.pem`, `client.pem`, `client.key`, and those of a stranger's CA.
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    server: Arc<ServerConfig>,
    /// What was asked: the head and the body of each request.
    asked: (Sender<String>, Receiver<String>),
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
    pub(crate) fn new() -> Self {
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
            asked: channel(),
        }
    }

    /// A server that answers every request with `answer`, until the test ends.
    pub(crate) fn serve(&self, answer: &str) -> SocketAddr {
        self.serve_with(Some(answer.to_owned()))
    }

    /// A server that takes every request, and says nothing to any until the client hangs up.
    pub(crate) fn serve_silence(&self) -> SocketAddr {
        self.serve_with(None)
    }

    fn serve_with(&self, answer: Option<String>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let config = Arc::clone(&self.server);
        let asked = self.asked.0.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                // A client that goes away in the middle is what some of these tests are about.
                let _ = speak(socket, &config, answer.as_deref(), &asked);
            }
        });
        address
    }

    /// The next request: its first line, and its body as JSON.
    pub(crate) fn asked(&self) -> (String, Value) {
        let request = self.asked.1.recv_timeout(PATIENCE).expect("a request");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let body = serde_json::from_str(body).unwrap_or_default();
        (head.lines().next().unwrap().to_owned(), body)
    }

    pub(crate) fn run(&self, server: SocketAddr, arguments: &[&str]) -> Said {
        let url = format!("https://{server}");
        let mut all = vec!["--server", &url, "--ca", "ca.pem", "--cert", "client.pem"];
        all.extend(["--key", "client.key"]);
        all.extend(arguments);
        run(self.folder.path(), &all)
    }
}

fn speak(
    mut socket: TcpStream,
    config: &Arc<ServerConfig>,
    answer: Option<&str>,
    asked: &Sender<String>,
) -> std::io::Result<()> {
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut tls =
        rustls::ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = rustls::Stream::new(&mut tls, &mut socket);
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 1024];
        match stream.read(&mut bytes)? {
            0 => return Ok(()),
            n => request.extend_from_slice(&bytes[..n]),
        }
    }
    // A test that does not look at requests has gone away.
    let _ = asked.send(String::from_utf8_lossy(&request).into_owned());
    let Some(answer) = answer else {
        while stream.read(&mut [0; 1024])? > 0 {}
        return Ok(());
    };
    let head = format!(
        "HTTP/1.1 {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
        answer.lines().next().unwrap_or_default(),
        answer.split_once('\n').map_or(0, |(_, body)| body.len()),
        answer.split_once('\n').map_or("", |(_, body)| body)
    );
    stream.write_all(head.as_bytes())?;
    stream.flush()
}

/// Whether the head and all of the body are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}
