//! `journal`: segments and snapshots, shown, checked, replayed with the real rules, and dumped.

use crate::program::{Said, run};
use journal::catalog::Catalog;
use journal::data::DataFolder;
use journal::disk::Files;
use journal::engine::Engine;
use journal::entry::{Entry, Epoch, Instruction, Origin, TraceId};
use journal::participant::{ClientCert, Credentials, ParticipantChange, PasswordHash, Rights};
use journal::record;
use journal::replay::{self, End};
use journal::segment;
use journal::snapshot::{self, Contents};
use market::account::AccountTerms;
use market::command::Command;
use market::event::Event;
use market::flow;
use market::id::{InstrumentId, ParticipantId};
use market::limits::SelfTrade;
use market::refusal::Refusal;
use market::time::Timestamp;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// 2026-01-05 12:00 UTC.
const NOON: i64 = 1_767_614_400_000_000_000;
/// The entry of the snapshot.
const HELD: u64 = 150;
const ENTRIES: u64 = 212;
/// The entry whose instruction defines a participant.
const DEFINITION: u64 = 2 + 100 + 3 + 1;

fn instructions() -> Vec<Instruction> {
    let orders = (1..=105).map(|n| {
        let side = if n % 2 == 0 { 'B' } else { 'S' };
        let line = format!("0,N,0,{n},0,1,{side},D,{},{},0", 100 + n % 5, 1 + n % 7);
        let operation = flow::Operation::parse(&line, 2).unwrap();
        flow::Replay::new(SelfTrade::Allow)
            .command(&operation)
            .unwrap()
    });
    let mut all: Vec<Instruction> = flow::opening(AccountTerms::Unchecked)
        .chain(flow::symbol(InstrumentId(0), AccountTerms::Unchecked))
        .map(Instruction::Market)
        .collect();
    all.push(Instruction::Participant(ParticipantChange::Define {
        comp_id: "FLOW".parse().unwrap(),
        credentials: Credentials {
            password_hash: PasswordHash::of("hunter2hunter2").unwrap(),
            own_password: None,
            password_max_age_days: None,
            cert_fingerprint: None,
            cert_subject: None,
            client_cert: ClientCert::Off,
            networks: Vec::new(),
            rights: Rights {
                orders: true,
                market_data: true,
            },
            reset_on_logon: false,
        },
    }));
    all.extend(orders.map(Instruction::Market));
    all.push(Instruction::Market(Command::EndOfDay));
    all
}

/// A data folder with a journal of several segments and a snapshot. `forged` is an entry whose events are not what its instruction makes.
fn filled(data: &Path, forged: Option<u64>) {
    let catalog = Catalog::prepare(data).unwrap();
    let opened = replay::open(&catalog, &End::default(), Box::new(Files), 8_192).unwrap();
    let mut writer = opened.writer;
    let mut engine = Engine::new();
    for (seq, instruction) in (1..).zip(instructions()) {
        let at = Timestamp::from_nanos(NOON + i64::try_from(seq).unwrap());
        let mut events = engine.apply(seq, at, &instruction);
        if forged == Some(seq) {
            events = vec![Event::Refused {
                refusal: Refusal::Closed,
            }];
        }
        let entry = Entry {
            seq,
            at,
            origin: Origin::Session {
                participant: ParticipantId(0),
                incarnation: 0,
                msg_seq_num: seq,
            },
            trace: TraceId(u128::from(seq)),
            instruction,
            events,
        };
        let mut bytes = Vec::new();
        record::append(&entry, seq - 1, &mut bytes).unwrap();
        writer.append(seq, &bytes).unwrap();
        if seq == HELD {
            let contents = Contents {
                epoch: opened.epoch,
                seq,
                at,
                engine: &engine,
                known: &(),
            };
            snapshot::write(data, &contents, &mut || Ok(())).unwrap();
        }
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), None);
    folder
}

