//! [`Acceptor`]: many sessions behind any number of ports, plain and TLS. In: connections. Out: each one's messages to its
//! session's [`crate::io::application::Application`].
//!
//! A peer is greeted in a task of its own ([`Greeter`]), then its CompIDs are looked up, then the [`Doorkeeper`] is asked, and only
//! then the session gets the connection. Sessions outlive connections and can be added and removed while the ports are open.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::io::admission::{Doorkeeper, OpenDoor, Refusal};
use crate::io::application::{Observer, SessionId, Unobserved};
use crate::io::clock::Clock;
use crate::io::front::{GreetLimits, Greeted, Greeter, TurnedAway};
use crate::io::handle::{Mail, SessionHandle};
use crate::io::limits::{Limits, Permit};
use crate::io::link::LinkLimits;
use crate::io::session_task::{Common, SessionParts, SessionTask};
use crate::io::tls::live::LiveTls;
use crate::time::Timestamp;

/// Wait after the operating system gives no connection (for instance for want of file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How an acceptor is set up.
#[derive(Clone)]
pub struct AcceptorConfig {
    /// Connections at the same time, on all ports. Default 10,240.
    pub connections_max: usize,
    /// Connections at the same time from one address. Default 1024.
    pub connections_per_address_max: usize,
    /// What a peer may cost before its Logon is proven.
    pub greeting: GreetLimits,
    /// What may wait on one connection.
    pub link: LinkLimits,
    /// How long a new connection waits for the session's former one to be noticed as gone. Default 500 ms; then the new one is
    /// dropped without a word.
    pub handover_wait: Duration,
    /// Who is let in. Default [`OpenDoor`]: everybody whose CompIDs are a session's.
    pub doorkeeper: Arc<dyn Doorkeeper>,
    /// Who looks on. Default nobody.
    pub observer: Arc<dyn Observer>,
    /// The time. Default the machine's.
    pub clock: Clock,
}

/// Sessions and their ports. Dropping it cuts everything; [`Acceptor::stop`] ends it in good order.
pub struct Acceptor {
    desk: Arc<Desk>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Why a session cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddError {
    /// There is one with these CompIDs.
    #[error("there is a session {0} already")]
    Taken(SessionId),
}

/// What all ports share.
struct Desk {
    config: AcceptorConfig,
    greeter: Greeter,
    limits: Limits,
    sessions: Mutex<BTreeMap<SessionId, SessionHandle>>,
}

/// Why a peer with a readable Logon did not become a session.
#[derive(Debug, Error)]
enum Unwelcome {
    #[error(transparent)]
    TurnedAway(#[from] TurnedAway),
    #[error("no session {0}")]
    Unknown(SessionId),
    #[error("{0} is connected already: the second connection is dropped")]
    Taken(SessionId),
    #[error("{0}")]
    Refused(String),
    #[error("{0} has ended")]
    Ended(SessionId),
}

impl Acceptor {
    /// An acceptor without ports and sessions. Must be called within a tokio runtime.
    #[must_use]
    pub fn new(config: AcceptorConfig) -> Acceptor {
        let greeter = Greeter {
            limits: config.greeting,
            clock: config.clock.clone(),
        };
        let limits = Limits::new(config.connections_max, config.connections_per_address_max);
        Acceptor {
            desk: Arc::new(Desk {
                config,
                greeter,
                limits,
                sessions: Mutex::default(),
            }),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Opens a plain port; port 0 means any free one. Returns where it is.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn listen(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        self.open(TcpListener::bind(address).await?, None)
    }

    /// Opens a port with TLS, whose configuration can be replaced while it is open.
    ///
    /// # Errors
    /// What the operating system says.
    pub async fn listen_tls(
        &self,
        address: impl ToSocketAddrs,
        tls: LiveTls,
    ) -> io::Result<SocketAddr> {
        self.open(TcpListener::bind(address).await?, Some(tls))
    }

    /// Opens a port that is bound already.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(&self, listener: TcpListener, tls: Option<LiveTls>) -> io::Result<SocketAddr> {
        let address = listener.local_addr()?;
        let port = Port {
            listener,
            tls,
            desk: Arc::clone(&self.desk),
            tasks: self.tasks.clone(),
        };
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            stop.run_until_cancelled(port.run(&stop)).await;
        });
        Ok(address)
    }

