//! What 1,000,000 resting orders over 1,000 instruments take, all told: orders, levels, ClOrdIDs, the lists between them. As the allocator
//! is asked for it, of the market alone; the instruments are listed before, the events are not counted.

#[allow(
    dead_code,
    reason = "shared with the example and the tests, which use other parts of it"
)]
#[path = "../examples/flow/generator.rs"]
mod generator;

#[allow(dead_code, reason = "shared with the example and the other benches")]
#[path = "cases/drive.rs"]
mod drive;

use allocation_counter::measure;
use drive::{Drive, operations};
use generator::Mix;

/// Orders that are entered to add to books: some meet others, a million rest.
const ORDERS: u64 = 1_020_000;

const INSTRUMENTS: u32 = 1_000;

#[expect(clippy::print_stdout)]
fn main() {
    let flow = Mix {
        ops: ORDERS,
        preload: ORDERS,
        symbols: INSTRUMENTS,
        ..Mix::named("w1").expect("a known flow")
    };
    let operations = operations(flow);
    for drive in Drive::ALL {
        let mut ready = drive.ready(&operations);
        let info = measure(|| {
            ready.run();
        });
        println!(
            "{:<10} {} resting: {} MB, at most {} MB while it grew; {} allocations",
            drive.name(),
            ready.resting(),
            info.bytes_current / 1_000_000,
            info.bytes_max / 1_000_000,
            info.count_total,
        );
    }
}
