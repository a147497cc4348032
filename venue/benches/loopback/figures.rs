//! [`Figures`]: everything that was measured against one server, as lines for people and as JSON for scripts.

use crate::baseline::Baseline;
use crate::open_loop::OpenLoop;
use crate::server::{Cpu, Program};
use crate::stopwatch::{Micros, Percentiles};
use crate::throughput::{IN_FLIGHT, SESSIONS, Throughput};
use exchange::config::Durability;
use serde_json::{Value, json};
use std::fmt;

/// Everything that was measured against one server.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// What ran.
    pub(crate) program: Program,
    /// How it wrote.
    pub(crate) durability: Durability,
    /// One request at a time.
    pub(crate) one_at_a_time: Percentiles,
    /// 5,000 requests a second.
    pub(crate) open_loop: OpenLoop,
    /// As much as it carries.
    pub(crate) throughput: Throughput,
}

impl Figures {
    /// Over the lines.
    pub(crate) const HEADINGS: &'static str =
        "latency in µs; a request is an order or a cancel, two of three are orders";
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (program, durability) = (self.program.name(), self.durability.name());
        let OpenLoop { latency, lag } = &self.open_loop;
        let load = &self.throughput;
        writeln!(f, "{program}, {durability}")?;
        writeln!(f, "  one at a time        {}", line(&self.one_at_a_time))?;
        writeln!(f, "  5,000 a second       {}", line(latency))?;
        writeln!(f, "    sender's own lag   {}", line(lag))?;
        writeln!(
            f,
            "  {SESSIONS} sessions x {IN_FLIGHT}     {}",
            line(&load.latency)
        )?;
        writeln!(
            f,
            "    answered a second  {} requests, of which {} orders; longest silence {} µs",
            load.requests_per_sec(),
            load.orders_per_sec(),
            Micros(load.silence_nanos)
        )?;
        writeln!(
            f,
            "    processor          server {} µs a request ({}), client {} µs; {} and {} of a processor",
            Micros(load.server_nanos_per_request()),
            threads(load),
            Micros(load.client_nanos_per_request()),
            percent(&load.server, load.nanos),
            percent(&load.client, load.nanos)
        )
    }
}

/// A distribution as one line.
pub(crate) fn line(p: &Percentiles) -> String {
    format!(
        "p50 {:>8}  p99 {:>8}  p99.9 {:>8}  max {:>9}  ({})",
        p.p50, p.p99, p.p999, p.max, p.count
    )
}

/// Where the server's processor time goes, the largest first.
fn threads(load: &Throughput) -> String {
    let mut threads: Vec<_> = load.server.by_name().into_iter().collect();
    threads.sort_by_key(|(_, nanos)| std::cmp::Reverse(*nanos));
    threads
        .iter()
        .map(|(name, nanos)| format!("{name} {}", Micros(*nanos / load.requests.max(1))))
        .collect::<Vec<_>>()
        .join(", ")
}

fn percent(cpu: &Cpu, nanos: u64) -> String {
    format!("{} %", cpu.total_nanos * 100 / nanos.max(1))
}

/// Everything as one JSON text. Times in nanoseconds.
pub(crate) fn json(baseline: &Baseline, all: &[Figures], is_quick: bool) -> String {
    let json = json!({
        "bench": "loopback",
        "quick": is_quick,
        "unit": "ns",
        "machine": { "tcp_echo": latency(&baseline.echo), "append_and_sync": latency(&baseline.sync) },
        "runs": all.iter().map(Figures::json).collect::<Vec<_>>(),
    });
    format!("{json:#}\n")
}

impl Figures {
    fn json(&self) -> Value {
        let load = &self.throughput;
        json!({
            "program": self.program.name(),
            "durability": self.durability.name(),
            "one_at_a_time": latency(&self.one_at_a_time),
            "open_loop": {
                "requests_per_sec": 5_000,
                "sessions": 4,
                "latency": latency(&self.open_loop.latency),
                "sender_lag": latency(&self.open_loop.lag),
            },
            "throughput": {
                "sessions": SESSIONS,
                "in_flight": IN_FLIGHT,
                "requests": load.requests,
                "duration": load.nanos,
                "requests_per_sec": load.requests_per_sec(),
                "orders_per_sec": load.orders_per_sec(),
                "latency": latency(&load.latency),
                "longest_silence": load.silence_nanos,
                "server_cpu_per_request": load.server_nanos_per_request(),
                "server_cpu_by_thread": load.server.by_name(),
                "client_cpu_per_request": load.client_nanos_per_request(),
            },
        })
    }
}

fn latency(p: &Percentiles) -> Value {
    json!({
        "count": p.count, "p50": p.p50.0, "p99": p.p99.0, "p99_9": p.p999.0, "max": p.max.0,
    })
}
