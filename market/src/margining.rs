//! Margin: what accounts are worth and what they need, before an order, before money or stock leaves, and after every command that moved a
//! price or a balance of theirs. Whoever has less than its positions need is called for more; when the time of a call is over its orders are
//! cancelled and its positions closed by market orders, until it has enough or nothing is left.
//!
//! Bounded: a price is felt by the accounts that have a position in its instrument, and each of them is valued once a command.

use crate::deadlines::Due;
use crate::decimal::ONE;
use crate::event::{CancelReason, Event};
use crate::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use crate::ids::Sought;
use crate::money::Money;
use crate::order::{OrdType, OrderFacts, OrderTerms, Side, TimeInForce, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::ledger::units;
use crate::risk::margin::Standing;
use crate::risk::watch::{OpenQty, Stake, Wanted};
use crate::state::State;
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;

/// A position with what is open beside it.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    position: Money,
    open: OpenQty,
}

impl State {
    /// What an account is worth in a currency, at the last prices.
    pub(crate) fn standing(&self, account: AccountId, asset: AssetId) -> Standing {
        let mut standing = Standing {
            equity: self.ledger.cash(account, asset).total,
            held: Money::ZERO,
        };
        for (instrument, holding) in self.ledger.holdings(account) {
            if self.currency(instrument) == asset {
                let worth = self.worth(instrument, holding.total);
                standing.equity = plus(standing.equity, worth);
                standing.held = plus(standing.held, size(worth));
            }
        }
        standing
    }

    /// Whether an order keeps the initial margin of its account. One that adds nothing to what positions could come to is always taken, and
    /// so is a replace with which the account needs no more than before it.
    pub(crate) fn check_margin(
        &self,
        wanted: &Wanted,
        price: Option<Price>,
        replaces: Option<&OrderFacts>,
    ) -> Result<(), Refusal> {
        let stake = &wanted.stake;
        let Some(terms) = self.ledger.margin(stake.account) else {
            return Ok(());
        };
        let places = self.places(stake.account, stake.asset);
        let former = self.watch.counted(wanted.replaces).copied();
        let mut without = places.clone();
        if let Some(former) = &former {
            let open = open_on(&mut without, former);
            *open = minus(*open, units(former.leaves));
        }
        let mut with = without.clone();
        let open = open_on(&mut with, stake);
        *open = plus(*open, units(stake.leaves));
        let exposed = self.exposed(&with);
        if exposed <= self.exposed(&without) {
            return Ok(());
        }
        let need = |exposed, stake, price| {
            let cost = plus(self.give_away(stake, price), self.worst_fee(stake));
            plus(share(exposed, terms.initial_bps), cost)
        };
        let needed = need(exposed, stake, price);
        if let Some((former, order)) = former.as_ref().zip(replaces) {
            let price = limit_of(&order.terms, order.working);
            if needed <= need(self.exposed(&places), former, price) {
                return Ok(());
            }
        }
        let equity = self.standing(stake.account, stake.asset).equity;
        if equity < needed {
            return Err(Refusal::InsufficientMargin { needed, equity });
        }
        Ok(())
    }

