//! [`Initiator`]: a session that connects by itself, comes back when it is cut, and goes on where it was. In: hosts, and what the
//! program sends. Out: the peer's messages to the program's [`crate::io::application::Application`].
//!
//! Hosts are tried in turn. After a round without a logon, and after a connection that was logged on is lost, it waits
//! ([`Backoff`]); the host that worked is tried first then. What was sent while nobody was there goes out after the next logon.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::io::application::{Event, Observer, Unobserved};
use crate::io::backoff::Backoff;
use crate::io::clock::Clock;
use crate::io::handle::{Ended, Mail, SessionHandle};
use crate::io::link::{LinkLimits, Peer};
use crate::io::session_task::{Common, SessionParts, SessionTask};
use crate::io::target::Target;
use crate::schedule::State as Hours;

/// How an initiator is set up.
#[derive(Clone)]
pub struct InitiatorConfig {
    /// Where it connects to, in the order they are tried. At least one.
    pub hosts: Vec<Target>,
    /// How long it waits between rounds.
    pub backoff: Backoff,
    /// How long one host has to take the connection, TLS included. Default 10 s. The Logon has its own time
    /// (`logon_wait_secs` of the session).
    pub connect_wait: Duration,
    /// Whether it connects at once. Default yes; if not, it waits for [`Initiator::connect_now`].
    pub connects_at_start: bool,
    /// What may wait on the connection.
    pub link: LinkLimits,
    /// Who looks on. Default nobody.
    pub observer: Arc<dyn Observer>,
    /// The time. Default the machine's.
    pub clock: Clock,
}

/// A session that connects by itself. Dropping it cuts everything; [`Initiator::stop`] ends it in good order.
pub struct Initiator {
    session: SessionHandle,
    wake: Arc<Notify>,
    connecting: CancellationToken,
    tasks: TaskTracker,
    living: CancellationToken,
}

/// There is nowhere to connect to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an initiator needs at least one host")]
pub struct NoHost;

impl InitiatorConfig {
    /// The defaults of each field.
    #[must_use]
    pub fn new(hosts: Vec<Target>) -> InitiatorConfig {
        InitiatorConfig {
            hosts,
            backoff: Backoff::default(),
            connect_wait: Duration::from_secs(10),
            connects_at_start: true,
            link: LinkLimits::default(),
            observer: Arc::new(Unobserved),
            clock: Clock::machine(),
        }
    }
}

impl Initiator {
    /// Starts it. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`NoHost`].
    pub fn start(config: InitiatorConfig, parts: SessionParts) -> Result<Initiator, NoHost> {
        if config.hosts.is_empty() {
            return Err(NoHost);
        }
        let tasks = TaskTracker::new();
        let common = Common {
            limits: config.link,
            clock: config.clock.clone(),
            observer: Arc::clone(&config.observer),
            closing: tasks.clone(),
        };
        let (session, task) = SessionTask::new(parts, common);
        let initiator = Initiator {
            session: session.clone(),
            wake: Arc::new(Notify::new()),
            connecting: CancellationToken::new(),
            tasks,
            living: CancellationToken::new(),
        };
        let living = initiator.living.clone();
        initiator.tasks.spawn(async move {
            living.run_until_cancelled(task.run()).await;
        });
        let connector = Connector {
            is_waiting: !config.connects_at_start,
            config,
            session,
            wake: Arc::clone(&initiator.wake),
            host: 0,
            tries: 0,
            logons: 0,
        };
        let connecting = initiator.connecting.clone();
        initiator.tasks.spawn(async move {
            connecting.run_until_cancelled(connector.run()).await;
        });
        Ok(initiator)
    }

    /// The session, to send and to ask.
    #[must_use]
    pub fn session(&self) -> &SessionHandle {
        &self.session
    }

    /// Ends a wait between two tries. While it is connected nothing changes: the next wait is ended then.
    pub fn connect_now(&self) {
        self.wake.notify_one();
    }

    /// Connects no more, logs out (`text` (58) is for the peer), waits for the answer as long as the session's `logout_wait_secs`
    /// says, and leaves the store as it is to be found.
    pub async fn stop(self, text: &str) {
        self.connecting.cancel();
        self.session.stop(text).await;
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Initiator {
    fn drop(&mut self) {
        self.connecting.cancel();
        self.living.cancel();
    }
}

/// Gives the session connections.
struct Connector {
    config: InitiatorConfig,
    session: SessionHandle,
    wake: Arc<Notify>,
    /// Whether it waits before the next try.
    is_waiting: bool,
    /// The next host.
    host: usize,
    /// Tries since the last logon.
    tries: usize,
    /// Logons that the last try found.
    logons: u64,
}

impl Connector {
    async fn run(mut self) {
        while self.connect().await.is_ok() {}
    }

    /// One try, once the session has no connection.
    async fn connect(&mut self) -> Result<(), Ended> {
        let place = Arc::clone(&self.session.place);
        let claim = place.acquire_owned().await.map_err(|_| Ended)?;
        let logons = self.once_open().await?;
        if logons > self.logons {
            // the host that worked is first again, after one wait
            self.logons = logons;
            self.tries = self.config.hosts.len();
            self.host = self.before(self.host);
        }
        self.wait().await;
        let target = &self.config.hosts[self.host];
        let dialled = self.dial(target).await;
        self.host = (self.host + 1) % self.config.hosts.len();
        self.tries += 1;
        match dialled {
            Ok(peer) => {
                let peer = Box::new(peer);
                let attach = Mail::Attach {
                    peer,
                    logon: None,
                    claim,
                };
                self.session.post(attach).await
            }
            Err((host, why)) => {
                let event = Event::NotConnected {
                    host: &host,
                    why: &why,
                };
                self.config.observer.session(&self.session.id, &event);
                Ok(())
            }
        }
    }

    /// Waits until the session's schedule is open; how often it has been logged on.
    async fn once_open(&self) -> Result<u64, Ended> {
        loop {
            let status = self.session.status().await?;
            match status.hours {
                Hours::Open { .. } => return Ok(status.logons),
                Hours::Closed { opens: Some(at) } => self.config.clock.until(at).await,
                Hours::Closed { opens: None } => std::future::pending().await,
            }
        }
    }

    fn before(&self, host: usize) -> usize {
        let hosts = self.config.hosts.len();
        (host + hosts - 1) % hosts
    }

    async fn wait(&mut self) {
        if std::mem::take(&mut self.is_waiting) {
            return self.wake.notified().await;
        }
        let hosts = self.config.hosts.len();
        if self.tries == 0 || !self.tries.is_multiple_of(hosts) {
            return;
        }
        let rounds = u32::try_from(self.tries / hosts).unwrap_or(u32::MAX);
        tokio::select! {
            () = self.config.clock.pause(self.config.backoff.wait(rounds)) => {}
            () = self.wake.notified() => {}
        }
    }

    async fn dial(&self, target: &Target) -> Result<Peer, (String, String)> {
        let dialled = tokio::select! {
            biased;
            dialled = target.connect() => dialled.map_err(|why| why.to_string()),
            () = self.config.clock.pause(self.config.connect_wait) => Err("no connection in time".to_owned()),
        };
        dialled.map_err(|why| (target.to_string(), why))
    }
}
