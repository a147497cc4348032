//! [`KafkaBus`]: a reader of the feed that puts every envelope on Apache Kafka, in order, and remembers what was acknowledged.
//!
//! One topic for each [`Topic`], with the configured prefix; those that are missing are created. Key: the envelope's key; headers: `traceparent`
//! (W3C) and `schema`. The producer is idempotent and waits for all replicas. With the broker away it tries again for ever, with growing
//! pauses, without touching the sequencer: the journal keeps what is not sent yet. After a restart it goes on behind the last
//! acknowledged entry; what was on its way then may come twice, and readers drop it by comparing `(seq, index)`.

mod connection;

use crate::bus::BusError;
use crate::bus::envelope::envelopes;
use crate::bus::position::PositionFile;
use crate::config::KafkaConfig;
use crate::feed::{FeedError, FeedReader};
use crate::hub::Hub;
use connection::{Connection, Sent};
use journal::entry::Entry;
use market::topic::{Envelope, Topic};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// The pause after the first failure; it doubles up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(100);
/// The longest pause between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(10);
/// How often the position file is written, at most.
const POSITION_INTERVAL: Duration = Duration::from_millis(200);
/// How long a shutdown waits for acknowledgements; what is not acknowledged then is sent again after the next start.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);

/// The part of health that it is: not well while the journal's files cannot be read. A broker that is away is no reason to turn orders away.
const PART: &str = "bus";

/// Sends the feed to Kafka, until told to stop.
#[derive(Debug)]
pub struct KafkaBus {
    hub: Hub,
    config: KafkaConfig,
    file: PositionFile,
    /// The last entry whose envelopes are all acknowledged.
    acknowledged: u64,
    /// The same, as the file has it.
    saved: u64,
    saved_at: Instant,
}

/// Why a connection to Kafka is given up, to be tried again.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    #[error("Kafka did not create the topic {topic}: {code}")]
    Topic {
        topic: String,
        code: RDKafkaErrorCode,
    },
    #[error("Kafka's client has dropped a message")]
    Dropped,
    #[error(transparent)]
    Feed(FeedError),
}

/// Why a connection ended well.
enum Ended {
    /// Told to stop.
    Stopped,
    /// The feed has ended, and everything is acknowledged.
    FeedClosed,
}

/// An envelope's way to Kafka: from the feed to the acknowledgement.
struct Flight {
    /// Entries read and not begun.
    waiting: VecDeque<Arc<Entry>>,
    /// Envelopes of the entry that is being sent.
    outgoing: VecDeque<Envelope>,
    /// The entry that is being sent.
    current: u64,
    /// On their way, oldest first: an entry's number behind its last message.
    flying: VecDeque<Flying>,
}

/// Something on its way.
enum Flying {
    /// A message; its acknowledgement.
    Message(Sent),
    /// Every message of this entry stands before this.
    EntryDone(u64),
}

impl KafkaBus {
    /// A bus that goes on behind what was acknowledged before.
    ///
    /// # Errors
    /// [`BusError`]: the position cannot be read, or the journal has lost what Kafka has.
    pub fn open(hub: &Hub, config: &KafkaConfig) -> Result<Self, BusError> {
        let file = PositionFile::new(&hub.data, hub.epoch);
        let acknowledged = file.read(hub.replayed)?;
        hub.holds.set("kafka", acknowledged);
        Ok(Self {
            hub: hub.clone(),
            config: config.clone(),
            file,
            acknowledged,
            saved: acknowledged,
            saved_at: Instant::now(),
        })
    }

