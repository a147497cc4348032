//! Snapshots: a start from one is a start from the whole journal; one that is not what was written is never believed.

#[path = "../../src/past/layout/day.rs"]
mod day;

use crate::kit::{PATIENCE, config, enter, open_market, open_on, published, run, submit};
use crate::venue::until;
use crate::written::made;
use exchange::config::{JournalConfig, OldSegments};
use exchange::feed::FeedError;
use exchange::hub::{Hub, HubError, Running};
use journal::JournalError;
use journal::disk::Files;
use journal::entry::{Instruction, Origin};
use journal::segment;
use journal::snapshot::{self, HEADER_BYTES};
use market::command::Command;
use market::event::Event;
use market::halt::Halt;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::order::Side;
use market::qty::Qty;
use market::risk::limits::{ExposureLimits, ParticipantLimits, PositionLimits, RiskLimit, Subject};
use market::scope::Instruments;
use market::time::Timestamp;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Entries between two snapshots: more than the day that each journal here begins with.
const EVERY: u64 = 80;

fn often() -> JournalConfig {
    JournalConfig {
        segment_bytes: 4_096,
        snapshot_entries: EVERY,
        ..config()
    }
}

fn never() -> JournalConfig {
    JournalConfig {
        snapshot_entries: 0,
        ..often()
    }
}

fn open(data: &Path, config: &JournalConfig) -> (Hub, Running) {
    open_on(data, config, Box::new(Files)).expect("the hub opens")
}

fn refused(data: &Path) -> HubError {
    match open_on(data, &never(), Box::new(Files)) {
        Err(error) => error,
        Ok(_) => panic!("it opens"),
    }
}

/// A limit order, of the seller every third time.
fn act(n: u64) -> Command {
    let side = if n.is_multiple_of(3) {
        Side::Sell
    } else {
        Side::Buy
    };
    let price = format!("{}.00", 95 + n * 7 % 11);
    enter(side, 100 + n, &price, &(1 + n % 5).to_string())
}

/// Does acts up to entry `until`.
async fn act_until(hub: &Hub, until: u64) {
    while hub.feed.last_seq() < until {
        run(hub, act(hub.feed.last_seq())).await;
    }
}

/// What operators set and halt besides: of every kind one.
fn settings() -> Vec<Command> {
    let instrument = crate::kit::ACME;
    let other = InstrumentId(1);
    let (participant, account) = (ParticipantId(2), AccountId(2));
    let qty: Qty = "300".parse().unwrap();
    let much = Some("100000000".parse().unwrap());
    let limits = [
        RiskLimit::Participant {
            participant,
            limits: ParticipantLimits {
                order_rate: None,
                max_open_orders: Some(500),
            },
        },
        RiskLimit::Exposure {
            participant,
            asset: AssetId(0),
            limits: ExposureLimits {
                credit: much,
                gross: much,
                net: None,
            },
        },
        RiskLimit::Position {
            account,
            instrument,
            limits: PositionLimits {
                max_long: Some(qty),
                max_short: None,
            },
        },
        RiskLimit::Restricted {
            subject: Subject::Account(AccountId(3)),
            instrument,
            is_restricted: true,
        },
        RiskLimit::Locate {
            account,
            instrument,
            qty,
        },
    ];
    // Long after everything that the clock here tells.
    let at = |nanos: i64| Some(Timestamp::from_nanos(1_800_000_000_000_000_000 + nanos));
    let reason = || "a test".parse().unwrap();
    let mut settings: Vec<Command> = limits.map(Command::SetRiskLimit).into();
    settings.extend([
        Command::SetGroup {
            instrument: other,
            group: Some("METALS".parse().unwrap()),
        },
        Command::SetIndexWeight {
            instrument,
            weight: 10,
        },
        Command::SetIndexClose {
            close: Some("900".parse().unwrap()),
        },
        Command::Halt(Halt {
            until: at(900),
            ..Halt::new(Instruments::One(other), reason())
        }),
        Command::Halt(Halt {
            from: at(100),
            ..Halt::new(Instruments::One(instrument), reason())
        }),
    ]);
    settings
}

/// Some of everything that can be done.
async fn live_through_a_day(hub: &Hub) {
    let settings = settings().into_iter().map(Instruction::Market);
    for (n, instruction) in (1..).zip(day::day().into_iter().chain(settings)) {
        let origin = Origin::Operator {
            name: "ops".parse().unwrap(),
        };
        let entry = submit(hub, origin, n, instruction).unwrap();
        let entry = tokio::time::timeout(PATIENCE, entry).await.unwrap();
        let first = entry.unwrap().events.first().copied();
        assert!(
            !matches!(first, Some(Event::Refused { .. })),
            "{n}: {first:?}"
        );
    }
}

