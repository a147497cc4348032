//! The process: the signals that end it, the time that ending may take, what it prints. It knows nothing of a venue.

use crate::failure::Failure;
use std::future::Future;
use std::io::Write;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long everything may take to close before the process ends all the same.
const SHUTDOWN_MAX: Duration = Duration::from_secs(30);

/// Done at the first SIGINT or SIGTERM from now on.
///
/// # Errors
/// [`Failure::Outside`] when the system gives no signals.
pub fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Each SIGHUP from now on: the process goes on and reads again what may change while it runs.
///
/// # Errors
/// [`Failure::Outside`] when the system gives no signals.
pub fn told_to_reload() -> Result<Signal, Failure> {
    listen(SignalKind::hangup())
}

fn listen(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|e| Failure::Outside(format!("the system gives no signals: {e}")))
}

/// What is being opened, unless the process is told to stop meanwhile: then it is left as it is, as if the process had been killed.
///
/// # Errors
/// Why it cannot be opened.
pub async fn unless_told<T>(
    told: impl Future<Output = ()>,
    opening: impl Future<Output = Result<T, Failure>>,
) -> Result<Option<T>, Failure> {
    tokio::select! {
        opened = opening => opened.map(Some),
        () = told => {
            tracing::info!("told to stop while opening");
            Ok(None)
        }
    }
}

/// What is being closed, in bounded time.
///
/// # Errors
/// Its own, or [`Failure::Internal`] when the time is over.
pub async fn in_time(closing: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tracing::info!("closing");
    tokio::time::timeout(SHUTDOWN_MAX, closing)
        .await
        .unwrap_or_else(|_| {
            let secs = SHUTDOWN_MAX.as_secs();
            let why = format!("not everything closed within {secs} s");
            Err(Failure::Internal(why))
        })
}

/// Prints to standard output. That nobody reads it does not stop a venue.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
