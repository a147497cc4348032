//! Trades that are undone or corrected, by two operators: cash, stock and fees go back, and for a correction they go again. That may take more
//! than an account has: it is told, and the account can do nothing new that needs what is missing until it is mended. What a bust takes
//! back does not come into the book again: CumQty of the order falls, and while it lives its OrderQty, too. The tape, and what counts for
//! limits, stay.

use crate::deadlines::Due;
use crate::event::Event;
use crate::id::{AccountId, InstrumentId, TradeId};
use crate::money::Money;
use crate::order::{OrdStatus, OrderFacts, Side};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::risk::Claim;
use crate::slab::Slot;
use crate::state::State;
use crate::time::Timestamp;
use crate::trades::{
    MAX_PROPOSALS, Operator, PROPOSAL_NANOS, Place, Proposal, TradeChange, TradeLeg, TradeRecord,
};
use alloc::vec::Vec;

impl State {
    /// Keeps the trades of a command.
    pub(crate) fn keep_trades(&mut self, seq: u64, events: &[Event]) {
        let most = self.limits.max_trades_kept as usize;
        if most == 0 {
            return;
        }
        for (at, event) in (0..).zip(events) {
            let told = Place { seq, event: at };
            if let Some(trade) = TradeRecord::of(event, told, self.now) {
                self.trades.keep(trade, most);
            } else if let Event::ExecutionChanged { trade, side, .. } = event {
                self.trades.tell(trade.trade_id, *side, told);
            }
        }
    }

    /// One operator proposes.
    pub(crate) fn propose(
        &mut self,
        trade: TradeId,
        change: TradeChange,
        by: Operator,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let record = self.changeable(trade)?;
        self.check_change(&record, change)?;
        if self.trades.proposal(trade).is_some() {
            return Err(Refusal::AlreadyProposed);
        }
        if self.trades.waiting() >= MAX_PROPOSALS {
            return Err(Refusal::TableFull {
                of: Table::Proposals,
            });
        }
        let until = Timestamp::from_nanos(self.now.nanos().saturating_add(PROPOSAL_NANOS));
        self.trades.propose(trade, Proposal { change, by, until });
        self.deadlines.set(until, Due::ProposalExpires(trade));
        events.push(Event::TradeChangeProposed {
            trade,
            change,
            by,
            until,
        });
        Ok(())
    }

    /// Another one approves: the change is carried out.
    pub(crate) fn approve(
        &mut self,
        trade: TradeId,
        by: Operator,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let proposal = self.trades.proposal(trade).ok_or(Refusal::NotProposed)?;
        if proposal.by == by {
            return Err(Refusal::SameOperator);
        }
        let was = self.changeable(trade)?;
        self.drop_proposal(trade, proposal);
        let now = changed(&was, proposal.change);
        self.undo(&was);
        if !now.is_busted {
            self.redo(&now);
        }
        self.trades.set(now);
        events.push(Event::TradeChanged {
            was,
            now,
            proposed_by: proposal.by,
            approved_by: by,
        });
        for side in [Side::Buy, Side::Sell] {
            let order = self.mend_order(&was, &now, side);
            events.push(Event::ExecutionChanged {
                trade: now,
                side,
                order,
            });
        }
        self.tell_overdrawn(&was, events);
        Ok(())
    }

    /// What a side's order has had changes with the trade: it as it stands then, unless it is forgotten.
    fn mend_order(
        &mut self,
        was: &TradeRecord,
        now: &TradeRecord,
        side: Side,
    ) -> Option<OrderFacts> {
        let leg = now.leg(side);
        let (qty, notional) = if now.is_busted {
            (Qty::ZERO, Money::ZERO)
        } else {
            (now.qty, now.notional)
        };
        let mend = |order: &mut OrderFacts| {
            order.cum_qty = less_qty(order.cum_qty, less_qty(was.qty, qty));
            let raw = order.cum_notional.raw() - was.notional.raw() + notional.raw();
            order.cum_notional = Money::from_raw(raw);
        };
        let is_meant = |slot: &Slot| self.orders[*slot].order_id() == leg.order_id;
        let live = self.orders.of(leg.participant).find(is_meant);
        let Some(slot) = live else {
            return self.orders.mend(leg.order_id, |order| {
                mend(order);
                if order.ord_status == OrdStatus::Filled && order.cum_qty < order.terms.order_qty {
                    order.ord_status = OrdStatus::Canceled;
                }
            });
        };
        let mut order = self.orders.facts(slot);
        mend(&mut order);
        order.terms.order_qty = less_qty(order.terms.order_qty, less_qty(was.qty, qty));
        if order.cum_qty == Qty::ZERO {
            order.ord_status = OrdStatus::New;
        }
        let reserved = self.reserved_by(&order);
        self.hold(&mut order, reserved);
        self.orders.set_facts(slot, &order);
        Some(order)
    }

