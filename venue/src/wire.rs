//! Runs what was asked for: the whole venue in this process, the exchange alone, the back office alone. Configuration in; it returns
//! when the process is told to stop, or with the [`Failure`] that stops it.

use crate::back;
use crate::banner;
use crate::config::Config;
use crate::config::layers::Layers;
use crate::credentials::{self, Credentials, FixAddresses, UserCredentials};
use crate::failure::Failure;
use crate::folder::{DataFolder, Part};
use crate::front;
use crate::prepare::{self, Development};
use backoffice::Backoffice;
use exchange::health::Health;
use exchange::observe::Observe;
use exchange::open::{Addresses, Exchange};
use market::id::Symbol;
use prometheus::Registry;
use std::future::Future;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How long everything may take to close before the process ends all the same.
const SHUTDOWN_MAX: Duration = Duration::from_secs(30);
/// The credentials file of a back office alone.
const BACKOFFICE_FILE: &str = "backoffice-credentials.json";

/// Exchange and back office in this process.
///
/// # Errors
/// [`Failure`] when it cannot open, or had to stop by itself.
pub async fn whole(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let told = told_to_stop()?;
    let data = DataFolder::take(&config.data, &[Part::Exchange, Part::Backoffice])?;
    let file = data.join(credentials::FILE_NAME);
    credentials::remove(&file)?;
    let prepared = prepare::prepare(config, layers, &data)?;
    let user = back::demo_user(config, &data)?;
    let exchange = front::open(config.front(), &prepared.declared, data.path(), layers).await?;
    let backoffice = match open_beside(config, layers, &data, &exchange, user.as_ref()).await {
        Ok(backoffice) => backoffice,
        Err(failure) => {
            // What is open already is closed in order; why it opened no further is what is told.
            let _ = exchange.shut_down().await;
            return Err(failure);
        }
    };
    let http = backoffice.address();
    let health = exchange.hub().health.clone();
    let stop = CancellationToken::new();
    let mirroring = back::mirror(backoffice.probe(), health);
    let mut serving = tokio::spawn(backoffice.run(stop.clone().cancelled_owned()));
    if let Some(development) = prepared.development {
        let addresses = Some(exchange.addresses());
        let credentials =
            credentials_of(config, development, addresses, Some(http), user, &exchange);
        credentials.write(&file)?;
        say(&banner::text(&credentials, &file));
    }
    tracing::info!(addresses = ?exchange.addresses(), %http, "open");
    let ended = tokio::select! {
        () = told => Ok(()),
        failure = front::stopped(&exchange) => Err(failure),
        done = &mut serving => Err(served(done)),
    };
    tracing::info!("closing");
    let closing = async {
        // The back office first: what it has asked of the control port is answered, and it goes on with the feed at the next start.
        stop.cancel();
        if !serving.is_finished() {
            // Its own end was told above; here it only finishes.
            let _ = serving.await;
        }
        mirroring.abort();
        front::shut_down(exchange).await
    };
    ended.and(in_time(closing).await)
}

/// The exchange alone.
///
/// # Errors
/// As [`whole`].
pub async fn exchange(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let told = told_to_stop()?;
    let data = DataFolder::take(&config.data, &[Part::Exchange])?;
    let file = data.join(credentials::FILE_NAME);
    credentials::remove(&file)?;
    let prepared = prepare::prepare(config, layers, &data)?;
    let exchange = front::open(config.front(), &prepared.declared, data.path(), layers).await?;
    if let Some(development) = prepared.development {
        let addresses = Some(exchange.addresses());
        let credentials = credentials_of(config, development, addresses, None, None, &exchange);
        credentials.write(&file)?;
        say(&banner::text(&credentials, &file));
    }
    if config.kafka.is_none() {
        tracing::warn!("no [kafka] in the configuration: no back office can follow this exchange");
    }
    tracing::info!(addresses = ?exchange.addresses(), "open");
    let ended = tokio::select! {
        () = told => Ok(()),
        failure = front::stopped(&exchange) => Err(failure),
    };
    tracing::info!("closing");
    ended.and(in_time(front::shut_down(exchange)).await)
}

