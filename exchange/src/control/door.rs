//! [`Door`]: connections to the control port. A handshake runs in a task of its own, so that a slow one holds up nobody; there is a
//! bounded number of connections, and a handshake has a deadline.

use crate::control::caller::Caller;
use crate::revoked::Revoked;
use axum::serve::Listener;
use fix_engine::io::tls::live::LiveTls;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

/// Connections at the same time, handshakes included.
const CONNECTIONS: usize = 256;
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Wait after the operating system gives no connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where authenticated connections come out.
pub(crate) struct Door {
    address: SocketAddr,
    entered: mpsc::Receiver<(TlsStream<TcpStream>, Caller)>,
}

impl Door {
    /// Starts to accept.
    pub(crate) fn open(
        listener: TcpListener,
        address: SocketAddr,
        (tls, revoked): (LiveTls, Revoked),
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Self {
        let (sender, entered) = mpsc::channel(1);
        let porter = Porter {
            listener,
            tls,
            revoked,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
            entered: sender,
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        tasks.spawn(porter.run());
        Self { address, entered }
    }
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = Caller;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.entered.recv().await {
            Some(entered) => entered,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Caller> {
        let places = Arc::new(Semaphore::new(1));
        let place = places.try_acquire_owned().map_err(io::Error::other)?;
        Ok(Caller::new(self.address, None, Revoked::default(), place))
    }
}

struct Porter {
    listener: TcpListener,
    tls: LiveTls,
    revoked: Revoked,
    places: Arc<Semaphore>,
    entered: mpsc::Sender<(TlsStream<TcpStream>, Caller)>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Porter {
    async fn run(self) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.receive(stream, address),
                Err(why) => {
                    warn!(%why, "no control connection could be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn receive(&self, stream: TcpStream, address: SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            info!(peer = %address, "control connection dropped: too many");
            return;
        };
        let tls = self.tls.acceptor();
        let revoked = self.revoked.clone();
        let entered = self.entered.clone();
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let handshake = tokio::select! {
                () = stop.cancelled() => return,
                handshake = timeout(HANDSHAKE, tls.accept(stream)) => handshake,
            };
            match handshake.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => {
                    let shown = stream.get_ref().1.peer_certificates();
                    let certificate = shown.and_then(<[_]>::first).map(|it| it.as_ref());
                    let caller = Caller::new(address, certificate, revoked, place);
                    let _closing = entered.send((stream, caller)).await;
                }
                Err(why) => info!(peer = %address, %why, "control connection: TLS failed"),
            }
        });
    }
}
