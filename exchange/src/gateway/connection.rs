//! [`Connection`]: one socket, plain or TLS, of a session: the library's [`Link`] with what the exchange knows about its peer. In: what the
//! socket gives, cut into messages; messages to send. The session's own task reads and writes, so an order needs no other task to
//! come in and its report none to go out. It knows no session.

use crate::gateway::outbox::Outbox;
use crate::revoked::CertificateId;
use bytes::BytesMut;
use fix_engine::codec::garbled::Unreadable;
use fix_engine::codec::message::Message;
use fix_engine::io::frames::Frame;
use fix_engine::io::limits::Permit;
use fix_engine::io::link::{self, Full, Link, LinkLimits};
use fix_engine::io::stream::Stream;
use prometheus::IntGauge;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Bytes that may wait to be written, whatever the number of messages.
const OUTBOUND_MAX_BYTES: usize = 64 << 20;

/// What comes in.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// A whole message.
    Message(Message),
    /// Bytes that are none.
    Garbled(Unreadable),
    /// Nothing; but the peer has taken so much that the connection is not crowded any more.
    Emptied,
    /// The peer is gone, and why.
    Closed(String),
}

/// A peer, known by address, before and after its logon.
pub(crate) struct Peer {
    /// The socket.
    pub(crate) stream: Stream,
    /// Bytes that were read and not used.
    pub(crate) unread: BytesMut,
    /// Where it comes from.
    pub(crate) address: SocketAddr,
    /// The client certificate that it showed.
    pub(crate) certificate: Option<CertificateId>,
    /// Its place among the connections that are allowed.
    pub(crate) permit: Permit,
}

/// A live connection. Dropping it ends it at once.
#[derive(Debug)]
pub(crate) struct Connection {
    link: Link,
    /// Read together and not taken yet: what one read brings, at most.
    frames: VecDeque<Frame>,
    /// What the link reads into.
    read: Vec<Frame>,
    /// Why it is over; told once all that was read is taken.
    over: Option<String>,
    outbox: Shown,
    certificate: Option<CertificateId>,
}

impl Connection {
    /// A connection to this peer, which sends messages of so many bytes at most. So many may wait to be sent; `waiting` shows what waits for
    /// all connections.
    pub(crate) fn start(
        peer: Peer,
        message_max_bytes: usize,
        outbound_max_messages: usize,
        waiting: IntGauge,
    ) -> Self {
        let limits = LinkLimits {
            message_max_bytes,
            outbound_max_messages,
            outbound_max_bytes: OUTBOUND_MAX_BYTES,
        };
        let certificate = peer.certificate;
        let peer = link::Peer {
            stream: peer.stream,
            unread: peer.unread,
            bytes_in: 0,
            address: peer.address,
            permit: Some(peer.permit),
        };
        Self {
            link: Link::new(peer, limits),
            frames: VecDeque::new(),
            read: Vec::new(),
            over: None,
            outbox: Shown(Arc::new(Outbox::new(waiting))),
            certificate,
        }
    }

    /// The next thing that comes in; what waits is written meanwhile. Nothing is read while `listens` is false. Dropping the future loses
    /// nothing.
    pub(crate) async fn next(&mut self, listens: bool) -> Inbound {
        poll_fn(|context| self.poll_next(context, listens)).await
    }

    /// What has been read already.
    pub(crate) fn ready(&mut self) -> Option<Inbound> {
        let frame = self.frames.pop_front()?;
        Some(match frame {
            Frame::Message(message) => Inbound::Message(message),
            Frame::Garbled(what) => Inbound::Garbled(what),
        })
    }

    /// Writes what the socket takes of what waits.
    pub(crate) async fn write(&mut self) {
        if self.link.outbound_messages() > 0 {
            poll_fn(|context| {
                // Whether the connection is over is the next read's matter.
                let _over = self.poll_link(context, false);
                Poll::Ready(())
            })
            .await;
        }
    }

    /// Whether something waits for the socket.
    pub(crate) fn has_unwritten(&self) -> bool {
        self.over.is_none() && self.link.outbound_messages() > 0
    }

    /// Adds one message to what waits to be written.
    ///
    /// # Errors
    /// [`Full`]: nothing is added.
    pub(crate) fn put(&mut self, message: &[u8]) -> Result<(), Full> {
        if self.over.is_some() {
            // Nobody reads it any more; the session hears of the end in its turn.
            return Ok(());
        }
        let put = self.link.put(message);
        self.show();
        put
    }

    /// Whether what can wait should wait.
    pub(crate) fn is_crowded(&self) -> bool {
        self.link.is_crowded()
    }

    /// How much waits to be written, for others to see.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox.0
    }

    /// Where the peer is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.link.address()
    }

    /// Whether it is TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.link.is_tls()
    }

    /// The client certificate that the peer showed.
    pub(crate) fn certificate(&self) -> Option<&CertificateId> {
        self.certificate.as_ref()
    }

    /// Ends it once what waits is written, or after a few seconds.
    pub(crate) fn close(self) {
        tokio::spawn(self.link.close());
    }

    /// Ends it now.
    pub(crate) fn cut(self) {
        drop(self);
    }

    fn poll_next(&mut self, context: &mut Context<'_>, listens: bool) -> Poll<Inbound> {
        loop {
            if listens {
                if let Some(inbound) = self.ready() {
                    return Poll::Ready(inbound);
                }
                if let Some(why) = &self.over {
                    return Poll::Ready(Inbound::Closed(why.clone()));
                }
            }
            match self.poll_link(context, listens) {
                Poll::Pending => return Poll::Pending,
                // It hears of the end when it listens.
                Poll::Ready(()) if self.over.is_some() && !listens => return Poll::Pending,
                Poll::Ready(()) if self.over.is_some() || listens && !self.frames.is_empty() => {}
                Poll::Ready(()) => return Poll::Ready(Inbound::Emptied),
            }
        }
    }

    /// Writes and reads; ready once something was read, the connection is over, or not crowded any more.
    fn poll_link(&mut self, context: &mut Context<'_>, listens: bool) -> Poll<()> {
        if self.over.is_some() {
            return Poll::Ready(());
        }
        let progress = self.link.poll_progress(context, listens, &mut self.read);
        self.frames.extend(self.read.drain(..));
        self.show();
        progress.map(|progress| {
            self.over = progress.err().map(|error| match error.kind() {
                ErrorKind::UnexpectedEof => "the peer closed the connection".to_owned(),
                _ => error.to_string(),
            });
        })
    }

    fn show(&self) {
        let outbox = &self.outbox.0;
        outbox.show(self.link.outbound_messages(), self.link.is_crowded());
    }
}

/// Shows how much waits, until the connection is over.
#[derive(Debug)]
struct Shown(Arc<Outbox>);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.close();
    }
}
