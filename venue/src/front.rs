//! The exchange's side of the wiring: its errors in the venue's words, sorted by what the operator can do about them.

use crate::config::layers::Layers;
use crate::failure::Failure;
use exchange::bootstrap::{BootstrapError, Declared};
use exchange::bus::BusError;
use exchange::certificates::CertificatesError;
use exchange::config::{Config, RangeError};
use exchange::control::ControlError;
use exchange::gateway::GatewayError;
use exchange::hub::HubError;
use exchange::open::{Exchange, OpenError};
use exchange::sequencer::{StopReason, SubmitError};
use journal::JournalError;
use journal::data::DataError;
use journal::snapshot::SnapshotError;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::signal::unix::Signal;

/// How often the sequencer is asked whether it still takes commands.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Opens the exchange.
///
/// # Errors
/// [`Failure`] naming what cannot be had; nothing listens then.
pub async fn open(
    config: Config,
    declared: &Declared,
    data: &Path,
    layers: &Layers,
) -> Result<Exchange, Failure> {
    let opened = exchange::open::open(config, data, declared).await;
    opened.map_err(|error| failure(error, layers))
}

/// Reads certificates and revocation lists again each time that it is told to. Never done.
pub async fn keep_certificates(exchange: &Exchange, told: &mut Signal) -> Failure {
    loop {
        match told.recv().await {
            // What cannot be read is in the log, and changes nothing.
            Some(()) => drop(exchange.reload_certificates().await),
            None => std::future::pending().await,
        }
    }
}

/// Waits until the exchange takes no commands any more by itself, and says why.
pub async fn stopped(exchange: &Exchange) -> Failure {
    let submitter = exchange.hub().submitter.clone();
    loop {
        if let Some(reason) = submitter.stopped() {
            return stop(&reason);
        }
        tokio::time::sleep(WATCH_INTERVAL).await;
    }
}

/// Closes the exchange in good order.
///
/// # Errors
/// [`Failure::Data`] when not everything could be written.
pub async fn shut_down(exchange: Exchange) -> Result<(), Failure> {
    exchange.shut_down().await.map_err(|reason| stop(&reason))
}

/// An address that cannot be listened on.
pub fn port(key: &str, address: SocketAddr, why: &io::Error) -> Failure {
    Failure::Port {
        key: key.into(),
        address: address.to_string(),
        why: why.to_string(),
    }
}

fn failure(error: OpenError, layers: &Layers) -> Failure {
    match error {
        OpenError::Range(error) => range(&error, layers),
        OpenError::KafkaNotBuilt => layers.misconfigured("kafka", &error).into(),
        OpenError::Certificates(CertificatesError::File { key, path, source }) => {
            let why = format!("{}: {source}", path.display());
            layers.misconfigured(&format!("tls.{key}"), why).into()
        }
        OpenError::Certificates(CertificatesError::Tls(error)) => {
            layers.misconfigured("tls", &error).into()
        }
        OpenError::Hub(HubError::Data(error)) => unusable(error),
        OpenError::Hub(HubError::Journal(error)) => damaged(error),
        OpenError::Hub(HubError::Snapshot(error)) => match error {
            SnapshotError::Io { path, source } => Failure::io(&path, &source),
            other => Failure::Data(other.to_string()),
        },
        OpenError::Hub(error @ HubError::OtherVersion { .. }) => Failure::Data(format!(
            "this version of Loggia cannot begin with this data folder: {error}; nothing was changed: put all archived segments back into its \
             journal/, or go on with the version that made the snapshots"
        )),
        OpenError::Hub(HubError::Note(SubmitError::Stopped(reason))) => stop(&reason),
        OpenError::Hub(error @ HubError::Note(SubmitError::Busy)) => {
            Failure::Internal(error.to_string())
        }
        OpenError::Hub(HubError::Threads(error)) => {
            Failure::Outside(format!("the system gives no thread: {error}"))
        }
        OpenError::Bootstrap(error) => undeclared(&error, layers),
        OpenError::Gateway(error) => closed(&error, layers),
        OpenError::Control(ControlError { address, why }) => port("control.listen", address, &why),
        OpenError::Metrics { address, source } => port("metrics.listen", address, &source),
        OpenError::Bus(BusError::Position { file, source }) => Failure::io(&file, &source),
        OpenError::Bus(error @ BusError::Ahead { .. }) => Failure::Data(error.to_string()),
    }
}

fn range(error: &RangeError, layers: &Layers) -> Failure {
    layers.misconfigured(&error.key, error).into()
}

fn unusable(error: DataError) -> Failure {
    match error {
        DataError::InUse { folder, pid } => Failure::in_use(&folder, &pid),
        DataError::NoRights { folder, source }
        | DataError::NoRoom { folder, source }
        | DataError::Unusable { folder, source } => Failure::io(&folder, &source),
    }
}

fn damaged(error: JournalError) -> Failure {
    match error {
        JournalError::Folder(error) => unusable(error),
        JournalError::Io { segment, source } => Failure::io(&segment, &source),
        other => {
            let way_out = way_out(&other);
            Failure::Data(format!(
                "the journal cannot be used: {other}; nothing was changed, restore the data folder from its copy{way_out}"
            ))
        }
    }
}

/// How to start without what is damaged.
fn way_out(error: &JournalError) -> String {
    let place = error.place().map(|(segment, offset)| {
        let name = segment.file_name().unwrap_or_default().to_string_lossy();
        format!(", or give up everything from there on: --accept-journal-damage {name}:{offset}")
    });
    place.unwrap_or_default()
}

fn closed(error: &GatewayError, layers: &Layers) -> Failure {
    match error {
        GatewayError::Schedule(error) => range(error, layers),
        GatewayError::Listen { key, address, why } => port(key, *address, why),
        GatewayError::Folder { folder, why } => Failure::io(folder, why),
        GatewayError::PlainNotLoopback(_) | GatewayError::Store(_) | GatewayError::Stopped => {
            Failure::Data(error.to_string())
        }
    }
}

/// What is listed does not fit together, or does not fit what is there.
fn undeclared(error: &BootstrapError, layers: &Layers) -> Failure {
    match error {
        BootstrapError::Unknown { .. }
        | BootstrapError::Fault { .. }
        | BootstrapError::Refused { .. } => {
            let lists = ["instruments", "accounts", "participants"];
            let key = lists.into_iter().find(|key| !layers.is_default(key));
            layers.misconfigured(key.unwrap_or("demo"), error).into()
        }
        BootstrapError::Submit(SubmitError::Stopped(reason)) => stop(reason),
        BootstrapError::Submit(SubmitError::Busy)
        | BootstrapError::Hash(_)
        | BootstrapError::NoRandomness(_) => Failure::Internal(error.to_string()),
    }
}

fn stop(reason: &StopReason) -> Failure {
    match reason {
        StopReason::Journal(_) => Failure::Data(format!(
            "the exchange has stopped: {reason}; make room or mend the disk and start again: nothing that was acknowledged is lost"
        )),
        StopReason::ShutDown | StopReason::Defect => Failure::Internal(reason.to_string()),
    }
}
