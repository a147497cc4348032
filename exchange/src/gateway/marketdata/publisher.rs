//! [`Publisher`]: the task that keeps the [`View`](super::view::View) up to date from the feed and serves the subscribers, at most once an interval, at once
//! when it has been quiet. A subscriber whose connection is crowded is left out and served later from where it was: nothing queues.
//!
//! In: entries of the feed, requests of sessions. Out: bodies to session tasks.

use crate::directory::Directory;
use crate::feed::{FeedError, FeedReader};
use crate::gateway::marketdata::request::MarketDataRequest;
use crate::gateway::marketdata::subscriber::{Source, Subscriptions};
use crate::gateway::outbox::Outbox;
use crate::gateway::refused::Refused;
use crate::gateway::venue::SharedView;
use crate::health::Health;
use fix_engine::codec::body::Body;
use journal::entry::{Entry, Epoch};
use market::id::InstrumentId;
use prometheus::IntGauge;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

/// Requests that wait for the publisher; then sessions are told that it is busy.
const REQUESTS: usize = 1024;

/// How long entries may wait for the publisher after it has taken some: it is woken for many at a time, and an order does not wait for a
/// processor because of it. Where `fix.market_data_interval_ms` is less, that counts.
const REST: Duration = Duration::from_millis(1);

/// How long it rests when the feed cannot be read, before it tries again.
const RETRY: Duration = Duration::from_secs(1);

/// Entries that end a rest: at a start it reads the whole journal.
const RESTS_BELOW: u64 = 512;

/// The way to the publisher; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    requests: mpsc::Sender<Request>,
    is_ill: Arc<AtomicBool>,
}

/// The publisher's queue is full, or it cannot read the feed: what it shows is old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PublisherBusy;

impl From<PublisherBusy> for Refused {
    fn from(_: PublisherBusy) -> Self {
        Self::Busy
    }
}

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
        let is_ill = Arc::new(AtomicBool::new(false));
        let requests = Requests {
            receiver,
            is_ill: Arc::clone(&is_ill),
        };
        let publisher = Self {
            requests: sender,
            is_ill,
        };
        (publisher, requests)
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
        if self.is_ill.load(Ordering::Relaxed) {
            return Err(PublisherBusy);
        }
        self.requests.try_send(request).map_err(|_| PublisherBusy)
    }
}

/// The publisher's end of the queue.
#[derive(Debug)]
pub(crate) struct Requests {
    receiver: mpsc::Receiver<Request>,
    /// Whether the feed cannot be read, for those who would ask.
    is_ill: Arc<AtomicBool>,
}

