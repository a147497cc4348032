//! Accounts on margin in the [`Model`]: every one of them is valued anew after every command.

use super::{End, Id, Model, Order, Tale};
use market::account::{AccountTerms, MarginTerms};
use market::event::CancelReason;
use market::id::{AccountId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::Phase;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::qty::Qty;
use market::refusal::Refusal;

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Accounts that are called, and until when.
    calls: Vec<(AccountId, Option<i64>)>,
    closes: u64,
}

/// What an account on margin is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Margin {
    pub(crate) account: AccountId,
    /// Who is told, or in whose name a position is closed.
    pub(crate) participant: Option<ParticipantId>,
    pub(crate) told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// It has too little; until when.
    Called {
        equity: i128,
        required: i128,
        until: i64,
    },
    Met {
        equity: i128,
        required: i128,
    },
    Closing {
        instrument: InstrumentId,
        side: Side,
        qty: i64,
        cl_ord_id: ClOrdId,
    },
    Deficit {
        equity: i128,
    },
    NotClosed {
        instrument: InstrumentId,
        side: Side,
        qty: i64,
        refusal: Refusal,
    },
}

impl Model {
    fn margin_terms(&self, account: AccountId) -> Option<MarginTerms> {
        match self.accounts[account.0 as usize] {
            AccountTerms::Margin(terms) => Some(terms),
            _ => None,
        }
    }

    fn last_px(&self, instrument: usize) -> i64 {
        self.tapes[instrument].reference()
    }

    fn worth(&self, instrument: usize, qty: i128) -> i128 {
        qty * i128::from(self.last_px(instrument)) / 100_000_000
    }

    pub(crate) fn equity(&self, account: AccountId) -> i128 {
        let stock = self.stock[account.0 as usize].iter().enumerate();
        let stock: i128 = stock.map(|(it, qty)| self.worth(it, *qty)).sum();
        self.cash[account.0 as usize] + stock
    }

    pub(crate) fn held(&self, account: AccountId) -> i128 {
        let stock = self.stock[account.0 as usize].iter().enumerate();
        stock.map(|(it, qty)| self.worth(it, *qty).abs()).sum()
    }

    /// What positions could come to with these orders.
    fn exposed(&self, account: AccountId, stock: &[i128], orders: &[Order]) -> i128 {
        let open = |instrument: usize, side| -> i128 {
            let orders = orders.iter().filter(|it| {
                it.terms.account == account
                    && it.terms.instrument.0 as usize == instrument
                    && it.terms.side == side
            });
            orders.map(|it| i128::from(it.leaves())).sum()
        };
        let instruments = stock.iter().enumerate();
        instruments
            .map(|(it, held)| {
                let long = (held + open(it, Side::Buy)).abs();
                let short = (held - open(it, Side::Sell)).abs();
                self.worth(it, long.max(short))
            })
            .sum()
    }

    pub(super) fn check_margin(
        &self,
        order: &Order,
        former: Option<&Order>,
    ) -> Result<(), Refusal> {
        let account = order.terms.account;
        let Some(terms) = self.margin_terms(account) else {
            return Ok(());
        };
        let stock = &self.stock[account.0 as usize];
        let mut orders = self.orders.clone();
        if let Some(former) = former {
            orders.retain(|it| {
                (it.participant, it.cl_ord_id) != (former.participant, former.cl_ord_id)
            });
        }
        // What brings positions nearer to nothing is taken, however poor the account is.
        let without = self.exposed(account, stock, &orders);
        orders.push(order.clone());
        let with = self.exposed(account, stock, &orders);
        if with == without {
            return Ok(());
        }
        let needs = |exposed, it: &Order| share(exposed, terms.initial_bps) + self.costs(it);
        if let Some(former) = former {
            // A replace is judged on the difference: only one that needs more is looked at.
            let before = self.exposed(account, stock, &self.orders);
            if needs(with, order) <= needs(before, former) {
                return Ok(());
            }
        }
        self.keeps(account, with, terms.initial_bps, self.costs(order), 0)
    }

