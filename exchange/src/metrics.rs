//! [`Metrics`]: the exchange's figures for Prometheus, in base units (seconds, bytes). The parts count, `/metrics` shows.

pub mod fix;
pub mod labels;

use crate::metrics::fix::FixMetrics;
use journal::entry::{Entry, Instruction};
use market::event::Event;
use prometheus::{
    Gauge, Histogram, HistogramOpts, IntCounter, IntGauge, IntGaugeVec, Opts, Registry,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// All figures; cheap to clone, all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// Orders taken into the book or traded, since the journal began.
    pub orders: IntCounter,
    /// Trades since the journal began.
    pub trades: IntCounter,
    /// Orders, cancels and other commands refused by the market, since the journal began.
    pub rejects: IntCounter,
    /// Orders that rest now.
    pub live_orders: IntGauge,
    /// Entries sequenced and durable: the last sequence number.
    pub last_seq: IntGauge,
    /// Bytes written to the journal since the start.
    pub journal_bytes: IntCounter,
    /// Seconds of one write and sync of the journal.
    pub journal_sync_seconds: Histogram,
    /// Entries of one write of the journal.
    pub journal_batch_entries: Histogram,
    /// Seconds from an operator's kill until the last report was written.
    pub kill_seconds: Histogram,
    /// Commands that wait for the sequencer.
    pub queue_commands: IntGauge,
    /// Entries that a reader of the feed is behind, by reader.
    pub feed_lag_entries: IntGaugeVec,
    /// Entries that the Kafka bus has not had acknowledged yet.
    pub bus_lag_entries: IntGauge,
    /// Failed attempts to reach Kafka since the start.
    pub bus_failures: IntCounter,
    /// Those of snapshots.
    pub snapshots: SnapshotMetrics,
    /// The FIX gateway's.
    pub fix: FixMetrics,
}

impl Metrics {
    /// Figures at zero, with a registry of their own.
    pub fn new() -> Self {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help).expect(NAMED);
            registry.register(Box::new(counter.clone())).expect(NAMED);
            counter
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help).expect(NAMED);
            registry.register(Box::new(gauge.clone())).expect(NAMED);
            gauge
        };
        let histogram = |name: &str, help: &str, buckets: Vec<f64>| {
            let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets));
            let histogram = histogram.expect(NAMED);
            registry.register(Box::new(histogram.clone())).expect(NAMED);
            histogram
        };
        let feed_lag_entries = IntGaugeVec::new(
            Opts::new(
                "loggia_feed_lag_entries",
                "Entries that a reader of the feed is behind.",
            ),
            &["reader"],
        )
        .expect(NAMED);
        registry
            .register(Box::new(feed_lag_entries.clone()))
            .expect(NAMED);
        Self {
            orders: counter(
                "loggia_orders_total",
                "Orders accepted since the journal began.",
            ),
            trades: counter("loggia_trades_total", "Trades since the journal began."),
            rejects: counter(
                "loggia_rejects_total",
                "Commands that the market refused since the journal began.",
            ),
            live_orders: gauge("loggia_live_orders", "Orders that rest in the books."),
            last_seq: gauge(
                "loggia_last_seq",
                "Last entry of the journal that is durable.",
            ),
            journal_bytes: counter(
                "loggia_journal_bytes_total",
                "Bytes written to the journal since the start.",
            ),
            journal_sync_seconds: histogram(
                "loggia_journal_sync_seconds",
                "Seconds of one write and sync of the journal.",
                vec![
                    0.000_01, 0.000_1, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5,
                    1.0,
                ],
            ),
            journal_batch_entries: histogram(
                "loggia_journal_batch_entries",
                "Entries of one write of the journal.",
                vec![1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0],
            ),
            kill_seconds: histogram(
                "loggia_kill_seconds",
                "Seconds from taking a kill until its last report was written.",
                vec![
                    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0,
                ],
            ),
            queue_commands: gauge(
                "loggia_queue_commands",
                "Commands that wait for the sequencer.",
            ),
            feed_lag_entries,
            bus_lag_entries: gauge(
                "loggia_bus_lag_entries",
                "Entries not acknowledged by Kafka yet.",
            ),
            bus_failures: counter(
                "loggia_bus_failures_total",
                "Failed attempts to reach Kafka since the start.",
            ),
            snapshots: SnapshotMetrics::new(&registry),
            fix: FixMetrics::new(&registry),
            registry,
        }
    }

    /// The registry, for figures that other parts add.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Entries up to this one are published; what those behind the last one of before say.
    pub fn told(&self, counts: &Counts, last_seq: u64) {
        self.add(counts);
        self.last_seq
            .set(i64::try_from(last_seq).unwrap_or(i64::MAX));
    }

    /// Adds what was counted elsewhere.
    pub fn add(&self, counts: &Counts) {
        self.orders.inc_by(counts.orders);
        self.trades.inc_by(counts.trades);
        self.rejects.inc_by(counts.rejects);
    }
}

/// Orders, trades and refusals since the journal began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    orders: u64,
    trades: u64,
    rejects: u64,
}

impl Counts {
    /// Counts what an entry says.
    pub fn count(&mut self, entry: &Entry) {
        for event in &entry.events {
            match event {
                Event::OrderAccepted { .. } => self.orders += 1,
                Event::Traded { .. } => self.trades += 1,
                Event::OrderRejected { .. } | Event::CancelRejected { .. } => self.rejects += 1,
                Event::Refused { .. } | Event::TransferRefused { .. }
                    if matches!(entry.instruction, Instruction::Market(_)) =>
                {
                    self.rejects += 1;
                }
                _ => {}
            }
        }
    }
}

/// Snapshots that were made since the start.
#[derive(Clone, Debug)]
pub struct SnapshotMetrics {
    /// How many.
    pub made: IntCounter,
    /// How often one could not be made.
    pub failures: IntCounter,
    /// The last entry of the newest.
    pub seq: IntGauge,
    /// Seconds that the newest took, pauses included.
    pub seconds: Gauge,
}

impl SnapshotMetrics {
    fn new(registry: &Registry) -> Self {
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help).expect(NAMED);
            registry.register(Box::new(counter.clone())).expect(NAMED);
            counter
        };
        let seq = IntGauge::new("loggia_snapshot_seq", "Last entry of the newest snapshot.");
        let seconds = Gauge::new(
            "loggia_snapshot_seconds",
            "Seconds that the newest snapshot took to make.",
        );
        let metrics = Self {
            made: counter("loggia_snapshots_total", "Snapshots made since the start."),
            failures: counter(
                "loggia_snapshot_failures_total",
                "Snapshots that could not be made since the start.",
            ),
            seq: seq.expect(NAMED),
            seconds: seconds.expect(NAMED),
        };
        registry
            .register(Box::new(metrics.seq.clone()))
            .expect(NAMED);
        registry
            .register(Box::new(metrics.seconds.clone()))
            .expect(NAMED);
        metrics
    }

    /// One was made.
    pub fn made(&self, seq: u64, took: Duration) {
        self.made.inc();
        self.seq.set(i64::try_from(seq).unwrap_or(i64::MAX));
        self.seconds.set(took.as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

const NAMED: &str = "every figure has a valid name of its own";
