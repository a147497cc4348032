//! How long it takes to trade again: a journal of the order flow `w1` (docs/performance.md) is written, read whole, read from a snapshot with a
//! tail behind it; and what the making of a snapshot does to those who trade meanwhile, with a million resting orders. By hand, not in CI:
//! `scripts/bench recovery -- [ENTRIES] [start] [stalls] [day]` (10,000,000 entries and all parts unless said). The journal lies in the target folder.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    missing_docs
)]

#[path = "../../market/examples/flow/generator.rs"]
#[allow(dead_code, reason = "shared with the market's tests and bench")]
mod generator;
#[path = "sequencer/processor.rs"]
mod processor;

use exchange::clock::SystemClock;
use exchange::config::{Durability, JournalConfig};
use exchange::hub::{self, Hub, Running};
use exchange::sequencer::Submission;
use generator::{Generator, Mix};
use journal::catalog::Catalog;
use journal::disk::Files;
use journal::engine::Engine;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use journal::record;
use journal::replay;
use market::account::AccountTerms;
use market::command::Command;
use market::decimal::ONE;
use market::flow::{self, Replay};
use market::id::{InstrumentId, ParticipantId};
use market::limits::SelfTrade;
use market::order::{OrdType, OrderTerms, Side};
use market::price::Price;
use market::time::Timestamp;
use processor::ProcessorTime;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Entries behind the snapshot when the venue is killed.
const TAIL: u64 = 900_000;
const RESTING: u64 = 1_000_000;
const INSTRUMENTS: u32 = 1_000;
/// Orders one at a time, without and with a snapshot being made.
const PROBES: usize = 1_000_000;

fn main() {
    allocator::keep_memory();
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|text| text != "--bench")
        .collect();
    let entries = asked.iter().find_map(|text| text.parse().ok());
    let is_asked = |part: &str| {
        asked.iter().any(|text| text == part) || asked.len() == usize::from(entries.is_some())
    };
    if is_asked("start") {
        recovery(entries.unwrap_or(10_000_000));
    }
    if is_asked("stalls") {
        stalls();
    }
    if is_asked("day") {
        day();
    }
}

fn config(snapshot_entries: u64) -> JournalConfig {
    JournalConfig {
        durability: Durability::Os,
        snapshot_entries,
        ..JournalConfig::default()
    }
}

fn recovery(entries: u64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mix = Mix {
        ops: entries,
        ..Mix::named("w1").unwrap()
    };
    let replay = Replay::new(SelfTrade::Allow);
    let orders = Generator::new(mix).map(|one| replay.command(&one.unwrap()).unwrap());
    let opening = flow::opening(AccountTerms::Unchecked)
        .chain(flow::symbol(InstrumentId(0), AccountTerms::Unchecked));
    let began = Instant::now();
    let bytes = write(
        folder.path(),
        opening.chain(orders).take(entries.try_into().unwrap()),
    );
    println!(
        "{entries} entries, {} MB, written in {:.1} s",
        bytes / 1_000_000,
        began.elapsed().as_secs_f64()
    );
    let all = open("the whole journal, no snapshot", folder.path(), 0);
    all.1.shut_down().unwrap();
    let every = entries - TAIL.min(entries / 10);
    let (hub, running) = open("the whole journal, a snapshot is due", folder.path(), every);
    let began = Instant::now();
    wait_for_snapshot(&hub, every);
    println!(
        "  snapshot of entry {every} made in {:.1} s in the background, {} MB",
        began.elapsed().as_secs_f64(),
        size(&folder.path().join("snapshots")) / 1_000_000
    );
    running.shut_down().unwrap();
    for _ in 0..3 {
        let (hub, running) = open("snapshot and tail", folder.path(), 0);
        assert_eq!(*hub.snapshot.borrow(), every);
        running.shut_down().unwrap();
    }
}

/// A journal of these commands, as the venue would write it, but for its threads.
fn write(data: &Path, commands: impl Iterator<Item = Command>) -> u64 {
    let catalog = Catalog::prepare(data).unwrap();
    let opened = replay::open(&catalog, &replay::End::default(), Box::new(Files), 64 << 20);
    let mut writer = opened.unwrap().writer;
    let mut engine = Engine::new();
    let (mut records, mut bytes, mut first) = (Vec::new(), 0, 1);
    let mut seq = 0;
    for command in commands {
        seq += 1;
        let instruction = Instruction::Market(command);
        let at = Timestamp::from_nanos(1_800_000_000_000_000_000 + i64::try_from(seq).unwrap());
        let entry = Entry {
            seq,
            at,
            origin: Origin::Session {
                participant: ParticipantId(0),
                incarnation: 0,
                msg_seq_num: seq,
            },
            trace: TraceId(u128::from(seq) << 64 | u128::MAX >> 65),
            events: engine.apply(seq, at, &instruction),
            instruction,
        };
        record::append(&entry, seq - 1, &mut records).unwrap();
        if records.len() > 1 << 20 {
            writer.append(first, &records).unwrap();
            bytes += records.len();
            records.clear();
            first = seq + 1;
        }
    }
    writer.append(first, &records).unwrap();
    writer.sync().unwrap();
    u64::try_from(bytes + records.len()).unwrap()
}

