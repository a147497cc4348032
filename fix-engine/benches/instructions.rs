//! The codec's work for callgrind, which counts instructions and so does not depend on how busy a machine is:
//! `scripts/bench instructions`. Only what happens inside [`measured`] is to be counted
//! (`--toggle-collect=*measured*`).
//!
//! Arguments: the name of a case and how many messages, or `--list` for the names; without them every case runs once.

mod cases;
#[path = "cases/turn.rs"]
mod turn;

use std::env;
use std::sync::Arc;

use bytes::Bytes;
use cases::{Reading, Writing};
use fix_engine::dictionary::Dictionary;
use fix_engine::session::memory_store::MemoryStore;

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.first().is_some_and(|arg| arg == "--list") {
        return list();
    }
    let count: u32 = args
        .get(1)
        .map_or(1, |count| count.parse().expect("a number of messages"));
    let mut ran = 0;
    for (name, begin) in CASES {
        if args.first().is_none_or(|wanted| wanted == name) {
            let mut work = begin();
            work();
            measured(&mut work, count);
            ran += 1;
        }
    }
    assert!(ran > 0, "no such case: {args:?}");
}

#[expect(clippy::print_stdout)]
fn list() {
    CASES.iter().for_each(|(name, _)| println!("{name}"));
}

#[inline(never)]
fn measured(work: &mut dyn FnMut(), count: u32) {
    for _ in 0..count {
        work();
    }
}

type Work = Box<dyn FnMut()>;
/// Makes a piece of work, with its memory.
type Begin = fn() -> Work;

/// Every case by name.
const CASES: [(&str, Begin); 10] = [
    ("NewOrderSingle-read", || read(cases::order())),
    ("NewOrderSingle-validate", || validate(cases::order())),
    ("ExecutionReport-read", || read(cases::report())),
    ("ExecutionReport-validate", || validate(cases::report())),
    ("Snapshot-read", || read(cases::snapshot())),
    ("Snapshot-validate", || validate(cases::snapshot())),
    ("ExecutionReport-encode", || {
        let mut writing = Writing::new();
        Box::new(move || writing.encode())
    }),
    ("ExecutionReport-fill-encode", || {
        let mut writing = Writing::new();
        Box::new(move || writing.fill_and_encode())
    }),
    ("Session-order-in", || turn(false)),
    ("Session-order-in-report-out", || turn(true)),
];

/// A session's turn for each of [`ORDERS`] orders.
fn turn(answers: bool) -> Work {
    let mut store = MemoryStore::with_kept_max(1024);
    let mut session = turn::logged_on(Some(&Arc::new(Dictionary::fix44())), &mut store);
    let mut orders = turn::orders(ORDERS).into_iter();
    let mut actions = Vec::new();
    Box::new(move || {
        let order = orders.next().expect("no more messages than ORDERS - 1");
        turn::turn(&mut session, &mut store, &order, answers, &mut actions);
    })
}

/// Orders of one session: the most messages that can be asked for, and one to warm up.
const ORDERS: u64 = 4097;

fn read(bytes: Bytes) -> Work {
    let mut reading = Reading::of(bytes);
    Box::new(move || reading.read())
}

fn validate(bytes: Bytes) -> Work {
    let mut reading = Reading::of(bytes);
    Box::new(move || reading.read_and_validate())
}
