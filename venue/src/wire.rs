//! Runs what was asked for: the whole venue in this process, the exchange alone, the back office alone. Configuration in; it returns
//! when the process is told to stop, or with the [`Failure`] that stops it.

use crate::back::{self, DemoUser, Serving};
use crate::banner;
use crate::config::Config;
use crate::config::layers::Layers;
use crate::credentials::{self, Credentials, FixAddresses, UserCredentials};
use crate::failure::Failure;
use crate::folder::{DataFolder, Part};
use crate::front;
use crate::prepare::{self, Development, Prepared};
use crate::process::{in_time, say, told_to_reload, told_to_stop, unless_told};
use backoffice::Backoffice;
use exchange::health::Health;
use exchange::observe::Observe;
use exchange::open::Exchange;
use market::id::Symbol;
use prometheus::Registry;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use tokio_util::sync::CancellationToken;

/// The credentials file of a back office alone.
const BACKOFFICE_FILE: &str = "backoffice-credentials.json";

/// Exchange and back office in this process.
///
/// # Errors
/// [`Failure`] when it cannot open, or had to stop by itself.
pub async fn whole(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let mut told = pin!(told_to_stop()?);
    let mut hang_up = told_to_reload()?;
    let data = DataFolder::take(&config.data, &[Part::Exchange, Part::Backoffice])?;
    let opening = open_whole(config, layers, &data);
    let Some((exchange, mut serving)) = unless_told(&mut told, opening).await? else {
        return Ok(());
    };
    tracing::info!(addresses = ?exchange.addresses(), http = %serving.address(), "open");
    let ended = tokio::select! {
        () = told => Ok(()),
        failure = front::stopped(&exchange) => Err(failure),
        failure = front::keep_certificates(&exchange, &mut hang_up) => Err(failure),
        failure = serving.ended() => Err(failure),
    };
    let closing = async {
        // The back office first: what it has asked of the control port is answered, and it goes on with the feed at the next start.
        let closed = serving.close().await;
        front::shut_down(exchange).await.and(closed)
    };
    ended.and(in_time(closing).await)
}

async fn open_whole(
    config: &Config,
    layers: &Layers,
    data: &DataFolder,
) -> Result<(Exchange, Serving), Failure> {
    let file = data.join(credentials::FILE_NAME);
    let (exchange, development) = open_exchange(config, layers, data, &file).await?;
    let user = back::demo_user(config, data)?;
    let backoffice = match open_beside(config, layers, data, &exchange, user.as_ref()).await {
        Ok(backoffice) => backoffice,
        Err(failure) => {
            // What is open already is closed in order; why it opened no further is what is told.
            let _ = exchange.shut_down().await;
            return Err(failure);
        }
    };
    // The back office has said from where on it reads, too.
    exchange.hub().holds.settle();
    let serving = Serving::start(backoffice, exchange.hub().health.clone());
    if let Some(development) = development {
        let http = Some(serving.address());
        tell(
            &credentials_of(
                config,
                development,
                http,
                user.map(|u| u.credentials),
                &exchange,
            ),
            &file,
        )?;
    }
    Ok((exchange, serving))
}

/// The exchange alone.
///
/// # Errors
/// As [`whole`].
pub async fn exchange(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let mut told = pin!(told_to_stop()?);
    let mut hang_up = told_to_reload()?;
    let data = DataFolder::take(&config.data, &[Part::Exchange])?;
    let file = data.join(credentials::FILE_NAME);
    let opening = open_exchange(config, layers, &data, &file);
    let Some((exchange, development)) = unless_told(&mut told, opening).await? else {
        return Ok(());
    };
    // Nobody else in this process reads.
    exchange.hub().holds.settle();
    if let Some(development) = development {
        tell(
            &credentials_of(config, development, None, None, &exchange),
            &file,
        )?;
    }
    if config.kafka.is_none() {
        tracing::warn!("no [kafka] in the configuration: no back office can follow this exchange");
    }
    tracing::info!(addresses = ?exchange.addresses(), "open");
    let ended = tokio::select! {
        () = told => Ok(()),
        failure = front::stopped(&exchange) => Err(failure),
        failure = front::keep_certificates(&exchange, &mut hang_up) => Err(failure),
    };
    ended.and(in_time(front::shut_down(exchange)).await)
}

