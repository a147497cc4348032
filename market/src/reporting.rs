//! Answers to status requests, one order or all live ones of a participant. Changes nothing.

use crate::event::Event;
use crate::id::{ClOrdId, InstrumentId, ParticipantId};
use crate::order::OrderFacts;
use crate::orders::Found;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// OrderStatusRequest and OrderMassStatusRequest.
    pub(crate) fn status(
        &self,
        participant: ParticipantId,
        request_id: Option<ClOrdId>,
        cl_ord_id: Option<ClOrdId>,
        instrument: Option<InstrumentId>,
        events: &mut Vec<Event>,
    ) {
        let orders = match cl_ord_id {
            Some(cl_ord_id) => Vec::from_iter(self.order(participant, &cl_ord_id)),
            None => self.live_orders_of(participant),
        };
        let mut orders = orders;
        orders.retain(|order| instrument.is_none_or(|i| order.terms.instrument == i));
        let total = u32::try_from(orders.len()).expect("bounded by Limits::max_live_orders");
        let mut answer = |order, last| {
            events.push(Event::OrderStatus {
                participant,
                request_id,
                cl_ord_id,
                order,
                total,
                last,
            });
        };
        let Some(last) = orders.pop() else {
            return answer(None, true);
        };
        for order in orders {
            answer(Some(order), false);
        }
        answer(Some(last), true);
    }

    /// An order by its participant's ClOrdID, live or remembered.
    pub(crate) fn order(
        &self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
    ) -> Option<OrderFacts> {
        match self.orders.find(participant, cl_ord_id)? {
            Found::Live(slot) => Some(self.orders.facts(slot)),
            Found::Final(facts) => facts,
        }
    }

    fn live_orders_of(&self, participant: ParticipantId) -> Vec<OrderFacts> {
        self.orders
            .of(participant)
            .map(|slot| self.orders.facts(slot))
            .collect()
    }
}
