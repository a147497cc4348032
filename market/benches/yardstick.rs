//! What the machine can do at this moment, for comparing figures of different hours: `scripts/bench yardstick`. A virtual machine shares its
//! processor's execution units, its last cache and its memory with others, and the same program is two or three times as fast in one
//! hour as in another. Nothing of Loggia is measured here.
//!
//! Told are products that do not depend on each other, which show whether another thread shares the core, and reads at random places of
//! memories of several sizes, each place found in the one before, which show how much of the caches is left and what memory costs.
#![allow(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a program that prints its figures"
)]

// Named to be linked: it is the allocator.
use allocator as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Products of each of four chains in one timing.
const PRODUCTS: u64 = 100_000_000;
/// Reads in one timing.
const READS: usize = 4_000_000;
/// Timings; the fastest counts.
const TIMES: usize = 3;
/// Sizes of memories, in KiB.
const SIZES: [usize; 7] = [16, 512, 2_048, 4_096, 8_192, 16_384, 65_536];
/// Words of a line of a processor's cache.
const LINE: usize = 8;
/// Knuth's multiplier of a linear congruential generator.
const STEP: u64 = 0x5851_F42D_4C95_7F2D;

fn main() {
    let took = fastest(multiply);
    println!(
        "products   {:>5.2} a nanosecond, in four chains side by side",
        4.0 * PRODUCTS as f64 / took.as_nanos() as f64
    );
    for kib in SIZES {
        let memory = ring(kib * 1_024 / 64);
        walk(&memory, memory.len() / LINE);
        let took = fastest(|| walk(&memory, READS));
        println!(
            "reads      {:>5.1} ns each, one after the other in {kib} KiB",
            took.as_nanos() as f64 / READS as f64
        );
    }
}

fn fastest(mut work: impl FnMut() -> u64) -> Duration {
    let times = (0..TIMES).map(|_| {
        let began = Instant::now();
        black_box(work());
        began.elapsed()
    });
    times.min().unwrap_or_default()
}

fn multiply() -> u64 {
    let mut chains = [1_u64, 2, 3, 4];
    for step in 0..PRODUCTS {
        for chain in &mut chains {
            *chain = chain.wrapping_mul(STEP).wrapping_add(step);
        }
    }
    chains.iter().fold(0, |all, chain| all ^ chain)
}

/// A memory of so many lines, each of which names the next one; one way leads through all of them, in an order that no processor foresees.
fn ring(lines: usize) -> Vec<u64> {
    let mut order: Vec<usize> = (0..lines).collect();
    let mut random = 1_u64;
    for last in (1..lines).rev() {
        random = random.wrapping_mul(STEP).wrapping_add(1);
        let other = usize::try_from(random >> 33).unwrap_or(0) % (last + 1);
        order.swap(last, other);
    }
    let mut memory = vec![0; lines * LINE];
    for (at, line) in order.iter().enumerate() {
        let next = order[(at + 1) % lines];
        memory[line * LINE] = (next * LINE) as u64;
    }
    memory
}

fn walk(memory: &[u64], reads: usize) -> u64 {
    let mut at = 0;
    for _ in 0..reads {
        at = memory[usize::try_from(at).unwrap_or(0)];
    }
    at
}
