//! Same commands, same bytes: commands of every kind, drawn the same way each time, give one digest over all events and over the market
//! itself. `scripts/check-determinism` runs this in the debug and in the release profile and compares.

use crate::arbitrary::{command, opening};
use crate::image::image;
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::time::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use sha2::{Digest, Sha256};

const MARKETS: u32 = 60;
const COMMANDS: usize = 400;

#[test]
fn the_same_commands_give_the_same_bytes() {
    let once = digest();
    assert_eq!(once, digest(), "the same again in one process");
    if let Ok(other) = std::env::var("LOGGIA_TEST_BYTES") {
        assert_eq!(once, other, "the same in the other profile");
    }
    println!("bytes {once}");
}

fn digest() -> String {
    let config = Config::default();
    let rng = TestRng::deterministic_rng(config.rng_algorithm);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut sha = Sha256::new();
    for _ in 0..MARKETS {
        let commands = prop::collection::vec(command(), COMMANDS)
            .new_tree(&mut runner)
            .expect("a value")
            .current();
        let mut market = Market::new(Limits {
            max_live_orders: 100,
            self_trade: SelfTrade::CancelOldest,
            ..Limits::default()
        });
        let mut events = Vec::new();
        for (seq, command) in (1u32..).zip(opening().iter().chain(&commands)) {
            let at = Timestamp::from_nanos(i64::from(seq) * 1_000_000_000);
            market.apply(seq.into(), at, command, &mut events);
        }
        sha.update(postcard::to_allocvec(&events).expect("events can be written"));
        sha.update(image(&market));
    }
    let digest = sha.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
