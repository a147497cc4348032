//! A session's files: a report stored by a commit of its own, a store with 1,000,000 messages opened, and all of them
//! sent again through a session. One core; the files lie in a temporary folder, nothing but reserved blocks is synced.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fix_engine::codec::body::Body;
use fix_engine::codec::encode::{Header, encode};
use fix_engine::codec::message::Message;
use fix_engine::io::file_store::FileStore;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input};
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

const NOW: Timestamp = Timestamp::from_secs(1_767_603_600);
/// Messages that are sent again.
const STORED: u64 = 1_000_000;

/// An ExecutionReport as the session stores it: 335 bytes or so.
fn report(msg_seq_num: u64, room: &mut BytesMut) {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    body.push(tag::ORDER_ID, "1000001")
        .push(tag::CL_ORD_ID, "ORDER00000001")
        .push(tag::EXEC_ID, "E1000001-0001")
        .push(tag::EXEC_TYPE, 'F')
        .push(tag::ORD_STATUS, '1')
        .push(tag::ACCOUNT, "ACCOUNT1")
        .push(tag::SYMBOL, "LOGA")
        .push(tag::SIDE, '1')
        .push(tag::ORD_TYPE, '2')
        .push(tag::TIME_IN_FORCE, '0')
        .push(tag::ORDER_QTY, 100_u32)
        .push(tag::PRICE, "101.25")
        .push(tag::LAST_QTY, 40_u32)
        .push(tag::LAST_PX, "101.25")
        .push(tag::LEAVES_QTY, 60_u32)
        .push(tag::CUM_QTY, 40_u32)
        .push(tag::AVG_PX, "101.25")
        .push(tag::TRANSACT_TIME, NOW)
        .push(
            tag::TEXT,
            "a text as long as texts of reports happen to be, no more",
        );
    room.clear();
    let header = Header::new("FIX.4.4", "VENUE", "BUYER", msg_seq_num, NOW);
    encode(&header, &body, room);
}

fn append(store: &mut dyn Store, room: &mut BytesMut) {
    let msg_seq_num = store.next_out();
    report(msg_seq_num, room);
    let cause = Cause {
        entry: msg_seq_num,
        index: 0,
    };
    store
        .append(msg_seq_num, Some(cause), room)
        .expect("appended");
    store.commit(NOW).expect("committed");
}

fn fill(store: &mut dyn Store) {
    let mut room = BytesMut::new();
    while store.next_out() <= STORED {
        append(store, &mut room);
    }
}

fn message(text: &str) -> Input {
    let text = format!("8=FIX.4.4|{text}|49=BUYER|56=VENUE|52=20260105-09:00:00.000");
    Input::Message(Message::from_pipe(&text).expect("a good message"))
}

/// Asks for everything again and counts what is sent, until nothing is left.
fn resend(store: &mut dyn Store) -> (u64, Duration) {
    let mut session = Session::new(SessionConfig::acceptor("VENUE", "BUYER"));
    let mut actions = Vec::new();
    let number = store.next_in();
    session.handle(NOW, Input::Connected, store, &mut actions);
    let logon = message(&format!("35=A|34={number}|98=0|108=30"));
    session.handle(NOW, logon, store, &mut actions);
    assert!(session.is_logged_on());
    actions.clear();
    let begin = Instant::now();
    let request = message(&format!("35=2|34={}|7=1|16=0", number + 1));
    session.handle(NOW, request, store, &mut actions);
    let mut sent = 0;
    loop {
        let transmitted = |action: &Action| u64::from(matches!(action, Action::Transmit(_)));
        let now_sent: u64 = actions.iter().map(transmitted).sum();
        sent += now_sent;
        black_box(&mut actions).clear();
        if session.next_timeout().is_none_or(|at| at > NOW) {
            break;
        }
        session.handle(NOW, Input::Tick, store, &mut actions);
    }
    let spent = begin.elapsed();
    session.handle(NOW, Input::Disconnected, store, &mut actions);
    (sent, spent)
}

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut group = criterion.benchmark_group("store");
    group.bench_function("append_and_commit", |bencher| {
        let mut store = FileStore::open(folder.path().join("append")).expect("a new store");
        let mut room = BytesMut::new();
        bencher.iter(|| append(&mut store, &mut room));
    });

    let path = folder.path().join("store");
    let mut file = FileStore::open(&path).expect("a new store");
    fill(&mut file);
    drop(file);
    group.sample_size(10);
    group.bench_function("open_1000000", |bencher| {
        bencher.iter(|| FileStore::open(&path).expect("it is sound"));
    });
    group.throughput(Throughput::Elements(STORED));
    group.bench_function("resend_1000000_from_files", |bencher| {
        let mut store = FileStore::open(&path).expect("it is sound");
        bencher.iter_custom(|times| (0..times).map(|_| resent(&mut store)).sum());
    });
    group.finish();
}

fn resent(store: &mut dyn Store) -> Duration {
    let (sent, spent) = resend(store);
    assert!(sent >= STORED, "{sent} messages were sent again");
    spent
}

criterion_group!(benches, store);
criterion_main!(benches);
