//! Phases of an instrument and the end of the trading day: closed → open ⇄ halted, and back to closed from either.

use crate::event::Event;
use crate::id::InstrumentId;
use crate::instrument::Phase;
use crate::order::{OrdStatus, Side, TimeInForce};
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::State;
use crate::text::Text;
use alloc::vec::Vec;

impl State {
    /// Closed → open.
    pub(crate) fn open(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match self.registry.listing(id)?.phase {
            Phase::Closed => self.enter_phase(id, Phase::Open, None, events),
            Phase::Open => Err(Refusal::AlreadyInPhase),
            Phase::Halted => Err(Refusal::Halted),
        }
    }

    /// Open or halted → closed; Day orders expire.
    pub(crate) fn close(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match self.registry.listing(id)?.phase {
            Phase::Closed => Err(Refusal::AlreadyInPhase),
            Phase::Open | Phase::Halted => {
                self.enter_phase(id, Phase::Closed, None, events)?;
                self.expire_day_orders(id, events);
                Ok(())
            }
        }
    }

    /// Open → halted.
    pub(crate) fn halt(
        &mut self,
        id: InstrumentId,
        reason: Text<80>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match self.registry.listing(id)?.phase {
            Phase::Open => self.enter_phase(id, Phase::Halted, Some(reason), events),
            Phase::Halted => Err(Refusal::AlreadyInPhase),
            Phase::Closed => Err(Refusal::Closed),
        }
    }

    /// Halted → open.
    pub(crate) fn resume(
        &mut self,
        id: InstrumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        match self.registry.listing(id)?.phase {
            Phase::Halted => self.enter_phase(id, Phase::Open, None, events),
            Phase::Open => Err(Refusal::AlreadyInPhase),
            Phase::Closed => Err(Refusal::Closed),
        }
    }

    /// Ends the trading day in every instrument. Phases stay.
    pub(crate) fn end_of_day(&mut self, events: &mut Vec<Event>) {
        for at in 0..self.books.len() {
            let id = self.registry.listings()[at].instrument.id;
            self.expire_day_orders(id, events);
        }
        self.orders.end_day();
        events.push(Event::DayEnded);
    }

    fn enter_phase(
        &mut self,
        instrument: InstrumentId,
        phase: Phase,
        reason: Option<Text<80>>,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.set_phase(instrument, phase)?;
        events.push(Event::PhaseChanged {
            instrument,
            phase,
            reason,
        });
        Ok(())
    }

    fn expire_day_orders(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        for side in [Side::Buy, Side::Sell] {
            let book = self.book(instrument);
            let day: Vec<Slot> = book
                .resting(side, &self.orders)
                .filter(|slot| self.orders.time_in_force(*slot) == TimeInForce::Day)
                .collect();
            let held = self.stops[instrument.0 as usize].slots().into_iter();
            let held = held.filter(|slot| {
                self.orders[*slot].side() == side
                    && self.orders.time_in_force(*slot) == TimeInForce::Day
            });
            let day: Vec<Slot> = day.into_iter().chain(held).collect();
            for slot in day {
                let order = self.end_resting(slot, OrdStatus::Expired);
                events.push(Event::OrderExpired { order });
            }
        }
    }
}
