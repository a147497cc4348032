//! Requests of participants to change one of their orders (F and G): the request must mean the order that it names, and bring a
//! ClOrdID of its own. What is then done stands with cancels and replaces.

use crate::command::{Amendment, Change};
use crate::event::{CancelReason, CxlRejResponseTo, Event};
use crate::id::InstrumentId;
use crate::order::{OrderFacts, OrderTerms, Side};
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// OrderCancelRequest or OrderCancelReplaceRequest.
    pub(crate) fn amend(&mut self, request: &Amendment, events: &mut Vec<Event>) {
        let Amendment {
            participant,
            cl_ord_id,
            orig_cl_ord_id,
            change,
            ..
        } = *request;
        match (self.meant(request), change) {
            (Ok(slot), Change::Cancel { .. }) => {
                self.orders.use_up(participant, cl_ord_id, &self.limits);
                self.cancel_resting(slot, Some(cl_ord_id), CancelReason::Requested, events);
            }
            (Ok(_), Change::Replace(terms)) => {
                self.replace(participant, &cl_ord_id, &orig_cl_ord_id, &terms, events);
            }
            (outcome, _) => events.push(Event::CancelRejected {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                response_to: change.response_to(),
                order: self.order(participant, &orig_cl_ord_id),
                refusal: outcome.err().unwrap_or(Refusal::BadRequest),
            }),
        }
    }

    /// The live order that a request means in every way in which it says so.
    fn meant(&self, request: &Amendment) -> Result<Slot, Refusal> {
        let slot = self.live(request.participant, &request.orig_cl_ord_id)?;
        let order = &self.orders.facts(slot);
        if request.order_id.is_some_and(|id| id != order.order_id) {
            return Err(Refusal::OtherOrderId);
        }
        match &request.change {
            Change::Cancel { instrument, side } => {
                is_of(order, *instrument, *side)?;
                self.orders
                    .unused(request.participant, &request.cl_ord_id)?;
            }
            Change::Replace(terms) => {
                is_of(order, terms.instrument, terms.side)?;
                can_wait(terms)?;
            }
            Change::Nothing { .. } => return Err(Refusal::BadRequest),
        }
        Ok(slot)
    }
}

impl Change {
    fn response_to(&self) -> CxlRejResponseTo {
        match self {
            Self::Cancel { .. } => CxlRejResponseTo::Cancel,
            Self::Replace(_) => CxlRejResponseTo::Replace,
            Self::Nothing { response_to, .. } => *response_to,
        }
    }
}

fn is_of(order: &OrderFacts, instrument: InstrumentId, side: Side) -> Result<(), Refusal> {
    if order.terms.instrument != instrument {
        return Err(Refusal::OtherInstrument);
    }
    if order.terms.side != side {
        return Err(Refusal::OtherSide);
    }
    Ok(())
}

/// Whether what an order is to become may wait: none that lives trades at once or not at all.
const fn can_wait(terms: &OrderTerms) -> Result<(), Refusal> {
    if terms.time_in_force.is_immediate() {
        return Err(Refusal::TimeInForceNotReplaceable);
    }
    Ok(())
}
