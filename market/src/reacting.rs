//! What follows from a command by itself, in the same command: once its own events stand, whatever they set off is done, one after
//! another, until nothing follows any more. And what is due at a time ([`crate::deadlines`]).
//!
//! It comes to an end: every stop that is triggered is one less that waits.

use crate::deadlines::Due;
use crate::event::Event;
use crate::id::InstrumentId;
use crate::order::OrdStatus;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// Does what the events from `from` on set off.
    pub(crate) fn react(&mut self, from: usize, events: &mut Vec<Event>) {
        let mut stirred = Vec::new();
        for event in &events[from..] {
            let touched = touched(event).filter(|id| stirred.last() != Some(id));
            stirred.extend(touched.filter(|id| !self.stops[id.0 as usize].is_empty()));
        }
        stirred.sort_unstable();
        stirred.dedup();
        for instrument in stirred {
            self.follow(instrument, events);
        }
    }

    fn follow(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        while self.listing(instrument).phase.is_continuous()
            && self.trigger_next(instrument, events)
        {}
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
            }
        }
        events.push(Event::Ticked);
    }
}

/// The instrument in which something may follow from this event.
const fn touched(event: &Event) -> Option<InstrumentId> {
    match event {
        Event::PhaseChanged { instrument, .. } | Event::RulesSet { instrument, .. } => {
            Some(*instrument)
        }
        _ => event.book(),
    }
}
