//! [`Connection`]: one socket, plain or TLS, as two tasks: a reader that cuts bytes into messages, a writer that empties the
//! [`Outbox`]. In: a stream. Out: messages through a bounded queue. It knows no session.

use crate::gateway::outbox::Outbox;
use crate::revoked::CertificateId;
use bytes::BytesMut;
use fix_engine::codec::garbled::Unreadable;
use fix_engine::codec::message::Message;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::io::limits::Permit;
use fix_engine::io::stream::Stream;
use prometheus::IntGauge;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_util::codec::Decoder;

/// Messages read and not yet taken by the session; then the socket is not read.
const INBOUND_QUEUE: usize = 64;
/// Bytes asked of the socket at a time.
const READ_BYTES: usize = 16 << 10;
/// How long the last bytes may take once a connection ends.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes that are still read, and dropped, once a connection ends.
const DRAIN_BYTES: usize = 1 << 20;

/// What comes in.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// A whole message.
    Message(Message),
    /// Bytes that are none.
    Garbled(Unreadable),
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
    /// Whether it is TLS.
    pub(crate) is_tls: bool,
    /// The client certificate that it showed.
    pub(crate) certificate: Option<CertificateId>,
    /// Its place among the connections that are allowed.
    pub(crate) permit: Permit,
}

/// A live connection. Dropping it ends it at once.
#[derive(Debug)]
pub(crate) struct Connection {
    inbound: mpsc::Receiver<Inbound>,
    outbox: Arc<Outbox>,
    address: SocketAddr,
    is_tls: bool,
    certificate: Option<CertificateId>,
    reader: AbortHandle,
    writer: AbortHandle,
    /// The reader goes on for a moment after the end.
    drains: bool,
}

impl Connection {
    /// Starts reading and writing.
    /// `waiting` shows what waits for all connections.
    pub(crate) fn start(
        peer: Peer,
        message_bytes_max: usize,
        queue_max: usize,
        waiting: IntGauge,
    ) -> Self {
        let (read, write) = tokio::io::split(peer.stream);
        let (sender, inbound) = mpsc::channel(INBOUND_QUEUE);
        let outbox = Arc::new(Outbox::new(queue_max, waiting));
        let permit = Arc::new(peer.permit);
        let reader = Reader {
            stream: read,
            bytes: peer.unread,
            frames: Frames::new(message_bytes_max, Frames::GARBAGE_MAX_BYTES),
            out: sender,
            _permit: Arc::clone(&permit),
        };
        Self {
            inbound,
            address: peer.address,
            is_tls: peer.is_tls,
            certificate: peer.certificate,
            reader: tokio::spawn(reader.run()).abort_handle(),
            writer: tokio::spawn(write_all(write, Arc::clone(&outbox), permit)).abort_handle(),
            outbox,
            drains: false,
        }
    }

    /// The next thing that comes in.
    pub(crate) async fn next(&mut self) -> Inbound {
        match self.inbound.recv().await {
            Some(inbound) => inbound,
            None => Inbound::Closed("the connection is closed".to_owned()),
        }
    }

    /// What waits to be written.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// Where the peer is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it is TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The client certificate that the peer showed.
    pub(crate) fn certificate(&self) -> Option<&CertificateId> {
        self.certificate.as_ref()
    }

    /// Ends it once what waits is written, or after a few seconds.
    pub(crate) fn close(mut self) {
        self.drains = true;
        self.outbox.close();
    }

    /// Ends it now.
    pub(crate) fn cut(self) {
        self.outbox.close();
        self.writer.abort();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.outbox.close();
        if !self.drains {
            self.reader.abort();
        }
    }
}

/// Cuts the stream into messages.
struct Reader {
    stream: ReadHalf<Stream>,
    bytes: BytesMut,
    frames: Frames,
    out: mpsc::Sender<Inbound>,
    _permit: Arc<Permit>,
}

impl Reader {
    async fn run(mut self) {
        let end = loop {
            match self.pass_on().await {
                Ok(true) => {}
                Ok(false) => return self.drain().await,
                Err(error) => break error.to_string(),
            }
            self.bytes.reserve(READ_BYTES);
            let read = tokio::select! {
                read = self.stream.read_buf(&mut self.bytes) => read,
                () = self.out.closed() => return self.drain().await,
            };
            match read {
                Ok(0) => break "the peer closed the connection".to_owned(),
                Ok(_) => {}
                Err(error) => break error.to_string(),
            }
        };
        let _gone = self.out.send(Inbound::Closed(end)).await;
    }

    /// Nobody listens any more. A socket that is closed over unread bytes takes our last words, a Logout with its reason, from a peer
    /// that has not read them yet: so the peer's are read for a moment, until it closes, too.
    async fn drain(mut self) {
        let mut left = DRAIN_BYTES;
        let draining = async {
            while left > 0 {
                self.bytes.clear();
                self.bytes.reserve(READ_BYTES);
                match self.stream.read_buf(&mut self.bytes).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => left = left.saturating_sub(read),
                }
            }
        };
        let _too_long = timeout(FLUSH_TIMEOUT, draining).await;
    }

    /// Passes on every whole message; `false` when nobody listens any more.
    ///
    /// # Errors
    /// More garbage than is taken.
    async fn pass_on(&mut self) -> std::io::Result<bool> {
        while let Some(frame) = self.frames.decode(&mut self.bytes)? {
            let inbound = match frame {
                Frame::Message(message) => Inbound::Message(message),
                Frame::Garbled(what) => Inbound::Garbled(what),
            };
            if self.out.send(inbound).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Writes until the outbox ends; then says so to the peer.
async fn write_all(mut stream: WriteHalf<Stream>, outbox: Arc<Outbox>, _permit: Arc<Permit>) {
    while let Some(bytes) = outbox.take().await {
        let written = write_some(&mut stream, &bytes, &outbox).await;
        if written.is_err() {
            outbox.close();
            return;
        }
    }
    let _gone = timeout(FLUSH_TIMEOUT, stream.shutdown()).await;
}

/// Writes for as long as it takes while the connection lives, a few seconds once it ends.
async fn write_some(
    stream: &mut WriteHalf<Stream>,
    bytes: &[u8],
    outbox: &Outbox,
) -> std::io::Result<()> {
    let mut writing = std::pin::pin!(async {
        stream.write_all(bytes).await?;
        stream.flush().await
    });
    loop {
        match timeout(FLUSH_TIMEOUT, &mut writing).await {
            Ok(written) => return written,
            Err(_) if outbox.is_closed() => return Err(std::io::ErrorKind::TimedOut.into()),
            Err(_) => {}
        }
    }
}
