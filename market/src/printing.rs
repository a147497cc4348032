//! A trade has printed: the tape and the reference price of the bands know it, trailing stops follow it, and what it reaches is to be
//! triggered.

use crate::id::InstrumentId;
use crate::order::Side;
use crate::price::Price;
use crate::rules::StopTrigger;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// A trade has printed: trailing stops follow it, and what it reaches is to be triggered.
    #[inline(always)]
    pub(crate) fn print(&mut self, instrument: InstrumentId, last_px: Price) {
        let at = instrument.0 as usize;
        let has_moved = self.reference(instrument) != last_px;
        self.tapes[at].print(last_px);
        if let Some(luld) = &mut self.luld[at] {
            luld.count(self.now, last_px);
        }
        if self.stops[at].is_empty() {
            return;
        }
        // At the price of before no trigger can come nearer.
        let trailed = match has_moved {
            true => self.stops[at].trail(&mut self.orders, last_px),
            false => Vec::new(),
        };
        for slot in trailed {
            let mut order = self.orders.facts(slot);
            let reserved = self.reserved_by(&order);
            // The nearer the trigger, the less is held: never more than was.
            let reserved = reserved.min(order.reserved);
            self.hold(&mut order, reserved);
            self.orders.set_facts(slot, &order);
            self.follow_stake(&order);
        }
        if self.listing(instrument).rules.stop_trigger == StopTrigger::LastTrade {
            self.stops[at].reach(Side::Buy, last_px);
            self.stops[at].reach(Side::Sell, last_px);
        }
    }
}