/// Opens the exchange; an earlier run's credentials `file` is taken away before anything listens.
async fn open_exchange(
    config: &Config,
    layers: &Layers,
    data: &DataFolder,
    file: &Path,
) -> Result<(Exchange, Option<Development>), Failure> {
    credentials::remove(file)?;
    let Prepared {
        declared,
        development,
    } = prepare::prepare(config, layers, data)?;
    let exchange = front::open(config.front(), &declared, data.path(), layers).await?;
    Ok((exchange, development))
}

/// The back office alone, with a port of its own for whoever watches it.
///
/// # Errors
/// As [`whole`]; [`Failure::Config`] without Kafka.
pub async fn backoffice(config: &Config, layers: &Layers) -> Result<(), Failure> {
    let mut told = pin!(told_to_stop()?);
    let data = DataFolder::take(&config.data, &[Part::Backoffice])?;
    let (registry, health) = (Registry::new(), Health::new());
    let listen = config.metrics.backoffice_listen;
    let observe = Observe::bind(listen, registry.clone(), health.clone())
        .await
        .map_err(|e| front::port("metrics.backoffice_listen", listen, &e))?;
    let metrics = observe.address();
    let unwatched = CancellationToken::new();
    let watched = tokio::spawn(observe.serve(unwatched.clone().cancelled_owned()));
    let opening = open_alone(config, layers, &data, &registry, &health, metrics);
    let Some(mut serving) = unless_told(&mut told, opening).await? else {
        return Ok(());
    };
    tracing::info!(http = %serving.address(), %metrics, "open");
    let ended = tokio::select! {
        () = told => Ok(()),
        failure = serving.ended() => Err(failure),
    };
    health.ail("start", "the venue is shutting down");
    let closing = async {
        let closed = serving.close().await;
        unwatched.cancel();
        if let Ok(Err(error)) = watched.await {
            tracing::warn!(%error, "the metrics port ended in an error");
        }
        closed
    };
    ended.and(in_time(closing).await)
}

async fn open_alone(
    config: &Config,
    layers: &Layers,
    data: &DataFolder,
    registry: &Registry,
    health: &Health,
    metrics: SocketAddr,
) -> Result<Serving, Failure> {
    let Some(source) = kafka_source(config) else {
        let why = "a back office alone reads its events from Kafka: give kafka.brokers";
        return Err(layers.misconfigured("kafka", why).into());
    };
    let file = data.join(BACKOFFICE_FILE);
    credentials::remove(&file)?;
    let user = back::demo_user(config, data)?;
    let mut sections = config.back(data.path());
    sections.demo_user = user.as_ref().map(back::as_configured).transpose()?;
    let ca = sections.control.ca.clone();
    let backoffice = back::open(sections, source, registry, layers).await?;
    let serving = Serving::start(backoffice, health.clone());
    health.opened();
    if let Some(DemoUser { credentials, .. }) = user {
        let credentials = Credentials {
            fix: None,
            http: Some(serving.address()),
            control: None,
            metrics: Some(metrics),
            ca,
            participants: Vec::new(),
            operator: None,
            user: Some(credentials),
            instruments: Vec::new(),
        };
        tell(&credentials, &file)?;
    }
    Ok(serving)
}

/// Tells scripts and people.
fn tell(credentials: &Credentials, file: &Path) -> Result<(), Failure> {
    credentials.write(file)?;
    say(&banner::text(credentials, file));
    Ok(())
}

/// The back office of the same process: it reads the feed and knows the control port.
async fn open_beside(
    config: &Config,
    layers: &Layers,
    data: &DataFolder,
    exchange: &Exchange,
    user: Option<&DemoUser>,
) -> Result<Backoffice, Failure> {
    let mut sections = config.back(data.path());
    sections.kafka = None;
    sections.control.url = format!("https://{}", reachable(exchange.addresses().control));
    sections.demo_user = user.map(back::as_configured).transpose()?;
    let registry = exchange.hub().metrics.registry();
    back::open(sections, back::local_source(exchange), registry, layers).await
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
    config.back(Path::new("")).kafka.map(EventSource::Kafka)
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
    http: Option<SocketAddr>,
    user: Option<UserCredentials>,
    exchange: &Exchange,
) -> Credentials {
    let addresses = exchange.addresses();
    Credentials {
        fix: Some(FixAddresses {
            plain: addresses.plain,
            tls: addresses.tls,
            target_comp_id: config.fix.sender_comp_id.clone(),
        }),
        http,
        control: Some(addresses.control),
        metrics: Some(addresses.metrics),
        ca: development.pki.ca(),
        participants: development.participants,
        operator: Some(development.operator),
        user,
        instruments: symbols(exchange),
    }
}
