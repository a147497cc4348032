//! The market-wide breaker in the [`Model`]: the index added up anew each time it is looked at, and a plain list of what tripped today.

use super::halts::Halted;
use super::{End, Model, Tale};
use market::breaker::{BreakerLevel, BreakerRules};
use market::command::Command;
use market::event::CancelReason;
use market::halt::HaltOrders;
use market::id::InstrumentId;
use market::instrument::Phase;
use market::refusal::Refusal;
use market::scope::Instruments;

/// What the breaker knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    weights: Vec<(InstrumentId, u32)>,
    close: Option<i128>,
    rules: BreakerRules,
    tripped: Vec<BreakerLevel>,
    hold: Option<Hold>,
    /// What a drill has closed, and what goes on once it is ended.
    drilled: Vec<(InstrumentId, Phase)>,
    /// By instrument: when its continuous trading ends.
    closes: Vec<(InstrumentId, i64)>,
}

#[derive(Clone, Debug)]
struct Hold {
    /// None: closed for the day.
    until: Option<i64>,
    drill: bool,
}

impl Model {
    pub(super) fn set_breaker(&mut self, command: &Command) -> Result<(), Refusal> {
        match *command {
            Command::SetIndexWeight { instrument, weight } => {
                self.phase(instrument)?;
                let before = self.breaker.weights.clone();
                self.breaker.weights.retain(|(it, _)| *it != instrument);
                if weight > 0 {
                    self.breaker.weights.push((instrument, weight));
                }
                self.breaker.weights.sort_unstable();
                if self.breaker.weights != before {
                    self.breaker.close = None;
                }
            }
            Command::SetIndexClose { close } => {
                let close = close.map(|close| close.raw());
                if close.is_some_and(|it| it <= 0 || self.breaker.weights.is_empty()) {
                    return Err(Refusal::BadIndex);
                }
                self.breaker.close = close;
            }
            Command::SetBreaker(rules) => {
                let [one, two, three] = rules.falls_bps;
                let day = 24 * 3_600 * 1_000_000_000;
                let falls = 0 < one && one < two && two < three && three <= 10_000;
                let times = rules.halt_nanos > 0 && rules.halt_nanos.max(rules.quiet_nanos) <= day;
                if !falls || !times {
                    return Err(Refusal::BadRules);
                }
                self.breaker.rules = rules;
            }
            Command::SetClose { instrument, at } => {
                self.phase(instrument)?;
                self.breaker.closes.retain(|(it, _)| *it != instrument);
                let at = at.map(|at| (instrument, at.nanos()));
                self.breaker.closes.extend(at);
            }
            _ => unreachable!("no matter of the breaker"),
        }
        Ok(())
    }

    /// When continuous trading ends, as far as that was said.
    pub(super) fn close_of(&self, instrument: InstrumentId) -> Option<i64> {
        let mut closes = self.breaker.closes.iter();
        closes.find(|(it, _)| *it == instrument).map(|(_, at)| *at)
    }

    pub(crate) fn index_close(&self) -> Option<i128> {
        self.breaker.close
    }

    /// Σ weight × last price.
    pub(crate) fn index(&self) -> i128 {
        let weights = self.breaker.weights.iter();
        weights
            .map(|(it, weight)| i128::from(self.tape(*it).reference()) * i128::from(*weight))
            .sum()
    }

    /// Trips when a component has traded and the index is down far enough.
    pub(super) fn guard(&mut self, tale: &mut Tale) {
        let is_in = |it: &InstrumentId| self.breaker.weights.iter().any(|(in_it, _)| in_it == it);
        let Some(close) = self.breaker.close else {
            return;
        };
        if !tale.traded_in.iter().any(is_in) {
            return;
        }
        let fall = close - self.index();
        let [one, two, three] = self.breaker.rules.falls_bps;
        let levels = [
            (three, BreakerLevel::Three),
            (two, BreakerLevel::Two),
            (one, BreakerLevel::One),
        ];
        let mut reached = levels
            .iter()
            .filter(|(bps, _)| fall * 10_000 >= close * i128::from(*bps));
        let Some((_, level)) = reached.next() else {
            return;
        };
        let in_index = |it: &&(InstrumentId, i64)| {
            self.breaker.weights.iter().any(|(in_it, _)| *in_it == it.0)
        };
        let closes = self.breaker.closes.iter().filter(in_index);
        let last = closes.map(|(_, at)| *at).max();
        let quiet = i64::try_from(self.breaker.rules.quiet_nanos).expect("a day at most");
        // The last minutes have no end but that of the day.
        let is_quiet = last.is_some_and(|at| self.now >= at - quiet);
        let was = self.breaker.tripped.iter().any(|it| it >= level);
        if was || self.is_held() || (is_quiet && *level != BreakerLevel::Three) {
            return;
        }
        self.trip(*level, false, tale);
    }

    pub(super) fn trip_by_hand(
        &mut self,
        level: BreakerLevel,
        drill: bool,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        if self.is_held()
            && let Some(Hold { until, drill: was }) = self.breaker.hold
        {
            let is_for_the_day = until.is_none();
            if is_for_the_day && !was {
                return Err(Refusal::ClosedForTheDay);
            }
            if is_for_the_day && drill {
                return Err(Refusal::ClosedInADrill);
            }
            if drill && !was {
                return Err(Refusal::MarketHalted);
            }
        }
        self.trip(level, drill, tale);
        Ok(())
    }

