//! [`Ledger`]: the orders as events tell them. It is the reference automaton of an order's life: what an event may say of an order
//! follows from what was said of it before, and of an order that nobody knows or that is final nothing is said. After every command it is
//! what the market holds: no order changes or ends without a word.

use market::event::{CancelReason, Event, Restatement};
use market::id::{ClOrdId, InstrumentId, OrderId, ParticipantId};
use market::market::Market;
use market::money::Money;
use market::order::{OrdStatus, OrdType, OrderFacts, Side, TimeInForce, Working};
use market::qty::Qty;
use market::trades::TradeRecord;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// All orders that were told, as they were told last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    live: BTreeMap<OrderId, OrderFacts>,
    /// Final ones of the day.
    ended: BTreeMap<OrderId, OrderFacts>,
    /// The trade that was changed last: as it was, and as it is.
    changed: Option<(TradeRecord, TradeRecord)>,
}

impl Ledger {
    /// The live order of this name.
    pub(crate) fn named(
        &self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
    ) -> Option<&OrderFacts> {
        let name = (participant, cl_ord_id);
        let mut live = self.live.values();
        live.find(|it| (it.participant, it.cl_ord_id) == name)
    }

    /// What one command tells.
    pub(crate) fn hear_all(&mut self, events: &[Event]) -> Result<(), TestCaseError> {
        for (at, event) in events.iter().enumerate() {
            self.hear(event, &events[..at])
                .map_err(|why| TestCaseError::fail(format!("{why}; told: {event:?}")))?;
        }
        Ok(())
    }

    /// One event, and those of the same command that were told before it.
    fn hear(&mut self, event: &Event, before: &[Event]) -> Result<(), TestCaseError> {
        match event {
            Event::OrderAccepted { order } => self.accept(order)?,
            Event::Traded { maker, taker, .. } => {
                self.trade(event, maker)?;
                self.trade(event, taker)?;
            }
            Event::OrderCanceled { order, .. } => self.end(order, OrdStatus::Canceled)?,
            Event::OrderExpired { order } => self.end(order, OrdStatus::Expired)?,
            Event::OrderReplaced {
                order,
                orig_cl_ord_id,
            } => self.replace(order, *orig_cl_ord_id)?,
            Event::OrderTriggered { order } => {
                let was = self.was(order)?;
                prop_assert!(is_held(&was) && !is_held(order));
                let working = order.working;
                self.becomes(order, OrderFacts { working, ..was })?;
            }
            Event::OrderRestated { order, reason } => {
                let was = self.was(order)?;
                let working = match reason {
                    Restatement::Repriced => order.working,
                    Restatement::NewDay => was.working,
                };
                self.becomes(order, OrderFacts { working, ..was })?;
            }
            Event::OrderDecremented { order, qty } => {
                let mut was = self.was(order)?;
                prop_assert!(*qty > Qty::ZERO);
                was.terms.order_qty = less(was.terms.order_qty, *qty);
                was.leaves_qty = less(was.leaves_qty, *qty);
                self.becomes(order, was)?;
            }
            Event::TradeChanged { was, now, .. } => self.changed = Some((*was, *now)),
            Event::ExecutionChanged { trade, side, order } => {
                let (was, now) = self.changed.expect("told before");
                prop_assert_eq!(&now, trade);
                self.change(&was, &now, *side, order.as_ref())?;
            }
            Event::OrderStatus { order, .. } => self.is_told(order.as_ref())?,
            Event::CancelRejected {
                participant,
                orig_cl_ord_id,
                order,
                ..
            } => {
                self.is_told(order.as_ref())?;
                let named = self.named(*participant, *orig_cl_ord_id);
                prop_assert!(named.is_none() || order.is_some(), "it lives, untold");
            }
            Event::MassCanceled {
                outcome: Ok(count), ..
            } => prop_assert_eq!(*count, canceled(before, CancelReason::MassCancel)),
            Event::AllCanceled {
                canceled: count, ..
            } => prop_assert_eq!(*count, canceled(before, CancelReason::Operator)),
            Event::Killed {
                orders,
                dry_run: false,
                ..
            } => prop_assert_eq!(*orders, canceled(before, CancelReason::Operator)),
            Event::DayEnded => self.ended.clear(),
            _ => {}
        }
        Ok(())
    }

