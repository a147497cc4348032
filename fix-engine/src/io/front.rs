//! [`Greeter`]: what a peer gets before anybody knows it: a place, a few kilobytes, a few seconds. In: a socket. Out: its Logon, not
//! yet proven, or why there is none. Nothing is stored, nothing is reset, and nobody else waits.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use thiserror::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::codec::Decoder;

use crate::codec::body::Body;
use crate::codec::encode::{Header, encode};
use crate::codec::garbled::Garbled;
use crate::codec::message::Message;
use crate::io::clock::Clock;
use crate::io::frames::{Frame, Frames};
use crate::io::limits::Permit;
use crate::io::link::Peer;
use crate::io::stream::Stream;
use crate::io::tls::PeerCertificate;
use crate::session::logon::{LogonRefusal, LogonRequest};
use crate::time::Timestamp;
use crate::{msg_type, tag};

/// How long the text of a refused Logon may take to be written.
const GOODBYE: Duration = Duration::from_secs(2);

/// What an unknown peer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GreetLimits {
    /// From the connection to the proven Logon, the TLS handshake and the check of a password included. Default 10 s.
    pub logon_wait: Duration,
    /// Bytes taken before the Logon is proven. Default 4 KiB.
    pub unknown_max_bytes: usize,
}

/// A peer that asks to be let in. Everything in it is what the peer says, except its address and its certificate, which TLS has verified.
#[derive(Debug)]
pub struct Arrival {
    /// Where it comes from.
    pub address: SocketAddr,
    /// Whether it came by TLS.
    pub is_tls: bool,
    /// The certificate that it showed, if it did.
    pub certificate: Option<PeerCertificate>,
    /// Who it says it is, and with what password.
    pub request: LogonRequest,
}

/// An [`Arrival`] and the connection that it came over.
#[derive(Debug)]
pub struct Greeted {
    /// Who it says it is.
    pub arrival: Arrival,
    /// Its Logon, for the session.
    pub logon: Message,
    /// The connection.
    pub peer: Peer,
}

/// Why a connection ended before it was a session. The peer is to blame.
#[derive(Debug, Error)]
pub enum TurnedAway {
    /// The time is over.
    #[error("no Logon in time")]
    Timeout,
    /// No TLS, another version, a certificate that is not taken.
    #[error("TLS handshake failed: {0}")]
    Tls(io::Error),
    /// The connection broke.
    #[error("connection lost before the Logon: {0}")]
    Lost(io::Error),
    /// The peer hung up.
    #[error("closed before the Logon")]
    Closed,
    /// Something else than FIX.
    #[error("not FIX: {0}")]
    Garbled(Garbled),
    /// The Logon does not end.
    #[error("more than {max} bytes without a whole Logon")]
    TooLong {
        /// The most that is taken, in bytes.
        max: usize,
    },
    /// The first message is no Logon, or not a readable one.
    #[error(transparent)]
    NotLogon(#[from] LogonRefusal),
}

/// Greets peers of one port.
#[derive(Debug, Clone)]
pub struct Greeter {
    /// What each may cost.
    pub limits: GreetLimits,
    /// The time that `logon_wait` is measured by.
    pub clock: Clock,
}

impl Greeter {
    /// Waits for the Logon, without a limit of time: the caller has one around this and the proof.
    ///
    /// # Errors
    /// [`TurnedAway`] says why there is none.
    pub async fn greet(
        &self,
        tcp: TcpStream,
        address: SocketAddr,
        permit: Option<Permit>,
        tls: Option<TlsAcceptor>,
    ) -> Result<Greeted, TurnedAway> {
        let mut stream = secure(tcp, tls).await?;
        let max = self.limits.unknown_max_bytes;
        let mut unread = BytesMut::new();
        let mut bytes_in = 0;
        let logon = first_message(&mut stream, &mut unread, max, &mut bytes_in).await?;
        let arrival = Arrival {
            address,
            is_tls: stream.is_tls(),
            certificate: stream.peer_certificate(),
            request: LogonRequest::read(&logon)?,
        };
        let peer = Peer {
            stream,
            unread,
            bytes_in,
            address,
            permit,
        };
        Ok(Greeted {
            arrival,
            logon,
            peer,
        })
    }

    /// When the time to log on is over for a peer that comes now.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        let nanos = i64::try_from(self.limits.logon_wait.as_nanos()).unwrap_or(i64::MAX);
        self.clock.now().plus_nanos(nanos)
    }

    /// Says goodbye to a peer that is no session, with a [`farewell`].
    pub async fn refuse(&self, greeted: Greeted, text: &str) {
        let request = &greeted.arrival.request;
        let now = self.clock.now();
        let (ours, theirs) = (&request.target, &request.sender);
        let bytes = farewell(&request.begin_string, (ours, theirs), text, now);
        let mut stream = greeted.peer.stream;
        let _gone = tokio::time::timeout(GOODBYE, async {
            stream.write_all(&bytes).await?;
            stream.shutdown().await
        })
        .await;
    }
}

/// The Logout (5) to a peer whose Logon (A) does not become a session: numbered 1, since it may use up none of the session's numbers. `comp_ids`
/// are SenderCompID (49) and TargetCompID (56) of the Logout.
#[must_use]
pub fn farewell(
    begin_string: &str,
    comp_ids: (&str, &str),
    text: &str,
    sending_time: Timestamp,
) -> Bytes {
    let (sender, target) = comp_ids;
    let header = Header::new(begin_string, sender, target, 1, sending_time);
    let mut body = Body::new(msg_type::LOGOUT);
    body.push(tag::TEXT, text);
    let mut bytes = BytesMut::new();
    encode(&header, &body, &mut bytes);
    bytes.freeze()
}

impl Default for GreetLimits {
    fn default() -> GreetLimits {
        GreetLimits {
            logon_wait: Duration::from_secs(10),
            unknown_max_bytes: 4096,
        }
    }
}

async fn secure(tcp: TcpStream, tls: Option<TlsAcceptor>) -> Result<Stream, TurnedAway> {
    tcp.set_nodelay(true).map_err(TurnedAway::Lost)?;
    match tls {
        None => Ok(Stream::Plain(tcp)),
        Some(tls) => {
            let stream = tls.accept(tcp).await.map_err(TurnedAway::Tls)?;
            Ok(Stream::Tls(Box::new(stream.into())))
        }
    }
}

/// The first message; what came behind it stays in `unread`. Reads at most `max` bytes.
async fn first_message(
    stream: &mut Stream,
    unread: &mut BytesMut,
    max: usize,
    bytes_in: &mut u64,
) -> Result<Message, TurnedAway> {
    let mut frames = Frames::new(max, max);
    loop {
        match frames.decode(unread).map_err(TurnedAway::Lost)? {
            Some(Frame::Message(message)) => return Ok(message),
            Some(Frame::Garbled(what)) => return Err(TurnedAway::Garbled(what.why)),
            None => {}
        }
        let left = max.saturating_sub(unread.len());
        if left == 0 {
            return Err(TurnedAway::TooLong { max });
        }
        unread.reserve(left.min(1024));
        let read = (&mut *stream).take(left as u64).read_buf(unread).await;
        match read.map_err(TurnedAway::Lost)? {
            0 => return Err(TurnedAway::Closed),
            read => *bytes_in += read as u64,
        }
    }
}
