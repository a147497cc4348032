//! [`Margin`]: which accounts on margin hold what, and which of them are called for more. How much is enough is worked out in
//! [`crate::margining`].

use crate::id::{AccountId, AssetId, InstrumentId};
use crate::money::Money;
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use serde::{Deserialize, Serialize};

/// What an account is worth in one currency, at the last prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its cash and its positions; those that it is short count below zero.
    pub equity: Money,
    /// Its positions, long and short together, all above zero.
    pub held: Money,
}

/// Positions on margin and the calls for more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Margin {
    /// The accounts on margin that have a position in an instrument: those who feel its price.
    holders: BTreeMap<InstrumentId, BTreeSet<AccountId>>,
    /// When positions are closed; none when nothing is left to close.
    calls: BTreeMap<(AccountId, AssetId), Option<Timestamp>>,
    /// Orders that the venue has entered to close positions.
    pub(crate) closes: u64,
}

impl Margin {
    /// An account has a position in an instrument now, or none.
    pub(crate) fn hold(&mut self, account: AccountId, instrument: InstrumentId, holds: bool) {
        if holds {
            self.holders.entry(instrument).or_default().insert(account);
            return;
        }
        if let Some(holders) = self.holders.get_mut(&instrument) {
            holders.remove(&account);
            if holders.is_empty() {
                self.holders.remove(&instrument);
            }
        }
    }

    /// The accounts that feel the price of an instrument.
    pub(crate) fn holders(&self, instrument: InstrumentId) -> impl Iterator<Item = AccountId> + '_ {
        self.holders.get(&instrument).into_iter().flatten().copied()
    }

    /// Whether an account is called, and until when.
    pub(crate) fn call(&self, account: AccountId, asset: AssetId) -> Option<Option<Timestamp>> {
        self.calls.get(&(account, asset)).copied()
    }

    /// An account is called until then.
    pub(crate) fn begin(&mut self, account: AccountId, asset: AssetId, until: Option<Timestamp>) {
        self.calls.insert((account, asset), until);
    }

    /// A call is over.
    pub(crate) fn end(&mut self, account: AccountId, asset: AssetId) {
        self.calls.remove(&(account, asset));
    }

    /// All holders.
    pub(crate) fn places(&self) -> impl Iterator<Item = (InstrumentId, AccountId)> + '_ {
        self.holders
            .iter()
            .flat_map(|(instrument, accounts)| accounts.iter().map(move |it| (*instrument, *it)))
    }

    /// All calls.
    pub(crate) fn calls(
        &self,
    ) -> impl Iterator<Item = (AccountId, AssetId, Option<Timestamp>)> + '_ {
        let calls = self.calls.iter();
        calls.map(|((account, asset), until)| (*account, *asset, *until))
    }
}
