//! Halts by an operator: of one instrument, a group or all; now or at a time; until a time or until an operator says so. What becomes of
//! resting orders, and how trading goes on: through an auction, unless it is told otherwise.
//!
//! The last word holds: a halt of what is halted takes the place of the halt before. Of a group those are halted that can be; the
//! command is refused when none can.

use crate::deadlines::Due;
use crate::event::{CancelReason, Event};
use crate::halt::{Halt, HaltFacts, HaltOrders};
use crate::halts::{DRILL, Standing};
use crate::id::{HaltId, InstrumentId};
use crate::instrument::{Auction, Phase};
use crate::order::{OrderFacts, OrderTerms};
use crate::phases::later;
use crate::refusal::Refusal;
use crate::scope::Instruments;
use crate::state::State;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

impl State {
    /// Halts what is meant, or lets the halt wait for its time.
    pub(crate) fn halt(&mut self, halt: Halt, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let meant = self.instruments(halt.instruments)?;
        let from = halt.from.unwrap_or(self.now).max(self.now);
        if halt.until.is_some_and(|until| until <= from) {
            return Err(Refusal::BadTimes);
        }
        if from > self.now {
            let id = self.halts.schedule(halt)?;
            self.deadlines.set(from, Due::HaltBegins(id));
            events.push(Event::HaltScheduled { id, halt });
            return Ok(());
        }
        self.stop_each(meant, &halt, events).map(|_| ())
    }

    /// Halts what can be halted; how many that were.
    fn stop_each(
        &mut self,
        meant: Vec<InstrumentId>,
        halt: &Halt,
        events: &mut Vec<Event>,
    ) -> Result<u32, Refusal> {
        let mut ends = match halt.orders {
            HaltOrders::Cancel => self.live_in(&meant),
            HaltOrders::Stay | HaltOrders::CancelOnly => BTreeMap::new(),
        };
        self.each(meant, |state, id| {
            let standing = state.at_least_held(standing(halt));
            state.stop(id, standing, events)?;
            for slot in ends.remove(&id).into_iter().flatten() {
                state.cancel_resting(slot, None, CancelReason::TradingHalt, events);
            }
            Ok(())
        })
    }

    /// A halt that comes while the market-wide breaker holds lasts at least as long.
    fn at_least_held(&self, standing: Standing) -> Standing {
        let Some(hold) = self.breaker.hold else {
            return standing;
        };
        let (until, held) = (standing.facts.until, hold.until);
        if until.is_none() || until >= held {
            return standing;
        }
        Standing {
            facts: HaltFacts {
                until: held,
                ..standing.facts
            },
            lengthened: hold.drill,
            ..standing
        }
    }

    /// Takes a halt back that waits for its time.
    pub(crate) fn withdraw_halt(
        &mut self,
        id: HaltId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let halt = self.halts.take(id).ok_or(Refusal::UnknownHalt)?;
        if let Some(from) = halt.from {
            self.deadlines.clear(from, Due::HaltBegins(id));
        }
        events.push(Event::HaltUnscheduled { id, halted: None });
        Ok(())
    }

    /// The time of a scheduled halt has come. One that would be over by now does nothing.
    pub(crate) fn begin_halt(&mut self, id: HaltId, events: &mut Vec<Event>) {
        let Some(halt) = self.halts.take(id) else {
            return;
        };
        let is_over = halt.until.is_some_and(|until| until <= self.now);
        let meant = match self.instruments(halt.instruments) {
            Ok(meant) if !is_over => meant,
            _ => Vec::new(),
        };
        let halted = self.stop_each(meant, &halt, events);
        events.push(Event::HaltUnscheduled {
            id,
            halted: Some(halted.unwrap_or(0)),
        });
    }

    /// The time of an instrument's halt is over: it goes on as a drill's when it was told as one.
    pub(crate) fn end_halt(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        if let Some(standing) = self.halts.of(id).copied() {
            let (told, _) = standing.told();
            self.go_on(id, told, events);
        }
    }

    /// Ends halts, now or at a time.
    pub(crate) fn resume(
        &mut self,
        instruments: Instruments,
        at: Option<Timestamp>,
        at_once: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let meant = self.instruments(instruments)?;
        let at = at.filter(|at| *at > self.now);
        let told = events.len();
        self.release(instruments, at, at_once, events)?;
        let is_released = events.len() > told;
        let resumed = self.each(meant, |state, id| {
            let standing = state.is_halted(id)?;
            match at {
                None => {
                    let (told, _) = standing.told();
                    state.go_on(id, HaltFacts { at_once, ..told }, events);
                }
                Some(at) => {
                    let facts = HaltFacts {
                        until: Some(at),
                        at_once,
                        ..standing.facts
                    };
                    state.stand(id, Standing::new(facts, standing.reason), events);
                }
            }
            Ok(())
        });
        match resumed {
            // The breaker's end is enough, when nothing was halted any more.
            Err(_) if is_released => Ok(()),
            resumed => resumed.map(|_| ()),
        }
    }

    /// Puts an instrument into a group, or into none.
    pub(crate) fn set_group(
        &mut self,
        instrument: InstrumentId,
        group: Option<crate::id::GroupName>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.listing(instrument)?;
        self.groups.set(instrument, group);
        events.push(Event::GroupSet { instrument, group });
        Ok(())
    }