    /// What an order costs that trades at its limit: what that is worse than the last price, and the fee.
    fn costs(&self, order: &Order) -> i128 {
        let last = self.last_px(order.terms.instrument.0 as usize);
        let limit = order.terms.ord_type.price().map(|price| price.raw());
        let worse = match (order.works_at.or(limit), order.terms.side) {
            (None, _) => 0,
            (Some(price), Side::Buy) => (price - last).max(0),
            (Some(price), Side::Sell) => (last - price).max(0),
        };
        let untraded = Order {
            cum: 0,
            ..order.clone()
        };
        let fee = self.worst_fee(&untraded, self.stake(order));
        i128::from(worse) * i128::from(order.leaves()) / 100_000_000 + fee
    }

    /// Whether an account that loses `lost` keeps a share of `exposed`, and `more`.
    fn keeps(
        &self,
        account: AccountId,
        exposed: i128,
        bps: u32,
        more: i128,
        lost: i128,
    ) -> Result<(), Refusal> {
        let needed = share(exposed, bps) + more;
        let equity = self.equity(account) - lost;
        if equity >= needed {
            return Ok(());
        }
        let (needed, equity) = (Money::from_raw(needed), Money::from_raw(equity));
        Err(Refusal::InsufficientMargin { needed, equity })
    }

    pub(super) fn check_withdrawal(&self, account: AccountId, lost: i128) -> Result<(), Refusal> {
        let Some(terms) = self.margin_terms(account).filter(|_| lost > 0) else {
            return Ok(());
        };
        let stock = &self.stock[account.0 as usize];
        let exposed = self.exposed(account, stock, &self.orders);
        self.keeps(account, exposed, terms.initial_bps, 0, lost)
    }

    pub(super) fn check_removal(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        lost: i128,
    ) -> Result<(), Refusal> {
        let Some(terms) = self.margin_terms(account).filter(|_| lost > 0) else {
            return Ok(());
        };
        let mut stock = self.stock[account.0 as usize].clone();
        stock[instrument.0 as usize] -= lost;
        let exposed = self.exposed(account, &stock, &self.orders);
        let lost = self.worth(instrument.0 as usize, lost);
        self.keeps(account, exposed, terms.initial_bps, 0, lost)
    }

    fn required(&self, account: AccountId, terms: MarginTerms) -> i128 {
        share(self.held(account), terms.maintenance_bps)
    }

    fn has_enough(&self, account: AccountId, terms: MarginTerms) -> bool {
        self.equity(account) >= self.required(account, terms)
    }

    fn tell(&self, account: AccountId, told: Told, tale: &mut Tale) {
        let participant = self.first_of(account);
        tale.margin.push(Margin {
            account,
            participant,
            told,
        });
    }

    /// The first that may trade for an account.
    fn first_of(&self, account: AccountId) -> Option<ParticipantId> {
        let granted = self.grants.iter().filter(|(_, it)| *it == account);
        granted.map(|(participant, _)| *participant).min()
    }

    /// Whether an account is called, and until when.
    pub(crate) fn called(&self, account: AccountId) -> Option<Option<i64>> {
        let calls = self.margin.calls.iter();
        let mut calls = calls.filter(|(it, _)| *it == account);
        calls.next().map(|(_, until)| *until)
    }

    /// Every account on margin is called, or its call is over.
    pub(super) fn review(&mut self, tale: &mut Tale) {
        for account in (0..self.accounts.len()).map(|it| AccountId(u32::try_from(it).expect("few")))
        {
            let Some(terms) = self.margin_terms(account) else {
                continue;
            };
            let is_called = self.called(account).is_some();
            // It has a time to pay, unless there was nothing to close when that was over.
            let was_empty = self.called(account) == Some(None);
            if !self.has_enough(account, terms) {
                if !is_called || was_empty && self.held(account) > 0 {
                    self.call(account, terms, tale);
                }
            } else if is_called {
                self.meet(account, terms, tale);
            }
        }
    }

