//! [`Server`]: the library's acceptor with one session and a port, or its initiator with one host. In: options, a clock, a stage.
//! Out: sockets.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::backoff::Backoff;
use fix_engine::io::client::Target;
use fix_engine::io::clock::Clock;
use fix_engine::io::file_store::FileStore;
use fix_engine::io::handle::SessionHandle;
use fix_engine::io::initiator::{Initiator, InitiatorConfig};
use fix_engine::io::link::LinkLimits;
use fix_engine::io::session_task::SessionParts;
use fix_engine::session::config::Role;
use fix_engine::session::input::{Input, Send};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::yield_now;

use super::super::options::Options;
use super::stage::Stage;

/// Longer than any conversation: the initiator connects when the file says so.
const NEVER: Duration = Duration::from_secs(50 * 365 * 86_400);

pub(super) struct Server {
    session: SessionHandle,
    side: Side,
}

enum Side {
    Acceptor {
        acceptor: Acceptor,
        address: SocketAddr,
    },
    Initiator {
        initiator: Initiator,
        listener: TcpListener,
    },
    Dead,
}

impl Server {
    pub(super) async fn start(
        options: &Options,
        folder: &Path,
        clock: &Clock,
        stage: &Stage,
    ) -> Server {
        let parts = SessionParts {
            config: options.config.clone(),
            store: Box::new(FileStore::open(folder.join("store")).expect("a good store")),
            application: Box::new(stage.clone()),
        };
        let link = LinkLimits {
            message_max_bytes: options.message_max_bytes,
            ..LinkLimits::default()
        };
        match options.config.role {
            Role::Acceptor => accept(parts, link, clock, stage).await,
            Role::Initiator => initiate(parts, link, clock, stage).await,
        }
    }

    pub(super) fn session(&self) -> &SessionHandle {
        &self.session
    }

    pub(super) fn is_initiator(&self) -> bool {
        matches!(self.side, Side::Initiator { .. })
    }

    /// One more connection than the `open` ones, made by the peer or by our initiator.
    pub(super) async fn connect(&self, open: usize) -> TcpStream {
        match &self.side {
            Side::Acceptor { acceptor, address } => {
                // Until the end of each former one is noticed: else one that goes could make up for the one that comes.
                while acceptor.connections() > open {
                    yield_now().await;
                }
                let before = acceptor.connections();
                let stream = TcpStream::connect(address).await.expect("a port is open");
                while acceptor.connections() == before {
                    yield_now().await;
                }
                stream
            }
            Side::Initiator {
                initiator,
                listener,
            } => {
                initiator.connect_now();
                listener.accept().await.expect("it connects").0
            }
            Side::Dead => panic!("the server is dead"),
        }
    }

    /// What the application asks of the session from outside.
    pub(super) async fn ask(&self, input: Input) {
        let session = &self.session;
        let asked = match input {
            Input::Send(body, Send::Durable(cause)) => session.send_caused(body, cause).await,
            Input::Send(body, Send::Transient) => session.send_transient(body).await,
            Input::Confirm { msg_seq_num } => session.confirm(msg_seq_num).await,
            Input::Logout { text } => session.log_out(text).await,
            Input::Reset => session.reset().await,
            Input::SetNumbers { next_in, next_out } => session.set_numbers(next_in, next_out).await,
            other => panic!("no application says {other:?}"),
        };
        asked.expect("the session lives");
    }

    /// The process dies: no word to anybody.
    pub(super) async fn kill(&mut self) {
        self.side = Side::Dead;
        while self.session.status().await.is_ok() {
            yield_now().await;
        }
    }
}

async fn accept(parts: SessionParts, link: LinkLimits, clock: &Clock, stage: &Stage) -> Server {
    let acceptor = Acceptor::new(AcceptorConfig {
        link,
        clock: clock.clone(),
        handover_wait: Duration::ZERO,
        doorkeeper: Arc::new(stage.clone()),
        observer: Arc::new(stage.clone()),
        ..AcceptorConfig::default()
    });
    let session = acceptor.add(parts).expect("the only session");
    let address = acceptor.listen("127.0.0.1:0").await.expect("loopback");
    Server {
        session,
        side: Side::Acceptor { acceptor, address },
    }
}

async fn initiate(parts: SessionParts, link: LinkLimits, clock: &Clock, stage: &Stage) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let config = InitiatorConfig {
        backoff: Backoff {
            first: NEVER,
            max: NEVER,
            jitter_percent: 0,
        },
        connects_at_start: false,
        link,
        observer: Arc::new(stage.clone()),
        clock: clock.clone(),
        ..InitiatorConfig::new(vec![Target::plain(address)])
    };
    let initiator = Initiator::start(config, parts).expect("one host");
    Server {
        session: initiator.session().clone(),
        side: Side::Initiator {
            initiator,
            listener,
        },
    }
}