/// The publisher itself.
pub(crate) struct PublisherTask {
    pub(crate) requests: Requests,
    pub(crate) feed: FeedReader,
    pub(crate) view: SharedView,
    pub(crate) directory: Arc<Directory>,
    pub(crate) epoch: Epoch,
    pub(crate) health: Health,
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
            let rests = Instant::now() < rested && (self.is_ill() || self.feed.lag() < RESTS_BELOW);
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
                        self.ail(&why);
                        rested = Instant::now() + RETRY;
                    }
                },
                request = self.requests.receiver.recv() => match request {
                    Some(request) => self.take(request, &mut served).await,
                    None => return,
                },
                () = tokio::time::sleep_until(due), if served.is_stale => {
                    self.take_waiting(&mut served).await;
                    served.serve(&self.view, &self.directory, self.epoch);
                }
            }
        }
    }

    /// Whoever has been told that a request of his was taken is served as it has it.
    async fn take_waiting(&mut self, served: &mut Served) {
        for _ in 0..REQUESTS {
            let Ok(request) = self.requests.receiver.try_recv() else {
                return;
            };
            self.take(request, served).await;
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

    fn is_ill(&self) -> bool {
        self.requests.is_ill.load(Ordering::Relaxed)
    }

    /// The feed cannot be read: who is subscribed has what there was, nobody else gets that.
    fn ail(&self, why: &FeedError) {
        if !self.requests.is_ill.swap(true, Ordering::Relaxed) {
            error!(%why, "market data stands still: the feed cannot be read");
        }
        self.health.ail("market-data", why.to_string());
    }

    fn recover(&self) {
        if self.requests.is_ill.swap(false, Ordering::Relaxed) {
            self.health.recover("market-data");
            info!("market data goes on");
        }
    }

    fn take_in(&self, entries: &[Arc<Entry>]) {
        self.recover();
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
    fn serve(&mut self, view: &SharedView, directory: &Directory, epoch: Epoch) {
        self.connections
            .retain(|_, connection| !connection.subscriber.outbox.is_closed());
        let view = view.read();
        let source = Source {
            view: &view,
            directory,
            epoch,
        };
        let mut is_stale = false;
        for connection in self.connections.values_mut() {
            is_stale |= !connection.serve(source);
        }
        self.is_stale = is_stale;
        self.last = Some(Instant::now());
    }
}

impl Connection {
    /// Whether everything there is was sent.
    fn serve(&mut self, source: Source<'_>) -> bool {
        if !self.send_waiting() || self.subscriber.outbox.is_crowded() {
            return false;
        }
        let round = self.subscriptions.serve(source);
        self.subscriber.outbox.settle_snapshots(round.snapshots);
        self.waiting.extend(round.bodies);
        self.send_waiting() && round.is_whole
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::{Durability, JournalConfig};
    use crate::gateway::marketdata::request::{Depth, Subscription, Wants};
    use crate::hub;
    use journal::disk::Files;
    use journal::entry::{Instruction, Origin};
    use market::command::Command;
    use std::fs;

    fn subscriber(number: u64) -> (Subscriber, mpsc::Receiver<(u64, Body)>) {
        let all = IntGauge::new("waiting", "Messages.").expect("a gauge");
        let (bodies, told) = mpsc::channel(8);
        let subscriber = Subscriber {
            number,
            outbox: Arc::new(Outbox::new(all)),
            bodies,
        };
        (subscriber, told)
    }

    fn request(id: &str) -> MarketDataRequest {
        MarketDataRequest {
            id: id.to_owned(),
            kind: Subscription::Subscribe,
            depth: Depth::Full,
            wants: Wants {
                bids: true,
                ..Wants::default()
            },
            with_position: false,
            instruments: vec![InstrumentId(0)],
        }
    }

    #[test]
    fn a_full_queue_says_so_and_takes_again_once_it_has_room() {
        let (publisher, mut requests) = Publisher::new();
        let (subscriber, _told) = subscriber(1);
        for n in 0..REQUESTS {
            let asked = publisher.market_data(subscriber.clone(), request(&n.to_string()));
            assert_eq!(asked, Ok(()));
        }
        let busy = Err(PublisherBusy);
        assert_eq!(
            publisher.market_data(subscriber.clone(), request("x")),
            busy
        );
        assert_eq!(publisher.forget_market_data(1, "0".to_owned()), busy);
        assert_eq!(publisher.forget_status(1, "s".to_owned()), busy);
        requests.receiver.try_recv().expect("there are some");
        assert_eq!(publisher.forget_market_data(1, "0".to_owned()), Ok(()));
    }

    async fn until(what: &str, mut holds: impl FnMut() -> bool) {
        let held = tokio::time::timeout(Duration::from_secs(20), async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        assert!(held.await.is_ok(), "never: {what}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn while_the_feed_cannot_be_read_market_data_is_not_well() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = JournalConfig {
            durability: Durability::Os,
            window: 1,
            ..JournalConfig::default()
        };
        let clock = Box::new(SystemClock::default());
        let (hub, running) =
            hub::open(&config, folder.path(), Box::new(Files), clock).expect("a hub");
        for code in ["USD", "EUR", "CHF"] {
            let code = code.parse().expect("a code");
            let instruction = Instruction::Market(Command::ListAsset { code });
            let asked = hub.submitter.call(Origin::System, instruction).await;
            asked.expect("it is listed");
        }
        let segment = folder.path().join("journal/0000000001.seg");
        let away = folder.path().join("away");
        fs::rename(&segment, &away).expect("moved");
        let (publisher, requests) = Publisher::new();
        let (position, _) = watch::channel(0);
        let view = SharedView::default();
        let task = PublisherTask {
            requests,
            feed: hub.feed.subscribe(0),
            view: view.clone(),
            directory: Arc::clone(&hub.directory),
            epoch: hub.epoch,
            health: hub.health.clone(),
            interval: Duration::from_millis(1),
            lag: IntGauge::new("lag", "Entries.").expect("a gauge"),
            position,
        };
        let stop = CancellationToken::new();
        let publishing = tokio::spawn(task.run(stop.clone()));
        let ails = || {
            let reasons = hub.health.reasons();
            reasons.iter().any(|(part, _)| *part == "market-data")
        };
        until("it is not well", ails).await;
        let (subscriber, mut told) = subscriber(1);
        let asked = publisher.market_data(subscriber.clone(), request("a"));
        assert_eq!(asked, Err(PublisherBusy));
        fs::rename(&away, &segment).expect("moved back");
        until("it is well again", || !ails() && view.read().seq() == 3).await;
        let asked = publisher.market_data(subscriber, request("a"));
        assert_eq!(asked, Ok(()));
        // Nothing is listed: who asked for an instrument that is not there is told nothing, and nobody else is in the way.
        stop.cancel();
        publishing.await.expect("it ends");
        assert!(told.recv().await.is_none());
        drop(publisher);
        running.shut_down().expect("it is written");
    }
}