    fn meet(&mut self, account: AccountId, terms: MarginTerms, tale: &mut Tale) {
        self.margin.calls.retain(|(it, _)| *it != account);
        let told = Told::Met {
            equity: self.equity(account),
            required: self.required(account, terms),
        };
        self.tell(account, told, tale);
    }

    fn call(&mut self, account: AccountId, terms: MarginTerms, tale: &mut Tale) {
        let until = self.now + i64::try_from(terms.grace_nanos).expect("short");
        self.margin.calls.retain(|(it, _)| *it != account);
        self.margin.calls.push((account, Some(until)));
        let told = Told::Called {
            equity: self.equity(account),
            required: self.required(account, terms),
            until,
        };
        self.tell(account, told, tale);
    }

    /// The time of those who were called and still have too little is over.
    pub(super) fn tick(&mut self, tale: &mut Tale) {
        let mut due: Vec<(i64, AccountId)> = Vec::new();
        for (account, until) in &self.margin.calls {
            due.extend(until.filter(|it| *it <= self.now).map(|it| (it, *account)));
        }
        due.sort_unstable();
        for (until, account) in due {
            self.come_due(until, tale);
            self.close_out(account, tale);
        }
    }

    fn close_out(&mut self, account: AccountId, tale: &mut Tale) {
        let terms = self.margin_terms(account).expect("only those are called");
        let end = End::Canceled(CancelReason::MarginCall);
        self.end_where(end, |order| order.terms.account == account);
        for instrument in 0..self.instruments.len() {
            let (listed, phase) = self.instruments[instrument];
            let position = self.stock[account.0 as usize][instrument];
            if position != 0 && phase == Phase::Open && !self.has_enough(account, terms) {
                let most = i128::from(listed.max_qty.raw());
                let qty = i64::try_from(position.abs().min(most)).expect("at most max_qty");
                self.close(account, listed.id, position, qty, tale);
            }
        }
        let is_flat = self.stock[account.0 as usize].iter().all(|qty| *qty == 0);
        if self.has_enough(account, terms) {
            self.meet(account, terms, tale);
        } else if is_flat {
            self.margin.calls.retain(|(it, _)| *it != account);
            self.margin.calls.push((account, None));
            let equity = self.equity(account);
            self.tell(account, Told::Deficit { equity }, tale);
        } else {
            self.call(account, terms, tale);
        }
    }

    fn close(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        position: i128,
        qty: i64,
        tale: &mut Tale,
    ) {
        self.move_bands(instrument, tale);
        let side = if position < 0 { Side::Buy } else { Side::Sell };
        let mut give_up = |refusal| {
            tale.margin.push(Margin {
                account,
                participant: None,
                told: Told::NotClosed {
                    instrument,
                    side,
                    qty,
                    refusal,
                },
            });
        };
        let Some(participant) = self.first_of(account) else {
            return give_up(Refusal::NobodyTrades);
        };
        let cl_ord_id = format!("FORCED-{}", self.margin.closes + 1);
        let mut order = Order {
            participant,
            cl_ord_id: cl_ord_id.parse().expect("short"),
            terms: OrderTerms::plain(
                account,
                instrument,
                side,
                OrdType::Market,
                TimeInForce::Ioc,
                Qty::from_raw(qty),
            ),
            total: qty,
            cum: 0,
            shown: 0,
            works_at: None,
            trigger: None,
            bound: 0,
            reached: None,
            entered: 0,
            parked: false,
            cover: 0,
            most: None,
            staked: 0,
            arrival: 0,
            pegged: 0,
        };
        if let Err(refusal) = self.begin(&mut order) {
            return give_up(refusal);
        }
        self.margin.closes += 1;
        self.entered += 1;
        order.entered = self.entered;
        self.set_id(participant, order.cl_ord_id, Id::Final);
        let told = Told::Closing {
            instrument,
            side,
            qty,
            cl_ord_id: order.cl_ord_id,
        };
        self.tell(account, told, tale);
        self.trade_and_rest(order, tale);
    }
}

fn share(amount: i128, bps: u32) -> i128 {
    (amount * i128::from(bps) + 9_999) / 10_000
}
