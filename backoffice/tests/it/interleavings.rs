//! Topics and partitions have no order between them: whatever way their events are mixed, the tables end the same.

use crate::database::{TestDatabase, both};
use crate::events::{
    Leg, account_opened, changed, charged, envelope, funds, listed, order, priced, securities,
    trade, traded,
};
use crate::tables;
use backoffice::consumer;
use backoffice::consumer::source::Batch;
use backoffice::db::Db;
use market::instrument::Phase;
use market::order::{OrdStatus, Side};
use market::qty::Qty;
use market::topic::{Envelope, TopicEvent};
use std::collections::BTreeMap;

/// A little history with everything in it: funding, stock brought in between trades, partial fills, a replace, a cancel, trades that are
/// undone and corrected.
pub(crate) fn history() -> Vec<Envelope> {
    let phase = |symbol: &str, phase, reason: Option<&str>| TopicEvent::PhaseChanged {
        symbol: symbol.parse().unwrap(),
        phase,
        reason: reason.map(str::to_owned),
        halt: None,
    };
    let mut replaced = order(1, "A", "X", Side::Buy, "11", "10");
    (replaced.ord_status, replaced.cum_qty, replaced.leaves_qty) =
        (OrdStatus::PartiallyFilled, qty(4), qty(6));
    replaced.reserved = "66".parse().unwrap();
    let mut canceled = order(3, "B", "X", Side::Sell, "12", "5");
    (canceled.ord_status, canceled.leaves_qty) = (OrdStatus::Canceled, Qty::ZERO);
    canceled.reserved = "0".parse().unwrap();
    let entries: Vec<Vec<TopicEvent>> = vec![
        vec![listed("X", "10"), listed("Y", "20")],
        vec![phase("X", Phase::Open, None), phase("Y", Phase::Open, None)],
        vec![account_opened("A")],
        vec![account_opened("B")],
        vec![
            funds("f1", "A", "1000"),
            securities("s1", "B", "X", "10", "8"),
        ],
        vec![TopicEvent::OrderCreated(order(
            1,
            "A",
            "X",
            Side::Buy,
            "10",
            "10",
        ))],
        vec![
            TopicEvent::OrderCreated(order(2, "B", "X", Side::Sell, "10", "4")),
            trade(
                1,
                "X",
                "10",
                "4",
                Leg("A", 1, 4, 6).holding("60.06"),
                Leg("B", 2, 4, 0),
            ),
            priced("X", "10"),
        ],
        vec![securities("s2", "B", "X", "3", "9.5")],
        vec![TopicEvent::OrderModified(replaced)],
        vec![
            TopicEvent::OrderCreated(order(4, "B", "X", Side::Sell, "11", "5")),
            trade(
                2,
                "X",
                "11",
                "5",
                Leg("A", 1, 9, 1).holding("11.01"),
                Leg("B", 4, 5, 0),
            ),
            priced("X", "11"),
        ],
        vec![TopicEvent::OrderCreated(order(
            3,
            "B",
            "X",
            Side::Sell,
            "12",
            "5",
        ))],
        vec![TopicEvent::OrderCancelled(canceled)],
        vec![securities("s3", "A", "X", "-2", "10")],
        vec![funds("f2", "B", "-20")],
        vec![phase("X", Phase::Halted, Some("news"))],
        vec![
            trade(
                3,
                "Y",
                "20.01",
                "3",
                Leg("B", 6, 3, 0),
                Leg("A", 5, 3, 4).holding("4"),
            ),
            priced("Y", "20.01"),
            charged("B", "V", "0.3"),
            charged("A", "V", "-0.1"),
        ],
        vec![changed(2, "X", ("A", "B"), traded("11", "5"), None)],
        vec![
            changed(
                3,
                "Y",
                ("B", "A"),
                traded("20.01", "3"),
                Some(traded("20", "1")),
            ),
            charged("B", "V", "-0.2"),
            charged("A", "V", "0.06666667"),
        ],
        vec![changed(
            3,
            "Y",
            ("B", "A"),
            traded("20", "1"),
            Some(traded("20.5", "1")),
        )],
    ];
    let numbered = (1..).zip(entries);
    numbered
        .flat_map(|(seq, events)| {
            (0..)
                .zip(events)
                .map(move |(index, event)| envelope(seq, index, event))
        })
        .collect()
}

fn qty(units: i64) -> Qty {
    Qty::from_raw(units * market::decimal::ONE)
}

/// A small generator: the same seed, the same mix.
struct Dice(u64);