/// A journal with two snapshots and something behind them; the entries of the snapshots.
async fn written(data: &Path) -> (u64, u64) {
    let (hub, running) = open(data, &often());
    live_through_a_day(&hub).await;
    assert!(hub.feed.last_seq() < EVERY);
    act_until(&hub, EVERY + 25).await;
    let first = made(&hub, EVERY).await;
    act_until(&hub, 2 * EVERY + 5).await;
    let second = made(&hub, 2 * EVERY).await;
    act_until(&hub, 2 * EVERY + 15).await;
    running.shut_down().unwrap();
    assert_eq!((first, second), (EVERY, 2 * EVERY));
    (first, second)
}

fn copy(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["journal", "snapshots"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        for file in fs::read_dir(from.join(name)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(name).join(file.file_name())).unwrap();
        }
    }
    folder
}

fn segments(data: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(data.join("journal")).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

/// All that is shown of a venue: reference data, market data, figures, what operators did and what they have set, halts, trades.
fn shown(hub: &Hub) -> String {
    let directory = &hub.directory;
    let view = hub.view.read();
    let book = view.book(crate::kit::ACME).unwrap();
    let levels: Vec<_> = [Side::Buy, Side::Sell]
        .map(|side| book.levels(side).collect::<Vec<_>>())
        .into();
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{levels:?} {:?} {:?} {} {} {}\n{} {} {} {}\n{:?}\n{:?}\n{:?}\n{:?}",
        directory.instruments(),
        directory.participants(),
        directory.phase(crate::kit::ACME),
        directory.day_began(),
        book.phase(),
        book.tape().last(),
        view.seq(),
        view.trades(),
        view.live_orders(),
        hub.metrics.orders.get(),
        hub.metrics.trades.get(),
        hub.metrics.rejects.get(),
        hub.metrics.live_orders.get(),
        hub.audit.last(100),
        hub.settings,
        hub.halts,
        hub.blotter,
    )
}

#[tokio::test]
async fn a_start_from_a_snapshot_is_a_start_from_the_whole_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (_, second) = written(folder.path()).await;
    let whole = copy(folder.path());
    fs::remove_dir_all(whole.path().join("snapshots")).unwrap();
    let (from_snapshot, running) = open(folder.path(), &often());
    let (from_all, running_all) = open(whole.path(), &often());
    assert!(*from_snapshot.snapshot.borrow() >= second);
    assert_eq!(shown(&from_snapshot), shown(&from_all));
    let replayed = from_all.replayed;
    assert_eq!(from_snapshot.replayed, replayed);
    for hub in [&from_snapshot, &from_all] {
        run(hub, Command::EndOfDay).await;
        act_until(hub, replayed + 150).await;
    }
    assert_eq!(published(&from_snapshot).await, published(&from_all).await);
    let end = from_all.feed.last_seq() / EVERY * EVERY;
    let snapshots = [(&folder, &from_snapshot), (&whole, &from_all)];
    for (_, hub) in snapshots {
        made(hub, end).await;
    }
    let [one, other] =
        snapshots.map(|(folder, _)| fs::read(snapshot::path(folder.path(), end)).unwrap());
    assert_eq!(one, other, "the same state, the same bytes");
    running.shut_down().unwrap();
    running_all.shut_down().unwrap();
}

