//! [`State`]: everything a market remembers, and the small steps that its rules are made of: accept, trade, finish. Each step
//! changes orders, book and ledger together, so that they always agree. Knows no rule of priority or time in force.

use crate::book::Book;
use crate::breaker::Breaker;
use crate::deadlines::{Deadlines, Due};
use crate::event::{CancelReason, Event};
use crate::fees::FeeBook;
use crate::groups::Groups;
use crate::halts::Halts;
use crate::id::{ClOrdId, InstrumentId, OrderId, ParticipantId, TradeId};
use crate::index::Index;
use crate::instrument::Instrument;
use crate::limits::Limits;
use crate::luld::Luld;
use crate::money::Money;
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Side, TimeInForce, Working};
use crate::orders::Orders;
use crate::pegs::Pegs;
use crate::phases::Call;
use crate::price::Price;
use crate::qty::Qty;
use crate::recent::Recent;
use crate::registry::{Listing, Registry};
use crate::risk::margin::Margin;
use crate::risk::shorts::Shorts;
use crate::risk::watch::Watch;
use crate::risk::{Claim, Ledger, units};
use crate::seed::Seed;
use crate::slab::Slot;
use crate::stops::Stops;
use crate::suspensions::Suspensions;
use crate::tape::Tape;
use crate::time::Timestamp;
use crate::trades::Trades;
use crate::transfers::Transfers;
use crate::waiting::Waiting;
use crate::wholes::Wholes;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Everything a market remembers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) limits: Limits,
    pub(crate) registry: Registry,
    pub(crate) orders: Orders,
    /// By instrument.
    pub(crate) books: Vec<Book>,
    pub(crate) ledger: Ledger,
    pub(crate) transfers: Transfers,
    /// By instrument.
    pub(crate) tapes: Vec<Tape>,
    pub(crate) deadlines: Deadlines,
    pub(crate) suspensions: Suspensions,
    /// By instrument.
    pub(crate) stops: Vec<Stops>,
    pub(crate) fees: FeeBook,
    pub(crate) watch: Watch,
    pub(crate) shorts: Shorts,
    pub(crate) margin: Margin,
    pub(crate) trades: Trades,
    /// By instrument: orders beside the book, until an auction takes them.
    pub(crate) waiting: Vec<Waiting>,
    /// The calls that go on.
    pub(crate) calls: BTreeMap<InstrumentId, Call>,
    /// By instrument.
    pub(crate) wholes: Vec<Wholes>,
    /// By instrument.
    pub(crate) recent: Vec<Recent>,
    /// By instrument.
    pub(crate) pegs: Vec<Pegs>,
    /// What random instants are drawn from.
    pub(crate) seed: Seed,
    pub(crate) groups: Groups,
    pub(crate) halts: Halts,
    pub(crate) index: Index,
    pub(crate) breaker: Breaker,
    /// By instrument: limit-up limit-down, where the rules have it.
    pub(crate) luld: Vec<Option<Luld>>,
    /// Where something still follows from commands that were done, and since when.
    pub(crate) unfinished: BTreeMap<InstrumentId, Timestamp>,
    /// Time of the command in hand.
    pub(crate) now: Timestamp,
    pub(crate) last_order: u64,
    pub(crate) last_trade: u64,
}

