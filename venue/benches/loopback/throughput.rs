//! 16 sessions that each keep 64 requests unanswered: what the server carries, and the processor time that it takes for it.
//!
//! The client is one thread, so that it takes as little as it can of the processors that it shares with the server.

use crate::Span;
use crate::fault::Fault;
use crate::server::{Cpu, Server};
use crate::socket::STALL;
use crate::stopwatch::{Percentiles, Samples, Stopwatch};
use crate::trader::Trader;
use bytes::BytesMut;
use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::rc::Rc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{sleep, timeout};

/// Sessions.
pub(crate) const SESSIONS: usize = 16;
/// Requests of each that have no report yet.
pub(crate) const IN_FLIGHT: usize = 64;
/// Orders that trade before a trader changes sides.
const BLOCK: usize = 64;
/// Bytes read at a time.
const READ_BYTES: usize = 64 << 10;

/// What was measured.
#[derive(Clone, Debug)]
pub(crate) struct Throughput {
    /// Requests that had their first report within the time.
    pub(crate) requests: u64,
    /// The time.
    pub(crate) nanos: u64,
    /// From a request to its first report, with all the others before it.
    pub(crate) latency: Percentiles,
    /// The longest time in which no request of any session was answered.
    pub(crate) silence_nanos: u64,
    /// What the server used.
    pub(crate) server: Cpu,
    /// What this client used.
    pub(crate) client: Cpu,
}

impl Throughput {
    /// Requests answered a second.
    pub(crate) fn requests_per_sec(&self) -> u64 {
        per(self.requests, self.nanos, 1_000_000_000)
    }

    /// Of these, orders: two of three.
    pub(crate) fn orders_per_sec(&self) -> u64 {
        self.requests_per_sec() * 2 / 3
    }

    /// Processor time of the server for one request, in nanoseconds.
    pub(crate) fn server_nanos_per_request(&self) -> u64 {
        per(self.server.total_nanos, self.requests, 1)
    }

    /// Processor time of this client for one request, in nanoseconds.
    pub(crate) fn client_nanos_per_request(&self) -> u64 {
        per(self.client.total_nanos, self.requests, 1)
    }
}

/// `amount` of `whole`, times `unit`, rounded down; 0 of nothing.
fn per(amount: u64, whole: u64, unit: u64) -> u64 {
    let share = u128::from(amount) * u128::from(unit) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// What the sessions have in common.
struct Shared {
    stopwatch: Stopwatch,
    address: SocketAddr,
    /// All have logged on.
    start: Barrier,
    /// New cycles may begin.
    goes_on: Cell<bool>,
    is_measured: Cell<bool>,
    acknowledged: Cell<u64>,
    last_nanos: Cell<u64>,
    silence_nanos: Cell<u64>,
    samples: RefCell<Samples>,
}

impl Shared {
    /// So many requests were answered just now.
    fn note(&self, count: usize, now_nanos: u64) {
        if count == 0 {
            return;
        }
        self.acknowledged
            .set(self.acknowledged.get() + count as u64);
        if self.is_measured.get() {
            self.note_silence(now_nanos);
        }
        self.last_nanos.set(now_nanos);
    }

    /// Nothing was answered since the last time.
    fn note_silence(&self, now_nanos: u64) {
        let silence = now_nanos.saturating_sub(self.last_nanos.get());
        self.silence_nanos
            .set(self.silence_nanos.get().max(silence));
    }
}

/// Runs it.
pub(crate) fn run(server: &Server, span: Span) -> Result<Throughput, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::Machine(error.to_string()))?;
    LocalSet::new().block_on(&runtime, measure(server, span))
}

