//! An operation's work for callgrind, which counts instructions and so does not depend on how busy a machine is:
//! `scripts/bench instructions`. Only what happens inside [`measured`] is to be counted
//! (`--toggle-collect=*measured*`): the last operations of a flow that has filled the books.
//!
//! Arguments: the name of a case and how many operations, or `--list` for the names; without them every case runs once.

#[allow(
    dead_code,
    reason = "shared with the example and the tests, which use other parts of it"
)]
#[path = "../examples/flow/generator.rs"]
mod generator;

#[allow(dead_code, reason = "shared with the example and the other bench")]
#[path = "cases/drive.rs"]
mod drive;

use drive::{Drive, Ready, operations};
use generator::Mix;
use std::env;

/// Every case: its name, its flow, what it goes through.
const CASES: [(&str, &str, Drive); 4] = [
    ("w1-books", "w1", Drive::Books),
    ("w1-accounts", "w1", Drive::Accounts),
    ("w100-books", "w100", Drive::Books),
    ("w100-accounts", "w100", Drive::Accounts),
];

/// Operations before those that are counted: the books are full, and orders come and go.
const BEFORE: u64 = 24_000;

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.first().is_some_and(|arg| arg == "--list") {
        return list();
    }
    let count: u64 = args
        .get(1)
        .map_or(1, |count| count.parse().expect("a number of operations"));
    let mut ran = 0;
    for (name, flow, drive) in CASES {
        if args.first().is_none_or(|wanted| wanted == name) {
            let flow = Mix {
                ops: BEFORE + count,
                ..Mix::named(flow).expect("a known flow")
            };
            let mut ready = drive.ready(&operations(flow));
            let before = usize::try_from(BEFORE).expect("few");
            (0..before).for_each(|seq| assert!(ready.step(seq), "an operation for each number"));
            measured(&mut ready, before);
            ran += 1;
        }
    }
    assert!(ran > 0, "no such case: {args:?}");
}

#[expect(clippy::print_stdout)]
fn list() {
    CASES.iter().for_each(|(name, ..)| println!("{name}"));
}

#[inline(never)]
fn measured(ready: &mut Ready, before: usize) {
    let mut seq = before;
    while ready.step(seq) {
        seq += 1;
    }
}
