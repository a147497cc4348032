//! Phases of an instrument and the end of the trading day: who may follow whom, and when a call ends. What an auction does when its
//! call ends stands in `auction`.

use crate::auction::price::Indication;
use crate::deadlines::Due;
use crate::event::{CancelReason, Event, Restatement};
use crate::halt::HaltFacts;
use crate::halts::DRILL;
use crate::id::InstrumentId;
use crate::instrument::{Auction, Phase};
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Side, TimeInForce};
use crate::refusal::Refusal;
use crate::refusal::term::Term;
use crate::registry::Listing;
use crate::rules::Rules;
use crate::slab::Slot;
use crate::state::State;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The call of an auction that goes on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    /// When it ends: drawn when it began, told to nobody.
    ends: Timestamp,
    /// Whether it goes on longer already, since its price was too far off.
    is_extended: bool,
    /// What was told last about its price.
    told: Indication,
    /// Whether it follows a halt that was told as one of a drill.
    pub(crate) drill: bool,
}

impl Call {
    /// When it ends: for those who check what was read back.
    pub(crate) const fn ends(&self) -> Timestamp {
        self.ends
    }
}

impl State {
    /// Closed or pre-open → open, or out of a call; what is crossed trades first.
    pub(crate) fn open(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let phase = self.registry.listing(id)?.phase;
        self.may_begin()?;
        match phase {
            Phase::Closed | Phase::PreOpen => {
                if self.is_at_rest(id) {
                    self.drop_unopened(id, events);
                } else {
                    self.uncross(id, Auction::Opening, events);
                }
                self.enter_phase(id, Phase::Open, None, None, events);
                Ok(())
            }
            Phase::OpeningAuction | Phase::IntradayAuction | Phase::VolatilityAuction => {
                self.finish_call(id, events);
                Ok(())
            }
            Phase::Open => Err(Refusal::AlreadyInPhase),
            Phase::Halted => Err(Refusal::Halted),
            Phase::ClosingAuction | Phase::PostTrade => Err(Refusal::WrongPhase),
        }
    }

    /// Any other phase → closed; orders of the day expire.
    pub(crate) fn close(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        if self.registry.listing(id)?.phase == Phase::Closed {
            return Err(Refusal::AlreadyInPhase);
        }
        self.enter_phase(id, Phase::Closed, None, None, events);
        self.expire_day_orders(id, events);
        Ok(())
    }

    /// Continuous trading, or a call with its auction → post-trade.
    pub(crate) fn post_trade(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let phase = self.registry.listing(id)?.phase;
        match phase {
            Phase::PostTrade => return Err(Refusal::AlreadyInPhase),
            Phase::Halted => return Err(Refusal::Halted),
            Phase::Closed | Phase::PreOpen => return Err(Refusal::WrongPhase),
            Phase::Open
            | Phase::OpeningAuction
            | Phase::IntradayAuction
            | Phase::VolatilityAuction
            | Phase::ClosingAuction => {}
        }
        if let Some(auction) = phase.auction() {
            self.uncross(id, auction, events);
        }
        for slot in self.waiting[id.0 as usize].all() {
            if self.orders.time_in_force(slot) == TimeInForce::AtClose {
                self.cancel_resting(slot, None, CancelReason::AuctionOver, events);
            }
        }
        self.enter_phase(id, Phase::PostTrade, None, None, events);
        Ok(())
    }

    /// Closed or post-trade → pre-open.
    pub(crate) fn pre_open(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let phase = self.registry.listing(id)?.phase;
        if self.is_closed_for_the_day() {
            self.may_begin()?;
        }
        match phase {
            Phase::Closed | Phase::PostTrade => {
                self.enter_phase(id, Phase::PreOpen, None, None, events);
                Ok(())
            }
            Phase::PreOpen => Err(Refusal::AlreadyInPhase),
            _ => Err(Refusal::WrongPhase),
        }
    }

    /// Begins the call of an auction.
    pub(crate) fn call_auction(
        &mut self,
        id: InstrumentId,
        auction: Auction,
        until: Timestamp,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let phase = self.registry.listing(id)?.phase;
        self.may_begin()?;
        if phase == auction.phase() {
            return Err(Refusal::AlreadyInPhase);
        }
        if !may_call(phase, auction) {
            return Err(Refusal::WrongPhase);
        }
        self.begin_call(id, auction, until, None, events);
        Ok(())
    }

    /// Ends the trading day in every instrument. Phases stay.
    pub(crate) fn end_of_day(&mut self, events: &mut Vec<Event>) {
        for at in 0..self.books.len() {
            let id = self.registry.listings()[at].instrument.id;
            self.expire_day_orders(id, events);
            self.tapes[at].end_day();
            if let Some(luld) = &mut self.luld[at] {
                luld.restart(self.tapes[at].reference());
            }
        }
        self.orders.end_day();
        self.registry.end_day(self.now);
        self.end_breakers_day(events);
        events.push(Event::DayEnded);
        self.restate(events);
    }

