//! [`Publisher`]: the task that keeps the [`View`](super::view::View) up to date from the feed and serves the subscribers, at most once an interval, at once
//! when it has been quiet. A subscriber whose connection is crowded is left out and served later from where it was: nothing queues.
//!
//! In: entries of the feed, requests of sessions. Out: bodies to session tasks.

use crate::directory::Directory;
use crate::feed::{FeedError, FeedReader};
use crate::gateway::marketdata::request::MarketDataRequest;
use crate::gateway::marketdata::subscriber::Subscriptions;
use crate::gateway::outbox::Outbox;
use crate::gateway::venue::SharedView;
use fix_engine::codec::body::Body;
use journal::entry::Entry;
use market::id::InstrumentId;
use prometheus::IntGauge;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Requests that wait for the publisher; then sessions are told that it is busy.
const REQUESTS: usize = 1024;

/// How long entries may wait for the publisher after it has taken some: it is woken for many at a time, and an order does not wait for a
/// processor because of it. Where `fix.market_data_interval_ms` is less, that counts.
const REST: Duration = Duration::from_millis(1);

/// Entries that end a rest: at a start it reads the whole journal.
const RESTS_BELOW: u64 = 512;

/// The way to the publisher; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Publisher(mpsc::Sender<Request>);

/// The publisher's queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublisherBusy;

/// A connection that wants market data.
#[derive(Clone, Debug)]
pub(crate) struct Subscriber {
    /// The connection's number.
    pub(crate) number: u64,
    /// What waits to be written to it.
    pub(crate) outbox: Arc<Outbox>,
    /// The way to its session task.
    pub(crate) bodies: mpsc::Sender<(u64, Body)>,
}

#[derive(Debug)]
enum Request {
    MarketData(Subscriber, MarketDataRequest),
    ForgetMarketData(u64, String),
    /// With the entry of the phase that the subscriber was told already.
    Status(Subscriber, String, InstrumentId, u64),
    ForgetStatus(u64, String),
}

impl Publisher {
    /// The way to a publisher, and what comes out at its end.
    pub(crate) fn new() -> (Self, Requests) {
        let (sender, receiver) = mpsc::channel(REQUESTS);
        (Self(sender), Requests(receiver))
    }

    pub(crate) fn market_data(
        &self,
        subscriber: Subscriber,
        request: MarketDataRequest,
    ) -> Result<(), PublisherBusy> {
        self.send(Request::MarketData(subscriber, request))
    }

    pub(crate) fn forget_market_data(&self, number: u64, id: String) -> Result<(), PublisherBusy> {
        self.send(Request::ForgetMarketData(number, id))
    }

    pub(crate) fn status(
        &self,
        subscriber: Subscriber,
        id: String,
        instrument: InstrumentId,
        told: u64,
    ) -> Result<(), PublisherBusy> {
        self.send(Request::Status(subscriber, id, instrument, told))
    }

    pub(crate) fn forget_status(&self, number: u64, id: String) -> Result<(), PublisherBusy> {
        self.send(Request::ForgetStatus(number, id))
    }

    fn send(&self, request: Request) -> Result<(), PublisherBusy> {
        self.0.try_send(request).map_err(|_| PublisherBusy)
    }
}

/// The publisher's end of the queue.
#[derive(Debug)]
pub(crate) struct Requests(mpsc::Receiver<Request>);

/// The publisher itself.
pub(crate) struct PublisherTask {
    pub(crate) requests: Requests,
    pub(crate) feed: FeedReader,
    pub(crate) view: SharedView,
    pub(crate) directory: Arc<Directory>,
    pub(crate) interval: Duration,
    /// Entries that the view is behind.
    pub(crate) lag: IntGauge,
    /// Says how far the view is.
    pub(crate) position: watch::Sender<u64>,
}