    /// A live order as it was told last.
    fn was(&self, order: &OrderFacts) -> Result<OrderFacts, TestCaseError> {
        let was = self.live.get(&order.order_id);
        was.copied()
            .ok_or_else(|| TestCaseError::fail("of an order that does not live"))
    }

    /// An order is told as it is expected.
    fn becomes(&mut self, order: &OrderFacts, expected: OrderFacts) -> Result<(), TestCaseError> {
        agree(&expected, order)?;
        let is_final = order.leaves_qty == Qty::ZERO;
        if is_final {
            self.live.remove(&order.order_id);
            self.ended.insert(order.order_id, *order);
        } else {
            self.live.insert(order.order_id, *order);
        }
        Ok(())
    }

    fn accept(&mut self, order: &OrderFacts) -> Result<(), TestCaseError> {
        let is_new =
            !self.live.contains_key(&order.order_id) && !self.ended.contains_key(&order.order_id);
        prop_assert!(is_new, "an OrderID comes again");
        let named = self.named(order.participant, order.cl_ord_id);
        prop_assert!(named.is_none(), "a ClOrdID comes again");
        prop_assert_eq!(order.ord_status, OrdStatus::New);
        prop_assert_eq!(order.leaves_qty, order.terms.order_qty);
        prop_assert_eq!(order.cum_qty, Qty::ZERO);
        prop_assert_eq!(order.cum_notional.raw(), 0);
        self.live.insert(order.order_id, *order);
        Ok(())
    }

    /// One side of a trade.
    fn trade(&mut self, event: &Event, order: &OrderFacts) -> Result<(), TestCaseError> {
        let Event::Traded {
            instrument,
            qty,
            notional,
            maker,
            taker,
            ..
        } = event
        else {
            unreachable!("asked only of trades");
        };
        prop_assert_eq!(maker.terms.side, taker.terms.side.opposite());
        prop_assert_eq!(order.terms.instrument, *instrument);
        let mut was = self.was(order)?;
        was.cum_qty = plus(was.cum_qty, *qty);
        was.leaves_qty = less(was.leaves_qty, *qty);
        was.cum_notional = was.cum_notional.checked_add(*notional).expect("they fit");
        was.ord_status = match was.leaves_qty {
            Qty::ZERO => OrdStatus::Filled,
            _ => OrdStatus::PartiallyFilled,
        };
        self.becomes(order, was)
    }

    fn end(&mut self, order: &OrderFacts, ord_status: OrdStatus) -> Result<(), TestCaseError> {
        let expected = OrderFacts {
            ord_status,
            leaves_qty: Qty::ZERO,
            ..self.was(order)?
        };
        self.becomes(order, expected)
    }

    fn replace(&mut self, order: &OrderFacts, orig: ClOrdId) -> Result<(), TestCaseError> {
        let was = self.was(order)?;
        prop_assert_eq!(was.cl_ord_id, orig);
        let named = self.named(order.participant, order.cl_ord_id);
        prop_assert!(named.is_none(), "a ClOrdID comes again");
        let stays = |it: &OrderFacts| {
            let terms = it.terms;
            let what = (terms.account, terms.instrument, terms.side);
            (what, terms.short_sale, terms.all_or_none)
        };
        prop_assert_eq!(stays(&was), stays(order));
        let leaves_qty = less(order.terms.order_qty, was.cum_qty);
        let expected = OrderFacts {
            cl_ord_id: order.cl_ord_id,
            terms: order.terms,
            working: order.working,
            leaves_qty,
            ord_status: match leaves_qty {
                Qty::ZERO => OrdStatus::Filled,
                _ => was.ord_status,
            },
            ..was
        };
        self.becomes(order, expected)
    }

