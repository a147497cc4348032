//! The kill switch: an operator cancels every open order of a participant, an account, an instrument or all, one report an order, and may
//! suspend them in the same command. A dry run counts and does nothing. Taken in every phase.

use crate::event::{CancelReason, Event};
use crate::id::ParticipantId;
use crate::refusal::Refusal;
use crate::scope::Scope;
use crate::slab::Slot;
use crate::state::State;
use crate::text::Text;
use alloc::vec::Vec;

/// What an operator asks of the kill switch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    pub(crate) scope: Scope,
    pub(crate) suspend: bool,
    pub(crate) dry_run: bool,
    pub(crate) reason: Text<80>,
}

impl State {
    /// Cancels what is meant, and suspends it when asked to. The events of the orders stand before the last one, which counts them.
    pub(crate) fn kill(&mut self, kill: Kill, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let Kill {
            scope,
            suspend,
            dry_run,
            reason,
        } = kill;
        self.known(scope)?;
        let meant = self.meant_by(scope);
        let orders = u32::try_from(meant.len()).expect("bounded by Limits::max_live_orders");
        if !dry_run {
            for slot in meant {
                self.cancel_resting(slot, None, CancelReason::Operator, events);
            }
            if suspend {
                self.suspensions.suspend(scope);
            }
        }
        events.push(Event::Killed {
            scope,
            orders,
            suspended: suspend && !dry_run,
            dry_run,
            reason,
        });
        Ok(())
    }

    /// Lets those trade again who were suspended.
    pub(crate) fn reinstate(
        &mut self,
        scope: Scope,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.known(scope)?;
        self.suspensions.reinstate(scope)?;
        events.push(Event::Reinstated { scope });
        Ok(())
    }

    fn known(&self, scope: Scope) -> Result<(), Refusal> {
        match scope {
            Scope::All => Ok(()),
            Scope::Participant(participant) => self.registry.participant(participant),
            Scope::Account(account) => self.registry.account(account),
            Scope::Instrument(instrument) => self.registry.listing(instrument).map(|_| ()),
        }
    }

    /// The live orders that are meant: by participant in order of admission, then in order of arrival.
    fn meant_by(&self, scope: Scope) -> Vec<Slot> {
        let all = 0..self.registry.participants();
        let participants = all
            .map(|number| ParticipantId(u32::try_from(number).expect("a table of dense numbers")));
        participants
            .filter(|participant| match scope {
                Scope::Participant(meant) => meant == *participant,
                _ => true,
            })
            .flat_map(|participant| self.orders.of(participant))
            .filter(|slot| scope.means(&self.orders.facts(*slot)))
            .collect()
    }
}
