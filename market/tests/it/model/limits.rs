//! The limits of the [`Model`]: every sum is added up anew when it is asked for.

use super::{Model, Order, notional, qty};
use market::account::AccountTerms;
use market::id::{AccountId, InstrumentId, ParticipantId};
use market::money::Money;
use market::order::{OrderTerms, Side};
use market::qty::Qty;
use market::refusal::Refusal;
use market::risk::limits::{ExposureLimits, ParticipantLimits, PositionLimits, RiskLimit, Subject};
use market::risk::{Exposure, OpenQty};

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Everything that was set, in order: the last word holds.
    set: Vec<RiskLimit>,
    /// What participants with limits of exposure traded today.
    traded: Vec<(ParticipantId, Side, i128)>,
    /// By participant: how many nanoseconds of its rate it has used ahead of time, and when that was.
    ahead: Vec<(ParticipantId, i64, i64)>,
}

impl Table {
    fn last<T>(&self, of: impl Fn(&RiskLimit) -> Option<T>) -> Option<T> {
        self.set.iter().rev().find_map(of)
    }

    fn participant(&self, who: ParticipantId) -> Option<ParticipantLimits> {
        self.last(|limit| match limit {
            RiskLimit::Participant {
                participant,
                limits,
            } if *participant == who => Some(*limits),
            _ => None,
        })
    }

    fn exposure(&self, who: ParticipantId) -> Option<ExposureLimits> {
        self.last(|limit| match limit {
            RiskLimit::Exposure {
                participant,
                limits,
                ..
            } if *participant == who => Some(*limits),
            _ => None,
        })
    }

    fn position(&self, whose: AccountId, of: InstrumentId) -> Option<PositionLimits> {
        self.last(|limit| match limit {
            RiskLimit::Position {
                account,
                instrument,
                limits,
            } if (*account, *instrument) == (whose, of) => Some(*limits),
            _ => None,
        })
    }