impl Dice {
    /// From 0 to `below − 1`.
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

async fn fold(database: &TestDatabase, batches: Vec<Batch>) -> Vec<String> {
    let db = Db::open(&database.url).await.unwrap();
    for batch in batches {
        consumer::apply(&db, &batch).await.unwrap();
    }
    assert_eq!(tables::ledger_sum(&db).await, 0);
    let dump = tables::dump(&db).await;
    db.close().await;
    dump
}

/// One partition with everything in order: the feed.
fn in_order(history: &[Envelope]) -> Vec<Batch> {
    vec![Batch {
        partition: "feed".into(),
        envelopes: history.to_vec(),
        next_offset: 99,
    }]
}

/// The tables after a history that came in order over the feed.
#[cfg(feature = "kafka")]
pub(crate) async fn fold_in_order(database: &TestDatabase, history: &[Envelope]) -> Vec<String> {
    fold(database, in_order(history)).await
}

/// Partitions by topic and key, mixed at random; sometimes a batch comes twice.
fn mixed(history: &[Envelope], dice: &mut Dice) -> Vec<Batch> {
    let mut partitions: BTreeMap<String, Vec<Envelope>> = BTreeMap::new();
    for envelope in history {
        let (topic, key) = (envelope.event.topic().name(), envelope.event.key());
        let partition = format!("kafka/{topic}/{key}");
        partitions
            .entry(partition)
            .or_default()
            .push(envelope.clone());
    }
    let mut batches = Vec::new();
    while !partitions.is_empty() {
        let chosen = dice.roll(partitions.len());
        let name = partitions.keys().nth(chosen).unwrap().clone();
        let rest = partitions.get_mut(&name).unwrap();
        let taken = 1 + dice.roll(rest.len().min(3));
        let batch = Batch {
            partition: name.clone(),
            envelopes: rest.drain(..taken).collect(),
            next_offset: 0,
        };
        if rest.is_empty() {
            partitions.remove(&name);
        }
        if dice.roll(4) == 0 {
            batches.push(batch.clone());
        }
        batches.push(batch);
    }
    batches
}

both!(
    every_mix_of_partitions_ends_in_the_same_tables,
    |database| {
        let history = history();
        let expected = fold(&database, in_order(&history)).await;
        assert!(expected.len() > 30, "{expected:#?}");
        let mut dice = Dice(20_260_105);
        for _ in 0..12 {
            let fresh = match database.url.starts_with("sqlite") {
                true => TestDatabase::sqlite(),
                false => TestDatabase::postgres().await.unwrap(),
            };
            assert_eq!(fold(&fresh, mixed(&history, &mut dice)).await, expected);
        }
    }
);

both!(another_source_over_the_same_database_goes_on, |database| {
    let history = history();
    let fresh = match database.url.starts_with("sqlite") {
        true => TestDatabase::sqlite(),
        false => TestDatabase::postgres().await.unwrap(),
    };
    let expected = fold(&fresh, in_order(&history)).await;
    let mut dice = Dice(4);
    // The feed up to the middle, then all of Kafka from its beginning (with other partitions, too), then the feed again.
    let (first, _) = history.split_at(history.len() / 2);
    let mut batches = in_order(first);
    batches.extend(mixed(&history, &mut dice));
    let renamed = mixed(&history, &mut dice).into_iter().map(|batch| Batch {
        partition: batch.partition.replace("kafka/", "kafka/test."),
        ..batch
    });
    batches.extend(renamed);
    batches.extend(in_order(&history));
    assert_eq!(fold(&database, batches).await, expected);
});

both!(a_source_that_is_behind_takes_no_change_back, |database| {
    let history = history();
    let fresh = match database.url.starts_with("sqlite") {
        true => TestDatabase::sqlite(),
        false => TestDatabase::postgres().await.unwrap(),
    };
    let expected = fold(&fresh, in_order(&history)).await;
    let last = history.last().unwrap().seq;
    let behind = Batch {
        partition: "another".into(),
        envelopes: history.iter().filter(|it| it.seq < last).cloned().collect(),
        next_offset: 98,
    };
    let mut batches = in_order(&history);
    batches.push(behind);
    assert_eq!(fold(&database, batches).await, expected);
});

both!(
    changes_that_an_older_program_left_out_come_with_reading_all_again,
    |database| {
        let history = history();
        let expected = fold(&database, in_order(&history)).await;
        let db = Db::open(&database.url).await.unwrap();
        let mut tx = db.write().await.unwrap();
        for sql in [
            "UPDATE trades SET price = COALESCE(first_price, price), qty = COALESCE(first_qty, qty), \
             notional = COALESCE(first_notional, notional)",
            "UPDATE trades SET status = 'executed', first_price = NULL, first_qty = NULL, first_notional = NULL, changed_us = NULL, \
             changed_seq = -1, changed_idx = -1",
            "DELETE FROM consumer_positions",
        ] {
            tx.q(sql).exec().await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_ne!(tables::dump(&db).await, expected);
        db.close().await;
        assert_eq!(fold(&database, in_order(&history)).await, expected);
    }
);

both!(two_readers_of_one_partition_apply_it_once, |database| {
    let history = history();
    let expected = fold(&database, in_order(&history)).await;
    let fresh = match database.url.starts_with("sqlite") {
        true => TestDatabase::sqlite(),
        false => TestDatabase::postgres().await.unwrap(),
    };
    let (one, two) = (
        Db::open(&fresh.url).await.unwrap(),
        Db::open(&fresh.url).await.unwrap(),
    );
    let reader = async |db: Db| {
        for envelope in &history {
            let batch = Batch {
                partition: "feed".into(),
                envelopes: vec![envelope.clone()],
                next_offset: 1,
            };
            consumer::apply(&db, &batch).await.unwrap();
        }
    };
    tokio::join!(reader(one.clone()), reader(two));
    assert_eq!(tables::dump(&one).await, expected);
});
