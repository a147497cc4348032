//! A small acceptor over loopback with one session and an application that echoes.
//! In: connections. Out: echoes. The session outlives its connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fix_engine::codec::body::Body;
use fix_engine::io::clock;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::io::stream::Stream;
use fix_engine::io::tls::{self, ClientCertificates, Fingerprint};
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::logon::LogonRequest;
use fix_engine::session::memory_store::MemoryStore;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::FramedRead;

use super::authority::{Authority, Issued};

/// A running acceptor; it ends when this is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    fingerprint: Arc<Mutex<Option<Fingerprint>>>,
    task: JoinHandle<()>,
}

/// TLS of a server.
pub(super) struct ServerTls<'a> {
    pub(super) authority: &'a Authority,
    pub(super) identity: &'a Issued,
    pub(super) is_required: bool,
}

impl Server {
    pub(super) async fn start(tls: Option<ServerTls<'_>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let fingerprint = Arc::new(Mutex::new(None));
        let acceptor = tls.map(|tls| {
            let authorities = tls.authority.pem.as_bytes();
            let clients = if tls.is_required {
                ClientCertificates::Required { authorities }
            } else {
                ClientCertificates::Optional { authorities }
            };
            TlsAcceptor::from(
                tls::server_config(tls.identity.identity(), clients).expect("good certificates"),
            )
        });
        let task = tokio::spawn(serve(listener, acceptor, fingerprint.clone()));
        Server {
            address,
            fingerprint,
            task,
        }
    }

    /// The certificate of the peer that connected last.
    pub(super) async fn last_fingerprint(&self) -> Option<Fingerprint> {
        *self.fingerprint.lock().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    fingerprint: Arc<Mutex<Option<Fingerprint>>>,
) {
    let mut session = Session::new(SessionConfig::acceptor("ISLD", "TW"));
    let mut store = MemoryStore::new();
    let mut sent = 0;
    while let Ok((tcp, _)) = listener.accept().await {
        let stream = match &acceptor {
            None => Stream::Plain(tcp),
            Some(acceptor) => match acceptor.accept(tcp).await {
                Ok(stream) => Stream::Tls(Box::new(stream.into())),
                Err(_) => continue,
            },
        };
        *fingerprint.lock().await = stream.peer_fingerprint();
        let mut framed = FramedRead::new(stream, Frames::default());
        converse(&mut framed, &mut session, &mut store, &mut sent).await;
        session.handle(
            clock::now(),
            Input::Disconnected,
            &mut store,
            &mut Vec::new(),
        );
    }
}

/// The drive loop of the crate's documentation.
async fn converse(
    framed: &mut FramedRead<Stream, Frames>,
    session: &mut Session,
    store: &mut MemoryStore,
    sent: &mut u64,
) {
    let Some(Ok(Frame::Message(logon))) = framed.next().await else {
        return;
    };
    let request = LogonRequest::read(&logon).expect("the client sends a Logon");
    assert_eq!(
        request.password.as_ref().map(|password| password.reveal()),
        Some("secret")
    );
    let mut actions = Vec::new();
    session.handle(clock::now(), Input::Connected, store, &mut actions);
    session.handle(clock::now(), Input::Message(logon), store, &mut actions);
    loop {
        while !actions.is_empty() {
            for action in std::mem::take(&mut actions) {
                match action {
                    Action::Transmit(bytes) => {
                        framed.get_mut().write_all(&bytes).await.unwrap_or_default()
                    }
                    Action::Deliver(message) => {
                        *sent += 1;
                        let body = Body::of(message.msg_type(), message.view());
                        let send = Send::Durable(Cause {
                            entry: *sent,
                            index: 0,
                        });
                        session.handle(clock::now(), Input::Send(body, send), store, &mut actions);
                        let msg_seq_num = message.msg_seq_num().expect("the session has read it");
                        session.handle(
                            clock::now(),
                            Input::Confirm { msg_seq_num },
                            store,
                            &mut actions,
                        );
                    }
                    Action::Disconnect { .. } => {
                        let _ = framed.get_mut().shutdown().await;
                        return;
                    }
                    _ => {}
                }
            }
        }
        let _ = framed.get_mut().flush().await;
        let wait = session
            .next_timeout()
            .map_or(Duration::from_secs(60), |at| {
                Duration::from_nanos(u64::try_from(at.nanos_since(clock::now())).unwrap_or(0))
            });
        let input = tokio::select! {
            frame = framed.next() => match frame {
                Some(Ok(frame)) => Input::from(frame),
                _ => return,
            },
            () = tokio::time::sleep(wait) => Input::Tick,
        };
        session.handle(clock::now(), input, store, &mut actions);
    }
}
