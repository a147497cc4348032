//! [`Ledger`]: cash per asset and holdings per instrument of each account, and what live orders reserve of them. Amounts go in,
//! refusals come out. The order of things is always: check and reserve → match → settle → release, to the last unit.
//! Knows nothing of books and orders; who must call what is written in `state.rs`.

use crate::account::{AccountTerms, MarginTerms};
use crate::id::{AccountId, AssetId, InstrumentId};
use crate::money::Money;
use crate::order::{OrderFacts, Side};
use crate::orders::Orders;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::registry::Registry;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Greatest price × quantity of one order: 10¹⁸ whole units. With [`MAX_BALANCE`] it leaves room for 10¹² such trades before
/// a balance could leave an `i128`.
pub(crate) const MAX_NOTIONAL: Money = Money::from_raw(100_000_000_000_000_000_000_000_000);

/// Greatest cash that transfers may bring an account to, and below zero the least: 10²⁸ whole units.
pub(crate) const MAX_BALANCE: Money =
    Money::from_raw(1_000_000_000_000_000_000_000_000_000_000_000_000);

/// Greatest amount that a balance which was read back may have, either way: trades have room above it.
const MAX_KEPT: Money = Money::from_raw(i128::MAX / 2);

/// What an account has of one thing, in units of 10⁻⁸, wide enough that trades cannot overflow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// All of it, reservations included.
    pub total: Money,
    /// The part that live orders hold.
    pub reserved: Money,
}

impl Balance {
    /// What may be used for a new order or taken out.
    pub fn free(&self) -> Money {
        less(self.total, self.reserved)
    }
}

/// Which balance an order draws on: cash to buy, the holding to sell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) account: AccountId,
    pub(crate) asset: AssetId,
    pub(crate) instrument: InstrumentId,
    pub(crate) side: Side,
}

/// All accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ledger {
    accounts: Vec<Account>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Account {
    terms: AccountTerms,
    /// By asset, as far as the account has had any.
    cash: Vec<Balance>,
    /// Sorted by instrument.
    holdings: Vec<(InstrumentId, Balance)>,
}

impl Ledger {
    /// Opens the next account, empty.
    pub(crate) fn open(&mut self, terms: AccountTerms) {
        self.accounts.push(Account {
            terms,
            cash: Vec::new(),
            holdings: Vec::new(),
        });
    }

    /// Whether buys of the account are checked for cash and reserve it.
    pub(crate) fn is_checked(&self, account: AccountId) -> bool {
        self.account(account).terms == AccountTerms::Cash
    }

    /// Whether orders of a side of the account reserve what they may need: cash to buy, stock to sell.
    #[inline(always)]
    pub(crate) fn reserves(&self, account: AccountId, side: Side) -> bool {
        match self.account(account).terms {
            AccountTerms::Cash => true,
            AccountTerms::Margin(_) => side == Side::Sell,
            AccountTerms::Unchecked => false,
        }
    }

    /// The terms of an account on margin; none for others.
    pub(crate) fn margin(&self, account: AccountId) -> Option<MarginTerms> {
        match self.account(account).terms {
            AccountTerms::Margin(terms) => Some(terms),
            AccountTerms::Cash | AccountTerms::Unchecked => None,
        }
    }

    #[inline(always)]
    pub(crate) fn cash(&self, account: AccountId, asset: AssetId) -> Balance {
        let cash = &self.account(account).cash;
        cash.get(asset.0 as usize).copied().unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn holding(&self, account: AccountId, instrument: InstrumentId) -> Balance {
        let holdings = &self.account(account).holdings;
        match place_in(holdings, instrument) {
            Ok(at) => holdings[at].1,
            Err(_) => Balance::default(),
        }
    }

    /// All holdings of an account, by instrument.
    pub(crate) fn holdings(
        &self,
        account: AccountId,
    ) -> impl Iterator<Item = (InstrumentId, Balance)> + '_ {
        self.account(account).holdings.iter().copied()
    }

