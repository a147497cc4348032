//! [`Client`]: one HTTPS request at a time to the control port, with a client certificate. Control types in, control types out;
//! it knows no command and prints nothing.

use crate::connection::Connection;
use crate::failure::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use market::control::ErrorBody;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The longest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Asks the control port.
pub struct Client {
    connection: Connection,
    tls: TlsConnector,
}

impl Client {
    /// Reads certificates and key; opens no connection yet.
    ///
    /// # Errors
    /// [`Failure::File`] for a file that is absent or not PEM, [`Failure::Tls`] when certificate and key do not fit.
    pub fn new(connection: Connection) -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&connection.ca)? {
            roots
                .add(certificate)
                .map_err(|e| Failure::file(&connection.ca, e))?;
        }
        let chain = certificates(&connection.cert)?;
        let key = PrivateKeyDer::from_pem_file(&connection.key)
            .map_err(|e| Failure::file(&connection.key, pem_error(&e)))?;
        let config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .and_then(|b| {
                    b.with_root_certificates(roots)
                        .with_client_auth_cert(chain, key)
                })
                .map_err(|e| tls_failure(&connection, &e))?;
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            connection,
        })
    }

    /// GET.
    ///
    /// # Errors
    /// What the network, TLS or the exchange said.
    pub async fn ask<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.request(Method::GET, path, Bytes::new()).await
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    /// What the network, TLS or the exchange said.
    pub async fn tell<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, Failure> {
        let json = serde_json::to_vec(body).map_err(|e| Failure::Input(e.to_string()))?;
        self.request(Method::POST, path, Bytes::from(json)).await
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, Failure> {
        let limit = self.connection.timeout;
        let (status, bytes) = tokio::time::timeout(limit, self.exchange(method, path, body))
            .await
            .map_err(|_| self.unreachable(&format!("no answer within {} s", limit.as_secs())))??;
        if status.is_success() {
            serde_json::from_slice(&bytes).map_err(|e| self.misunderstood(&e))
        } else {
            Err(self.refusal(status, &bytes))
        }
    }

    /// Connects, sends, reads the whole answer.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let (host, port) = (self.connection.host.as_str(), self.connection.port);
        let tcp = TcpStream::connect((host, port))
            .await
            .map_err(|e| self.unreachable(&e))?;
        let tls = self
            .tls
            .connect(self.connection.name.clone(), tcp)
            .await
            .map_err(|e| self.broken(&e))?;
        let (mut sender, driver) = hyper::client::conn::http1::handshake(TokioIo::new(tls))
            .await
            .map_err(|e| self.broken(&e))?;
        // The driver ends with the connection, which ends with `sender`; what it has to say, `sender` says too.
        tokio::spawn(driver);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body))
            .map_err(|e| Failure::Usage(e.to_string()))?;
        let answer = sender
            .send_request(request)
            .await
            .map_err(|e| self.broken(&e))?;
        let status = answer.status();
        let bytes = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
            .collect()
            .await
            .map_err(|e| self.broken(e.as_ref()))?
            .to_bytes();
        Ok((status, bytes))
    }

    /// What an HTTP status that is not a success means.
    fn refusal(&self, status: StatusCode, bytes: &[u8]) -> Failure {
        let ErrorBody { code, message } = match serde_json::from_slice(bytes) {
            Ok(body) => body,
            Err(_) => return self.misunderstood(&format!("HTTP {status} without a reason")),
        };
        if status == StatusCode::NOT_FOUND {
            Failure::NotFound { code, message }
        } else {
            Failure::Refused { code, message }
        }
    }

    /// A connection that broke: TLS is told apart, since an alert may come only with the first bytes of the answer.
    fn broken(&self, error: &(dyn Error + 'static)) -> Failure {
        match tls_error(error) {
            Some(tls) => tls_failure(&self.connection, tls),
            None => self.unreachable(&chain(error)),
        }
    }

    fn unreachable(&self, why: &dyn ToString) -> Failure {
        Failure::Unreachable {
            server: self.connection.server(),
            why: why.to_string(),
        }
    }

    fn misunderstood(&self, why: &dyn ToString) -> Failure {
        Failure::Answer {
            server: self.connection.server(),
            why: why.to_string(),
        }
    }
}

/// The error of TLS among the causes of `error`.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn tls_failure(connection: &Connection, error: &rustls::Error) -> Failure {
    Failure::Tls {
        server: connection.server(),
        why: error.to_string(),
    }
}

/// An error with its causes, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| Failure::file(path, pem_error(&e)))?;
    if found.is_empty() {
        return Err(Failure::file(path, "holds no PEM certificate"));
    }
    Ok(found)
}

fn pem_error(error: &rustls_pki_types::pem::Error) -> String {
    match error {
        rustls_pki_types::pem::Error::Io(io) => io.to_string(),
        rustls_pki_types::pem::Error::NoItemsFound => "holds no PEM section of this kind".into(),
        other => other.to_string(),
    }
}
