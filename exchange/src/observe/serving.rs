//! The connections of the port for whoever watches: so many at the same time, so long for the headers of a request, and a bounded end,
//! whatever a client leaves half said. Knows no page.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

/// Connections at the same time; one more is closed.
const CONNECTIONS: usize = 256;
/// How long a client may take for the headers of a request.
const HEADERS: Duration = Duration::from_secs(10);
/// How long requests that are under way may take once the port closes.
const GOODBYE: Duration = Duration::from_secs(2);
/// Wait after the operating system gives no connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is done, and a little longer what is under way then.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
) {
    let kill = CancellationToken::new();
    let _ends_with_it = kill.clone().drop_guard();
    let port = Port {
        router,
        places: Arc::new(Semaphore::new(CONNECTIONS)),
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
        kill,
    };
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => port.receive(accepted).await,
        }
    }
    port.stop.cancel();
    port.tasks.close();
    // Who has not finished by then is cut off by the drop.
    let _finished = timeout(GOODBYE, port.tasks.wait()).await;
}

struct Port {
    router: Router,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Answer what is asked, then close.
    stop: CancellationToken,
    /// End where you stand.
    kill: CancellationToken,
}

impl Port {
    async fn receive(&self, accepted: io::Result<(TcpStream, SocketAddr)>) {
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(why) => {
                warn!(%why, "no connection could be accepted");
                return tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        };
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            info!(peer = %address, "connection dropped: too many");
            return;
        };
        let kill = self.kill.clone();
        let serving = connection(stream, self.router.clone(), self.stop.clone());
        self.tasks.spawn(async move {
            let _place = place;
            tokio::select! {
                () = kill.cancelled() => {}
                () = serving => {}
            }
        });
    }
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut serving = pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(why) = ended {
        debug!(%why, "a connection ended");
    }
}