    /// Whether an order that holds `held` may hold `wanted`; a sale may come to `borrowed` more than is free.
    #[inline(always)]
    pub(crate) fn check(
        &self,
        claim: Claim,
        held: Money,
        wanted: Money,
        borrowed: Qty,
    ) -> Result<(), Refusal> {
        if !self.reserves(claim.account, claim.side) {
            return Ok(());
        }
        let needed = less(wanted, held);
        let available = match claim.side {
            Side::Buy => self.cash(claim.account, claim.asset).free(),
            Side::Sell => {
                let free = self.holding(claim.account, claim.instrument).free();
                more(free, units(borrowed))
            }
        };
        if needed <= Money::ZERO || needed <= available {
            return Ok(());
        }
        Err(match claim.side {
            Side::Buy => Refusal::InsufficientFunds { needed, available },
            Side::Sell => Refusal::InsufficientPosition {
                needed: clamp(needed),
                available: clamp(available),
            },
        })
    }

    /// Changes what an order holds from `held` to `wanted`, after [`Ledger::check`] or downwards.
    #[inline(always)]
    pub(crate) fn hold(&mut self, claim: Claim, held: Money, wanted: Money) {
        if held == wanted {
            return;
        }
        let balance = match claim.side {
            Side::Buy => self.cash_mut(claim.account, claim.asset),
            Side::Sell => self.holding_mut(claim.account, claim.instrument),
        };
        balance.reserved = more(less(balance.reserved, held), wanted);
        assert!(
            balance.reserved >= Money::ZERO,
            "orders release what they hold, once"
        );
    }

    /// Moves cash from buyer to seller and stock from seller to buyer.
    #[inline(always)]
    pub(crate) fn settle(&mut self, buy: Claim, sell: Claim, notional: Money, qty: Qty) {
        let stock = units(qty);
        self.add_cash(buy.account, buy.asset, notional.negated());
        self.add_cash(sell.account, sell.asset, notional);
        self.add_holding(buy.account, buy.instrument, stock);
        self.add_holding(sell.account, sell.instrument, stock.negated());
    }

    /// Moves cash from one account to another; the other way when it is below zero.
    pub(crate) fn pay(&mut self, from: AccountId, to: AccountId, asset: AssetId, amount: Money) {
        if amount != Money::ZERO {
            self.add_cash(from, asset, amount.negated());
            self.add_cash(to, asset, amount);
        }
    }

    /// Moves cash into or out of an account.
    pub(crate) fn transfer_cash(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Money,
    ) -> Result<Money, Refusal> {
        let balance = self.cash(account, asset);
        let total = balance
            .total
            .checked_add(amount)
            .filter(|t| *t <= MAX_BALANCE && *t >= MAX_BALANCE.negated())
            .ok_or(Refusal::BadAmount)?;
        let available = balance.free();
        if self.is_checked(account) && amount < Money::ZERO && total < balance.reserved {
            return Err(Refusal::InsufficientFunds {
                needed: amount.negated(),
                available,
            });
        }
        self.cash_mut(account, asset).total = total;
        Ok(total)
    }

    /// Moves securities into or out of an account.
    pub(crate) fn transfer_holding(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        qty: Qty,
    ) -> Result<Qty, Refusal> {
        let balance = self.holding(account, instrument);
        let total = more(balance.total, units(qty));
        let position = i64::try_from(total.raw()).map_err(|_| Refusal::BadAmount)?;
        if self.reserves(account, Side::Sell) && qty < Qty::ZERO && total < balance.reserved {
            return Err(Refusal::InsufficientPosition {
                needed: clamp(units(qty).negated()),
                available: clamp(balance.free()),
            });
        }
        self.holding_mut(account, instrument).total = total;
        Ok(Qty::from_raw(position))
    }

    /// Whether the balances fit the reference data, are far from what a number can hold, and reserve what live orders hold: asked of a
    /// ledger that was read back.
    pub(crate) fn is_sound(&self, registry: &Registry, orders: &Orders) -> bool {
        let far = |balance: &Balance| {
            (MAX_KEPT.negated()..=MAX_KEPT).contains(&balance.total)
                && (Money::ZERO..=MAX_KEPT).contains(&balance.reserved)
        };
        let fits = |account: &Account| {
            let holdings = &account.holdings;
            account.terms.check().is_ok()
                && account.cash.len() <= registry.assets()
                && account.cash.iter().all(far)
                && holdings.iter().all(|(_, balance)| far(balance))
                && holdings.is_sorted_by(|(a, _), (b, _)| a < b)
                && holdings.iter().all(|(id, _)| registry.listing(*id).is_ok())
        };
        self.accounts.len() == registry.accounts()
            && self.accounts.iter().all(fits)
            && self.covers(registry, orders)
    }

