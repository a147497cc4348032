//! [`Compact`]: an order in the fewest words that nearly every order needs: its ClOrdID stands in the records of the day, and what only
//! some orders have is kept in full beside it ([`Full`]). Facts go in and come out as they were.

use crate::id::{AccountId, ClOrdId, InstrumentId, OrderId, ParticipantId};
use crate::ids::{Id, Ids};
use crate::money::Money;
use crate::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Side, TimeInForce, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::slab::{Slab, Slot};
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compact {
    order_id: OrderId,
    /// What it works at; zero when that is no price.
    price: Price,
    /// LeavesQty while it lives, OrderQty once it is final.
    pub(super) qty: Qty,
    cum_qty: Qty,
    /// In units of [`Money`].
    cum_notional: i64,
    /// In units of [`Money`]; nothing once it is final.
    reserved: i64,
    account: AccountId,
    instrument: InstrumentId,
    /// Its ClOrdID in force.
    pub(super) id: Id,
    /// Where it is kept in full, [`Slot::NIL`] for a plain order: one that these fields say all about.
    pub(super) full: Slot,
    side: Side,
    ord_status: OrdStatus,
    is_gtc: bool,
    post_only: bool,
}

/// Orders that are not plain, a few to a page.
pub(crate) type Fulls = Slab<Full, 16>;

/// An order that is not plain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Full {
    pub(super) facts: OrderFacts,
    /// What its level shows of it, while it rests.
    pub(super) shown: Qty,
}

impl Compact {
    /// An order with its ClOrdID. It is kept in full in `full` when it needs to be; `former` is where it was until now.
    #[inline(always)]
    pub(super) fn new(facts: &OrderFacts, id: Id, former: Slot, full: &mut Fulls) -> Self {
        let terms = &facts.terms;
        let is_final = facts.leaves_qty == Qty::ZERO;
        let kept = (!is_plain(facts)).then_some(facts);
        Self {
            order_id: facts.order_id,
            price: facts.working.price().unwrap_or(Price::ZERO),
            qty: if is_final {
                terms.order_qty
            } else {
                facts.leaves_qty
            },
            cum_qty: facts.cum_qty,
            cum_notional: i64::try_from(facts.cum_notional.raw()).unwrap_or_default(),
            reserved: i64::try_from(facts.reserved.raw()).unwrap_or_default(),
            account: terms.account,
            instrument: terms.instrument,
            id,
            full: match (former.some(), kept) {
                (None, None) => Slot::NIL,
                (former, kept) => keep(former, kept, full),
            },
            side: terms.side,
            ord_status: facts.ord_status,
            is_gtc: terms.time_in_force == TimeInForce::Gtc,
            post_only: terms.post_only,
        }
    }

    /// Follows an order that has traded, lost quantity or ended: its terms but for the quantity, and what it works at, are as they were. So a
    /// plain one stays plain.
    #[inline(always)]
    pub(super) fn go_on(&mut self, facts: &OrderFacts, full: &mut Fulls) {
        let sums = (
            i64::try_from(facts.cum_notional.raw()),
            i64::try_from(facts.reserved.raw()),
        );
        let (Slot::NIL, (Ok(cum_notional), Ok(reserved))) = (self.full, sums) else {
            *self = Self::new(facts, self.id, self.full, full);
            return;
        };
        self.qty = if facts.leaves_qty == Qty::ZERO {
            facts.terms.order_qty
        } else {
            facts.leaves_qty
        };
        self.cum_qty = facts.cum_qty;
        self.cum_notional = cum_notional;
        self.reserved = reserved;
        self.ord_status = facts.ord_status;
        debug_assert_eq!(*self, Self::new(facts, self.id, Slot::NIL, full));
    }

    /// What a plain order was asked to be.
    #[inline(always)]
    fn terms(&self, order_qty: Qty) -> OrderTerms {
        let time_in_force = if self.is_gtc {
            TimeInForce::Gtc
        } else {
            TimeInForce::Day
        };
        OrderTerms {
            post_only: self.post_only,
            ..OrderTerms::plain(
                self.account,
                self.instrument,
                self.side,
                OrdType::Limit(self.price),
                time_in_force,
                order_qty,
            )
        }
    }

    /// The facts of an order that lives.
    #[inline(always)]
    pub(super) fn live(&self, ids: &Ids, full: &Fulls) -> OrderFacts {
        self.live_as(|| ids.name(self.id), full)
    }

