//! The feed: whoever starts wherever has the same entries, from memory, from the files, or from one after the other.

use crate::kit::{config, enter, open_market, open_on, published, read_until, run};
use exchange::config::{Durability, JournalConfig};
use exchange::feed::FeedError;
use journal::disk::Files;
use market::order::Side;
use std::time::Duration;

const ORDERS: u64 = 90;

/// A window of eight entries over small segments.
fn small(durability: Durability) -> JournalConfig {
    JournalConfig {
        durability,
        segment_bytes: 4_096,
        ..config()
    }
}

#[tokio::test]
async fn every_start_has_the_same_entries_at_every_durability() {
    for durability in [Durability::Fsync, Durability::Os, Durability::None] {
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = open_on(folder.path(), &small(durability), Box::new(Files)).unwrap();
        open_market(&hub).await;
        let mut told = Vec::new();
        for n in 0..ORDERS {
            told.push(run(&hub, enter(Side::Buy, n, "1.00", "1")).await);
        }
        let all = published(&hub).await;
        assert_eq!(all[all.len() - told.len()..], told);
        for start in 0..=all.len() {
            let seq = u64::try_from(start).unwrap();
            let read = read_until(&hub, seq, hub.feed.last_seq()).await;
            assert_eq!(read, all[start..], "{durability:?} from {start}");
        }
        running.shut_down().unwrap();
    }
}

#[tokio::test]
async fn a_reader_that_falls_behind_and_catches_up_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open_on(folder.path(), &small(Durability::Os), Box::new(Files)).unwrap();
    open_market(&hub).await;
    let mut reader = hub.feed.subscribe(3);
    let mut read = Vec::new();
    let mut n = 0;
    for pace in [0, 1, 30, 2, 50, 0, 3] {
        for _ in 0..pace {
            n += 1;
            run(&hub, enter(Side::Sell, n, "200.00", "1")).await;
        }
        if reader.lag() > 0 {
            read.extend(reader.next().await.unwrap());
        }
    }
    while reader.lag() > 0 {
        read.extend(reader.next().await.unwrap());
    }
    assert_eq!(read, published(&hub).await[3..]);
    assert_eq!(reader.position(), hub.feed.last_seq());
    running.shut_down().unwrap();
}

#[tokio::test]
async fn dropping_a_wait_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open_on(folder.path(), &small(Durability::Os), Box::new(Files)).unwrap();
    open_market(&hub).await;
    for n in 0..ORDERS {
        run(&hub, enter(Side::Buy, n, "1.00", "1")).await;
    }
    let all = published(&hub).await;
    let mut reader = hub.feed.subscribe(0);
    let mut read = Vec::new();
    while reader.position() < hub.feed.last_seq() {
        // Polled once and dropped, over and over: it comes through when the files answer at once, or in the whole wait below.
        if let Ok(entries) = tokio::time::timeout(Duration::ZERO, reader.next()).await {
            read.extend(entries.unwrap());
            continue;
        }
        read.extend(reader.next().await.unwrap());
    }
    assert_eq!(read, all);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_reader_of_a_closed_venue_has_everything_and_then_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open_on(folder.path(), &small(Durability::Os), Box::new(Files)).unwrap();
    open_market(&hub).await;
    let all = published(&hub).await;
    let mut reader = hub.feed.subscribe(0);
    let mut ahead = hub.feed.subscribe(1_000);
    tokio::task::spawn_blocking(|| running.shut_down())
        .await
        .unwrap()
        .unwrap();
    let mut read = Vec::new();
    let end = loop {
        match reader.next().await {
            Ok(entries) => read.extend(entries),
            Err(error) => break error,
        }
    };
    assert!(matches!(end, FeedError::Closed), "{end}");
    assert_eq!(read, all);
    assert!(matches!(ahead.next().await, Err(FeedError::Closed)));
}
