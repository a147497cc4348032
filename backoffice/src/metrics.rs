//! [`Metrics`]: the back office's figures for Prometheus, in base units (seconds). The parts count; whoever hands the registry in shows
//! them. Every label has few values, none of which a client can choose.

pub mod pools;

use crate::consumer::effect::Applied;
use crate::db::Db;
use axum::http::{Method, StatusCode};
use pools::Pools;
use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, Result as Registered,
};
use std::time::Duration;

/// All figures; cheap to clone, all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    http_requests: IntCounterVec,
    http_request_seconds: HistogramVec,
    consumer_events: IntCounterVec,
    consumer_last_seq: IntGauge,
    consumer_stopped: IntGauge,
    transfers: IntCounterVec,
    transfers_held: IntGauge,
    logins: IntCounterVec,
}

/// How a login ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginOutcome {
    /// A session began.
    Accepted,
    /// Unknown user or wrong password.
    Refused,
    /// It could not be decided: too busy, or the database or the list of sessions did not answer.
    Failed,
}

impl LoginOutcome {
    const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Failed];

    const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The states of a deposit.
const TRANSFER_STATES: [&str; 3] = ["held", "posted", "refused"];

/// Upper bounds of the times of requests, in seconds; a login hashes and takes tens of milliseconds.
const REQUEST_SECONDS: [f64; 11] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0,
];

impl Metrics {
    /// Figures at zero in `registry`, and those of the connections of `db`.
    ///
    /// # Errors
    /// When the registry has the figures of a back office already.
    pub fn new(registry: &Registry, db: &Db) -> Registered<Self> {
        let metrics = Self {
            http_requests: counters(
                "backoffice_http_requests_total",
                "Requests answered, by method, route and status.",
                &["method", "route", "status"],
            )?,
            http_request_seconds: HistogramVec::new(
                HistogramOpts::new(
                    "backoffice_http_request_seconds",
                    "Seconds from a request's head to its answer's, by method and route.",
                )
                .buckets(REQUEST_SECONDS.to_vec()),
                &["method", "route"],
            )?,
            consumer_events: counters(
                "backoffice_consumer_events_total",
                "Events of the exchange that were applied, by type.",
                &["type"],
            )?,
            consumer_last_seq: IntGauge::new(
                "backoffice_consumer_last_seq",
                "Highest journal number of the exchange that was applied; -1 before the first.",
            )?,
            consumer_stopped: IntGauge::new(
                "backoffice_consumer_stopped",
                "1 when the consumer met an event that it cannot apply and an operator must decide.",
            )?,
            transfers: counters(
                "backoffice_transfers_total",
                "Transfers to the exchange that came into a state here since the start.",
                &["state"],
            )?,
            transfers_held: IntGauge::new(
                "backoffice_transfers_held",
                "Transfers in the database that have no outcome now.",
            )?,
            logins: counters(
                "backoffice_logins_total",
                "Logins, by outcome: accepted, refused, failed.",
                &["outcome"],
            )?,
        };
        metrics.start();
        for collector in metrics.collectors() {
            registry.register(collector)?;
        }
        registry.register(Box::new(Pools::new(db.clone())?))?;
        Ok(metrics)
    }

    /// What is known beforehand is there from the start, at zero: a rate can be had of it.
    fn start(&self) {
        self.consumer_last_seq.set(-1);
        for state in TRANSFER_STATES {
            self.transfers.with_label_values(&[state]);
        }
        for outcome in LoginOutcome::ALL {
            self.logins.with_label_values(&[outcome.word()]);
        }
    }

    fn collectors(&self) -> [Box<dyn Collector>; 8] {
        [
            Box::new(self.http_requests.clone()),
            Box::new(self.http_request_seconds.clone()),
            Box::new(self.consumer_events.clone()),
            Box::new(self.consumer_last_seq.clone()),
            Box::new(self.consumer_stopped.clone()),
            Box::new(self.transfers.clone()),
            Box::new(self.transfers_held.clone()),
            Box::new(self.logins.clone()),
        ]
    }

    /// A request to `route` (the pattern, never the path) was answered.
    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = method_word(method);
        self.http_requests
            .with_label_values(&[method, route, status.as_str()])
            .inc();
        self.http_request_seconds
            .with_label_values(&[method, route])
            .observe(took.as_secs_f64());
    }

    /// The consumer has applied a batch, and its transaction has lasted.
    pub fn applied(&self, applied: &Applied) {
        for (kind, count) in &applied.events {
            self.consumer_events
                .with_label_values(&[*kind])
                .inc_by(*count);
        }
        self.reached(applied.last_seq);
    }

    /// The consumer stands at a journal number. Partitions come in any order: the highest counts.
    pub fn reached(&self, seq: i64) {
        // Only the consumer writes it, so nothing comes between reading and writing.
        self.consumer_last_seq
            .set(self.consumer_last_seq.get().max(seq));
    }

    /// The consumer has stopped for good.
    pub fn consumer_stopped(&self) {
        self.consumer_stopped.set(1);
    }

    /// A transfer came into a state: `held`, `posted` or `refused`.
    pub fn transferred(&self, state: &str) {
        self.transfers.with_label_values(&[state]).inc();
    }

    /// How many transfers have no outcome now.
    pub fn held(&self, count: i64) {
        self.transfers_held.set(count);
    }

    /// A login has ended.
    pub fn login(&self, outcome: LoginOutcome) {
        self.logins.with_label_values(&[outcome.word()]).inc();
    }
}

fn counters(name: &str, help: &str, labels: &[&str]) -> Registered<IntCounterVec> {
    IntCounterVec::new(Opts::new(name, help), labels)
}

/// A client can make up methods: those that are not of HTTP share one word.
fn method_word(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "TRACE" => "TRACE",
        "CONNECT" => "CONNECT",
        _ => "other",
    }
}