fn segments(data: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(data.join("journal")).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

fn ask(data: &Path, arguments: &[&str]) -> Said {
    let all: Vec<&str> = ["journal"].iter().chain(arguments).copied().collect();
    run(data, &all)
}

fn json(data: &Path, arguments: &[&str]) -> (i32, Value) {
    let all: Vec<&str> = arguments
        .iter()
        .chain(&["--output", "json"])
        .copied()
        .collect();
    let said = ask(data, &all);
    let value = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    (said.code, value)
}

#[test]
fn stat_shows_segments_snapshots_and_what_no_start_needs() {
    let dir = folder();
    let (code, shown) = json(dir.path(), &["stat", "."]);
    assert_eq!(code, 0);
    assert_eq!(shown["first_seq"], 1);
    assert_eq!(shown["last_seq"], ENTRIES);
    assert_eq!(shown["last_at"], "20260105-12:00:00.000000212");
    assert_eq!(shown["torn_tail"], Value::Null);
    let all = shown["segments"].as_array().unwrap();
    assert_eq!(all.len(), segments(dir.path()).len());
    assert!(all.len() > 2, "{shown}");
    let mut next = 1;
    for segment in all {
        assert_eq!(segment["first_seq"], next);
        next = segment["last_seq"].as_u64().unwrap() + 1;
        assert_eq!(segment["spare"], next <= HELD + 1, "{segment}");
    }
    let snapshot = &shown["snapshots"][0];
    assert_eq!(snapshot["seq"], HELD);
    assert_eq!(snapshot["at"], "20260105-12:00:00.000000150");
    let said = ask(dir.path(), &["stat", "."]);
    for line in [
        "entries        1..212\n",
        "torn tail      -\n",
        "SPARE",
        "USABLE",
    ] {
        assert!(said.out.contains(line), "{line}: {said:?}");
    }
}

#[test]
fn verify_finds_nothing_in_a_sound_journal_also_in_segments_alone() {
    let dir = folder();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!(code, 0);
    assert_eq!(found["verdict"], "sound");
    assert_eq!(found["entries"], ENTRIES);
    assert_eq!(found["snapshots"], 1);
    // Archived segments: a folder that begins later.
    let archive = dir.path().join("archive");
    fs::create_dir(&archive).unwrap();
    for path in &segments(dir.path())[1..] {
        fs::copy(path, archive.join(path.file_name().unwrap())).unwrap();
    }
    let (code, found) = json(dir.path(), &["verify", "archive"]);
    assert_eq!((code, &found["verdict"]), (0, &Value::from("sound")));
    assert_eq!(found["last_seq"], ENTRIES);
}

#[test]
fn verify_names_the_place_of_damage_and_of_a_torn_tail() {
    let dir = folder();
    let path = &segments(dir.path())[1];
    let whole = fs::read(path).unwrap();
    let mut bytes = whole.clone();
    bytes[60] ^= 1;
    fs::write(path, &bytes).unwrap();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!(code, 9, "{found}");
    assert_eq!(found["verdict"], "damaged");
    assert_eq!(found["offset"], 40);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(found["file"].as_str().unwrap().ends_with(name), "{found}");
    fs::write(path, &whole).unwrap();

    let all = segments(dir.path());
    let last = all.last().unwrap();
    let bytes = fs::read(last).unwrap();
    fs::write(last, &bytes[..bytes.len() - 3]).unwrap();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["verdict"]), (8, &Value::from("torn_tail")));
    assert_eq!(found["last_seq"], ENTRIES - 1);
    let said = ask(dir.path(), &["stat", "."]);
    assert!(said.out.contains("at byte"), "{said:?}");
    fs::write(last, &bytes).unwrap();

    let snapshot = snapshot::path(dir.path(), HELD);
    let mut bytes = fs::read(&snapshot).unwrap();
    bytes[100] ^= 1;
    fs::write(&snapshot, &bytes).unwrap();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["offset"]), (9, &Value::from(68)), "{found}");

    fs::remove_file(path).unwrap();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!(code, 9, "{found}");
    assert_eq!(found["why"], "it is missing");
}

#[test]
fn replay_gives_the_same_events_and_the_same_snapshot() {
    let dir = folder();
    let (code, out) = json(dir.path(), &["replay", "."]);
    assert_eq!(code, 0, "{out}");
    assert_eq!(out["entries"], ENTRIES);
    assert_eq!(out["snapshots_compared"], 1);
    assert!(out["trades"].as_u64().unwrap() > 10, "{out}");
    let (code, quick) = json(dir.path(), &["replay", ".", "--from-snapshot"]);
    assert_eq!(code, 0, "{quick}");
    assert_eq!(quick["after"], HELD);
    assert_eq!(quick["trades"], out["trades"]);
    assert_eq!(quick["live_orders"], out["live_orders"]);
    // Without its first segment it can only begin with the snapshot; without that not at all.
    fs::remove_file(&segments(dir.path())[0]).unwrap();
    let (code, later) = json(dir.path(), &["replay", "."]);
    assert_eq!((code, &later["after"]), (0, &Value::from(HELD)), "{later}");
    fs::remove_file(snapshot::path(dir.path(), HELD)).unwrap();
    let said = ask(dir.path(), &["replay", "."]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("nothing to begin with"), "{said:?}");
}

#[test]
fn replay_names_the_first_entry_that_differs() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), Some(180));
    let said = ask(dir.path(), &["replay", "."]);
    assert_eq!(said.code, 10, "{said:?}");
    assert!(
        said.err.contains("entry 180 replays to other events"),
        "{said:?}"
    );
    // Bytes and checksums are right: only the rules can tell.
    assert_eq!(ask(dir.path(), &["verify", "."]).code, 0);
}

