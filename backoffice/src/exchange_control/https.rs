//! The control port over HTTPS with a client certificate. One connection a request: requests are rare. Every attempt has a
//! time-out, and a request at most [`ATTEMPTS_MAX`] attempts; both requests may be repeated without harm. What the port refuses for good is
//! told apart from what says nothing about the outcome.

use crate::config::ControlConfig;
use crate::error::Error;
use crate::exchange_control::{Answer, ExchangeControl};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use market::control::{AccountStatus, ErrorBody, OpenAccount, Transfer, TransferOutcome, path};
use market::id::AccountName;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How often a request is tried.
pub const ATTEMPTS_MAX: u32 = 3;
/// Pause before the second attempt, in milliseconds; doubled for each further one.
const PAUSE_MS: u64 = 100;
const REQUEST_TIMEOUT: u16 = 408;
const TOO_MANY_REQUESTS: u16 = 429;
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The exchange's control port.
#[derive(Clone)]
pub struct ControlPort {
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: TlsConnector,
    timeout: Duration,
}

impl fmt::Debug for ControlPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ControlPort({}:{})", self.host, self.port)
    }
}

impl ControlPort {
    /// Reads certificates and key; does not connect yet.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key of what cannot be used.
    pub fn new(config: &ControlConfig) -> Result<Self, Error> {
        let (host, port) = address(&config.url)?;
        let name = ServerName::try_from(host.clone())
            .map_err(|e| wrong("control.url", &config.url, &e))?;
        Ok(Self {
            host,
            port,
            name,
            tls: TlsConnector::from(Arc::new(tls(config)?)),
            timeout: Duration::from_millis(config.timeout_ms),
        })
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &'static str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body =
            serde_json::to_vec(body).map_err(|_| Error::Internal("a request has no JSON"))?;
        let body = Bytes::from(body);
        let mut attempt = 0;
        loop {
            let answer = tokio::time::timeout(self.timeout, self.once(path, body.clone())).await;
            let error = match answer {
                Ok(Ok((status, bytes))) => match read(status, &bytes) {
                    Ok(value) => return Ok(value),
                    Err(error) if !is_worth_repeating(status) => return Err(error),
                    Err(error) => error,
                },
                Ok(Err(error)) => error,
                Err(_) => failed("no answer in time"),
            };
            attempt += 1;
            if attempt == ATTEMPTS_MAX {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(PAUSE_MS << attempt)).await;
        }
    }

    async fn once(&self, path: &'static str, body: Bytes) -> Result<(u16, Bytes), Error> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(failed)?;
        let tls = self
            .tls
            .connect(self.name.clone(), tcp)
            .await
            .map_err(failed)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(tls))
                .await
                .map_err(failed)?;
        let request = Request::post(path)
            .header(HOST, format!("{}:{}", self.host, self.port))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(failed)?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(failed)?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
            let bytes = body.collect().await.map_err(failed)?.to_bytes();
            Ok((status, bytes))
        };
        tokio::pin!(connection, exchange);
        tokio::select! {
            biased;
            answer = &mut exchange => answer,
            _ = &mut connection => exchange.await,
        }
    }
}

impl ExchangeControl for ControlPort {
    fn open_account(&self, account: AccountName) -> Answer<'_, AccountStatus> {
        Box::pin(async move {
            self.post(
                path::ACCOUNTS,
                &OpenAccount {
                    account,
                    margin: None,
                },
            )
            .await
        })
    }

    fn transfer(&self, transfer: Transfer) -> Answer<'_, TransferOutcome> {
        Box::pin(async move { self.post(path::TRANSFERS, &transfer).await })
    }
}

fn failed(why: impl fmt::Display) -> Error {
    Error::Exchange {
        why: why.to_string(),
    }
}

fn wrong(key: &'static str, what: &dyn fmt::Display, why: &dyn fmt::Display) -> Error {
    Error::Config {
        key,
        why: format!("{what}: {why}"),
    }
}

fn read<T: DeserializeOwned>(status: u16, bytes: &[u8]) -> Result<T, Error> {
    if status == 200 || status == 201 {
        return serde_json::from_slice(bytes)
            .map_err(|e| failed(format!("an answer that is not understood: {e}")));
    }
    Err(match serde_json::from_slice::<ErrorBody>(bytes) {
        Ok(body) if is_definite(status, &body.code) => Error::ExchangeRefused { why: body.message },
        Ok(body) => failed(format!("{status} {}: {}", body.code, body.message)),
        Err(_) => failed(format!("status {status}")),
    })
}

