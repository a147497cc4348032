//! The archive: segments go when neither a snapshot that is kept nor a reader needs them, and only when that is configured.

use crate::kit::{self, config, open_market, open_on, published, read_until};
use crate::venue::{Venue, until};
use crate::written::{first_seq, order, written};
use exchange::bus::local::LocalBus;
use exchange::config::{JournalConfig, OldSegments};
use exchange::feed::FeedError;
use exchange::hub::{Hub, Running};
use journal::JournalError;
use journal::disk::Files;
use journal::entry::{Instruction, Origin};
use journal::snapshot;
use market::command::Command;
use market::id::TradeId;
use std::fs;
use std::path::Path;
use std::time::Duration;

const EVERY: u64 = 40;

fn with(old_segments: OldSegments) -> JournalConfig {
    JournalConfig {
        segment_bytes: 4_096,
        snapshot_entries: EVERY,
        old_segments,
        ..config()
    }
}

fn without_snapshots() -> JournalConfig {
    JournalConfig {
        snapshot_entries: 0,
        ..with(OldSegments::Keep)
    }
}

fn open(data: &Path, config: &JournalConfig) -> (Hub, Running) {
    let (hub, running) = open_on(data, config, Box::new(Files)).unwrap();
    hub.holds.settle();
    (hub, running)
}

/// Orders up to entry `until`, and the snapshots on the way.
async fn trade(hub: &Hub, until: u64) {
    while hub.feed.last_seq() < until {
        order(hub, &with(OldSegments::Keep), hub.feed.last_seq()).await;
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = match fs::read_dir(folder) {
        Ok(files) => files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect(),
        Err(_) => Vec::new(),
    };
    names.sort();
    names
}

/// The first entry of a segment.
fn begins(folder: &Path, name: &str) -> u64 {
    first_seq(&fs::read(folder.join(name)).unwrap())
}

#[tokio::test]
async fn segments_stay_unless_something_else_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path(), &with(OldSegments::Keep));
    open_market(&hub).await;
    trade(&hub, 5 * EVERY).await;
    let all = published(&hub).await;
    assert_eq!(all.len() as u64, 5 * EVERY);
    running.shut_down().unwrap();
    assert_eq!(names(&folder.path().join("archive")), [""; 0]);
}

#[tokio::test]
async fn archived_segments_are_those_that_no_kept_snapshot_needs_and_can_be_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = with(OldSegments::Archive);
    let (hub, running) = open(folder.path(), &config);
    open_market(&hub).await;
    trade(&hub, 5 * EVERY).await;
    running.shut_down().unwrap();
    let (archive, journal) = (folder.path().join("archive"), folder.path().join("journal"));
    let (archived, left) = (names(&archive), names(&journal));
    assert!(archived.len() > 1, "{archived:?}");
    let oldest = snapshot::list(folder.path()).unwrap().last().unwrap().seq;
    assert_eq!(oldest, 4 * EVERY);
    // Everything from the oldest snapshot on is there, and not a segment more than that needs.
    assert!(begins(&journal, &left[0]) <= oldest + 1);
    assert!(begins(&journal, &left[1]) > oldest + 1, "{left:?}");
    let (hub, running) = open(folder.path(), &config);
    let first = begins(&journal, &left[0]);
    let mut reader = hub.feed.subscribe(0);
    match reader.next().await {
        Err(FeedError::Files(JournalError::Unheld {
            seq: 1,
            first: there,
        })) => {
            assert_eq!(there, first);
        }
        other => panic!("{other:?}"),
    }
    let end = hub.feed.last_seq();
    assert_eq!(read_until(&hub, first - 1, end).await[0].seq, first);
    running.shut_down().unwrap();
    for name in &archived {
        fs::rename(archive.join(name), journal.join(name)).unwrap();
    }
    let (hub, running) = open(folder.path(), &with(OldSegments::Keep));
    assert_eq!(read_until(&hub, 0, end).await.len() as u64, end);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_reader_that_is_behind_holds_its_segments() {
    let folder = tempfile::tempdir().unwrap();
    let config = with(OldSegments::Remove);
    let (hub, running) = open(folder.path(), &config);
    hub.holds.set("session SLOW", 20);
    hub.holds.set("session QUICK", 1_000_000);
    open_market(&hub).await;
    trade(&hub, 4 * EVERY).await;
    assert_eq!(read_until(&hub, 20, 4 * EVERY).await[0].seq, 21);
    hub.holds.release("session SLOW");
    trade(&hub, 5 * EVERY).await;
    running.shut_down().unwrap();
    let journal = folder.path().join("journal");
    let oldest = snapshot::list(folder.path()).unwrap().last().unwrap().seq;
    let left = names(&journal);
    assert!(begins(&journal, &left[1]) > oldest + 1, "{left:?}");
    assert_ne!(left[0], "0000000001.seg");
    assert_eq!(names(&folder.path().join("archive")), [""; 0], "removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sessions_were_not_told_for_good_holds_its_segments() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let open = || Venue::open_on(folder.path(), with(OldSegments::Remove), |_| {});
    let venue = open().await;
    trade(&venue.hub, 6 * EVERY).await;
    let (reader, told) = venue.hub.holds.furthest_behind().unwrap();
    assert!(reader.starts_with("session "), "{reader}");
    assert!(
        told < EVERY,
        "sessions have been told nothing for good yet: {told}"
    );
    let left = names(&journal);
    assert!(begins(&journal, &left[0]) <= told + 1, "{left:?}");
    // What they were told is written down now and then: from then on nobody needs it.
    let mut last = None;
    for n in 0..75_000 {
        let nothing = Instruction::Market(Command::WithdrawTradeChange { trade: TradeId(0) });
        last = Some(kit::submit(&venue.hub, Origin::System, n, nothing).unwrap());
        if n % 50_000 == 0 {
            last.take().unwrap().await.unwrap();
        }
    }
    last.unwrap().await.unwrap();
    until("every session has noted what it was told", || {
        venue.hub.holds.furthest_behind().unwrap().1 > 60_000
    })
    .await;
    let (_, told) = venue.hub.holds.furthest_behind().unwrap();
    trade(&venue.hub, (venue.hub.feed.last_seq() / EVERY + 2) * EVERY).await;
    venue.close().await;
    let left = names(&journal);
    assert!(begins(&journal, &left[1]) > told, "{left:?}");
}

#[tokio::test]
async fn what_the_local_bus_may_be_asked_for_again_holds_its_segments() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let (hub, running) = open(folder.path(), &with(OldSegments::Remove));
    let bus = LocalBus::new(&hub);
    open_market(&hub).await;
    trade(&hub, 4 * EVERY).await;
    assert_eq!(
        names(&journal)[0],
        "0000000001.seg",
        "its reader may begin anew"
    );
    // A reader that is far ahead has kept what lies a million entries behind it.
    let kept = 3 * EVERY;
    let mut reader = bus.subscribe(kept + (1 << 20));
    let nothing = tokio::time::timeout(Duration::ZERO, reader.next()).await;
    assert!(nothing.is_err(), "it waits to be reached");
    assert_eq!(
        hub.holds.furthest_behind(),
        Some(("local-bus".to_owned(), kept))
    );
    trade(&hub, 6 * EVERY).await;
    running.shut_down().unwrap();
    let left = names(&journal);
    assert!(begins(&journal, &left[0]) <= kept + 1, "{left:?}");
    assert!(begins(&journal, &left[1]) > kept + 1, "{left:?}");
}

