//! When the market-wide breaker trips, and what it does then. It looks at the index once a command is done with all that followed from it:
//! the deepest level that the fall has reached trips, unless it or a deeper one was tripped today; levels one and two not in the last
//! minutes of continuous trading. An operator may trip it by hand, at any time and again; and as a drill, which does the same to
//! trading, says so in everything it tells, and does not count.
//!
//! Levels one and two halt everything that trades or gathers orders; trading goes on through auctions. What an operator has halted for
//! longer stays halted. Level three closes everything until the end of the day: orders of the day are cancelled, others stay. What a
//! drill of it has closed goes on when an operator ends the drill. The real thing takes the place of any drill.

use crate::breaker::{Breaker, BreakerLevel, BreakerRules, Hold};
use crate::deadlines::Due;
use crate::event::{CancelReason, Event};
use crate::halt::{HaltCode, HaltFacts, HaltOrders};
use crate::halts::{DRILL, Standing};
use crate::id::InstrumentId;
use crate::instrument::Phase;
use crate::money::Money;
use crate::phases::later;
use crate::refusal::Refusal;
use crate::scope::Instruments;
use crate::state::State;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl State {
    /// Sets what an instrument counts in the index.
    pub(crate) fn set_weight(
        &mut self,
        instrument: InstrumentId,
        weight: u32,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let currency = self.registry.listing(instrument)?.currency;
        let is_other = |id| self.listing(id).currency != currency;
        if self.index.components().any(|(id, ..)| is_other(id)) {
            return Err(Refusal::BadIndex);
        }
        let price = self.tapes[instrument.0 as usize].reference();
        self.index.weigh(instrument, weight, price)?;
        events.push(Event::IndexWeightSet { instrument, weight });
        let close = self.index.close();
        if close.is_some() {
            events.push(Event::IndexCloseSet { close });
        }
        Ok(())
    }

    /// Sets what the index was yesterday.
    pub(crate) fn set_index_close(
        &mut self,
        close: Option<Money>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let is_close = |close: Money| close > Money::ZERO && !self.index.is_empty();
        if !close.is_none_or(is_close) {
            return Err(Refusal::BadIndex);
        }
        self.index.set_close(close);
        events.push(Event::IndexCloseSet { close });
        Ok(())
    }

    /// Sets the figures of the breaker.
    pub(crate) fn set_breaker(
        &mut self,
        rules: BreakerRules,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        rules.check()?;
        self.breaker.rules = rules;
        events.push(Event::BreakerRulesSet(rules));
        Ok(())
    }

    /// Looks at the index after the events from `from` on.
    pub(crate) fn guard(&mut self, from: usize, events: &mut Vec<Event>) {
        if self.index.is_empty() {
            return;
        }
        let mut has_moved = false;
        for event in &events[from..] {
            if let Event::Traded {
                instrument, price, ..
            } = event
            {
                has_moved |= self.index.print(*instrument, *price);
            }
        }
        if has_moved && let Some(level) = self.fallen() {
            let fall = self.index.fallen_bps();
            let (whole, part) = (fall / 100, fall % 100);
            let why = format!("index down {whole}.{part:02} %");
            self.trip(level, false, false, &why, events);
        }
    }

    /// The level that the index has fallen to, if that trips now.
    fn fallen(&self) -> Option<BreakerLevel> {
        let rules = &self.breaker.rules;
        let mut levels = BreakerLevel::DEEPEST_FIRST.into_iter();
        let level = levels.find(|level| self.index.has_fallen(rules.fall_bps(*level)))?;
        let is_done = self.breaker.tripped >= Some(level) || self.is_held();
        let is_quiet = level < BreakerLevel::Three && self.is_nearly_over(rules.quiet_nanos);
        (!is_done && !is_quiet).then_some(level)
    }

    /// Whether the continuous trading of the index ends within so many nanoseconds, or has ended today: that of the component that
    /// trades longest.
    fn is_nearly_over(&self, nanos: u64) -> bool {
        let closes = self.index.components();
        let closes = closes.filter_map(|(id, ..)| self.listing(id).closes);
        let last = closes.max();
        last.is_some_and(|close| later(self.now, nanos) >= close)
    }

    /// An operator trips the breaker.
    pub(crate) fn trip_by_hand(
        &mut self,
        level: BreakerLevel,
        drill: bool,
        reason: Text<48>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        if let Some(hold) = self.breaker.hold.filter(|_| self.is_held()) {
            let gives_way = match (hold.until, hold.drill) {
                (Some(_), true) => true,
                (Some(_), false) | (None, true) => !drill,
                (None, false) => false,
            };
            if !gives_way {
                return Err(held_by(hold));
            }
        }
        self.trip(level, drill, true, reason.as_str(), events);
        Ok(())
    }

    fn trip(
        &mut self,
        level: BreakerLevel,
        drill: bool,
        by_hand: bool,
        why: &str,
        events: &mut Vec<Event>,
    ) {
        let halts_until = later(self.now, self.breaker.rules.halt_nanos);
        let until = (level < BreakerLevel::Three).then_some(halts_until);
        if !drill {
            self.breaker.tripped = self.breaker.tripped.max(Some(level));
        }
        self.set_hold(Some(Hold {
            level,
            until,
            drill,
        }));
        let reason = reason(level, drill, why);
        events.push(Event::BreakerTripped {
            level,
            drill,
            by_hand,
            index: self.index.level(),
            close: self.index.close(),
            fall_bps: self.index.fallen_bps(),
            until,
            reason,
        });
        let facts = HaltFacts {
            until,
            drill,
            ..HALTED
        };
        let standing = Standing::new(facts, reason);
        let closed = core::mem::take(&mut self.breaker.closed);
        for at in 0..self.books.len() {
            let id = self.registry.listings()[at].instrument.id;
            match until {
                // What a drill has closed is halted in earnest now, or closed.
                Some(_) if closed.contains(&id) => self.stand(id, standing, events),
                None if closed.contains(&id) => {
                    self.enter_phase(id, Phase::Closed, Some(reason), Some(facts), events);
                }
                Some(until) => self.hold_up(id, until, standing, events),
                None => self.close_for_the_day(id, standing, events),
            }
        }
    }

    /// Halts an instrument for the breaker; one that is halted stays so at least as long.
    fn hold_up(
        &mut self,
        id: InstrumentId,
        until: Timestamp,
        standing: Standing,
        events: &mut Vec<Event>,
    ) {
        let former = self.halts.of(id).copied();
        match former {
            // What a drill has halted is halted in earnest now.
            Some(former) if former.facts.drill && !standing.facts.drill => {
                let until = former.facts.until.max(Some(until));
                let facts = HaltFacts {
                    until,
                    ..standing.facts
                };
                self.stand(id, Standing { facts, ..standing }, events);
            }
            // What a drill has made longer is as long in earnest now.
            Some(former) if former.lengthened && !standing.facts.drill => {
                let until = former.facts.until.max(Some(until));
                let facts = HaltFacts {
                    until,
                    ..former.facts
                };
                self.stand(id, Standing::new(facts, former.reason), events);
            }
            Some(former) if former.facts.until.is_none_or(|it| it >= until) => {}
            // What halted it before still says why.
            Some(former) => {
                let facts = HaltFacts {
                    until: Some(until),
                    ..former.facts
                };
                let former = Standing {
                    facts,
                    lengthened: standing.facts.drill && !former.facts.drill,
                    ..former
                };
                self.stand(id, former, events);
            }
            None => {
                // What is closed stays closed.
                let _closed = self.stop(id, standing, events);
            }
        }
    }

    /// Closes an instrument for the breaker.
    fn close_for_the_day(&mut self, id: InstrumentId, standing: Standing, events: &mut Vec<Event>) {
        let phase = self.phase(id);
        if phase == Phase::Closed {
            return;
        }
        let Standing { facts, reason, .. } = standing;
        if facts.drill && phase != Phase::PostTrade {
            // What is halted has what goes on already.
            if phase != Phase::Halted {
                self.registry.resume_with(id, phase);
            }
            self.breaker.closed.insert(id);
        }
        self.enter_phase(id, Phase::Closed, Some(reason), Some(facts), events);
        let reason = if facts.drill {
            CancelReason::Drill
        } else {
            CancelReason::TradingHalt
        };
        for slot in self.orders_of_day(id) {
            self.cancel_resting(slot, None, reason, events);
        }
    }

    /// The time of the breaker's halt is over; what it has halted goes on by itself.
    pub(crate) fn end_breaker(&mut self, events: &mut Vec<Event>) {
        if let Some(hold) = self.breaker.hold.take() {
            events.push(over(hold));
        }
    }

    /// Whether the breaker lets these instruments be resumed by an operator: all together and now; then it holds nothing any more, and
    /// what a drill has closed goes on.
    pub(crate) fn release(
        &mut self,
        instruments: Instruments,
        at: Option<Timestamp>,
        at_once: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let Some(hold) = self.breaker.hold.filter(|_| self.is_held()) else {
            return Ok(());
        };
        let may_end = hold.until.is_some() || hold.drill;
        if !may_end || instruments != Instruments::All || at.is_some() {
            return Err(held_by(hold));
        }
        self.set_hold(None);
        events.push(over(hold));
        let facts = HaltFacts {
            at_once,
            drill: true,
            ..HALTED
        };
        for id in core::mem::take(&mut self.breaker.closed) {
            self.go_on(id, facts, events);
        }
        Ok(())
    }

    /// Whether the breaker holds everything now.
    pub(crate) fn is_held(&self) -> bool {
        let hold = self.breaker.hold;
        hold.is_some_and(|hold| hold.until.is_none_or(|until| until > self.now))
    }

    /// Whether the breaker has closed everything.
    pub(crate) fn is_closed_for_the_day(&self) -> bool {
        self.breaker.hold.is_some_and(|hold| hold.until.is_none())
    }

    /// Whether the breaker lets trading or a call begin.
    pub(crate) fn may_begin(&self) -> Result<(), Refusal> {
        let hold = self.breaker.hold.filter(|_| self.is_held());
        hold.map_or(Ok(()), |hold| Err(held_by(hold)))
    }

    /// The day is over: every level may trip again, what was closed may open, and the index is measured against what it is.
    pub(crate) fn end_breakers_day(&mut self, events: &mut Vec<Event>) {
        self.breaker.tripped = None;
        if self.is_closed_for_the_day() {
            self.end_breaker(events);
            // Its day is over, whatever has closed it.
            self.breaker.closed.clear();
        }
        if self.index.close().is_some() {
            let close = Some(self.index.level()).filter(|level| *level > Money::ZERO);
            self.index.set_close(close);
            events.push(Event::IndexCloseSet { close });
        }
    }

    fn set_hold(&mut self, hold: Option<Hold>) {
        if let Some(until) = self.breaker.hold.and_then(|hold| hold.until) {
            self.deadlines.clear(until, Due::BreakerEnds);
        }
        if let Some(until) = hold.and_then(|hold| hold.until) {
            self.deadlines.set(until, Due::BreakerEnds);
        }
        self.breaker.hold = hold;
    }

    /// Whether index and breaker agree with the rest: asked of a state that was read back.
    pub(crate) fn breaker_is_sound(&self) -> bool {
        let mut components = self.index.components();
        let until = self.breaker.hold.and_then(|hold| hold.until);
        self.index.is_sound()
            && components.all(|(id, _, price)| {
                let tape = self.tapes.get(id.0 as usize);
                tape.is_some_and(|tape| tape.reference() == price)
            })
            && self.breaker.rules.check().is_ok()
            && until.is_none_or(|until| self.deadlines.is_set(until, Due::BreakerEnds))
            && self.closed_in_a_drill_is_sound()
    }

    /// Whether what a drill has closed is closed, knows how it goes on, and has a drill.
    fn closed_in_a_drill_is_sound(&self) -> bool {
        let Breaker { hold, closed, .. } = &self.breaker;
        let is_drill = hold.is_some_and(|hold| hold.drill && hold.until.is_none());
        (is_drill || closed.is_empty())
            && closed.iter().all(|id| {
                let listing = self.registry.listing(*id);
                listing.is_ok_and(|listing| {
                    let goes_on = listing.resumes.is_continuous() || listing.resumes.is_gathering();
                    listing.phase == Phase::Closed && goes_on
                })
            })
    }
}

/// As the breaker halts and closes.
const HALTED: HaltFacts = HaltFacts {
    code: HaltCode::Other,
    orders: HaltOrders::CancelOnly,
    until: None,
    at_once: false,
    drill: false,
};

/// Why an operator may not do what the breaker holds.
const fn held_by(hold: Hold) -> Refusal {
    match (hold.until, hold.drill) {
        (None, false) => Refusal::ClosedForTheDay,
        (None, true) => Refusal::ClosedInADrill,
        (Some(_), _) => Refusal::MarketHalted,
    }
}

const fn over(hold: Hold) -> Event {
    Event::BreakerEnded {
        level: hold.level,
        drill: hold.drill,
    }
}

/// What is told with everything that the breaker does; a drill says so first.
fn reason(level: BreakerLevel, drill: bool, why: &str) -> Text<80> {
    let drill = if drill { DRILL } else { "" };
    let text: String = format!("{drill}market breaker level {}: {why}", level.number());
    Text::new(&text).expect("a reason of at most 48 printable characters")
}