impl State {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            registry: Registry::default(),
            orders: Orders::new(&limits),
            books: Vec::new(),
            ledger: Ledger::default(),
            transfers: Transfers::default(),
            tapes: Vec::new(),
            deadlines: Deadlines::default(),
            suspensions: Suspensions::default(),
            stops: Vec::new(),
            fees: FeeBook::default(),
            watch: Watch::default(),
            shorts: Shorts::default(),
            margin: Margin::default(),
            trades: Trades::default(),
            waiting: Vec::new(),
            calls: BTreeMap::new(),
            wholes: Vec::new(),
            recent: Vec::new(),
            pegs: Vec::new(),
            seed: Seed::default(),
            groups: Groups::default(),
            halts: Halts::default(),
            index: Index::default(),
            breaker: Breaker::default(),
            luld: Vec::new(),
            unfinished: BTreeMap::new(),
            now: Timestamp::from_nanos(0),
            last_order: 0,
            last_trade: 0,
        }
    }

    /// Trades since the market was made.
    pub(crate) const fn trade_count(&self) -> u64 {
        self.last_trade
    }

    /// Makes place for an instrument that the registry has listed.
    pub(crate) fn list(&mut self, instrument: &Instrument) {
        self.books.push(Book::new(instrument.id, instrument.tick));
        self.tapes.push(Tape::new(instrument.reference_px));
        self.stops.push(Stops::default());
        self.waiting.push(Waiting::default());
        self.wholes.push(Wholes::default());
        self.recent.push(Recent::default());
        self.pegs.push(Pegs::default());
        self.luld.push(None);
    }

    #[inline(always)]
    pub(crate) fn book(&self, instrument: InstrumentId) -> &Book {
        &self.books[instrument.0 as usize]
    }

    #[inline(always)]
    pub(crate) fn listing(&self, instrument: InstrumentId) -> &Listing {
        &self.registry.listings()[instrument.0 as usize]
    }

    /// What an order of these terms draws on.
    #[inline(always)]
    pub(crate) fn claim(&self, terms: &OrderTerms) -> Claim {
        Claim {
            account: terms.account,
            asset: self.listing(terms.instrument).currency,
            instrument: terms.instrument,
            side: terms.side,
        }
    }

    /// What an order of these terms holds while `leaves` is open and it works like this: the worst fee of a buy included. A sale pays
    /// its fee from what it brings.
    #[inline(always)]
    pub(crate) fn reservation(
        &self,
        participant: ParticipantId,
        terms: &OrderTerms,
        working: Working,
        leaves: Qty,
    ) -> Money {
        if !self.ledger.reserves(terms.account, terms.side) {
            return Money::ZERO;
        }
        let cost = match (terms.side, working) {
            (Side::Sell, _) => return units(leaves),
            (Side::Buy, _)
                if let OrdType::Pegged {
                    limit: Some(limit), ..
                } = terms.ord_type =>
            {
                Money::notional(limit, leaves)
            }
            (Side::Buy, Working::At(price)) => Money::notional(price, leaves),
            (Side::Buy, Working::AtMarket) if !self.phase(terms.instrument).is_continuous() => {
                Money::notional(self.collar_price(terms), leaves)
            }
            (Side::Buy, Working::AtMarket) => {
                let owner = self.owner(participant, terms.account);
                self.cost(&owner, terms, leaves)
            }
            (Side::Buy, Working::Held { stop_px }) => {
                Money::notional(self.held_at(terms, stop_px), leaves)
            }
            // A peg without a limit and without a price.
            (Side::Buy, Working::Parked) if matches!(terms.ord_type, OrdType::Pegged { .. }) => {
                Money::ZERO
            }
            (Side::Buy, Working::Parked) => {
                let price = terms.ord_type.price();
                Money::notional(price.unwrap_or_else(|| self.collar_price(terms)), leaves)
            }
        };
        // Nothing of an order has traded as long as all of it is open.
        let is_untraded = leaves == terms.order_qty;
        let fees = &self.fees;
        more(
            cost,
            fees.worst(participant, terms.instrument, cost, is_untraded),
        )
    }

    /// What an order holds that may still cost so much: its worst fee included.
    pub(crate) fn with_worst_fee(&self, order: &OrderFacts, cost: Money) -> Money {
        let is_untraded = order.leaves_qty == order.terms.order_qty;
        let instrument = order.terms.instrument;
        let worst = self
            .fees
            .worst(order.participant, instrument, cost, is_untraded);
        more(cost, worst)
    }

    /// What an order is to hold as it stands.
    #[inline(always)]
    pub(crate) fn reserved_by(&self, order: &OrderFacts) -> Money {
        let OrderFacts {
            participant,
            terms,
            working,
            leaves_qty,
            ..
        } = order;
        self.reservation(*participant, terms, *working, *leaves_qty)
    }

    /// Makes an order of terms that were checked, and reserves for it.
    #[inline(always)]
    pub(crate) fn accept(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        working: Working,
        reserved: Money,
    ) -> OrderFacts {
        self.last_order += 1;
        self.ledger.hold(self.claim(terms), Money::ZERO, reserved);
        OrderFacts {
            order_id: OrderId(self.last_order),
            cl_ord_id: *cl_ord_id,
            participant,
            terms: *terms,
            working,
            ord_status: OrdStatus::New,
            cum_qty: Qty::ZERO,
            leaves_qty: terms.order_qty,
            cum_notional: Money::ZERO,
            reserved,
        }
    }

    /// Trades `taker` with the resting order at `slot`, one slice at its price.
    #[inline(always)]
    pub(crate) fn trade(&mut self, slot: Slot, taker: &mut OrderFacts, events: &mut Vec<Event>) {
        let instrument = taker.terms.instrument;
        let mut maker = self.orders.facts(slot);
        let price = self.orders[slot].price();
        let qty = self.orders.shown(slot).min(taker.leaves_qty);
        let notional = Money::notional(price, qty);
        self.last_trade += 1;
        self.print(instrument, price);
        self.consume(slot, qty);
        maker.leaves_qty = minus(maker.leaves_qty, qty);
        taker.leaves_qty = minus(taker.leaves_qty, qty);

        self.settle(&maker.terms, taker, notional, qty);
        let fees = self.charge(&maker, taker, notional);
        let (maker_fee, taker_fee) = fees.map_or_else(Default::default, |it| (it.maker, it.taker));
        self.fill(&mut maker, qty, notional, maker_fee);
        self.fill(taker, qty, notional, taker_fee);
        if maker.leaves_qty == Qty::ZERO {
            self.forget(slot, &maker);
        } else {
            self.orders.go_on(slot, &maker);
        }
        events.push(Event::Traded {
            trade_id: TradeId(self.last_trade),
            instrument,
            price,
            qty,
            notional,
            maker,
            taker: *taker,
            fees,
            auction: None,
        });
    }

    /// Takes what trades of a live order out of the book, or a whole order out of those that trade only whole.
    #[inline(always)]
    fn consume(&mut self, slot: Slot, qty: Qty) {
        let at = self.orders[slot].instrument().0 as usize;
        if self.is_whole(slot) {
            self.wholes[at].remove(slot);
        } else {
            self.books[at].consume(&mut self.orders, slot, qty);
        }
    }

    /// Whether a live order trades only whole.
    #[inline(always)]
    fn is_whole(&self, slot: Slot) -> bool {
        let at = self.orders[slot].instrument().0 as usize;
        !self.wholes[at].is_empty() && self.orders.all_or_none(slot)
    }

    #[inline(always)]
    pub(crate) fn settle(
        &mut self,
        maker: &OrderTerms,
        taker: &OrderFacts,
        notional: Money,
        qty: Qty,
    ) {
        let (maker, taker) = (self.claim(maker), self.claim(&taker.terms));
        match taker.side {
            Side::Buy => self.ledger.settle(taker, maker, notional, qty),
            Side::Sell => self.ledger.settle(maker, taker, notional, qty),
        }
    }

    /// Books a fill on an order whose leaves quantity is lower already, and lowers what it holds.
    #[inline(always)]
    pub(crate) fn fill(&mut self, order: &mut OrderFacts, qty: Qty, notional: Money, fee: Money) {
        order.cum_qty = plus(order.cum_qty, qty);
        order.cum_notional = more(order.cum_notional, notional);
        order.ord_status = if order.leaves_qty == Qty::ZERO {
            OrdStatus::Filled
        } else {
            OrdStatus::PartiallyFilled
        };
        let reserved = match (order.terms.side, order.working) {
            _ if order.leaves_qty == Qty::ZERO => Money::ZERO,
            (Side::Buy, Working::AtMarket) if self.ledger.is_checked(order.terms.account) => {
                less(order.reserved, more(notional, fee.max(Money::ZERO)))
            }
            (Side::Buy, Working::AtMarket) => Money::ZERO,
            _ => self.reserved_by(order),
        };
        self.hold(order, reserved);
        self.assert_sound(order);
    }

    /// Changes what an order holds.
    #[inline(always)]
    pub(crate) fn hold(&mut self, order: &mut OrderFacts, reserved: Money) {
        self.ledger
            .hold(self.claim(&order.terms), order.reserved, reserved);
        order.reserved = reserved;
    }

    /// Ends an order that is in no book: nothing is left, nothing is held.
    #[inline(always)]
    pub(crate) fn finish(&mut self, order: &mut OrderFacts, ord_status: OrdStatus) {
        self.hold(order, Money::ZERO);
        order.leaves_qty = Qty::ZERO;
        order.ord_status = ord_status;
    }

    /// Keeps an order that lives on; a GTD order has its time from now on.
    #[inline(always)]
    pub(crate) fn keep(&mut self, order: &OrderFacts) -> Slot {
        let slot = self.orders.insert(order);
        if let TimeInForce::Gtd(_) = order.terms.time_in_force {
            self.set_expiry(slot);
        }
        slot
    }

    /// A GTD order in a slot has its time.
    pub(crate) fn set_expiry(&mut self, slot: Slot) {
        if let TimeInForce::Gtd(until) = self.orders.time_in_force(slot) {
            let due = Due::OrderExpires(self.orders[slot].order_id(), slot);
            self.deadlines.set(until, due);
        }
    }

    /// A GTD order that is taken out of its slot has no time any more.
    pub(crate) fn unset_expiry(&mut self, slot: Slot) {
        if let TimeInForce::Gtd(until) = self.orders.time_in_force(slot) {
            let due = Due::OrderExpires(self.orders[slot].order_id(), slot);
            self.deadlines.clear(until, due);
        }
    }

    /// Forgets a live order that is out of the book and final, but for the questions of the day.
    #[inline(always)]
    pub(crate) fn forget(&mut self, slot: Slot, facts: &OrderFacts) {
        assert!(facts.leaves_qty == Qty::ZERO, "a final order has no leaves");
        assert!(facts.reserved == Money::ZERO, "a final order holds nothing");
        if let TimeInForce::Gtd(_) = facts.terms.time_in_force {
            self.unset_expiry(slot);
        }
        let pegs = &mut self.pegs[facts.terms.instrument.0 as usize];
        if !pegs.is_empty() {
            pegs.remove(slot);
        }
        self.orders.finish(slot, facts);
    }

    /// Takes a live order out and ends it.
    #[inline(always)]
    pub(crate) fn end_resting(&mut self, slot: Slot, ord_status: OrdStatus) -> OrderFacts {
        self.end_live(slot, self.orders.facts(slot), ord_status)
    }

    /// The same of one whose facts are known.
    #[inline(always)]
    pub(crate) fn end_live(
        &mut self,
        slot: Slot,
        mut facts: OrderFacts,
        ord_status: OrdStatus,
    ) -> OrderFacts {
        self.take_out(slot);
        self.finish(&mut facts, ord_status);
        self.forget(slot, &facts);
        facts
    }

    /// Puts a live order where it works: into its book, or beside it to wait.
    pub(crate) fn place(&mut self, slot: Slot) {
        let order = &self.orders[slot];
        let at = order.instrument().0 as usize;
        if order.price() > Price::ZERO {
            self.books[at].rest(&mut self.orders, slot);
        } else {
            let reference = self.tapes[at].reference();
            self.waiting[at].park(&self.orders, slot, reference);
        }
    }

    /// Takes a live order out of its book, or from where it waits beside it.
    #[inline(always)]
    pub(crate) fn take_out(&mut self, slot: Slot) {
        let order = &self.orders[slot];
        let at = order.instrument().0 as usize;
        if self.is_whole(slot) {
            self.wholes[at].remove(slot);
        } else if order.price() > Price::ZERO {
            self.books[at].take_out(&mut self.orders, slot);
        } else if !self.waiting[at].take_out(&self.orders, slot) {
            self.stops[at].remove(slot);
        }
    }

    /// A live order has fewer leaves; it keeps its place.
    pub(crate) fn shrink(&mut self, slot: Slot, leaves: Qty) {
        let order = &self.orders[slot];
        let at = order.instrument().0 as usize;
        if self.is_whole(slot) {
            self.wholes[at].shrink(slot, leaves);
            self.orders.set_open(slot, leaves, leaves);
        } else if order.price() > Price::ZERO {
            self.books[at].shrink(&mut self.orders, slot, leaves);
        } else {
            let (side, less) = (order.side(), minus(order.leaves_qty(), leaves));
            if self.waiting[at].has(order.order_id()) {
                self.waiting[at].lower(order.order_id(), side, less);
            } else {
                self.stops[at].shrink(slot, leaves);
            }
            self.orders.set_open(slot, leaves, leaves);
        }
    }

    /// Cancels a live order.
    #[inline(always)]
    pub(crate) fn cancel_resting(
        &mut self,
        slot: Slot,
        request: Option<ClOrdId>,
        reason: CancelReason,
        events: &mut Vec<Event>,
    ) {
        let order = self.end_resting(slot, OrdStatus::Canceled);
        events.push(Event::OrderCanceled {
            order,
            request,
            reason,
        });
    }

    /// The live orders of some instruments, by instrument: by participant, then in order of arrival.
    pub(crate) fn live_in(
        &self,
        instruments: &[InstrumentId],
    ) -> BTreeMap<InstrumentId, Vec<Slot>> {
        let mut live: BTreeMap<InstrumentId, Vec<Slot>> = BTreeMap::new();
        live.extend(instruments.iter().map(|id| (*id, Vec::new())));
        let participants = (0..).take(self.registry.participants());
        for slot in participants.flat_map(|number| self.orders.of(ParticipantId(number))) {
            if let Some(live) = live.get_mut(&self.orders[slot].instrument()) {
                live.push(slot);
            }
        }
        live
    }

    /// The live orders of an instrument, wherever they are: as they lie there.
    pub(crate) fn all_in(&self, instrument: InstrumentId) -> Vec<Slot> {
        let at = instrument.0 as usize;
        let mut all = self.resting_where(instrument, |_| true);
        all.extend(self.stops[at].slots());
        all.extend(self.waiting[at].all());
        for side in [Side::Buy, Side::Sell] {
            all.extend(self.wholes[at].of(side).map(|whole| whole.slot));
        }
        all
    }

    /// What a side of an instrument can still take, so that whatever waits may come to rest.
    #[inline(always)]
    pub(crate) fn room(&self, terms: &OrderTerms) -> Qty {
        let at = terms.instrument.0 as usize;
        let resting = self.book(terms.instrument).side(terms.side).leaves;
        let held = self.stops[at].leaves(terms.side);
        let waiting = self.waiting[at].leaves(terms.side);
        let whole = self.wholes[at].leaves(terms.side);
        let all = plus(plus(plus(resting, held), waiting), whole);
        minus(Qty::from_raw(i64::MAX), all)
    }

    /// The statement that holds for every live order.
    #[inline(always)]
    pub(crate) fn assert_sound(&self, order: &OrderFacts) {
        assert!(
            order.cum_qty.checked_add(order.leaves_qty) == Some(order.terms.order_qty),
            "OrderQty = CumQty + LeavesQty while an order lives"
        );
    }
}

pub(crate) fn plus(a: Qty, b: Qty) -> Qty {
    a.checked_add(b)
        .expect("parts of one order's quantity, which fits")
}

pub(crate) fn minus(a: Qty, b: Qty) -> Qty {
    a.checked_sub(b)
        .expect("parts of one order's quantity, which fits")
}

pub(crate) fn more(a: Money, b: Money) -> Money {
    a.checked_add(b)
        .expect("notionals of one order's quantity fit")
}

fn less(a: Money, b: Money) -> Money {
    a.checked_sub(b)
        .expect("notionals of one order's quantity fit")
}
