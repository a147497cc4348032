//! One client of Kafka: its settings, its topics, how a message is started, and where its complaints go.

use crate::bus::kafka::{Broken, topic_name};
use crate::config::KafkaConfig;
use crate::metrics::Metrics;
use market::topic::{Envelope, SCHEMA, Topic};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord};
use std::time::Duration;

/// How long the broker may take to create topics.
const ADMIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A message on its way: done when it is acknowledged.
pub(super) type Sent = DeliveryFuture;

/// A client of Kafka.
pub(super) struct Connection {
    config: ClientConfig,
    producer: FutureProducer<Complaints>,
    metrics: Metrics,
}

impl Connection {
    /// Makes the client; it connects by itself, later.
    pub(super) fn open(kafka: &KafkaConfig, metrics: Metrics) -> KafkaResult<Self> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &kafka.brokers)
            .set("client.id", "loggia-exchange")
            .set_log_level(RDKafkaLogLevel::Warning);
        let mut producing = config.clone();
        producing
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Never gives a message up by itself: the order of messages stays, whatever the broker does.
            .set("message.timeout.ms", "0")
            .set("queue.buffering.max.messages", kafka.in_flight.to_string())
            .set("linger.ms", "5")
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "10000");
        let complaints = Complaints {
            metrics: metrics.clone(),
        };
        Ok(Self {
            producer: FutureProducer::from_config_and_context(&producing, complaints)?,
            config,
            metrics,
        })
    }

    /// Creates the topics that are missing.
    pub(super) async fn create_topics(&self, kafka: &KafkaConfig) -> Result<(), Broken> {
        let complaints = Complaints {
            metrics: self.metrics.clone(),
        };
        let admin = AdminClient::from_config_and_context(&self.config, complaints)?;
        let names = Topic::ALL.map(|topic| topic_name(&kafka.topic_prefix, topic));
        let topics = names.each_ref().map(|name| {
            NewTopic::new(
                name,
                kafka.partitions,
                TopicReplication::Fixed(kafka.replication),
            )
            // A back office that starts anew reads from the beginning.
            .set("retention.ms", "-1")
        });
        let options = AdminOptions::new()
            .request_timeout(Some(ADMIN_TIMEOUT))
            .operation_timeout(Some(ADMIN_TIMEOUT));
        for made in admin.create_topics(&topics, &options).await? {
            match made {
                Ok(topic) => tracing::info!(topic, "topic created"),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => return Err(Broken::Topic { topic, code }),
            }
        }
        Ok(())
    }

    /// Starts a message; never waits.
    pub(super) fn start(&self, prefix: &str, envelope: &Envelope) -> KafkaResult<Sent> {
        let topic = topic_name(prefix, envelope.event.topic());
        let payload =
            serde_json::to_vec(envelope).expect("an envelope holds nothing that JSON cannot say");
        // The span is the entry: it exists once, and its number is not zero.
        let traceparent = format!("00-{}-{:016x}-01", envelope.trace_id, envelope.seq);
        let schema = SCHEMA.to_string();
        let headers = OwnedHeaders::new_with_capacity(2)
            .insert(Header {
                key: "traceparent",
                value: Some(&traceparent),
            })
            .insert(Header {
                key: "schema",
                value: Some(&schema),
            });
        let record = FutureRecord::to(&topic)
            .key(envelope.event.key())
            .payload(&payload)
            .headers(headers);
        self.producer
            .send_result(record)
            .map_err(|(error, _record)| error)
    }
}

/// Where the client's complaints go: the log, as warnings, and the count of failures.
struct Complaints {
    metrics: Metrics,
}

impl ClientContext for Complaints {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(?level, facility, message, "kafka client");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.metrics.bus_failures.inc();
        tracing::warn!(%error, reason, "Kafka is away or complains; the bus keeps trying");
    }
}
