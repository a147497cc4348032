//! What a start does with a journal that is not whole, and with a clock or a disk that is not what it was: it goes on with everything that was
//! acknowledged, or it refuses and names the place, or it gives up exactly what it was told to.

use crate::kit::{ACME, ObedientDisk, Orders, config, enter, open_market, open_on, published, run};
use crate::written::{first_seq, made, offsets, segment, written};
use exchange::clock::Clock;
use exchange::config::JournalConfig;
use exchange::hub::{self, Hub, HubError, Running};
use exchange::sequencer::{StopReason, SubmitError};
use journal::JournalError;
use journal::cut::Accepted;
use journal::data::DataError;
use journal::disk::Files;
use journal::entry::{Instruction, Origin};
use journal::snapshot;
use market::command::Command;
use market::halt::Halt;
use market::order::Side;
use market::scope::Instruments;
use market::text::Text;
use market::time::Timestamp;
use std::collections::VecDeque;
use std::fs;
use std::path::Path;

/// Entries between two snapshots.
const EVERY: u64 = 30;
/// So many fill several segments.
const ORDERS: u64 = 100;
const SEED: u64 = 20_261_126;

fn small() -> JournalConfig {
    JournalConfig {
        segment_bytes: 4_096,
        snapshot_entries: 0,
        ..config()
    }
}

fn accepting(place: &str) -> JournalConfig {
    JournalConfig {
        accept_damage: Some(place.parse().unwrap()),
        ..small()
    }
}

fn open(data: &Path, config: &JournalConfig) -> Result<(Hub, Running), HubError> {
    open_on(data, config, Box::new(Files))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn whatever_a_dying_machine_leaves_of_the_last_writes_all_whole_entries_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let snapshots = JournalConfig {
        segment_bytes: 1 << 20,
        snapshot_entries: EVERY,
        ..small()
    };
    let entries = written(folder.path(), &snapshots, ORDERS).await;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    let offsets = offsets(&bytes);
    let newest = snapshot::list(folder.path()).unwrap()[0].seq;
    let held = offsets[usize::try_from(newest).unwrap()];
    let mut random = Random(SEED);
    for round in 0..120 {
        // Anywhere behind the snapshot; sometimes with bytes of a block that was never filled, or half filled with something else.
        let cut = held + random.below(bytes.len() - held + 1);
        let mut torn = bytes[..cut].to_vec();
        match round % 3 {
            0 => {}
            1 => torn.resize(cut + random.below(5_000), 0),
            _ => torn.extend((0..random.below(300)).map(|n| u8::try_from(n % 251).unwrap())),
        }
        fs::write(segment(folder.path(), 1), torn).unwrap();
        let whole = offsets.iter().filter(|end| **end <= cut).count() - 1;
        let (hub, running) = open(folder.path(), &small()).unwrap();
        assert_eq!(*hub.snapshot.borrow(), newest);
        assert_eq!(
            published(&hub).await,
            entries[..whole],
            "round {round}, cut at {cut}"
        );
        running.shut_down().unwrap();
    }
}

