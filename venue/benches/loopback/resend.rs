//! A participant asks for everything again, a million reports, while another one trades one request at a time: how fast they come, what
//! the server's memory grows by, and what the other one notices.
//!
//! Server, reader and trader share the machine. What is the machine's and what is the server's is told apart by a control: the same
//! resend to the same kind of reader, served by another process, while the trader goes on with its own.

use crate::fault::Fault;
use crate::figures;
use crate::one_at_a_time::Single;
use crate::server::{Program, Server};
use crate::socket::Socket;
use crate::stopwatch::{Percentiles, Stopwatch};
use crate::trader::Trader;
use crate::wire;
use bytes::{Buf, BytesMut};
use exchange::config::Durability;
use fix_engine::codec::frame::{Framing, split};
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often each is measured: no more often than a session serves the same ResendRequest over one connection.
const ROUNDS: usize = 3;
/// Requests under way while the reports are made.
const WINDOW: usize = 256;
/// Reports between two looks at the server's memory.
const LOOK: u64 = 10_000;
/// Longest message taken, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 << 10;

/// Runs it and prints its figures.
pub(crate) fn run(
    program: Program,
    durability: Durability,
    is_quick: bool,
    disk: &Path,
) -> Result<(), Fault> {
    let (reports, rounds, alone) = if is_quick {
        (2_000, 1, Duration::from_millis(200))
    } else {
        (1_000_000, ROUNDS, Duration::from_secs(2))
    };
    let server = Server::start(program, durability, disk)?;
    let other = Server::start(program, durability, disk)?;
    let measured = (|| {
        let (mut asking, mut control) = (Asking::log_on(&server)?, Asking::log_on(&other)?);
        thread::scope(|scope| {
            let filling = scope.spawn(|| control.fill(reports));
            asking.fill(reports).and(joined(filling.join()))
        })?;
        let mut single = Single::log_on(&server)?;
        println!(
            "{}, {}: a resend of {reports} reports; latency of another session's requests in µs",
            program.name(),
            durability.name()
        );
        for _ in 0..rounds {
            let (latency, ()) = beside(&mut single, || {
                thread::sleep(alone);
                Ok(())
            })?;
            println!("  alone                    {}", figures::line(&latency));
            let (latency, resent) = beside(&mut single, || asking.ask(reports))?;
            println!("  beside the resend        {}", figures::line(&latency));
            println!("                           {resent}");
            let (latency, resent) = beside(&mut single, || control.ask(reports))?;
            println!("  beside another process's {}", figures::line(&latency));
            println!("                           {resent}");
        }
        single.log_out()?;
        asking.log_out()?;
        control.log_out()
    })();
    match measured {
        Ok(()) => server.stop().and(other.stop()),
        Err(fault) => Err(server.blame(fault)),
    }
}

/// Lets the session trade while something else happens.
fn beside<T>(
    single: &mut Single,
    other: impl FnOnce() -> Result<T, Fault>,
) -> Result<(Percentiles, T), Fault> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let goes_on = |_| !is_over.load(Ordering::Relaxed);
        let trading = scope.spawn(move || single.ask(goes_on, &(0..u64::MAX)));
        let done = other();
        is_over.store(true, Ordering::Relaxed);
        let latency = joined(trading.join());
        let done = done?;
        Ok((latency?, done))
    })
}

fn joined<T>(ended: thread::Result<Result<T, Fault>>) -> Result<T, Fault> {
    let panicked = |_| Fault::Machine("a thread of the client panicked".to_owned());
    ended.map_err(panicked)?
}

/// A participant that has many reports, and asks for them again.
struct Asking<'a> {
    server: &'a Server,
    stopwatch: Stopwatch,
    trader: Trader,
    socket: Socket,
}

/// What a resend was like.
struct Resent {
    messages: u64,
    elapsed: Duration,
    cpu_nanos: u64,
    before_kib: u64,
    most_kib: u64,
}

