//! What follows from a command by itself, in the same command: once its own events stand, whatever they set off is done, one after
//! another, until nothing follows any more. And what is due at a time ([`crate::deadlines`]).

use crate::deadlines::Due;
use crate::event::Event;
use crate::order::OrdStatus;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// Does what the events from `from` on set off.
    pub(crate) fn react(&mut self, from: usize, events: &mut Vec<Event>) {
        let _nothing_follows_yet = (from, events);
    }

    /// Does everything that is due by now.
    pub(crate) fn tick(&mut self, events: &mut Vec<Event>) {
        while let Some(due) = self.deadlines.pop(self.now) {
            match due {
                Due::OrderExpires(_, slot) => {
                    let order = self.end_resting(slot, OrdStatus::Expired);
                    events.push(Event::OrderExpired { order });
                }
            }
        }
        events.push(Event::Ticked);
    }
}
