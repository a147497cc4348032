//! [`Client`]: one HTTPS request at a time to the control port, with a client certificate. Control types in, control types out;
//! it knows no command and prints nothing.

use crate::connection::Connection;
use crate::failure::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use market::control::ErrorBody;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// The longest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest line of an answer that does not end, in bytes.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Such an answer says something every 15 seconds; after so much silence the other end is gone.
const SILENCE: Duration = Duration::from_secs(60);

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
        let deadline = Instant::now() + self.connection.timeout;
        let sender = self.connect(deadline).await?;
        let changes = method != Method::GET;
        let answering = self.exchange(sender, method, path, body);
        let answered = match timeout_at(deadline, answering).await {
            Ok(answered) => answered,
            Err(_) => Err(self.late()),
        };
        let (status, bytes) = answered.map_err(|failure| match failure {
            Failure::Unreachable { server, why } if changes => Failure::NoAnswer { server, why },
            other => other,
        })?;
        if status.is_success() {
            serde_json::from_slice(&bytes).map_err(|e| self.misunderstood(&e))
        } else {
            Err(self.refusal(status, &bytes))
        }
    }

    /// GET of an answer that does not end: a JSON object a line.
    ///
    /// # Errors
    /// What the network, TLS or the exchange said.
    pub async fn follow(&self, path: &str) -> Result<Lines<'_>, Failure> {
        let deadline = Instant::now() + self.connection.timeout;
        let sender = self.connect(deadline).await?;
        let answering = self.send(sender, Method::GET, path, Bytes::new());
        let answer = timeout_at(deadline, answering).await;
        let answer = answer.map_err(|_| self.late())??;
        let status = answer.status();
        if !status.is_success() {
            let bytes = timeout_at(deadline, self.whole(answer))
                .await
                .map_err(|_| self.unreachable(&"the answer does not end"))??;
            return Err(self.refusal(status, &bytes));
        }
        Ok(Lines {
            client: self,
            body: answer.into_body(),
            unread: Vec::new(),
        })
    }

    /// Sends, reads the whole answer.
    async fn exchange(
        &self,
        sender: SendRequest<Full<Bytes>>,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), Failure> {
        let answer = self.send(sender, method, path, body).await?;
        Ok((answer.status(), self.whole(answer).await?))
    }

    async fn whole(&self, answer: Response<Incoming>) -> Result<Bytes, Failure> {
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
        let whole = body.collect().await;
        Ok(whole.map_err(|e| self.broken(e.as_ref()))?.to_bytes())
    }

    /// A connection, unless it takes too long: nothing is asked before it stands.
    async fn connect(&self, deadline: Instant) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let connecting = timeout_at(deadline, self.dial()).await;
        connecting.map_err(|_| self.late())?
    }

    async fn dial(&self) -> Result<SendRequest<Full<Bytes>>, Failure> {
        let (host, port) = (self.connection.host.as_str(), self.connection.port);
        let tcp = TcpStream::connect((host, port))
            .await
            .map_err(|e| self.unreachable(&e))?;
        let tls = self
            .tls
            .connect(self.connection.name.clone(), tcp)
            .await
            .map_err(|e| self.broken(&e))?;
        let (sender, driver) = handshake(TokioIo::new(tls))
            .await
            .map_err(|e| self.broken(&e))?;
        // The driver ends with the connection, which ends with `sender`; what it has to say, `sender` says too.
        tokio::spawn(driver);
        Ok(sender)
    }

    /// Sends, reads the head of the answer.
    async fn send(
        &self,
        mut sender: SendRequest<Full<Bytes>>,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Response<Incoming>, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.connection.host.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Full::new(body))
            .map_err(|e| Failure::Usage(e.to_string()))?;
        let answer = sender.send_request(request).await;
        answer.map_err(|e| self.broken(&e))
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

    fn late(&self) -> Failure {
        let secs = self.connection.timeout.as_secs();
        self.unreachable(&format!("no answer within {secs} s"))
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

/// The lines of an answer that does not end.
pub struct Lines<'a> {
    client: &'a Client,
    body: Incoming,
    unread: Vec<u8>,
}

impl Lines<'_> {
    /// The next line; `None` after the last. Empty lines only show that the other end lives.
    ///
    /// # Errors
    /// A connection that broke or was silent for too long, and a line that cannot be understood.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        loop {
            while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                if line.len() > 1 {
                    let read = serde_json::from_slice(&line);
                    return read.map(Some).map_err(|e| self.client.misunderstood(&e));
                }
            }
            if self.unread.len() > LINE_BYTES_MAX {
                return Err(self.client.misunderstood(&"a line that does not end"));
            }
            let frame = tokio::time::timeout(SILENCE, self.body.frame());
            let silent = || format!("nothing for {} s", SILENCE.as_secs());
            match frame
                .await
                .map_err(|_| self.client.unreachable(&silent()))?
            {
                Some(Ok(frame)) => {
                    if let Some(bytes) = frame.data_ref() {
                        self.unread.extend_from_slice(bytes);
                    }
                }
                Some(Err(error)) => return Err(self.client.broken(&error)),
                None => return Ok(None),
            }
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