    /// Whether an account on margin may lose cash: it keeps its initial margin.
    pub(crate) fn check_withdrawal(
        &self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<(), Refusal> {
        let Some(terms) = self.ledger.margin(account).filter(|_| amount < Money::ZERO) else {
            return Ok(());
        };
        let equity = plus(self.standing(account, asset).equity, amount);
        let exposed = self.exposed(&self.places(account, asset));
        let needed = share(exposed, terms.initial_bps);
        if equity < needed {
            return Err(Refusal::InsufficientMargin { needed, equity });
        }
        Ok(())
    }

    /// Whether an account on margin may lose stock: it keeps its initial margin.
    pub(crate) fn check_removal(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        qty: Qty,
    ) -> Result<(), Refusal> {
        let Some(terms) = self.ledger.margin(account).filter(|_| qty < Qty::ZERO) else {
            return Ok(());
        };
        let asset = self.currency(instrument);
        let mut places = self.places(account, asset);
        let place = places.entry(instrument).or_default();
        place.position = plus(place.position, units(qty));
        let lost = self.worth(instrument, units(qty));
        let equity = plus(self.standing(account, asset).equity, lost);
        let needed = share(self.exposed(&places), terms.initial_bps);
        if equity < needed {
            return Err(Refusal::InsufficientMargin { needed, equity });
        }
        Ok(())
    }

    /// Looks at the accounts on margin that the events of a command have touched, in order of their numbers.
    pub(crate) fn watch_margin(&mut self, from: usize, events: &mut Vec<Event>) {
        if !self.watch.has_margin() {
            return;
        }
        let mut touched = BTreeSet::new();
        for event in &events[from..] {
            self.note_event(event, &mut touched);
        }
        for (account, asset) in touched {
            self.review(account, asset, events);
        }
    }

    /// The accounts on margin whose worth an event may have changed.
    fn note_event(&mut self, event: &Event, touched: &mut BTreeSet<(AccountId, AssetId)>) {
        match event {
            Event::Traded {
                instrument,
                maker,
                taker,
                fees,
                ..
            } => {
                let asset = self.currency(*instrument);
                for account in [maker.terms.account, taker.terms.account] {
                    self.note_position(account, *instrument);
                    touched.insert((account, asset));
                }
                touched.extend(fees.map(|fees| (fees.account, asset)));
                let holders = self.margin.holders(*instrument);
                touched.extend(holders.map(|account| (account, asset)));
            }
            Event::TradeChanged { was, .. } => {
                let asset = self.currency(was.instrument);
                for account in [was.buy.account, was.sell.account] {
                    self.note_position(account, was.instrument);
                    touched.insert((account, asset));
                }
                touched.extend(was.fee_account.map(|venue| (venue, asset)));
            }
            Event::FundsTransferred { account, asset, .. } => {
                touched.insert((*account, *asset));
            }
            Event::SecuritiesTransferred {
                account,
                instrument,
                ..
            } => {
                self.note_position(*account, *instrument);
                touched.insert((*account, self.currency(*instrument)));
            }
            _ => {}
        }
    }

    fn note_position(&mut self, account: AccountId, instrument: InstrumentId) {
        if self.ledger.margin(account).is_some() {
            let holding = self.ledger.holding(account, instrument);
            let holds = holding.total != Money::ZERO;
            self.margin.hold(account, instrument, holds);
        }
    }

    /// Calls an account for more, or ends its call.
    fn review(&mut self, account: AccountId, asset: AssetId, events: &mut Vec<Event>) {
        let Some((equity, required)) = self.maintenance(account, asset) else {
            return;
        };
        match self.margin.call(account, asset) {
            None if equity < required => self.call(account, asset, events),
            // Positions have come back, or come in, since nothing was left to close.
            Some(None) if equity < required && !self.positions(account, asset).is_empty() => {
                self.call(account, asset, events);
            }
            Some(until) if equity >= required => {
                if let Some(until) = until {
                    let due = Due::MarginCallEnds(account, asset);
                    self.deadlines.clear(until, due);
                }
                self.margin.end(account, asset);
                events.push(Event::MarginCallMet {
                    account,
                    participant: self.registry.first_of(account),
                    asset,
                    equity,
                    required,
                });
            }
            _ => {}
        }
    }

    /// What an account on margin is worth, and what its positions need; none for others.
    fn maintenance(&self, account: AccountId, asset: AssetId) -> Option<(Money, Money)> {
        let terms = self.ledger.margin(account)?;
        let Standing { equity, held } = self.standing(account, asset);
        Some((equity, share(held, terms.maintenance_bps)))
    }

    fn is_short(&self, account: AccountId, asset: AssetId) -> bool {
        let maintenance = self.maintenance(account, asset);
        maintenance.is_some_and(|(equity, required)| equity < required)
    }

    /// Calls an account that has too little: for the first time, or again.
    fn call(&mut self, account: AccountId, asset: AssetId, events: &mut Vec<Event>) {
        let Some(terms) = self.ledger.margin(account) else {
            return;
        };
        let (equity, required) = self.maintenance(account, asset).unwrap_or_default();
        let grace = i64::try_from(terms.grace_nanos).unwrap_or(i64::MAX);
        let until = Timestamp::from_nanos(self.now.nanos().saturating_add(grace));
        let due = Due::MarginCallEnds(account, asset);
        self.margin.begin(account, asset, Some(until));
        self.deadlines.set(until, due);
        events.push(Event::MarginCall {
            account,
            participant: self.registry.first_of(account),
            asset,
            equity,
            required,
            until,
        });
    }

    /// The time of a call is over: cancels what is open, then closes position after position until the account has enough.
    pub(crate) fn close_out(
        &mut self,
        account: AccountId,
        asset: AssetId,
        events: &mut Vec<Event>,
    ) {
        self.cancel_open(account, asset, events);
        let held: Vec<InstrumentId> = self.positions(account, asset);
        for instrument in held {
            if self.is_short(account, asset) && self.is_open(instrument) {
                self.close_position(account, instrument, events);
            }
        }
        if !self.is_short(account, asset) {
            self.margin.begin(account, asset, None);
            return self.review(account, asset, events);
        }
        if self.positions(account, asset).is_empty() {
            self.margin.begin(account, asset, None);
            let equity = self.standing(account, asset).equity;
            events.push(Event::MarginDeficit {
                account,
                participant: self.registry.first_of(account),
                asset,
                equity,
            });
            return;
        }
        self.call(account, asset, events);
    }

    fn cancel_open(&mut self, account: AccountId, asset: AssetId, events: &mut Vec<Event>) {
        for participant in self.watch.senders(account) {
            let slots: Vec<_> = self.orders.of(participant).collect();
            for slot in slots {
                let order = self.orders.facts(slot);
                let is_meant = order.terms.account == account
                    && self.currency(order.terms.instrument) == asset;
                if is_meant {
                    self.cancel_resting(slot, None, CancelReason::MarginCall, events);
                }
            }
        }
    }

    /// Enters a market order that closes a position, or as much of it as one order may.
    fn close_position(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        events: &mut Vec<Event>,
    ) {
        // Another thing that was due may have begun continuous trading, or moved the reference price.
        self.move_bands(instrument, events);
        let position = self.ledger.holding(account, instrument).total;
        let side = if position < Money::ZERO {
            Side::Buy
        } else {
            Side::Sell
        };
        let Ok(listing) = self.registry.listing(instrument) else {
            return;
        };
        let most = units(listing.instrument.max_qty);
        let raw = size(position).min(most).raw();
        let qty = Qty::from_raw(i64::try_from(raw).expect("at most max_qty"));
        let (ord_type, time_in_force) = (OrdType::Market, TimeInForce::Ioc);
        let terms = OrderTerms::plain(account, instrument, side, ord_type, time_in_force, qty);
        let (participant, cl_ord_id, working) = match self.admit_close(&terms) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                events.push(Event::ForcedCloseFailed {
                    account,
                    instrument,
                    side,
                    qty,
                    refusal,
                });
                return;
            }
        };
        events.push(Event::ForcedClose {
            account,
            instrument,
            side,
            qty,
            participant,
            cl_ord_id,
        });
        let reserved = self.reservation(participant, &terms, working, qty);
        let mut order = self.accept(participant, &cl_ord_id, &terms, working, reserved);
        events.push(Event::OrderAccepted { order });
        self.work(&mut order, events);
    }

    /// In whose name an order that closes a position is entered, under which ClOrdID, and how it begins to work; or why it cannot be entered.
    fn admit_close(
        &mut self,
        terms: &OrderTerms,
    ) -> Result<(ParticipantId, ClOrdId, Working), Refusal> {
        let participant = self.registry.first_of(terms.account);
        let participant = participant.ok_or(Refusal::NobodyTrades)?;
        let working = self.begin(terms)?;
        let cl_ord_id = self.close_id(participant);
        let sought = Sought::new(participant, &cl_ord_id);
        self.orders.vacant(&sought, &self.limits)?;
        Ok((participant, cl_ord_id, working))
    }

    /// A ClOrdID that the participant has not used today.
    fn close_id(&mut self, participant: ParticipantId) -> ClOrdId {
        loop {
            self.margin.closes += 1;
            let name = format!("FORCED-{}", self.margin.closes);
            let id = ClOrdId::new(&name).expect("short and plain");
            if self.orders.unused(participant, &id).is_ok() {
                return id;
            }
        }
    }

    /// The instruments of a currency in which an account has a position.
    fn positions(&self, account: AccountId, asset: AssetId) -> Vec<InstrumentId> {
        let holdings = self.ledger.holdings(account);
        holdings
            .filter(|(_, holding)| holding.total != Money::ZERO)
            .map(|(instrument, _)| instrument)
            .filter(|instrument| self.currency(*instrument) == asset)
            .collect()
    }

    /// Positions and open orders of an account in a currency.
    fn places(&self, account: AccountId, asset: AssetId) -> BTreeMap<InstrumentId, Place> {
        let mut places: BTreeMap<InstrumentId, Place> = BTreeMap::new();
        for (instrument, holding) in self.ledger.holdings(account) {
            places.entry(instrument).or_default().position = holding.total;
        }
        for (instrument, open) in self.watch.open_of(account) {
            places.entry(instrument).or_default().open = open;
        }
        places.retain(|instrument, _| self.currency(*instrument) == asset);
        places
    }

    /// What positions could come to if either side of what is open traded, at the last prices.
    fn exposed(&self, places: &BTreeMap<InstrumentId, Place>) -> Money {
        places.iter().fold(Money::ZERO, |sum, (instrument, place)| {
            let long = size(plus(place.position, place.open.buys));
            let short = size(minus(place.position, place.open.sells));
            plus(sum, self.worth(*instrument, long.max(short)))
        })
    }

    /// What an order with a price gives away when it trades there instead of at the last price.
    fn give_away(&self, stake: &Stake, price: Option<Price>) -> Money {
        let Some(price) = price else {
            return Money::ZERO;
        };
        let last = self.reference(stake.instrument);
        let worse = match stake.side {
            Side::Buy => price.checked_sub(last),
            Side::Sell => last.checked_sub(price),
        };
        let worse = worse.unwrap_or(Price::ZERO).max(Price::ZERO);
        Money::notional(worse, stake.leaves)
    }

    fn worst_fee(&self, stake: &Stake) -> Money {
        self.fees
            .worst(stake.participant, stake.instrument, stake.notional, true)
    }

    /// A quantity at the last price, held to what a number can say.
    fn worth(&self, instrument: InstrumentId, qty: Money) -> Money {
        let price = i128::from(self.reference(instrument).raw());
        Money::from_raw(qty.raw().saturating_mul(price) / i128::from(ONE))
    }

    fn currency(&self, instrument: InstrumentId) -> AssetId {
        self.registry.listings()[instrument.0 as usize].currency
    }

    /// Whether holders, calls and their deadlines agree with the accounts: asked of a state that was read back.
    pub(crate) fn margin_is_sound(&self) -> bool {
        let numbers = (0..).take(self.registry.accounts()).map(AccountId);
        let on_margin = numbers.filter(|it| self.ledger.margin(*it).is_some());
        let held: BTreeSet<(InstrumentId, AccountId)> = on_margin
            .flat_map(|account| {
                let holdings = self.ledger.holdings(account);
                let held = holdings.filter(|(_, holding)| holding.total != Money::ZERO);
                held.map(move |(instrument, _)| (instrument, account))
            })
            .collect();
        let mut calls = self.margin.calls();
        self.margin.places().collect::<BTreeSet<_>>() == held
            && calls.all(|(account, asset, until)| {
                let due = Due::MarginCallEnds(account, asset);
                self.registry.account(account).is_ok()
                    && self.registry.asset(asset).is_ok()
                    && self.ledger.margin(account).is_some()
                    && until.is_none_or(|until| self.deadlines.is_set(until, due))
            })
    }
}

/// The price that an order trades at or better, now or once it works.
pub(crate) fn limit_of(terms: &OrderTerms, working: Working) -> Option<Price> {
    working.price().or(terms.ord_type.price())
}

/// What is open where an order counts, on its side.
fn open_on<'a>(places: &'a mut BTreeMap<InstrumentId, Place>, stake: &Stake) -> &'a mut Money {
    let open = &mut places.entry(stake.instrument).or_default().open;
    match stake.side {
        Side::Buy => &mut open.buys,
        Side::Sell => &mut open.sells,
    }
}

/// A share of an amount above zero, rounded up at eight decimals: in favour of the venue.
fn share(amount: Money, bps: u32) -> Money {
    let parts = amount.raw().saturating_mul(i128::from(bps));
    Money::from_raw(parts.saturating_add(9_999) / 10_000)
}

fn size(amount: Money) -> Money {
    Money::from_raw(amount.raw().saturating_abs())
}

/// Held to what a number can say, as values of positions are.
fn plus(a: Money, b: Money) -> Money {
    Money::from_raw(a.raw().saturating_add(b.raw()))
}

fn minus(a: Money, b: Money) -> Money {
    Money::from_raw(a.raw().saturating_sub(b.raw()))
}
