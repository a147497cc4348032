//! [`Blotter`]: the last trades as they stand, and what operators have proposed about them. In: entries, in order, once they are durable; at
//! a start the replay fills it. Out: trades by number, for operators. It keeps as many as can still be undone or corrected; the journal
//! keeps all.

use journal::entry::Entry;
use market::event::Event;
use market::id::TradeId;
use market::limits::Limits;
use market::time::Timestamp;
use market::trades::{Operator, Place, TradeChange, TradeRecord};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What an operator has proposed about a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What.
    pub change: TradeChange,
    /// Who.
    pub by: Operator,
    /// When it lapses.
    pub until: Timestamp,
}

/// The last trades.
#[derive(Debug, Default)]
pub struct Blotter(Mutex<Pages>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    /// In order of their numbers, without gaps.
    trades: VecDeque<TradeRecord>,
    proposals: BTreeMap<TradeId, Proposal>,
}

impl Blotter {
    /// Takes in an entry.
    pub fn note(&self, entry: &Entry) {
        // Taken once for all of them, when the first is there.
        let mut pages = None;
        for (event, at) in entry.events.iter().zip(0..) {
            if is_of_trades(event) {
                let pages: &mut MutexGuard<'_, Pages> = pages.get_or_insert_with(|| self.lock());
                let told = Place {
                    seq: entry.seq,
                    event: at,
                };
                pages.take_in(event, told, entry.at);
            }
        }
    }

    /// A trade that can still be changed, and what is proposed about it.
    pub fn trade(&self, id: TradeId) -> Option<(TradeRecord, Option<Proposal>)> {
        let pages = self.lock();
        let trade = *pages.trades.get(pages.place(id)?)?;
        Some((trade, pages.proposals.get(&id).copied()))
    }

    /// The latest `count` trades, oldest first.
    pub fn last(&self, count: usize) -> Vec<(TradeRecord, Option<Proposal>)> {
        let pages = self.lock();
        let from = pages.trades.len().saturating_sub(count);
        let latest = pages.trades.range(from..);
        latest
            .map(|trade| (*trade, pages.proposals.get(&trade.trade_id).copied()))
            .collect()
    }

    /// The trades that something is proposed about, oldest first.
    pub fn proposed(&self) -> Vec<(TradeRecord, Option<Proposal>)> {
        let pages = self.lock();
        let proposals = pages.proposals.iter();
        proposals
            .filter_map(|(id, proposal)| {
                let trade = *pages.trades.get(pages.place(*id)?)?;
                Some((trade, Some(*proposal)))
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn place(&self, id: TradeId) -> Option<usize> {
        let first = self.trades.front()?.trade_id;
        usize::try_from(id.0.checked_sub(first.0)?).ok()
    }

    fn trade_mut(&mut self, id: TradeId) -> Option<&mut TradeRecord> {
        let place = self.place(id)?;
        self.trades.get_mut(place)
    }

    fn take_in(&mut self, event: &Event, told: Place, at: Timestamp) {
        match *event {
            Event::Traded { .. } => {
                self.trades.extend(TradeRecord::of(event, told, at));
                let most = Limits::default().max_trades_kept;
                if self.trades.len() > usize::try_from(most).unwrap_or(usize::MAX) {
                    self.trades.pop_front();
                }
            }
            Event::TradeChangeProposed {
                trade,
                change,
                by,
                until,
            } => {
                self.proposals.insert(trade, Proposal { change, by, until });
            }
            Event::TradeChangeDropped { trade, .. } => {
                self.proposals.remove(&trade);
            }
            Event::TradeChanged { now, .. } => {
                self.proposals.remove(&now.trade_id);
                if let Some(kept) = self.trade_mut(now.trade_id) {
                    *kept = now;
                }
            }
            Event::ExecutionChanged { trade, side, .. } => {
                if let Some(kept) = self.trade_mut(trade.trade_id) {
                    kept.tell(side, told);
                }
            }
            _ => {}
        }
    }
}

fn is_of_trades(event: &Event) -> bool {
    matches!(
        event,
        Event::Traded { .. }
            | Event::TradeChangeProposed { .. }
            | Event::TradeChangeDropped { .. }
            | Event::TradeChanged { .. }
            | Event::ExecutionChanged { .. }
    )
}

/// As it stands in a snapshot.
impl Serialize for Blotter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.lock().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Blotter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(|pages| Self(Mutex::new(pages)))
    }
}
