//! Ten thousand sessions that say nothing but Heartbeats. In: nothing. Out: what each holds of the server's memory, and whether its
//! Heartbeats came on time. The peers are as small as can be: bytes in, bytes out.

use std::error::Error;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use fix_engine::msg_type;

use super::peer::Peer;
use super::process::{Process, hundredths};

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
            peers.push(Peer::log_on(server.address, number, HEART_BT_INT).await?);
        }
        let logged_on = server.resident_kib()?;
        let cpu = server.cpu()?;
        let listening = peers.into_iter().map(|peer| tokio::spawn(listen(peer)));
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

/// Answers in kind; the longest time between two Heartbeats.
async fn listen(mut peer: Peer) -> Result<Duration, String> {
    let mut worst = Duration::ZERO;
    let mut last = Instant::now();
    for _ in 0..HEARTBEATS {
        let message = peer.next().await.map_err(|error| error.to_string())?;
        if message.msg_type() != msg_type::HEARTBEAT {
            return Err(format!("no Heartbeat but {}", message.to_pipe()));
        }
        worst = worst.max(last.elapsed());
        last = Instant::now();
        let sent = peer.send("35=0|").await;
        sent.map_err(|error| error.to_string())?;
    }
    Ok(worst)
}
