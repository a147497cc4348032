//! The same events over Kafka as over the feed: the same tables, and after a restart nothing twice and nothing lost.

use crate::database::{TestDatabase, both};
use crate::interleavings::{fold_in_order, history};
use crate::service::until;
use crate::tables;
use backoffice::config::KafkaConfig;
use backoffice::consumer;
use backoffice::consumer::source::EventSource;
use backoffice::consumer::state::{ConsumerState, StateCell};
use backoffice::db::Db;
use backoffice::metrics::Metrics;
use market::topic::{Envelope, Topic};
use prometheus::Registry;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Topics of their own in the broker of `LOGGIA_TEST_KAFKA`; nothing, and a line that says so, when none is named.
async fn topics() -> Option<KafkaConfig> {
    let Ok(brokers) = std::env::var("LOGGIA_TEST_KAFKA") else {
        println!("not run on Kafka: LOGGIA_TEST_KAFKA is not set; scripts/test sets it");
        return None;
    };
    let config = KafkaConfig {
        brokers,
        group: "loggia-test".into(),
        topic_prefix: format!("bo-{}.", uuid::Uuid::new_v4().simple()),
    };
    let admin: AdminClient<DefaultClientContext> = client(&config).create().unwrap();
    let names = Topic::ALL.map(|topic| format!("{}{}", config.topic_prefix, topic.name()));
    let new = names
        .each_ref()
        .map(|name| NewTopic::new(name, 3, TopicReplication::Fixed(1)));
    for made in admin
        .create_topics(&new, &AdminOptions::new())
        .await
        .unwrap()
    {
        made.unwrap();
    }
    Some(config)
}

fn client(config: &KafkaConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", &config.brokers);
    client
}

async fn send(config: &KafkaConfig, envelopes: &[Envelope]) {
    let producer: FutureProducer = client(config).create().unwrap();
    for envelope in envelopes {
        let topic = format!("{}{}", config.topic_prefix, envelope.event.topic().name());
        let payload = serde_json::to_vec(envelope).unwrap();
        let record = FutureRecord::to(&topic)
            .key(envelope.event.key())
            .payload(&payload);
        producer
            .send(record, Duration::from_secs(10))
            .await
            .unwrap();
    }
}

/// A consumer that reads until its token is dropped.
fn read(db: &Db, config: &KafkaConfig) -> (StateCell, CancellationToken) {
    let (state, stop) = (StateCell::default(), CancellationToken::new());
    let source = EventSource::Kafka(config.clone());
    tokio::spawn(consumer::run(
        db.clone(),
        source,
        state.clone(),
        Metrics::new(&Registry::new(), db).unwrap(),
        stop.clone(),
    ));
    (state, stop)
}

async fn becomes(db: &Db, expected: &[String]) {
    until("the tables of the feed", async || {
        (tables::dump(db).await == expected).then_some(())
    })
    .await;
}

both!(kafka_and_feed_end_in_the_same_tables, |database| {
    let Some(config) = topics().await else { return };
    let history = history();
    let (first, rest) = history.split_at(9);
    let expected_first = fold_in_order(&TestDatabase::sqlite(), first).await;
    let expected = fold_in_order(&TestDatabase::sqlite(), &history).await;
    let db = Db::open(&database.url).await.unwrap();

    send(&config, first).await;
    let (_, stop) = read(&db, &config);
    becomes(&db, &expected_first).await;
    stop.cancel();

    // The producer repeats what was not acknowledged before it goes on.
    send(&config, &first[5..]).await;
    send(&config, rest).await;
    let (state, stop) = read(&db, &config);
    becomes(&db, &expected).await;
    assert_eq!(state.now(), ConsumerState::Running);
    stop.cancel();
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_no_event_stops_the_consumer_and_names_its_place() {
    let Some(config) = topics().await else { return };
    let database = TestDatabase::sqlite();
    let db = Db::open(&database.url).await.unwrap();
    let producer: FutureProducer = client(&config).create().unwrap();
    let topic = format!("{}trade-events", config.topic_prefix);
    let record = FutureRecord::to(&topic).key("X").payload("{\"schema\":1}");
    producer
        .send(record, Duration::from_secs(10))
        .await
        .unwrap();
    let (state, _stop) = read(&db, &config);
    let why = until("the consumer stops", async || match state.now() {
        ConsumerState::Stopped(why) => Some(why),
        _ => None,
    })
    .await;
    assert!(why.contains(&topic) && why.contains("offset 0"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_that_do_not_exist_yet_are_waited_for() {
    let Some(mut config) = topics().await else {
        return;
    };
    config.topic_prefix = "bo-not-there.".into();
    let database = TestDatabase::sqlite();
    let db = Db::open(&database.url).await.unwrap();
    let (state, _stop) = read(&db, &config);
    let why = until("the consumer waits", async || match state.now() {
        ConsumerState::Waiting(why) => Some(why),
        _ => None,
    })
    .await;
    assert!(why.contains("bo-not-there."), "{why}");
}