    fn trip(&mut self, level: BreakerLevel, drill: bool, tale: &mut Tale) {
        tale.tripped.push((level, drill));
        if !drill {
            self.breaker.tripped.push(level);
        }
        let nanos = i64::try_from(self.breaker.rules.halt_nanos).expect("a day at most");
        let until = (level != BreakerLevel::Three).then_some(self.now + nanos);
        self.breaker.hold = Some(Hold { until, drill });
        let drilled = std::mem::take(&mut self.breaker.drilled);
        for at in 0..self.instruments.len() {
            let (listed, mut phase) = self.instruments[at];
            let mut drilled = drilled.iter().filter(|(it, _)| *it == listed.id);
            if let Some((_, was)) = drilled.next() {
                if until.is_none() {
                    tale.phases.push((listed.id, Phase::Closed));
                    continue;
                }
                phase = *was;
            }
            match (until, phase) {
                (None, Phase::Closed) | (Some(_), Phase::Closed | Phase::PostTrade) => {}
                (None, _) => {
                    if drill && phase != Phase::PostTrade {
                        let halted = phase == Phase::Halted;
                        let was = if halted { self.resumes[at] } else { phase };
                        self.breaker.drilled.push((listed.id, was));
                    }
                    self.enter_phase(listed.id, Phase::Closed, tale);
                    if drill {
                        tale.drills.push((listed.id, Phase::Closed));
                    }
                    let reason = match drill {
                        true => CancelReason::Drill,
                        false => CancelReason::TradingHalt,
                    };
                    self.end_where(End::Canceled(reason), |it| {
                        it.terms.instrument == listed.id && it.is_of_day()
                    });
                }
                (Some(until), Phase::Halted) => self.hold_longer(listed.id, until, drill, tale),
                (Some(until), _) => {
                    self.resumes[at] = phase;
                    self.enter_phase(listed.id, Phase::Halted, tale);
                    self.hold(
                        Halted {
                            instrument: listed.id,
                            orders: HaltOrders::CancelOnly,
                            until: Some(until),
                            at_once: false,
                            drill,
                            stretched: false,
                        },
                        tale,
                    );
                }
            }
        }
    }

    /// What an operator may not do while the breaker holds; and resuming all, which ends it. Whether it has ended.
    pub(super) fn release(
        &mut self,
        instruments: Instruments,
        is_now: bool,
        at_once: bool,
        tale: &mut Tale,
    ) -> Result<bool, Refusal> {
        let Some(hold) = self.breaker.hold.clone().filter(|_| self.is_held()) else {
            return Ok(false);
        };
        if hold.until.is_none() && !hold.drill {
            return Err(Refusal::ClosedForTheDay);
        }
        if instruments != Instruments::All || !is_now {
            return Err(match hold.until {
                Some(_) => Refusal::MarketHalted,
                None => Refusal::ClosedInADrill,
            });
        }
        self.breaker.hold = None;
        let mut drilled = std::mem::take(&mut self.breaker.drilled);
        drilled.sort_unstable_by_key(|(instrument, _)| *instrument);
        for (instrument, was) in drilled {
            self.go_on(instrument, was, at_once, true, tale);
        }
        Ok(true)
    }

    /// The least time that a halt lasts now, and whether that is so for a drill.
    pub(super) fn held_until(&self) -> (i64, bool) {
        let hold = self.breaker.hold.as_ref();
        let until = hold.and_then(|it| it.until);
        (until.unwrap_or(i64::MIN), hold.is_some_and(|it| it.drill))
    }

    fn is_held(&self) -> bool {
        let hold = self.breaker.hold.as_ref();
        hold.is_some_and(|it| it.until.is_none_or(|until| until > self.now))
    }

    pub(super) fn is_closed_for_the_day(&self) -> bool {
        self.breaker
            .hold
            .as_ref()
            .is_some_and(|it| it.until.is_none())
    }

    /// Whether trading or a call may begin.
    pub(super) fn may_begin(&self) -> Result<(), Refusal> {
        if self.is_closed_for_the_day() {
            self.may_gather()
        } else if self.is_held() {
            Err(Refusal::MarketHalted)
        } else {
            Ok(())
        }
    }

    /// Whether pre-open may begin.
    pub(super) fn may_gather(&self) -> Result<(), Refusal> {
        match &self.breaker.hold {
            Some(Hold { until: None, drill }) => Err(if *drill {
                Refusal::ClosedInADrill
            } else {
                Refusal::ClosedForTheDay
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn end_breakers_day(&mut self) {
        let now = self.now;
        self.breaker.closes.retain(|(_, at)| *at > now);
        self.breaker.drilled.clear();
        self.breaker.tripped.clear();
        if self.is_closed_for_the_day() {
            self.breaker.hold = None;
        }
        if self.breaker.close.is_some() {
            self.breaker.close = Some(self.index());
        }
    }
}
