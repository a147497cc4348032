//! Order entry: check → reserve → accept → match → rest or cancel. One command, its events; a refused one changes nothing.

use crate::event::{CancelReason, Event};
use crate::id::{ClOrdId, ParticipantId};
use crate::ids::Sought;
use crate::instrument::Auction;
use crate::matching::Matched;
use crate::money::Money;
use crate::order::{OrdType, OrderFacts, OrderTerms, TimeInForce, Working};
use crate::orders::hidden_slices;
use crate::phases::later;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::state::State;
use crate::text::Text;
use alloc::vec::Vec;

impl State {
    /// NewOrderSingle.
    pub(crate) fn enter(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        events: &mut Vec<Event>,
    ) {
        let sought = Sought::new(participant, cl_ord_id);
        match self.admit(participant, &sought, terms) {
            Ok((working, reserved)) => {
                self.watch.count_pace(participant, self.now);
                self.note_alike(terms);
                let mut order = self.accept(participant, cl_ord_id, terms, working, reserved);
                self.orders.name(order.order_id, &sought);
                events.push(Event::OrderAccepted { order });
                Self::tell_repriced(&order, events);
                self.work(&mut order, events);
            }
            Err(refusal) => events.push(Event::OrderRejected {
                participant,
                cl_ord_id: *cl_ord_id,
                terms: *terms,
                refusal,
            }),
        }
    }

    /// NewOrderSingle that may have come before (PossResend, 97). What has become of it is asked before anything else: it may live where
    /// nothing may be entered now. A ClOrdID that was used and names no order any more is answered by a status of none.
    pub(crate) fn enter_once(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        events: &mut Vec<Event>,
    ) {
        match self.orders.unused(participant, cl_ord_id) {
            Ok(()) => self.enter(participant, cl_ord_id, terms, events),
            Err(_) => self.status(participant, None, Some(*cl_ord_id), None, events),
        }
    }

    /// Every check of an order, in the order in which they are told: who, where, when, which name, what, room, money.
    /// Answers how it begins to work, and what it is to reserve.
    #[inline(always)]
    fn admit(
        &self,
        participant: ParticipantId,
        sought: &Sought,
        terms: &OrderTerms,
    ) -> Result<(Working, Money), Refusal> {
        self.registry.may_trade(participant, terms.account)?;
        let listing = self.registry.listing(terms.instrument)?;
        listing.takes(terms)?;
        self.suspensions
            .check(participant, terms.account, terms.instrument)?;
        self.orders.vacant(sought, &self.limits)?;
        let least = listing.instrument.min_qty;
        terms.check(&listing.instrument, least, &self.limits)?;
        self.check_expiry(terms)?;
        if self.orders.len() >= self.limits.max_live_orders.min(u32::MAX - 1) {
            return Err(Refusal::TooManyOrders);
        }
        if terms.order_qty > self.room(terms) {
            return Err(Refusal::BookFull);
        }
        self.check_slices(terms, None)?;
        let working = self.begin(terms)?;
        self.check_notional(participant, terms, working)?;
        self.check_distance(terms)?;
        self.check_alike(terms)?;
        self.check_tables(terms)?;
        self.check_limits(participant, terms, working, terms.order_qty, None)?;
        let reserved = self.reservation(participant, terms, working, terms.order_qty);
        self.check_funds(terms, Money::ZERO, reserved)?;
        Ok((working, reserved))
    }