    /// What lives on is told anew: on the day that begins nothing of it is done yet.
    fn restate(&self, events: &mut Vec<Event>) {
        let stays = |order: &OrderFacts| {
            matches!(
                order.terms.time_in_force,
                TimeInForce::Gtc | TimeInForce::Gtd(_)
            )
        };
        let restated = self.orders.live().filter(stays);
        let restated = restated.map(|order| Event::OrderRestated {
            order,
            reason: Restatement::NewDay,
        });
        events.extend(restated);
    }

    /// Begins a call. A call that goes on already becomes this one; orders for another auction do not take part in it.
    pub(crate) fn begin_call(
        &mut self,
        id: InstrumentId,
        auction: Auction,
        until: Timestamp,
        reason: Option<Text<80>>,
        events: &mut Vec<Event>,
    ) {
        let listing = self.listing(id);
        let from = match listing.phase {
            Phase::Halted => listing.resumes,
            phase => phase,
        };
        match from {
            Phase::PreOpen | Phase::OpeningAuction if auction != Auction::Opening => {
                self.drop_unopened(id, events);
            }
            Phase::ClosingAuction if auction != Auction::Closing => self.leave_closing(id),
            _ => {}
        }
        self.enter_phase(id, auction.phase(), reason, None, events);
        let call = Call {
            ends: self.random_end(id, until),
            is_extended: false,
            told: Indication::default(),
            drill: false,
        };
        self.calls.insert(id, call);
        self.deadlines.set(call.ends, Due::CallEnds(id));
        if auction == Auction::Closing {
            self.join_closing(id);
        }
    }

    /// The time of a call has come: it ends, or goes on once more when its price is too far off, or when its time has passed long
    /// since: nobody could change what he has in it then.
    pub(crate) fn end_call(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        let Some(call) = self.calls.get(&id).filter(|call| call.ends <= self.now) else {
            return;
        };
        if self.now > later(call.ends, LATE_NANOS) {
            return self.extend_call(id, MISSED, events);
        }
        let indicated = || self.indication(id).price;
        let too_far = match call.is_extended {
            true => None,
            false => indicated().and_then(|price| self.too_far(id, price)),
        };
        let Some(why) = too_far else {
            return self.finish_call(id, events);
        };
        if let Some(call) = self.calls.get_mut(&id) {
            call.is_extended = true;
        }
        self.extend_call(id, why, events);
    }

    fn extend_call(&mut self, id: InstrumentId, why: &str, events: &mut Vec<Event>) {
        let ends = self.random_end(id, later(self.now, self.rules_of(id).volatility_nanos));
        let mut reason = String::new();
        if let Some(call) = self.calls.get_mut(&id) {
            call.ends = ends;
            reason.push_str(if call.drill { DRILL } else { "" });
        }
        reason.push_str(why);
        self.deadlines.set(ends, Due::CallEnds(id));
        events.push(Event::PhaseChanged {
            instrument: id,
            phase: self.phase(id),
            reason: Some(Text::new(&reason).expect("short and plain")),
            halt: None,
        });
    }

    /// Ends a call with its auction; the next phase follows.
    fn finish_call(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        if let Some(auction) = self.phase(id).auction() {
            let drill = self.calls.get(&id).is_some_and(|call| call.drill);
            let why = drill.then(|| Text::new(DRILL_OVER).expect("short and plain"));
            self.uncross(id, auction, events);
            self.enter_phase(id, auction.next(), why, None, events);
        }
    }

    /// A random instant between `until` (or now, when that has passed) and the window's length later. Drawn from the seed and from what
    /// state and command hold, so that a replay draws the same and nobody else does.
    fn random_end(&self, id: InstrumentId, until: Timestamp) -> Timestamp {
        let window = self.rules_of(id).random_end_nanos;
        let now = self.now.nanos().cast_unsigned();
        let drawn = self.seed.draw([now, u64::from(id.0), self.last_trade]);
        later(until.max(self.now), drawn % (window + 1))
    }

