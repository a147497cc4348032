//! A session's turn in memory: bytes in → frame, fields, dictionary, sequence → delivered and confirmed; and the same
//! with a report that is numbered, stored and encoded. One core, no socket, no file but in the last.

#[path = "cases/turn.rs"]
mod turn;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::file_store::FileStore;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use turn::{NOW, logged_on, logon, order, orders, report, turn};

/// Orders in one session before the next begins.
const ORDERS: u64 = 4096;

/// Time for `turns` orders; sessions are begun outside it.
fn run(
    turns: u64,
    dictionary: Option<&Arc<Dictionary>>,
    store: &mut dyn Store,
    orders: &[Bytes],
    answers: bool,
) -> Duration {
    let mut spent = Duration::ZERO;
    let mut left = turns;
    while left > 0 {
        let mut session = logged_on(dictionary, store);
        let mut actions = Vec::new();
        let begin = Instant::now();
        for order in orders
            .iter()
            .take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            turn(&mut session, store, order, answers, &mut actions);
        }
        spent += begin.elapsed();
        left = left.saturating_sub(orders.len() as u64);
    }
    spent
}

fn session_turn(criterion: &mut Criterion) {
    let orders = orders(ORDERS);
    let dictionary = Arc::new(Dictionary::fix44());
    let mut group = criterion.benchmark_group("session_turn");
    group.bench_function("order_in", |bencher| {
        let mut store = MemoryStore::with_kept_max(1024);
        bencher.iter_custom(|turns| run(turns, Some(&dictionary), &mut store, &orders, false));
    });
    group.bench_function("order_in_without_dictionary", |bencher| {
        let mut store = MemoryStore::with_kept_max(1024);
        bencher.iter_custom(|turns| run(turns, None, &mut store, &orders, false));
    });
    group.bench_function("order_in_report_out", |bencher| {
        let mut store = MemoryStore::with_kept_max(1024);
        bencher.iter_custom(|turns| run(turns, Some(&dictionary), &mut store, &orders, true));
    });
    group.bench_function("order_in_report_out_file_store", |bencher| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut store = FileStore::open(folder.path().join("store")).expect("a new store");
        bencher.iter_custom(|turns| run(turns, Some(&dictionary), &mut store, &orders, true));
    });
    group.finish();
}

/// Messages that one resend sends again.
const RESENT: u64 = 100_000;

/// A session that has sent [`RESENT`] reports; nobody has answered.
fn with_reports(store: &mut MemoryStore) -> Session {
    let order = Message::parse(order(2)).expect("a good message");
    let mut config = SessionConfig::acceptor("VENUE", "BUYER");
    config.max_same_resend_requests = u32::MAX;
    let mut session = Session::new(config);
    let mut actions = Vec::new();
    for entry in 1..=RESENT {
        let send = Send::Durable(Cause { entry, index: 0 });
        session.handle(NOW, Input::Send(report(&order), send), store, &mut actions);
    }
    session.handle_batch(
        NOW,
        [Input::Connected, Input::Message(logon())],
        store,
        &mut actions,
    );
    assert!(session.is_logged_on());
    session
}

/// All of them once, a piece a turn; the most bytes that one turn asked for.
fn resend_all(session: &mut Session, store: &mut MemoryStore, actions: &mut Vec<Action>) -> usize {
    let text = format!(
        "8=FIX.4.4|35=2|34={}|49=BUYER|56=VENUE|52=20260105-09:00:00.000|7=1|16={RESENT}",
        session.next_in()
    );
    let request = Message::from_pipe(&text).expect("a good message");
    session.handle(NOW, Input::Message(request), store, actions);
    let (mut sent, mut most_bytes) = (0, 0);
    while sent < RESENT {
        let bytes = actions.iter().map(|action| match action {
            Action::Transmit(bytes) => bytes.len(),
            _ => 0,
        });
        let bytes: Vec<usize> = bytes.filter(|bytes| *bytes > 0).collect();
        assert!(!bytes.is_empty(), "the resend stopped at {sent}");
        sent += bytes.len() as u64;
        most_bytes = most_bytes.max(bytes.iter().sum());
        actions.clear();
        session.handle(NOW, Input::Tick, store, actions);
    }
    most_bytes
}

fn resend(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("resend");
    group
        .throughput(Throughput::Elements(RESENT))
        .sample_size(10);
    group.bench_function("from_memory", |bencher| {
        let mut store = MemoryStore::new();
        let mut session = with_reports(&mut store);
        let mut actions = Vec::new();
        bencher.iter(|| {
            let bytes = resend_all(&mut session, &mut store, &mut actions);
            assert!(bytes < 512 * 1024, "{bytes} bytes in one turn");
        });
    });
    group.finish();
}

criterion_group!(benches, session_turn, resend);
criterion_main!(benches);