    /// Whether there is room for the slices of an iceberg that do not show at first, or for as many more as a replaced one gets.
    #[inline(always)]
    pub(crate) fn check_slices(
        &self,
        terms: &OrderTerms,
        replaces: Option<&OrderTerms>,
    ) -> Result<(), Refusal> {
        let is_at_once = matches!(terms.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        let (wanted, former) = (hidden_slices(terms), replaces.map_or(0, hidden_slices));
        if is_at_once || wanted <= former {
            return Ok(());
        }
        let others = self.orders.hidden_slices() - former;
        let room = self.limits.max_hidden_slices.saturating_sub(others);
        if wanted > room {
            return Err(Refusal::TooManySlices { room });
        }
        Ok(())
    }

    /// An accepted order meets the book, or waits: for its trigger, or for an auction.
    #[inline(always)]
    pub(crate) fn work(&mut self, order: &mut OrderFacts, events: &mut Vec<Event>) {
        if self.waits(order) {
            return self.gather(order);
        }
        if matches!(order.working, Working::Held { .. }) {
            return self.hold_back(order);
        }
        if let Some(reason) = self.why_not(order) {
            return self.cancel_taker(order, reason, events);
        }
        self.meet(order, events);
    }

    /// Why an order that trades only in some way does not trade at all, if so.
    #[inline(always)]
    fn why_not(&self, order: &OrderFacts) -> Option<CancelReason> {
        let terms = &order.terms;
        let is_fok = terms.time_in_force == TimeInForce::Fok;
        if !terms.post_only && !is_fok && terms.min_qty.is_none() {
            return None;
        }
        let owner = self.owner(order.participant, terms.account);
        let (limit, leaves) = (order.working.price(), order.leaves_qty);
        if terms.post_only && self.would_trade(&owner, terms, limit, leaves) {
            return Some(CancelReason::WouldTrade);
        }
        if is_fok && !self.can_fill(order) {
            return Some(CancelReason::NotWhole);
        }
        let min = terms.min_qty?;
        let is_below = self.tradable(&owner, terms, limit, leaves) < min;
        is_below.then_some(CancelReason::BelowMinQty)
    }

    /// An order trades with what is there. One that trades only whole does that now, or waits outside the book.
    #[inline(always)]
    pub(crate) fn meet(&mut self, order: &mut OrderFacts, events: &mut Vec<Event>) {
        if order.terms.all_or_none && order.leaves_qty > Qty::ZERO && !self.can_fill(order) {
            if order.terms.rests() {
                return self.wait_whole(order);
            }
            return self.cancel_taker(order, CancelReason::NotWhole, events);
        }
        let is_pegged = matches!(order.terms.ord_type, OrdType::Pegged { .. });
        if is_pegged && order.leaves_qty > Qty::ZERO {
            return self.rest_peg(order);
        }
        let matched = self.match_taker(order, events);
        self.settle_rest(order, matched, events);
    }

    /// Whether all that is left of an order can trade at once, hidden quantity included.
    pub(crate) fn can_fill(&self, order: &OrderFacts) -> bool {
        let owner = self.owner(order.participant, order.terms.account);
        let (limit, leaves) = (order.working.price(), order.leaves_qty);
        self.tradable(&owner, &order.terms, limit, leaves) == leaves
    }

    fn wait_whole(&mut self, order: &OrderFacts) {
        let at = order.terms.instrument.0 as usize;
        let slot = self.keep(order);
        self.wholes[at].rest(&self.orders, slot);
    }

    /// What an order does with what it could not trade.
    #[inline(always)]
    pub(crate) fn settle_rest(
        &mut self,
        order: &mut OrderFacts,
        matched: Matched,
        events: &mut Vec<Event>,
    ) {
        if matched == Matched::SelfTrade {
            return self.cancel_taker(order, CancelReason::SelfTrade, events);
        }
        if order.leaves_qty == Qty::ZERO {
            assert!(order.reserved == Money::ZERO, "a final order holds nothing");
            return self.orders.remember(order);
        }
        if matched == Matched::Band {
            return self.stop_at_band(order, events);
        }
        if can_rest(order) {
            return self.rest(order);
        }
        let reason = self.why_left(order);
        self.cancel_taker(order, reason, events);
    }

    /// The next trade of an order would print outside a band: the call of a volatility auction begins. What the order still has takes
    /// part in it when it can rest, else it is cancelled: a market order trades at once or not at all, within its collar.
    fn stop_at_band(&mut self, order: &mut OrderFacts, events: &mut Vec<Event>) {
        let id = order.terms.instrument;
        let until = later(self.now, self.rules_of(id).volatility_nanos);
        let reason = Text::new(OUTSIDE).expect("short and plain");
        self.begin_call(id, Auction::Volatility, until, Some(reason), events);
        if can_rest(order) {
            self.gather(order);
        } else {
            self.cancel_taker(order, CancelReason::Band, events);
        }
    }

    /// Why an order that does not rest has something left.
    fn why_left(&self, order: &OrderFacts) -> CancelReason {
        let is_collared = order.terms.ord_type.price().is_none()
            && order.terms.ord_type != OrdType::MarketToLimit
            && order.working.price().is_some();
        match self.touch(&order.terms).filter(|_| is_collared) {
            Some(best) if self.nearest_in_band(&order.terms, best) != best => {
                CancelReason::BeyondBand
            }
            Some(_) => CancelReason::Collar,
            None => CancelReason::Unfilled,
        }
    }

    /// Whether an order waits for an auction instead of meeting the book; a pegged order without a price does not.
    #[inline(always)]
    pub(crate) fn waits(&self, order: &OrderFacts) -> bool {
        match order.working {
            _ if matches!(order.terms.ord_type, OrdType::Pegged { .. }) => false,
            Working::Parked => true,
            Working::Held { .. } => false,
            Working::At(_) | Working::AtMarket => self.phase(order.terms.instrument).is_gathering(),
        }
    }

    /// An order joins those that wait for an auction.
    pub(crate) fn gather(&mut self, order: &OrderFacts) {
        let slot = self.keep(order);
        self.place(slot);
    }

    #[inline(always)]
    fn rest(&mut self, order: &OrderFacts) {
        let instrument = order.terms.instrument;
        let slot = self.keep(order);
        let book = &mut self.books[instrument.0 as usize];
        book.rest(&mut self.orders, slot);
        assert!(book.is_uncrossed(), "a book is never crossed at rest");
    }
}

/// Why the call of a volatility auction begins.
const OUTSIDE: &str = "a trade would print outside a band";

/// Whether what is left of an order can rest. That of a market-to-limit order becomes a limit at the best price of its entry, once it has traded
/// there.
fn can_rest(order: &OrderFacts) -> bool {
    let has_price = order.terms.ord_type != OrdType::MarketToLimit || order.cum_qty > Qty::ZERO;
    order.terms.rests() && has_price
}