    pub(crate) fn enter_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        reason: Option<Text<80>>,
        halt: Option<HaltFacts>,
        events: &mut Vec<Event>,
    ) {
        if let Some(call) = self.calls.remove(&instrument) {
            self.deadlines.clear(call.ends, Due::CallEnds(instrument));
        }
        let until = self.halts.lift(instrument).and_then(|it| it.facts.until);
        if let Some(until) = until {
            self.deadlines.clear(until, Due::HaltEnds(instrument));
        }
        assert!(
            !phase.is_continuous() || self.is_at_rest(instrument),
            "continuous trading begins with a book that is not crossed"
        );
        self.registry.set_phase(instrument, phase);
        events.push(Event::PhaseChanged {
            instrument,
            phase,
            reason,
            halt,
        });
        self.leave_limit_state(instrument, events);
    }

    /// Whether a book may trade continuously: it is not crossed, and no market order waits.
    fn is_at_rest(&self, id: InstrumentId) -> bool {
        let waiting = &self.waiting[id.0 as usize];
        let waits = |side| waiting.has_at_market(side);
        self.book(id).is_uncrossed() && !waits(Side::Buy) && !waits(Side::Sell)
    }

    /// Tells the price of each call that the events from `from` on may have changed, where it did.
    pub(crate) fn indicate(&mut self, from: usize, events: &mut Vec<Event>) {
        if self.calls.is_empty() {
            return;
        }
        let mut touched: Vec<InstrumentId> =
            events[from..].iter().filter_map(Event::book).collect();
        touched.sort_unstable();
        touched.dedup();
        for instrument in touched {
            let Some(told) = self.calls.get(&instrument).map(|call| call.told) else {
                continue;
            };
            let indication = self.indication(instrument);
            if indication != told {
                if let Some(call) = self.calls.get_mut(&instrument) {
                    call.told = indication;
                }
                let Indication {
                    price,
                    volume,
                    surplus,
                    surplus_side,
                } = indication;
                events.push(Event::Indicative {
                    instrument,
                    price,
                    volume,
                    surplus,
                    surplus_side,
                });
            }
        }
    }

    /// Ends what is good for the day.
    fn expire_day_orders(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        for slot in self.orders_of_day(instrument) {
            let order = self.end_resting(slot, OrdStatus::Expired);
            events.push(Event::OrderExpired { order });
        }
    }

    /// What is good for the day, in the book and beside it.
    pub(crate) fn orders_of_day(&self, instrument: InstrumentId) -> Vec<Slot> {
        let is_of_day = |time_in_force| {
            matches!(
                time_in_force,
                TimeInForce::Day | TimeInForce::AtOpen | TimeInForce::AtClose
            )
        };
        let mut day = self.resting_where(instrument, is_of_day);
        let mut waiting = self.stops[instrument.0 as usize].slots();
        for side in [Side::Buy, Side::Sell] {
            let wholes = self.wholes[instrument.0 as usize].of(side);
            waiting.extend(wholes.map(|whole| whole.slot));
        }
        waiting.sort_by_key(|slot| self.orders[*slot].side());
        waiting.extend(self.waiting[instrument.0 as usize].all());
        waiting.retain(|slot| is_of_day(self.orders.time_in_force(*slot)));
        day.append(&mut waiting);
        day
    }

    pub(crate) fn phase(&self, id: InstrumentId) -> Phase {
        self.listing(id).phase
    }

    pub(crate) fn rules_of(&self, id: InstrumentId) -> &Rules {
        &self.listing(id).rules
    }
}

impl Listing {
    /// Whether an order of these terms may enter, or be what another becomes, now.
    pub(crate) const fn takes(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        match (self.phase, terms.time_in_force) {
            (Phase::Halted, _) => Err(Refusal::Halted),
            (Phase::Closed | Phase::PostTrade, _) => Err(Refusal::Closed),
            (phase, TimeInForce::Ioc | TimeInForce::Fok) if phase.is_gathering() => {
                Err(Refusal::NotInCall)
            }
            (phase, _) if phase.is_gathering() && terms.all_or_none => Err(Refusal::NotGathered {
                term: Term::AllOrNone,
            }),
            (phase, _)
                if phase.is_gathering()
                    && matches!(
                        terms.ord_type,
                        OrdType::MarketToLimit | OrdType::Pegged { .. }
                    ) =>
            {
                Err(Refusal::NotGathered {
                    term: Term::OrdType,
                })
            }
            (Phase::PreOpen | Phase::OpeningAuction, TimeInForce::AtOpen) => Ok(()),
            (_, TimeInForce::AtOpen) => Err(Refusal::NoOpeningAhead),
            _ => Ok(()),
        }
    }
}

/// Which calls may begin in which phase. A volatility auction or one within the day goes over into the closing auction.
const fn may_call(phase: Phase, auction: Auction) -> bool {
    match auction {
        Auction::Opening => matches!(phase, Phase::Closed | Phase::PreOpen | Phase::Halted),
        Auction::Intraday | Auction::Volatility => matches!(phase, Phase::Open | Phase::Halted),
        Auction::Closing => matches!(
            phase,
            Phase::Open | Phase::IntradayAuction | Phase::VolatilityAuction | Phase::Halted
        ),
    }
}

/// What is told when the auction after a drill is over.
const DRILL_OVER: &str = "DRILL: over";
/// Why a call goes on longer whose end nobody was there for.
const MISSED: &str = "extended: the venue was down when the call was to end";
/// How late a call may end, in nanoseconds: a minute.
const LATE_NANOS: u64 = 60_000_000_000;

/// `nanos` later, or the end of time.
pub(crate) fn later(at: Timestamp, nanos: u64) -> Timestamp {
    Timestamp::from_nanos(at.nanos().saturating_add_unsigned(nanos))
}