#[tokio::test]
async fn a_snapshot_with_a_flipped_bit_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = written(folder.path()).await;
    let (hub, running) = open(folder.path(), &never());
    assert_eq!(*hub.snapshot.borrow(), second);
    assert_eq!(
        hub.metrics.snapshots.seq.get(),
        i64::try_from(second).unwrap()
    );
    let expected = shown(&hub);
    running.shut_down().unwrap();
    let path = snapshot::path(folder.path(), second);
    let bytes = fs::read(&path).unwrap();
    let places = (0..HEADER_BYTES).chain((HEADER_BYTES..bytes.len()).step_by(211));
    for at in places {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, bytes).unwrap();
        let (hub, running) = open(folder.path(), &never());
        assert_eq!(*hub.snapshot.borrow(), first, "byte {at}");
        assert_eq!(shown(&hub), expected, "byte {at}");
        running.shut_down().unwrap();
    }
    for len in [0, 1, HEADER_BYTES, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..len]).unwrap();
        let (hub, running) = open(folder.path(), &never());
        assert_eq!(*hub.snapshot.borrow(), first, "{len} bytes");
        assert_eq!(shown(&hub), expected, "{len} bytes");
        running.shut_down().unwrap();
    }
    fs::write(snapshot::path(folder.path(), first), b"LOGGIAS1").unwrap();
    let (hub, running) = open(folder.path(), &never());
    assert_eq!(*hub.snapshot.borrow(), 0, "the whole journal");
    assert_eq!(shown(&hub), expected);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_snapshot_of_another_journal_or_under_another_name_is_not_believed() {
    let (folder, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = written(folder.path()).await;
    let (_, other) = written(foreign.path()).await;
    let other = fs::read(snapshot::path(foreign.path(), other)).unwrap();
    fs::write(snapshot::path(folder.path(), second), other).unwrap();
    let own = fs::read(snapshot::path(folder.path(), first)).unwrap();
    fs::write(snapshot::path(folder.path(), first + 1), own).unwrap();
    let (hub, running) = open(folder.path(), &never());
    assert_eq!(*hub.snapshot.borrow(), first);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_journal_that_ends_before_its_snapshot_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let (_, second) = written(folder.path()).await;
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        u64::from_le_bytes(bytes[28..36].try_into().unwrap()) <= second
    };
    let all = segments(folder.path());
    let last = all.iter().rfind(|path| holds(path)).unwrap();
    for path in all.iter().filter(|path| !holds(path)) {
        fs::remove_file(path).unwrap();
    }
    let bytes = fs::read(last).unwrap();
    fs::write(last, &bytes[..40]).unwrap();
    match refused(folder.path()) {
        HubError::Journal(JournalError::Short {
            segment,
            offset: 40,
            known,
            ..
        }) => assert_eq!((&segment, known), (last, second)),
        other => panic!("{other}"),
    }
    fs::remove_dir_all(folder.path().join("journal")).unwrap();
    match refused(folder.path()) {
        HubError::Journal(JournalError::Missing { segment: path }) => {
            assert_eq!(path, segment::path(&folder.path().join("journal"), 1));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_flipped_bit_ahead_of_the_snapshot_is_damage_where_the_start_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (_, second) = written(folder.path()).await;
    let holding = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        u64::from_le_bytes(bytes[28..36].try_into().unwrap()) <= second
    };
    let path = segments(folder.path()).into_iter().rfind(holding).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[41] ^= 0x40;
    fs::write(&path, bytes).unwrap();
    match refused(folder.path()) {
        HubError::Journal(JournalError::Damaged {
            segment,
            offset: 40,
            ..
        }) => assert_eq!(segment, path),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn without_its_oldest_segments_a_journal_opens_from_a_snapshot_only() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path()).await;
    fs::remove_file(&segments(folder.path())[0]).unwrap();
    let (hub, running) = open(folder.path(), &often());
    let mut reader = hub.feed.subscribe(0);
    match reader.next().await {
        Err(FeedError::Files(JournalError::Unheld { seq: 1, first })) => assert!(first > 1),
        other => panic!("{other:?}"),
    }
    act_until(&hub, 4 * EVERY).await;
    made(&hub, 4 * EVERY).await;
    running.shut_down().unwrap();
    fs::remove_dir_all(folder.path().join("snapshots")).unwrap();
    match refused(folder.path()) {
        HubError::Journal(JournalError::Unheld { seq: 1, first }) => assert!(first > 1),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_written_stops_nobody_and_the_next_is_of_a_multiple() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path(), &often());
    let in_its_place = folder.path().join("snapshots");
    fs::write(&in_its_place, b"a file in its place").unwrap();
    open_market(&hub).await;
    act_until(&hub, EVERY + 1).await;
    let failures = &hub.metrics.snapshots.failures;
    until("it fails", || failures.get() == 1).await;
    // The next attempt comes soon.
    act_until(&hub, EVERY + EVERY / 10 + 1).await;
    until("it fails again", || failures.get() == 2).await;
    assert_eq!(*hub.snapshot.borrow(), 0);
    fs::remove_file(&in_its_place).unwrap();
    act_until(&hub, EVERY + 3 * EVERY / 10).await;
    assert_eq!(made(&hub, 1).await, EVERY);
    act_until(&hub, 2 * EVERY).await;
    assert_eq!(made(&hub, 2 * EVERY).await, 2 * EVERY);
    running.shut_down().unwrap();
    assert_eq!(seqs(folder.path()), [2 * EVERY, EVERY]);
}

/// Flips a bit of the first record, in the file that is being written.
fn flip(data: &Path) {
    let path = &segments(data)[0];
    let file = OpenOptions::new().read(true).write(true).open(path);
    let file = file.unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, 60).unwrap();
    file.write_all_at(&[byte[0] ^ 1], 60).unwrap();
}

