//! Cancels, one order or many. Taken in every phase.

use crate::event::{CancelReason, CxlRejResponseTo, Event};
use crate::id::{ClOrdId, InstrumentId, ParticipantId};
use crate::order::{OrdStatus, Side};
use crate::orders::Found;
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// The live order that a participant means.
    #[inline(always)]
    pub(crate) fn live(
        &self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
    ) -> Result<Slot, Refusal> {
        self.registry.participant(participant)?;
        match self.orders.find(participant, cl_ord_id) {
            Some(Found::Live(slot)) => Ok(slot),
            Some(Found::Final(_)) => Err(Refusal::TooLate),
            None => Err(Refusal::UnknownOrder),
        }
    }

    /// OrderCancelRequest.
    pub(crate) fn cancel(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        orig_cl_ord_id: &ClOrdId,
        events: &mut Vec<Event>,
    ) {
        match self.live(participant, orig_cl_ord_id) {
            Ok(slot) => {
                let facts = self.orders.facts_of(slot, participant, orig_cl_ord_id);
                events.push(Event::OrderCanceled {
                    order: self.end_live(slot, facts, OrdStatus::Canceled),
                    request: Some(*cl_ord_id),
                    reason: CancelReason::Requested,
                });
            }
            Err(refusal) => events.push(Event::CancelRejected {
                participant,
                cl_ord_id: *cl_ord_id,
                orig_cl_ord_id: *orig_cl_ord_id,
                response_to: CxlRejResponseTo::Cancel,
                order: self.order(participant, orig_cl_ord_id),
                refusal,
            }),
        }
    }

    /// An operator cancels what rests of a participant.
    pub(crate) fn cancel_all(
        &mut self,
        participant: ParticipantId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.participant(participant)?;
        let slots = self.orders.matching(participant, None, None);
        for slot in &slots {
            self.cancel_resting(*slot, None, CancelReason::Operator, events);
        }
        let canceled = u32::try_from(slots.len()).expect("bounded by Limits::max_live_orders");
        events.push(Event::AllCanceled {
            participant,
            canceled,
        });
        Ok(())
    }

    /// OrderMassCancelRequest.
    pub(crate) fn mass_cancel(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
        events: &mut Vec<Event>,
    ) {
        let outcome = self.mass_cancel_of(participant, instrument).map(|()| {
            let slots = self.orders.matching(participant, instrument, side);
            for slot in &slots {
                self.cancel_resting(*slot, Some(cl_ord_id), CancelReason::MassCancel, events);
            }
            u32::try_from(slots.len()).expect("bounded by Limits::max_live_orders")
        });
        events.push(Event::MassCanceled {
            participant,
            cl_ord_id,
            instrument,
            side,
            outcome,
        });
    }

    fn mass_cancel_of(
        &self,
        participant: ParticipantId,
        instrument: Option<InstrumentId>,
    ) -> Result<(), Refusal> {
        self.registry.participant(participant)?;
        match instrument {
            Some(instrument) => self.registry.listing(instrument).map(|_| ()),
            None => Ok(()),
        }
    }
}