#[tokio::test]
async fn nothing_goes_before_all_readers_have_said_what_they_need() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    // Written without snapshots: the next start is behind with one from its first moment on.
    written(folder.path(), &without_snapshots(), 4 * EVERY).await;
    let before = names(&journal);
    let config = with(OldSegments::Remove);
    let (hub, running) = open_on(folder.path(), &config, Box::new(Files)).unwrap();
    trade(&hub, 7 * EVERY).await;
    assert_eq!(names(&journal)[0], before[0], "who reads is not known yet");
    hub.holds.set("kafka", 30);
    hub.holds.settle();
    trade(&hub, 8 * EVERY).await;
    running.shut_down().unwrap();
    let left = names(&journal);
    assert!(begins(&journal, &left[0]) <= 31, "{left:?}");
    assert!(begins(&journal, &left[1]) > 31, "{left:?}");
}

#[tokio::test]
async fn an_archive_that_cannot_be_written_leaves_no_gap_behind() {
    let folder = tempfile::tempdir().unwrap();
    let config = with(OldSegments::Archive);
    let archive = folder.path().join("archive");
    fs::write(&archive, b"a file in its place").unwrap();
    let (hub, running) = open(folder.path(), &config);
    open_market(&hub).await;
    trade(&hub, 3 * EVERY).await;
    fs::remove_file(&archive).unwrap();
    trade(&hub, 6 * EVERY).await;
    let end = hub.feed.last_seq();
    running.shut_down().unwrap();
    assert_eq!(names(&archive)[0], "0000000001.seg");
    let (hub, running) = open(folder.path(), &config);
    assert_eq!(hub.replayed, end);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_segment_of_another_journal_in_the_archive_is_not_written_over() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = folder.path().join("archive");
    let config = with(OldSegments::Archive);
    let (hub, running) = open(other.path(), &with(OldSegments::Keep));
    open_market(&hub).await;
    running.shut_down().unwrap();
    let foreign = fs::read(other.path().join("journal/0000000001.seg")).unwrap();
    fs::create_dir(&archive).unwrap();
    let there = archive.join("0000000001.seg");
    fs::write(&there, &foreign).unwrap();
    let (hub, running) = open(folder.path(), &config);
    open_market(&hub).await;
    trade(&hub, 4 * EVERY).await;
    assert!(fs::read(&there).unwrap() == foreign);
    assert_eq!(names(&folder.path().join("journal"))[0], "0000000001.seg");
    // The same segment may be there: it was put back by a copy.
    fs::copy(folder.path().join("journal/0000000001.seg"), &there).unwrap();
    trade(&hub, 5 * EVERY).await;
    running.shut_down().unwrap();
    assert_ne!(names(&folder.path().join("journal"))[0], "0000000001.seg");
}