#[tokio::test]
async fn damage_that_the_snapshots_meet_shows_in_health_until_one_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path(), &often());
    hub.health.opened();
    open_market(&hub).await;
    flip(folder.path());
    act_until(&hub, EVERY).await;
    until("it is found", || !hub.health.is_ready()).await;
    let reasons = hub.health.reasons();
    assert_eq!(reasons[0].0, "snapshots");
    assert!(reasons[0].1.contains("damaged at byte 40"), "{reasons:?}");
    flip(folder.path());
    act_until(&hub, EVERY + EVERY / 5).await;
    made(&hub, EVERY).await;
    until("it is over", || hub.health.is_ready()).await;
    running.shut_down().unwrap();
}

fn seqs(data: &Path) -> Vec<u64> {
    let listed = snapshot::list(data).unwrap();
    listed.iter().map(|one| one.seq).collect()
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_used_is_no_spare_one() {
    let (folder, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = written(folder.path()).await;
    written(foreign.path()).await;
    let path = snapshot::path(folder.path(), second);
    let mut bytes = fs::read(&path).unwrap();
    bytes[HEADER_BYTES + 9] ^= 1;
    fs::write(&path, bytes).unwrap();
    let third = second + EVERY;
    let others = [second - 1, 100 * EVERY];
    for other in others {
        let bytes = fs::read(snapshot::path(foreign.path(), second)).unwrap();
        fs::write(snapshot::path(folder.path(), other), named(bytes, other)).unwrap();
    }
    let config = JournalConfig {
        old_segments: OldSegments::Remove,
        ..often()
    };
    let (hub, running) = open(folder.path(), &config);
    hub.holds.settle();
    act_until(&hub, third).await;
    made(&hub, third).await;
    running.shut_down().unwrap();
    // Those of another history are nobody's to remove, but count for nothing.
    assert_eq!(seqs(folder.path()), [others[1], third, others[0], first]);
    // So the newest may be damaged, too, and the one before it still stands for what is not there any more.
    fs::write(snapshot::path(folder.path(), third), b"LOGGIAS1").unwrap();
    let (hub, running) = open(folder.path(), &never());
    assert_eq!(*hub.snapshot.borrow(), first);
    running.shut_down().unwrap();
}

/// A snapshot's bytes as one of entry `seq`.
fn named(mut bytes: Vec<u8>, seq: u64) -> Vec<u8> {
    bytes[28..36].copy_from_slice(&seq.to_le_bytes());
    with_checksum(bytes)
}

fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32fast::hash(&bytes[..64]);
    bytes[64..68].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

#[tokio::test]
async fn when_only_another_version_can_read_what_segments_held_the_refusal_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = written(folder.path()).await;
    for seq in [first, second] {
        let path = snapshot::path(folder.path(), seq);
        let mut bytes = fs::read(&path).unwrap();
        bytes[8] = 77;
        fs::write(&path, with_checksum(bytes)).unwrap();
    }
    let (hub, running) = open(folder.path(), &never());
    assert_eq!(*hub.snapshot.borrow(), 0, "the whole journal is there");
    running.shut_down().unwrap();
    let oldest = &segments(folder.path())[0];
    let aside = folder.path().join("aside");
    fs::rename(oldest, &aside).unwrap();
    match refused(folder.path()) {
        error @ HubError::OtherVersion { .. } => {
            let text = error.to_string();
            for part in [
                "begins with entry",
                &format!("{first:020}.snap"),
                "layout version 77",
            ] {
                assert!(text.contains(part), "{text}");
            }
        }
        other => panic!("{other}"),
    }
    fs::rename(&aside, oldest).unwrap();
    let (_, running) = open(folder.path(), &never());
    running.shut_down().unwrap();
}

#[tokio::test]
async fn older_snapshots_and_half_made_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let (_, second) = written(folder.path()).await;
    let half_made = snapshot::path(folder.path(), 7).with_extension("new");
    fs::write(&half_made, b"LOGG").unwrap();
    let (hub, running) = open(folder.path(), &often());
    assert!(!half_made.exists());
    act_until(&hub, second + EVERY).await;
    let third = made(&hub, second + EVERY).await;
    act_until(&hub, third + EVERY).await;
    made(&hub, third + EVERY).await;
    running.shut_down().unwrap();
    assert_eq!(snapshot::list(folder.path()).unwrap().len(), 2);
}
