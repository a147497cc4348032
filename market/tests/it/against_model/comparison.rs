//! What is compared after each command: books, what waits, balances and reservations, what is counted for limits, margin, the index;
//! and whether bands and levels are as the events tell them.

use super::Pair;
use super::cast::{ACCOUNTS, CASH, INSTRUMENTS, ON_MARGIN, PARTICIPANTS};
use market::event::Event;
use market::id::{AccountId, InstrumentId, ParticipantId};
use market::market::LevelShown;
use market::money::Money;
use market::order::{Side, Working};
use market::price::Price;
use market::qty::Qty;
use market::time::Timestamp;
use proptest::prelude::*;

impl Pair {
    /// What the index is, and what it is measured against.
    pub(super) fn check_index(&self) -> Result<(), TestCaseError> {
        let (level, close) = self.market.index();
        prop_assert_eq!(level.raw(), self.model.index());
        prop_assert_eq!(close.map(Money::raw), self.model.index_close());
        Ok(())
    }

    /// The halts that wait for their time, in order of their numbers.
    pub(super) fn check_halts(&self) -> Result<(), TestCaseError> {
        let real: Vec<_> = self.market.scheduled_halts().collect();
        let model = self.model.halts_to_come().iter();
        let model: Vec<_> = model.map(|(id, halt)| (*id, halt)).collect();
        prop_assert_eq!(real, model);
        Ok(())
    }

