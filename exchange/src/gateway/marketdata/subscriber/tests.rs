//! What a connection is shown, without a connection.

use super::*;
use crate::gateway::marketdata::encode::ENTRIES_MAX;
use crate::gateway::marketdata::request::{LEVELS_MAX, MarketDataRefused};
use crate::gateway::marketdata::view::LOG_MAX;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::command::Command;
use market::event::Event;
use market::qty::Qty;
use market::time::Timestamp;

const ACME: InstrumentId = InstrumentId(0);
const BOLT: InstrumentId = InstrumentId(1);
const EVERYTHING: Wants = Wants {
    bids: true,
    offers: true,
    trades: true,
};

/// ACME and BOLT, and what happens in them.
struct Stage {
    view: View,
    directory: Directory,
    subscriptions: Subscriptions,
}

impl Stage {
    fn new() -> Self {
        let mut stage = Self {
            view: View::new(),
            directory: Directory::new(),
            subscriptions: Subscriptions::default(),
        };
        let listed = ["ACME", "BOLT"].iter().zip(0..).map(|(symbol, id)| {
            let instrument = Instrument {
                id: InstrumentId(id),
                symbol: symbol.parse().expect("a symbol"),
                currency: "USD".parse().expect("a code"),
                tick: Price::from_raw(1),
                lot: Qty::from_raw(1),
                min_qty: Qty::from_raw(1),
                max_qty: Qty::from_raw(1_000),
                reference_px: Price::from_raw(100),
            };
            Event::InstrumentListed { instrument }
        });
        stage.happen(listed.collect());
        stage
    }

    /// One entry with these events.
    fn happen(&mut self, events: Vec<Event>) {
        let entry = Entry {
            seq: self.view.seq() + 1,
            at: Timestamp::from_nanos(0),
            origin: Origin::System,
            trace: TraceId(0),
            instruction: Instruction::Market(Command::Tick),
            events,
        };
        self.directory.apply([&entry]);
        self.view.apply(&entry);
    }

    fn ask(&mut self, kind: Subscription, id: &str, instruments: &[InstrumentId]) {
        let request = MarketDataRequest {
            id: id.to_owned(),
            kind,
            depth: Depth::Full,
            wants: EVERYTHING,
            with_position: false,
            instruments: instruments.to_vec(),
        };
        self.subscriptions.add(request, &self.view);
    }

    fn round(&mut self) -> Round {
        let source = Source {
            view: &self.view,
            directory: &self.directory,
            epoch: Epoch(0xA),
        };
        self.subscriptions.serve(source)
    }

    /// The messages of a round: type, MDReqID, symbol, entries.
    fn told(&mut self) -> Vec<String> {
        let round = self.round();
        round.bodies.iter().map(told).collect()
    }
}

fn field<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let fields = text.split('\u{1}').filter_map(|it| it.split_once('='));
    fields
        .into_iter()
        .find(|(found, _)| *found == tag)
        .map(|(_, value)| value)
}

fn told(body: &Body) -> String {
    let text = String::from_utf8_lossy(body.bytes());
    let of = |tag| field(&text, tag).unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}",
        body.msg_type(),
        of("262"),
        of("55"),
        of("268")
    )
}

fn level(instrument: InstrumentId, price: i64, qty: i64) -> Event {
    Event::LevelChanged {
        instrument,
        side: Side::Buy,
        price: Price::from_raw(price),
        qty: Qty::from_raw(qty),
        orders: u32::from(qty > 0),
    }
}

#[test]
fn changes_between_two_rounds_are_told_once() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Subscribe, "a", &[ACME]);
    assert_eq!(stage.told(), ["W a ACME 0"]);
    for qty in 1..=20 {
        stage.happen(vec![level(ACME, 99, qty)]);
    }
    assert_eq!(stage.told(), ["X a ACME 1"]);
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
fn every_snapshot_is_made_once_whatever_its_id() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Snapshot, "a", &[ACME]);
    stage.ask(Subscription::Snapshot, "a", &[BOLT]);
    stage.ask(Subscription::Subscribe, "a", &[BOLT]);
    stage.ask(Subscription::Snapshot, "b", &[ACME, BOLT]);
    let round = stage.round();
    let all: Vec<_> = round.bodies.iter().map(told).collect();
    let expected = [
        "W a ACME 0",
        "W a BOLT 0",
        "W b ACME 0",
        "W b BOLT 0",
        "W a BOLT 0",
    ];
    assert_eq!(all, expected);
    assert_eq!((round.snapshots, round.is_whole), (4, true));
    stage.happen(vec![level(ACME, 99, 1), level(BOLT, 99, 1)]);
    assert_eq!(stage.told(), ["X a BOLT 1"]);
}

