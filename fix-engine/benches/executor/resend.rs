//! A peer asks for everything again, a million messages, while another one trades. In: nothing. Out: how fast they come, what the
//! server's memory grows by, and what the other one notices.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fix_engine::msg_type;
use fix_engine::tag;

use super::orders::Trader;
use super::peer::Peer;
use super::process::Process;

/// Nobody says a Heartbeat meanwhile.
const HEART_BT_INT: Duration = Duration::from_secs(600);

/// One run; prints its figures.
pub(crate) fn run(is_quick: bool) -> Result<(), Box<dyn Error>> {
    let messages: u64 = if is_quick { 20_000 } else { 1_000_000 };
    let words = messages.to_string();
    let server = Process::start(&["2", "--files", "--fill", &words])?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let trader = Trader::log_on(server.address, 1).await?;
        let (trader, alone) = trader.trade_alone(1000, &AtomicBool::new(false)).await?;
        let mut peer = Peer::log_on(server.address, 0, HEART_BT_INT).await?;
        peer.room = 256 << 10;
        let before = server.resident_kib()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_over);
        let trading = tokio::spawn(async move {
            let traded = trader.trade_alone(usize::MAX, &stop).await;
            traded.map(|(_, worst)| worst).map_err(|error| error.to_string())
        });
        let begun = Instant::now();
        let most = ask(&mut peer, messages, &server).await?;
        let elapsed = begun.elapsed();
        is_over.store(true, Ordering::Relaxed);
        let beside = trading.await??;
        writeln!(
            io::stdout(),
            "resend  {messages} messages: {} a second, memory {before} KiB before and {most} KiB at most; an order of another session took {} us at most, {} us before it",
            u128::from(messages) * 1_000_000 / elapsed.as_micros().max(1),
            beside.as_micros(),
            alone.as_micros(),
        )?;
        Ok(())
    })
}

/// Asks for everything and checks that it comes, each message once and in order; the server's memory at most, in KiB.
async fn ask(peer: &mut Peer, messages: u64, server: &Process) -> Result<u64, Box<dyn Error>> {
    peer.send("35=2|7=1|16=0|").await?;
    let mut most = 0;
    for number in 1..=messages {
        let message = peer.next().await?;
        let is_right = message.msg_type() == msg_type::EXECUTION_REPORT
            && message.msg_seq_num() == Ok(number)
            && message.value(tag::POSS_DUP_FLAG) == Some(b"Y");
        if !is_right {
            return Err(format!("message {number}: wrong answer {}", message.to_pipe()).into());
        }
        if number % 10_000 == 0 {
            most = most.max(server.resident_kib()?);
        }
    }
    Ok(most)
}
