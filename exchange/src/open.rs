//! [`open`]: the whole exchange from a configuration: hub, declared list, gateway, control port, observation port, bus, bell, conductor. And its orderly end.

use crate::bootstrap::{self, BootstrapError, Declared, bootstrap_beside};
use crate::bus::BusError;
#[cfg(feature = "kafka")]
use crate::bus::kafka::KafkaBus;
use crate::bus::local::LocalBus;
use crate::calendar::Calendar;
use crate::calendar::bell::Bell;
use crate::calendar::conductor::Conductor;
use crate::calendar::index::Compositions;
use crate::calendar::markets::Markets;
use crate::certificates::{Certificates, CertificatesError};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, KafkaConfig, RangeError};
use crate::control::{Control, ControlError, ControlParts};
use crate::gateway::{Gateway, GatewayError, GatewayParts};
use crate::hub::{self, Hub, HubError, Running};
use crate::metrics::labels::Reload;
use crate::observe::Observe;
use crate::sequencer::StopReason;
use journal::disk::Files;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the bus may take to send what is left when the venue shuts down.
const BUS_WAIT: Duration = Duration::from_secs(10);

/// A running exchange.
#[derive(Debug)]
pub struct Exchange {
    hub: Hub,
    running: Running,
    doors: Doors,
}

/// Where an exchange listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Why an exchange cannot be opened. The operator is to blame, or the disk; nothing runs then.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A value of the configuration is outside its range.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// `[kafka]` is configured, and this program is built without it.
    #[error("[kafka] is configured, but this program is built without the cargo feature `kafka`")]
    KafkaNotBuilt,
    /// Certificates, key or revocation lists cannot be used.
    #[error(transparent)]
    Certificates(#[from] CertificatesError),
    /// Data folder or journal.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The declared list does not fit.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// The FIX ports or the sessions.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The control port.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The port for metrics and health.
    #[error("metrics.listen = {address}: {source}")]
    Metrics {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The bus to Kafka.
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// Everything that runs on tokio.
#[derive(Debug)]
struct Doors {
    certificates: Certificates,
    gateway: Gateway,
    control: Control,
    observe_address: SocketAddr,
    observe: JoinHandle<io::Result<()>>,
    bus: Option<JoinHandle<()>>,
    bell: JoinHandle<()>,
    conductor: JoinHandle<()>,
    /// Ends observation, bell and conductor, and the bus where the feed does not.
    stop: CancellationToken,
}

/// Opens the exchange whose data folder is `data`, with everything that `declared` lists. Returns once it takes orders. Old segments are not
/// put away before the caller has asked for the bus, if it needs one, and has told the hub's [`Holds`](crate::holds::Holds) to settle.
///
/// # Errors
/// An [`OpenError`] naming what cannot be had.
pub async fn open(config: Config, data: &Path, declared: &Declared) -> Result<Exchange, OpenError> {
    open_at(config, data, declared, SystemClock::default()).await
}

/// [`open`] with this clock instead of the machine's: its copies stamp the entries, end the trading days, change the phases, and are what operators
/// count from.
///
/// # Errors
/// As [`open`].
pub async fn open_at(
    config: Config,
    data: &Path,
    declared: &Declared,
    clock: impl Clock + Clone + 'static,
) -> Result<Exchange, OpenError> {
    config.check()?;
    if config.kafka.is_some() && cfg!(not(feature = "kafka")) {
        return Err(OpenError::KafkaNotBuilt);
    }
    let (hub, running) = start(&config, data, Box::new(clock.clone())).await?;
    match Doors::open(config, &hub, declared, clock).await {
        Ok(doors) => {
            hub.health.opened();
            Ok(Exchange {
                hub,
                running,
                doors,
            })
        }
        Err(error) => {
            // The first error is the one that matters.
            let _second = end(running).await;
            Err(error)
        }
    }
}

impl Exchange {
    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        Addresses {
            plain: self.doors.gateway.plain(),
            tls: self.doors.gateway.tls(),
            control: self.doors.control.address(),
            metrics: self.doors.observe_address,
        }
    }

    /// Its handles: submitter, feed, directory, figures, health.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The bus within the process.
    pub fn bus(&self) -> LocalBus {
        LocalBus::new(&self.hub)
    }

    /// Reads the files of `[tls]` again: a renewed certificate, another authority, longer revocation lists. Handshakes from now on go by
    /// them, and sessions whose certificate is revoked end; other connections go on.
    ///
    /// # Errors
    /// A [`CertificatesError`] naming the file; everything is as before then.
    pub async fn reload_certificates(&self) -> Result<(), CertificatesError> {
        let reloads = &self.hub.metrics.fix.certificate_reloads;
        match self.doors.certificates.reload() {
            Ok(revoked) => {
                reloads.inc(Reload::Done);
                tracing::info!(revoked, "certificates and revocation lists are read again");
                self.doors.gateway.end_revoked().await;
                Ok(())
            }
            Err(why) => {
                reloads.inc(Reload::Failed);
                tracing::warn!(%why, "certificates and revocation lists stay as they were");
                Err(why)
            }
        }
    }

    /// Runs until `shutdown` is done, then ends in good order.
    ///
    /// # Errors
    /// As [`Exchange::shut_down`].
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), StopReason> {
        shutdown.await;
        self.shut_down().await
    }

    /// Logs everybody out, writes and syncs what was taken, lets the bus send what is left, and ends everything.
    ///
    /// # Errors
    /// Why not everything could be written.
    pub async fn shut_down(self) -> Result<(), StopReason> {
        let Self {
            hub,
            running,
            doors,
        } = self;
        hub.health.ail("start", "the venue is shutting down");
        doors.control.shut_down().await;
        doors.gateway.shut_down().await;
        let ended = end(running).await;
        if let Some(bus) = doors.bus
            && tokio::time::timeout(BUS_WAIT, bus).await.is_err()
        {
            tracing::warn!("the bus has not sent everything: the next start goes on");
        }
        doors.stop.cancel();
        if doors.bell.await.is_err() {
            tracing::warn!("the task that ends trading days ended in a panic");
        }
        if doors.conductor.await.is_err() {
            tracing::warn!("the task that changes phases ended in a panic");
        }
        if let Ok(Err(error)) = doors.observe.await {
            tracing::warn!(%error, "the metrics port ended in an error");
        }
        ended
    }
}