    /// Sends until `stop`, or until the feed has ended and everything is acknowledged.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut pause = RETRY_MIN;
        loop {
            let before = self.acknowledged;
            match self.connect_and_send(&stop).await {
                Ok(Ended::Stopped | Ended::FeedClosed) => break,
                Err(broken) => {
                    self.hub.metrics.bus_failures.inc();
                    if let Broken::Feed(why) = &broken {
                        self.hub.health.ail(PART, why.to_string());
                    }
                    tracing::warn!(%broken, pause_ms = pause.as_millis(), acknowledged = self.acknowledged, "the bus tries again");
                }
            }
            if self.acknowledged > before {
                pause = RETRY_MIN;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(RETRY_MAX),
            }
        }
        self.save().await;
    }

    /// One connection, from its topics to its end.
    async fn connect_and_send(&mut self, stop: &CancellationToken) -> Result<Ended, Broken> {
        let connection = Connection::open(&self.config, self.hub.metrics.clone())?;
        let ended = tokio::select! {
            () = stop.cancelled() => Ok(Ended::Stopped),
            made = connection.create_topics(&self.config) => match made {
                Ok(()) => self.send(&connection, stop).await,
                Err(broken) => Err(broken),
            },
        };
        // Closing a client waits for its threads: not in an async task.
        let _closed = tokio::task::spawn_blocking(move || drop(connection)).await;
        ended
    }

    async fn send(
        &mut self,
        connection: &Connection,
        stop: &CancellationToken,
    ) -> Result<Ended, Broken> {
        let mut reader = self.hub.feed.subscribe(self.acknowledged);
        let mut flight = Flight::new();
        loop {
            self.fill(&mut flight, connection)?;
            tokio::select! {
                () = stop.cancelled() => {
                    let drained = tokio::time::timeout(SHUTDOWN_WAIT, self.drain(&mut flight)).await;
                    return drained.unwrap_or(Ok(())).map(|()| Ended::Stopped);
                }
                landed = flight.land(), if !flight.flying.is_empty() => self.note(landed?).await,
                read = reader.next(), if flight.waiting.is_empty() => match read {
                    Ok(entries) => {
                        self.hub.health.recover(PART);
                        flight.waiting.extend(entries);
                    }
                    Err(FeedError::Closed) => {
                        self.fill(&mut flight, connection)?;
                        return self.finish(&mut flight, connection).await;
                    }
                    Err(error) => return Err(Broken::Feed(error)),
                },
            }
            self.show_lag(&reader);
        }
    }

    /// Starts as many messages as may be on their way.
    fn fill(&self, flight: &mut Flight, connection: &Connection) -> Result<(), Broken> {
        while flight.flying.len() < self.config.in_flight {
            let Some(envelope) = flight.outgoing.front() else {
                if !flight.begin_entry(&self.hub) {
                    return Ok(());
                }
                continue;
            };
            match connection.start(&self.config.topic_prefix, envelope) {
                Ok(sent) => {
                    flight.flying.push_back(Flying::Message(sent));
                    flight.outgoing.pop_front();
                    flight.end_entry();
                }
                // The client is as full as it may be: an acknowledgement makes room.
                Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull))
                    if !flight.flying.is_empty() =>
                {
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits for everything on its way.
    async fn drain(&mut self, flight: &mut Flight) -> Result<(), Broken> {
        while !flight.flying.is_empty() {
            let landed = flight.land().await?;
            self.note(landed).await;
        }
        Ok(())
    }

    /// Sends what is left of the feed, and waits for it, for a while.
    async fn finish(
        &mut self,
        flight: &mut Flight,
        connection: &Connection,
    ) -> Result<Ended, Broken> {
        let rest = async {
            while !flight.is_empty() {
                self.fill(flight, connection)?;
                self.drain(flight).await?;
            }
            Ok(())
        };
        let finished = tokio::time::timeout(SHUTDOWN_WAIT, rest).await;
        finished.unwrap_or(Ok(())).map(|()| Ended::FeedClosed)
    }

    /// Notes an acknowledgement, and saves it now and then.
    async fn note(&mut self, landed: Option<u64>) {
        if let Some(seq) = landed {
            self.acknowledged = seq;
            if self.saved_at.elapsed() >= POSITION_INTERVAL {
                self.save().await;
            }
        }
    }

    async fn save(&mut self) {
        self.saved_at = Instant::now();
        if self.saved == self.acknowledged {
            return;
        }
        let (file, seq) = (self.file.clone(), self.acknowledged);
        match tokio::task::spawn_blocking(move || file.write(seq)).await {
            Ok(Ok(())) => {
                self.saved = seq;
                self.hub.holds.set("kafka", seq);
            }
            Ok(Err(error)) => tracing::warn!(%error, "the bus position cannot be saved"),
            Err(error) => tracing::error!(%error, "saving the bus position failed"),
        }
    }

    fn show_lag(&self, reader: &FeedReader) {
        let last_seq = reader.position() + reader.lag();
        let lag = last_seq.saturating_sub(self.acknowledged);
        self.hub
            .metrics
            .bus_lag_entries
            .set(i64::try_from(lag).unwrap_or(i64::MAX));
    }
}

impl Flight {
    fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            outgoing: VecDeque::new(),
            current: 0,
            flying: VecDeque::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.outgoing.is_empty() && self.flying.is_empty()
    }

    /// Takes the next entry; `false` when there is none.
    fn begin_entry(&mut self, hub: &Hub) -> bool {
        let Some(entry) = self.waiting.pop_front() else {
            return false;
        };
        self.current = entry.seq;
        self.outgoing = envelopes(&entry, &hub.directory, hub.epoch).into();
        self.end_entry();
        true
    }

    /// Notes behind the last message of an entry that it was the last.
    fn end_entry(&mut self) {
        if self.outgoing.is_empty() {
            self.flying.push_back(Flying::EntryDone(self.current));
        }
    }

    /// Waits for the oldest on its way; the entry that is done with it, if one is. Dropping the future loses nothing.
    async fn land(&mut self) -> Result<Option<u64>, Broken> {
        let done = match self.flying.front_mut() {
            None => return Ok(None),
            Some(Flying::EntryDone(seq)) => Some(*seq),
            Some(Flying::Message(sent)) => {
                match sent.await {
                    Ok(Ok(_delivery)) => {}
                    Ok(Err((error, _message))) => return Err(error.into()),
                    Err(_canceled) => return Err(Broken::Dropped),
                }
                None
            }
        };
        self.flying.pop_front();
        Ok(done)
    }
}

/// The name of a topic on this bus.
fn topic_name(prefix: &str, topic: Topic) -> String {
    format!("{prefix}{}", topic.name())
}
