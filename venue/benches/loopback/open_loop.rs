//! 5,000 requests a second over 4 sessions, each sent when it is due, whether or not answers come: what an order waits in moderate traffic.
//!
//! One thread sends, one for each session reads. The time of a request begins with its write; how late the sender itself was
//! (it sleeps between requests, so that it leaves the processors to the server) is told beside it.

use crate::Span;
use crate::fault::Fault;
use crate::server::Server;
use crate::socket::{STALL, Socket};
use crate::stopwatch::{Percentiles, Samples, Stopwatch, nanos};
use crate::trader::Trader;
use bytes::BytesMut;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Sessions.
const SESSIONS: usize = 4;
/// Nanoseconds from one request to the next: 5,000 a second.
const INTERVAL_NANOS: u64 = 200_000;
/// Orders that trade before a trader changes sides.
const BLOCK: usize = 16;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenLoop {
    /// From the write of a request to the read of its first report.
    pub(crate) latency: Percentiles,
    /// From when a request was due to its write.
    pub(crate) lag: Percentiles,
}

/// One session, between the thread that sends and the one that reads.
struct Line {
    trader: Mutex<Trader>,
    heard: Condvar,
    writer: TcpStream,
}

impl Line {
    fn trader(&self) -> MutexGuard<'_, Trader> {
        self.trader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, mut socket: Socket, stopwatch: Stopwatch) -> Result<(), Fault> {
        loop {
            let waited = socket.wait();
            let now_nanos = stopwatch.nanos();
            let mut trader = self.trader();
            let taken = match waited {
                Ok(()) => trader.receive(socket.unread(), now_nanos),
                Err(error) => Err(trader.lost(error)),
            };
            let is_over = trader.is_logged_out();
            drop(trader);
            self.heard.notify_one();
            if is_over || taken.is_err() {
                // The sender may be writing: it is told by the broken connection.
                Socket::cut(&self.writer);
                return taken;
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Fault> {
        let mut writer = &self.writer;
        let written = writer.write_all(bytes);
        written.map_err(|error| self.trader().lost(error))
    }
}

/// Runs it.
pub(crate) fn run(server: &Server, span: Span) -> Result<OpenLoop, Fault> {
    let stopwatch = Stopwatch::start();
    let mut lines = Vec::new();
    let mut sockets = Vec::new();
    for plan in server.plans(SESSIONS, BLOCK)? {
        let mut trader = Trader::new(plan);
        let socket = Socket::log_on(server.address()?, &mut trader, stopwatch)?;
        let writer = socket.writer().map_err(|error| trader.lost(error))?;
        lines.push(Line {
            trader: Mutex::new(trader),
            heard: Condvar::new(),
            writer,
        });
        sockets.push(socket);
    }
    let lag = thread::scope(|scope| {
        let readers: Vec<_> = lines
            .iter()
            .zip(sockets)
            .map(|(line, socket)| scope.spawn(move || line.read(socket, stopwatch)))
            .collect();
        let sent = send(&lines, span, stopwatch);
        if sent.is_err() {
            lines.iter().for_each(|line| Socket::cut(&line.writer));
        }
        let mut first = Ok(());
        for reader in readers {
            let read = reader.join().unwrap_or_else(|_| {
                Err(Fault::Machine("a thread of the client panicked".to_owned()))
            });
            // The first fault is the cause, a connection cut because of it is not.
            first = match (first, read) {
                (Ok(()) | Err(Fault::Lost { .. }), Err(fault)) => Err(fault),
                (first, _) => first,
            };
        }
        first.and(sent)
    })?;
    let mut latency = Samples::default();
    for line in lines {
        let trader = line.trader.into_inner();
        latency.join(trader.unwrap_or_else(PoisonError::into_inner).samples());
    }
    Ok(OpenLoop {
        latency: latency.percentiles(),
        lag: lag.percentiles(),
    })
}

/// Sends until the time is over and every trader has ended a cycle, then waits for the last answers and logs out.
fn send(lines: &[Line], span: Span, stopwatch: Stopwatch) -> Result<Samples, Fault> {
    let began = stopwatch.nanos();
    let from = began + nanos(span.warm_up);
    let until = from + nanos(span.measured);
    let mut lag = Samples::default();
    let mut out = BytesMut::new();
    let mut due = began;
    for line in lines.iter().cycle() {
        due += INTERVAL_NANOS;
        let wait = due.saturating_sub(stopwatch.nanos());
        if wait > 0 {
            thread::sleep(Duration::from_nanos(wait));
        }
        let now = stopwatch.now();
        let is_over = now.nanos >= until;
        if is_over && lines.iter().all(|line| line.trader().is_between_cycles()) {
            break;
        }
        let mut trader = line.trader();
        if is_over && trader.is_between_cycles() {
            continue;
        }
        let is_measured = (from..until).contains(&now.nanos);
        trader.sample(is_measured);
        if is_measured {
            lag.push(now.nanos.saturating_sub(due));
        }
        trader.request(now, &mut out);
        drop(trader);
        line.write(&out)?;
        out.clear();
    }
    for line in lines {
        let waited = line
            .heard
            .wait_timeout_while(line.trader(), STALL, |trader| !trader.is_settled());
        let (mut trader, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !trader.is_settled() {
            return Err(trader.lost(std::io::ErrorKind::TimedOut.into()));
        }
        trader.log_out(stopwatch.now(), &mut out);
        drop(trader);
        line.write(&out)?;
        out.clear();
    }
    Ok(lag)
}
