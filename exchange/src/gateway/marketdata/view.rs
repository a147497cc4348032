//! [`View`]: what market data shows: levels, trades and phases of every instrument, as of one journal entry. Entries go in, in order;
//! whoever serves subscribers reads from it what changed since a given entry. Pure: no socket, no clock, no subscriber.
//!
//! Conflation needs no queues: each book keeps a bounded log of which levels changed at which entry and whether the level was there
//! before. A subscriber stores only the entry up to which it was served; [`Book::changes_since`] tells it the difference, however
//! many entries lie between. One that is further behind than the log reaches gets a new snapshot.

use crate::gateway::marketdata::tape::{Print, Tape};
use journal::entry::Entry;
use market::event::Event;
use market::halt::HaltFacts;
use market::id::InstrumentId;
use market::instrument::Phase;
use market::luld::PriceBands;
use market::order::{OrdStatus, OrderFacts, Side};
use market::price::Price;
use market::qty::Qty;
use market::text::Text;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Changes that a book remembers; one that is further behind gets a snapshot.
pub const LOG_MAX: usize = 8192;

/// The books as market data shows them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct View {
    /// By instrument number.
    books: Vec<Book>,
    /// The last entry that was taken in.
    seq: u64,
    /// Trades since the journal began.
    trades: u64,
    /// Orders that rest.
    live_orders: u64,
}

/// One instrument.
#[derive(Debug, Serialize, Deserialize)]
pub struct Book {
    phase: PhaseView,
    bids: BTreeMap<Price, Level>,
    offers: BTreeMap<Price, Level>,
    /// Not in a snapshot: no subscriber outlives the process.
    #[serde(skip)]
    log: VecDeque<Touched>,
    /// Entries up to this one may have fallen out of `log`.
    #[serde(skip)]
    forgotten: u64,
    /// Entry of the last change of a level or of a trade.
    changed: u64,
    tape: Tape,
}

/// The phase of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseView {
    /// The phase now.
    pub phase: Phase,
    /// Why, for a halt.
    pub reason: Option<Text<80>>,
    /// What kind of a halt it is.
    pub halt: Option<HaltFacts>,
    /// The phase before it.
    pub before: Phase,
    /// The entry that brought the phase.
    pub since: u64,
    /// What the auction would come to, in its call.
    pub indication: Option<Indication>,
    /// The bands that were told last: they hold in continuous trading, and are told anew behind a call only when they are others.
    pub bands: Option<PriceBands>,
    /// The side whose best price is at its band, and when trading pauses for that.
    pub limit_state: Option<(Side, Timestamp)>,
    /// The entry that brought any of it.
    pub seq: u64,
}

impl PhaseView {
    /// The bands that hold now.
    pub fn price_bands(&self) -> Option<PriceBands> {
        self.bands.filter(|_| self.phase == Phase::Open)
    }
}

/// What an auction would come to if its call ended now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indication {
    /// Its price.
    pub price: Price,
    /// What there is to buy at that price.
    pub buys: Qty,
    /// What there is to sell at it.
    pub sells: Qty,
}

/// A price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// What it shows in total, above zero.
    pub qty: Qty,
    /// How many orders.
    pub orders: u32,
}

/// What became of a level since a subscriber was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// MDUpdateAction (279).
    pub action: Action,
    /// Which side.
    pub side: Side,
    /// Which level.
    pub price: Price,
    /// What it shows now; nothing for a deleted one.
    pub level: Option<Level>,
}

/// MDUpdateAction (279).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// 0: it was not there.
    New,
    /// 1: it was there.
    Change,
    /// 2: it is gone.
    Delete,
}

/// The reader is further behind than the book remembers: it needs a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFarBehind;

#[derive(Clone, Copy, Debug)]
struct Touched {
    seq: u64,
    side: Side,
    price: Price,
    /// Whether the level showed something before this change.
    was_there: bool,
}

