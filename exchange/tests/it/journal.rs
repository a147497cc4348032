//! The journal: what is acknowledged is there after every kind of end; what is damaged is refused with its place.

use crate::kit::{
    self, ObedientDisk, Orders, config, enter, open, open_market, open_on, published, read_until,
    run, try_open,
};
use crate::written::{first_seq, offsets, segment, written};
use exchange::config::{Durability, JournalConfig};
use exchange::hub::HubError;
use exchange::sequencer::{StopReason, SubmitError};
use journal::JournalError;
use journal::data::DataError;
use journal::disk::Files;
use journal::entry::{Entry, Instruction, Origin};
use journal::record;
use market::command::Command;
use market::event::Event;
use market::order::Side;
use market::refusal::Refusal;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A data folder whose only segment has these bytes.
fn folder_with(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("journal")).unwrap();
    fs::write(segment(folder.path(), 1), bytes).unwrap();
    folder
}

fn refused(data: &Path) -> JournalError {
    match try_open(data) {
        Err(HubError::Journal(error)) => error,
        other => panic!("expected a refusal of the journal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_second_start_finds_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let before = written(folder.path(), &config(), 20).await;
    let (hub, running) = open(folder.path());
    let epoch = hub.epoch;
    assert_eq!(published(&hub).await, before);
    assert_eq!(
        hub.directory.instrument_by_symbol("ACME").unwrap().id,
        kit::ACME
    );
    assert!(hub.metrics.trades.get() > 0);
    let live = hub.metrics.live_orders.get();
    assert!(live > 0);
    let next = run(&hub, enter(Side::Buy, 900, "1.00", "1")).await;
    assert_eq!(next.seq, before.last().unwrap().seq + 1);
    assert!(next.at >= before.last().unwrap().at);
    running.shut_down().unwrap();
    let (hub, running) = open(folder.path());
    assert_eq!(hub.epoch, epoch);
    assert_eq!(hub.feed.last_seq(), next.seq);
    assert_eq!(hub.metrics.live_orders.get(), live + 1);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn two_journals_have_two_epochs() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, running_first) = open(one.path());
    let (second, running_second) = open(other.path());
    assert_ne!(first.epoch, second.epoch);
    running_first.shut_down().unwrap();
    running_second.shut_down().unwrap();
}

#[tokio::test]
async fn a_tail_torn_at_any_byte_is_cut_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &config(), 4).await;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    let offsets = offsets(&bytes);
    let last = offsets[offsets.len() - 2];
    for cut in last..bytes.len() {
        let torn = folder_with(&bytes[..cut]);
        let (hub, running) = open(torn.path());
        assert_eq!(
            published(&hub).await,
            entries[..entries.len() - 1],
            "cut at {cut}"
        );
        let file = fs::metadata(segment(torn.path(), 1)).unwrap();
        assert_eq!(file.len(), u64::try_from(last).unwrap(), "cut at {cut}");
        let next = run(&hub, enter(Side::Buy, 77, "1.00", "1")).await;
        assert_eq!(next.seq, entries.last().unwrap().seq);
        running.shut_down().unwrap();
        let (hub, running) = open(torn.path());
        assert_eq!(hub.feed.last_seq(), next.seq, "cut at {cut}");
        running.shut_down().unwrap();
    }
}

#[tokio::test]
async fn a_last_record_of_wrong_bytes_is_a_torn_tail_too() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &config(), 2).await;
    let mut bytes = fs::read(segment(folder.path(), 1)).unwrap();
    let last = offsets(&bytes)[entries.len() - 1];
    bytes[last..].fill(0);
    bytes.extend_from_slice(&[0; 5_000]);
    let torn = folder_with(&bytes);
    let (hub, running) = open(torn.path());
    assert_eq!(published(&hub).await, entries[..entries.len() - 1]);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_flipped_bit_before_the_last_record_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &config(), 4).await;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    let offsets = offsets(&bytes);
    let index = entries.len() / 2;
    let (start, end) = (offsets[index], offsets[index + 1]);
    for at in start..end {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        let damaged = folder_with(&bytes);
        match refused(damaged.path()) {
            JournalError::Damaged {
                segment: path,
                offset,
                ..
            } => {
                assert_eq!(path, segment(damaged.path(), 1));
                assert_eq!(offset, u64::try_from(start).unwrap(), "bit of byte {at}");
            }
            other => panic!("byte {at}: {other}"),
        }
        assert_eq!(
            fs::read(segment(damaged.path(), 1)).unwrap(),
            bytes,
            "nothing may be repaired"
        );
    }
}

