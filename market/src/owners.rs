//! Whose orders may not trade with each other, and what happens when they meet: those of one account, and those of participants of one
//! group. The arriving order's participant says how, else the venue.

use crate::id::{AccountId, ParticipantId};
use crate::limits::SelfTrade;
use crate::slab::Slot;
use crate::state::State;
use serde::{Deserialize, Serialize};

/// What self-trade prevention knows of a participant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership {
    /// Its group, if it is in one.
    pub(crate) group: Option<u32>,
    /// What happens when an order of it meets one that it may not trade with; `None` as [`crate::limits::Limits::self_trade`] says.
    pub(crate) mode: Option<SelfTrade>,
}

/// Whose an arriving order is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    account: AccountId,
    group: Option<u32>,
    /// What happens when it meets one that it may not trade with.
    pub(crate) mode: SelfTrade,
}

impl State {
    /// Whose the orders of a participant for an account are.
    #[inline(always)]
    pub(crate) fn owner(&self, participant: ParticipantId, account: AccountId) -> Owner {
        let Membership { group, mode } = self.registry.membership(participant);
        Owner {
            account,
            group,
            mode: mode.unwrap_or(self.limits.self_trade),
        }
    }

    /// Whether two live orders may not trade with each other, where neither arrives: what either participant has set counts.
    pub(crate) fn may_not_trade(&self, one: Slot, other: Slot) -> bool {
        let owner = |slot| self.owner(self.orders.participant(slot), self.orders[slot].account());
        self.meets_itself(one, &owner(other)) || self.meets_itself(other, &owner(one))
    }

    /// Whether an arriving order may not trade with a live one.
    #[inline(always)]
    pub(crate) fn meets_itself(&self, slot: Slot, owner: &Owner) -> bool {
        if owner.mode == SelfTrade::Allow {
            return false;
        }
        let is_one_account = self.orders[slot].account() == owner.account;
        is_one_account
            || owner.group.is_some_and(|group| {
                let other = self.orders.participant(slot);
                self.registry.membership(other).group == Some(group)
            })
    }
}