impl View {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        for event in &entry.events {
            self.take_in(entry, event);
        }
        self.seq = entry.seq;
    }

    /// After a start: nobody has been served anything yet, and whoever was before gets a snapshot.
    pub fn begin(&mut self) {
        for book in &mut self.books {
            book.forgotten = self.seq;
            book.tape.begin(self.seq);
        }
    }

    /// The last entry that was taken in.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Trades since the journal began.
    pub fn trades(&self) -> u64 {
        self.trades
    }

    /// Orders that rest.
    pub fn live_orders(&self) -> u64 {
        self.live_orders
    }

    /// The book of an instrument.
    pub fn book(&self, instrument: InstrumentId) -> Option<&Book> {
        self.books.get(usize::try_from(instrument.0).ok()?)
    }

    /// The phases of all instruments, by number.
    pub fn phases(&self) -> impl Iterator<Item = Phase> {
        self.books.iter().map(|book| book.phase.phase)
    }

    fn take_in(&mut self, entry: &Entry, event: &Event) {
        match event {
            Event::InstrumentListed { .. } => self.books.push(Book::new(entry.seq)),
            Event::LevelChanged {
                instrument,
                side,
                price,
                qty,
                orders,
            } => {
                let level = (*qty > Qty::ZERO).then_some(Level {
                    qty: *qty,
                    orders: *orders,
                });
                if let Some(book) = self.book_mut(*instrument) {
                    book.set_level(entry.seq, *side, *price, level);
                }
            }
            Event::Traded {
                trade_id,
                instrument,
                price,
                qty,
                maker,
                taker,
                ..
            } => {
                self.trades += 1;
                self.order_left(maker);
                self.order_left(taker);
                let print = Print {
                    seq: entry.seq,
                    at: entry.at,
                    trade_id: *trade_id,
                    price: *price,
                    qty: *qty,
                };
                if let Some(book) = self.book_mut(*instrument) {
                    book.tape.print(print);
                    book.changed = entry.seq;
                }
            }
            Event::TradeChanged { was, now, .. } => {
                if let Some(book) = self.book_mut(now.instrument) {
                    book.tape.mend(entry.seq, was, now);
                    book.changed = entry.seq;
                }
            }
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => {
                if let Some(book) = self.book_mut(*instrument) {
                    book.phase = PhaseView {
                        phase: *phase,
                        reason: *reason,
                        halt: *halt,
                        before: book.phase.phase,
                        since: entry.seq,
                        // A call that goes on longer has what it had.
                        indication: book.phase.indication.filter(|_| book.phase.phase == *phase),
                        seq: entry.seq,
                        ..book.phase
                    };
                }
            }
            Event::BandsMoved { instrument, bands } => {
                if let Some(book) = self.book_mut(*instrument) {
                    book.phase.bands = *bands;
                    book.phase.seq = entry.seq;
                }
            }
            Event::LimitStateChanged {
                instrument,
                side,
                until,
            } => {
                if let Some(book) = self.book_mut(*instrument) {
                    book.phase.limit_state = side.zip(*until);
                    book.phase.seq = entry.seq;
                }
            }
            Event::Indicative {
                instrument,
                price,
                volume,
                surplus,
                surplus_side,
            } => {
                let with = |side| match surplus_side {
                    Some(more) if *more == side => volume.checked_add(*surplus),
                    _ => Some(*volume),
                };
                let indication = price.map(|price| Indication {
                    price,
                    buys: with(Side::Buy).unwrap_or(*volume),
                    sells: with(Side::Sell).unwrap_or(*volume),
                });
                if let Some(book) = self.book_mut(*instrument) {
                    book.phase.indication = indication;
                    book.phase.seq = entry.seq;
                }
            }
            Event::OrderAccepted { .. } => self.live_orders += 1,
            Event::OrderCanceled { order, .. }
            | Event::OrderExpired { order }
            | Event::OrderReplaced { order, .. } => self.order_left(order),
            _ => {}
        }
    }

    /// Counts an order out once its status is final.
    fn order_left(&mut self, order: &OrderFacts) {
        if !matches!(
            order.ord_status,
            OrdStatus::New | OrdStatus::PartiallyFilled
        ) {
            self.live_orders = self.live_orders.saturating_sub(1);
        }
    }

    fn book_mut(&mut self, instrument: InstrumentId) -> Option<&mut Book> {
        self.books.get_mut(usize::try_from(instrument.0).ok()?)
    }
}

impl Book {
    fn new(seq: u64) -> Self {
        Self {
            phase: PhaseView {
                phase: Phase::Closed,
                reason: None,
                halt: None,
                before: Phase::Closed,
                since: seq,
                indication: None,
                bands: None,
                limit_state: None,
                seq,
            },
            bids: BTreeMap::new(),
            offers: BTreeMap::new(),
            log: VecDeque::new(),
            forgotten: 0,
            changed: seq,
            tape: Tape::default(),
        }
    }

    /// The phase.
    pub fn phase(&self) -> PhaseView {
        self.phase
    }

    /// The entry of the last change of a level or the last trade.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Its trades.
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Levels of both sides.
    pub fn level_count(&self) -> usize {
        self.bids.len() + self.offers.len()
    }