#[tokio::test]
async fn a_flipped_bit_in_a_header_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &config(), 1).await;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    for at in 0..40 {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        let damaged = folder_with(&bytes);
        match refused(damaged.path()) {
            JournalError::Damaged { offset: 0, .. } => {}
            other => panic!("byte {at}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_journal_of_another_layout_is_refused_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), &config(), 1).await;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    // 1: before participants had networks and passwords of their own.
    for version in [1_u32, 9] {
        let mut bytes = bytes.clone();
        bytes[8..12].copy_from_slice(&version.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[..36]);
        bytes[36..40].copy_from_slice(&checksum.to_le_bytes());
        let other = folder_with(&bytes);
        let error = refused(other.path());
        assert!(
            matches!(error, JournalError::Version { version: found, .. } if found == version),
            "{error}"
        );
        let unchanged = fs::read(segment(other.path(), 1)).unwrap();
        assert_eq!(unchanged, bytes);
    }
}

#[tokio::test]
async fn segments_roll_by_size_and_earlier_ones_are_never_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let small = JournalConfig {
        segment_bytes: 4_096,
        ..config()
    };
    let entries = written(folder.path(), &small, 100).await;
    assert!(
        segment(folder.path(), 3).exists(),
        "a hundred orders fill three small segments"
    );
    let (hub, running) = open_on(folder.path(), &small, Box::new(Files)).unwrap();
    assert_eq!(published(&hub).await, entries);
    running.shut_down().unwrap();

    let second = fs::read(segment(folder.path(), 2)).unwrap();
    let last = offsets(&second)[offsets(&second).len() - 2];
    fs::write(segment(folder.path(), 2), &second[..second.len() - 1]).unwrap();
    match refused(folder.path()) {
        JournalError::Damaged {
            segment: path,
            offset,
            ..
        } => {
            assert_eq!(path, segment(folder.path(), 2));
            assert_eq!(offset, u64::try_from(last).unwrap());
        }
        other => panic!("{other}"),
    }
    fs::remove_file(segment(folder.path(), 2)).unwrap();
    match refused(folder.path()) {
        JournalError::Missing { segment: path } => assert_eq!(path, segment(folder.path(), 2)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_segment_of_another_history_is_refused() {
    let (folder, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let small = JournalConfig {
        segment_bytes: 4_096,
        ..config()
    };
    written(folder.path(), &small, 40).await;
    written(foreign.path(), &small, 40).await;
    fs::copy(segment(foreign.path(), 2), segment(folder.path(), 2)).unwrap();
    match refused(folder.path()) {
        JournalError::Damaged {
            segment: path,
            offset: 0,
            what,
        } => {
            assert_eq!(path, segment(folder.path(), 2));
            assert!(what.contains("another history"), "{what}");
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_half_made_segment_is_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &config(), 3).await;
    let half_made = folder.path().join("journal").join("0000000002.new");
    fs::write(&half_made, b"LOGG").unwrap();
    let (hub, running) = open(folder.path());
    assert_eq!(published(&hub).await, entries);
    assert!(!half_made.exists());
    running.shut_down().unwrap();
}

/// These entries as the bytes of a segment, that of `forged` with another event.
fn forge(entries: &[Arc<Entry>], header: &[u8], forged: usize) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for (index, entry) in entries.iter().enumerate() {
        let mut entry = Entry::clone(entry);
        if index == forged {
            entry.events = vec![Event::Refused {
                refusal: Refusal::Closed,
            }];
        }
        record::append(&entry, 0, &mut bytes).unwrap();
    }
    bytes
}

#[tokio::test]
async fn events_that_replay_differently_are_refused_with_their_entry() {
    let folder = tempfile::tempdir().unwrap();
    let entries = written(folder.path(), &config(), 3).await;
    let forged = entries.len() - 2;
    let bytes = fs::read(segment(folder.path(), 1)).unwrap();
    let folder = folder_with(&forge(&entries, &bytes[..40], forged));
    match refused(folder.path()) {
        JournalError::Diverged { segment: path, seq } => {
            assert_eq!(path, segment(folder.path(), 1));
            assert_eq!(seq, entries[forged].seq);
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn of_two_faults_the_first_is_told_though_entries_are_read_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let small = JournalConfig {
        segment_bytes: 4_096,
        ..config()
    };
    let entries = written(folder.path(), &small, 100).await;
    let second = segment(folder.path(), 2);
    let bytes = fs::read(&second).unwrap();
    let first = usize::try_from(first_seq(&bytes)).unwrap() - 1;
    let held = offsets(&bytes).len() - 1;
    let forged = forge(&entries[first..first + held], &bytes[..40], 3);
    fs::write(&second, forged).unwrap();
    let third = segment(folder.path(), 3);
    let mut damaged = fs::read(&third).unwrap();
    damaged[100] ^= 1;
    fs::write(&third, &damaged).unwrap();
    match refused(folder.path()) {
        JournalError::Diverged { segment, seq } => {
            assert_eq!((segment, seq), (second.clone(), entries[first + 3].seq));
        }
        other => panic!("{other}"),
    }
    fs::write(&second, &bytes).unwrap();
    match refused(folder.path()) {
        JournalError::Damaged { segment, .. } => assert_eq!(segment, third),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_day_that_ends_for_very_many_orders_is_one_entry_however_long() {
    const ORDERS: u64 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let small = JournalConfig {
        segment_bytes: 65_536,
        ..config()
    };
    let (hub, running) = open_on(folder.path(), &small, Box::new(Files)).unwrap();
    open_market(&hub).await;
    let mut last = None;
    for n in 0..ORDERS {
        let order = Instruction::Market(enter(Side::Buy, n, "1.00", "1"));
        last = Some(kit::submit(&hub, Origin::System, u128::from(n), order).unwrap());
    }
    last.unwrap().await.unwrap();
    let end = run(&hub, Command::EndOfDay).await;
    let expired = |event: &&Event| matches!(event, Event::OrderExpired { .. });
    assert_eq!(end.events.iter().filter(expired).count() as u64, ORDERS);
    let next = run(&hub, enter(Side::Buy, 0, "1.00", "1")).await;
    assert_eq!(next.seq, end.seq + 1);
    // The window holds a few of them: the long one comes from the files.
    let read = read_until(&hub, end.seq - 1, next.seq).await;
    assert!(read == [end.clone(), next.clone()]);
    running.shut_down().unwrap();

    let (hub, running) = open_on(folder.path(), &small, Box::new(Files)).unwrap();
    assert_eq!(hub.feed.last_seq(), next.seq);
    assert_eq!(hub.metrics.live_orders.get(), 1);
    running.shut_down().unwrap();

    // A machine that dies in the midst of it loses it, and nothing else.
    let holding = (1..).find(|number| {
        let bytes = fs::read(segment(folder.path(), number + 1));
        bytes.is_err() || first_seq(&bytes.unwrap()) > end.seq
    });
    let holding = holding.unwrap();
    let bytes = fs::read(segment(folder.path(), holding)).unwrap();
    let records = offsets(&bytes);
    let place = usize::try_from(end.seq - first_seq(&bytes)).unwrap();
    let (begin, behind) = (records[place], records[place + 1]);
    assert!((behind - begin) as u64 > 10 * small.segment_bytes);
    fs::write(
        segment(folder.path(), holding),
        &bytes[..(begin + behind) / 2],
    )
    .unwrap();
    let _not_there = fs::remove_file(segment(folder.path(), holding + 1));
    let (hub, running) = open_on(folder.path(), &small, Box::new(Files)).unwrap();
    assert_eq!(hub.feed.last_seq(), end.seq - 1);
    assert_eq!(hub.metrics.live_orders.get(), 20_000);
    running.shut_down().unwrap();
}

#[test]
fn a_folder_in_use_is_refused_with_its_holder() {
    let folder = tempfile::tempdir().unwrap();
    let (_hub, running) = open(folder.path());
    let error = match try_open(folder.path()) {
        Err(HubError::Data(error)) => error,
        other => panic!("expected a refusal of the folder, got {other:?}"),
    };
    let DataError::InUse { folder: path, pid } = &error else {
        panic!("{error}");
    };
    assert_eq!(path, folder.path());
    assert_eq!(*pid, std::process::id().to_string());
    assert!(
        error
            .to_string()
            .contains(&folder.path().display().to_string())
    );
    running.shut_down().unwrap();
    let (_hub, running) = open(folder.path());
    running.shut_down().unwrap();
}

#[test]
fn a_folder_that_cannot_be_had_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(
        try_open(&file),
        Err(HubError::Data(DataError::Unusable { .. }))
    ));
    let kinds = [
        (std::io::ErrorKind::PermissionDenied, "no rights"),
        (std::io::ErrorKind::ReadOnlyFilesystem, "no rights"),
        (std::io::ErrorKind::StorageFull, "no room"),
    ];
    for (kind, words) in kinds {
        let text = DataError::from_io(folder.path(), kind.into()).to_string();
        assert!(
            text.starts_with(words) && text.contains("data folder"),
            "{text}"
        );
    }
    let orders = Orders::default();
    orders.leave_room(0);
    let full = open_on(folder.path(), &config(), Box::new(ObedientDisk(orders)));
    assert!(matches!(
        full,
        Err(HubError::Journal(JournalError::Folder(
            DataError::NoRoom { .. }
        )))
    ));
}

#[tokio::test]
async fn a_disk_that_fills_up_stops_the_venue_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &config(), disk).unwrap();
    hub.health.opened();
    open_market(&hub).await;
    let acknowledged = published(&hub).await;
    orders.leave_room(25);
    let instruction = Instruction::Market(enter(Side::Buy, 1, "1.00", "1"));
    let lost = hub
        .submitter
        .call(Origin::System, instruction.clone())
        .await;
    let Err(SubmitError::Stopped(StopReason::Journal(reason))) = lost else {
        panic!("{lost:?}");
    };
    assert!(reason.contains("storage"), "{reason}");
    let after = hub.submitter.call(Origin::System, instruction).await;
    assert!(
        matches!(after, Err(SubmitError::Stopped(StopReason::Journal(_)))),
        "{after:?}"
    );
    assert!(!hub.health.is_ready());
    assert_eq!(hub.health.reasons()[0].0, "journal");
    assert_eq!(published(&hub).await, acknowledged);
    assert!(matches!(running.shut_down(), Err(StopReason::Journal(_))));
    let (hub, running) = open(folder.path());
    assert_eq!(published(&hub).await, acknowledged);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_sync_that_fails_stops_the_venue() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let synced = JournalConfig {
        durability: Durability::Fsync,
        ..config()
    };
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &synced, disk).unwrap();
    open_market(&hub).await;
    let acknowledged = hub.feed.last_seq();
    orders.fail_syncs();
    let instruction = Instruction::Market(enter(Side::Buy, 1, "1.00", "1"));
    let lost = hub.submitter.call(Origin::System, instruction).await;
    assert!(
        matches!(lost, Err(SubmitError::Stopped(StopReason::Journal(_)))),
        "{lost:?}"
    );
    assert_eq!(hub.feed.last_seq(), acknowledged);
    assert!(running.shut_down().is_err());
}

#[tokio::test]
async fn a_last_sync_that_fails_is_no_shutdown_in_good_order() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &config(), disk).unwrap();
    open_market(&hub).await;
    // Durable as far as `os` goes: acknowledged, and not synced yet.
    run(&hub, enter(Side::Buy, 1, "1.00", "1")).await;
    orders.fail_syncs();
    let ended = running.shut_down();
    assert!(matches!(ended, Err(StopReason::Journal(_))), "{ended:?}");
}

#[tokio::test]
async fn what_fails_while_the_venue_shuts_down_is_told_and_the_file_is_left_alone() {
    let synced = JournalConfig {
        durability: Durability::Fsync,
        ..config()
    };
    for write_fails in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let orders = Orders::default();
        let disk = Box::new(ObedientDisk(orders.clone()));
        let (hub, running) = open_on(folder.path(), &synced, disk).unwrap();
        open_market(&hub).await;
        let begun = orders.syncs_begun();
        orders.hold_syncs();
        let order = |n| Instruction::Market(enter(Side::Buy, n, "1.00", "1"));
        let first = kit::submit(&hub, Origin::System, 1, order(1)).unwrap();
        orders.await_sync_after(begun);
        let second = kit::submit(&hub, Origin::System, 2, order(2)).unwrap();
        let submitter = hub.submitter.clone();
        let ending = std::thread::spawn(move || running.shut_down());
        while submitter.stopped().is_none() {
            std::thread::yield_now();
        }
        if write_fails {
            orders.leave_room(10);
        } else {
            orders.fail_syncs();
        }
        orders.release_syncs();
        let ended = ending.join().unwrap();
        assert!(matches!(ended, Err(StopReason::Journal(_))), "{ended:?}");
        assert_eq!(first.await.is_ok(), write_fails);
        assert!(second.await.is_err());
        assert_eq!(
            orders.syncs_begun(),
            begun + 1,
            "of a file that failed nothing may be assumed"
        );
    }
}
