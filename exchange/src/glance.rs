//! [`glance`]: entries that another processor has just written are looked at right before they are read. What stands in another processor's
//! caches takes a while to come; asked for together, all of it comes in the while of one. Nothing comes out: only time is saved.

use journal::entry::{Entry, Instruction};
use market::event::Event;
use std::hint::black_box;
use std::mem::discriminant;

/// Entries that are looked at together, at most: they and what is made of them fit into a processor's nearest memory.
pub(crate) const TOGETHER: usize = 16;
/// Events of one entry that are looked at: few have more.
const EVENTS: usize = 4;

/// Looks at the entries, step by step for all of them: so the places of one step do not wait for each other.
pub(crate) fn glance<'a>(entries: impl Iterator<Item = &'a Entry> + Clone) {
    for entry in entries.clone() {
        black_box(entry.events.len());
        black_box(entry.origin);
        if let Instruction::Market(command) = &entry.instruction {
            black_box(*command);
        }
    }
    let events = || {
        entries
            .clone()
            .flat_map(|entry| entry.events.iter().take(EVENTS))
    };
    events().for_each(|event| {
        black_box(discriminant(event));
    });
    events().for_each(|event| match event {
        Event::OrderAccepted { order }
        | Event::OrderCanceled { order, .. }
        | Event::OrderReplaced { order, .. } => {
            black_box(*order);
        }
        Event::Traded { maker, taker, .. } => {
            black_box(*maker);
            black_box(*taker);
        }
        _ => {}
    });
}