#[test]
fn a_snapshot_of_what_is_not_there_is_settled_too() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Snapshot, "a", &[InstrumentId(7)]);
    let round = stage.round();
    assert_eq!((round.bodies.len(), round.snapshots), (0, 1));
}

/// A book that alone fills a round.
fn fill(stage: &mut Stage, instrument: InstrumentId) {
    let levels = (1..=40_000).map(|price| level(instrument, 1_000_000_000 + price, 7));
    stage.happen(levels.collect());
}

#[test]
fn a_round_has_an_end_and_the_next_one_goes_on_there() {
    let mut stage = Stage::new();
    fill(&mut stage, ACME);
    fill(&mut stage, BOLT);
    stage.ask(Subscription::Subscribe, "a", &[ACME, BOLT]);
    stage.ask(Subscription::Subscribe, "b", &[ACME]);
    let expected = [
        ("W a ACME 40000", false),
        ("W a BOLT 40000", false),
        ("W b ACME 40000", false),
    ];
    for (message, is_whole) in expected {
        let round = stage.round();
        let all: Vec<_> = round.bodies.iter().map(told).collect();
        assert_eq!((all, round.is_whole), (vec![message.to_owned()], is_whole));
    }
    // What changed of the first ones meanwhile comes with the next round.
    let round = stage.round();
    assert!(round.bodies.is_empty() && round.is_whole);
    for id in ["s", "t"] {
        stage.ask(Subscription::Snapshot, id, &[ACME]);
    }
    let counts = |round: Round| (round.bodies.len(), round.snapshots, round.is_whole);
    assert_eq!(counts(stage.round()), (1, 1, false));
    assert_eq!(counts(stage.round()), (1, 1, false));
    assert_eq!(counts(stage.round()), (0, 0, false));
    assert_eq!(counts(stage.round()), (0, 0, true));
}

#[test]
fn all_levels_of_a_book_are_asked_for_up_to_a_bound() {
    let mut stage = Stage::new();
    let max = i64::try_from(LEVELS_MAX).expect("fits");
    let levels = (1..=max).map(|price| level(ACME, price, 7));
    stage.happen(levels.collect());
    let asked = |stage: &Stage, depth| {
        let request = MarketDataRequest {
            id: "a".to_owned(),
            kind: Subscription::Snapshot,
            depth,
            wants: EVERYTHING,
            with_position: false,
            instruments: vec![BOLT, ACME],
        };
        request.check_levels(&stage.view)
    };
    assert_eq!(asked(&stage, Depth::Full), Ok(()));
    stage.happen(vec![level(ACME, max + 1, 7)]);
    assert_eq!(asked(&stage, Depth::Full), Err(MarketDataRefused::TooDeep));
    assert_eq!(asked(&stage, Depth::Best(1_000)), Ok(()));
}

/// A book of ACME with more levels than one W may have.
fn overfill(stage: &mut Stage) {
    let max = i64::try_from(LEVELS_MAX).expect("fits");
    let levels = (1..=max + 1).map(|price| level(ACME, price, 7));
    stage.happen(levels.collect());
}

fn refused(body: &Body) -> String {
    let text = String::from_utf8_lossy(body.bytes());
    let of = |tag| field(&text, tag).unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}",
        body.msg_type(),
        of("262"),
        of("281"),
        of("58")
    )
}

const TOO_DEEP: &str =
    "MarketDepth (264): the book of ACME has more than 100000 levels, ask for a limited depth";

#[test]
fn a_book_that_has_grown_since_it_was_asked_for_is_refused_then() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Snapshot, "s", &[ACME, BOLT]);
    stage.ask(Subscription::Subscribe, "a", &[ACME, BOLT]);
    overfill(&mut stage);
    let round = stage.round();
    let all: Vec<_> = round.bodies.iter().map(told).collect();
    assert_eq!(all[1], "W s BOLT 0");
    assert_eq!(all[3], "W a BOLT 0");
    assert_eq!(all.len(), 4);
    assert_eq!(refused(&round.bodies[0]), format!("Y s 5 {TOO_DEEP}"));
    assert_eq!(refused(&round.bodies[2]), format!("Y a 5 {TOO_DEEP}"));
    assert_eq!((round.snapshots, round.is_whole), (2, true));
    // That is the end of ACME under this id; the other symbol goes on.
    stage.happen(vec![
        level(ACME, 1, 0),
        level(ACME, 2, 0),
        level(BOLT, 9, 1),
    ]);
    assert_eq!(stage.told(), ["X a BOLT 1"]);
}