/// The back office alone.
///
/// # Errors
/// As [`whole`]; [`Failure::Config`] without Kafka.
pub async fn backoffice(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let told = told_to_stop()?;
    let Some(source) = kafka_source(config) else {
        let why = "a back office alone reads its events from Kafka: give kafka.brokers";
        return Err(layers.misconfigured("kafka", why).into());
    };
    let data = DataFolder::take(&config.data, &[Part::Backoffice])?;
    let file = data.join(BACKOFFICE_FILE);
    credentials::remove(&file)?;
    let user = back::demo_user(config, &data)?;
    let mut sections = config.back(data.path());
    sections.demo_user = user.as_ref().map(back::as_configured).transpose()?;
    let ca = sections.control.ca.clone();
    let (registry, health) = (Registry::new(), Health::new());
    let listen = config.metrics.listen;
    let observe = Observe::bind(listen, registry.clone(), health.clone())
        .await
        .map_err(|e| front::port("metrics.listen", listen, &e))?;
    let backoffice = back::open(sections, source, &registry, layers).await?;
    let (http, metrics) = (backoffice.address(), observe.address());
    let mirroring = back::mirror(backoffice.probe(), health.clone());
    health.opened();
    if user.is_some() {
        let credentials = Credentials {
            fix: None,
            http: Some(http),
            control: None,
            metrics: Some(metrics),
            ca,
            participants: Vec::new(),
            operator: None,
            user,
            instruments: Vec::new(),
        };
        credentials.write(&file)?;
        say(&banner::text(&credentials, &file));
    }
    tracing::info!(%http, %metrics, "open");
    let stop = CancellationToken::new();
    let watched = tokio::spawn(observe.serve(stop.clone().cancelled_owned()));
    let mut serving = tokio::spawn(backoffice.run(stop.clone().cancelled_owned()));
    tokio::select! {
        () = told => {}
        done = &mut serving => return Err(served(done)),
    }
    tracing::info!("closing");
    health.ail("start", "the venue is shutting down");
    mirroring.abort();
    stop.cancel();
    in_time(async {
        let served = serving.await.map_or_else(
            |e| Err(Failure::Internal(e.to_string())),
            |done| done.map_err(|e| back::ended(&e)),
        );
        if let Ok(Err(error)) = watched.await {
            tracing::warn!(%error, "the metrics port ended in an error");
        }
        served
    })
    .await
}

/// The back office of the same process: it reads the feed and knows the control port.
async fn open_beside(
    config: &Config,
    layers: &Layers,
    data: &DataFolder,
    exchange: &Exchange,
    user: Option<&UserCredentials>,
) -> Result<Backoffice, Failure> {
    let mut sections = config.back(data.path());
    sections.kafka = None;
    sections.control.url = format!("https://{}", reachable(exchange.addresses().control));
    sections.demo_user = user.map(back::as_configured).transpose()?;
    let registry = exchange.hub().metrics.registry();
    back::open(
        sections,
        back::local_source(exchange.bus()),
        registry,
        layers,
    )
    .await
}

/// An address that listens everywhere is reached on this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
    } else {
        address
    }
}

#[cfg(feature = "kafka")]
fn kafka_source(config: &Config) -> Option<backoffice::consumer::source::EventSource> {
    use backoffice::consumer::source::EventSource;
    config
        .back(std::path::Path::new(""))
        .kafka
        .map(EventSource::Kafka)
}

#[cfg(not(feature = "kafka"))]
fn kafka_source(_config: &Config) -> Option<backoffice::consumer::source::EventSource> {
    None
}

fn symbols(exchange: &Exchange) -> Vec<Symbol> {
    let instruments = exchange.hub().directory.instruments();
    instruments.iter().map(|i| i.symbol).collect()
}

fn credentials_of(
    config: &Config,
    development: Development,
    addresses: Option<Addresses>,
    http: Option<SocketAddr>,
    user: Option<UserCredentials>,
    exchange: &Exchange,
) -> Credentials {
    Credentials {
        fix: addresses.map(|a| FixAddresses {
            plain: a.plain,
            tls: a.tls,
            target_comp_id: config.fix.sender_comp_id.clone(),
        }),
        http,
        control: addresses.map(|a| a.control),
        metrics: addresses.map(|a| a.metrics),
        ca: development.pki.ca(),
        participants: development.participants,
        operator: Some(development.operator),
        user,
        instruments: symbols(exchange),
    }
}

/// Done at the first SIGINT or SIGTERM.
fn told_to_stop() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(|e| Failure::Internal(e.to_string()));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn in_time(closing: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::time::timeout(SHUTDOWN_MAX, closing)
        .await
        .unwrap_or_else(|_| {
            let secs = SHUTDOWN_MAX.as_secs();
            Err(Failure::Internal(format!(
                "not everything closed within {secs} s"
            )))
        })
}

/// A back office that ended before it was told to.
fn served(done: Result<Result<(), backoffice::error::Error>, tokio::task::JoinError>) -> Failure {
    match done {
        Ok(Ok(())) => Failure::Internal("the back office has stopped".into()),
        Ok(Err(error)) => back::ended(&error),
        Err(error) => Failure::Internal(error.to_string()),
    }
}

/// Prints to standard output. That nobody reads it does not stop a venue.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
