//! Trades that are undone or corrected, in the [`Model`].

use super::{Model, notional};
use market::command::Command;
use market::id::{AccountId, InstrumentId, TradeId};
use market::refusal::Refusal;
use market::trades::{Operator, PROPOSAL_NANOS, TradeChange};

/// A trade as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    pub(super) instrument: InstrumentId,
    pub(super) price: i64,
    pub(super) qty: i64,
    pub(super) buyer: AccountId,
    pub(super) seller: AccountId,
    /// Their orders, by when they were entered.
    pub(super) orders: [i64; 2],
    /// What the two paid, and to whom.
    pub(super) fees: [i128; 2],
    pub(super) venue: Option<AccountId>,
    pub(super) is_busted: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// All trades; the first is number 1.
    pub(super) trades: Vec<Trade>,
    proposals: Vec<(TradeId, TradeChange, Operator, i64)>,
}

impl Model {
    pub(super) fn change_trade(&mut self, command: &Command) -> Result<(), Refusal> {
        match *command {
            Command::ProposeTradeChange { trade, change, by } => {
                let record = self.changeable(trade)?;
                self.check_change(&record, change)?;
                if self.proposal(trade).is_ok() {
                    return Err(Refusal::AlreadyProposed);
                }
                let until = self.now + PROPOSAL_NANOS;
                self.mending.proposals.push((trade, change, by, until));
            }
            Command::ApproveTradeChange { trade, by } => {
                let at = self.proposal(trade)?;
                let (_, change, proposer, _) = self.mending.proposals[at];
                if proposer == by {
                    return Err(Refusal::SameOperator);
                }
                let was = self.changeable(trade)?;
                self.mending.proposals.remove(at);
                self.move_all(&was, -1);
                let mut now = was;
                match change {
                    TradeChange::Bust => now.is_busted = true,
                    TradeChange::Correct { price, qty } => {
                        (now.price, now.qty) = (price.raw(), qty.raw());
                        let (before, after) = (worth(&was), worth(&now));
                        now.fees = was.fees.map(|fee| fee * after / before);
                        self.move_all(&now, 1);
                    }
                }
                let lost = if now.is_busted {
                    was.qty
                } else {
                    was.qty - now.qty
                };
                for entered in was.orders {
                    self.take_back(entered, lost);
                }
                let at = usize::try_from(trade.0 - 1).expect("it is there");
                self.mending.trades[at] = now;
            }
            Command::WithdrawTradeChange { trade } => {
                let at = self.proposal(trade)?;
                self.mending.proposals.remove(at);
            }
            _ => unreachable!("asked only of these"),
        }
        Ok(())
    }

    /// What an order that still lives has had was less, and does not come again.
    fn take_back(&mut self, entered: i64, lost: i64) {
        for order in &mut self.orders {
            if order.entered == entered {
                order.cum -= lost;
                order.total -= lost;
            }
        }
        self.bind_where(|order| order.entered == entered);
    }

    pub(super) fn expire_proposals(&mut self) {
        let now = self.now;
        self.mending
            .proposals
            .retain(|(_, _, _, until)| *until > now);
    }

    fn proposal(&self, trade: TradeId) -> Result<usize, Refusal> {
        let proposals = &mut self.mending.proposals.iter();
        let at = proposals.position(|(it, ..)| *it == trade);
        at.ok_or(Refusal::NotProposed)
    }

    fn changeable(&self, trade: TradeId) -> Result<Trade, Refusal> {
        let at = trade.0.checked_sub(1).ok_or(Refusal::UnknownTrade)?;
        let at = usize::try_from(at).expect("small");
        let record = self.mending.trades.get(at).ok_or(Refusal::UnknownTrade)?;
        if record.is_busted {
            return Err(Refusal::TradeBusted);
        }
        Ok(*record)
    }

    fn check_change(&self, record: &Trade, change: TradeChange) -> Result<(), Refusal> {
        let TradeChange::Correct { price, qty } = change else {
            return Ok(());
        };
        let (listed, _) = &self.instruments[record.instrument.0 as usize];
        let (price, qty) = (price.raw(), qty.raw());
        let is_wrong = price <= 0
            || price % listed.tick.raw() != 0
            || qty <= 0
            || qty > record.qty
            || qty % listed.lot.raw() != 0
            || (price, qty) == (record.price, record.qty);
        if is_wrong {
            return Err(Refusal::BadCorrection);
        }
        Ok(())
    }

    /// Moves everything that a trade moves, forwards or back.
    fn move_all(&mut self, trade: &Trade, sign: i128) {
        let (buyer, seller) = (trade.buyer.0 as usize, trade.seller.0 as usize);
        let instrument = trade.instrument.0 as usize;
        self.cash[buyer] -= sign * worth(trade);
        self.cash[seller] += sign * worth(trade);
        self.stock[buyer][instrument] += sign * i128::from(trade.qty);
        self.stock[seller][instrument] -= sign * i128::from(trade.qty);
        if let Some(venue) = trade.venue {
            for (account, fee) in [(buyer, trade.fees[0]), (seller, trade.fees[1])] {
                self.cash[account] -= sign * fee;
                self.cash[venue.0 as usize] += sign * fee;
            }
        }
    }
}

fn worth(trade: &Trade) -> i128 {
    notional(trade.price, trade.qty)
}
