//! The control port's words for self-trade prevention of a participant's orders.

use crate::control::setting::{Setting, changed, given};
use crate::id::CompId;
use crate::limits::SelfTrade;
use serde::{Deserialize, Serialize};

/// What self-trade prevention does with a participant's orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTradeStatus {
    /// Whose.
    pub participant: CompId,
    /// Orders of participants of one group may not trade with each other.
    pub group: Option<u32>,
    /// What happens when an order of it reaches one that it may not trade with; none: what the venue does.
    pub mode: Option<SelfTrade>,
}

/// Changes it: what is absent stays, `null` is no group, or what the venue does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SelfTradeChange {
    /// [`SelfTradeStatus::group`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub group: Setting<u32>,
    /// [`SelfTradeStatus::mode`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub mode: Setting<SelfTrade>,
}

impl SelfTradeChange {
    /// Group and mode after it.
    pub fn of(
        &self,
        (group, mode): (Option<u32>, Option<SelfTrade>),
    ) -> (Option<u32>, Option<SelfTrade>) {
        (changed(self.group, group), changed(self.mode, mode))
    }
}
