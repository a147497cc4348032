//! What follows from a command by itself, in the same command: once its own events stand, whatever they set off is done, one after
//! another, until nothing follows any more. And what is due at a time ([`crate::deadlines`]).
//!
//! It comes to an end: every stop that is triggered, and every all-or-none order that trades, is one less that waits. And one command does not
//! do without end what follows: what goes beyond [`Limits::max_triggers`](crate::limits::Limits::max_triggers) is due at once, in the next one.

use crate::deadlines::Due;
use crate::event::Event;
use crate::gist::Gist;
use crate::id::InstrumentId;
use crate::order::{OrdStatus, Side};
use crate::state::{State, plus};
use crate::wholes::Whole;
use alloc::vec::Vec;

/// What may still follow from the command in hand.
struct Budget {
    triggers: u32,
    repriced: usize,
}

impl Budget {
    const fn is_spent(&self) -> bool {
        self.triggers == 0 || self.repriced == 0
    }

    /// Takes off the orders that events tell about.
    fn take_repriced(&mut self, events: &[Event]) {
        let orders = events.iter().filter(|event| event.orders()[0].is_some());
        self.repriced = self.repriced.saturating_sub(orders.count());
    }
}

impl State {
    /// Does what the events from `from` on set off, and what is left of before.
    pub(crate) fn react(&mut self, from: usize, events: &mut Vec<Event>) {
        let mut stirred = Vec::new();
        for event in &events[from..] {
            if matches!(event, Event::Ticked) {
                stirred.extend(self.unfinished.keys().copied());
            }
            if matches!(event, Event::SelfTradeSet { .. }) {
                // Orders may trade with each other now that might not before, wherever they wait.
                let listings = self.registry.listings().iter();
                let all = listings.map(|listing| listing.instrument.id);
                stirred.extend(all.filter(|id| self.has_waiting(*id)));
            }
            if matches!(event, Event::Ticked | Event::DayEnded) {
                // Bands may have to move, wherever there are any.
                let listings = self.registry.listings().iter().zip(&self.luld);
                let banded = listings.filter(|(_, luld)| luld.is_some());
                stirred.extend(banded.map(|(listing, _)| listing.instrument.id));
            }
            let touched = touched(event).filter(|id| stirred.last() != Some(id));
            stirred.extend(touched.filter(|id| self.has_waiting(*id)));
        }
        stirred.sort_unstable();
        stirred.dedup();
        let mut budget = Budget {
            triggers: self.limits.max_triggers.max(1),
            repriced: self.limits.max_repriced.max(1) as usize,
        };
        for instrument in stirred {
            self.follow(instrument, &mut budget, events);
        }
    }

    /// Whether nothing can follow from the events of which this is the gist.
    #[inline(always)]
    pub(crate) fn is_calm(&self, gist: Gist) -> bool {
        gist.is_plain && gist.is_one && gist.book.is_none_or(|id| !self.has_waiting(id))
    }

    /// Whether anything waits outside the book of an instrument, or its bands may move.
    #[inline(always)]
    fn has_waiting(&self, instrument: InstrumentId) -> bool {
        let at = instrument.0 as usize;
        !self.stops[at].is_empty()
            || !self.wholes[at].is_empty()
            || !self.pegs[at].is_empty()
            || self.luld[at].is_some()
    }

    /// The all-or-none order that can trade whole now: the best price first, then arrival; buys before sells.
    fn next_whole(&self, instrument: InstrumentId) -> Option<Whole> {
        let wholes = &self.wholes[instrument.0 as usize];
        [Side::Buy, Side::Sell].into_iter().find_map(|side| {
            // More than all of the other side cannot trade: no need to walk there.
            let other = side.opposite();
            let most = plus(
                self.book(instrument).side(other).leaves,
                wholes.leaves(other),
            );
            let mut fitting = wholes.of(side).filter(|whole| whole.leaves <= most);
            fitting.find(|whole| self.can_fill(&self.orders.facts(whole.slot)))
        })
    }

    fn fill_next_whole(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) -> bool {
        let Some(Whole { slot, .. }) = self.next_whole(instrument) else {
            return false;
        };
        let mut order = self.orders.facts(slot);
        self.take_out(slot);
        self.unset_expiry(slot);
        self.orders.remove(slot);
        self.meet(&mut order, events);
        true
    }

    fn follow(&mut self, instrument: InstrumentId, budget: &mut Budget, events: &mut Vec<Event>) {
        if let Some(since) = self.unfinished.remove(&instrument) {
            let due = Due::ReactionGoesOn(instrument);
            self.deadlines.clear(since, due);
        }
        while self.listing(instrument).phase.is_continuous() {
            let told = events.len();
            self.move_bands(instrument, events);
            self.reprice_pegs(instrument, events);
            budget.take_repriced(&events[told..]);
            if budget.is_spent() {
                self.leave_unfinished(instrument);
                break;
            }
            let goes_on =
                self.trigger_next(instrument, events) || self.fill_next_whole(instrument, events);
            if !goes_on {
                break;
            }
            budget.triggers -= 1;
        }
        self.watch_limit_state(instrument, events);
    }

    /// This command has done all that may follow from one: what still does, if anything, is due at once.
    fn leave_unfinished(&mut self, instrument: InstrumentId) {
        if self.has_reached(instrument) || self.next_whole(instrument).is_some() {
            self.unfinished.insert(instrument, self.now);
            self.deadlines
                .set(self.now, Due::ReactionGoesOn(instrument));
        }
    }

    /// Whether what is left unfinished is due: asked of a state that was read back.
    pub(crate) fn unfinished_is_sound(&self) -> bool {
        let mut unfinished = self.unfinished.iter();
        unfinished.all(|(id, since)| {
            let is_listed = self.registry.listing(*id).is_ok();
            is_listed && self.deadlines.is_set(*since, Due::ReactionGoesOn(*id))
        })
    }

    /// Does everything that is due by now.
    pub(crate) fn tick(&mut self, events: &mut Vec<Event>) {
        while let Some(due) = self.deadlines.pop(self.now) {
            match due {
                Due::OrderExpires(_, slot) => {
                    let order = self.end_resting(slot, OrdStatus::Expired);
                    events.push(Event::OrderExpired { order });
                }
                Due::ProposalExpires(trade) => self.expire_proposal(trade, events),
                Due::MarginCallEnds(account, asset) => self.close_out(account, asset, events),
                Due::CallEnds(instrument) => self.end_call(instrument, events),
                Due::HaltEnds(instrument) => self.end_halt(instrument, events),
                Due::HaltBegins(id) => self.begin_halt(id, events),
                Due::BreakerEnds => self.end_breaker(events),
                Due::BandsMove(instrument) => self.forget_move(instrument),
                Due::LimitStateEnds(instrument) => self.pause(instrument, events),
                // It does once all that is due is done.
                Due::ReactionGoesOn(_) => {}
            }
        }
        events.push(Event::Ticked);
    }
}

/// The instrument in which something may follow from this event.
const fn touched(event: &Event) -> Option<InstrumentId> {
    match event {
        Event::PhaseChanged { instrument, .. }
        | Event::RulesSet { instrument, .. }
        | Event::CloseSet { instrument, .. } => Some(*instrument),
        _ => event.book(),
    }
}