/// Replays the journal and starts the threads, off the async tasks.
async fn start(
    config: &Config,
    data: &Path,
    clock: Box<dyn Clock>,
) -> Result<(Hub, Running), HubError> {
    let (journal, data) = (config.journal.clone(), data.to_owned());
    let opening =
        tokio::task::spawn_blocking(move || hub::open(&journal, &data, Box::new(Files), clock));
    match opening.await {
        Ok(opened) => opened,
        Err(error) => Err(HubError::Threads(io::Error::other(error))),
    }
}

/// Ends the threads, off the async tasks.
async fn end(running: Running) -> Result<(), StopReason> {
    tokio::task::spawn_blocking(move || running.shut_down())
        .await
        .unwrap_or(Err(StopReason::Defect))
}

impl Doors {
    /// Opens everything that stands around the hub.
    async fn open(
        config: Config,
        hub: &Hub,
        declared: &Declared,
        clock: impl Clock + Clone + 'static,
    ) -> Result<Self, OpenError> {
        let certificates = Certificates::open(config.tls.under(&hub.data))?;
        let address = config.metrics.listen;
        let observe = Observe::bind(address, hub.metrics.registry().clone(), hub.health.clone())
            .await
            .map_err(|source| OpenError::Metrics { address, source })?;
        let calendar = Calendar::new(&config.calendar)?;
        let mut bell = Bell::new(calendar.clone(), Box::new(clock.clone()), hub.clone());
        // A day that ended while the venue was down ends before anybody can enter an order.
        bell.ring_if_due().await.map_err(BootstrapError::Submit)?;
        bootstrap::seed(hub).await?;
        let markets = Markets::new(&config.calendar)?;
        bootstrap_beside(hub, declared, &markets).await?;
        let compositions = Compositions::new(&config.calendar)?;
        let mut conductor =
            Conductor::new(markets, Box::new(clock.clone()), hub.clone()).with_index(compositions);
        // Where the calendar has the instruments now is where participants find them.
        conductor.look().await.map_err(BootstrapError::Submit)?;
        let gateway = Gateway::open(GatewayParts {
            config: config.fix,
            calendar,
            hub: hub.clone(),
            tls: certificates.fix.clone(),
            revoked: certificates.revoked.clone(),
        })
        .await?;
        let control = Control::open(ControlParts {
            config: config.control,
            tls: certificates.control.clone(),
            revoked: certificates.revoked.clone(),
            hub: hub.clone(),
            roster: gateway.roster().clone(),
            view: gateway.view().clone(),
            clock: Box::new(clock),
        })
        .await?;
        let stop = CancellationToken::new();
        let bus = match &config.kafka {
            Some(kafka) => Some(start_bus(hub, kafka, &stop)?),
            None => None,
        };
        Ok(Self {
            certificates,
            gateway,
            control,
            observe_address: observe.address(),
            observe: tokio::spawn(observe.serve(stop.clone().cancelled_owned())),
            bus,
            bell: tokio::spawn(bell.run(stop.clone())),
            conductor: tokio::spawn(conductor.run(stop.clone())),
            stop,
        })
    }
}

#[cfg(feature = "kafka")]
fn start_bus(
    hub: &Hub,
    kafka: &KafkaConfig,
    stop: &CancellationToken,
) -> Result<JoinHandle<()>, OpenError> {
    let bus = KafkaBus::open(hub, kafka)?;
    Ok(tokio::spawn(bus.run(stop.clone())))
}

#[cfg(not(feature = "kafka"))]
fn start_bus(_: &Hub, _: &KafkaConfig, _: &CancellationToken) -> Result<JoinHandle<()>, OpenError> {
    Err(OpenError::KafkaNotBuilt)
}
