//! What one command comes to: however an order book is set up, the events of each command stay below what the market's limits say.

use market::account::AccountTerms;
use market::command::Command;
use market::event::Event;
use market::id::{AccountId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::limits::Limits;
use market::market::Market;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::text::Text;
use market::time::Timestamp;

const ACME: InstrumentId = InstrumentId(0);
/// Levels of one lot, with a stop for each, and pegs that follow.
const LEVELS: u32 = 300;
const PEGS: u32 = 40;
const ONE: i64 = 100_000_000;

struct Stage {
    market: Market,
    seq: u64,
    entered: u32,
}

impl Stage {
    fn new() -> Self {
        let mut stage = Self {
            market: Market::new(Limits {
                max_triggers: 50,
                max_repriced: 1_000,
                ..Limits::default()
            }),
            seq: 0,
            entered: 0,
        };
        let set_up = [
            Command::ListAsset { code: text("USD") },
            Command::ListInstrument(Instrument {
                id: ACME,
                symbol: text("ACME"),
                currency: text("USD"),
                tick: Price::from_raw(ONE),
                lot: Qty::from_raw(ONE),
                min_qty: Qty::from_raw(ONE),
                max_qty: Qty::from_raw(1_000 * ONE),
                reference_px: Price::from_raw(1_000 * ONE),
            }),
            Command::AdmitParticipant {
                comp_id: text("ALL"),
            },
            Command::OpenAccount {
                name: text("ALL"),
                terms: AccountTerms::Unchecked,
            },
            Command::GrantAccount {
                participant: ParticipantId(0),
                account: AccountId(0),
            },
            Command::Open { instrument: ACME },
        ];
        for command in &set_up {
            stage.apply(command);
        }
        stage
    }

    fn apply(&mut self, command: &Command) -> Vec<Event> {
        self.seq += 1;
        let mut events = Vec::new();
        let now = Timestamp::from_nanos(1);
        self.market.apply(self.seq, now, command, &mut events);
        events
    }

    fn enter(&mut self, side: Side, ord_type: OrdType, time_in_force: TimeInForce) -> Vec<Event> {
        self.entered += 1;
        let cl_ord_id: ClOrdId = text(&format!("o{}", self.entered));
        let one = Qty::from_raw(ONE);
        let terms = OrderTerms::plain(AccountId(0), ACME, side, ord_type, time_in_force, one);
        self.apply(&Command::Enter {
            participant: ParticipantId(0),
            cl_ord_id,
            terms,
        })
    }
}

#[test]
fn pegs_that_follow_a_cascade_are_not_told_without_end() {
    let mut stage = Stage::new();
    let price = |level: u32| Price::from_raw((1_000 - i64::from(level)) * ONE);
    for level in 0..LEVELS {
        stage.enter(Side::Buy, OrdType::Limit(price(level)), TimeInForce::Day);
    }
    for _ in 0..PEGS {
        let pegged = OrdType::Pegged {
            peg: Peg::Primary,
            offset: Price::from_raw(-500 * ONE),
            limit: None,
        };
        stage.enter(Side::Buy, pegged, TimeInForce::Day);
    }
    for level in 0..LEVELS - 1 {
        let stop_px = price(level);
        stage.enter(Side::Sell, OrdType::Stop { stop_px }, TimeInForce::Day);
    }
    // The first sale sets all of them off, each by the trade of the one before it; each moves what the pegs follow.
    let mut parts = vec![stage.enter(Side::Sell, OrdType::Market, TimeInForce::Ioc)];
    while stage.market.next_deadline().is_some() {
        parts.push(stage.apply(&Command::Tick));
    }
    let of = |events: &[Event], is_meant: fn(&Event) -> bool| {
        let meant = events.iter().filter(|event| is_meant(event));
        u32::try_from(meant.count()).expect("few")
    };
    let triggered =
        |events: &Vec<Event>| of(events, |it| matches!(it, Event::OrderTriggered { .. }));
    let restated = |events: &Vec<Event>| of(events, |it| matches!(it, Event::OrderRestated { .. }));
    assert_eq!(parts.iter().map(triggered).sum::<u32>(), LEVELS - 1);
    assert_eq!(parts.iter().map(restated).sum::<u32>(), LEVELS * PEGS);
    for events in &parts {
        assert!(triggered(events) <= 50, "{} triggered", triggered(events));
        // The last ones before it is enough are told whole.
        assert!(
            restated(events) < 1_000 + PEGS,
            "{} restated",
            restated(events)
        );
    }
    assert_eq!(
        stage.market.live_orders(),
        u64::from(PEGS),
        "all has traded but the pegs"
    );
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}
