//! Halts in the [`Model`]: a plain list of what is halted and of what is to come, and everything that a time brings, earliest first.

use super::{End, Model, Order, Tale};
use market::event::CancelReason;
use market::halt::{Halt, HaltOrders};
use market::id::{GroupName, HaltId, InstrumentId};
use market::instrument::{Auction, Phase};
use market::order::OrderTerms;
use market::refusal::Refusal;
use market::scope::Instruments;

/// What is halted, grouped and to come.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    halted: Vec<Halted>,
    to_come: Vec<(HaltId, Halt)>,
    given: u32,
    groups: Vec<(InstrumentId, GroupName)>,
}

#[derive(Clone, Debug)]
pub(super) struct Halted {
    pub(super) instrument: InstrumentId,
    pub(super) orders: HaltOrders,
    pub(super) until: Option<i64>,
    pub(super) at_once: bool,
    pub(super) drill: bool,
    /// Not of a drill, but one has made it longer.
    pub(super) stretched: bool,
}

/// What a time brings; of one time in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    CallEnds(InstrumentId),
    HaltEnds(InstrumentId),
    HaltBegins(HaltId),
}

impl Model {
    pub(super) fn halt(&mut self, halt: Halt, tale: &mut Tale) -> Result<(), Refusal> {
        let meant = self.instruments_of(halt.instruments)?;
        let from = halt.from.map_or(self.now, |from| from.nanos());
        if halt
            .until
            .is_some_and(|until| until.nanos() <= from.max(self.now))
        {
            return Err(Refusal::BadTimes);
        }
        if from > self.now {
            self.halts.given += 1;
            let id = HaltId(self.halts.given);
            self.halts.to_come.push((id, halt));
            return Ok(());
        }
        let first = self.phase(meant[0])?;
        if !self.stop(&meant, &halt, tale) {
            assert!(matches!(first, Phase::Closed | Phase::PostTrade));
            return Err(Refusal::Closed);
        }
        Ok(())
    }

    /// Whether anything was halted.
    fn stop(&mut self, meant: &[InstrumentId], halt: &Halt, tale: &mut Tale) -> bool {
        let before = tale.phases.len();
        for &instrument in meant {
            let phase = self.instruments[instrument.0 as usize].1;
            match phase {
                Phase::Closed | Phase::PostTrade => continue,
                Phase::Halted => {}
                _ => self.resumes[instrument.0 as usize] = phase,
            }
            self.enter_phase(instrument, Phase::Halted, tale);
            let until = halt.until.map(|until| until.nanos());
            let (held, is_drill) = self.held_until();
            let halted = Halted {
                instrument,
                orders: halt.orders,
                until: until.map(|until| until.max(held)),
                at_once: halt.at_once,
                drill: false,
                stretched: is_drill && until.is_some_and(|until| until < held),
            };
            self.hold(halted, tale);
            if halt.orders == HaltOrders::Cancel {
                let end = End::Canceled(CancelReason::TradingHalt);
                self.end_where(end, |order| order.terms.instrument == instrument);
            }
        }
        tale.phases.len() > before
    }

    pub(super) fn resume(
        &mut self,
        instruments: Instruments,
        at: Option<i64>,
        at_once: bool,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let meant = self.instruments_of(instruments)?;
        let first = self.phase(meant[0])?;
        let at = at.filter(|at| *at > self.now);
        let is_released = self.release(instruments, at.is_none(), at_once, tale)?;
        let before = tale.phases.len();
        for instrument in meant {
            if self.instruments[instrument.0 as usize].1 != Phase::Halted {
                continue;
            }
            match at {
                None => self.end_halt(instrument, Some(at_once), tale),
                Some(at) => {
                    let mut halted = self.halted(instrument);
                    (halted.until, halted.at_once, halted.stretched) = (Some(at), at_once, false);
                    tale.phases.push((instrument, Phase::Halted));
                    self.hold(halted, tale);
                }
            }
        }
        match first {
            _ if is_released || tale.phases.len() > before => Ok(()),
            Phase::Closed | Phase::PostTrade => Err(Refusal::Closed),
            _ => Err(Refusal::AlreadyInPhase),
        }
    }

    /// Halted like this from now on; that was told.
    pub(super) fn hold(&mut self, halted: Halted, tale: &mut Tale) {
        if halted.drill || halted.stretched {
            tale.drills.push((halted.instrument, Phase::Halted));
        }
        self.lift(halted.instrument);
        self.halts.halted.push(halted);
    }

    fn halted(&self, instrument: InstrumentId) -> Halted {
        let mut all = self.halts.halted.iter();
        let halted = all.find(|it| it.instrument == instrument);
        halted.expect("it is halted").clone()
    }

    /// What is halted stays so until then, if it would end before.
    pub(super) fn hold_longer(
        &mut self,
        instrument: InstrumentId,
        to: i64,
        drill: bool,
        tale: &mut Tale,
    ) {
        let mut halted = self.halted(instrument);
        let is_earnest = (halted.drill || halted.stretched) && !drill;
        if is_earnest && halted.drill {
            // As the breaker halts; nobody but a drill has halted it.
            (halted.orders, halted.at_once, halted.drill) = (HaltOrders::CancelOnly, false, false);
        }
        if is_earnest || halted.until.is_some_and(|until| until < to) {
            halted.until = halted.until.max(Some(to));
            halted.stretched = drill && !halted.drill;
            tale.phases.push((instrument, Phase::Halted));
            self.hold(halted, tale);
        }
    }