/// Whether the same request may have another answer in a moment.
const fn is_worth_repeating(status: u16) -> bool {
    status >= 500 || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS
}

/// Whether an answer is about what was asked, and would be the same for ever: then no earlier attempt was done either. Not so 401 and 403
/// (about our certificate, which an operator may have changed meanwhile) or a path that is not there (another server).
fn is_definite(status: u16, code: &str) -> bool {
    matches!(status, 400 | 404 | 409 | 413 | 422) && code != "not_found"
}

fn address(url: &str) -> Result<(String, u16), Error> {
    let bad = || wrong("control.url", &url, &"must be https://HOST:PORT");
    let rest = url.strip_prefix("https://").ok_or_else(bad)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = rest.rsplit_once(':').ok_or_else(bad)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() || host.contains('/') {
        return Err(bad());
    }
    Ok((host.to_owned(), port.parse().map_err(|_| bad())?))
}

fn tls(config: &ControlConfig) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    for authority in certificates("control.ca", &config.ca)? {
        roots
            .add(authority)
            .map_err(|e| wrong("control.ca", &config.ca.display(), &e))?;
    }
    let chain = certificates("control.cert", &config.cert)?;
    let key = PrivateKeyDer::from_pem_file(&config.key)
        .map_err(|e| wrong("control.key", &config.key.display(), &e))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong("control", &"TLS", &e))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|e| wrong("control.cert", &config.cert.display(), &e))
}

fn certificates(
    key: &'static str,
    file: &std::path::Path,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let chain = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong(key, &file.display(), &e))?;
    if chain.is_empty() {
        return Err(wrong(key, &file.display(), &"holds no certificate"));
    }
    Ok(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let good = |url| address(url).unwrap();
        assert_eq!(good("https://127.0.0.1:9443"), ("127.0.0.1".into(), 9443));
        assert_eq!(good("https://localhost:1/"), ("localhost".into(), 1));
        assert_eq!(good("https://[::1]:9"), ("::1".into(), 9));
        for url in [
            "http://a:1",
            "https://a",
            "https://a:x",
            "https://:1",
            "https://a/b:1",
            "",
        ] {
            assert!(address(url).is_err(), "{url}");
        }
    }

    #[test]
    fn refusals_of_the_port_keep_their_words() {
        let body = br#"{"code":"forbidden","message":"role viewer may not"}"#;
        let error = read::<AccountStatus>(403, body).unwrap_err().to_string();
        assert!(
            error.contains("403 forbidden: role viewer may not"),
            "{error}"
        );
        assert!(read::<AccountStatus>(200, b"[]").is_err());
    }

    #[test]
    fn a_refusal_for_good_is_told_from_no_answer() {
        let answer = |status, code: &str| {
            let body = format!(r#"{{"code":"{code}","message":"why"}}"#);
            read::<AccountStatus>(status, body.as_bytes()).unwrap_err()
        };
        for (status, code) in [
            (400, "bad_request"),
            (404, "unknown_asset"),
            (404, "unknown_account"),
            (409, "transfer_mismatch"),
            (413, "too_large"),
            (422, "refused"),
        ] {
            let error = answer(status, code);
            assert!(
                matches!(&error, Error::ExchangeRefused { why } if why == "why"),
                "{error}"
            );
        }
        for (status, code) in [
            (401, "unauthorized"),
            (403, "forbidden"),
            (404, "not_found"),
            (405, "method_not_allowed"),
            (408, "timeout"),
            (429, "busy"),
            (500, "internal"),
            (503, "unavailable"),
        ] {
            let error = answer(status, code);
            assert!(matches!(error, Error::Exchange { .. }), "{status}: {error}");
        }
        let page = read::<AccountStatus>(404, b"<html>").unwrap_err();
        assert!(matches!(page, Error::Exchange { .. }), "{page}");
        assert!([408, 429, 500, 503].into_iter().all(is_worth_repeating));
        assert!(
            ![400, 403, 404, 409, 422]
                .into_iter()
                .any(is_worth_repeating)
        );
    }
}
