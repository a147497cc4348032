//! [`Tape`]: the trades of one instrument, as they stand. In: trades, and what becomes of them when operators undo or correct one. Out: what is
//! new for a reader that has been served up to an entry. Pure.

use crate::gateway::marketdata::view::{Action, TooFarBehind};
use market::id::TradeId;
use market::price::Price;
use market::qty::Qty;
use market::time::Timestamp;
use market::trades::TradeRecord;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Trades that a tape remembers, and as many that were undone or corrected.
pub const TRADES_MAX: usize = 1024;
/// Of these a start knows so many: what the last one is once it is undone.
pub const LATEST_MAX: usize = 16;

/// The trades of an instrument.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tape {
    /// The last ones that stand, as they stand, oldest first.
    latest: VecDeque<Print>,
    /// At which price it traded last, whatever became of the trade.
    last_px: Option<Price>,
    /// Oldest first. Not in a snapshot: no subscriber outlives the process.
    #[serde(skip)]
    prints: VecDeque<Print>,
    /// Likewise.
    #[serde(skip)]
    mends: VecDeque<Mend>,
    /// Entries up to this one may have fallen out of `prints` or `mends`.
    #[serde(skip)]
    forgotten: u64,
}

/// A trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// The entry.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Its number.
    pub trade_id: TradeId,
    /// At what price.
    pub price: Price,
    /// How much.
    pub qty: Qty,
}

/// A trade that was undone or corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The entry.
    pub seq: u64,
    /// The entry of the trade; 0 when that is long ago.
    made: u64,
    /// A change or a delete.
    pub action: Action,
    /// Its number.
    pub trade_id: TradeId,
    /// At what price it is now; what it was, when it was undone.
    pub price: Price,
    /// How much, likewise.
    pub qty: Qty,
}

impl Tape {
    /// The last trade that stands; none when the last [`LATEST_MAX`] were all undone.
    pub fn last(&self) -> Option<Print> {
        self.latest.back().copied()
    }

    /// The price of the last trade as the market's rules have it: no correction moves it.
    pub fn last_px(&self) -> Option<Price> {
        self.last_px
    }

    /// The trades after entry `served` that stand, as they stand, oldest first.
    ///
    /// # Errors
    /// [`TooFarBehind`] when the tape does not remember that far back.
    pub fn prints_since(&self, served: u64) -> Result<Vec<Print>, TooFarBehind> {
        if served < self.forgotten {
            return Err(TooFarBehind);
        }
        let from = self.prints.partition_point(|print| print.seq <= served);
        Ok(self.prints.range(from..).copied().collect())
    }

    /// What was undone or corrected after entry `served` of trades up to it, oldest first.
    ///
    /// # Errors
    /// [`TooFarBehind`] when the tape does not remember that far back.
    pub fn mends_since(&self, served: u64) -> Result<Vec<Mend>, TooFarBehind> {
        if served < self.forgotten {
            return Err(TooFarBehind);
        }
        let from = self.mends.partition_point(|mend| mend.seq <= served);
        let mends = self.mends.range(from..);
        Ok(mends.filter(|mend| mend.made <= served).copied().collect())
    }

    /// A trade.
    pub(crate) fn print(&mut self, print: Print) {
        self.last_px = Some(print.price);
        let _older = push(&mut self.latest, print, LATEST_MAX);
        if let Some(oldest) = push(&mut self.prints, print, TRADES_MAX) {
            self.forgotten = self.forgotten.max(oldest.seq);
        }
    }

    /// A trade was undone or corrected with entry `seq`.
    pub(crate) fn mend(&mut self, seq: u64, was: &TradeRecord, now: &TradeRecord) {
        let _made = mend(&mut self.latest, now);
        let made = mend(&mut self.prints, now).unwrap_or(0);
        let (action, shown) = if now.is_busted {
            (Action::Delete, was)
        } else {
            (Action::Change, now)
        };
        let told = Mend {
            seq,
            made,
            action,
            trade_id: now.trade_id,
            price: shown.price,
            qty: shown.qty,
        };
        if let Some(oldest) = push(&mut self.mends, told, TRADES_MAX) {
            self.forgotten = self.forgotten.max(oldest.seq);
        }
    }

    /// Nobody has been served anything up to entry `seq`.
    pub(crate) fn begin(&mut self, seq: u64) {
        self.forgotten = seq;
    }
}

/// Adds one behind the others; the first goes where there are too many then.
fn push<T>(all: &mut VecDeque<T>, one: T, max: usize) -> Option<T> {
    all.push_back(one);
    (all.len() > max).then(|| all.pop_front()).flatten()
}

