//! The exchange's side of the wiring: hub, bootstrap, gateway, control port, metrics, and with Kafka the bus, opened in this
//! order and closed in the opposite one. Sections of the configuration in, [`Front`] out.

use crate::failure::Failure;
use exchange::bootstrap::{self, BootstrapError, Declared};
use exchange::bus::local::LocalBus;
use exchange::clock::SystemClock;
use exchange::config::{Config, TlsConfig};
use exchange::control::{Control, ControlError, ControlParts};
use exchange::data::DataError;
use exchange::gateway::{Gateway, GatewayError, GatewayParts};
use exchange::hub::{self, Hub, HubError, Running};
use exchange::journal::JournalError;
use exchange::journal::disk::Files;
use exchange::observe::Observe;
use exchange::sequencer::{StopReason, SubmitError};
use fix_engine::io::tls::{ClientCertificates, Identity, TlsError, server_config};
use market::id::Symbol;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How often the sequencer is asked whether it still takes commands.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Where the exchange listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// FIX, plain.
    pub plain: SocketAddr,
    /// FIX over TLS.
    pub tls: SocketAddr,
    /// Control port.
    pub control: SocketAddr,
    /// Metrics and health.
    pub metrics: SocketAddr,
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            plain,
            tls,
            control,
            metrics,
        } = self;
        write!(
            f,
            "fix.plain {plain}, fix.tls {tls}, control {control}, metrics {metrics}"
        )
    }
}

/// The running exchange.
pub struct Front {
    hub: Hub,
    running: Running,
    gateway: Gateway,
    control: Control,
    metrics: SocketAddr,
    observing: JoinHandle<io::Result<()>>,
    observed: CancellationToken,
    #[cfg(feature = "kafka")]
    bus: Option<(JoinHandle<()>, CancellationToken)>,
}

