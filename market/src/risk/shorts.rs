//! [`Shorts`]: which accounts may sell what they do not have, and how much of each instrument has been located for them to borrow.

use crate::id::{AccountId, InstrumentId};
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use alloc::collections::{BTreeMap, BTreeSet};
use serde::{Deserialize, Serialize};

/// Permissions and locates.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Shorts {
    allowed: BTreeSet<AccountId>,
    /// How far an account may be short in an instrument, open sells included; none is none.
    located: BTreeMap<(AccountId, InstrumentId), Qty>,
}

impl Shorts {
    /// Lets an account sell short, or no more.
    pub(crate) fn allow(&mut self, account: AccountId, is_allowed: bool) {
        if is_allowed {
            self.allowed.insert(account);
        } else {
            self.allowed.remove(&account);
        }
    }

    /// Settings that count for their bound: locates. Permissions are bounded by the accounts that there are.
    pub(crate) fn settings(&self) -> u64 {
        self.located.len() as u64
    }

    /// Sets what is located. `room`: how many more settings there may be.
    pub(crate) fn locate(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        qty: Qty,
        room: u64,
    ) -> Result<(), Refusal> {
        let place = (account, instrument);
        if qty < Qty::ZERO {
            return Err(Refusal::BadAmount);
        }
        if qty == Qty::ZERO {
            self.located.remove(&place);
            return Ok(());
        }
        if room == 0 && !self.located.contains_key(&place) {
            return Err(Refusal::TableFull {
                of: Table::RiskSettings,
            });
        }
        self.located.insert(place, qty);
        Ok(())
    }

    /// How far an account that may sell short may be short in an instrument.
    pub(crate) fn room(
        &self,
        account: AccountId,
        instrument: InstrumentId,
    ) -> Result<Qty, Refusal> {
        if !self.allowed.contains(&account) {
            return Err(Refusal::ShortSaleNotAllowed);
        }
        let located = self.located.get(&(account, instrument));
        Ok(located.copied().unwrap_or(Qty::ZERO))
    }

    /// Whether it fits the reference data: asked of one that was read back.
    pub(crate) fn is_sound(&self, accounts: usize, instruments: usize) -> bool {
        let known = |account: &AccountId| (account.0 as usize) < accounts;
        let mut located = self.located.iter();
        self.allowed.iter().all(known)
            && located.all(|((account, instrument), qty)| {
                known(account) && (instrument.0 as usize) < instruments && *qty > Qty::ZERO
            })
    }
}