    /// A proposal is taken back, by anybody.
    pub(crate) fn withdraw_proposal(
        &mut self,
        trade: TradeId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let proposal = self.trades.proposal(trade).ok_or(Refusal::NotProposed)?;
        self.drop_proposal(trade, proposal);
        events.push(Event::TradeChangeDropped {
            trade,
            change: proposal.change,
            by: proposal.by,
        });
        Ok(())
    }

    /// Nobody has approved in time.
    pub(crate) fn expire_proposal(&mut self, trade: TradeId, events: &mut Vec<Event>) {
        if let Some(proposal) = self.trades.settle(trade) {
            events.push(Event::TradeChangeDropped {
                trade,
                change: proposal.change,
                by: proposal.by,
            });
        }
    }

    fn drop_proposal(&mut self, trade: TradeId, proposal: Proposal) {
        self.trades.settle(trade);
        self.deadlines
            .clear(proposal.until, Due::ProposalExpires(trade));
    }

    /// A trade that is kept and was not undone.
    fn changeable(&self, trade: TradeId) -> Result<TradeRecord, Refusal> {
        let record = self.trades.trade(trade).ok_or(Refusal::UnknownTrade)?;
        if record.is_busted {
            return Err(Refusal::TradeBusted);
        }
        Ok(*record)
    }

    fn check_change(&self, record: &TradeRecord, change: TradeChange) -> Result<(), Refusal> {
        let TradeChange::Correct { price, qty } = change else {
            return Ok(());
        };
        let instrument = &self.registry.listing(record.instrument)?.instrument;
        let fits = price > Price::ZERO
            && price.is_multiple_of(instrument.tick)
            && qty > Qty::ZERO
            && qty <= record.qty
            && qty.is_multiple_of(instrument.lot)
            && Money::notional(price, qty) <= crate::risk::MAX_NOTIONAL
            && (price, qty) != (record.price, record.qty);
        fits.then_some(()).ok_or(Refusal::BadCorrection)
    }

    fn undo(&mut self, trade: &TradeRecord) {
        let (buy, sell) = self.claims(trade);
        self.ledger.settle(sell, buy, trade.notional, trade.qty);
        if let Some(venue) = trade.fee_account {
            for leg in [trade.buy, trade.sell] {
                self.ledger.pay(venue, leg.account, buy.asset, leg.fee);
            }
        }
    }

    fn redo(&mut self, trade: &TradeRecord) {
        let (buy, sell) = self.claims(trade);
        self.ledger.settle(buy, sell, trade.notional, trade.qty);
        if let Some(venue) = trade.fee_account {
            for leg in [trade.buy, trade.sell] {
                self.ledger.pay(leg.account, venue, buy.asset, leg.fee);
            }
        }
    }

    fn claims(&self, trade: &TradeRecord) -> (Claim, Claim) {
        let asset = self.registry.listings()[trade.instrument.0 as usize].currency;
        let claim = |leg: &TradeLeg, side| Claim {
            account: leg.account,
            asset,
            instrument: trade.instrument,
            side,
        };
        (claim(&trade.buy, Side::Buy), claim(&trade.sell, Side::Sell))
    }

    /// Tells whose balance is below what its orders hold, or below nothing.
    fn tell_overdrawn(&self, trade: &TradeRecord, events: &mut Vec<Event>) {
        let (buy, sell) = self.claims(trade);
        for claim in [buy, sell] {
            if self.ledger.is_checked(claim.account) {
                let free = self.ledger.cash(claim.account, claim.asset).free();
                self.tell_if_below(&claim, None, free, events);
            }
            if self.ledger.reserves(claim.account, Side::Sell) {
                let holding = self.ledger.holding(claim.account, claim.instrument);
                let instrument = Some(claim.instrument);
                self.tell_if_below(&claim, instrument, holding.free(), events);
            }
        }
    }

    fn tell_if_below(
        &self,
        claim: &Claim,
        instrument: Option<InstrumentId>,
        free: Money,
        events: &mut Vec<Event>,
    ) {
        if free < Money::ZERO {
            events.push(Event::Overdrawn {
                account: claim.account,
                instrument,
                asset: claim.asset,
                free,
            });
        }
    }

