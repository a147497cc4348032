//! [`Pools`]: the connections of the database, read when the figures are gathered.

use crate::db::Db;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGaugeVec, Opts, Result as Registered};

/// Connections that are open, in use and allowed, by pool.
#[derive(Debug)]
pub struct Pools {
    db: Db,
    open: IntGaugeVec,
    in_use: IntGaugeVec,
    max: IntGaugeVec,
}

impl Pools {
    /// The pools of `db`.
    ///
    /// # Errors
    /// None at present: names and labels are right.
    pub fn new(db: Db) -> Registered<Self> {
        let gauge = |name: &str, help: &str| IntGaugeVec::new(Opts::new(name, help), &["pool"]);
        Ok(Self {
            db,
            open: gauge(
                "backoffice_database_connections",
                "Connections to the database that are open, by pool.",
            )?,
            in_use: gauge(
                "backoffice_database_connections_in_use",
                "Connections to the database that somebody works with, by pool.",
            )?,
            max: gauge(
                "backoffice_database_connections_max",
                "Most connections to the database, by pool.",
            )?,
        })
    }

    const fn all(&self) -> [&IntGaugeVec; 3] {
        [&self.open, &self.in_use, &self.max]
    }
}

impl Collector for Pools {
    fn desc(&self) -> Vec<&Desc> {
        self.all().into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for at in self.db.connections() {
            let set = |gauge: &IntGaugeVec, value: u32| {
                gauge.with_label_values(&[at.pool]).set(i64::from(value));
            };
            set(&self.open, at.open);
            set(&self.in_use, at.in_use);
            set(&self.max, at.max);
        }
        self.all()
            .into_iter()
            .flat_map(Collector::collect)
            .collect()
    }
}
