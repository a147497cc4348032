//! Tests of the market from outside: order flows with known results, scenarios a trader can read, a slow model beside it, and
//! commands of any content.

mod against_model;
mod arbitrary;
mod bounds;
mod determinism;
mod flow;
mod full_tables;
mod image;
mod ledger;
mod memory;
mod model;
mod random_end;
mod rule_book;
mod scenario;
mod values;
mod variety;

use proptest::test_runner::Config;

/// `usual` cases of a property; `PROPTEST_CASES` asks for another number. Failures are not written into the tree: they become
/// scenarios.
fn cases(usual: u32) -> Config {
    let config = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    Config {
        cases: if asked { config.cases } else { usual },
        failure_persistence: None,
        ..config
    }
}
