//! The listener: at most so many connections, a bounded time for headers, and an orderly end: what is being answered is finished.

use crate::error::Error;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take for the headers of a request, in seconds.
const HEADERS_TIMEOUT_SECS: u64 = 10;
/// How long requests that are being answered get at the end, in seconds.
const DRAIN_SECS: u64 = 10;
/// Pause after a failed accept (no file descriptors), in milliseconds.
const ACCEPT_PAUSE_MS: u64 = 50;

/// Serves until `stop`, then finishes what is being answered.
///
/// # Errors
/// None at present; the listener is bound before.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    stop: CancellationToken,
) -> Result<(), Error> {
    let places = Arc::new(Semaphore::new(connections_max.max(1)));
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, place)) = accepted else {
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            let _place = place;
            connection(stream, router, stop).await;
        });
    }
    tasks.close();
    let drained = tokio::time::timeout(Duration::from_secs(DRAIN_SECS), tasks.wait()).await;
    if drained.is_err() {
        tracing::warn!("some requests were cut off at the end");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(why) => {
            tracing::warn!(%why, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEADERS_TIMEOUT_SECS))
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            if let Err(why) = ended {
                tracing::debug!(%why, "a connection ended");
            }
            return;
        }
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    if let Err(why) = connection.await {
        tracing::debug!(%why, "a connection ended");
    }
}
