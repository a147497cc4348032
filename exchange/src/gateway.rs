//! The FIX gateway: sockets and sessions on one side, commands and the feed on the other.
//!
//! ```text
//! acceptor ─ logon ─► session_task ─ inbound ─► sequencer
//!                          ▲  ▲
//!   feed ─► dispatcher ─ outbound            feed ─► marketdata::publisher
//! ```
//!
//! Pure: [`inbound`], [`outbound`], `answer`, `report`, [`refused`], [`marketdata::view`], [`marketdata::request`]. The rest moves bytes
//! and mail. Sessions lose nothing: an inbound number counts once its entry is durable, a report is regenerated from the journal
//! until it stands in the session's store, and never twice.

mod acceptor;
mod answer;
mod checks;
mod collateral;
mod connection;
mod crew;
mod dispatcher;
mod excerpt;
mod farewell;
mod floor;
pub mod inbound;
mod lockouts;
mod logon;
mod mails;
pub mod marketdata;
pub mod outbound;
mod outbox;
pub mod own_fields;
mod passwords;
pub mod refused;
mod report;
pub mod roster;
mod session_task;
mod straggler;
pub(crate) mod tap;
mod throttle;
mod trade_change;
mod user;
pub mod venue;

use crate::calendar::Calendar;
use crate::config::{FixConfig, RangeError};
use crate::gateway::acceptor::{Acceptor, FrontDesk};
use crate::gateway::crew::Crew;
use crate::gateway::dispatcher::{Dispatcher, Sessions};
use crate::gateway::marketdata::publisher::{Publisher, PublisherTask};
use crate::gateway::passwords::PasswordDesk;
use crate::gateway::roster::{Mail, Roster};
use crate::gateway::venue::{SharedView, Venue, VenueParts};
use crate::hub::Hub;
use crate::revoked::Revoked;
use crate::schedules::Schedules;
use fix_engine::io::limits::Limits;
use fix_engine::io::tls::live::LiveTls;
use fix_engine::session::store::StoreError;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::DropGuard;
use tracing::warn;

/// What a gateway is made of.
pub struct GatewayParts {
    /// The keys of `[fix]`.
    pub config: FixConfig,
    /// When trading days end.
    pub calendar: Calendar,
    /// The exchange; session stores lie in `sessions` under its data folder.
    pub hub: Hub,
    /// TLS of the TLS port; it asks for client certificates and does not insist.
    pub tls: LiveTls,
    /// Client certificates that are revoked.
    pub revoked: Revoked,
}

/// Why the gateway cannot open. The operator is to blame, or the disk.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A port cannot be had.
    #[error("{key} = {address}: {why}")]
    Listen {
        /// The key of the configuration.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        why: std::io::Error,
    },
    /// The plain port would be open to the network.
    #[error("fix.plain = {0}: the plain port is for this machine only; use fix.tls for others")]
    PlainNotLoopback(SocketAddr),
    /// A schedule is none.
    #[error(transparent)]
    Schedule(#[from] RangeError),
    /// The folder of the session stores cannot be made.
    #[error("the folder {folder} cannot be made: {why}")]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system says.
        why: std::io::Error,
    },
    /// A session's store cannot be opened.
    #[error("{error}{way_out}", error = .0, way_out = way_out(.0))]
    Store(#[from] StoreError),
    /// The venue stopped while the gateway opened.
    #[error("the venue stopped while its sessions were brought up to date")]
    Stopped,
}

/// What an operator can do about a store that cannot be opened.
fn way_out(error: &StoreError) -> &'static str {
    match error {
        StoreError::Damaged { .. } | StoreError::Version { .. } => {
            "; nothing was changed: restore the data folder from its copy, or move this session's files away, then its participant must log on with 141=Y"
        }
        _ => "",
    }
}

/// The running gateway. Dropping it ends all sessions without a word; [`Gateway::shut_down`] says goodbye.
#[derive(Debug)]
pub struct Gateway {
    plain: SocketAddr,
    tls: SocketAddr,
    roster: Roster,
    view: SharedView,
    crew: Crew,
    _ends_with_it: DropGuard,
}

impl Gateway {
    /// Binds the ports, opens the sessions and brings them up to date with the journal; only then are connections accepted.
    ///
    /// # Errors
    /// A [`GatewayError`] naming what cannot be had.
    pub async fn open(parts: GatewayParts) -> Result<Self, GatewayError> {
        if !parts.config.plain.ip().is_loopback() {
            return Err(GatewayError::PlainNotLoopback(parts.config.plain));
        }
        let plain = listen("fix.plain", parts.config.plain).await?;
        let secure = listen("fix.tls", parts.config.tls).await?;
        let feed = parts.hub.feed.clone();
        let journal_end = feed.last_seq();
        let tls = parts.tls.clone();
        let crew = Crew::new();
        let guard = crew.kill.clone().drop_guard();
        let view = parts.hub.view.clone();
        let (publisher, mut view_at) = start_publisher(&parts, &crew, &view);
        let open = parts.hub.metrics.fix.connections.clone();
        let limits = Limits::new(
            parts.config.max_connections,
            parts.config.max_connections_per_address,
        );
        let desk = Arc::new(FrontDesk {
            limits: limits
                .shown_by(move |taken| open.set(i64::try_from(taken).unwrap_or(i64::MAX))),
            roster: Roster::default(),
            venue: Arc::new(venue(parts, publisher, view.clone())?),
        });
        let sessions = Sessions {
            roster: desk.roster.clone(),
            crew: crew.clone(),
        };
        let behind = open_sessions(&sessions, &desk.venue, journal_end)?;
        let (position, mut dispatched) = watch::channel(behind);
        let dispatcher = Dispatcher {
            venue: Arc::clone(&desk.venue),
            reader: feed.subscribe(behind),
            feed,
            journal_end,
            sessions: sessions.clone(),
            stragglers: BTreeMap::new(),
            position,
        };
        crew.spawn(dispatcher.run(crew.stop.clone()));
        reached(&mut dispatched, journal_end).await?;
        reached(&mut view_at, journal_end).await?;
        sessions.mark(journal_end).await;
        let gateway = Self {
            plain: local(&plain, "fix.plain")?,
            tls: local(&secure, "fix.tls")?,
            roster: desk.roster.clone(),
            view,
            crew,
            _ends_with_it: guard,
        };
        gateway.accept(plain, None, &desk);
        gateway.accept(secure, Some(tls), &desk);
        Ok(gateway)
    }

