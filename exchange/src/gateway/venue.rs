//! `Venue`: what every session of the gateway works with. Shared, behind an `Arc`; set up once by [`crate::gateway::Gateway::open`].

use crate::calendar::Calendar;
use crate::config::FixConfig;
use crate::directory::Directory;
use crate::gateway::marketdata::publisher::Publisher;
use crate::gateway::marketdata::view::View;
use crate::gateway::passwords::PasswordDesk;
use crate::health::Health;
use crate::holds::Holds;
#[cfg(test)]
use crate::hub::Hub;
use crate::metrics::Metrics;
use crate::revoked::Revoked;
use crate::schedules::Schedules;
use crate::sequencer::Submitter;
use fix_engine::dictionary::Dictionary;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The parts of the exchange that sessions use.
#[derive(Debug)]
pub(crate) struct Venue {
    /// The keys of `[fix]`.
    pub(crate) config: FixConfig,
    /// When the sessions are open.
    pub(crate) schedules: Schedules,
    /// When trading days end.
    pub(crate) calendar: Calendar,
    /// Where the stores of the sessions lie.
    pub(crate) sessions: PathBuf,
    /// Reference data.
    pub(crate) directory: Arc<Directory>,
    /// Where passwords are compared.
    pub(crate) passwords: PasswordDesk,
    /// Client certificates that are revoked.
    pub(crate) revoked: Revoked,
    /// The way into the sequencer.
    pub(crate) submitter: Submitter,
    /// What messages are checked against.
    pub(crate) dictionary: Arc<Dictionary>,
    /// What market data shows.
    pub(crate) view: SharedView,
    /// Who serves market data subscriptions.
    pub(crate) publisher: Publisher,
    /// Figures.
    pub(crate) metrics: Metrics,
    /// What is wrong.
    pub(crate) health: Health,
    /// Where sessions say what they may need again.
    pub(crate) holds: Holds,
    /// Connections since the start; numbers them.
    connections: AtomicU64,
}

/// The parts that [`Venue::new`] puts together.
pub(crate) struct VenueParts {
    pub(crate) config: FixConfig,
    pub(crate) schedules: Schedules,
    pub(crate) calendar: Calendar,
    pub(crate) sessions: PathBuf,
    pub(crate) directory: Arc<Directory>,
    pub(crate) passwords: PasswordDesk,
    pub(crate) revoked: Revoked,
    pub(crate) submitter: Submitter,
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) view: SharedView,
    pub(crate) publisher: Publisher,
    pub(crate) metrics: Metrics,
    pub(crate) health: Health,
    pub(crate) holds: Holds,
}

impl Venue {
    pub(crate) fn new(parts: VenueParts) -> Self {
        Self {
            config: parts.config,
            schedules: parts.schedules,
            calendar: parts.calendar,
            sessions: parts.sessions,
            directory: parts.directory,
            passwords: parts.passwords,
            revoked: parts.revoked,
            submitter: parts.submitter,
            dictionary: parts.dictionary,
            view: parts.view,
            publisher: parts.publisher,
            metrics: parts.metrics,
            health: parts.health,
            holds: parts.holds,
            connections: AtomicU64::new(0),
        }
    }

    /// A number for a new connection.
    pub(crate) fn number_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }
}

#[cfg(test)]
use crate::config::CalendarConfig;

#[cfg(test)]
impl Venue {
    /// One without participants and market data, with its session stores in `sessions`. The sequencer is a real one.
    pub(crate) fn alone(hub: &Hub, sessions: PathBuf) -> Self {
        let (config, metrics) = (FixConfig::default(), Metrics::new());
        Self::new(VenueParts {
            schedules: Schedules::default(),
            calendar: Calendar::new(&CalendarConfig::default()).expect("the usual one"),
            sessions,
            directory: Arc::new(Directory::new()),
            passwords: PasswordDesk::new(&config, metrics.fix.lockouts.clone()),
            config,
            revoked: Revoked::default(),
            submitter: hub.submitter.clone(),
            dictionary: Arc::new(crate::gateway::own_fields::dictionary()),
            view: SharedView::default(),
            publisher: Publisher::new().0,
            metrics,
            health: Health::new(),
            holds: Holds::default(),
        })
    }
}

/// The view, written by the market data publisher, read by sessions and the control port. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct SharedView(Arc<RwLock<View>>);

impl SharedView {
    pub(crate) fn new(view: View) -> Self {
        Self(Arc::new(RwLock::new(view)))
    }

    /// The view as it is now. Hold it shortly: the publisher waits.
    pub fn read(&self) -> RwLockReadGuard<'_, View> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, View> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
