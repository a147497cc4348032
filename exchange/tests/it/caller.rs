//! [`Caller`]: who asks the control port over HTTPS, with a certificate.

use crate::venue::{AUTHORITY, PATIENCE, Papers, Venue};
use fix_engine::io::tls::client_config;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use market::control::ErrorBody;
use market::control::session::TailLine;
use rustls_pki_types::ServerName;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Somebody with a certificate.
pub(crate) struct Caller {
    pub(crate) address: SocketAddr,
    pub(crate) papers: Papers,
}

impl Caller {
    pub(crate) fn new(venue: &Venue, unit: &str) -> Self {
        Self {
            address: venue.control.address(),
            papers: AUTHORITY.sign("ann", unit),
        }
    }

    /// A connection; an error is what TLS or HTTP says.
    async fn connect(&self) -> Result<(SendRequest<Full<Bytes>>, AbortHandle), String> {
        let say = |error: &dyn std::fmt::Display| error.to_string();
        let identity = Some(self.papers.identity());
        let config = client_config(AUTHORITY.certificate.as_bytes(), identity).unwrap();
        let stream = TcpStream::connect(self.address)
            .await
            .map_err(|e| say(&e))?;
        let name = ServerName::from(self.address.ip());
        let stream = TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(|e| say(&e))?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| say(&e))?;
        Ok((sender, tokio::spawn(connection).abort_handle()))
    }

    /// One request on a connection of its own; an error is what TLS or HTTP says.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<(StatusCode, Bytes), String> {
        let say = |error: &dyn std::fmt::Display| error.to_string();
        let (mut sender, running) = self.connect().await?;
        let request = request(method, path, body);
        let answer = async {
            let response = sender.send_request(request).await.map_err(|e| say(&e))?;
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|e| say(&e))?;
            Ok((status, body.to_bytes()))
        };
        let answer = timeout(PATIENCE, answer).await.expect("an answer in time");
        running.abort();
        answer
    }

    /// One request without a body; only the status of the answer is waited for, which may go on for ever.
    pub(crate) async fn ask_head(&self, method: Method, path: &str) -> Result<StatusCode, String> {
        let (mut sender, running) = self.connect().await?;
        let answer = timeout(PATIENCE, sender.send_request(request(method, path, ""))).await;
        running.abort();
        let answer = answer.expect("an answer in time");
        answer.map(|it| it.status()).map_err(|e| e.to_string())
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let (status, body) = self.ask(Method::GET, path, "").await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body:?}");
        serde_json::from_slice(&body).unwrap()
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &str) -> T {
        let (status, body) = self.ask(Method::POST, path, body).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body:?}");
        serde_json::from_slice(&body).unwrap()
    }

    pub(crate) async fn refused(&self, method: Method, path: &str, body: &str) -> (u16, ErrorBody) {
        let (status, body) = self.ask(method, path, body).await.unwrap();
        (status.as_u16(), serde_json::from_slice(&body).unwrap())
    }
}

/// A request, the status with which it is refused, and its word for programs or a part of its sentence for people.
pub(crate) type Refused<'a> = (Method, &'a str, &'a str, u16, &'a str);

impl Caller {
    /// Each of these is refused.
    pub(crate) async fn refuses_all(&self, cases: &[Refused<'_>]) {
        for (method, path, body, status, word) in cases {
            let (told, error) = self.refused(method.clone(), path, body).await;
            assert_eq!(told, *status, "{path} {body}: {error:?}");
            let is_said = error.code == *word || error.message.contains(word);
            assert!(is_said, "{path} {body}: {error:?} without {word}");
        }
    }

    /// Each of these changes is refused.
    pub(crate) async fn refuses(&self, cases: &[(&str, &str, u16, &str)]) {
        for (path, body, status, word) in cases {
            let case = (Method::POST, *path, *body, *status, *word);
            self.refuses_all(&[case]).await;
        }
    }
}

/// A session that is followed.
pub(crate) struct Tail {
    body: Incoming,
    unread: Vec<u8>,
    running: AbortHandle,
}

impl Caller {
    /// Follows the messages of a session.
    pub(crate) async fn follow(&self, path: &str) -> Tail {
        let (mut sender, running) = self.connect().await.unwrap();
        let answer = timeout(
            PATIENCE,
            sender.send_request(request(Method::GET, path, "")),
        )
        .await;
        let answer = answer.expect("an answer in time").unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Tail {
            body: answer.into_body(),
            unread: Vec::new(),
            running,
        }
    }
}

impl Tail {
    /// The next line.
    pub(crate) async fn next(&mut self) -> TailLine {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                if line.len() > 1 {
                    return serde_json::from_slice(&line).unwrap();
                }
                continue;
            }
            let frame = timeout(PATIENCE, self.body.frame()).await;
            let frame = frame.expect("a line in time").expect("more lines").unwrap();
            self.unread.extend_from_slice(frame.data_ref().unwrap());
        }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn request(method: Method, path: &str, body: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "venue")
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap()
}
