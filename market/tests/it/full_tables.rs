//! Of some orders there may be only so many in an instrument: when there are, one more is refused by name, and those that are there can still
//! be replaced.

use market::account::AccountTerms;
use market::command::Command;
use market::event::Event;
use market::id::{AccountId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::{Auction, Instrument};
use market::limits::Limits;
use market::market::Market;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::refusal::Refusal;
use market::refusal::table::Table;
use market::text::Text;
use market::time::Timestamp;

const PARTICIPANT: ParticipantId = ParticipantId(0);
const ACCOUNT: AccountId = AccountId(0);
const INSTRUMENT: InstrumentId = InstrumentId(0);
/// How many of a kind an instrument takes.
const MOST: usize = 1_000;

struct Venue {
    market: Market,
    seq: u64,
}

impl Venue {
    fn open() -> Self {
        Self::open_with(Limits::default())
    }

    fn open_with(limits: Limits) -> Self {
        let mut venue = Self {
            market: Market::new(limits),
            seq: 0,
        };
        let instrument = Instrument {
            id: INSTRUMENT,
            symbol: text("ACME"),
            currency: text("USD"),
            tick: price("0.05"),
            lot: qty("1"),
            min_qty: qty("1"),
            max_qty: qty("1000"),
            reference_px: price("10"),
        };
        for command in [
            Command::ListAsset { code: text("USD") },
            Command::ListInstrument(instrument),
            Command::AdmitParticipant {
                comp_id: text("BOT01"),
            },
            Command::OpenAccount {
                name: text("A1"),
                terms: AccountTerms::Unchecked,
            },
            Command::GrantAccount {
                participant: PARTICIPANT,
                account: ACCOUNT,
            },
            Command::Open {
                instrument: INSTRUMENT,
            },
        ] {
            venue.apply(&command);
        }
        venue
    }

    fn apply(&mut self, command: &Command) -> Vec<Event> {
        self.seq += 1;
        let mut events = Vec::new();
        let at = Timestamp::from_nanos(1);
        self.market.apply(self.seq, at, command, &mut events);
        events
    }

    fn enter(&mut self, id: usize, terms: OrderTerms) -> Option<Refusal> {
        let events = self.apply(&Command::Enter {
            participant: PARTICIPANT,
            cl_ord_id: name(id),
            terms,
        });
        refusal(&events)
    }

    fn replace(&mut self, id: usize, by: usize, terms: OrderTerms) -> Option<Refusal> {
        let events = self.apply(&Command::Replace {
            participant: PARTICIPANT,
            cl_ord_id: name(by),
            orig_cl_ord_id: name(id),
            terms,
        });
        refusal(&events)
    }

    /// Fills a table with orders of these terms; then one more is refused, and one of them is lowered, then changed to `other`.
    fn fill(&mut self, terms: OrderTerms, other: OrderTerms, of: Table) {
        for id in 0..MOST {
            assert_eq!(self.enter(id, terms), None, "{id}");
        }
        let full = Some(Refusal::TableFull { of });
        assert_eq!(self.enter(MOST, terms), full);
        let lowered = OrderTerms {
            order_qty: qty("4"),
            ..terms
        };
        assert_eq!(self.replace(0, MOST, lowered), None);
        assert_eq!(self.replace(MOST, MOST + 1, other), None);
        assert_eq!(self.enter(MOST + 2, terms), full);
        assert_eq!(self.market.live_orders(), MOST as u64);
    }
}

fn terms(ord_type: OrdType) -> OrderTerms {
    let (side, time) = (Side::Buy, TimeInForce::Day);
    OrderTerms::plain(ACCOUNT, INSTRUMENT, side, ord_type, time, qty("10"))
}

fn refusal(events: &[Event]) -> Option<Refusal> {
    events.iter().find_map(|event| match event {
        Event::OrderRejected { refusal, .. } | Event::CancelRejected { refusal, .. } => {
            Some(*refusal)
        }
        _ => None,
    })
}

fn name(id: usize) -> ClOrdId {
    text(&format!("id{id}"))
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}

fn price(text: &str) -> Price {
    text.parse().expect("a price")
}

fn qty(text: &str) -> Qty {
    text.parse().expect("a quantity")
}

#[test]
fn pegs() {
    let peg = |offset| {
        terms(OrdType::Pegged {
            peg: Peg::Primary,
            offset: price(offset),
            limit: None,
        })
    };
    Venue::open().fill(peg("0"), peg("-0.05"), Table::Pegs);
}

#[test]
fn trailing_stops() {
    let trailing = |offset| {
        terms(OrdType::TrailingStop {
            offset: price(offset),
        })
    };
    Venue::open().fill(trailing("0.50"), trailing("0.60"), Table::TrailingStops);
}

/// One that is reached while no stop may be triggered waits on: it counts, and may become one that is not reached.
#[test]
fn trailing_stops_that_are_reached_and_wait_for_a_call_to_end() {
    let mut venue = Venue::open_with(Limits {
        max_triggers: 1,
        ..Limits::default()
    });
    let trailing = |offset| {
        terms(OrdType::TrailingStop {
            offset: price(offset),
        })
    };
    for id in 0..MOST {
        assert_eq!(venue.enter(id, trailing("0.50")), None, "{id}");
    }
    let limit = terms(OrdType::Limit(price("10.50")));
    let sale = OrderTerms {
        side: Side::Sell,
        ..limit
    };
    assert_eq!(venue.enter(MOST, sale), None);
    // It reaches all of them; the first is triggered, finds nothing, and is gone.
    assert_eq!(venue.enter(MOST + 1, limit), None);
    assert_eq!(venue.market.live_orders(), MOST as u64 - 1);
    venue.apply(&Command::Call {
        instrument: INSTRUMENT,
        auction: Auction::Intraday,
        until: Timestamp::from_nanos(1_000),
    });
    let full = Some(Refusal::TableFull {
        of: Table::TrailingStops,
    });
    assert_eq!(venue.enter(MOST + 2, trailing("0.50")), None);
    assert_eq!(venue.enter(MOST + 3, trailing("0.50")), full);
    assert_eq!(venue.replace(1, MOST + 4, trailing("0.60")), None);
    assert_eq!(venue.replace(2, MOST + 5, trailing("0.60")), None);
    assert_eq!(venue.enter(MOST + 6, trailing("0.50")), full);
    assert_eq!(venue.market.live_orders(), MOST as u64);
}

#[test]
fn all_or_none_orders() {
    let whole = |limit| OrderTerms {
        all_or_none: true,
        ..terms(OrdType::Limit(price(limit)))
    };
    Venue::open().fill(whole("9.00"), whole("9.05"), Table::AllOrNone);
}