#[tokio::test]
async fn damage_is_given_up_only_where_the_operator_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &small(), ORDERS).await;
    let path = segment(folder.path(), 2);
    let mut bytes = fs::read(&path).unwrap();
    let offset = offsets(&bytes)[3];
    bytes[offset + 30] ^= 0x10;
    fs::write(&path, &bytes).unwrap();
    let place = format!("0000000002.seg:{offset}");
    for config in [
        small(),
        accepting("0000000002.seg:40"),
        accepting(&format!("0000000003.seg:{offset}")),
    ] {
        match open(folder.path(), &config) {
            Err(HubError::Journal(JournalError::Damaged {
                segment,
                offset: at,
                ..
            })) => assert_eq!((segment, at), (path.clone(), offset as u64)),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(&path).unwrap(), bytes, "nothing was changed");
    }
    let first_lost = first_seq(&bytes) + 3;
    let kept = usize::try_from(first_lost).unwrap() - 1;
    let (hub, running) = open(folder.path(), &accepting(&place)).unwrap();
    assert_eq!(hub.replayed, first_lost - 1);
    run(&hub, enter(Side::Buy, 5_000, "1.00", "1")).await;
    let after = published(&hub).await;
    assert_eq!(after[..kept], entries[..kept]);
    assert_eq!(after.len(), kept + 2, "the note, and the order");
    let said = &hub.audit.last(10)[0];
    let last = entries.len();
    assert_eq!(said.by, "accept-journal-damage");
    assert_eq!(
        said.what,
        format!("journal cut at {place}: entries {first_lost} to {last} are lost"),
    );
    running.shut_down().unwrap();
    let lost = folder
        .path()
        .join("lost")
        .join(format!("0000000002.seg-{offset}"));
    assert_eq!(fs::read(lost.join("0000000002.seg")).unwrap(), bytes);
    assert!(lost.join("0000000003.seg").exists());
    // From now on it opens like any other, and the place is nothing any more.
    let (hub, running) = open(folder.path(), &accepting(&place)).unwrap();
    assert_eq!(published(&hub).await, after);
    assert_eq!(hub.audit.last(10).len(), 1);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_missing_segment_is_given_up_with_what_is_behind_it_snapshots_too() {
    let folder = tempfile::tempdir().unwrap();
    let snapshots = JournalConfig {
        snapshot_entries: EVERY,
        ..small()
    };
    let entries = written(folder.path(), &snapshots, ORDERS).await;
    let third = first_seq(&fs::read(segment(folder.path(), 3)).unwrap());
    fs::remove_file(segment(folder.path(), 3)).unwrap();
    match open(folder.path(), &small()) {
        Err(HubError::Journal(JournalError::Missing { segment: path })) => {
            assert_eq!(path, segment(folder.path(), 3));
        }
        other => panic!("{other:?}"),
    }
    let (hub, running) = open(folder.path(), &accepting("0000000003.seg:0")).unwrap();
    let kept = usize::try_from(third).unwrap() - 1;
    assert_eq!(published(&hub).await[..kept], entries[..kept]);
    assert_eq!(hub.replayed, third - 1);
    running.shut_down().unwrap();
    let left = snapshot::list(folder.path()).unwrap();
    assert!(left.iter().all(|one| one.seq < third), "{left:?}");
    let lost = folder.path().join("lost").join("0000000003.seg-0");
    assert!(lost.join("0000000004.seg").exists());
}

#[tokio::test]
async fn the_first_segment_is_never_given_up_whole() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &small(), ORDERS).await;
    let mut bytes = fs::read(segment(folder.path(), 1)).unwrap();
    bytes[0] = b'?';
    fs::write(segment(folder.path(), 1), &bytes).unwrap();
    match open(folder.path(), &accepting("0000000001.seg:0")) {
        Err(HubError::Journal(JournalError::Damaged { offset: 0, .. })) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(segment(folder.path(), 1)).unwrap(), bytes);
}

#[tokio::test]
async fn nor_is_the_first_that_is_there_when_older_ones_were_archived() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &small(), ORDERS).await;
    for number in 1..3 {
        fs::remove_file(segment(folder.path(), number)).unwrap();
    }
    let third = segment(folder.path(), 3);
    let mut bytes = fs::read(&third).unwrap();
    bytes[0] = b'?';
    fs::write(&third, &bytes).unwrap();
    match open(folder.path(), &accepting("0000000003.seg:0")) {
        Err(HubError::Journal(JournalError::NothingLeft { segment })) => assert_eq!(segment, third),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(&third).unwrap(), bytes);
    assert!(segment(folder.path(), 4).exists());
    assert!(!folder.path().join("lost").exists());
}

#[tokio::test]
async fn what_one_cut_has_kept_outlasts_another_at_the_same_place() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &small(), ORDERS).await;
    let path = segment(folder.path(), 2);
    let offset = offsets(&fs::read(&path).unwrap())[3];
    let place = format!("0000000002.seg:{offset}");
    let mut kept = Vec::new();
    for round in 0..3 {
        let mut bytes = fs::read(&path).unwrap();
        bytes[offset + 30] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        kept.push(bytes);
        let (hub, running) = open(folder.path(), &accepting(&place)).unwrap();
        for n in 0..20 {
            run(
                &hub,
                enter(Side::Buy, 10_000 + round * 100 + n, "1.00", "1"),
            )
            .await;
        }
        running.shut_down().unwrap();
    }
    let lost = folder.path().join("lost");
    let name = format!("0000000002.seg-{offset}");
    for (bytes, behind) in kept.iter().zip(["", "-2", "-3"]) {
        let there = lost.join(format!("{name}{behind}")).join("0000000002.seg");
        assert!(fs::read(there).unwrap() == *bytes, "{name}{behind}");
    }
}