#[test]
fn replay_finds_a_snapshot_that_is_not_what_the_entries_make() {
    let dir = folder();
    let epoch = snapshot::Header::read(&snapshot::path(dir.path(), HELD))
        .unwrap()
        .epoch;
    let contents = Contents {
        epoch,
        seq: HELD,
        at: Timestamp::from_nanos(NOON),
        engine: &Engine::new(),
        known: &(),
    };
    snapshot::write(dir.path(), &contents, &mut || Ok(())).unwrap();
    let said = ask(dir.path(), &["replay", "."]);
    assert_eq!(said.code, 9, "{said:?}");
    assert!(
        said.err
            .contains("it is not what the entries up to it make"),
        "{said:?}"
    );
}

#[test]
fn dump_writes_entries_a_line_each_without_hashes() {
    let dir = folder();
    let said = ask(dir.path(), &["dump", "."]);
    assert_eq!(said.code, 0);
    assert_eq!(said.out.lines().count() as u64, ENTRIES);
    assert!(!said.out.contains("argon2"), "a hash is shown");
    let range = format!("{DEFINITION}..{}", DEFINITION + 1);
    let all = ["dump", ".", "--entries", &range, "--output", "json"];
    let said = ask(dir.path(), &all);
    assert!(!said.out.contains("argon2"), "a hash is shown");
    let lines: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{said:?}");
    assert_eq!(lines[0]["seq"], DEFINITION);
    let define = &lines[0]["instruction"]["Participant"]["Define"];
    assert_eq!(define["credentials"]["password_hash"], "[redacted]");
    assert_eq!(lines[1]["at"], "20260105-12:00:00.000000107");
    assert!(
        lines[1]["events"][0]["order_accepted"].is_object(),
        "{said:?}"
    );
    // What is in a segment that is not here is not left out without a word.
    fs::remove_file(&segments(dir.path())[0]).unwrap();
    let first = segments(dir.path())[0].clone();
    let first = u64::from_le_bytes(fs::read(first).unwrap()[28..36].try_into().unwrap());
    for range in ["1..10".to_owned(), format!("{}..", first - 1)] {
        let said = ask(dir.path(), &["dump", ".", "--entries", &range]);
        assert_eq!((said.code, said.out.as_str()), (5, ""), "{said:?}");
        let why = format!("is not here: the first is {first}");
        assert!(said.err.contains(&why), "{said:?}");
    }
    let said = ask(
        dir.path(),
        &["dump", ".", "--entries", &format!("{first}..")],
    );
    assert_eq!(said.out.lines().count() as u64, ENTRIES + 1 - first);
    assert_eq!(ask(dir.path(), &["dump", "."]).out, said.out);
    let beyond = ask(dir.path(), &["dump", ".", "--entries", "100000.."]);
    assert_eq!((beyond.code, beyond.out.as_str()), (0, ""));
    assert_eq!(ask(dir.path(), &["dump", "nowhere"]).code, 7);
}

/// A snapshot of what the entries up to `seq` make, or what says so.
fn snapshot_at(data: &Path, epoch: Epoch, seq: u64) {
    let mut engine = Engine::new();
    let at = |seq: u64| Timestamp::from_nanos(NOON + i64::try_from(seq).unwrap());
    for (seq, instruction) in (1..=seq).zip(instructions()) {
        engine.apply(seq, at(seq), &instruction);
    }
    let contents = Contents {
        epoch,
        seq,
        at: at(seq),
        engine: &engine,
        known: &(),
    };
    snapshot::write(data, &contents, &mut || Ok(())).unwrap();
}

fn epoch(data: &Path) -> Epoch {
    let path = snapshot::path(data, HELD);
    snapshot::Header::read(&path).unwrap().epoch
}

/// The same snapshot as another version would have made it.
fn of_another_version(data: &Path, seq: u64) {
    let path = snapshot::path(data, seq);
    let mut bytes = fs::read(&path).unwrap();
    bytes[8..12].copy_from_slice(&77_u32.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[..64]);
    bytes[64..68].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&path, bytes).unwrap();
}

/// Whether each segment is shown as spare.
fn spare(shown: &Value) -> Vec<bool> {
    let all = shown["segments"].as_array().unwrap().iter();
    all.map(|segment| segment["spare"].as_bool().unwrap())
        .collect()
}

#[test]
fn a_journal_that_ends_before_its_snapshot_is_not_called_sound() {
    let dir = folder();
    for later in &segments(dir.path())[1..] {
        fs::remove_file(later).unwrap();
    }
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["verdict"]), (9, &Value::from("damaged")));
    let why = found["why"].as_str().unwrap();
    assert!(why.contains("but a snapshot holds entry 150"), "{found}");
    let said = ask(dir.path(), &["replay", "."]);
    assert_eq!(said.code, 9, "{said:?}");
    assert!(said.err.contains(why), "{said:?}");
    let (code, shown) = json(dir.path(), &["stat", "."]);
    assert_eq!((code, spare(&shown)), (0, vec![false]));
    let why_not = shown["snapshots"][0]["why_not"].as_str().unwrap();
    assert!(why_not.contains("entries are lost"), "{shown}");
}

