//! A peer asks for everything again, a million messages, while another one trades. In: nothing. Out: how fast they come, what the
//! server's memory grows by, and what the other one notices.
//!
//! Server, reader and trader share the machine. What is the machine's and what is the server's is told apart by a control: the same
//! resend to the same reader, served by another process, while the trader goes on with its own server.

use std::error::Error;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use fix_engine::msg_type;
use fix_engine::tag;
use tokio::runtime::Runtime;

use super::beside::Beside;
use super::peer::Peer;
use super::process::Process;

/// Nobody says a Heartbeat meanwhile.
const HEART_BT_INT: Duration = Duration::from_secs(600);
/// How often each is measured: no more often than a session serves the same ResendRequest over one connection.
const ROUNDS: usize = 3;
/// The session with what is kept, and the one that trades.
const KEPT: usize = 0;
const TRADING: usize = 1;

/// One run; prints its figures. `settings` are words for the servers.
pub(crate) fn run(is_quick: bool, settings: &[&str]) -> Result<(), Box<dyn Error>> {
    let (messages, rounds, alone) = if is_quick {
        (20_000, 1, Duration::from_millis(100))
    } else {
        (1_000_000, ROUNDS, Duration::from_secs(2))
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut asked = Asked::start(&runtime, messages, settings)?;
    let mut control = Asked::start(&runtime, messages, settings)?;
    let mut trader = Beside::log_on(asked.server.address, TRADING)?;
    for _ in 0..rounds {
        let quiet = trader.begin();
        thread::sleep(alone);
        let (back, delays) = quiet.end()?;
        say("alone", &delays)?;

        let during = back.begin();
        let resent = runtime.block_on(asked.ask())?;
        let (back, delays) = during.end()?;
        say("beside the resend", &delays)?;
        say("  resend", &resent)?;

        let during = back.begin();
        let resent = runtime.block_on(control.ask())?;
        let (back, delays) = during.end()?;
        say("beside another process's", &delays)?;
        say("  resend", &resent)?;
        trader = back;
    }
    Ok(())
}

fn say(what: &str, figures: &dyn std::fmt::Display) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(io::stdout(), "resend  {what:<26}{figures}")?)
}

/// A server and the peer that asks it for everything.
struct Asked {
    server: Process,
    peer: Peer,
    messages: u64,
}

impl Asked {
    fn start(runtime: &Runtime, messages: u64, settings: &[&str]) -> Result<Asked, Box<dyn Error>> {
        let count = messages.to_string();
        let words = [&["2", "--files", "--fill", &count], settings].concat();
        let server = Process::start(&words)?;
        let mut peer = runtime.block_on(Peer::log_on(server.address, KEPT, HEART_BT_INT))?;
        peer.room = 256 << 10;
        Ok(Asked {
            server,
            peer,
            messages,
        })
    }

    /// Asks for everything and checks that it comes, each message once and in order.
    async fn ask(&mut self) -> Result<String, Box<dyn Error>> {
        let messages = self.messages;
        let (before, cpu) = (self.server.resident_kib()?, self.server.cpu()?);
        let begun = Instant::now();
        let request = format!("35=2|7=1|16={messages}|");
        self.peer.send(&request).await?;
        let mut most = before;
        for number in 1..=messages {
            let message = self.peer.next().await?;
            let is_right = message.msg_type() == msg_type::EXECUTION_REPORT
                && message.msg_seq_num() == Ok(number)
                && message.value(tag::POSS_DUP_FLAG) == Some(b"Y");
            if !is_right {
                let got = message.to_pipe();
                return Err(format!("message {number}: wrong answer {got}").into());
            }
            if number % 10_000 == 0 {
                most = most.max(self.server.resident_kib()?);
            }
        }
        let elapsed = begun.elapsed();
        let cpu = self.server.cpu()? - cpu;
        Ok(format!(
            "{messages} messages, {} a second, server {} ms of processor time in {} ms, memory {before} KiB before and {most} KiB at most",
            u128::from(messages) * 1_000_000 / elapsed.as_micros().max(1),
            cpu.as_millis(),
            elapsed.as_millis(),
        ))
    }
}