    /// The facts of an order that lives. `name` tells whose it is and under which ClOrdID.
    #[inline(always)]
    pub(super) fn live_as(
        &self,
        name: impl FnOnce() -> (ParticipantId, ClOrdId),
        full: &Fulls,
    ) -> OrderFacts {
        match self.full.some() {
            Some(slot) => full[slot].facts,
            None => {
                let order_qty = self.cum_qty.checked_add(self.qty);
                let order_qty = order_qty.expect("parts of one order's quantity, which fits");
                self.facts(order_qty, self.qty, name())
            }
        }
    }

    /// The facts of an order that is final.
    pub(super) fn ended(&self, ids: &Ids, full: &Fulls) -> OrderFacts {
        match self.full.some() {
            Some(slot) => full[slot].facts,
            None => self.facts(self.qty, Qty::ZERO, ids.name(self.id)),
        }
    }

    #[inline(always)]
    fn facts(
        &self,
        order_qty: Qty,
        leaves_qty: Qty,
        (participant, cl_ord_id): (ParticipantId, ClOrdId),
    ) -> OrderFacts {
        OrderFacts {
            order_id: self.order_id,
            cl_ord_id,
            participant,
            terms: self.terms(order_qty),
            working: Working::At(self.price),
            ord_status: self.ord_status,
            cum_qty: self.cum_qty,
            leaves_qty,
            cum_notional: Money::from_raw(self.cum_notional.into()),
            reserved: Money::from_raw(self.reserved.into()),
        }
    }

    pub(crate) const fn order_id(&self) -> OrderId {
        self.order_id
    }

    pub(super) const fn renumber(&mut self, order_id: OrderId) {
        self.order_id = order_id;
    }

    pub(crate) const fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) const fn instrument(&self) -> InstrumentId {
        self.instrument
    }

    pub(crate) const fn side(&self) -> Side {
        self.side
    }

    /// What it works at; zero when that is no price.
    pub(crate) const fn price(&self) -> Price {
        self.price
    }

    pub(super) fn time_in_force(&self, full: &Fulls) -> TimeInForce {
        match self.full.some() {
            Some(slot) => full[slot].facts.terms.time_in_force,
            None if self.is_gtc => TimeInForce::Gtc,
            None => TimeInForce::Day,
        }
    }

    /// Whether what it has and had is a quantity: asked of one that was read back.
    pub(super) fn is_whole(&self) -> bool {
        self.cum_qty.checked_add(self.qty).is_some()
    }

    /// Whether what is kept in full is of the same order: asked of one that was read back. `is_final`: of one that lives no more.
    pub(super) fn is_sound(&self, is_final: bool, ids: &Ids, full: &Fulls) -> bool {
        let Some(slot) = self.full.some() else {
            return true;
        };
        let Some(Full { facts, .. }) = full.get(slot) else {
            return false;
        };
        let qty = if is_final {
            facts.terms.order_qty
        } else {
            facts.leaves_qty
        };
        ids.name(self.id) == (facts.participant, facts.cl_ord_id)
            && facts.order_id == self.order_id
            && facts.terms.account == self.account
            && facts.terms.instrument == self.instrument
            && facts.terms.side == self.side
            && facts.working.price().unwrap_or(Price::ZERO) == self.price
            && facts.cum_qty == self.cum_qty
            && qty == self.qty
    }
}

/// Whether nothing of these facts would be lost in the fields of a [`Compact`].
#[inline(always)]
fn is_plain(facts: &OrderFacts) -> bool {
    // Every field is named: one that is new has to be asked for here.
    let OrderTerms {
        account: _,
        instrument: _,
        side: _,
        ord_type,
        time_in_force,
        order_qty: _,
        post_only: _,
        max_floor,
        all_or_none,
        min_qty,
        short_sale,
        reprice_to_band,
    } = &facts.terms;
    let is_limit = match (ord_type, facts.working) {
        (OrdType::Limit(price), Working::At(at)) => *price == at,
        _ => false,
    };
    is_limit
        && matches!(time_in_force, TimeInForce::Day | TimeInForce::Gtc)
        && max_floor.is_none()
        && min_qty.is_none()
        && !(*all_or_none | *short_sale | *reprice_to_band)
        && i64::try_from(facts.cum_notional.raw()).is_ok()
        && i64::try_from(facts.reserved.raw()).is_ok()
}

/// Keeps the facts, if there are any, where the former ones were.
fn keep(former: Option<Slot>, facts: Option<&OrderFacts>, full: &mut Fulls) -> Slot {
    match (former, facts) {
        (Some(slot), Some(facts)) => {
            full[slot].facts = *facts;
            slot
        }
        (Some(slot), None) => {
            full.remove(slot);
            Slot::NIL
        }
        (None, Some(facts)) => full.insert(Full {
            facts: *facts,
            shown: facts.leaves_qty,
        }),
        (None, None) => Slot::NIL,
    }
}