impl Front {
    /// Opens everything; the metrics port first, so that a long replay can be watched from the next start on.
    ///
    /// # Errors
    /// [`Failure`] naming what cannot be had; nothing listens then.
    pub async fn open(config: Config, declared: &Declared, data: &Path) -> Result<Self, Failure> {
        let tls = config.tls.under(data);
        let fix_tls = certificates(&tls, Clients::May)?;
        let control_tls = certificates(&tls, Clients::Must)?;
        let (hub, running) = open_hub(&config, data).await?;
        let observe = Observe::bind(
            config.metrics.listen,
            hub.metrics.clone(),
            hub.health.clone(),
        )
        .await
        .map_err(|e| port("metrics.listen", config.metrics.listen, &e))?;
        let metrics = observe.address();
        let observed = CancellationToken::new();
        let observing = tokio::spawn(observe.serve(observed.clone().cancelled_owned()));
        bootstrap::bootstrap(&hub, declared)
            .await
            .map_err(|e| undeclared(&e))?;
        let gateway = Gateway::open(GatewayParts {
            config: config.fix,
            hub: hub.clone(),
            tls: fix_tls,
        })
        .await
        .map_err(|e| closed(&e))?;
        let control = Control::open(ControlParts {
            config: config.control,
            tls: control_tls,
            hub: hub.clone(),
            roster: gateway.roster().clone(),
            view: gateway.view().clone(),
        })
        .await
        .map_err(|ControlError { address, why }| port("control.listen", address, &why))?;
        #[cfg(feature = "kafka")]
        let bus = config
            .kafka
            .map(|kafka| open_bus(&hub, &kafka))
            .transpose()?;
        Ok(Self {
            hub,
            running,
            gateway,
            control,
            metrics,
            observing,
            observed,
            #[cfg(feature = "kafka")]
            bus,
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        Addresses {
            plain: self.gateway.plain(),
            tls: self.gateway.tls(),
            control: self.control.address(),
            metrics: self.metrics,
        }
    }

    /// Its handles.
    pub const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The bus within this process.
    pub fn local_bus(&self) -> LocalBus {
        LocalBus::new(&self.hub)
    }

    /// All instruments.
    pub fn symbols(&self) -> Vec<Symbol> {
        let instruments = self.hub.directory.instruments();
        instruments.iter().map(|i| i.symbol).collect()
    }

    /// Waits until the exchange takes no commands any more by itself, and says why.
    pub async fn stopped(&self) -> Failure {
        loop {
            if let Some(reason) = self.hub.submitter.stopped() {
                return stop_failure(&reason);
            }
            tokio::time::sleep(WATCH_INTERVAL).await;
        }
    }

    /// Logs everybody out, writes and syncs what was taken, empties the bus, closes the ports.
    ///
    /// # Errors
    /// When not everything could be written.
    pub async fn shut_down(self) -> Result<(), Failure> {
        self.gateway.shut_down().await;
        self.control.shut_down().await;
        let running = self.running;
        let written = tokio::task::spawn_blocking(move || running.shut_down())
            .await
            .map_err(|e| Failure::Internal(e.to_string()))?;
        #[cfg(feature = "kafka")]
        if let Some((sending, stop)) = self.bus {
            // The feed has ended: the bus ends by itself once everything is acknowledged.
            let mut sending = sending;
            if tokio::time::timeout(BUS_WAIT, &mut sending).await.is_err() {
                stop.cancel();
                // It ends within its own bound; what it did not send it sends after the next start.
                let _ = sending.await;
            }
        }
        self.observed.cancel();
        // Serving ends with an error only when the listener failed, which no longer matters.
        let _ = self.observing.await;
        written.map_err(|reason| stop_failure(&reason))
    }
}

/// How long a shutdown waits for Kafka before it leaves the rest to the next start.
#[cfg(feature = "kafka")]
const BUS_WAIT: Duration = Duration::from_secs(5);

#[cfg(feature = "kafka")]
fn open_bus(
    hub: &Hub,
    config: &exchange::config::KafkaConfig,
) -> Result<(JoinHandle<()>, CancellationToken), Failure> {
    let bus = exchange::bus::kafka::KafkaBus::open(hub, config)
        .map_err(|e| Failure::io(&hub.data.join("bus"), &e))?;
    let stop = CancellationToken::new();
    Ok((tokio::spawn(bus.run(stop.clone())), stop))
}

/// Replaying blocks, so it has a thread of its own.
async fn open_hub(config: &Config, data: &Path) -> Result<(Hub, Running), Failure> {
    let journal = config.journal.clone();
    let data = data.to_owned();
    let opening = tokio::task::spawn_blocking(move || {
        hub::open(
            &journal,
            &data,
            Box::new(Files),
            Box::new(SystemClock::default()),
        )
    });
    let opened = opening
        .await
        .map_err(|e| Failure::Internal(e.to_string()))?;
    opened.map_err(|error| match error {
        HubError::Data(error) => unusable(error),
        HubError::Journal(error) => damaged(error),
        HubError::Threads(error) => {
            Failure::Outside(format!("the system gives no thread: {error}"))
        }
    })
}

/// Whether clients may or must show a certificate.
#[derive(Clone, Copy)]
enum Clients {
    May,
    Must,
}

fn certificates(
    tls: &TlsConfig,
    clients: Clients,
) -> Result<std::sync::Arc<rustls::ServerConfig>, Failure> {
    let read = |path: &Path| std::fs::read(path).map_err(|e| Failure::io(path, &e));
    let authorities = &read(&tls.ca)?;
    let (certificates, key) = (read(&tls.cert)?, read(&tls.key)?);
    let identity = Identity {
        certificates: &certificates,
        key: &key,
    };
    let clients = match clients {
        Clients::May => ClientCertificates::Optional { authorities },
        Clients::Must => ClientCertificates::Required { authorities },
    };
    server_config(identity, clients).map_err(|error| {
        let blamed = match &error {
            TlsError::Pem { what, .. } if what.contains("authorit") => &tls.ca,
            TlsError::Pem { what, .. } if what.contains("key") => &tls.key,
            _ => &tls.cert,
        };
        Failure::Data(format!("{}: {error}", blamed.display()))
    })
}

/// An address that cannot be listened on.
pub fn port(key: &str, address: SocketAddr, why: &io::Error) -> Failure {
    Failure::Port {
        key: key.into(),
        address: address.to_string(),
        why: why.to_string(),
    }
}

fn unusable(error: DataError) -> Failure {
    match error {
        DataError::InUse { folder, pid } => Failure::Folder {
            path: folder,
            why: format!(
                "in use by process {pid}; stop that one, or name another folder with --data"
            ),
        },
        DataError::NoRights { folder, source }
        | DataError::NoRoom { folder, source }
        | DataError::Unusable { folder, source } => Failure::io(&folder, &source),
    }
}

fn damaged(error: JournalError) -> Failure {
    match error {
        JournalError::Folder(error) => unusable(error),
        JournalError::Io { segment, source } => Failure::io(&segment, &source),
        other => Failure::Data(format!(
            "the journal cannot be used: {other}; nothing was changed, restore the data folder from its copy"
        )),
    }
}

fn closed(error: &GatewayError) -> Failure {
    match error {
        GatewayError::Listen { key, address, why } => port(key, *address, why),
        GatewayError::Folder { folder, why } => Failure::io(folder, why),
        GatewayError::PlainNotLoopback(_) | GatewayError::Store(_) | GatewayError::Stopped => {
            Failure::Data(error.to_string())
        }
    }
}

fn undeclared(error: &BootstrapError) -> Failure {
    match error {
        BootstrapError::Unknown { .. } | BootstrapError::Refused { .. } => {
            Failure::Config(crate::config::layers::Misconfigured {
                key: "instruments, accounts, participants".into(),
                source: "what is listed".into(),
                why: error.to_string(),
            })
        }
        BootstrapError::Submit(SubmitError::Stopped(reason)) => stop_failure(reason),
        BootstrapError::Submit(SubmitError::Busy) | BootstrapError::Hash(_) => {
            Failure::Internal(error.to_string())
        }
    }
}

fn stop_failure(reason: &StopReason) -> Failure {
    match reason {
        StopReason::Journal(_) => Failure::Data(format!(
            "the exchange has stopped: {reason}; make room or mend the disk and start again: nothing that was acknowledged is lost"
        )),
        StopReason::ShutDown | StopReason::Defect => Failure::Internal(reason.to_string()),
    }
}