    /// The levels of a side, best first.
    pub fn levels(&self, side: Side) -> Box<dyn Iterator<Item = (Price, Level)> + '_> {
        match side {
            Side::Buy => Box::new(
                self.bids
                    .iter()
                    .rev()
                    .map(|(price, level)| (*price, *level)),
            ),
            Side::Sell => Box::new(self.offers.iter().map(|(price, level)| (*price, *level))),
        }
    }

    /// What became of levels after entry `served`: one change for each level that differs, in the order of first touch.
    ///
    /// # Errors
    /// [`TooFarBehind`] when the book does not remember that far back.
    pub fn changes_since(&self, served: u64) -> Result<Vec<Change>, TooFarBehind> {
        if served < self.forgotten {
            return Err(TooFarBehind);
        }
        let from = self.log.partition_point(|touched| touched.seq <= served);
        let mut seen = BTreeMap::new();
        let mut changes = Vec::new();
        for touched in self.log.range(from..) {
            if seen.insert((touched.side, touched.price), ()).is_none() {
                changes.extend(self.change(touched));
            }
        }
        Ok(changes)
    }

    /// `touched` is the first touch since the reader was served, so it knows whether the reader has the level.
    fn change(&self, touched: &Touched) -> Option<Change> {
        let level = self.side(touched.side).get(&touched.price).copied();
        let action = match (touched.was_there, level) {
            (false, Some(_)) => Action::New,
            (true, Some(_)) => Action::Change,
            (true, None) => Action::Delete,
            (false, None) => return None,
        };
        Some(Change {
            action,
            side: touched.side,
            price: touched.price,
            level,
        })
    }

    fn side(&self, side: Side) -> &BTreeMap<Price, Level> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.offers,
        }
    }

    fn set_level(&mut self, seq: u64, side: Side, price: Price, level: Option<Level>) {
        let levels = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.offers,
        };
        let was_there = match level {
            Some(level) => levels.insert(price, level).is_some(),
            None => levels.remove(&price).is_some(),
        };
        self.log.push_back(Touched {
            seq,
            side,
            price,
            was_there,
        });
        if self.log.len() > LOG_MAX
            && let Some(oldest) = self.log.pop_front()
        {
            self.forgotten = self.forgotten.max(oldest.seq);
        }
        self.changed = seq;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(qty: i64) -> Option<Level> {
        (qty > 0).then_some(Level {
            qty: Qty::from_raw(qty),
            orders: 1,
        })
    }

    fn book(changes: &[(u64, i64, i64)]) -> Book {
        let mut book = Book::new(0);
        for (seq, price, qty) in changes {
            book.set_level(*seq, Side::Buy, Price::from_raw(*price), level(*qty));
        }
        book
    }

    fn actions(book: &Book, served: u64) -> Vec<(Action, i64)> {
        let changes = book.changes_since(served).expect("not too far behind");
        changes
            .iter()
            .map(|change| (change.action, change.price.raw()))
            .collect()
    }

    #[test]
    fn a_reader_gets_the_difference_to_what_it_has_seen() {
        let book = book(&[
            (1, 10, 5),
            (2, 11, 5),
            (3, 10, 7),
            (4, 11, 0),
            (5, 12, 1),
            (6, 12, 0),
        ]);
        assert_eq!(actions(&book, 0), [(Action::New, 10)]);
        assert_eq!(actions(&book, 1), [(Action::Change, 10)]);
        assert_eq!(
            actions(&book, 2),
            [(Action::Change, 10), (Action::Delete, 11)]
        );
        assert_eq!(actions(&book, 5), [(Action::Delete, 12)]);
        assert_eq!(actions(&book, 6), []);
    }

    #[test]
    fn a_level_that_went_and_came_back_is_a_change() {
        let book = book(&[(1, 10, 5), (2, 10, 0), (3, 10, 6)]);
        assert_eq!(actions(&book, 1), [(Action::Change, 10)]);
        assert_eq!(actions(&book, 2), [(Action::New, 10)]);
    }

    #[test]
    fn one_that_is_further_behind_than_the_log_gets_a_snapshot() {
        let mut book = Book::new(0);
        let max = u64::try_from(LOG_MAX).expect("fits");
        for seq in 1..=max + 5 {
            book.set_level(seq, Side::Sell, Price::from_raw(1), level(1));
        }
        assert_eq!(book.changes_since(4), Err(TooFarBehind));
        assert_eq!(book.changes_since(5).expect("remembered").len(), 1);
        assert!(book.log.len() <= LOG_MAX);
    }

    #[test]
    fn the_best_comes_first_on_both_sides() {
        let mut book = book(&[(1, 10, 5), (2, 11, 5)]);
        book.set_level(3, Side::Sell, Price::from_raw(13), level(1));
        book.set_level(4, Side::Sell, Price::from_raw(12), level(1));
        let prices = |side| {
            book.levels(side)
                .map(|(price, _)| price.raw())
                .collect::<Vec<_>>()
        };
        assert_eq!(prices(Side::Buy), [11, 10]);
        assert_eq!(prices(Side::Sell), [12, 13]);
    }
}