    /// What a changed trade is to one of its orders.
    fn change(
        &mut self,
        was: &TradeRecord,
        now: &TradeRecord,
        side: Side,
        order: Option<&OrderFacts>,
    ) -> Result<(), TestCaseError> {
        let order_id = now.leg(side).order_id;
        let Some(order) = order else {
            let lives = self.live.contains_key(&order_id);
            prop_assert!(!lives, "of an order that lives: nothing");
            return Ok(());
        };
        prop_assert_eq!(order.order_id, order_id);
        let mut expected = match self.live.get(&order_id).or(self.ended.get(&order_id)) {
            Some(order) => *order,
            None => return Err(TestCaseError::fail("of an order of a former day")),
        };
        let (qty, notional) = match now.is_busted {
            true => (0, 0),
            false => (now.qty.raw(), now.notional.raw()),
        };
        let lost = Qty::from_raw(was.qty.raw() - qty);
        expected.cum_qty = less(expected.cum_qty, lost);
        let notional = expected.cum_notional.raw() - was.notional.raw() + notional;
        expected.cum_notional = Money::from_raw(notional);
        if expected.leaves_qty > Qty::ZERO {
            // What it lost does not come back.
            expected.terms.order_qty = less(expected.terms.order_qty, lost);
            if expected.cum_qty == Qty::ZERO {
                expected.ord_status = OrdStatus::New;
            }
        } else if expected.ord_status == OrdStatus::Filled
            && expected.cum_qty < expected.terms.order_qty
        {
            expected.ord_status = OrdStatus::Canceled;
        }
        self.becomes(order, expected)
    }

    /// An order that is answered is as it was told last.
    fn is_told(&self, order: Option<&OrderFacts>) -> Result<(), TestCaseError> {
        let Some(order) = order else {
            return Ok(());
        };
        let told = self.live.get(&order.order_id);
        match told.or(self.ended.get(&order.order_id)) {
            Some(told) => agree(told, order),
            None => Err(TestCaseError::fail("an order that was never told")),
        }
    }

    /// The market holds the live orders, each as it was told last, and no others.
    pub(crate) fn compare(&self, market: &Market) -> Result<(), TestCaseError> {
        let mut held: BTreeMap<OrderId, OrderFacts> = BTreeMap::new();
        let instruments: Vec<InstrumentId> = market.instruments().map(|it| it.0.id).collect();
        for instrument in instruments {
            for side in [Side::Buy, Side::Sell] {
                let resting = market.resting(instrument, side);
                held.extend(resting.map(|it| (it.order.order_id, it.order)));
            }
            let waiting = market.waiting(instrument);
            held.extend(waiting.map(|order| (order.order_id, order)));
        }
        prop_assert_eq!(market.live_orders(), held.len() as u64);
        let ids = |of: &BTreeMap<OrderId, OrderFacts>| Vec::from_iter(of.keys().copied());
        prop_assert_eq!(ids(&held), ids(&self.live), "orders that live");
        for (order, told) in held.values().zip(self.live.values()) {
            agree(told, order)?;
        }
        Ok(())
    }
}

/// Whether an order is as it was told, but for what changes without a word: what it holds, the trigger of a trailing stop, and whether an
/// order for the closing auction takes part in a call.
fn agree(told: &OrderFacts, order: &OrderFacts) -> Result<(), TestCaseError> {
    prop_assert!(
        works_on(told, order.working),
        "{:?} works as {:?}",
        told,
        order.working
    );
    let alike = OrderFacts {
        working: order.working,
        reserved: order.reserved,
        ..*told
    };
    prop_assert_eq!(&alike, order);
    Ok(())
}

fn works_on(told: &OrderFacts, working: Working) -> bool {
    let is_nearer = |was, is| match told.terms.side {
        Side::Buy => is <= was,
        Side::Sell => is >= was,
    };
    match (told.working, working) {
        (Working::Held { stop_px: was }, Working::Held { stop_px: is }) => {
            let trails = matches!(told.terms.ord_type, OrdType::TrailingStop { .. });
            was == is || trails && is_nearer(was, is)
        }
        (Working::Parked, works @ (Working::At(_) | Working::AtMarket))
        | (works @ (Working::At(_) | Working::AtMarket), Working::Parked) => {
            let limit = told.terms.ord_type.price();
            told.terms.time_in_force == TimeInForce::AtClose && limit == works.price()
        }
        (was, is) => was == is,
    }
}

fn is_held(order: &OrderFacts) -> bool {
    matches!(order.working, Working::Held { .. })
}

/// How many of these are cancels for such a reason.
fn canceled(events: &[Event], why: CancelReason) -> u32 {
    let canceled = events
        .iter()
        .filter(|event| matches!(event, Event::OrderCanceled { reason, .. } if *reason == why));
    u32::try_from(canceled.count()).expect("few")
}

fn plus(a: Qty, b: Qty) -> Qty {
    Qty::from_raw(a.raw() + b.raw())
}

/// `a` without `b`; nothing when that is more.
fn less(a: Qty, b: Qty) -> Qty {
    Qty::from_raw((a.raw() - b.raw()).max(0))
}
