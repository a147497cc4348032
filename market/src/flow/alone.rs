//! [`Alone`]: an order flow through books alone: priority, matching, icebergs, cancels and replaces, with the trades and outcomes that
//! a [`super::Replay`] tells. What is left out is all that is not a book: ClOrdIDs (an order is found by its number in the flow), participants,
//! accounts, risk, rules, phases, events. It is there to be measured, and to be compared with the market that does all of that.

use crate::book::Book;
use crate::flow::operation::{FlowError, FlowFault, Kind, Operation, Tif};
use crate::flow::outcome::Outcome;
use crate::flow::setting::{cl_ord_id, lots, terms, tick, ticks};
use crate::id::{ClOrdId, InstrumentId, OrderId, ParticipantId};
use crate::limits::Limits;
use crate::money::Money;
use crate::order::{OrdStatus, OrderFacts, OrderTerms, Side, Working};
use crate::orders::Orders;
use crate::qty::Qty;
use crate::slab::Slot;
use alloc::vec::Vec;

/// Books that an order flow drives. Orders of one account trade with each other.
#[derive(Clone, Debug)]
pub struct Alone {
    orders: Orders,
    /// By symbol.
    books: Vec<Book>,
    /// By the order's number in the flow.
    known: Vec<Known>,
    /// What every order is called, since none is asked for by its name.
    nameless: ClOrdId,
}

/// A trade. Prices count ticks, quantities lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// The resting order.
    pub maker: u64,
    /// The arriving order.
    pub taker: u64,
    /// Its side.
    pub side: Side,
    /// At which price.
    pub price: u64,
    /// How much.
    pub qty: u64,
}

/// What became of an operation, in lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Became {
    /// In a word.
    pub outcome: Outcome,
    /// What is filled of its order.
    pub cum: u64,
    /// What rests of it.
    pub leaves: u64,
}

/// An order that rests, in lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rests {
    /// Its number in the flow.
    pub oid: u64,
    /// In ticks.
    pub price: u64,
    /// What is left of it.
    pub leaves: u64,
    /// What its level shows of it.
    pub shown: u64,
}

/// An order of the flow: where it rests, [`Slot::NIL`] when it does not, and its OrderQty.
#[derive(Clone, Copy, Debug)]
struct Known {
    slot: Slot,
    order_qty: Qty,
}

/// More orders than this are not known by their number.
const MAX_OID: u64 = 100_000_000;

impl Alone {
    /// No books yet: each comes with the first order of its symbol.
    pub fn new() -> Self {
        Self {
            orders: Orders::new(&Limits::default()),
            books: Vec::new(),
            known: Vec::new(),
            nameless: cl_ord_id(0),
        }
    }

    /// Carries one operation out and tells its trades.
    ///
    /// # Errors
    /// A [`FlowError`] (its line is `seq + 2`) when a number is out of range.
    pub fn apply(
        &mut self,
        operation: &Operation,
        told: &mut impl FnMut(Print),
    ) -> Result<Became, FlowError> {
        let became = match operation.kind {
            Kind::New { oid, tif } => {
                let terms = terms(operation, tif)?;
                self.learn(operation, oid, terms.order_qty)?;
                self.enter(oid, terms, tif, told)
            }
            Kind::Cancel { orig } => match self.rests(orig) {
                Some(slot) => {
                    let leaves = self.take_out(orig, slot);
                    self.became(Outcome::Cancelled, orig, leaves, Qty::ZERO)
                }
                None => REJECTED,
            },
            Kind::Replace { oid, orig } => {
                let terms = terms(operation, Tif::Day)?;
                self.learn(operation, oid, terms.order_qty)?;
                match self.rests(orig) {
                    Some(slot) => self.replace(oid, orig, slot, terms, told),
                    None => REJECTED,
                }
            }
        };
        if let Some(book) = self.books.get_mut(operation.sym as usize) {
            book.forget_touched();
        }
        Ok(became)
    }

