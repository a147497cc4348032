//! Kafka as a [`Source`]: every partition of the four topics is assigned by hand at the offset that the database has; nothing is
//! committed to the broker. Several back offices on one database may read the same partitions: the row of a partition is locked by the
//! one that applies, and the other drops what it finds seen.
//!
//! Partitions that are added later are found when reading starts again (a restart, or after a failure).

use crate::config::KafkaConfig;
use crate::consumer::progress::Progress;
use crate::consumer::source::{Batch, NextBatch, Source};
use crate::error::Error;
use futures_util::StreamExt;
use market::topic::{Envelope, Topic};
use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Most messages that are grouped into batches at a time.
const MESSAGES_MAX: usize = 500;
/// How long the broker may take to describe its topics, in seconds.
const METADATA_TIMEOUT_SECS: u64 = 5;

/// A reader of the exchange's topics.
pub struct KafkaSource {
    consumer: Arc<StreamConsumer>,
    ready: VecDeque<Batch>,
}

fn failed(why: impl ToString) -> Error {
    Error::Source {
        why: why.to_string(),
    }
}

/// Name of a partition in the database.
pub fn partition_name(topic: &str, number: i32) -> String {
    format!("kafka/{topic}/{number}")
}

impl KafkaSource {
    /// Connects, finds the partitions and assigns them.
    ///
    /// # Errors
    /// When the broker does not answer or a topic does not exist yet; both are tried again.
    pub async fn open(config: &KafkaConfig, positions: &[Progress]) -> Result<Self, Error> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            .set("group.id", &config.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("isolation.level", "read_committed")
            .set("queued.max.messages.kbytes", "16384")
            .create()
            .map_err(failed)?;
        let consumer = Arc::new(consumer);
        let (asked, prefix) = (Arc::clone(&consumer), config.topic_prefix.clone());
        let partitions = tokio::task::spawn_blocking(move || partitions(&asked, &prefix))
            .await
            .map_err(failed)??;
        let offsets: BTreeMap<&str, i64> = positions
            .iter()
            .map(|p| (p.partition_name.as_str(), p.next_offset))
            .collect();
        let mut list = TopicPartitionList::new();
        for (topic, number) in &partitions {
            let known = offsets.get(partition_name(topic, *number).as_str());
            let offset = known.map_or(Offset::Beginning, |offset| Offset::Offset(*offset));
            list.add_partition_offset(topic, *number, offset)
                .map_err(failed)?;
        }
        consumer.assign(&list).map_err(failed)?;
        Ok(Self {
            consumer,
            ready: VecDeque::new(),
        })
    }

    async fn fetch(&mut self) -> Result<(), Error> {
        let messages = self
            .consumer
            .stream()
            .ready_chunks(MESSAGES_MAX)
            .next()
            .await;
        let mut batches: BTreeMap<String, Batch> = BTreeMap::new();
        for message in messages.ok_or_else(|| failed("the stream ended"))? {
            let message = message.map_err(failed)?;
            let partition = partition_name(message.topic(), message.partition());
            let envelope = read(&message, &partition)?;
            let batch = batches
                .entry(partition)
                .or_insert_with_key(|partition| Batch {
                    partition: partition.clone(),
                    envelopes: Vec::new(),
                    next_offset: 0,
                });
            batch.envelopes.push(envelope);
            batch.next_offset = message.offset() + 1;
        }
        self.ready.extend(batches.into_values());
        Ok(())
    }
}

impl Source for KafkaSource {
    fn next(&mut self) -> NextBatch<'_> {
        Box::pin(async move {
            loop {
                if let Some(batch) = self.ready.pop_front() {
                    return Ok(batch);
                }
                self.fetch().await?;
            }
        })
    }
}

fn read(message: &BorrowedMessage<'_>, partition: &str) -> Result<Envelope, Error> {
    let unreadable = |why: String| Error::Unreadable {
        place: format!("{partition} offset {}", message.offset()),
        why,
    };
    let payload = message
        .payload()
        .ok_or_else(|| unreadable("no value".into()))?;
    serde_json::from_slice(payload).map_err(|e| unreadable(e.to_string()))
}

fn partitions(consumer: &StreamConsumer, prefix: &str) -> Result<Vec<(String, i32)>, Error> {
    let mut found = Vec::new();
    for topic in Topic::ALL {
        let name = format!("{prefix}{}", topic.name());
        let timeout = Duration::from_secs(METADATA_TIMEOUT_SECS);
        let metadata = consumer
            .fetch_metadata(Some(&name), timeout)
            .map_err(failed)?;
        let before = found.len();
        for described in metadata.topics() {
            for partition in described.partitions() {
                found.push((name.clone(), partition.id()));
            }
        }
        if found.len() == before {
            return Err(failed(format!("topic {name} does not exist yet")));
        }
    }
    Ok(found)
}