async fn measure(server: &Server, span: Span) -> Result<Throughput, Fault> {
    let shared = Rc::new(Shared {
        stopwatch: Stopwatch::start(),
        address: server.address()?,
        start: Barrier::new(SESSIONS + 1),
        goes_on: Cell::new(true),
        is_measured: Cell::new(false),
        acknowledged: Cell::new(0),
        last_nanos: Cell::new(0),
        silence_nanos: Cell::new(0),
        samples: RefCell::default(),
    });
    let mut sessions = JoinSet::new();
    for plan in server.plans(SESSIONS, BLOCK)? {
        sessions.spawn_local(session(Trader::new(plan), Rc::clone(&shared)));
    }
    tokio::select! {
        _ = shared.start.wait() => {}
        fault = first_fault(&mut sessions) => return Err(fault),
    }
    while_sound(&mut sessions, sleep(span.warm_up)).await?;
    let (server_before, client_before) = (server.cpu()?, Cpu::of("/proc/self")?);
    let (before, from) = (shared.acknowledged.get(), shared.stopwatch.nanos());
    shared.last_nanos.set(from);
    shared.is_measured.set(true);
    while_sound(&mut sessions, sleep(span.measured)).await?;
    let (after, until) = (shared.acknowledged.get(), shared.stopwatch.nanos());
    shared.note_silence(until);
    shared.is_measured.set(false);
    let (server_after, client_after) = (server.cpu()?, Cpu::of("/proc/self")?);
    shared.goes_on.set(false);
    while let Some(ended) = sessions.join_next().await {
        ended.map_err(|error| Fault::Machine(error.to_string()))??;
    }
    Ok(Throughput {
        requests: after - before,
        nanos: until - from,
        latency: shared.samples.take().percentiles(),
        silence_nanos: shared.silence_nanos.get(),
        server: server_after.since(&server_before),
        client: client_after.since(&client_before),
    })
}

/// Waits, unless a session ends meanwhile.
async fn while_sound(
    sessions: &mut JoinSet<Result<(), Fault>>,
    waiting: impl Future<Output = ()>,
) -> Result<(), Fault> {
    tokio::select! {
        () = waiting => Ok(()),
        fault = first_fault(sessions) => Err(fault),
    }
}

async fn first_fault(sessions: &mut JoinSet<Result<(), Fault>>) -> Fault {
    match sessions.join_next().await {
        Some(Ok(Err(fault))) => fault,
        Some(Err(error)) => Fault::Machine(error.to_string()),
        Some(Ok(Ok(()))) | None => Fault::Machine("a session of the client ended early".to_owned()),
    }
}

/// The life of one session.
async fn session(mut trader: Trader, shared: Rc<Shared>) -> Result<(), Fault> {
    let opened = TcpStream::connect(shared.address).await;
    let mut stream = opened.map_err(|error| trader.lost(error))?;
    stream
        .set_nodelay(true)
        .map_err(|error| trader.lost(error))?;
    let (mut unread, mut out) = (BytesMut::with_capacity(READ_BYTES), BytesMut::new());
    trader.log_on(shared.stopwatch.now(), &mut out);
    while !trader.is_logged_on() {
        turn(&mut trader, &mut stream, &mut unread, &mut out, &shared).await?;
    }
    shared.start.wait().await;
    loop {
        let now = shared.stopwatch.now();
        trader.sample(shared.is_measured.get());
        while trader.in_flight() < IN_FLIGHT
            && (shared.goes_on.get() || !trader.is_between_cycles())
        {
            trader.request(now, &mut out);
        }
        if trader.is_settled() {
            break;
        }
        turn(&mut trader, &mut stream, &mut unread, &mut out, &shared).await?;
    }
    trader.log_out(shared.stopwatch.now(), &mut out);
    while !trader.is_logged_out() {
        turn(&mut trader, &mut stream, &mut unread, &mut out, &shared).await?;
    }
    shared.samples.borrow_mut().join(trader.samples());
    Ok(())
}

/// Writes what is to be written, waits for bytes, understands them.
async fn turn(
    trader: &mut Trader,
    stream: &mut TcpStream,
    unread: &mut BytesMut,
    out: &mut BytesMut,
    shared: &Shared,
) -> Result<(), Fault> {
    let exchanged = timeout(STALL, async {
        stream.write_all(out).await?;
        out.clear();
        unread.reserve(READ_BYTES);
        match stream.read_buf(unread).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    });
    exchanged
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
        .map_err(|error| trader.lost(error))?;
    let (before, now_nanos) = (trader.acknowledged(), shared.stopwatch.nanos());
    trader.receive(unread, now_nanos)?;
    shared.note(trader.acknowledged() - before, now_nanos);
    Ok(())
}