#[test]
fn a_snapshot_of_another_history_is_not_taken_for_one_of_this_journal() {
    let dir = folder();
    snapshot_at(dir.path(), Epoch::random(), ENTRIES);
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["offset"]), (9, &Value::from(12)), "{found}");
    let (_, shown) = json(dir.path(), &["stat", "."]);
    let why_not = shown["snapshots"][0]["why_not"].as_str().unwrap();
    assert!(why_not.contains("another history"), "{shown}");
    assert_eq!(shown["snapshots"][1]["why_not"], Value::Null);
    for arguments in [&["replay", "."][..], &["replay", ".", "--from-snapshot"]] {
        let said = ask(dir.path(), arguments);
        assert_eq!(said.code, 9, "{said:?}");
        assert!(said.err.contains("another history"), "{said:?}");
    }
    // Alone it makes no segment a spare one: a start needs them all.
    fs::remove_file(snapshot::path(dir.path(), HELD)).unwrap();
    let (_, shown) = json(dir.path(), &["stat", "."]);
    assert!(spare(&shown).iter().all(|spare| !spare), "{shown}");
}

#[test]
fn a_snapshot_of_another_version_is_passed_over_as_a_start_does() {
    let dir = folder();
    let of_this = epoch(dir.path());
    of_another_version(dir.path(), HELD);
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["verdict"]), (0, &Value::from("sound")));
    assert_eq!(found["snapshots_of_other_versions"], 1);
    let (code, out) = json(dir.path(), &["replay", "."]);
    assert_eq!(code, 0, "{out}");
    assert_eq!(out["entries"], ENTRIES);
    assert_eq!(
        (
            &out["snapshots_compared"],
            &out["snapshots_of_other_versions"]
        ),
        (&Value::from(0), &Value::from(1))
    );
    // The next older one is begun with.
    snapshot_at(dir.path(), of_this, 100);
    let (code, quick) = json(dir.path(), &["replay", ".", "--from-snapshot"]);
    assert_eq!((code, &quick["after"]), (0, &Value::from(100)), "{quick}");
    snapshot_at(dir.path(), of_this, ENTRIES);
    let (code, quick) = json(dir.path(), &["replay", ".", "--from-snapshot"]);
    assert_eq!((code, &quick["entries"]), (0, &Value::from(0)), "{quick}");
    assert_eq!(quick["last_at"], "20260105-12:00:00.000000212");
    // Without the first segment there must be one that this version reads.
    fs::remove_file(&segments(dir.path())[0]).unwrap();
    assert_eq!(ask(dir.path(), &["verify", "."]).code, 0);
    for seq in [100, ENTRIES] {
        of_another_version(dir.path(), seq);
    }
    let said = ask(dir.path(), &["verify", "."]);
    assert_eq!(said.code, 9, "{said:?}");
    assert!(
        said.err.contains("0000000001.seg")
            && said.err.contains("no snapshot that this version reads"),
        "{said:?}"
    );
}

#[test]
fn a_torn_tail_is_no_verdict_while_a_venue_writes() {
    let dir = folder();
    let all = segments(dir.path());
    let last = all.last().unwrap();
    let bytes = fs::read(last).unwrap();
    fs::write(last, &bytes[..bytes.len() - 3]).unwrap();
    let venue = DataFolder::take(dir.path()).unwrap();
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!(
        (code, &found["verdict"]),
        (0, &Value::from("being_written"))
    );
    let why = found["why"].as_str().unwrap();
    let pid = format!("process {}", std::process::id());
    assert!(why.contains(&pid), "{why}");
    drop(venue);
    let (code, found) = json(dir.path(), &["verify", "."]);
    assert_eq!((code, &found["verdict"]), (8, &Value::from("torn_tail")));
}

#[test]
fn stat_knows_the_last_time_when_the_last_segment_is_still_empty() {
    let dir = folder();
    let number = u64::try_from(segments(dir.path()).len()).unwrap() + 1;
    let header = segment::Header {
        epoch: epoch(dir.path()),
        first_seq: ENTRIES + 1,
    };
    let path = segment::path(&dir.path().join("journal"), number);
    fs::write(path, header.bytes()).unwrap();
    let (code, shown) = json(dir.path(), &["stat", "."]);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(shown["last_seq"], ENTRIES);
    assert_eq!(shown["last_at"], "20260105-12:00:00.000000212");
}