fn open(what: &str, data: &Path, snapshot_entries: u64) -> (Hub, Running) {
    let before = ProcessorTime::of_all();
    let began = Instant::now();
    let clock = Box::new(SystemClock::default());
    let opened = hub::open(&config(snapshot_entries), data, Box::new(Files), clock);
    let (hub, running) = opened.unwrap();
    let replayed = hub.replayed - *hub.snapshot.borrow();
    let order = enter(InstrumentId(0), Side::Buy, hub.replayed + 1, 1);
    call(&hub, order);
    let took = began.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = replayed as f64 / took.as_secs_f64();
    let used = ProcessorTime::of_all().saturating_sub(before);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    println!(
        "  {what}: {replayed} entries replayed, first order acknowledged after {:.2} s ({rate:.0} entries a second), \
         {:.2} s of processor time, load {}",
        took.as_secs_f64(),
        used.as_secs_f64(),
        load.split(' ').next().unwrap_or_default()
    );
    (hub, running)
}

fn wait_for_snapshot(hub: &Hub, seq: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut snapshot = hub.snapshot.clone();
    runtime
        .block_on(snapshot.wait_for(|newest| *newest >= seq))
        .unwrap();
}

fn size(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

/// A limit order of price `ticks` that rests.
fn enter(instrument: InstrumentId, side: Side, n: u64, ticks: i64) -> Command {
    Command::Enter {
        participant: ParticipantId(0),
        cl_ord_id: n.to_string().parse().unwrap(),
        terms: OrderTerms {
            instrument,
            side,
            ord_type: OrdType::Limit(Price::from_raw(ticks * ONE)),
            ..template()
        },
    }
}

/// A plain limit order for a day.
fn template() -> OrderTerms {
    static TEMPLATE: OnceLock<OrderTerms> = OnceLock::new();
    *TEMPLATE.get_or_init(|| {
        let operation = flow::Operation::parse("0,N,0,1,0,1,B,D,1,1,0", 2).unwrap();
        match Replay::new(SelfTrade::Allow).command(&operation).unwrap() {
            Command::Enter { terms, .. } => terms,
            other => panic!("{other:?}"),
        }
    })
}

fn call(hub: &Hub, command: Command) {
    let (reply, entry) = oneshot::channel();
    hub.submitter
        .try_submit(Submission {
            origin: Origin::System,
            trace: TraceId(1),
            instruction: Instruction::Market(command),
            reply: Some(reply),
        })
        .unwrap();
    entry.blocking_recv().unwrap();
}

/// A million resting orders.
fn resting() -> impl Iterator<Item = Command> {
    let symbols =
        (0..INSTRUMENTS).flat_map(|id| flow::symbol(InstrumentId(id), AccountTerms::Unchecked));
    let orders = (0..RESTING).map(|n| {
        let instrument = InstrumentId(u32::try_from(n % u64::from(INSTRUMENTS)).unwrap());
        let step = i64::try_from(n / u64::from(INSTRUMENTS)).unwrap();
        match n % 2 {
            0 => enter(instrument, Side::Buy, n + 1, 9_000 - step % 500),
            _ => enter(instrument, Side::Sell, n + 1, 11_000 + step % 500),
        }
    });
    let opening = flow::opening(AccountTerms::Unchecked);
    opening.chain(symbols).chain(orders)
}

/// The end of a day for a million orders: one entry.
fn day() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let before = write(folder.path(), resting());
    let (hub, running) = open("a million resting orders", folder.path(), 0);
    let began = Instant::now();
    call(&hub, Command::EndOfDay);
    println!(
        "  all expire: acknowledged after {:.2} s, {} MB of journal; the most memory so far {} MB",
        began.elapsed().as_secs_f64(),
        (size(&folder.path().join("journal")) - before) / 1_000_000,
        peak_kib() / 1_000
    );
    assert_eq!(hub.metrics.live_orders.get(), 0);
    running.shut_down().unwrap();
    let (hub, running) = open("opened again", folder.path(), 0);
    assert_eq!(hub.metrics.live_orders.get(), 1);
    running.shut_down().unwrap();
}

/// The most memory that this process has had.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.map_or(0, |kib| kib.parse().unwrap())
}

/// Orders one at a time with a million resting ones, without and with a snapshot being made.
fn stalls() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let bytes = write(folder.path(), resting());
    println!(
        "{RESTING} resting orders on {INSTRUMENTS} instruments, {} MB of journal",
        bytes / 1_000_000
    );
    let (hub, running) = open("opened", folder.path(), 0);
    assert!(hub.metrics.live_orders.get() >= i64::try_from(RESTING).unwrap());
    let quiet = probe(&hub, |asked| asked == PROBES);
    tell("no snapshot", quiet);
    running.shut_down().unwrap();
    let (hub, running) = open("opened, a snapshot is due", folder.path(), RESTING);
    let began = Instant::now();
    let busy = probe(&hub, |_| *hub.snapshot.borrow() >= RESTING);
    tell("while a snapshot is made", busy);
    println!(
        "  snapshot made in {:.1} s, {} MB",
        began.elapsed().as_secs_f64(),
        size(&folder.path().join("snapshots")) / 1_000_000
    );
    running.shut_down().unwrap();
}

/// Orders one after the other until `enough`; how long each took to be acknowledged.
fn probe(hub: &Hub, enough: impl Fn(usize) -> bool) -> Vec<Duration> {
    let mut took = Vec::new();
    while !enough(took.len()) {
        let n = hub.feed.last_seq() + 10_000_000;
        let order = enter(InstrumentId(0), Side::Buy, n, 1);
        let began = Instant::now();
        call(hub, order);
        took.push(began.elapsed());
    }
    took
}

fn tell(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |permille: usize| took[(took.len() - 1) * permille / 1000].as_micros();
    println!(
        "  {what}: {} orders one at a time: p50 {} µs, p99 {} µs, p99.9 {} µs, longest {} µs, {} longer than 5 ms",
        took.len(),
        at(500),
        at(990),
        at(999),
        at(1000),
        took.iter()
            .filter(|one| **one > Duration::from_millis(5))
            .count()
    );
}