    /// The resting orders of one side: price, then queue.
    pub fn resting(&self, sym: u32, side: Side) -> impl Iterator<Item = Rests> + '_ {
        let book = self.books.get(sym as usize).into_iter();
        let slots = book.flat_map(move |book| book.resting(side, &self.orders));
        slots.map(|slot| Rests {
            oid: self.orders[slot].order_id().0,
            price: ticks(self.orders[slot].price()),
            leaves: lots(self.orders[slot].leaves_qty()),
            shown: lots(self.orders.shown(slot)),
        })
    }

    /// How many orders rest, over all books.
    pub fn live_orders(&self) -> u64 {
        u64::from(self.orders.len())
    }

    fn enter(
        &mut self,
        oid: u64,
        terms: OrderTerms,
        tif: Tif,
        told: &mut impl FnMut(Print),
    ) -> Became {
        let limit = terms.ord_type.price();
        let book = &self.books[terms.instrument.0 as usize];
        let is_killed = match tif {
            Tif::Fok => !can_fill(book, &terms),
            Tif::PostOnly => book.first_for(terms.side, limit).is_some(),
            Tif::Day | Tif::Ioc | Tif::Market => false,
        };
        if is_killed {
            return self.became(Outcome::Killed, oid, terms.order_qty, Qty::ZERO);
        }
        let left = self.match_taker(oid, &terms, terms.order_qty, told);
        match tif {
            _ if left == Qty::ZERO => self.became(Outcome::Filled, oid, left, left),
            Tif::Day | Tif::PostOnly => self.rest(oid, terms, left),
            _ => self.became(Outcome::Unfilled, oid, left, Qty::ZERO),
        }
    }

    fn replace(
        &mut self,
        oid: u64,
        orig: u64,
        slot: Slot,
        mut terms: OrderTerms,
        told: &mut impl FnMut(Print),
    ) -> Became {
        let former = self.known[place(orig)].order_qty;
        let cum = minus(former, self.orders[slot].leaves_qty());
        if terms.order_qty <= cum {
            self.take_out(orig, slot);
            self.known[place(oid)].order_qty = cum;
            return self.became(Outcome::Done, oid, Qty::ZERO, Qty::ZERO);
        }
        let leaves = minus(terms.order_qty, cum);
        let keeps_place = terms.ord_type.price() == Some(self.orders[slot].price());
        if keeps_place && terms.order_qty <= former {
            self.books[terms.instrument.0 as usize].shrink(&mut self.orders, slot, leaves);
            self.orders.renumber(slot, OrderId(oid));
            self.known[place(orig)].slot = Slot::NIL;
            self.known[place(oid)].slot = slot;
            return self.became(Outcome::Rests, oid, leaves, leaves);
        }
        terms.max_floor = self.orders.max_floor(slot);
        self.take_out(orig, slot);
        let left = self.match_taker(oid, &terms, leaves, told);
        if left == Qty::ZERO {
            return self.became(Outcome::Filled, oid, left, left);
        }
        self.rest(oid, terms, left)
    }

    /// Trades an arriving order as far as it goes; what is left of it.
    fn match_taker(
        &mut self,
        oid: u64,
        terms: &OrderTerms,
        mut left: Qty,
        told: &mut impl FnMut(Print),
    ) -> Qty {
        let limit = terms.ord_type.price();
        let book = &mut self.books[terms.instrument.0 as usize];
        while left > Qty::ZERO
            && let Some(slot) = book.first_for(terms.side, limit)
        {
            let qty = self.orders.shown(slot).min(left);
            let maker = &self.orders[slot];
            let (number, price) = (maker.order_id().0, maker.price());
            book.consume(&mut self.orders, slot, qty);
            left = minus(left, qty);
            told(Print {
                maker: number,
                taker: oid,
                side: terms.side,
                price: ticks(price),
                qty: lots(qty),
            });
            if self.orders[slot].leaves_qty() == Qty::ZERO {
                self.orders.drop_nameless(slot);
                self.known[place(number)].slot = Slot::NIL;
            }
        }
        left
    }

    fn rest(&mut self, oid: u64, terms: OrderTerms, leaves: Qty) -> Became {
        let price = terms.ord_type.price().expect("market orders do not rest");
        let slot = self.orders.keep_nameless(&OrderFacts {
            order_id: OrderId(oid),
            cl_ord_id: self.nameless,
            participant: ParticipantId(0),
            terms: OrderTerms {
                order_qty: leaves,
                post_only: false,
                ..terms
            },
            working: Working::At(price),
            ord_status: OrdStatus::New,
            cum_qty: Qty::ZERO,
            leaves_qty: leaves,
            cum_notional: Money::ZERO,
            reserved: Money::ZERO,
        });
        let book = &mut self.books[terms.instrument.0 as usize];
        book.rest(&mut self.orders, slot);
        assert!(book.is_uncrossed(), "a book is never crossed at rest");
        self.known[place(oid)].slot = slot;
        self.became(Outcome::Rests, oid, leaves, leaves)
    }

    /// Takes an order out of its book; what was left of it.
    fn take_out(&mut self, oid: u64, slot: Slot) -> Qty {
        let order = &self.orders[slot];
        let (instrument, leaves) = (order.instrument(), order.leaves_qty());
        self.books[instrument.0 as usize].take_out(&mut self.orders, slot);
        self.orders.drop_nameless(slot);
        self.known[place(oid)].slot = Slot::NIL;
        leaves
    }

    fn rests(&self, oid: u64) -> Option<Slot> {
        let known = self.known.get(usize::try_from(oid).ok()?)?;
        known.slot.some()
    }

    /// What became of an order of which `open` was not filled, and `leaves` rests.
    fn became(&self, outcome: Outcome, oid: u64, open: Qty, leaves: Qty) -> Became {
        let order_qty = self.known[place(oid)].order_qty;
        Became {
            outcome,
            cum: lots(minus(order_qty, open)),
            leaves: lots(leaves),
        }
    }

    /// Makes the symbol and the order's number known.
    fn learn(&mut self, operation: &Operation, oid: u64, order_qty: Qty) -> Result<(), FlowError> {
        let number = usize::try_from(oid).ok().filter(|_| oid < MAX_OID);
        let number = number.ok_or_else(|| operation.fault("oid", FlowFault::Range))?;
        if operation.sym >= Limits::default().max_instruments {
            return Err(operation.fault("sym", FlowFault::Range));
        }
        while self.books.len() <= operation.sym as usize {
            let id = u32::try_from(self.books.len()).expect("bounded above");
            self.books.push(Book::new(InstrumentId(id), tick()));
        }
        let nothing = Known {
            slot: Slot::NIL,
            order_qty: Qty::ZERO,
        };
        if self.known.len() <= number {
            self.known.resize(number + 1, nothing);
        }
        self.known[number].order_qty = order_qty;
        Ok(())
    }
}

impl Default for Alone {
    fn default() -> Self {
        Self::new()
    }
}

const REJECTED: Became = Became {
    outcome: Outcome::Rejected,
    cum: 0,
    leaves: 0,
};

/// Where an order of this number is known, which [`Alone::learn`] has bounded.
fn place(oid: u64) -> usize {
    usize::try_from(oid).expect("below MAX_OID")
}

fn can_fill(book: &Book, terms: &OrderTerms) -> bool {
    let mut left = terms.order_qty;
    let other = book.side(terms.side.opposite());
    other.acceptable(terms.ord_type.price()).any(|level| {
        left = minus(left, left.min(level.leaves));
        left == Qty::ZERO
    })
}

fn minus(a: Qty, b: Qty) -> Qty {
    a.checked_sub(b).expect("a part is taken from its whole")
}
