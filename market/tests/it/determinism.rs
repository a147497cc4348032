//! Same commands, same bytes: commands of every kind, drawn the same way each time, give one digest over all events and over the market
//! itself. `scripts/check-determinism` runs this in the debug and in the release profile and compares.

use crate::arbitrary::{command, opening};
use crate::image::image;
use market::command::Command;
use market::id::InstrumentId;
use market::instrument::Auction;
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::seed::Seed;
use market::time::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

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

/// Who knows all commands but the seed does not know when a call ends; who knows that, too, does.
#[test]
fn the_end_of_a_call_follows_from_the_seed() {
    let ends = |seed: u8| {
        let mut market = Market::new(Limits::default());
        let call = Command::Call {
            instrument: InstrumentId(0),
            auction: Auction::Intraday,
            until: Timestamp::from_nanos(1_000_000_000_000),
        };
        let seed = Command::Seed {
            seed: Seed::new([seed; 16]),
        };
        let mut events = Vec::new();
        for (seq, command) in (1u32..).zip(opening().iter().chain([&seed, &call])) {
            let at = Timestamp::from_nanos(seq.into());
            market.apply(seq.into(), at, command, &mut events);
        }
        market.next_deadline().expect("the call ends").nanos() - 1_000_000_000_000
    };
    let all: BTreeSet<i64> = (0..50).map(ends).collect();
    assert_eq!(all.len(), 50, "each seed has its own");
    assert!(all.iter().all(|nanos| (0..=30_000_000_000).contains(nanos)));
    assert_eq!(ends(7), ends(7));
}