#[tokio::test]
async fn a_disk_that_is_full_when_something_is_given_up_is_told_as_that() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open_at(folder.path(), &small(), &[1_000_000]);
    open_market(&hub).await;
    // Something is due when it opens again: the sequencer has work of its own at once.
    let halt = Command::Halt(Halt {
        until: Some(Timestamp::from_nanos(2_000_000)),
        ..Halt::new(Instruments::One(ACME), Text::new("news").unwrap())
    });
    run(&hub, halt).await;
    // The first of these is damaged: no torn tail, since another one stands behind it.
    for n in [1, 2] {
        run(&hub, enter(Side::Buy, n, "1.00", "1")).await;
    }
    running.shut_down().unwrap();
    let path = segment(folder.path(), 1);
    let mut bytes = fs::read(&path).unwrap();
    let offset = offsets(&bytes)[offsets(&bytes).len() - 3];
    bytes[offset + 30] ^= 0x10;
    // The thread that makes snapshots is started, too: the sequencer's is at work then before the note is.
    let accepted = JournalConfig {
        snapshot_entries: EVERY,
        ..accepting(&format!("0000000001.seg:{offset}"))
    };
    for _ in 0..50 {
        fs::write(&path, &bytes).unwrap();
        let orders = Orders::default();
        orders.leave_room(1);
        let clock = Box::new(Told([3_000_000].into()));
        match hub::open(
            &accepted,
            folder.path(),
            Box::new(ObedientDisk(orders)),
            clock,
        ) {
            Err(HubError::Note(SubmitError::Stopped(StopReason::Journal(_)))) => {}
            // It took the note, and stops for it.
            Ok((_, running)) => assert!(running.shut_down().is_err()),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_place_is_written_as_the_error_says_it() {
    let place: Accepted = "0000000003.seg:12345".parse().unwrap();
    assert_eq!(place.to_string(), "0000000003.seg:12345");
    for wrong in ["", "3", "0000000003.seg", "x.seg:1", "0000000003.seg:-1"] {
        assert!(wrong.parse::<Accepted>().is_err(), "{wrong}");
    }
}

/// Tells these times, then the last one for ever.
struct Told(VecDeque<i64>);

impl Clock for Told {
    fn now(&mut self) -> Timestamp {
        let nanos = if self.0.len() > 1 {
            self.0.pop_front()
        } else {
            self.0.front().copied()
        };
        Timestamp::from_nanos(nanos.unwrap())
    }
}

fn open_at(data: &Path, config: &JournalConfig, times: &[i64]) -> (Hub, Running) {
    let clock = Box::new(Told(times.iter().copied().collect()));
    hub::open(config, data, Box::new(Files), clock).unwrap()
}

#[tokio::test]
async fn a_clock_that_steps_back_takes_no_entry_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let often = JournalConfig {
        snapshot_entries: 4,
        ..small()
    };
    let code = |n: u32| Command::ListAsset {
        code: format!("A{n}").parse().unwrap(),
    };
    let times = [1_000, 2_000, 500, -7, i64::MIN, 3_000];
    let (hub, running) = open_at(folder.path(), &often, &times);
    let mut at = Vec::new();
    for n in 0..6 {
        at.push(run(&hub, code(n)).await.at.nanos());
    }
    assert_eq!(at, [1_000, 2_000, 2_000, 2_000, 2_000, 3_000]);
    assert_eq!(made(&hub, 4).await, 4);
    running.shut_down().unwrap();
    // Over a restart with a tail behind the snapshot, and over one that ends exactly with it.
    let (hub, running) = open_at(folder.path(), &often, &[10, 20, 30, 4_000]);
    for n in 6..10 {
        at.push(run(&hub, code(n)).await.at.nanos());
    }
    assert_eq!(at[6..], [3_000, 3_000, 3_000, 4_000]);
    running.shut_down().unwrap();
    let (hub, running) = open_at(folder.path(), &often, &[1]);
    assert_eq!(run(&hub, code(10)).await.at.nanos(), 4_000);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_disk_that_turns_read_only_stops_the_venue_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &config(), disk).unwrap();
    open_market(&hub).await;
    let acknowledged = published(&hub).await;
    orders.refuse_with(std::io::ErrorKind::ReadOnlyFilesystem);
    orders.leave_room(0);
    let instruction = Instruction::Market(enter(Side::Buy, 1, "1.00", "1"));
    let lost = hub.submitter.call(Origin::System, instruction).await;
    let Err(SubmitError::Stopped(StopReason::Journal(reason))) = lost else {
        panic!("{lost:?}");
    };
    assert!(reason.contains("read-only"), "{reason}");
    assert!(!hub.health.is_ready());
    assert!(running.shut_down().is_err());
    match open_on(folder.path(), &config(), Box::new(ObedientDisk(orders))) {
        Err(HubError::Journal(JournalError::Folder(DataError::NoRights { .. }))) => {}
        other => panic!("{other:?}"),
    }
    let (hub, running) = open(folder.path(), &config()).unwrap();
    assert_eq!(published(&hub).await, acknowledged);
    running.shut_down().unwrap();
}