#[test]
fn who_is_too_far_behind_in_a_book_that_has_grown_is_told_so_once() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Subscribe, "a", &[ACME]);
    assert_eq!(stage.told(), ["W a ACME 0"]);
    overfill(&mut stage);
    let round = stage.round();
    let all: Vec<_> = round.bodies.iter().map(refused).collect();
    assert_eq!(all, [format!("Y a 5 {TOO_DEEP}")]);
    stage.happen(vec![level(ACME, 1, 0)]);
    assert!(stage.round().bodies.is_empty());
    // Nobody is told its phases because of that subscription any more.
    assert!(stage.subscriptions.phases.is_empty());
}

#[test]
fn who_has_a_book_and_follows_it_is_told_its_changes_however_large_it_gets() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Subscribe, "a", &[ACME]);
    assert_eq!(stage.told(), ["W a ACME 0"]);
    let max = i64::try_from(LEVELS_MAX).expect("fits");
    let prices: Vec<i64> = (1..=max + 1).collect();
    for some in prices.chunks(LOG_MAX / 2) {
        stage.happen(some.iter().map(|price| level(ACME, *price, 7)).collect());
        let all = stage.told();
        assert!(all.iter().all(|it| it.starts_with("X a ACME ")), "{all:?}");
    }
    stage.happen(vec![level(ACME, 1, 0)]);
    assert_eq!(stage.told(), ["X a ACME 1"]);
}

#[test]
fn what_is_unsubscribed_in_the_middle_of_a_pass_leaves_no_gap() {
    let mut stage = Stage::new();
    fill(&mut stage, ACME);
    for id in ["a", "b", "c"] {
        stage.ask(Subscription::Subscribe, id, &[ACME]);
    }
    assert_eq!(stage.told(), ["W a ACME 40000"]);
    stage.subscriptions.remove("b");
    assert_eq!(stage.told(), ["W c ACME 40000"]);
}

#[test]
fn more_entries_than_a_message_may_have_go_into_several() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Subscribe, "a", &[ACME]);
    stage.round();
    let max = i64::try_from(ENTRIES_MAX).expect("fits");
    let levels = (1..=2 * max + 3).map(|price| level(ACME, price, 7));
    stage.happen(levels.collect());
    let full = format!("X a ACME {ENTRIES_MAX}");
    assert_eq!(stage.told(), [full.as_str(), &full, "X a ACME 3"]);
}

#[test]
fn who_is_too_far_behind_gets_the_whole_book_again() {
    let mut stage = Stage::new();
    stage.ask(Subscription::Subscribe, "a", &[ACME]);
    stage.round();
    let max = i64::try_from(LOG_MAX).expect("fits");
    for part in 0..2 {
        let levels = (1..=max).map(|price| level(ACME, price % 5 + 1, 7 + part));
        stage.happen(levels.collect());
    }
    assert_eq!(stage.told(), ["W a ACME 5"]);
    stage.happen(vec![level(ACME, 1, 0)]);
    assert_eq!(stage.told(), ["X a ACME 1"]);
}

#[test]
fn the_position_is_told_to_who_asks_for_it() {
    let mut stage = Stage::new();
    let request = MarketDataRequest {
        id: "a".to_owned(),
        kind: Subscription::Subscribe,
        depth: Depth::Best(1),
        wants: EVERYTHING,
        with_position: true,
        instruments: vec![ACME],
    };
    stage.subscriptions.add(request, &stage.view);
    let position = |round: Round| {
        let text = String::from_utf8_lossy(round.bodies[0].bytes()).into_owned();
        field(&text, "5003").map(str::to_owned)
    };
    let epoch = Epoch(0xA);
    assert_eq!(position(stage.round()), Some(format!("{epoch}-1")));
    stage.happen(vec![level(BOLT, 99, 1)]);
    stage.happen(vec![level(ACME, 99, 1)]);
    assert_eq!(position(stage.round()), Some(format!("{epoch}-3")));
}
