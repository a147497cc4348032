//! [`Link`]: one connection, plain or TLS, both ways within one task. In: what the socket gives, cut into messages; messages to
//! send. Out: the same the other way round. Everything that one read brought is given out together, everything that waits is
//! written together. It knows no session.
//!
//! Bounded both ways: at most one message that is not whole is kept of what comes in, and what waits to go out has a limit in
//! messages and in bytes. Whoever puts never waits; a peer that does not read is found out by [`Full`].

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;
use tokio_util::codec::Decoder;

use crate::codec::index::CheckSum;
use crate::io::frames::{Frame, Frames};
use crate::io::limits::Permit;
use crate::io::stream::Stream;

/// Bytes asked of the socket at a time.
const READ_BYTES: usize = 32 << 10;
/// Bytes above which a link is crowded: what can wait should wait.
const CROWDED_BYTES: usize = 256 << 10;
/// How long a crowded link may hold up the timers of its session, and with them a resend.
pub(crate) const CROWDED_WAIT_SECS: i64 = 1;
/// Room that is kept for the next messages once everything is written.
const ROOM_KEPT_BYTES: usize = 64 << 10;
/// Bytes that are still read, and dropped, once a connection ends.
const DRAIN_BYTES: usize = 1 << 20;
/// How long the last bytes may take once a connection ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// A peer that has said who it is, or is about to.
#[derive(Debug)]
pub struct Peer {
    /// The socket.
    pub stream: Stream,
    /// Bytes that were read and not used.
    pub unread: BytesMut,
    /// All bytes that were read.
    pub bytes_in: u64,
    /// Where it comes from.
    pub address: SocketAddr,
    /// Its place among the connections that are allowed, if they are counted.
    pub permit: Option<Permit>,
}

/// How much may wait on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkLimits {
    /// Longest message taken, in bytes. Default 64 KiB.
    pub message_max_bytes: usize,
    /// Messages that may wait to be written; at least eight pieces of a resend. Default 65,536.
    pub outbound_max_messages: usize,
    /// Bytes that may wait to be written. Default 16 MiB.
    pub outbound_max_bytes: usize,
}

/// There is no room: the peer does not read what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("slow consumer: the peer does not read, {messages} messages ({bytes} bytes) wait")]
pub struct Full {
    /// Messages that wait.
    pub messages: usize,
    /// Bytes that wait.
    pub bytes: usize,
}

/// A live connection. Dropping it ends it at once.
#[derive(Debug)]
pub struct Link {
    stream: Stream,
    address: SocketAddr,
    permit: Option<Permit>,
    frames: Frames,
    limits: LinkLimits,
    /// Read, and not cut into messages yet. Empty and without room while nothing comes.
    unread: BytesMut,
    /// Whether `unread` may hold a whole message.
    is_uncut: bool,
    outbound: Outbound,
    bytes_in: u64,
    bytes_out: u64,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Outbound {
    bytes: Vec<u8>,
    /// So many of `bytes` are written.
    written: usize,
    /// Where in `bytes` each message ends that is not wholly written.
    ends: VecDeque<usize>,
    /// Written to the stream and perhaps not yet given to the network.
    is_unflushed: bool,
}

impl Link {
    /// A link to this peer.
    #[must_use]
    pub fn new(peer: Peer, limits: LinkLimits) -> Link {
        Link {
            stream: peer.stream,
            address: peer.address,
            permit: peer.permit,
            frames: Frames::new(limits.message_max_bytes, Frames::GARBAGE_MAX_BYTES),
            limits,
            is_uncut: !peer.unread.is_empty(),
            bytes_in: peer.bytes_in,
            unread: BytesMut::from(&peer.unread[..]),
            outbound: Outbound::default(),
            bytes_out: 0,
        }
    }

    /// Says whether the value of CheckSum (10) counts in what comes.
    pub fn set_check_sum(&mut self, check_sum: CheckSum) {
        self.frames.set_check_sum(check_sum);
    }

    /// Adds one message to what waits to be written; [`Link::progress`] writes it.
    ///
    /// # Errors
    /// [`Full`]: nothing is added.
    pub fn put(&mut self, message: &[u8]) -> Result<(), Full> {
        if self.outbound.ends.len() >= self.limits.outbound_max_messages
            || self.outbound.waiting() + message.len() > self.limits.outbound_max_bytes
        {
            return Err(self.full());
        }
        self.bytes_out += message.len() as u64;
        self.outbound.bytes.extend_from_slice(message);
        self.outbound.ends.push_back(self.outbound.bytes.len());
        Ok(())
    }

    /// What waits now, as a reason to give the connection up.
    pub(crate) fn full(&self) -> Full {
        Full {
            messages: self.outbound.ends.len(),
            bytes: self.outbound.waiting(),
        }
    }

    /// Whether what can wait should wait: the peer reads slower than it is written to.
    #[must_use]
    pub fn is_crowded(&self) -> bool {
        self.outbound.waiting() > CROWDED_BYTES
            || self.outbound.ends.len() > self.limits.outbound_max_messages / 4
    }