    /// Adds a session; its peer can log on at once.
    ///
    /// # Errors
    /// [`AddError::Taken`] where there is one with these CompIDs.
    pub fn add(&self, parts: SessionParts) -> Result<SessionHandle, AddError> {
        let common = Common {
            limits: self.desk.config.link,
            clock: self.desk.config.clock.clone(),
            observer: Arc::clone(&self.desk.config.observer),
            closing: self.tasks.clone(),
        };
        let (handle, task) = SessionTask::new(parts, common);
        let mut sessions = self.desk.sessions();
        if sessions.contains_key(&*handle.id) {
            return Err(AddError::Taken((*handle.id).clone()));
        }
        sessions.insert((*handle.id).clone(), handle.clone());
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            stop.run_until_cancelled(task.run()).await;
        });
        Ok(handle)
    }

    /// The session with these CompIDs.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> Option<SessionHandle> {
        self.desk.session(id)
    }

    /// All sessions, in order.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionHandle> {
        self.desk.sessions().values().cloned().collect()
    }

    /// Connections there are now, known peers and unknown ones.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.desk.limits.taken()
    }

    /// Removes a session: nobody can log on to it any more, it logs out (`text` is for the peer) and leaves its store as it is to
    /// be found. `false` where there is none.
    pub async fn remove(&self, id: &SessionId, text: &str) -> bool {
        let removed = self.desk.sessions().remove(id);
        match removed {
            Some(session) => {
                session.stop(text).await;
                true
            }
            None => false,
        }
    }

    /// Logs every session out, all at the same time, and closes the ports. A peer that does not answer is waited for as long as
    /// its session's `logout_wait_secs` says.
    pub async fn stop(self, text: &str) {
        let sessions = std::mem::take(&mut *self.desk.sessions());
        let all = sessions.into_values().map(|session| async move {
            session.stop(text).await;
        });
        futures_util::future::join_all(all).await;
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Default for AcceptorConfig {
    fn default() -> AcceptorConfig {
        AcceptorConfig {
            connections_max: 10_240,
            connections_per_address_max: 1024,
            greeting: GreetLimits::default(),
            link: LinkLimits::default(),
            handover_wait: Duration::from_millis(500),
            doorkeeper: Arc::new(OpenDoor),
            observer: Arc::new(Unobserved),
            clock: Clock::machine(),
        }
    }
}

/// One port.
struct Port {
    listener: TcpListener,
    tls: Option<LiveTls>,
    desk: Arc<Desk>,
    tasks: TaskTracker,
}

impl Port {
    async fn run(self, stop: &CancellationToken) {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => self.receive(stream, address, stop.clone()),
                Err(why) => {
                    self.desk.config.observer.not_accepted(&why.to_string());
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn receive(&self, stream: TcpStream, address: SocketAddr, stop: CancellationToken) {
        let permit = match self.desk.limits.take(address.ip()) {
            Ok(permit) => permit,
            Err(why) => {
                let observer = &self.desk.config.observer;
                return observer.turned_away(address, &why.to_string());
            }
        };
        let (desk, tls) = (Arc::clone(&self.desk), self.tls.clone());
        let deadline = desk.greeter.deadline();
        self.tasks.spawn(async move {
            let welcome = desk.welcome(stream, address, permit, tls, deadline);
            stop.run_until_cancelled(welcome).await;
        });
    }
}

impl Desk {
    async fn welcome(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        permit: Permit,
        tls: Option<LiveTls>,
        deadline: Timestamp,
    ) {
        let outcome = tokio::select! {
            biased;
            outcome = self.log_on(stream, address, permit, tls) => outcome,
            () = self.config.clock.until(deadline) => Err(TurnedAway::Timeout.into()),
        };
        if let Err(why) = outcome {
            self.config.observer.turned_away(address, &why.to_string());
        }
    }

    async fn log_on(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        permit: Permit,
        tls: Option<LiveTls>,
    ) -> Result<(), Unwelcome> {
        let tls = tls.map(|tls| tls.acceptor());
        let greeted = self
            .greeter
            .greet(stream, address, Some(permit), tls)
            .await?;
        let request = &greeted.arrival.request;
        let id = SessionId {
            ours: request.target.clone(),
            theirs: request.sender.clone(),
        };
        let Some(session) = self.session(&id) else {
            return Err(Unwelcome::Unknown(id));
        };
        let admission = self.config.doorkeeper.admit(&id, &greeted.arrival);
        if let Err(refusal) = admission.await {
            return Err(self.refuse(greeted, refusal).await);
        }
        let place = Arc::clone(&session.place).acquire_owned();
        let claim = match tokio::time::timeout(self.config.handover_wait, place).await {
            Ok(Ok(claim)) => claim,
            _ => return Err(Unwelcome::Taken(id)),
        };
        let mail = Mail::Attach {
            peer: Box::new(greeted.peer),
            logon: Some(greeted.logon),
            claim,
        };
        session.post(mail).await.map_err(|_| Unwelcome::Ended(id))
    }

    async fn refuse(&self, greeted: Greeted, refusal: Refusal) -> Unwelcome {
        if let Some(text) = &refusal.told {
            self.greeter.refuse(greeted, text).await;
        }
        Unwelcome::Refused(refusal.reason)
    }

    fn session(&self, id: &SessionId) -> Option<SessionHandle> {
        self.sessions().get(id).cloned()
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<SessionId, SessionHandle>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
