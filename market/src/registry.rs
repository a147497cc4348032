//! [`Registry`]: reference data: assets, instruments with their phase, participants, accounts and who may trade for which.
//! Names go in, dense numbers come out. Knows no rule of orders, and no money.

use crate::id::{
    AccountId, AccountName, AssetCode, AssetId, CompId, InstrumentId, ParticipantId, Symbol,
};
use crate::instrument::{Instrument, Phase};
use crate::limits::Limits;
use crate::order::OrderFacts;
use crate::owners::Membership;
use crate::refusal::Refusal;
use crate::rules::Rules;
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// An instrument, with what changes about it during the day.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// Its static facts.
    pub(crate) instrument: Instrument,
    /// The asset of its currency: kept so that settlement need not look the code up.
    pub(crate) currency: AssetId,
    /// What its book does now.
    pub(crate) phase: Phase,
    /// What goes on once a halt ends.
    pub(crate) resumes: Phase,
    /// What binds its trading.
    pub(crate) rules: Rules,
    /// When continuous trading ends or has ended today, as far as that is known.
    pub(crate) closes: Option<Timestamp>,
}

/// All reference data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Registry {
    assets: BTreeMap<AssetCode, AssetId>,
    listings: Vec<Listing>,
    symbols: BTreeMap<Symbol, InstrumentId>,
    comp_ids: BTreeMap<CompId, ParticipantId>,
    /// By participant: the accounts it may trade for, the lowest first.
    grants: Vec<Vec<AccountId>>,
    accounts: BTreeMap<AccountName, AccountId>,
    /// By participant.
    memberships: Vec<Membership>,
}

impl Registry {
    pub(crate) fn list_asset(
        &mut self,
        code: AssetCode,
        limits: &Limits,
    ) -> Result<AssetId, Refusal> {
        let id = AssetId(vacancy(self.assets.len(), limits.max_assets)?);
        take_name(&mut self.assets, code, id)
    }

    pub(crate) fn list_instrument(
        &mut self,
        mut instrument: Instrument,
        limits: &Limits,
    ) -> Result<Instrument, Refusal> {
        instrument.check()?;
        let currency = *self
            .assets
            .get(&instrument.currency)
            .ok_or(Refusal::UnknownAsset)?;
        let id = InstrumentId(vacancy(self.listings.len(), limits.max_instruments)?);
        instrument.id = take_name(&mut self.symbols, instrument.symbol, id)?;
        self.listings.push(Listing {
            instrument,
            currency,
            phase: Phase::Closed,
            resumes: Phase::Open,
            rules: Rules::default(),
            closes: None,
        });
        Ok(instrument)
    }

    pub(crate) fn admit(
        &mut self,
        comp_id: CompId,
        limits: &Limits,
    ) -> Result<ParticipantId, Refusal> {
        let id = ParticipantId(vacancy(self.grants.len(), limits.max_participants)?);
        take_name(&mut self.comp_ids, comp_id, id)?;
        self.grants.push(Vec::new());
        self.memberships.push(Membership::default());
        Ok(id)
    }

    pub(crate) fn open_account(
        &mut self,
        name: AccountName,
        limits: &Limits,
    ) -> Result<AccountId, Refusal> {
        let id = AccountId(vacancy(self.accounts.len(), limits.max_accounts)?);
        take_name(&mut self.accounts, name, id)
    }

    pub(crate) fn grant(
        &mut self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        self.account(account)?;
        let granted = self
            .grants
            .get_mut(index(participant.0))
            .ok_or(Refusal::UnknownParticipant)?;
        match granted.binary_search(&account) {
            Ok(_) => Err(Refusal::AlreadyExists),
            Err(at) => {
                granted.insert(at, account);
                Ok(())
            }
        }
    }

    /// The first participant that may trade for an account.
    pub(crate) fn first_of(&self, account: AccountId) -> Option<ParticipantId> {
        let mut numbered = (0..).map(ParticipantId).zip(&self.grants);
        numbered
            .find(|(_, granted)| has(granted, account))
            .map(|(participant, _)| participant)
    }

    pub(crate) fn revoke(
        &mut self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        self.may_trade(participant, account)?;
        if let Some(granted) = self.grants.get_mut(index(participant.0)) {
            granted.retain(|other| *other != account);
        }
        Ok(())
    }

    pub(crate) fn listings(&self) -> &[Listing] {
        &self.listings
    }

    #[inline(always)]
    pub(crate) fn listing(&self, id: InstrumentId) -> Result<&Listing, Refusal> {
        self.listings
            .get(index(id.0))
            .ok_or(Refusal::UnknownInstrument)
    }

    /// The phase of an instrument that is listed.
    pub(crate) fn set_phase(&mut self, id: InstrumentId, phase: Phase) {
        self.listings[index(id.0)].phase = phase;
    }

    /// What goes on once the halt of an instrument that is listed ends.
    pub(crate) fn resume_with(&mut self, id: InstrumentId, phase: Phase) {
        self.listings[index(id.0)].resumes = phase;
    }

    pub(crate) fn set_rules(&mut self, id: InstrumentId, rules: Rules) -> Result<(), Refusal> {
        rules.check()?;
        let listing = self
            .listings
            .get_mut(index(id.0))
            .ok_or(Refusal::UnknownInstrument)?;
        listing.rules = rules;
        Ok(())
    }

