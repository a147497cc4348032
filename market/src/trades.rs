//! `Trades`: the last trades, for as long as they can still be undone or corrected, and what operators have proposed about them. Two of them
//! must agree: what one proposes another approves, within a quarter of an hour. How balances follow stands in `mending`.

use crate::chunked::Chunked;
use crate::event::Event;
use crate::id::{AccountId, InstrumentId, OrderId, ParticipantId, TradeId};
use crate::money::Money;
use crate::order::{OrderFacts, Side};
use crate::price::Price;
use crate::qty::Qty;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use serde::{Deserialize, Serialize};

/// An operator, by the name in its certificate.
pub type Operator = Text<40>;

/// How long a proposal waits for a second operator: a quarter of an hour, in nanoseconds.
pub const PROPOSAL_NANOS: i64 = 900_000_000_000;
/// Proposals that wait at the same time.
pub const MAX_PROPOSALS: usize = 1_000;

/// What is to become of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeChange {
    /// ExecType H: it never was.
    Bust,
    /// ExecType G: it was at this price, of this quantity, which is at most what it was.
    Correct {
        /// LastPx (31).
        price: Price,
        /// LastQty (32).
        qty: Qty,
    },
}

/// Where in the journal a side of a trade was told last: its ExecID (17) follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The command.
    pub seq: u64,
    /// Which of its events, from 0.
    pub event: u32,
}

/// A side of a trade, as far as money and stock go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeLeg {
    /// OrderID (37).
    pub order_id: OrderId,
    /// Who entered it.
    pub participant: ParticipantId,
    /// Whose money and stock.
    pub account: AccountId,
    /// What it paid to the venue; below zero, what it was paid.
    pub fee: Money,
    /// Where it was told last.
    pub told: Place,
}

/// Which side of a trade arrived at one that rested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggressor {
    /// The buyer.
    Buy,
    /// The seller.
    Sell,
    /// Nobody: in an auction neither side makes or takes.
    Neither,
}

impl Aggressor {
    /// The side, if one arrived.
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::Buy => Some(Side::Buy),
            Self::Sell => Some(Side::Sell),
            Self::Neither => None,
        }
    }
}

/// A trade as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeRecord {
    /// Its number.
    pub trade_id: TradeId,
    /// What.
    pub instrument: InstrumentId,
    /// LastPx (31).
    pub price: Price,
    /// LastQty (32).
    pub qty: Qty,
    /// Cash that went from buyer to seller.
    pub notional: Money,
    /// The side that arrived.
    pub aggressor: Aggressor,
    /// The buyer.
    pub buy: TradeLeg,
    /// The seller.
    pub sell: TradeLeg,
    /// Where its fees went, if any were charged.
    pub fee_account: Option<AccountId>,
    /// Whether it was undone.
    pub is_busted: bool,
    /// When it was made.
    pub at: Timestamp,
}

impl TradeRecord {
    /// What is kept of a trade that this event tells at this place and time; nothing of any other event.
    pub fn of(event: &Event, told: Place, at: Timestamp) -> Option<Self> {
        let Event::Traded {
            trade_id,
            instrument,
            price,
            qty,
            notional,
            maker,
            taker,
            fees,
            auction,
        } = event
        else {
            return None;
        };
        let (maker_fee, taker_fee) = fees.map_or_else(Default::default, |it| (it.maker, it.taker));
        let leg = |order: &OrderFacts, fee| TradeLeg {
            order_id: order.order_id,
            participant: order.participant,
            account: order.terms.account,
            fee,
            told,
        };
        let (maker_leg, taker_leg) = (leg(maker, maker_fee), leg(taker, taker_fee));
        let (buy, sell) = match taker.terms.side {
            Side::Buy => (taker_leg, maker_leg),
            Side::Sell => (maker_leg, taker_leg),
        };
        let aggressor = match (auction, taker.terms.side) {
            (Some(_), _) => Aggressor::Neither,
            (None, Side::Buy) => Aggressor::Buy,
            (None, Side::Sell) => Aggressor::Sell,
        };
        Some(Self {
            trade_id: *trade_id,
            instrument: *instrument,
            price: *price,
            qty: *qty,
            notional: *notional,
            aggressor,
            buy,
            sell,
            fee_account: fees.map(|it| it.account),
            is_busted: false,
            at,
        })
    }

