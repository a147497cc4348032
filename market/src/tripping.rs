//! When the market-wide breaker trips, and what it does then. It looks at the index once a command is done with all that followed from it:
//! the deepest level that the fall has reached trips, unless it or a deeper one was tripped today; levels one and two not in the last
//! minutes of continuous trading. An operator may trip it by hand, at any time and again; and as a drill, which does the same to
//! trading, says so in everything it tells, and does not count.
//!
//! Levels one and two halt everything that trades or gathers orders; trading goes on through auctions. What an operator has halted for
//! longer stays halted. Level three closes everything until the end of the day: orders of the day are cancelled, others stay.

use crate::breaker::{BreakerLevel, BreakerRules, Hold};
use crate::deadlines::Due;
use crate::event::{CancelReason, Event};
use crate::halt::{HaltCode, HaltFacts, HaltOrders};
use crate::halts::Standing;
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

    /// Whether the continuous trading of the index ends within so many nanoseconds: that of the component that trades longest.
    fn is_nearly_over(&self, nanos: u64) -> bool {
        let closes = self.index.components();
        let closes = closes.filter_map(|(id, ..)| self.listing(id).closes);
        let last = closes.max();
        last.is_some_and(|close| self.now < close && later(self.now, nanos) >= close)
    }

    /// An operator trips the breaker.
    pub(crate) fn trip_by_hand(
        &mut self,
        level: BreakerLevel,
        drill: bool,
        reason: Text<48>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        if self.is_closed_for_the_day() {
            return Err(Refusal::ClosedForTheDay);
        }
        // A drill never takes the place of the real thing.
        if drill && self.is_held() && self.breaker.hold.is_some_and(|hold| !hold.drill) {
            return Err(Refusal::MarketHalted);
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
            code: HaltCode::Other,
            orders: HaltOrders::CancelOnly,
            until,
            at_once: false,
            drill,
        };
        for at in 0..self.books.len() {
            let id = self.registry.listings()[at].instrument.id;
            match until {
                Some(until) => self.hold_up(id, until, Standing { facts, reason }, events),
                None => self.close_for_the_day(id, Standing { facts, reason }, events),
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
                let Standing { facts, reason } = standing;
                let until = former.facts.until.max(Some(until));
                let facts = HaltFacts { until, ..facts };
                self.stand(id, Standing { facts, reason }, events);
            }
            Some(former) if former.facts.until.is_none_or(|it| it >= until) => {}
            // What halted it before still says why.
            Some(Standing { facts, reason }) => {
                let until = Some(until);
                let facts = HaltFacts { until, ..facts };
                self.stand(id, Standing { facts, reason }, events);
            }
            None => {
                // What is closed stays closed.
                let _closed = self.stop(id, standing, events);
            }
        }
    }

    /// Closes an instrument for the breaker.
    fn close_for_the_day(&mut self, id: InstrumentId, standing: Standing, events: &mut Vec<Event>) {
        if self.phase(id) == Phase::Closed {
            return;
        }
        let Standing { facts, reason } = standing;
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

    /// Whether the breaker lets these instruments be resumed by an operator: all together and now; then it holds nothing any more.
    pub(crate) fn release(
        &mut self,
        instruments: Instruments,
        at: Option<Timestamp>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let Some(hold) = self.breaker.hold.filter(|_| self.is_held()) else {
            return Ok(());
        };
        if hold.until.is_none() && !hold.drill {
            return Err(Refusal::ClosedForTheDay);
        }
        if instruments != Instruments::All || at.is_some() {
            return Err(Refusal::MarketHalted);
        }
        self.set_hold(None);
        events.push(over(hold));
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
        if self.is_closed_for_the_day() {
            Err(Refusal::ClosedForTheDay)
        } else if self.is_held() {
            Err(Refusal::MarketHalted)
        } else {
            Ok(())
        }
    }

    /// The day is over: every level may trip again, what was closed may open, and the index is measured against what it is.
    pub(crate) fn end_breakers_day(&mut self, events: &mut Vec<Event>) {
        self.breaker.tripped = None;
        if self.is_closed_for_the_day() {
            self.end_breaker(events);
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

/// What the texts of a drill begin with.
pub(crate) const DRILL: &str = "DRILL: ";
