//! The back office of Loggia: what users own and may do. An axum service on SQLite or PostgreSQL, fed by the exchange's events.
//!
//! In: REST requests; events from the exchange's feed or Kafka ([`consumer`]). Out: answers; two requests to the exchange's control
//! port ([`exchange_control`]); figures into a registry that was handed in ([`metrics`]). It deliberately knows nothing of the book, FIX,
//! or the journal's files.
//!
//! ```text
//! events ─► consumer ─► effect ─┬─► portfolio (positions)      requests ─► http ─► guard ─► users, accounts, wallet, portfolio …
//!                               ├─► wallet::ledger (cash)                                     │
//!                               └─► trades, orders, instruments              settlement ─────┴─► exchange_control ─► exchange
//! ```
//!
//! [`open`] makes everything ready (tables, keys, demo user, listener), [`Backoffice::run`] works until it is told to stop.

pub mod accounts;
pub mod amount;
pub mod app;
pub mod auth;
pub mod clock;
pub mod config;
pub mod consumer;
pub mod db;
pub mod error;
pub mod event_place;
pub mod exchange_control;
pub mod http;
pub mod instruments;
pub mod metrics;
pub mod orders;
pub mod portfolio;
pub mod readiness;
pub mod trades;
pub mod users;
pub mod wallet;
pub mod words;

use app::App;
use auth::Sessions;
use auth::session_list::SessionList;
use auth::session_memory::MemorySessions;
use auth::session_redis::RedisSessions;
use auth::token::TokenKey;
use config::Config;
use consumer::source::EventSource;
use consumer::state::StateCell;
use db::Db;
use error::Error;
use exchange_control::https::ControlPort;
use market::money::Money;
use metrics::Metrics;
use prometheus::Registry;
use readiness::Probe;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use users::hashing::Hasher;

/// A back office that is ready to run.
#[derive(Debug)]
pub struct Backoffice {
    app: Arc<App>,
    source: EventSource,
    listener: TcpListener,
    address: SocketAddr,
    connections_max: usize,
    retry_interval: Duration,
}

/// Opens database, keys, sessions, control client and listener, and ensures the demo user. The figures go into `registry`, which may
/// hold others' too.
///
/// # Errors
/// [`Error::Config`] naming the key of what cannot be used, [`Error::Unreachable`] naming what does not answer, [`Error::JournalBehind`] when
/// the database has seen more than the journal has, [`Error::Internal`] when the registry is another back office's, or the database's.
pub async fn open(
    config: Config,
    source: EventSource,
    registry: &Registry,
) -> Result<Backoffice, Error> {
    check(&config)?;
    let db = Db::open(&config.database.url).await.map_err(unopened)?;
    source.check(&db).await?;
    let hasher = Hasher::new().await?;
    ensure_demo_user(&config, &db, &hasher).await?;
    let list: Arc<dyn SessionList> = match &config.redis {
        Some(redis) => Arc::new(RedisSessions::connect(&redis.url).await?),
        None => Arc::new(MemorySessions::default()),
    };
    let key = TokenKey::from_file(&config.token.key_file)?;
    let metrics = Metrics::new(registry, &db)
        .map_err(|_| Error::Internal("the registry has the figures of a back office already"))?;
    let app = Arc::new(App {
        sessions: Sessions::new(key, config.token.ttl_secs, list),
        control: Arc::new(ControlPort::new(&config.control)?),
        consumer: StateCell::default(),
        metrics,
        deposit_max: config.demo_bank.deposit_max,
        request_timeout: Duration::from_secs(config.http.request_timeout_secs),
        hasher,
        db,
    });
    let unusable = |e: std::io::Error| Error::Config {
        key: "http.listen",
        why: format!("{}: {e}", config.http.listen),
    };
    let listener = TcpListener::bind(config.http.listen)
        .await
        .map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    Ok(Backoffice {
        app,
        source,
        listener,
        address,
        connections_max: config.http.connections_max,
        retry_interval: Duration::from_millis(config.demo_bank.retry_interval_ms.max(10)),
    })
}

/// An address that is none is the configuration's fault; everything else is the database's.
fn unopened(error: sqlx::Error) -> Error {
    match error {
        sqlx::Error::Configuration(why) => Error::Config {
            key: "database.url",
            why: why.to_string(),
        },
        other => other.into(),
    }
}

fn check(config: &Config) -> Result<(), Error> {
    let bad = |key, why: &str| {
        Err(Error::Config {
            key,
            why: why.into(),
        })
    };
    if config.token.ttl_secs == 0 || config.token.ttl_secs > 86_400 {
        return bad("token.ttl_secs", "from 1 to 86400");
    }
    if config.http.request_timeout_secs == 0 {
        return bad("http.request_timeout_secs", "at least 1");
    }
    if config.demo_bank.deposit_max <= Money::ZERO {
        return bad("demo_bank.deposit_max", "above zero");
    }
    amount::to_sql("demo_bank.deposit_max", config.demo_bank.deposit_max)?;
    Ok(())
}

async fn ensure_demo_user(config: &Config, db: &Db, hasher: &Hasher) -> Result<(), Error> {
    let Some(demo) = &config.demo_user else {
        return Ok(());
    };
    let user = users::ensure(db, hasher, &demo.email, &demo.password).await?;
    if demo.renew {
        users::set_password(db, hasher, user, demo.password.clone()).await?;
    }
    accounts::assign(db, &demo.account, user).await
}

impl Backoffice {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How its consumer is, to watch.
    pub fn consumer(&self) -> StateCell {
        self.app.consumer.clone()
    }

    /// To ask from outside whether it is ready.
    pub fn probe(&self) -> Probe {
        Probe(Arc::clone(&self.app))
    }

    /// Serves, consumes and settles until `shutdown` is done; then finishes what is being answered. A consumer that stops does not end
    /// the service: `/health/ready` says so.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
        let stop = CancellationToken::new();
        let app = self.app;
        let consuming = tokio::spawn(consumer::run(
            app.db.clone(),
            self.source,
            app.consumer.clone(),
            app.metrics.clone(),
            stop.clone(),
        ));
        let settling = tokio::spawn(wallet::settlement::run(
            app.db.clone(),
            Arc::clone(&app.control),
            app.metrics.clone(),
            self.retry_interval,
            stop.clone(),
        ));
        let router = http::router(&app);
        let serving =
            http::server::serve(self.listener, router, self.connections_max, stop.clone());
        let stopping = async {
            shutdown.await;
            stop.cancel();
        };
        let (served, ()) = tokio::join!(serving, stopping);
        let (consumed, settled) = tokio::join!(consuming, settling);
        app.db.close().await;
        if consumed.is_err() || settled.is_err() {
            return Err(Error::Internal("a worker of the back office panicked"));
        }
        served
    }
}
