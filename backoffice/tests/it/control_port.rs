//! The exchange's control port as the back office sees it: TLS with client certificates, the same JSON, idempotent by transfer id. The
//! venue's own tests use the real one; here it can also be made silent, forgetful of its answers, or unwilling.

use crate::events;
use crate::feed::Feed;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use market::control::{AccountStatus, OpenAccount, Transfer, TransferOutcome, path};
use market::money::Money;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::PrivateKeyDer;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How the port behaves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It does what it is asked.
    Willing,
    /// It answers 503 and does nothing.
    Unavailable,
    /// It does what it is asked, and then answers 500: the outcome is not known to who asked.
    Forgetful,
}

/// What the port knows and did.
pub(crate) struct Exchange {
    mood: Mutex<Mood>,
    accounts: Mutex<BTreeSet<String>>,
    transfers: Mutex<BTreeMap<String, TransferOutcome>>,
    feed: Feed,
}

/// A running port. Its files are in the folder that it was given.
pub(crate) struct ControlPort {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    exchange: Arc<Exchange>,
}

impl ControlPort {
    /// Makes certificates in `folder` (`ca.pem`, `bo.pem`, `bo.key`) and listens.
    pub(crate) async fn start(folder: &Path, feed: Feed) -> Self {
        let tls = tls(folder);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let exchange = Arc::new(Exchange {
            mood: Mutex::new(Mood::Willing),
            accounts: Mutex::default(),
            transfers: Mutex::default(),
            feed,
        });
        tokio::spawn(serve(listener, tls, Arc::clone(&exchange)));
        Self { address, exchange }
    }

    /// Changes how it behaves.
    pub(crate) fn set_mood(&self, mood: Mood) {
        *self.exchange.mood.lock().unwrap() = mood;
    }

    /// How many transfers it has done or refused.
    pub(crate) fn transfers(&self) -> usize {
        self.exchange.transfers.lock().unwrap().len()
    }

    /// An account that participants opened before.
    pub(crate) fn add_account(&self, name: &str) {
        self.exchange.accounts.lock().unwrap().insert(name.into());
        self.exchange.feed.tell(events::account_opened(name));
    }
}

async fn serve(listener: TcpListener, tls: TlsAcceptor, exchange: Arc<Exchange>) {
    while let Ok((tcp, _)) = listener.accept().await {
        let (tls, exchange) = (tls.clone(), Arc::clone(&exchange));
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(tcp).await else {
                return;
            };
            let service = service_fn(move |request| answer(Arc::clone(&exchange), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            let _ended = connection.await;
        });
    }
}

async fn answer(
    exchange: Arc<Exchange>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mood = *exchange.mood.lock().unwrap();
    if mood == Mood::Unavailable {
        let body = r#"{"code":"unavailable","message":"not now"}"#;
        return Ok(reply(StatusCode::SERVICE_UNAVAILABLE, body.into()));
    }
    let done = match path.as_str() {
        path::ACCOUNTS => exchange.open_account(&body),
        path::TRANSFERS => match exchange.transfer(&body) {
            Some(outcome) => outcome,
            None => {
                let body = r#"{"code":"unknown_asset","message":"asset: unknown asset \"GONE\""}"#;
                return Ok(reply(StatusCode::NOT_FOUND, body.into()));
            }
        },
        _ => return Ok(reply(StatusCode::NOT_FOUND, "{}".into())),
    };
    if mood == Mood::Forgetful {
        return Ok(reply(StatusCode::INTERNAL_SERVER_ERROR, "oops".into()));
    }
    Ok(reply(StatusCode::OK, done))
}

fn reply(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}

impl Exchange {
    fn open_account(&self, body: &[u8]) -> String {
        let OpenAccount { account, .. } = serde_json::from_slice(body).unwrap();
        let existed = !self.accounts.lock().unwrap().insert(account.to_string());
        if !existed {
            self.feed.tell(events::account_opened(account.as_str()));
        }
        serde_json::to_string(&AccountStatus { account, existed }).unwrap()
    }

    /// None for the asset `GONE`, which it does not know at all.
    fn transfer(&self, body: &[u8]) -> Option<String> {
        let transfer: Transfer = serde_json::from_slice(body).unwrap();
        if transfer.asset.as_str() == "GONE" {
            return None;
        }
        let mut transfers = self.transfers.lock().unwrap();
        let outcome = transfers
            .entry(transfer.transfer_id.to_string())
            .or_insert_with(|| self.once(&transfer));
        Some(serde_json::to_string(outcome).unwrap())
    }

    fn once(&self, transfer: &Transfer) -> TransferOutcome {
        if transfer.asset.as_str() != "USD" {
            return TransferOutcome::Refused {
                reason: "unknown asset".into(),
            };
        }
        let event = events::funds(
            transfer.transfer_id.as_str(),
            transfer.account.as_str(),
            &transfer.amount.to_string(),
        );
        TransferOutcome::Posted {
            seq: self.feed.tell(event),
            balance: Money::ZERO,
        }
    }
}

/// An authority, the port's certificate and the back office's, as files in `folder`.
fn tls(folder: &Path) -> TlsAcceptor {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let signed = |names: Vec<String>, usage| {
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &issuer).unwrap(), key)
    };
    let (server, server_key) = signed(
        vec!["127.0.0.1".into()],
        ExtendedKeyUsagePurpose::ServerAuth,
    );
    let (client, client_key) = signed(
        vec!["backoffice".into()],
        ExtendedKeyUsagePurpose::ClientAuth,
    );
    std::fs::write(folder.join("ca.pem"), root.pem()).unwrap();
    std::fs::write(folder.join("bo.pem"), client.pem()).unwrap();
    std::fs::write(folder.join("bo.key"), client_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
    let key = PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