    /// Address of the plain port.
    pub fn plain(&self) -> SocketAddr {
        self.plain
    }

    /// Address of the TLS port.
    pub fn tls(&self) -> SocketAddr {
        self.tls
    }

    /// The sessions, to see how they stand.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// What market data shows.
    pub fn view(&self) -> &SharedView {
        &self.view
    }

    /// Ends the sessions that are connected with a certificate that is revoked now: each is told so by a Logout.
    pub async fn end_revoked(&self) {
        for (_, session) in self.roster.all() {
            let _gone = session.mailbox.send(Mail::Revoked).await;
        }
    }

    /// Logs everybody out, closes the stores, and returns when all tasks have ended. A few seconds at most.
    pub async fn shut_down(self) {
        self.crew.stop.cancel();
        self.crew.tasks.close();
        self.crew.tasks.wait().await;
    }

    fn accept(&self, listener: TcpListener, tls: Option<LiveTls>, desk: &Arc<FrontDesk>) {
        let acceptor = Acceptor {
            listener,
            tls,
            desk: Arc::clone(desk),
            crew: self.crew.clone(),
        };
        self.crew.spawn(acceptor.run(self.crew.stop.clone()));
    }
}

/// Starts the market data publisher; how far its view is.
fn start_publisher(
    parts: &GatewayParts,
    crew: &Crew,
    view: &SharedView,
) -> (Publisher, watch::Receiver<u64>) {
    let (publisher, requests) = Publisher::new();
    let seq = view.read().seq();
    let (position, view_at) = watch::channel(seq);
    let task = PublisherTask {
        requests,
        feed: parts.hub.feed.subscribe(seq),
        view: view.clone(),
        directory: Arc::clone(&parts.hub.directory),
        epoch: parts.hub.epoch,
        health: parts.hub.health.clone(),
        interval: Duration::from_millis(parts.config.market_data_interval_ms),
        lag: parts
            .hub
            .metrics
            .feed_lag_entries
            .with_label_values(&["market-data"]),
        position,
    };
    crew.spawn(task.run(crew.stop.clone()));
    (publisher, view_at)
}

/// What sessions work with.
fn venue(
    parts: GatewayParts,
    publisher: Publisher,
    view: SharedView,
) -> Result<Venue, GatewayError> {
    let hub = parts.hub;
    let lockouts = hub.metrics.fix.lockouts.clone();
    Ok(Venue::new(VenueParts {
        sessions: make_folder(&hub.data)?,
        schedules: Schedules::new(&parts.config)?,
        calendar: parts.calendar,
        passwords: PasswordDesk::new(&parts.config, lockouts),
        revoked: parts.revoked,
        config: parts.config,
        directory: hub.directory,
        submitter: hub.submitter,
        dictionary: Arc::new(own_fields::dictionary()),
        view,
        publisher,
        metrics: hub.metrics,
        health: hub.health,
        holds: hub.holds,
    }))
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, GatewayError> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|why| GatewayError::Listen { key, address, why })
}

fn local(listener: &TcpListener, key: &'static str) -> Result<SocketAddr, GatewayError> {
    listener.local_addr().map_err(|why| GatewayError::Listen {
        key,
        address: SocketAddr::from(([0, 0, 0, 0], 0)),
        why,
    })
}

fn make_folder(data: &Path) -> Result<PathBuf, GatewayError> {
    let folder = data.join("sessions");
    match std::fs::create_dir_all(&folder) {
        Ok(()) => Ok(folder),
        Err(why) => Err(GatewayError::Folder { folder, why }),
    }
}

/// Opens the sessions of all participants that can log on; the entry before the first that somebody may not have been told.
fn open_sessions(
    sessions: &Sessions,
    venue: &Arc<Venue>,
    journal_end: u64,
) -> Result<u64, StoreError> {
    for comp_id in venue.schedules.named() {
        if venue.directory.participant_by_comp_id(comp_id).is_none() {
            warn!(%comp_id, "a schedule of the configuration names a CompID that is no participant");
        }
    }
    let mut behind = u64::MAX;
    for record in venue.directory.participants() {
        if record.credentials.is_some() {
            let told = sessions.add(&record, venue, journal_end)?;
            behind = behind.min(told.saturating_sub(1));
        }
    }
    Ok(behind.min(journal_end))
}

async fn reached(position: &mut watch::Receiver<u64>, target: u64) -> Result<(), GatewayError> {
    let reached = position.wait_for(|position| *position >= target).await;
    reached.map(|_| ()).map_err(|_| GatewayError::Stopped)
}
