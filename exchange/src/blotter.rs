//! [`Blotter`]: the last trades as they stand, and what operators have proposed about them. In: entries, in order, once they are durable; at
//! a start the replay fills it. Out: trades by number, for operators. It keeps as many as can still be undone or corrected; the journal
//! keeps all.

use crate::followed::{Change, Followed};
use journal::entry::Entry;
use market::event::Event;
use market::id::TradeId;
use market::limits::Limits;
use market::time::Timestamp;
use market::trades::{Operator, Place, TradeChange, TradeRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

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
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blotter(Followed<Pages>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Pages {
    /// In order of their numbers, without gaps.
    trades: VecDeque<TradeRecord>,
    proposals: BTreeMap<TradeId, Proposal>,
}

impl Blotter {
    /// Takes in an entry.
    pub fn note(&self, entry: &Entry) {
        let mut change = self.0.change();
        for (event, at) in entry.events.iter().zip(0..) {
            let told = Place {
                seq: entry.seq,
                event: at,
            };
            take_in(&mut change, event, told, entry.at);
        }
    }

    /// A trade that can still be changed, and what is proposed about it.
    pub fn trade(&self, id: TradeId) -> Option<(TradeRecord, Option<Proposal>)> {
        let pages = self.0.read();
        let trade = *pages.trades.get(pages.place(id)?)?;
        Some((trade, pages.proposals.get(&id).copied()))
    }

    /// The latest `count` trades, oldest first.
    pub fn last(&self, count: usize) -> Vec<(TradeRecord, Option<Proposal>)> {
        let pages = self.0.read();
        let from = pages.trades.len().saturating_sub(count);
        let latest = pages.trades.range(from..);
        latest
            .map(|trade| (*trade, pages.proposals.get(&trade.trade_id).copied()))
            .collect()
    }

    /// The trades that something is proposed about, oldest first.
    pub fn proposed(&self) -> Vec<(TradeRecord, Option<Proposal>)> {
        let pages = self.0.read();
        let proposals = pages.proposals.iter();
        proposals
            .filter_map(|(id, proposal)| {
                let trade = *pages.trades.get(pages.place(*id)?)?;
                Some((trade, Some(*proposal)))
            })
            .collect()
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
}

fn take_in(kept: &mut Change<'_, Pages>, event: &Event, told: Place, at: Timestamp) {
    match *event {
        Event::Traded { .. } => {
            let pages = kept.tables();
            pages.trades.extend(TradeRecord::of(event, told, at));
            let most = Limits::default().max_trades_kept;
            if pages.trades.len() > usize::try_from(most).unwrap_or(usize::MAX) {
                pages.trades.pop_front();
            }
        }
        Event::TradeChangeProposed {
            trade,
            change,
            by,
            until,
        } => {
            kept.tables()
                .proposals
                .insert(trade, Proposal { change, by, until });
        }
        Event::TradeChangeDropped { trade, .. } => {
            kept.tables().proposals.remove(&trade);
        }
        Event::TradeChanged { now, .. } => {
            let pages = kept.tables();
            pages.proposals.remove(&now.trade_id);
            if let Some(trade) = pages.trade_mut(now.trade_id) {
                *trade = now;
            }
        }
        Event::ExecutionChanged {
            trade: told_again,
            side,
            ..
        } => {
            if let Some(trade) = kept.tables().trade_mut(told_again.trade_id) {
                trade.tell(side, told);
            }
        }
        _ => {}
    }
}