    pub(crate) fn set_close(
        &mut self,
        id: InstrumentId,
        at: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        let listing = self
            .listings
            .get_mut(index(id.0))
            .ok_or(Refusal::UnknownInstrument)?;
        listing.closes = at;
        Ok(())
    }

    /// The day is over: an end of continuous trading that has passed was of it.
    pub(crate) fn end_day(&mut self, now: Timestamp) {
        for listing in &mut self.listings {
            listing.closes = listing.closes.filter(|at| *at > now);
        }
    }

    pub(crate) fn set_membership(
        &mut self,
        participant: ParticipantId,
        membership: Membership,
    ) -> Result<(), Refusal> {
        self.participant(participant)?;
        self.memberships[index(participant.0)] = membership;
        Ok(())
    }

    /// What self-trade prevention knows of a participant; nothing of an unknown one.
    pub(crate) fn membership(&self, participant: ParticipantId) -> Membership {
        let known = self.memberships.get(index(participant.0));
        known.copied().unwrap_or_default()
    }

    pub(crate) fn asset(&self, id: AssetId) -> Result<(), Refusal> {
        known(id.0, self.assets.len(), Refusal::UnknownAsset)
    }

    pub(crate) fn account(&self, id: AccountId) -> Result<(), Refusal> {
        known(id.0, self.accounts.len(), Refusal::UnknownAccount)
    }

    pub(crate) fn participant(&self, id: ParticipantId) -> Result<(), Refusal> {
        known(id.0, self.grants.len(), Refusal::UnknownParticipant)
    }

    /// How many assets there are.
    pub(crate) fn assets(&self) -> usize {
        self.assets.len()
    }

    /// How many participants there are.
    pub(crate) fn participants(&self) -> usize {
        self.grants.len()
    }

    /// How many accounts there are.
    pub(crate) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Whether everything that the facts of an order name is there.
    pub(crate) fn knows(&self, facts: &OrderFacts) -> bool {
        self.participant(facts.participant).is_ok()
            && self.account(facts.terms.account).is_ok()
            && self.listing(facts.terms.instrument).is_ok()
    }

    /// Whether every name has a number of its own and every number names something: asked of tables that were read back.
    pub(crate) fn is_sound(&self) -> bool {
        let listed = self.listings.iter().enumerate().all(|(number, listing)| {
            index(listing.instrument.id.0) == number
                && listing.instrument.check().is_ok()
                && self.assets.get(&listing.instrument.currency) == Some(&listing.currency)
        });
        let mut granted = self.grants.iter().flatten();
        let mut by_participant = self.grants.iter();
        listed
            && by_participant.all(|granted| granted.is_sorted_by(|a, b| a < b))
            && self.memberships.len() == self.grants.len()
            && are_dense(self.assets.values().map(|id| id.0), self.assets.len())
            && are_dense(self.symbols.values().map(|id| id.0), self.listings.len())
            && are_dense(self.comp_ids.values().map(|id| id.0), self.grants.len())
            && are_dense(self.accounts.values().map(|id| id.0), self.accounts.len())
            && granted.all(|account| self.account(*account).is_ok())
    }

    /// Whether `participant` exists and may trade for `account`, which exists.
    #[inline(always)]
    pub(crate) fn may_trade(
        &self,
        participant: ParticipantId,
        account: AccountId,
    ) -> Result<(), Refusal> {
        let granted = self
            .grants
            .get(index(participant.0))
            .ok_or(Refusal::UnknownParticipant)?;
        self.account(account)?;
        if has(granted, account) {
            Ok(())
        } else {
            Err(Refusal::NotYourAccount)
        }
    }
}

const fn index(id: u32) -> usize {
    id as usize
}

/// Whether an account is among those granted, which are sorted. Accounts are numbered without gaps: who may trade for all of the first ones,
/// as the venue's own desks do, has it just at its number.
#[inline(always)]
fn has(granted: &[AccountId], account: AccountId) -> bool {
    granted.get(index(account.0)) == Some(&account) || granted.binary_search(&account).is_ok()
}

/// Whether these are the numbers below `len`, each once.
fn are_dense(numbers: impl Iterator<Item = u32>, len: usize) -> bool {
    let mut numbers: Vec<usize> = numbers.map(index).collect();
    numbers.sort_unstable();
    numbers.len() == len && numbers.iter().enumerate().all(|(at, number)| at == *number)
}

fn known(id: u32, len: usize, refusal: Refusal) -> Result<(), Refusal> {
    if index(id) < len {
        Ok(())
    } else {
        Err(refusal)
    }
}

/// The next dense number, while the table is not full.
fn vacancy(len: usize, max: u32) -> Result<u32, Refusal> {
    match u32::try_from(len) {
        Ok(id) if id < max => Ok(id),
        _ => Err(Refusal::CapacityReached),
    }
}

fn take_name<K: Ord, V: Copy>(names: &mut BTreeMap<K, V>, name: K, id: V) -> Result<V, Refusal> {
    if names.contains_key(&name) {
        return Err(Refusal::AlreadyExists);
    }
    names.insert(name, id);
    Ok(id)
}
