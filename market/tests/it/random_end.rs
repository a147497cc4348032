//! When calls end: within their window, each instrument at an instant of its own, and in a replay at the same.

use market::command::Command;
use market::event::Event;
use market::id::InstrumentId;
use market::instrument::{Auction, Instrument};
use market::limits::Limits;
use market::market::Market;
use market::rules::Rules;
use market::text::Text;
use market::time::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeSet;

const INSTRUMENTS: u32 = 8;
const SECOND: i64 = 1_000_000_000;

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn a_call_ends_within_its_window_and_again_then(
        now in 0..1_000 * SECOND,
        until in -10 * SECOND..100 * SECOND,
        window in prop_oneof![Just(0), SECOND..60 * SECOND],
    ) {
        let ends = ends(now, now + until, window.unsigned_abs());
        prop_assert_eq!(ends.len(), INSTRUMENTS as usize);
        let from = now + until.max(0);
        for end in &ends {
            prop_assert!((from..=from + window).contains(end), "{} not in {}+{}", end, from, window);
        }
        let apart: BTreeSet<i64> = ends.iter().copied().collect();
        prop_assert!(window == 0 || apart.len() > 1, "all at {:?}", apart);
        prop_assert_eq!(self::ends(now, now + until, window.unsigned_abs()), ends);
    }
}

/// When the calls end that begin at `now`, by instrument.
fn ends(now: i64, until: i64, window: u64) -> Vec<i64> {
    let mut market = Market::new(Limits::default());
    let mut told = Vec::new();
    let mut commands = vec![Command::ListAsset { code: text("USD") }];
    for id in (0..INSTRUMENTS).map(InstrumentId) {
        let rules = Rules {
            random_end_nanos: window,
            ..Rules::default()
        };
        commands.extend([
            Command::ListInstrument(instrument(id)),
            Command::Open { instrument: id },
            Command::SetRules {
                instrument: id,
                rules,
            },
            Command::Call {
                instrument: id,
                auction: Auction::Intraday,
                until: Timestamp::from_nanos(until),
            },
        ]);
    }
    let mut seq = 0;
    for command in commands {
        seq += 1;
        market.apply(seq, Timestamp::from_nanos(now), &command, &mut told);
    }
    let mut ends = vec![None; INSTRUMENTS as usize];
    while let Some(due) = market.next_deadline() {
        seq += 1;
        told.clear();
        market.apply(seq, due, &Command::Tick, &mut told);
        for event in &told {
            if let Event::Uncrossed { instrument, .. } = event {
                ends[instrument.0 as usize] = Some(due.nanos());
            }
        }
    }
    ends.into_iter().flatten().collect()
}

fn instrument(id: InstrumentId) -> Instrument {
    Instrument {
        id,
        symbol: text(&format!("I{id}")),
        currency: text("USD"),
        tick: "0.05".parse().expect("a price"),
        lot: "1".parse().expect("a quantity"),
        min_qty: "1".parse().expect("a quantity"),
        max_qty: "100".parse().expect("a quantity"),
        reference_px: "10".parse().expect("a price"),
    }
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}
