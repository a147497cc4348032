//! Codec and dictionary on one core: a frame read whole (split, CheckSum, index), the same with validation, and an
//! ExecutionReport encoded into a used buffer. Figures and machine: `docs/performance.md`.

mod cases;

use cases::{Reading, Writing};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn read(bench: &mut Criterion) {
    for (name, bytes) in [
        ("NewOrderSingle", cases::order()),
        ("ExecutionReport", cases::report()),
        ("Snapshot", cases::snapshot()),
    ] {
        let mut group = bench.benchmark_group(format!("{name} {} B", bytes.len()));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let mut reading = Reading::of(bytes);
        group.bench_function("frame, sum, index", |bench| bench.iter(|| reading.read()));
        group.bench_function("frame, sum, index, validate", |bench| {
            bench.iter(|| reading.read_and_validate());
        });
        group.finish();
    }
}

fn write(bench: &mut Criterion) {
    let mut writing = Writing::new();
    bench.bench_function("ExecutionReport, body and encode", |bench| {
        bench.iter(|| writing.fill_and_encode());
    });
    bench.bench_function("ExecutionReport, encode", |bench| {
        bench.iter(|| writing.encode());
    });
}

criterion_group!(benches, read, write);
criterion_main!(benches);
