//! Whether everything that a market remembers agrees with everything else: asked of a [`State`] that was read back ([`crate::image`]), so that
//! whatever was written into an image, what comes of it later is no panic. Each part says for itself whether it is sound; here is what holds
//! between them.

use crate::deadlines::Due;
use crate::decimal::ONE;
use crate::image::Unsound;
use crate::instrument::Phase;
use crate::money::Money;
use crate::order::{OrdStatus, OrdType, OrderFacts, Side, TimeInForce, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::registry::Listing;
use crate::risk::{MAX_NOTIONAL, units};
use crate::state::State;
use crate::stops::Stops;
use crate::wholes::Wholes;

/// Greatest number that a counter which was read back may have: what is counted from there has room.
pub(crate) const MAX_COUNT: u64 = 1 << 62;

/// The most that an order without a limit can hold: greatest price × greatest quantity, its fees, and room.
const MAX_RESERVED: Money = Money::from_raw(4_000_000_000_000_000_000_000_000_000_000);

impl State {
    /// Whether everything agrees with everything else.
    pub(crate) fn check(&self) -> Result<(), Unsound> {
        let sound = |is_sound: bool, unsound| is_sound.then_some(()).ok_or(unsound);
        let registry = &self.registry;
        // In this order: what is asked of later parts stands on earlier ones.
        sound(registry.is_sound(), Unsound::Registry)?;
        let orders = self.orders.is_sound(registry, &self.limits);
        sound(orders, Unsound::Orders)?;
        let by_instrument = [
            self.books.len(),
            self.tapes.len(),
            self.stops.len(),
            self.waiting.len(),
            self.wholes.len(),
            self.recent.len(),
            self.pegs.len(),
            self.luld.len(),
        ];
        let listed = registry.listings().len();
        sound(
            by_instrument.iter().all(|len| *len == listed),
            Unsound::Books,
        )?;
        sound(self.counts_are_sound(), Unsound::Orders)?;
        sound(self.terms_are_sound(), Unsound::Orders)?;
        self.check_places()?;
        sound(self.phases_are_sound(), Unsound::Phases)?;
        sound(self.luld_is_sound(), Unsound::Bands)?;
        let deadlines = self.deadlines_are_sound() && self.unfinished_is_sound();
        sound(deadlines, Unsound::Deadlines)?;
        sound(
            self.ledger.is_sound(registry, &self.orders),
            Unsound::Ledger,
        )?;
        let (accounts, participants) = (registry.accounts(), registry.participants());
        let fees = self.fees.is_sound(accounts, listed, participants);
        sound(fees, Unsound::Fees)?;
        sound(self.reservations_are_sound(), Unsound::Ledger)?;
        let watch = self.watch.is_sound(registry, &self.orders) && self.stakes_are_sound();
        sound(
            watch && self.shorts.is_sound(accounts, listed),
            Unsound::RiskLimits,
        )?;
        sound(self.margin_is_sound(), Unsound::Margin)?;
        sound(self.halts_are_sound(), Unsound::Halts)?;
        sound(self.breaker_is_sound(), Unsound::Breaker)?;
        sound(self.transfers.is_sound(registry), Unsound::Ledger)?;
        sound(self.trades_are_sound(), Unsound::Trades)
    }

    /// Whether each live order is where it belongs, once, and open books are not crossed.
    fn check_places(&self) -> Result<(), Unsound> {
        let sound = |is_sound: bool, unsound| is_sound.then_some(()).ok_or(unsound);
        let mut placed = 0;
        for (at, listing) in self.registry.listings().iter().enumerate() {
            let id = listing.instrument.id;
            let resting = self.books[at].is_sound(id, &self.orders);
            let is_at_rest = may_be_crossed(listing) || self.books[at].is_uncrossed();
            placed += resting.filter(|_| is_at_rest).ok_or(Unsound::Books)?;
            let waiting = self.waiting[at].is_sound(id, &self.orders);
            placed += waiting.ok_or(Unsound::Books)?;
            sound(self.sums_fit(at), Unsound::Books)?;
        }
        let held: usize = self.stops.iter().map(Stops::len).sum();
        let whole: usize = self.wholes.iter().map(Wholes::len).sum();
        sound(
            self.stops_are_sound() && self.pegs_are_sound(),
            Unsound::Stops,
        )?;
        let live = self.orders.len() as usize;
        sound(placed as usize + held + whole == live, Unsound::Books)
    }

    /// Whether what each side of an instrument has, in all places together, is a quantity.
    fn sums_fit(&self, at: usize) -> bool {
        [Side::Buy, Side::Sell].into_iter().all(|side| {
            let places = [
                self.waiting[at].leaves(side),
                self.stops[at].leaves(side),
                self.wholes[at].leaves(side),
            ];
            let resting = Some(self.books[at].side(side).leaves);
            let add = |sum: Option<Qty>, part| sum.and_then(|sum| sum.checked_add(part));
            places.into_iter().fold(resting, add).is_some()
        })
    }

    /// Whether every held order waits among the stops of its instrument, every all-or-none order beside them, and nothing else does.
    fn stops_are_sound(&self) -> bool {
        let is_held = |order: &OrderFacts| matches!(order.working, Working::Held { .. });
        let held = self.orders.live().filter(is_held);
        let whole = self.orders.live().filter(|facts| facts.terms.all_or_none);
        held.count() == self.stops.iter().map(Stops::len).sum::<usize>()
            && whole.count() == self.wholes.iter().map(Wholes::len).sum::<usize>()
            && self.registry.listings().iter().enumerate().all(|(at, it)| {
                let id = it.instrument.id;
                self.stops[at].is_sound(id, &self.orders)
                    && self.wholes[at].is_sound(id, &self.orders)
            })
    }

    /// Whether numbers that are given out next are new, and have room.
    fn counts_are_sound(&self) -> bool {
        let mut live = self.orders.live();
        self.last_order <= MAX_COUNT
            && self.last_trade <= MAX_COUNT
            && self.margin.closes <= MAX_COUNT
            && live.all(|order| order.order_id.0 <= self.last_order)
    }

    /// Whether every live order is one that could have been entered or has become so, and does what such an order does.
    fn terms_are_sound(&self) -> bool {
        self.orders.live().all(|order| {
            let OrderFacts { terms, working, .. } = &order;
            let Ok(Listing { instrument, .. }) = self.registry.listing(terms.instrument) else {
                return false;
            };
            let is_pegged = matches!(terms.ord_type, OrdType::Pegged { .. });
            let is_stop = matches!(
                terms.ord_type,
                OrdType::Stop { .. } | OrdType::StopLimit { .. } | OrdType::TrailingStop { .. }
            );
            let works = match *working {
                Working::At(price) => price > Price::ZERO && price.is_multiple_of(instrument.tick),
                Working::AtMarket => terms.ord_type == OrdType::Market,
                Working::Held { stop_px } => is_stop && stop_px > Price::ZERO,
                Working::Parked => is_pegged || terms.time_in_force == TimeInForce::AtClose,
            };
            let is_partly = order.ord_status == OrdStatus::PartiallyFilled;
            let is_new = order.ord_status == OrdStatus::New;
            let lot = instrument.lot;
            works
                && order.cum_qty.is_multiple_of(lot)
                && self
                    .orders
                    .slot(&order)
                    .is_some_and(|slot| self.orders.shown(slot).is_multiple_of(lot))
                // It may have become smaller than one that is entered.
                && terms.check(instrument, Qty::ZERO, &self.limits).is_ok()
                && (is_partly && order.cum_qty > Qty::ZERO || is_new && order.cum_qty == Qty::ZERO)
        })
    }

    /// Whether calls are those of the phases, market orders wait only for an auction, and what has printed are prices.
    fn phases_are_sound(&self) -> bool {
        let listings = self.registry.listings();
        let called = listings.iter().filter(|it| it.phase.auction().is_some());
        called.count() == self.calls.len()
            && listings.iter().enumerate().all(|(at, listing)| {
                let id = listing.instrument.id;
                let resumes = listing.resumes;
                let goes_on = resumes.is_continuous() || resumes.is_gathering();
                let is_called = listing.phase.auction().is_none() || self.calls.contains_key(&id);
                let waits = |side| self.waiting[at].has_at_market(side);
                goes_on
                    && is_called
                    && listing.rules.check().is_ok()
                    && self.tapes[at].is_sound(listing.instrument.tick)
                    && self.recent[at].is_sound()
                    && (gathers(listing) || !waits(Side::Buy) && !waits(Side::Sell))
            })
    }

    /// Whether everything that is due is of something that there is, and the other way round.
    fn deadlines_are_sound(&self) -> bool {
        let calls = self.calls.iter();
        let mut calls = calls.map(|(id, call)| (call.ends(), Due::CallEnds(*id)));
        let mut expiries = self.orders.live().filter_map(|order| {
            let TimeInForce::Gtd(until) = order.terms.time_in_force else {
                return None;
            };
            let slot = self.orders.slot(&order)?;
            Some((until, Due::OrderExpires(order.order_id, slot)))
        });
        calls.all(|(at, due)| self.deadlines.is_set(at, due))
            && expiries.all(|(at, due)| self.deadlines.is_set(at, due))
            && self.deadlines.all().all(|(at, due)| match due {
                Due::OrderExpires(order_id, slot) => {
                    let order = self.orders.get(slot);
                    order.is_some_and(|order| order.order_id() == order_id)
                        && self.orders.time_in_force(slot) == TimeInForce::Gtd(at)
                }
                Due::MarginCallEnds(account, asset) => {
                    self.margin.call(account, asset) == Some(Some(at))
                }
                Due::ProposalExpires(trade) => {
                    let proposal = self.trades.proposal(trade);
                    proposal.is_some_and(|proposal| proposal.until == at)
                }
                Due::CallEnds(id) => self.calls.get(&id).is_some_and(|call| call.ends() == at),
                Due::HaltEnds(id) => {
                    let halt = self.halts.of(id);
                    halt.is_some_and(|halt| halt.facts.until == Some(at))
                }
                Due::HaltBegins(id) => {
                    let mut halts = self.halts.scheduled();
                    halts.any(|(waits, halt)| waits == id && halt.from == Some(at))
                }
                Due::BandsMove(id) => self.luld_of(id).and_then(|luld| luld.moves) == Some(at),
                Due::LimitStateEnds(id) => {
                    let state = self.luld_of(id).and_then(|luld| luld.limit_state);
                    state.is_some_and(|(_, until)| until == at)
                }
                Due::ReactionGoesOn(id) => self.unfinished.get(&id) == Some(&at),
                Due::BreakerEnds => self.breaker.hold.and_then(|hold| hold.until) == Some(at),
            })
    }

    /// Whether each live order holds what such an order may hold: all that it sells; what it may cost where that is known exactly, and
    /// elsewhere no more than such an order can hold.
    fn reservations_are_sound(&self) -> bool {
        self.orders.live().all(|order| {
            let OrderFacts {
                terms,
                working,
                reserved,
                leaves_qty,
                ..
            } = order;
            if !self.ledger.reserves(terms.account, terms.side) {
                return reserved == Money::ZERO;
            }
            let has_limit = terms.ord_type.price().is_some();
            match (terms.side, working) {
                (Side::Sell, _) => reserved == units(leaves_qty),
                (Side::Buy, Working::Held { .. }) if !has_limit => {
                    reserved.raw() <= 2 * MAX_NOTIONAL.raw()
                }
                // It holds what was its collar when it came.
                (Side::Buy, _) if terms.ord_type == OrdType::Market => reserved <= MAX_RESERVED,
                (Side::Buy, _) => reserved == self.reserved_by(&order),
            }
        })
    }
}

/// Whether buys and sells of an instrument may stand at prices that meet.
fn may_be_crossed(listing: &Listing) -> bool {
    match listing.phase {
        Phase::Open | Phase::PostTrade => false,
        Phase::Halted => listing.resumes != Phase::Open,
        _ => true,
    }
}

/// Whether orders gather for an auction, or did when the instrument was halted.
fn gathers(listing: &Listing) -> bool {
    match listing.phase {
        Phase::Halted => listing.resumes.is_gathering(),
        phase => phase.is_gathering(),
    }
}

/// Whether what an order has traded for lies between prices: so it has an average.
pub(crate) fn has_average(order: &OrderFacts) -> bool {
    let most = i128::from(i64::MAX) * i128::from(order.cum_qty.raw()) / i128::from(ONE);
    (0..=most).contains(&order.cum_notional.raw())
}