    /// Whether what is reserved is what live orders hold.
    fn covers(&self, registry: &Registry, orders: &Orders) -> bool {
        let mut held = BTreeMap::new();
        for order in orders.live() {
            let OrderFacts {
                terms, reserved, ..
            } = order;
            let Ok(listing) = registry.listing(terms.instrument) else {
                return false;
            };
            let drawn = match terms.side {
                Side::Buy => (terms.account, Some(listing.currency), None),
                Side::Sell => (terms.account, None, Some(terms.instrument)),
            };
            let sum: &mut Money = held.entry(drawn).or_insert(Money::ZERO);
            match sum.checked_add(reserved) {
                Some(more) => *sum = more,
                None => return false,
            }
        }
        held.retain(|_, sum| *sum != Money::ZERO);
        let is_held = held.iter().all(|((account, asset, instrument), sum)| {
            let balance = match (asset, instrument) {
                (Some(asset), _) => self.cash(*account, *asset),
                (None, Some(instrument)) => self.holding(*account, *instrument),
                (None, None) => Balance::default(),
            };
            balance.reserved == *sum
        });
        let balances = self.accounts.iter().flat_map(|account| {
            let holdings = account.holdings.iter().map(|(_, balance)| balance);
            account.cash.iter().chain(holdings)
        });
        let reserving = balances.filter(|balance| balance.reserved != Money::ZERO);
        is_held && reserving.count() == held.len()
    }

    fn account(&self, id: AccountId) -> &Account {
        &self.accounts[id.0 as usize]
    }

    #[inline(always)]
    fn add_cash(&mut self, account: AccountId, asset: AssetId, amount: Money) {
        let balance = self.cash_mut(account, asset);
        balance.total = more(balance.total, amount);
    }

    #[inline(always)]
    fn add_holding(&mut self, account: AccountId, instrument: InstrumentId, qty: Money) {
        let balance = self.holding_mut(account, instrument);
        balance.total = more(balance.total, qty);
    }

    #[inline(always)]
    fn cash_mut(&mut self, account: AccountId, asset: AssetId) -> &mut Balance {
        let cash = &mut self.accounts[account.0 as usize].cash;
        let at = asset.0 as usize;
        if cash.len() <= at {
            cash.resize(at + 1, Balance::default());
        }
        &mut cash[at]
    }

    #[inline(always)]
    fn holding_mut(&mut self, account: AccountId, instrument: InstrumentId) -> &mut Balance {
        let holdings = &mut self.accounts[account.0 as usize].holdings;
        let at = match place_in(holdings, instrument) {
            Ok(at) => at,
            Err(at) => {
                holdings.insert(at, (instrument, Balance::default()));
                at
            }
        };
        &mut holdings[at].1
    }
}

/// Where the holding in an instrument is, or would be. Instruments are numbered without gaps, so it is nowhere behind its number; and who holds
/// all of them, as a market maker does, has it just there.
#[inline(always)]
fn place_in(
    holdings: &[(InstrumentId, Balance)],
    instrument: InstrumentId,
) -> Result<usize, usize> {
    let number = instrument.0 as usize;
    if holdings
        .get(number)
        .is_some_and(|(id, _)| *id == instrument)
    {
        return Ok(number);
    }
    let before = &holdings[..holdings.len().min(number)];
    before.binary_search_by_key(&instrument, |(id, _)| *id)
}

/// A quantity as the ledger counts it.
pub(crate) const fn units(qty: Qty) -> Money {
    Money::from_raw(qty.raw() as i128)
}

/// A ledger amount as a quantity, held to what a quantity can say (only unchecked accounts can hold more).
fn clamp(amount: Money) -> Qty {
    let raw = amount
        .raw()
        .clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    Qty::from_raw(i64::try_from(raw).expect("clamped"))
}

pub(crate) fn more(a: Money, b: Money) -> Money {
    a.checked_add(b)
        .expect("MAX_NOTIONAL and MAX_BALANCE leave room")
}

pub(crate) fn less(a: Money, b: Money) -> Money {
    a.checked_sub(b)
        .expect("MAX_NOTIONAL and MAX_BALANCE leave room")
}
