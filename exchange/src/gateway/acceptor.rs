//! [`Acceptor`]: the FIX ports. In: connections, plain or TLS. Out: connections with a proven Logon, handed to their session. Before its
//! Logon a peer has a place, a few kilobytes and a few seconds, no more; it cannot hold up another one. Log lines say why somebody
//! was turned away; no password is in them.

use crate::gateway::connection::Peer;
use crate::gateway::crew::Crew;
use crate::gateway::logon::{Shown, Stranger, admit};
use crate::gateway::roster::{Attachment, Mail, Roster};
use crate::gateway::venue::Venue;
use crate::revoked::CertificateId;
use bytes::BytesMut;
use fix_engine::codec::body::Body;
use fix_engine::codec::encode::{Header, encode};
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::io::limits::{Limits, Permit};
use fix_engine::io::stream::Stream;
use fix_engine::io::tls::live::LiveTls;
use fix_engine::session::logon::LogonRequest;
use fix_engine::{msg_type, tag};
use futures_util::StreamExt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::Framed;
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
enum TurnedAway {
    #[error("no Logon in time")]
    Timeout,
    #[error("TLS handshake failed: {0}")]
    Tls(io::Error),
    #[error("connection lost before the Logon: {0}")]
    Lost(io::Error),
    #[error("closed before the Logon")]
    Closed,
    #[error("not FIX: {0}")]
    Garbled(fix_engine::codec::garbled::Garbled),
    #[error(transparent)]
    Stranger(#[from] Stranger),
}

impl TurnedAway {
    /// The value of `result` that it is counted under.
    fn result(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Tls(_) => "tls",
            Self::Lost(_) | Self::Closed => "closed",
            Self::Garbled(_) => "not_fix",
            Self::Stranger(stranger) => stranger.result(),
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
                fix.connections_refused.inc(why.limit());
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
            tokio::select! {
                () = stop.cancelled() => {}
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
        if let Err(why) = outcome.unwrap_or(Err(TurnedAway::Timeout)) {
            info!(peer = %address, %why, "turned away");
            venue.metrics.fix.logons.inc(why.result());
        }
    }

    async fn log_on(self) -> Result<(), TurnedAway> {
        let is_tls = self.tls.is_some();
        let stream = secure(self.stream, self.tls).await?;
        let certificate = stream.peer_certificate_der().map(<[u8]>::to_vec);
        let bytes_max = self.desk.venue.config.max_unauthenticated_bytes;
        let mut framed = Framed::new(stream, Frames::new(bytes_max, bytes_max));
        let logon = first_message(&mut framed).await?;
        let request = LogonRequest::read(&logon).map_err(Stranger::from)?;
        let FrontDesk { venue, roster, .. } = &*self.desk;
        let mut parts = framed.into_parts();
        let shown = Shown {
            address: self.address.ip(),
            certificate: certificate.as_deref(),
            request: &request,
        };
        let session = match admit(shown, venue, roster).await {
            Ok(session) => session,
            Err(stranger) => {
                if let Some(text) = stranger.text() {
                    let _gone = log_out(&mut parts.io, &request, &text).await;
                }
                return Err(stranger.into());
            }
        };
        let claim = session.claim().ok_or(Stranger::Taken(session.comp_id))?;
        let attachment = Attachment {
            peer: Peer {
                stream: parts.io,
                unread: parts.read_buf,
                address: self.address,
                is_tls,
                certificate: certificate.as_deref().and_then(CertificateId::of),
                permit: self.permit,
            },
            logon,
            claim,
        };
        let mail = Mail::Attach(Box::new(attachment));
        session
            .mailbox
            .send(mail)
            .await
            .map_err(|_| Stranger::Closing.into())
    }
}

async fn secure(stream: TcpStream, tls: Option<TlsAcceptor>) -> Result<Stream, TurnedAway> {
    stream.set_nodelay(true).map_err(TurnedAway::Lost)?;
    match tls {
        None => Ok(Stream::Plain(stream)),
        Some(tls) => {
            let stream = tls.accept(stream).await.map_err(TurnedAway::Tls)?;
            Ok(Stream::Tls(Box::new(stream.into())))
        }
    }
}

async fn first_message(framed: &mut Framed<Stream, Frames>) -> Result<Message, TurnedAway> {
    match framed.next().await {
        Some(Ok(Frame::Message(message))) => Ok(message),
        Some(Ok(Frame::Garbled(what))) => Err(TurnedAway::Garbled(what.why)),
        Some(Err(error)) => Err(TurnedAway::Lost(error)),
        None => Err(TurnedAway::Closed),
    }
}

/// Says goodbye to a peer that is no session: numbered 1, since none of the session's numbers may be used up by a stranger.
async fn log_out(stream: &mut Stream, request: &LogonRequest, text: &str) -> io::Result<()> {
    let header = Header::new("FIX.4.4", &request.target, &request.sender, 1, clock::now());
    let mut body = Body::new(msg_type::LOGOUT);
    body.push(tag::TEXT, text);
    let mut bytes = BytesMut::new();
    encode(&header, &body, &mut bytes);
    stream.write_all(&bytes).await?;
    stream.shutdown().await
}