    /// Writes what waits and reads, until something is read (it is appended to `frames`) or the link is not crowded any more.
    /// While `listens` is false nothing is read. Cancelling it loses nothing.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn progress(&mut self, listens: bool, frames: &mut Vec<Frame>) -> io::Result<()> {
        poll_fn(|context| self.poll_progress(context, listens, frames)).await
    }

    /// [`Link::progress`] by polling.
    ///
    /// # Errors
    /// The connection is over.
    pub fn poll_progress(
        &mut self,
        context: &mut Context<'_>,
        listens: bool,
        frames: &mut Vec<Frame>,
    ) -> Poll<io::Result<()>> {
        let was_crowded = self.is_crowded();
        if let Poll::Ready(Err(error)) = self.poll_write(context) {
            return Poll::Ready(Err(error));
        }
        if was_crowded && !self.is_crowded() {
            return Poll::Ready(Ok(()));
        }
        if !listens {
            return Poll::Pending;
        }
        self.poll_read(context, frames)
    }

    /// Writes everything that waits, however long the peer takes.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|context| self.poll_write(context)).await
    }

    /// Bytes read since the connection was made, the Logon's included.
    #[must_use]
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in
    }

    /// Messages that wait to be written, the one that is partly written included.
    #[must_use]
    pub fn outbound_messages(&self) -> usize {
        self.outbound.ends.len()
    }

    /// Bytes put, written or waiting to be.
    #[must_use]
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out
    }

    /// Where the peer is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.stream.is_tls()
    }

    /// Ends it once what waits is written, or after a few seconds. What still comes is dropped, so that the peer reads our last
    /// words before it learns of the end.
    pub async fn close(mut self) {
        let last_words = async {
            self.flush().await?;
            self.stream.shutdown().await?;
            let mut dropped = [0; 1024];
            let mut left = DRAIN_BYTES;
            while left > 0 {
                match self.stream.read(&mut dropped).await? {
                    0 => break,
                    read => left = left.saturating_sub(read),
                }
            }
            Ok::<(), io::Error>(())
        };
        let _ended = timeout(FLUSH_TIMEOUT, last_words).await;
        drop(self.permit);
    }

    /// Ends it once what waits is written, and does not wait for the peer's end.
    pub(crate) async fn say_goodbye(mut self) {
        let last_words = async {
            self.flush().await?;
            self.stream.shutdown().await
        };
        let _ended = timeout(FLUSH_TIMEOUT, last_words).await;
    }

    /// Ready once everything is written and flushed.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outbound = &mut self.outbound;
        let mut stream = Pin::new(&mut self.stream);
        while outbound.waiting() > 0 {
            let waiting = &outbound.bytes[outbound.written..];
            let written = ready!(stream.as_mut().poll_write(context, waiting))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            outbound.advance(written);
        }
        if outbound.is_unflushed {
            ready!(stream.poll_flush(context))?;
            outbound.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        frames: &mut Vec<Frame>,
    ) -> Poll<io::Result<()>> {
        loop {
            if self.is_uncut {
                self.is_uncut = false;
                if self.cut(frames)? {
                    return Poll::Ready(Ok(()));
                }
            }
            let mut room = [const { MaybeUninit::uninit() }; READ_BYTES];
            let mut read = ReadBuf::uninit(&mut room);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.bytes_in += read.filled().len() as u64;
            self.unread.extend_from_slice(read.filled());
            self.is_uncut = true;
        }
    }

    /// Cuts what is read into frames; whether there were any.
    fn cut(&mut self, frames: &mut Vec<Frame>) -> io::Result<bool> {
        let before = frames.len();
        while let Some(frame) = self.frames.decode(&mut self.unread)? {
            frames.push(frame);
        }
        if self.unread.is_empty() {
            self.unread = BytesMut::new();
        }
        Ok(frames.len() > before)
    }
}

impl Outbound {
    fn waiting(&self) -> usize {
        self.bytes.len() - self.written
    }

    fn advance(&mut self, written: usize) {
        self.written += written;
        self.is_unflushed = true;
        while self.ends.front().is_some_and(|end| *end <= self.written) {
            self.ends.pop_front();
        }
        if self.waiting() == 0 {
            self.bytes.clear();
            self.bytes.shrink_to(ROOM_KEPT_BYTES);
            self.written = 0;
        } else if self.written > CROWDED_BYTES {
            self.bytes.drain(..self.written);
            self.ends.iter_mut().for_each(|end| *end -= self.written);
            self.written = 0;
        }
    }
}

impl Default for LinkLimits {
    fn default() -> LinkLimits {
        LinkLimits {
            message_max_bytes: Frames::MESSAGE_MAX_BYTES,
            outbound_max_messages: 1 << 16,
            outbound_max_bytes: 16 << 20,
        }
    }
}