impl<'a> Asking<'a> {
    fn log_on(server: &'a Server) -> Result<Self, Fault> {
        let stopwatch = Stopwatch::start();
        let mut trader = Trader::new(server.plans(1, 1)?.remove(0));
        let socket = Socket::log_on(server.address()?, &mut trader, stopwatch)?;
        Ok(Self {
            server,
            stopwatch,
            trader,
            socket,
        })
    }

    /// Trades until there are so many reports.
    fn fill(&mut self, reports: u64) -> Result<(), Fault> {
        let (trader, socket) = (&mut self.trader, &mut self.socket);
        let mut out = BytesMut::new();
        loop {
            let is_enough = trader.received() >= reports;
            if is_enough && trader.is_settled() && trader.is_between_cycles() {
                return Ok(());
            }
            // half a window at a time: a write for each request would take long
            if trader.in_flight() <= WINDOW / 2 {
                while trader.in_flight() < WINDOW && !(is_enough && trader.is_between_cycles()) {
                    trader.request(self.stopwatch.now(), &mut out);
                }
                socket.write(&out).map_err(|error| trader.lost(error))?;
                out.clear();
            }
            socket.hear(trader, self.stopwatch)?;
        }
    }

    /// Asks for the first so many messages and checks that they come, each once and in order.
    fn ask(&mut self, messages: u64) -> Result<Resent, Fault> {
        let cpu = self.server.cpu()?;
        let before_kib = self.server.resident_kib()?;
        let (mut most_kib, mut look_at) = (before_kib, LOOK);
        let begun = Instant::now();
        let mut out = BytesMut::new();
        self.trader
            .ask_again(messages, self.stopwatch.now(), &mut out);
        let written = self.socket.write(&out);
        written.map_err(|error| self.trader.lost(error))?;
        let mut next = 1;
        while next <= messages {
            let heard = self.socket.wait();
            heard.map_err(|error| self.trader.lost(error))?;
            let taken = take_again(self.socket.unread(), next);
            next = taken.map_err(|what| self.trader.fault(what))?;
            if next > look_at {
                most_kib = most_kib.max(self.server.resident_kib()?);
                look_at += LOOK;
            }
        }
        Ok(Resent {
            messages,
            elapsed: begun.elapsed(),
            cpu_nanos: self.server.cpu()?.since(&cpu).total_nanos,
            before_kib,
            most_kib,
        })
    }

    fn log_out(mut self) -> Result<(), Fault> {
        self.socket.log_out(&mut self.trader, self.stopwatch)
    }
}

/// Takes all whole messages of a resend, the first of which has the number `next`; the number after them.
fn take_again(bytes: &mut BytesMut, mut next: u64) -> Result<u64, String> {
    loop {
        match split(bytes, MESSAGE_BYTES_MAX) {
            Framing::Incomplete => return Ok(next),
            Framing::Garbage { why, .. } => {
                return Err(format!("not FIX: {why}: {}", wire::shown(bytes)));
            }
            Framing::Frame(len) => {
                let frame = &bytes[..len];
                let wrong = |why| format!("{why}: {}", wire::shown(frame));
                let message = wire::read(frame).map_err(wrong)?;
                if message.msg_seq_num != next || !message.is_repeated {
                    return Err(wrong("not the next of the resend"));
                }
                next = match message.msg_type {
                    b"8" => next + 1,
                    b"4" if message.new_seq_no > next => message.new_seq_no,
                    _ => return Err(wrong("neither a report nor a gap")),
                };
                bytes.advance(len);
            }
        }
    }
}

impl fmt::Display for Resent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.elapsed.as_micros().max(1);
        write!(
            f,
            "{} a second; server {} ms of processor time in {} ms, memory {} KiB before and {} KiB at most",
            u128::from(self.messages) * 1_000_000 / micros,
            self.cpu_nanos / 1_000_000,
            micros / 1_000,
            self.before_kib,
            self.most_kib
        )
    }
}