    /// What was halted goes on, through an auction or as the halt has it.
    fn end_halt(&mut self, instrument: InstrumentId, at_once: Option<bool>, tale: &mut Tale) {
        let halted = self.halted(instrument);
        let at_once = at_once.unwrap_or(halted.at_once);
        let was = self.resumes[instrument.0 as usize];
        let is_drill = halted.drill || halted.stretched;
        self.go_on(instrument, was, at_once, is_drill, tale);
    }

    pub(super) fn go_on(
        &mut self,
        instrument: InstrumentId,
        was: Phase,
        at_once: bool,
        drill: bool,
        tale: &mut Tale,
    ) {
        match was {
            Phase::PreOpen => self.enter_phase(instrument, Phase::PreOpen, tale),
            Phase::Open if at_once => self.enter_phase(instrument, Phase::Open, tale),
            phase => {
                let call = match phase {
                    Phase::Open => Phase::VolatilityAuction,
                    call => call,
                };
                self.begin_call(instrument, call, self.volatility_end(instrument), tale);
                let calls = self.calls.iter_mut();
                calls
                    .filter(|call| call.instrument == instrument)
                    .for_each(|call| call.drill = drill);
            }
        }
        if drill {
            let phase = self.instruments[instrument.0 as usize].1;
            tale.drills.push((instrument, phase));
        }
    }

    /// An instrument is in another phase: whatever has halted it is over.
    pub(super) fn lift(&mut self, instrument: InstrumentId) {
        self.halts.halted.retain(|it| it.instrument != instrument);
    }

    /// The halts that wait for their time.
    pub(crate) fn halts_to_come(&self) -> &[(HaltId, Halt)] {
        &self.halts.to_come
    }

    pub(super) fn withdraw_halt(&mut self, id: HaltId) -> Result<(), Refusal> {
        let before = self.halts.to_come.len();
        self.halts.to_come.retain(|(it, _)| *it != id);
        if self.halts.to_come.len() == before {
            return Err(Refusal::UnknownHalt);
        }
        Ok(())
    }

    pub(super) fn set_group(
        &mut self,
        instrument: InstrumentId,
        group: Option<GroupName>,
    ) -> Result<(), Refusal> {
        self.phase(instrument)?;
        self.halts.groups.retain(|(it, _)| *it != instrument);
        self.halts.groups.extend(group.map(|it| (instrument, it)));
        Ok(())
    }

    pub(super) fn instruments_of(
        &self,
        instruments: Instruments,
    ) -> Result<Vec<InstrumentId>, Refusal> {
        let all = self.instruments.iter().map(|it| it.0.id);
        match instruments {
            Instruments::All => Ok(all.collect()),
            Instruments::One(id) => self.phase(id).map(|_| vec![id]),
            Instruments::Group(group) => {
                let is_in = |id: &InstrumentId| self.halts.groups.contains(&(*id, group));
                let members: Vec<InstrumentId> = all.filter(is_in).collect();
                if members.is_empty() {
                    return Err(Refusal::UnknownGroup);
                }
                Ok(members)
            }
        }
    }

    /// Whether a replace is taken while its instrument is halted: it takes back a part, and orders stay.
    pub(super) fn takes_back(&self, old: &Order, terms: &OrderTerms) -> bool {
        let mut halted = self.halts.halted.iter();
        let stays =
            halted.any(|it| it.instrument == old.terms.instrument && it.orders == HaltOrders::Stay);
        let mut same = old.terms;
        same.order_qty = terms.order_qty;
        stays && same == *terms && terms.order_qty.raw() < old.total
    }

    /// Everything of calls and halts whose time has come, if it was before `until`; the earliest first.
    pub(super) fn come_due(&mut self, until: i64, tale: &mut Tale) {
        loop {
            let calls = self.calls.iter();
            let calls = calls.map(|call| (call.latest, Event::CallEnds(call.instrument)));
            let ends = self.halts.halted.iter().filter_map(|it| {
                let until = it.until?;
                Some((until, Event::HaltEnds(it.instrument)))
            });
            let begins = self.halts.to_come.iter().filter_map(|(id, halt)| {
                let from = halt.from?;
                Some((from.nanos(), Event::HaltBegins(*id)))
            });
            let all = calls.chain(ends).chain(begins);
            let due = all.filter(|(at, _)| *at <= self.now && *at < until);
            match due.min().map(|(_, event)| event) {
                None => return,
                Some(Event::CallEnds(instrument)) => self.end_call(instrument, tale),
                Some(Event::HaltEnds(instrument)) => self.end_halt(instrument, None, tale),
                Some(Event::HaltBegins(id)) => {
                    let at = self.halts.to_come.iter().position(|(it, _)| *it == id);
                    let (_, halt) = self.halts.to_come.remove(at.expect("it is to come"));
                    let is_over = halt.until.is_some_and(|until| until.nanos() <= self.now);
                    let meant = self.instruments_of(halt.instruments).unwrap_or_default();
                    if !is_over {
                        self.stop(&meant, &halt, tale);
                    }
                }
            }
        }
    }

    /// The time of a call is over: it ends, or goes on once more.
    fn end_call(&mut self, instrument: InstrumentId, tale: &mut Tale) {
        if self.extends(instrument, tale) {
            return;
        }
        let (auction, next) = match self.instruments[instrument.0 as usize].1 {
            Phase::OpeningAuction => (Auction::Opening, Phase::Open),
            Phase::IntradayAuction => (Auction::Intraday, Phase::Open),
            Phase::VolatilityAuction => (Auction::Volatility, Phase::Open),
            Phase::ClosingAuction => (Auction::Closing, Phase::PostTrade),
            other => unreachable!("{other:?} is no call"),
        };
        let drill = self.is_drill(instrument);
        self.uncross(instrument, auction, tale);
        self.enter_phase(instrument, next, tale);
        if drill {
            tale.drills.push((instrument, next));
        }
    }
}