    fn is_restricted(&self, who: Subject, of: InstrumentId) -> bool {
        let last = self.last(|limit| match limit {
            RiskLimit::Restricted {
                subject,
                instrument,
                is_restricted,
            } if (*subject, *instrument) == (who, of) => Some(*is_restricted),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// How far an account may be short.
    fn borrows(&self, whose: AccountId, of: InstrumentId) -> Result<i128, Refusal> {
        let allowed = self.last(|limit| match limit {
            RiskLimit::ShortSales {
                account,
                is_allowed,
            } if *account == whose => Some(*is_allowed),
            _ => None,
        });
        if allowed != Some(true) {
            return Err(Refusal::ShortSaleNotAllowed);
        }
        let located = self.last(|limit| match limit {
            RiskLimit::Locate {
                account,
                instrument,
                qty,
            } if (*account, *instrument) == (whose, of) => Some(*qty),
            _ => None,
        });
        Ok(located.map_or(0, |qty| qty.raw().into()))
    }
}

impl Model {
    pub(super) fn set_limit(&mut self, limit: RiskLimit) -> Result<(), Refusal> {
        let participant = |it: ParticipantId| {
            let is_known = it.0 < self.participants;
            is_known.then_some(()).ok_or(Refusal::UnknownParticipant)
        };
        let account = |it: AccountId| {
            let is_known = (it.0 as usize) < self.accounts.len();
            is_known.then_some(()).ok_or(Refusal::UnknownAccount)
        };
        match limit {
            RiskLimit::Participant {
                participant: it,
                limits,
            } => {
                participant(it)?;
                limits.check()?;
            }
            RiskLimit::Exposure {
                participant: it,
                limits,
                ..
            } => {
                participant(it)?;
                limits.check()?;
            }
            RiskLimit::Position {
                account: it,
                instrument,
                limits,
            } => {
                account(it)?;
                self.phase(instrument)?;
                limits.check()?;
            }
            RiskLimit::Restricted {
                subject,
                instrument,
                ..
            } => {
                match subject {
                    Subject::Account(it) => account(it)?,
                    Subject::Participant(it) => participant(it)?,
                }
                self.phase(instrument)?;
            }
            RiskLimit::ShortSales { account: it, .. } => account(it)?,
            RiskLimit::Locate {
                account: it,
                instrument,
                qty,
            } => {
                account(it)?;
                self.phase(instrument)?;
                if qty < Qty::ZERO {
                    return Err(Refusal::BadAmount);
                }
            }
        }
        self.limits.set.push(limit);
        Ok(())
    }

    /// Whether an order, or what an order is to become, keeps the limits of its participant and account.
    pub(super) fn check_limits(
        &self,
        order: &Order,
        former: Option<&Order>,
    ) -> Result<(), Refusal> {
        let (who, terms) = (order.participant, &order.terms);
        let subjects = [Subject::Account(terms.account), Subject::Participant(who)];
        if subjects
            .into_iter()
            .any(|it| self.limits.is_restricted(it, terms.instrument))
        {
            return Err(Refusal::Restricted);
        }
        self.check_participant(who, former.is_none())?;
        let leaves = i128::from(order.leaves());
        let more = leaves - former.map_or(0, |it| it.leaves().into());
        if let Some(limits) = self.limits.position(terms.account, terms.instrument)
            && more > 0
        {
            let held = self.stock[terms.account.0 as usize][terms.instrument.0 as usize];
            let open = self.open_qty(terms.account, terms.instrument);
            let (limit, would) = match terms.side {
                Side::Buy => (limits.max_long, held + open.buys.raw() + more),
                Side::Sell => (limits.max_short, open.sells.raw() + more - held),
            };
            if let Some(limit) = limit
                && would > limit.raw().into()
            {
                let would = Money::from_raw(would);
                return Err(Refusal::PositionLimit { limit, would });
            }
        }
        let more = self.stake(order) - former.map_or(0, |it| self.stake(it));
        match self.limits.exposure(who) {
            Some(limits) if more > 0 => self.check_exposure(who, terms.side, more, limits),
            _ => Ok(()),
        }
    }

    fn check_participant(&self, who: ParticipantId, is_new: bool) -> Result<(), Refusal> {
        let limits = self.limits.participant(who).unwrap_or_default();
        if let Some(rate) = limits.order_rate
            && self.ahead(who) > step(rate.per_second) * (i64::from(rate.burst) - 1)
        {
            return Err(Refusal::TooFast {
                per_second: rate.per_second,
                burst: rate.burst,
            });
        }
        let open = self.orders.iter().filter(|it| it.participant == who);
        match limits.max_open_orders {
            Some(limit) if is_new && open.count() >= limit as usize => {
                Err(Refusal::OpenOrdersLimit { limit })
            }
            _ => Ok(()),
        }
    }

    fn check_exposure(
        &self,
        who: ParticipantId,
        side: Side,
        more: i128,
        limits: ExposureLimits,
    ) -> Result<(), Refusal> {
        let sums = self.exposure(who);
        let bought = sums.bought.raw() + sums.open_buys.raw();
        let sold = sums.sold.raw() + sums.open_sells.raw();
        let ours = match side {
            Side::Buy => bought - sums.sold.raw(),
            Side::Sell => sold - sums.bought.raw(),
        };
        let (needed, gross) = (Money::from_raw(more), Money::from_raw(bought + sold));
        let used = Money::from_raw(ours);
        if let Some(limit) = limits.credit
            && side == Side::Buy
            && ours + more > limit.raw()
        {
            return Err(Refusal::CreditLimit {
                needed,
                used,
                limit,
            });
        }
        if let Some(limit) = limits.gross
            && bought + sold + more > limit.raw()
        {
            return Err(Refusal::GrossLimit {
                needed,
                used: gross,
                limit,
            });
        }
        if let Some(limit) = limits.net
            && ours + more > limit.raw()
        {
            return Err(Refusal::NetLimit {
                needed,
                used,
                limit,
            });
        }
        Ok(())
    }

    /// What an order puts at stake.
    pub(super) fn stake(&self, order: &Order) -> i128 {
        let limit = order.terms.ord_type.price().map(|price| price.raw());
        match order.works_at.or(limit).or(order.trigger) {
            Some(price) => notional(price, order.leaves()),
            None if super::is_pegged(order) => 0,
            None if order.parked
                || self.is_gathering(order.terms.instrument)
                || self.is_live(order) =>
            {
                notional(order.staked, order.leaves())
            }
            None => self.cost_of_walk(order),
        }
    }

    pub(crate) fn exposure(&self, who: ParticipantId) -> Exposure {
        let open = |side| {
            let orders = self.orders.iter();
            let orders = orders.filter(|it| (it.participant, it.terms.side) == (who, side));
            Money::from_raw(orders.map(|it| self.stake(it)).sum())
        };
        let traded = |side| {
            let trades = self.limits.traded.iter();
            let trades = trades.filter(|(by, on, _)| (*by, *on) == (who, side));
            Money::from_raw(trades.map(|(_, _, notional)| notional).sum())
        };
        Exposure {
            open_buys: open(Side::Buy),
            open_sells: open(Side::Sell),
            bought: traded(Side::Buy),
            sold: traded(Side::Sell),
        }
    }

    pub(crate) fn open_qty(&self, account: AccountId, instrument: InstrumentId) -> OpenQty {
        let open = |side| {
            let orders = self.orders.iter().filter(|it| {
                (it.terms.account, it.terms.instrument, it.terms.side)
                    == (account, instrument, side)
            });
            Money::from_raw(orders.map(|it| i128::from(it.leaves())).sum())
        };
        OpenQty {
            buys: open(Side::Buy),
            sells: open(Side::Sell),
        }
    }

    /// Whether the market counts the exposure of a participant.
    pub(crate) fn counts_exposure(&self, who: ParticipantId) -> bool {
        self.limits.exposure(who).is_some()
    }

    /// Whether the market counts what is open of an account.
    pub(crate) fn counts_position(&self, account: AccountId, instrument: InstrumentId) -> bool {
        let limits = self.limits.position(account, instrument);
        limits.is_some_and(|limits| limits.max_long.is_some() || limits.max_short.is_some())
    }

    pub(super) fn count_trade(&mut self, order: &Order, notional: i128) {
        if self.counts_exposure(order.participant) {
            let traded = (order.participant, order.terms.side, notional);
            self.limits.traded.push(traded);
        }
    }

    pub(super) fn end_of_limits_day(&mut self) {
        self.limits.traded.clear();
    }

    /// An order or a replace was accepted.
    pub(super) fn count_pace(&mut self, who: ParticipantId) {
        let limits = self.limits.participant(who).unwrap_or_default();
        let Some(rate) = limits.order_rate else {
            return;
        };
        let ahead = self.ahead(who) + step(rate.per_second);
        self.limits.ahead.retain(|(it, _, _)| *it != who);
        self.limits.ahead.push((who, ahead, self.now));
    }

    fn ahead(&self, who: ParticipantId) -> i64 {
        let last = self.limits.ahead.iter().find(|(it, _, _)| *it == who);
        last.map_or(0, |(_, ahead, at)| (ahead - (self.now - at)).max(0))
    }

    /// What an account may sell: what is free, and what it may borrow for a short sale.
    pub(super) fn check_stock(&self, terms: &OrderTerms, needed: i128) -> Result<(), Refusal> {
        let account = terms.account.0 as usize;
        if self.accounts[account] == AccountTerms::Unchecked {
            return Ok(());
        }
        let borrows = if terms.short_sale {
            self.limits.borrows(terms.account, terms.instrument)?
        } else {
            0
        };
        let held = self.stock[account][terms.instrument.0 as usize];
        let available = held - self.stock_reserved(terms.account, terms.instrument) + borrows;
        if needed <= 0 || needed <= available {
            return Ok(());
        }
        let (needed, available) = (qty(needed), qty(available));
        Err(if terms.short_sale {
            Refusal::NotLocated { needed, available }
        } else {
            Refusal::InsufficientPosition { needed, available }
        })
    }
}

fn step(per_second: u32) -> i64 {
    (999_999_999 + i64::from(per_second)) / i64::from(per_second)
}
