//! A peer as small as can be: bytes in, bytes out, no session.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::msg_type;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::codec::Decoder;

use super::server::comp_id;

/// A session's other side.
pub(crate) struct Peer {
    stream: TcpStream,
    number: usize,
    sent: u64,
    bytes: BytesMut,
    frames: Frames,
    /// Bytes asked of the socket at a time.
    pub(crate) room: usize,
}

impl Peer {
    pub(crate) async fn log_on(
        address: SocketAddr,
        number: usize,
        heart_bt_int: Duration,
    ) -> Result<Peer, Box<dyn Error>> {
        let stream = TcpStream::connect(address).await?;
        let mut peer = Peer {
            stream,
            number,
            sent: 0,
            bytes: BytesMut::new(),
            frames: Frames::default(),
            room: 256,
        };
        let secs = heart_bt_int.as_secs();
        peer.send(&format!("35=A|98=0|108={secs}|")).await?;
        let answer = peer.next().await?;
        if answer.msg_type() != msg_type::LOGON {
            return Err(format!("no Logon but {}", answer.to_pipe()).into());
        }
        Ok(peer)
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Result<Message, Box<dyn Error>> {
        loop {
            match self.frames.decode(&mut self.bytes)? {
                Some(Frame::Message(message)) => return Ok(message),
                Some(other) => return Err(format!("no message: {other:?}").into()),
                None => {}
            }
            self.bytes.reserve(self.room);
            if self.stream.read_buf(&mut self.bytes).await? == 0 {
                return Err("the server hung up".into());
            }
        }
    }

    /// Sends the fields behind the header, MsgType (35) first.
    pub(crate) async fn send(&mut self, text: &str) -> Result<(), Box<dyn Error>> {
        self.sent += 1;
        let (msg_type, rest) = text.split_once('|').unwrap_or((text, ""));
        let (number, name, now) = (self.sent, comp_id(self.number), clock::now());
        let line = format!("8=FIX.4.4|{msg_type}|34={number}|49={name}|56=EXEC|52={now}|{rest}");
        let message = Message::from_pipe(&line)?;
        self.stream.write_all(message.bytes()).await?;
        Ok(())
    }
}
