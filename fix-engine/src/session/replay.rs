//! Which kept messages are sent again when the peer asks for them. In: what a message is and how old. Out: yes or no.
//! Does not know why they were sent nor where they are kept.

use std::borrow::Cow;

use crate::msg_type;
use crate::time::Timestamp;

/// The longest age at which kept application messages are sent again, by MsgType (35). What is older is gap-filled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplayPolicy {
    /// Types with a bound, in seconds since they were first sent; types that are not here have none.
    max_age_secs: Vec<(Cow<'static, str>, u32)>,
}

impl ReplayPolicy {
    /// Age in seconds at which an initiator's orders are stale if nothing else is said.
    pub const ORDER_AGE_SECS: u32 = 60;

    /// Everything that is kept is sent again, whatever its age. The default of an acceptor.
    #[must_use]
    pub const fn everything() -> ReplayPolicy {
        ReplayPolicy {
            max_age_secs: Vec::new(),
        }
    }

    /// As [`ReplayPolicy::everything`], but orders and quotes only up to an age of `secs`: a market that has moved
    /// on must not trade with them. Cancels are sent again at any age. The default of an initiator, with
    /// [`ReplayPolicy::ORDER_AGE_SECS`].
    #[must_use]
    pub fn orders_while_fresh(secs: u32) -> ReplayPolicy {
        ORDERS
            .iter()
            .fold(ReplayPolicy::everything(), |policy, msg_type| {
                policy.with_max_age(*msg_type, secs)
            })
    }

    /// The same with another bound for one type: sent again up to an age of `secs`; 0 means never.
    #[must_use]
    pub fn with_max_age(
        mut self,
        msg_type: impl Into<Cow<'static, str>>,
        secs: u32,
    ) -> ReplayPolicy {
        let msg_type = msg_type.into();
        self.max_age_secs.retain(|(known, _)| *known != msg_type);
        self.max_age_secs.push((msg_type, secs));
        self
    }

    /// Whether a message of this type that was first sent at `sent_at` is sent again at `now`.
    #[must_use]
    pub fn allows(&self, msg_type: &str, sent_at: Timestamp, now: Timestamp) -> bool {
        let bound = self
            .max_age_secs
            .iter()
            .find(|(known, _)| known == msg_type);
        bound.is_none_or(|(_, secs)| *secs > 0 && now <= sent_at.plus_secs((*secs).into()))
    }
}

/// What enters or changes an order or a quote.
const ORDERS: [&str; 11] = [
    msg_type::NEW_ORDER_SINGLE,
    msg_type::NEW_ORDER_LIST,
    msg_type::ORDER_CANCEL_REPLACE_REQUEST,
    msg_type::NEW_ORDER_MULTILEG,
    msg_type::MULTILEG_ORDER_CANCEL_REPLACE,
    msg_type::NEW_ORDER_CROSS,
    msg_type::CROSS_ORDER_CANCEL_REPLACE_REQUEST,
    msg_type::LIST_EXECUTE,
    msg_type::QUOTE,
    msg_type::MASS_QUOTE,
    msg_type::QUOTE_RESPONSE,
];