    /// Whether trades and proposals agree with the reference data and with each other: asked of a state that was read back.
    pub(crate) fn trades_are_sound(&self) -> bool {
        let known = |account: AccountId| self.registry.account(account).is_ok();
        let (kept, mut proposals) = self.trades.all();
        let most = u64::from(self.limits.max_trades_kept);
        // The last ones that there were, and no others.
        let mut last = self.last_trade - self.last_trade.min(most);
        let are_sound = kept.into_iter().all(|it| {
            last += 1;
            it.trade_id.0 == last
                && self.registry.listing(it.instrument).is_ok()
                && known(it.buy.account)
                && known(it.sell.account)
                && it.fee_account.is_none_or(known)
                && it.price > Price::ZERO
                && it.qty > Qty::ZERO
                && it.notional == Money::notional(it.price, it.qty)
                && it.notional > Money::ZERO
                && it.notional <= crate::risk::MAX_NOTIONAL
                && [it.buy.fee, it.sell.fee]
                    .iter()
                    .all(|fee| fee.raw().unsigned_abs() <= it.notional.raw().unsigned_abs())
        });
        are_sound
            && self.trades.are_last(self.last_trade, most)
            && (last == self.last_trade || most == 0)
            && self.trades.waiting() <= MAX_PROPOSALS
            && proposals.all(|(id, it)| self.deadlines.is_set(it.until, Due::ProposalExpires(id)))
    }
}

/// `whole` without `part`: never less than nothing, which it could only be in a snapshot that was tampered with.
fn less_qty(whole: Qty, part: Qty) -> Qty {
    Qty::from_raw(whole.raw().saturating_sub(part.raw()).max(0))
}

/// A trade after a change. Fees follow in proportion to the notional, rounded towards zero at eight decimals.
fn changed(was: &TradeRecord, change: TradeChange) -> TradeRecord {
    let TradeChange::Correct { price, qty } = change else {
        return TradeRecord {
            is_busted: true,
            ..*was
        };
    };
    let notional = Money::notional(price, qty);
    let leg = |leg: TradeLeg| TradeLeg {
        fee: in_proportion(leg.fee, notional, was.notional),
        ..leg
    };
    TradeRecord {
        price,
        qty,
        notional,
        buy: leg(was.buy),
        sell: leg(was.sell),
        ..*was
    }
}

/// `fee × now ÷ was`, rounded towards zero. Exact whatever the three are, as long as each is at most [`crate::risk::MAX_NOTIONAL`] and the fee at
/// most `was`: it is multiplied and divided piece by piece, from the top, as on paper.
fn in_proportion(fee: Money, now: Money, was: Money) -> Money {
    let (now, was) = (now.raw().unsigned_abs(), was.raw().unsigned_abs());
    let (mut quotient, mut rest) = (0_u128, 0);
    for piece in pieces(fee.raw().unsigned_abs()) {
        // `rest` and `now` are below 2⁸⁷, a piece is below 2⁴⁰: their sum of products fits.
        let dividend = (rest << PIECE_BITS) + piece * now;
        quotient = (quotient << PIECE_BITS) + dividend / was;
        rest = dividend % was;
    }
    let amount = i128::try_from(quotient).expect("at most what was traded for");
    Money::from_raw(if fee < Money::ZERO { -amount } else { amount })
}

const PIECE_BITS: u32 = 40;

/// A number below 2¹²⁰ in pieces of 40 bits, the highest first.
fn pieces(number: u128) -> [u128; 3] {
    let mask = (1 << PIECE_BITS) - 1;
    [2, 1, 0].map(|place| (number >> (place * PIECE_BITS)) & mask)
}

#[cfg(test)]
mod tests {
    use super::in_proportion;
    use crate::money::Money;
    use crate::risk::MAX_NOTIONAL;

    #[test]
    fn fees_follow_the_notional_to_the_last_unit() {
        let most = MAX_NOTIONAL.raw();
        let table = [
            (0, 5, 7, 0),
            (7, 5, 7, 5),
            (10, 2, 3, 6),
            (-10, 2, 3, -6),
            (1, 1, 2, 0),
            // What a block trade of 10¹³ pays at 10 basis points, corrected to nine tenths.
            (
                1_000_000_000_000_000_000,
                900_000_000_000_000_000_000,
                1_000_000_000_000_000_000_000,
                900_000_000_000_000_000,
            ),
            (most / 10, most - 1, most, most / 10 - 1),
            (-most, most - 1, most, 1 - most),
            (most, most, most, most),
            (1, most, 1, most),
            (most - 1, 1, most, 0),
        ];
        for (fee, now, was, wanted) in table {
            let [fee, now, was] = [fee, now, was].map(Money::from_raw);
            let wanted = Money::from_raw(wanted);
            assert_eq!(in_proportion(fee, now, was), wanted, "{fee} {now} {was}");
        }
    }
}
