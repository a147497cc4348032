//! A running back office with a feed and a control port, and waiting for conditions with a deadline.

use crate::client::Client;
use crate::control_port::ControlPort;
use crate::database::TestDatabase;
use crate::feed::Feed;
use backoffice::config::Config;
use backoffice::consumer::state::{ConsumerState, StateCell};
use backoffice::error::Error;
use prometheus::Registry;
use serde_json::Value;
use std::future::Future;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longest wait for a condition.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// What outlives a restart of the back office: database, feed and control port.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) feed: Feed,
    pub(crate) control: ControlPort,
    more: String,
}

/// A back office that runs.
pub(crate) struct Service {
    pub(crate) client: Client,
    /// Its figures.
    pub(crate) registry: Registry,
    consumer: StateCell,
    stop: CancellationToken,
    running: JoinHandle<Result<(), Error>>,
}

impl World {
    pub(crate) async fn new(database: TestDatabase) -> Self {
        Self::with(database, "").await
    }

    /// With more lines of configuration.
    pub(crate) async fn with(database: TestDatabase, more: &str) -> Self {
        let log = tracing_subscriber::fmt().with_test_writer();
        log.with_max_level(tracing::Level::WARN).try_init().ok();
        let feed = Feed::default();
        let control = ControlPort::start(database.folder(), feed.clone()).await;
        Self {
            database,
            feed,
            control,
            more: more.into(),
        }
    }

    /// The configuration of this world.
    pub(crate) fn config(&self) -> Config {
        let folder = self.database.folder().display();
        toml::from_str(&format!(
            "http.listen = '127.0.0.1:0'\n\
             database.url = '{}'\n\
             token.key_file = '{folder}/token.key'\n\
             demo_bank.retry_interval_ms = 20\n\
             {}\n\
             [control]\nurl = 'https://{}'\nca = '{folder}/ca.pem'\ncert = '{folder}/bo.pem'\nkey = '{folder}/bo.key'\n",
            self.database.url, self.more, self.control.address,
        ))
        .unwrap()
    }

    /// Starts a back office.
    pub(crate) async fn start(&self) -> Service {
        let registry = Registry::new();
        let opened = backoffice::open(self.config(), self.feed.source(), &registry).await;
        let backoffice = opened.unwrap();
        let stop = CancellationToken::new();
        let client = Client::new(backoffice.address());
        let consumer = backoffice.consumer();
        let running = tokio::spawn(backoffice.run(stop.clone().cancelled_owned()));
        Service {
            client,
            registry,
            consumer,
            stop,
            running,
        }
    }
}

impl Service {
    /// Ends it in order.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let ended = tokio::time::timeout(DEADLINE, self.running).await;
        ended.expect("it ends in time").unwrap().unwrap();
    }

    /// Waits until the consumer is in such a state.
    pub(crate) async fn consumer_is(
        &self,
        wanted: impl FnMut(&ConsumerState) -> bool,
    ) -> ConsumerState {
        let mut state = self.consumer.watch();
        let found = tokio::time::timeout(DEADLINE, state.wait_for(wanted)).await;
        let found = found.unwrap_or_else(|_| panic!("still {:?}", self.consumer.now()));
        found.unwrap().clone()
    }

    /// Waits until the portfolio of a client has seen a journal number.
    pub(crate) async fn seen(&self, client: &Client, seq: u64) -> Value {
        until(&format!("journal number {seq}"), async || {
            let portfolio = client.get("/api/v1/portfolio").await.expect(200);
            (portfolio["as_of"]["seq"].as_u64() >= Some(seq)).then_some(portfolio)
        })
        .await
    }
}

/// Asks again and again until there is an answer, at most [`DEADLINE`].
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, asking)
        .await
        .unwrap_or_else(|_| panic!("{what}: not within {DEADLINE:?}"))
}