/// Shows a trade as it is now, or not at all when it was undone; the entry that it came with, where it is remembered.
fn mend(prints: &mut VecDeque<Print>, now: &TradeRecord) -> Option<u64> {
    let place = prints
        .binary_search_by_key(&now.trade_id, |print| print.trade_id)
        .ok()?;
    let print = &mut prints[place];
    let made = print.seq;
    if now.is_busted {
        prints.remove(place);
    } else {
        (print.price, print.qty) = (now.price, now.qty);
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::id::{AccountId, InstrumentId, OrderId, ParticipantId};
    use market::money::Money;
    use market::trades::{Aggressor, Place, TradeLeg};

    /// Trades 1 to `count`, each with the entry of its number.
    fn tape(count: u64) -> Tape {
        let mut tape = Tape::default();
        for id in 1..=count {
            tape.print(Print {
                seq: id,
                at: Timestamp::from_nanos(0),
                trade_id: TradeId(id),
                price: Price::from_raw(10),
                qty: Qty::from_raw(5),
            });
        }
        tape
    }

    fn record(trade_id: u64, price: i64) -> TradeRecord {
        let leg = TradeLeg {
            order_id: OrderId(1),
            participant: ParticipantId(0),
            account: AccountId(0),
            fee: Money::ZERO,
            told: Place::default(),
        };
        TradeRecord {
            trade_id: TradeId(trade_id),
            instrument: InstrumentId(0),
            price: Price::from_raw(price),
            qty: Qty::from_raw(4),
            notional: Money::ZERO,
            aggressor: Aggressor::Buy,
            buy: leg,
            sell: leg,
            fee_account: None,
            is_busted: false,
            at: Timestamp::from_nanos(0),
        }
    }

    fn correct(tape: &mut Tape, seq: u64, id: u64, price: i64) {
        tape.mend(seq, &record(id, 10), &record(id, price));
    }

    fn bust(tape: &mut Tape, seq: u64, id: u64) {
        let was = record(id, 10);
        let now = TradeRecord {
            is_busted: true,
            ..was
        };
        tape.mend(seq, &was, &now);
    }

    fn prints(tape: &Tape, served: u64) -> Vec<(u64, i64)> {
        let prints = tape.prints_since(served).expect("not too far behind");
        let shown = prints.iter().map(|it| (it.trade_id.0, it.price.raw()));
        shown.collect()
    }

    fn mends(tape: &Tape, served: u64) -> Vec<(Action, u64, i64)> {
        let mends = tape.mends_since(served).expect("not too far behind");
        let shown = mends
            .iter()
            .map(|it| (it.action, it.trade_id.0, it.price.raw()));
        shown.collect()
    }

    #[test]
    fn who_has_seen_a_trade_is_told_what_became_of_it_who_has_not_sees_what_stands() {
        let mut tape = tape(3);
        correct(&mut tape, 4, 2, 11);
        assert_eq!(prints(&tape, 1), [(2, 11), (3, 10)]);
        assert_eq!(mends(&tape, 1), []);
        assert_eq!(mends(&tape, 2), [(Action::Change, 2, 11)]);
        assert_eq!(mends(&tape, 4), []);
        bust(&mut tape, 5, 2);
        assert_eq!(prints(&tape, 1), [(3, 10)]);
        let both = [(Action::Change, 2, 11), (Action::Delete, 2, 10)];
        assert_eq!(mends(&tape, 3), both);
    }

    #[test]
    fn an_undone_trade_is_not_the_last_one_and_its_price_stays_the_market_s() {
        let mut tape = tape(2);
        bust(&mut tape, 3, 2);
        assert_eq!(tape.last().map(|it| it.trade_id), Some(TradeId(1)));
        correct(&mut tape, 4, 1, 12);
        assert_eq!(tape.last().map(|it| it.price), Some(Price::from_raw(12)));
        assert_eq!(tape.last_px(), Some(Price::from_raw(10)));
        bust(&mut tape, 5, 1);
        assert_eq!(tape.last(), None);
    }

    /// What a snapshot leaves out changes nothing of what it keeps.
    #[test]
    fn after_a_start_the_last_trade_is_the_one_that_it_would_be_without() {
        let mut tape = tape(40);
        let bytes = |tape: &Tape| postcard::to_allocvec(tape).expect("written");
        let mut again: Tape = postcard::from_bytes(&bytes(&tape)).expect("read");
        for (seq, id) in (41..).zip((26..=40).rev()) {
            bust(&mut tape, seq, id);
            bust(&mut again, seq, id);
            assert_eq!(tape.last(), again.last());
        }
        assert_eq!(tape.last().map(|it| it.trade_id), Some(TradeId(25)));
        assert_eq!(bytes(&tape), bytes(&again));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let max = u64::try_from(TRADES_MAX).expect("fits");
        let mut tape = tape(max + 5);
        assert_eq!(tape.prints_since(4), Err(TooFarBehind));
        assert_eq!(tape.prints_since(5).map(|all| all.len()), Ok(TRADES_MAX));
        for seq in max + 6..=2 * max + 20 {
            correct(&mut tape, seq, 1, 11);
        }
        assert_eq!(tape.mends_since(max + 19), Err(TooFarBehind));
        let mends = tape.mends_since(max + 20).map(|all| all.len());
        assert_eq!(mends, Ok(TRADES_MAX));
    }
}
