//! [`Acceptor`]: the FIX ports. In: connections, plain or TLS. Out: connections with a proven Logon, handed to their session. Before its
//! Logon a peer has a place, a few kilobytes and a few seconds, no more; it cannot hold up another one. Log lines say why somebody
//! was turned away; no password is in them.

use crate::gateway::connection::Peer;
use crate::gateway::crew::Crew;
use crate::gateway::excerpt::Excerpt;
use crate::gateway::logon::{Shown, Stranger, admit};
use crate::gateway::roster::{Attachment, Roster};
use crate::gateway::venue::Venue;
use crate::metrics::labels::{Limit, LogonResult};
use crate::revoked::CertificateId;
use fix_engine::io::clock::Clock;
use fix_engine::io::front::{GreetLimits, Greeter, TurnedAway};
use fix_engine::io::limits::{Limits, NoPlace, Permit};
use fix_engine::io::tls::live::LiveTls;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Wait after the operating system gives no connection (for instance for want of file descriptors).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// One port.
pub(crate) struct Acceptor {
    pub(crate) listener: TcpListener,
    /// TLS, on the TLS port.
    pub(crate) tls: Option<LiveTls>,
    pub(crate) desk: Arc<FrontDesk>,
    pub(crate) crew: Crew,
}

/// What both ports share.
pub(crate) struct FrontDesk {
    pub(crate) venue: Arc<Venue>,
    pub(crate) roster: Roster,
    pub(crate) limits: Limits,
}

/// Why a connection ended before it was a session.
#[derive(Debug, thiserror::Error)]
enum Unwelcome {
    #[error(transparent)]
    TurnedAway(TurnedAway),
    #[error(transparent)]
    Stranger(#[from] Stranger),
}

impl Unwelcome {
    /// The value of `result` that it is counted under.
    fn result(&self) -> LogonResult {
        match self {
            Self::TurnedAway(TurnedAway::Timeout) => LogonResult::Timeout,
            Self::TurnedAway(TurnedAway::Tls(_)) => LogonResult::Tls,
            Self::TurnedAway(TurnedAway::Lost(_) | TurnedAway::Closed) => LogonResult::Closed,
            Self::TurnedAway(_) => LogonResult::NotFix,
            Self::Stranger(stranger) => stranger.result(),
        }
    }
}

impl From<TurnedAway> for Unwelcome {
    fn from(why: TurnedAway) -> Self {
        match why {
            TurnedAway::NotLogon(refusal) => Self::Stranger(refusal.into()),
            other => Self::TurnedAway(other),
        }
    }
}

impl Acceptor {
    /// Accepts until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.receive(stream, address, &stop),
                Err(why) => {
                    warn!(%why, "no connection could be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn receive(&self, stream: TcpStream, address: SocketAddr, stop: &CancellationToken) {
        let permit = match self.desk.limits.take(address.ip()) {
            Ok(permit) => permit,
            Err(why) => {
                info!(peer = %address, %why, "connection dropped");
                let fix = &self.desk.venue.metrics.fix;
                fix.connections_refused.inc(match why {
                    NoPlace::All => Limit::All,
                    NoPlace::Address => Limit::Address,
                });
                return;
            }
        };
        let arrival = Arrival {
            stream,
            address,
            permit,
            tls: self.tls.as_ref().map(LiveTls::acceptor),
            desk: Arc::clone(&self.desk),
        };
        let stop = stop.clone();
        self.crew.spawn(async move {
            let (address, venue) = (arrival.address, Arc::clone(&arrival.desk.venue));
            tokio::select! {
                () = stop.cancelled() => turned_away(address, &Stranger::Closing.into(), &venue),
                () = arrival.welcome() => {}
            }
        });
    }
}

/// A connection that nobody knows yet.
struct Arrival {
    stream: TcpStream,
    address: SocketAddr,
    permit: Permit,
    tls: Option<TlsAcceptor>,
    desk: Arc<FrontDesk>,
}

impl Arrival {
    async fn welcome(self) {
        let address = self.address;
        let venue = Arc::clone(&self.desk.venue);
        let patience = Duration::from_secs(venue.config.logon_timeout_secs);
        let outcome = timeout(patience, self.log_on()).await;
        if let Err(why) = outcome.unwrap_or(Err(TurnedAway::Timeout.into())) {
            turned_away(address, &why, &venue);
        }
    }

    async fn log_on(self) -> Result<(), Unwelcome> {
        let FrontDesk { venue, roster, .. } = &*self.desk;
        let greeter = greeter(venue);
        let greeted = greeter
            .greet(self.stream, self.address, None, self.tls)
            .await?;
        let certificate = greeted
            .peer
            .stream
            .peer_certificate_der()
            .map(<[u8]>::to_vec);
        let shown = Shown {
            address: self.address.ip(),
            certificate: certificate.as_deref(),
            request: &greeted.arrival.request,
        };
        let session = match admit(shown, venue, roster).await {
            Ok(session) => session,
            Err(stranger) => {
                if let Some(text) = stranger.text() {
                    greeter.refuse(greeted, &text).await;
                }
                return Err(stranger.into());
            }
        };
        let claim = session.claim().ok_or(Stranger::Taken(session.comp_id))?;
        let attachment = Attachment {
            peer: Peer {
                stream: greeted.peer.stream,
                unread: greeted.peer.unread,
                address: self.address,
                certificate: certificate.as_deref().and_then(CertificateId::of),
                permit: self.permit,
            },
            logon: greeted.logon,
            claim,
        };
        session.attach(attachment, venue).await;
        Ok(())
    }
}

fn turned_away(address: SocketAddr, why: &Unwelcome, venue: &Venue) {
    info!(peer = %address, why = %Excerpt(why), "turned away");
    venue.metrics.fix.logons.inc(why.result());
}

/// Greets as the venue's settings say; the time has its limit in [`Arrival::welcome`].
fn greeter(venue: &Venue) -> Greeter {
    Greeter {
        limits: GreetLimits {
            logon_wait: Duration::from_secs(venue.config.logon_timeout_secs),
            unknown_max_bytes: venue.config.max_unauthenticated_bytes,
        },
        clock: Clock::machine(),
    }
}
