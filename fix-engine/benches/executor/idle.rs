//! Ten thousand sessions that say nothing but Heartbeats. In: nothing. Out: what each holds of the server's memory, and whether its
//! Heartbeats came on time. The peers are as small as can be: bytes in, bytes out.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::msg_type;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::codec::Decoder;

use super::process::{Process, hundredths};
use super::server::comp_id;

const HEART_BT_INT: Duration = Duration::from_secs(10);
/// Heartbeats that each session waits for.
const HEARTBEATS: usize = 3;

/// One run; prints its figures.
pub(crate) fn run(is_quick: bool) -> Result<(), Box<dyn Error>> {
    let sessions: usize = if is_quick { 500 } else { 10_000 };
    let words = sessions.to_string();
    let server = Process::start(&[&words, "--dictionary"])?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut peers = Vec::new();
        for number in 0..sessions {
            peers.push(Peer::log_on(server.address, number).await?);
        }
        let logged_on = server.resident_kib()?;
        let cpu = server.cpu()?;
        let listening = peers.into_iter().map(|peer| tokio::spawn(peer.listen()));
        let waits = futures_util::future::join_all(listening.collect::<Vec<_>>()).await;
        let cpu = server.cpu()? - cpu;
        let mut worst = Duration::ZERO;
        for wait in waits {
            worst = worst.max(wait??);
        }
        let resident = server.resident_kib()?.max(logged_on);
        writeln!(
            io::stdout(),
            "idle    {sessions} sessions: {resident} KiB in all, {} KiB each; HeartBtInt {} s, {HEARTBEATS} Heartbeats each, longest wait for one {} ms; {} us of processor time a Heartbeat",
            hundredths(resident.into(), sessions as u128),
            HEART_BT_INT.as_secs(),
            worst.as_millis(),
            hundredths(cpu.as_micros(), (sessions * HEARTBEATS) as u128),
        )?;
        Ok(())
    })
}

struct Peer {
    stream: TcpStream,
    number: usize,
    sent: u64,
    bytes: BytesMut,
    frames: Frames,
}

impl Peer {
    async fn log_on(address: SocketAddr, number: usize) -> Result<Peer, Box<dyn Error>> {
        let stream = TcpStream::connect(address).await?;
        let mut peer = Peer {
            stream,
            number,
            sent: 0,
            bytes: BytesMut::new(),
            frames: Frames::default(),
        };
        let secs = HEART_BT_INT.as_secs();
        peer.send(&format!("35=A|98=0|108={secs}|")).await?;
        let answer = peer.next().await?;
        if answer.msg_type() != msg_type::LOGON {
            return Err(format!("no Logon but {}", answer.to_pipe()).into());
        }
        Ok(peer)
    }

    /// Answers in kind; the longest time between two Heartbeats.
    async fn listen(mut self) -> Result<Duration, String> {
        let mut worst = Duration::ZERO;
        let mut last = Instant::now();
        for _ in 0..HEARTBEATS {
            let message = self.next().await.map_err(|error| error.to_string())?;
            if message.msg_type() != msg_type::HEARTBEAT {
                return Err(format!("no Heartbeat but {}", message.to_pipe()));
            }
            worst = worst.max(last.elapsed());
            last = Instant::now();
            let sent = self.send("35=0|").await;
            sent.map_err(|error| error.to_string())?;
        }
        Ok(worst)
    }

    async fn next(&mut self) -> Result<Message, Box<dyn Error>> {
        loop {
            match self.frames.decode(&mut self.bytes)? {
                Some(Frame::Message(message)) => return Ok(message),
                Some(other) => return Err(format!("no message: {other:?}").into()),
                None => {}
            }
            if self.stream.read_buf(&mut self.bytes).await? == 0 {
                return Err("the server hung up".into());
            }
        }
    }

    async fn send(&mut self, text: &str) -> Result<(), Box<dyn Error>> {
        self.sent += 1;
        let (msg_type, rest) = text.split_once('|').unwrap_or((text, ""));
        let (number, name, now) = (self.sent, comp_id(self.number), clock::now());
        let line = format!("8=FIX.4.4|{msg_type}|34={number}|49={name}|56=EXEC|52={now}|{rest}");
        let message = Message::from_pipe(&line)?;
        self.stream.write_all(message.bytes()).await?;
        Ok(())
    }
}