    /// In continuous trading nothing trades outside the bands that were told last.
    pub(super) fn check_bands(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::BandsMoved { instrument, bands } => {
                self.bands.remove(instrument);
                self.bands.extend(bands.map(|bands| (*instrument, bands)));
            }
            Event::Traded {
                instrument,
                price,
                auction: None,
                ..
            } => {
                if let Some(bands) = self.bands.get(instrument) {
                    prop_assert!((bands.lower..=bands.upper).contains(price));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What accounts on margin are worth, and whether they are called.
    pub(super) fn check_margin(&self) -> Result<(), TestCaseError> {
        let account = AccountId(ON_MARGIN);
        let standing = self.market.standing(account, CASH).expect("it is open");
        prop_assert_eq!(standing.equity.raw(), self.model.equity(account));
        prop_assert_eq!(standing.held.raw(), self.model.held(account));
        let call = self.market.margin_call(account, CASH);
        let call = call.map(|until| until.map(Timestamp::nanos));
        prop_assert_eq!(call, self.model.called(account));
        Ok(())
    }

    /// What is counted for limits is what is open and was traded, exactly.
    pub(super) fn check_stakes(&self) -> Result<(), TestCaseError> {
        for who in (0..PARTICIPANTS).map(ParticipantId) {
            if self.model.counts_exposure(who) {
                let real = self.market.exposure(who, CASH);
                prop_assert_eq!(real, Some(self.model.exposure(who)));
            }
            if let Some(open) = self.market.open_orders(who) {
                let model = self.model.orders.iter().filter(|it| it.participant == who);
                prop_assert_eq!(open as usize, model.count());
            }
        }
        for account in (0..ACCOUNTS).map(AccountId) {
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                if self.model.counts_position(account, instrument) {
                    let real = self.market.open_qty(account, instrument);
                    prop_assert_eq!(
                        real.unwrap_or_default(),
                        self.model.open_qty(account, instrument)
                    );
                }
            }
        }
        Ok(())
    }

    /// Level events stand last, one a level, each a change, and together they give the book.
    pub(super) fn check_levels(&mut self, events: &[Event]) -> Result<(), TestCaseError> {
        let first = events
            .iter()
            .position(|e| matches!(e, Event::LevelChanged { .. }))
            .unwrap_or(events.len());
        let mut seen = Vec::new();
        for event in &events[first..] {
            let Event::LevelChanged {
                instrument,
                side,
                price,
                qty,
                orders,
            } = *event
            else {
                return Err(TestCaseError::fail("something after a level"));
            };
            let key = (instrument, side, price);
            prop_assert!(!seen.contains(&key), "a level told twice");
            seen.push(key);
            let before = if orders == 0 {
                prop_assert_eq!(qty, Qty::ZERO);
                self.levels.remove(&key)
            } else {
                self.levels.insert(key, (qty, orders))
            };
            prop_assert_ne!(before.unwrap_or_default(), (qty, orders), "no change");
        }
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            for side in [Side::Buy, Side::Sell] {
                let shown: Vec<LevelShown> = self.market.levels(instrument, side).collect();
                let mut told: Vec<LevelShown> = self
                    .levels
                    .iter()
                    .filter(|((i, s, _), _)| (*i, *s) == (instrument, side))
                    .map(|((_, _, price), (qty, orders))| LevelShown {
                        price: *price,
                        qty: *qty,
                        orders: *orders,
                    })
                    .collect();
                if side == Side::Buy {
                    told.reverse();
                }
                prop_assert_eq!(shown, told);
            }
        }
        Ok(())
    }

    pub(super) fn check_books(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.market.live_orders(), self.model.orders.len() as u64);
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            for side in [Side::Buy, Side::Sell] {
                let real: Vec<_> = self
                    .market
                    .resting(instrument, side)
                    .map(|r| {
                        let o = r.order;
                        let total = o.terms.order_qty.raw();
                        (
                            (o.participant, o.cl_ord_id, o.order_id),
                            o.working.price().map(Price::raw),
                            total,
                            o.cum_qty.raw(),
                            r.shown.raw(),
                            o.reserved.raw(),
                        )
                    })
                    .collect();
                let model: Vec<_> = self
                    .model
                    .book(instrument, side)
                    .iter()
                    .map(|o| {
                        (
                            (o.participant, o.cl_ord_id, o.order_id()),
                            o.works_at,
                            o.total,
                            o.cum,
                            o.shown,
                            self.model.needs(o),
                        )
                    })
                    .collect();
                prop_assert_eq!(real, model);
            }
        }
        Ok(())
    }

    /// What waits outside the books.
    pub(super) fn check_waiting(&self) -> Result<(), TestCaseError> {
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            let real: Vec<_> = self
                .market
                .waiting(instrument)
                .map(|o| {
                    let trigger = match o.working {
                        Working::Held { stop_px } => (Some(stop_px.raw()), None),
                        other => (None, other.price().map(Price::raw)),
                    };
                    let qty = (o.terms.order_qty.raw(), o.leaves_qty.raw());
                    let reserved = o.reserved.raw();
                    let name = (o.participant, o.cl_ord_id, o.order_id);
                    (name, trigger, qty, reserved)
                })
                .collect();
            let model: Vec<_> = self
                .model
                .waiting(instrument)
                .iter()
                .map(|o| {
                    let reserved = self.model.needs(o);
                    let at = o.works_at.filter(|_| o.trigger.is_none());
                    let trigger = (o.trigger, at);
                    let qty = (o.total, o.leaves());
                    let name = (o.participant, o.cl_ord_id, o.order_id());
                    (name, trigger, qty, reserved)
                })
                .collect();
            prop_assert_eq!(real, model);
        }
        Ok(())
    }

    pub(super) fn check_balances(&self) -> Result<(), TestCaseError> {
        let (mut cash, mut stock) = (0, [0; INSTRUMENTS as usize]);
        for account in (0..ACCOUNTS).map(AccountId) {
            let real = self.market.cash(account, CASH).expect("it is open");
            let at = account.0 as usize;
            prop_assert_eq!(real.total.raw(), self.model.cash[at]);
            prop_assert_eq!(real.reserved.raw(), self.model.cash_reserved(account));
            cash += real.total.raw();
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                let real = self.market.holding(account, instrument).expect("listed");
                let i = instrument.0 as usize;
                prop_assert_eq!(real.total.raw(), self.model.stock[at][i]);
                let reserved = self.model.stock_reserved(account, instrument);
                prop_assert_eq!(real.reserved.raw(), reserved);
                stock[i] += real.total.raw();
            }
        }
        prop_assert_eq!(cash, self.cash, "cash is conserved");
        prop_assert_eq!(stock, self.stock, "stock is conserved");
        Ok(())
    }
}
