//! [`Wire`]: the peer's end of one connection. In: bytes to send, and how many are to come. Out: messages.

use bytes::BytesMut;
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;
use fix_engine::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::yield_now;

use super::super::acceptor::Output;

/// More than any message of the server's.
const MESSAGE_MAX_BYTES: usize = 1 << 20;
/// What a stranger may send before it is turned away.
const UNKNOWN_MAX_BYTES: usize = 4096;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The server does not know yet whose it is.
    Unknown,
    /// It is the session's.
    Attached,
    /// The server has turned it away.
    Over,
}

pub(super) struct Wire {
    stream: TcpStream,
    pub(super) phase: Phase,
    /// When it was made.
    pub(super) since: Timestamp,
    /// The first bytes sent, as far as a stranger's count.
    first: Vec<u8>,
    sent: u64,
    received: u64,
    unread: BytesMut,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, since: Timestamp) -> Wire {
        Wire {
            stream,
            phase: Phase::Unknown,
            since,
            first: Vec::new(),
            sent: 0,
            received: 0,
            unread: BytesMut::new(),
        }
    }

    /// Sends; a server that has hung up hears nothing.
    pub(super) async fn write(&mut self, bytes: &[u8], piece: usize) {
        let room = UNKNOWN_MAX_BYTES.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(room));
        for piece in bytes.chunks(piece) {
            if self.stream.write_all(piece).await.is_err() {
                return;
            }
            self.sent += piece.len() as u64;
            yield_now().await;
        }
    }

    /// Bytes sent.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether the server can tell by now who asks, or that nobody does.
    pub(super) fn has_asked(&self) -> bool {
        !matches!(split(&self.first, UNKNOWN_MAX_BYTES), Framing::Incomplete)
    }

    /// Reads until so many bytes have come over this connection.
    pub(super) async fn read(&mut self, bytes: u64) -> Vec<Output> {
        while self.received < bytes {
            match self.stream.read_buf(&mut self.unread).await {
                Ok(read) if read > 0 => self.received += read as u64,
                _ => break,
            }
        }
        assert!(self.received <= bytes, "more came than was sent");
        self.messages()
    }

    /// Reads until the server has nothing more to say.
    pub(super) async fn read_to_end(&mut self) -> Vec<Output> {
        while let Ok(read) = self.stream.read_buf(&mut self.unread).await {
            if read == 0 {
                break;
            }
        }
        let mut outputs = self.messages();
        outputs.push(Output::Disconnect("closed".to_owned()));
        outputs
    }

    fn messages(&mut self) -> Vec<Output> {
        let mut messages = Vec::new();
        loop {
            match split(&self.unread, MESSAGE_MAX_BYTES) {
                Framing::Incomplete => return messages,
                Framing::Garbage { skip, why } => {
                    panic!(
                        "we send what is no message: {why}, {skip} bytes of {:?}",
                        self.unread
                    );
                }
                Framing::Frame(len) => {
                    let message = Message::parse(self.unread.split_to(len).freeze());
                    messages.push(Output::Message(message.expect("we send what we can read")));
                }
            }
        }
    }
}