    /// The instruments that are meant, in order of listing.
    pub(crate) fn instruments(
        &self,
        instruments: Instruments,
    ) -> Result<Vec<InstrumentId>, Refusal> {
        match instruments {
            Instruments::One(id) => self.registry.listing(id).map(|_| vec![id]),
            Instruments::Group(group) => {
                let members: Vec<InstrumentId> = self.groups.members(group).collect();
                let is_group = !members.is_empty();
                is_group.then_some(members).ok_or(Refusal::UnknownGroup)
            }
            Instruments::All => {
                let listings = self.registry.listings().iter();
                Ok(listings.map(|listing| listing.instrument.id).collect())
            }
        }
    }

    /// Does something with each; how many took it, or why the first did not when none has.
    fn each(
        &mut self,
        meant: Vec<InstrumentId>,
        mut act: impl FnMut(&mut Self, InstrumentId) -> Result<(), Refusal>,
    ) -> Result<u32, Refusal> {
        let mut first = Refusal::UnknownInstrument;
        let mut done = 0;
        for (at, id) in meant.into_iter().enumerate() {
            match act(self, id) {
                Ok(()) => done += 1,
                Err(refusal) if at == 0 => first = refusal,
                Err(_) => {}
            }
        }
        if done == 0 { Err(first) } else { Ok(done) }
    }

    /// Continuous trading, a call, pre-open or another halt → halted. What rests is the caller's matter.
    pub(crate) fn stop(
        &mut self,
        id: InstrumentId,
        standing: Standing,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match self.phase(id) {
            Phase::Halted => {}
            phase if phase.is_continuous() || phase.is_gathering() => {
                self.registry.resume_with(id, phase);
            }
            _ => return Err(Refusal::Closed),
        }
        self.stand(id, standing, events);
        Ok(())
    }

    /// An instrument is halted like this from now on.
    pub(crate) fn stand(&mut self, id: InstrumentId, standing: Standing, events: &mut Vec<Event>) {
        let (told, reason) = standing.told();
        self.enter_phase(id, Phase::Halted, Some(reason), Some(told), events);
        self.halts.stand(id, standing);
        if let Some(until) = standing.facts.until {
            self.deadlines.set(until, Due::HaltEnds(id));
        }
    }

    /// How an instrument is halted, or why it is not.
    fn is_halted(&self, id: InstrumentId) -> Result<Standing, Refusal> {
        let standing = self.halts.of(id).copied();
        standing.ok_or_else(|| match self.phase(id) {
            Phase::Closed | Phase::PostTrade => Refusal::Closed,
            _ => Refusal::AlreadyInPhase,
        })
    }

    /// Halted → what was halted: continuous trading through the call of an auction, or at once; a call from its beginning.
    pub(crate) fn go_on(&mut self, id: InstrumentId, facts: HaltFacts, events: &mut Vec<Event>) {
        let listing = self.listing(id);
        let until = later(self.now, listing.rules.volatility_nanos);
        let auction = match listing.resumes {
            Phase::Open if !facts.at_once => Some(Auction::Volatility),
            phase => phase.auction(),
        };
        let drill = if facts.drill { DRILL } else { "" };
        let why = Text::new(&format!("{drill}{REOPENS}")).expect("short and plain");
        match auction {
            Some(auction) => {
                self.begin_call(id, auction, until, Some(why), events);
                if let Some(call) = self.calls.get_mut(&id) {
                    call.drill = facts.drill;
                }
            }
            None => {
                let why = facts.drill.then_some(why);
                self.enter_phase(id, listing.resumes, why, None, events);
            }
        }
    }

    /// Whether a replace may be taken in a halt: only where orders stay, and only to lower OrderQty.
    pub(crate) fn may_lower(&self, order: &OrderFacts, terms: &OrderTerms) -> bool {
        let standing = self.halts.of(order.terms.instrument);
        let lowered = OrderTerms {
            order_qty: terms.order_qty,
            ..order.terms
        };
        standing.is_some_and(|standing| standing.facts.orders == HaltOrders::Stay)
            && *terms == lowered
            && terms.order_qty < order.terms.order_qty
    }

    /// Whether what is halted has a halt, each with its time, and the halts to come have theirs: asked of a state that was read back.
    pub(crate) fn halts_are_sound(&self) -> bool {
        let listings = self.registry.listings();
        let halted = listings
            .iter()
            .filter(|listing| listing.phase == Phase::Halted);
        let are_halted = halted
            .map(|listing| listing.instrument.id)
            .eq(self.halts.standing().map(|(id, _)| id));
        let mut standing = self.halts.standing();
        let mut scheduled = self.halts.scheduled();
        self.halts.is_sound()
            && self.groups.is_sound(listings.len())
            && are_halted
            && standing.all(|(id, it)| {
                let until = it.facts.until;
                until.is_none_or(|until| self.deadlines.is_set(until, Due::HaltEnds(id)))
            })
            && scheduled.all(|(id, halt)| {
                let from = halt.from;
                from.is_some_and(|from| self.deadlines.is_set(from, Due::HaltBegins(id)))
            })
    }
}

/// How a halt by an operator stands.
const fn standing(halt: &Halt) -> Standing {
    let facts = HaltFacts {
        code: halt.code,
        orders: halt.orders,
        until: halt.until,
        at_once: halt.at_once,
        drill: false,
    };
    Standing::new(facts, halt.reason)
}

/// Why a call begins after a halt.
const REOPENS: &str = "reopening after a halt";
