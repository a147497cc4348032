//! [`Recent`]: the orders that an instrument has accepted within the last moments, by what makes two of them alike, where the instrument
//! refuses an order like another one. Knows no clock.

use crate::id::AccountId;
use crate::order::{OrdType, OrderTerms, Side};
use crate::qty::Qty;
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, VecDeque};
use serde::{Deserialize, Serialize};

/// How many orders are remembered; of more, the oldest are forgotten.
const MAX_RECENT: usize = 10_000;

/// The last orders of an instrument.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// When the last of a kind came.
    last: BTreeMap<Alike, Timestamp>,
    /// In order of arrival.
    order: VecDeque<(Timestamp, Alike)>,
}

/// Two orders with the same of these are alike: prices are those of their type, triggers and distances too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Alike {
    account: AccountId,
    side: Side,
    ord_type: OrdType,
    order_qty: Qty,
}

impl Alike {
    const fn of(terms: &OrderTerms) -> Self {
        Self {
            account: terms.account,
            side: terms.side,
            ord_type: terms.ord_type,
            order_qty: terms.order_qty,
        }
    }
}

impl Recent {
    /// Whether an order like this one was accepted less than `within` nanoseconds ago.
    pub(crate) fn has(&self, terms: &OrderTerms, now: Timestamp, within: u64) -> bool {
        let last = self.last.get(&Alike::of(terms));
        last.is_some_and(|last| is_within(*last, now, within))
    }

    /// An order was accepted. Forgets what is older than `within`.
    pub(crate) fn note(&mut self, terms: &OrderTerms, now: Timestamp, within: u64) {
        let alike = Alike::of(terms);
        self.last.insert(alike, now);
        self.order.push_back((now, alike));
        while let Some((at, oldest)) = self.order.front()
            && (self.order.len() > MAX_RECENT || !is_within(*at, now, within))
        {
            if self.last.get(oldest) == Some(at) {
                self.last.remove(oldest);
            }
            self.order.pop_front();
        }
    }

    /// Whether what is remembered is what came, in its order, and not more of it: asked of one that was read back.
    pub(crate) fn is_sound(&self) -> bool {
        let mut last = BTreeMap::new();
        for (at, alike) in &self.order {
            last.insert(*alike, *at);
        }
        self.order.len() <= MAX_RECENT && last == self.last
    }
}

fn is_within(last: Timestamp, now: Timestamp, within: u64) -> bool {
    let passed = now.nanos().saturating_sub(last.nanos());
    u64::try_from(passed).is_ok_and(|passed| passed < within)
}