impl PublisherTask {
    /// Serves until `stop` or the feed's end.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut served = Served::default();
        let mut rested = Instant::now();
        loop {
            let due = served.due(self.interval);
            let rests = self.feed.lag() < RESTS_BELOW && Instant::now() < rested;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(rested), if rests => {}
                entries = self.feed.next(), if !rests => match entries {
                    Ok(entries) => {
                        self.take_in(&entries);
                        served.is_stale = true;
                        rested = Instant::now() + REST.min(self.interval);
                    }
                    Err(FeedError::Closed) => return,
                    Err(why) => {
                        error!(%why, "market data stops: the feed cannot be read");
                        return;
                    }
                },
                request = self.requests.0.recv() => match request {
                    Some(request) => self.take(request, &mut served).await,
                    None => return,
                },
                () = tokio::time::sleep_until(due), if served.is_stale => {
                    // Whoever has been told that a request of his was taken is served as it has it.
                    while let Ok(request) = self.requests.0.try_recv() {
                        self.take(request, &mut served).await;
                    }
                    served.serve(&self.view, &self.directory);
                }
            }
        }
    }

    /// A request sees what its sender has been told already.
    async fn take(&mut self, request: Request, served: &mut Served) {
        let until = self.feed.position() + self.feed.lag();
        while self.feed.position() < until
            && let Ok(entries) = self.feed.next().await
        {
            self.take_in(&entries);
        }
        served.take(request, &self.view);
    }

    fn take_in(&self, entries: &[Arc<Entry>]) {
        let mut view = self.view.write();
        for entry in entries {
            view.apply(entry);
        }
        let seq = view.seq();
        drop(view);
        self.position.send_replace(seq);
        self.lag
            .set(i64::try_from(self.feed.lag()).unwrap_or(i64::MAX));
    }
}

/// Who is served, and when last.
#[derive(Default)]
struct Served {
    /// By the number of the connection.
    connections: BTreeMap<u64, Connection>,
    last: Option<Instant>,
    /// Something is to be served, or somebody was left out.
    is_stale: bool,
}

struct Connection {
    subscriber: Subscriber,
    subscriptions: Subscriptions,
    /// Bodies that had no room in the session's queue; sent first.
    waiting: VecDeque<Body>,
}

impl Served {
    fn due(&self, interval: Duration) -> Instant {
        self.last.map_or_else(Instant::now, |last| last + interval)
    }

    fn take(&mut self, request: Request, view: &SharedView) {
        let view = view.read();
        match request {
            Request::MarketData(subscriber, request) => {
                self.of(subscriber).subscriptions.add(request, &view);
            }
            Request::Status(subscriber, id, instrument, told) => {
                self.of(subscriber)
                    .subscriptions
                    .add_status(id, instrument, told);
            }
            Request::ForgetMarketData(number, id) => {
                if let Some(connection) = self.connections.get_mut(&number) {
                    connection.subscriptions.remove(&id);
                }
            }
            Request::ForgetStatus(number, id) => {
                if let Some(connection) = self.connections.get_mut(&number) {
                    connection.subscriptions.remove_status(&id);
                }
            }
        }
        self.is_stale = true;
    }

    fn of(&mut self, subscriber: Subscriber) -> &mut Connection {
        let number = subscriber.number;
        self.connections
            .entry(number)
            .or_insert_with(|| Connection {
                subscriber,
                subscriptions: Subscriptions::default(),
                waiting: VecDeque::new(),
            })
    }

    /// Serves everybody who has room; who has not keeps the publisher awake.
    fn serve(&mut self, view: &SharedView, directory: &Directory) {
        self.connections
            .retain(|_, connection| !connection.subscriber.outbox.is_closed());
        let view = view.read();
        let mut is_stale = false;
        for connection in self.connections.values_mut() {
            is_stale |= !connection.serve(&view, directory);
        }
        self.is_stale = is_stale;
        self.last = Some(Instant::now());
    }
}

impl Connection {
    /// Whether everything there is was sent.
    fn serve(&mut self, view: &super::view::View, directory: &Directory) -> bool {
        if !self.send_waiting() || self.subscriber.outbox.is_crowded() {
            return false;
        }
        self.waiting
            .extend(self.subscriptions.serve(view, directory));
        self.send_waiting()
    }

    /// What was encoded once is sent before anything new is: at most one round of messages ever waits here.
    fn send_waiting(&mut self) -> bool {
        while let Some(body) = self.waiting.pop_front() {
            let sent = self
                .subscriber
                .bodies
                .try_send((self.subscriber.number, body));
            if let Err(error) = sent {
                let (_, body) = error.into_inner();
                self.waiting.push_front(body);
                return false;
            }
        }
        true
    }
}