    /// One of its sides.
    pub const fn leg(&self, side: Side) -> &TradeLeg {
        match side {
            Side::Buy => &self.buy,
            Side::Sell => &self.sell,
        }
    }

    /// One of its sides was told again, there.
    pub fn tell(&mut self, side: Side, told: Place) {
        match side {
            Side::Buy => self.buy.told = told,
            Side::Sell => self.sell.told = told,
        }
    }
}

/// What one operator has proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proposal {
    pub(crate) change: TradeChange,
    pub(crate) by: Operator,
    pub(crate) until: Timestamp,
}

/// The last trades and the proposals about them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Trades {
    /// By number less one, modulo how many are kept: so keeping one more never moves the others.
    kept: Chunked<TradeRecord>,
    /// Number of the last one.
    last: u64,
    proposals: BTreeMap<TradeId, Proposal>,
}

impl Default for Trades {
    fn default() -> Self {
        Self {
            kept: Chunked::new(),
            last: 0,
            proposals: BTreeMap::new(),
        }
    }
}

impl Trades {
    /// Keeps the trade that was just made, the next by number; at most `most`, at least one.
    pub(crate) fn keep(&mut self, trade: TradeRecord, most: usize) {
        self.last = trade.trade_id.0;
        if self.kept.len() < most {
            self.kept.push(trade);
        } else if let Some(place) = self.place(trade.trade_id) {
            self.kept[place] = trade;
        }
    }

    /// Where a trade is, while it is kept.
    fn place(&self, id: TradeId) -> Option<usize> {
        let kept = self.kept.len() as u64;
        let ago = self.last.checked_sub(id.0).filter(|ago| *ago < kept);
        let place = id.0.checked_sub(1).filter(|_| ago.is_some())? % kept;
        usize::try_from(place).ok()
    }

    /// A trade, while it is kept.
    pub(crate) fn trade(&self, id: TradeId) -> Option<&TradeRecord> {
        self.kept.get(self.place(id)?)
    }

    /// A trade stands like this now.
    pub(crate) fn set(&mut self, trade: TradeRecord) {
        if let Some(place) = self.place(trade.trade_id) {
            self.kept[place] = trade;
        }
    }

    /// A side of a trade was told again, there.
    pub(crate) fn tell(&mut self, id: TradeId, side: Side, told: Place) {
        if let Some(mut trade) = self.trade(id).copied() {
            trade.tell(side, told);
            self.set(trade);
        }
    }

    /// What is proposed about a trade.
    pub(crate) fn proposal(&self, id: TradeId) -> Option<Proposal> {
        self.proposals.get(&id).copied()
    }

    /// How many proposals wait.
    pub(crate) fn waiting(&self) -> usize {
        self.proposals.len()
    }

    /// A proposal waits from now on.
    pub(crate) fn propose(&mut self, id: TradeId, proposal: Proposal) {
        self.proposals.insert(id, proposal);
    }

    /// A proposal waits no more.
    pub(crate) fn settle(&mut self, id: TradeId) -> Option<Proposal> {
        self.proposals.remove(&id)
    }

    /// All that is kept, oldest first, and all that is proposed: for those who check what was read back.
    pub(crate) fn all(
        &self,
    ) -> (
        impl Iterator<Item = &TradeRecord>,
        impl Iterator<Item = (TradeId, Proposal)> + '_,
    ) {
        let first = self.last.saturating_sub(self.kept.len() as u64);
        let kept = (first..self.last).filter_map(|before| self.trade(TradeId(before + 1)));
        let proposals = self.proposals.iter().map(|(id, it)| (*id, *it));
        (kept, proposals)
    }

    /// Whether what is kept are the last trades up to this one, at most `most`: asked of those that were read back.
    pub(crate) fn are_last(&self, last: u64, most: u64) -> bool {
        let kept = self.kept.len() as u64;
        self.kept.is_sound()
            && kept == last.min(most)
            && (self.last == last || kept == 0 && self.last == 0)
    }
}
