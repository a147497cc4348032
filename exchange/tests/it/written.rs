//! A journal that was written, and its files as bytes.

use crate::kit::{PATIENCE, enter, open_market, open_on, published, run};
use exchange::config::JournalConfig;
use exchange::hub::Hub;
use journal::disk::Files;
use journal::entry::Entry;
use journal::record;
use market::order::Side;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A journal of a market and so many orders, each entry written by itself and every snapshot made in its turn; what was acknowledged.
pub(crate) async fn written(data: &Path, config: &JournalConfig, orders: u64) -> Vec<Arc<Entry>> {
    let (hub, running) = open_on(data, config, Box::new(Files)).unwrap();
    open_market(&hub).await;
    for n in 0..orders {
        order(&hub, config, n).await;
    }
    let entries = published(&hub).await;
    running.shut_down().unwrap();
    entries
}

/// One order, of the seller every third time; and the snapshot that is due after it.
pub(crate) async fn order(hub: &Hub, config: &JournalConfig, n: u64) {
    let side = if n.is_multiple_of(3) {
        Side::Sell
    } else {
        Side::Buy
    };
    run(hub, enter(side, n, "100.00", "7")).await;
    if let Some(rounds) = hub.feed.last_seq().checked_div(config.snapshot_entries) {
        made(hub, rounds * config.snapshot_entries).await;
    }
}

/// Waits for a snapshot of entry `seq` or a later one; its last entry.
pub(crate) async fn made(hub: &Hub, seq: u64) -> u64 {
    let mut snapshot = hub.snapshot.clone();
    let made = snapshot.wait_for(|newest| *newest >= seq);
    let made = tokio::time::timeout(PATIENCE, made).await;
    *made.expect("in time").expect("snapshots are made")
}

pub(crate) fn segment(data: &Path, number: u32) -> PathBuf {
    data.join("journal").join(format!("{number:010}.seg"))
}

/// Where each record of a segment begins, and the end.
pub(crate) fn offsets(bytes: &[u8]) -> Vec<usize> {
    let mut at = 40;
    let mut offsets = vec![at];
    while at < bytes.len() {
        let len = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        at += record::HEADER_BYTES + usize::try_from(len).unwrap();
        offsets.push(at);
    }
    offsets
}

/// The first entry of a segment, as its header says it.
pub(crate) fn first_seq(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[28..36].try_into().unwrap())
}
