//! The order flows w1, w100 and f1, a million operations each, through books alone and through the market ([`drive`]): how many a second,
//! and how long one takes. Criterion's figures are by the clock; the lines behind them are of one run each, also on the processor.

#[allow(
    dead_code,
    reason = "shared with the example and the tests, which use other parts of it"
)]
#[path = "../examples/flow/generator.rs"]
mod generator;

#[allow(dead_code, reason = "shared with the example and the other benches")]
#[path = "cases/drive.rs"]
mod drive;

use criterion::{BatchSize, Criterion, Throughput};
use drive::{Drive, operations};
use generator::Mix;

const FLOWS: [&str; 3] = ["w1", "w100", "f1"];

fn main() {
    allocator::keep_memory();
    let mut criterion = Criterion::default().configure_from_args();
    for name in FLOWS {
        let operations = operations(Mix::named(name).expect("a known flow"));
        let mut group = criterion.benchmark_group(format!("matching/{name}"));
        group.throughput(Throughput::Elements(operations.len() as u64));
        group.sample_size(10);
        for drive in Drive::ALL {
            group.bench_function(drive.name(), |bencher| {
                bencher.iter_batched_ref(
                    || drive.ready(&operations),
                    |ready| ready.run(),
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
    criterion.final_summary();
    if !std::env::args().any(|arg| arg == "--list" || arg == "--test") {
        FLOWS.iter().for_each(|name| table(name));
    }
}

#[expect(clippy::print_stdout)]
fn table(name: &str) {
    let operations = operations(Mix::named(name).expect("a known flow"));
    for drive in Drive::ALL {
        println!("{name:<5}{}", drive.line(&operations));
    }
}
