//! The control port: HTTPS with client certificates, JSON as in [`market::control`]. `loggiactl` and the back office ask here.
//!
//! Who asks is what the certificate says: its organisational unit (OU) is the role, its common name (CN) goes into the journal with
//! every change, as the origin of the entry, and into the log. In: requests. Out: commands to the sequencer, and what view, directory
//! and roster show. It decides nothing: the market does.

mod breaker;
mod caller;
mod desk;
mod door;
mod failure;
mod fees;
mod halting;
mod killing;
mod limits;
mod phasing;
mod registrar;
mod routes;
mod rules;
mod self_trade;
mod sessions;
mod tail;
mod terms;
mod trades;

use crate::clock::Clock;
use crate::config::ControlConfig;
use crate::control::desk::Desk;
use crate::control::door::Door;
use crate::gateway::roster::Roster;
use crate::gateway::venue::SharedView;
use crate::hub::Hub;
use crate::revoked::Revoked;
use fix_engine::io::tls::live::LiveTls;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::error;

/// What the control port is made of.
pub struct ControlParts {
    /// The keys of `[control]`.
    pub config: ControlConfig,
    /// TLS that insists on client certificates.
    pub tls: LiveTls,
    /// Client certificates that are revoked.
    pub revoked: Revoked,
    /// The exchange.
    pub hub: Hub,
    /// The sessions.
    pub roster: Roster,
    /// The books.
    pub view: SharedView,
    /// The clock that stamps the entries, or its copy: times from now on go by it.
    pub clock: Box<dyn Clock>,
}

/// The port cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("control.listen = {address}: {why}")]
pub struct ControlError {
    /// The address.
    pub address: SocketAddr,
    /// What the operating system says.
    pub why: std::io::Error,
}

/// The running control port. Dropping it ends it.
#[derive(Debug)]
pub struct Control {
    address: SocketAddr,
    /// Finish what is under way.
    stop: CancellationToken,
    tasks: TaskTracker,
    /// End where you stand.
    _ends_with_it: DropGuard,
}

/// How long requests that are under way may take once the port closes.
const GOODBYE: Duration = Duration::from_secs(5);

impl Control {
    /// Binds the port and serves.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn open(parts: ControlParts) -> Result<Self, ControlError> {
        let asked = parts.config.listen;
        let failed = |why| ControlError {
            address: asked,
            why,
        };
        let listener = TcpListener::bind(asked).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let kill = CancellationToken::new();
        let stop = kill.child_token();
        let tasks = TaskTracker::new();
        let door = Door::open(listener, address, (parts.tls, parts.revoked), &tasks, &stop);
        let desk = Desk {
            hub: parts.hub,
            roster: parts.roster,
            view: parts.view,
            clock: Arc::new(Mutex::new(parts.clock)),
            turns: Arc::default(),
            followers: Arc::new(Semaphore::new(tail::FOLLOWERS)),
            stop: stop.clone(),
        };
        let serving = axum::serve(door, routes::service(desk))
            .with_graceful_shutdown(stop.clone().cancelled_owned());
        let killed = kill.clone();
        tasks.spawn(async move {
            let ended = tokio::select! {
                () = killed.cancelled() => return,
                ended = serving => ended,
            };
            if let Err(why) = ended {
                error!(%why, "the control port has ended");
            }
        });
        Ok(Self {
            address,
            _ends_with_it: kill.drop_guard(),
            stop,
            tasks,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, finishes those that are under way, and returns after a few seconds at most.
    pub async fn shut_down(self) {
        self.stop.cancel();
        self.tasks.close();
        // Who has not finished by then is cut off by the drop.
        let _finished = timeout(GOODBYE, self.tasks.wait()).await;
    }
}
