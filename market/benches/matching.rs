//! Match throughput over the generated order flow (20,000 operations of the mix `f1`): without checks, and with cash accounts,
//! balances and reservations.

#[allow(
    dead_code,
    reason = "shared with the example and the tests, which use other parts of it"
)]
#[path = "../examples/flow/generator.rs"]
mod generator;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use generator::{Generator, Mix};
use market::account::AccountTerms;
use market::flow::Operation;
use market::flow::Replay;
use market::limits::SelfTrade;

const OPS: u64 = 20_000;

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matching");
    group.throughput(Throughput::Elements(OPS));
    group.sample_size(20);
    for (name, mix) in [("w1", "w1"), ("w100", "w100"), ("f1", "f1")] {
        let operations = operations(mix);
        for (accounts, terms) in [
            ("unchecked", AccountTerms::Unchecked),
            ("cash", AccountTerms::Cash),
        ] {
            group.bench_function(format!("{name}/{accounts}"), |bencher| {
                bencher.iter_batched_ref(
                    || Replay::with_accounts(SelfTrade::Allow, terms),
                    |replay| run(replay, &operations),
                    BatchSize::LargeInput,
                );
            });
        }
    }
    group.finish();
}

fn run(replay: &mut Replay, operations: &[Operation]) -> usize {
    let mut events = Vec::new();
    let mut told = 0;
    for operation in operations {
        replay
            .apply(operation, &mut events)
            .expect("a generated operation");
        told += events.len();
        events.clear();
    }
    told
}

fn operations(name: &str) -> Vec<Operation> {
    let mix = Mix {
        ops: OPS,
        preload: 1_000,
        ..Mix::named(name).expect("a known flow")
    };
    Generator::new(mix)
        .collect::<Result<_, _>>()
        .expect("a generated flow")
}

criterion_group!(benches, matching);
criterion_main!(benches);
