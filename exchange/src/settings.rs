//! [`Settings`]: what operators have set, as it holds now: rules of instruments, fees, limits, self-trade prevention, terms of accounts. In:
//! entries, in order, once they are durable; at a start the replay fills it. Out: values by number. The market keeps and uses its own:
//! this is for those who ask.

use crate::followed::{Change, Followed};
use journal::entry::Entry;
use market::account::{AccountTerms, MarginTerms};
use market::event::Event;
use market::fees::Fees;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::limits::SelfTrade;
use market::qty::Qty;
use market::risk::limits::{ExposureLimits, ParticipantLimits, PositionLimits, RiskLimit, Subject};
use market::rules::Rules;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::RwLockReadGuard;

/// What operators have set.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(Followed<Tables>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Tables {
    /// Where any were set; [`Rules::default`] elsewhere.
    rules: BTreeMap<InstrumentId, Rules>,
    margins: BTreeMap<AccountId, MarginTerms>,
    fee_account: Option<AccountId>,
    fees: BTreeMap<(InstrumentId, u8), Fees>,
    /// Where any was set; 0 elsewhere.
    tiers: BTreeMap<ParticipantId, u8>,
    self_trade: BTreeMap<ParticipantId, (Option<u32>, Option<SelfTrade>)>,
    participants: BTreeMap<ParticipantId, ParticipantLimits>,
    exposures: BTreeMap<(ParticipantId, AssetId), ExposureLimits>,
    positions: BTreeMap<(AccountId, InstrumentId), PositionLimits>,
    restricted: BTreeSet<(Subject, InstrumentId)>,
    short_sellers: BTreeSet<AccountId>,
    locates: BTreeMap<(AccountId, InstrumentId), Qty>,
}

impl Settings {
    /// Takes in an entry; most are of orders, and set nothing.
    pub fn note(&self, entry: &Entry) {
        let mut change = self.0.change();
        for event in &entry.events {
            take_in(&mut change, event);
        }
    }

    /// The rules of an instrument.
    pub fn rules(&self, instrument: InstrumentId) -> Rules {
        let rules = self.tables().rules.get(&instrument).copied();
        rules.unwrap_or_default()
    }

    /// Whether somebody has set rules of an instrument.
    pub fn has_rules(&self, instrument: InstrumentId) -> bool {
        self.tables().rules.contains_key(&instrument)
    }

    /// Whether somebody has set limits of a participant.
    pub fn has_limits(&self, participant: ParticipantId) -> bool {
        self.tables().participants.contains_key(&participant)
    }

    /// Whether somebody has set limits of a participant in a currency.
    pub fn has_exposure(&self, participant: ParticipantId, asset: AssetId) -> bool {
        self.tables().exposures.contains_key(&(participant, asset))
    }

    /// The tier that a participant was put into.
    pub fn tier(&self, participant: ParticipantId) -> Option<u8> {
        self.tables().tiers.get(&participant).copied()
    }

    /// The terms of an account on margin.
    pub fn margin(&self, account: AccountId) -> Option<MarginTerms> {
        self.tables().margins.get(&account).copied()
    }

    /// Where fees go.
    pub fn fee_account(&self) -> Option<AccountId> {
        self.tables().fee_account
    }

    /// What a tier pays in an instrument.
    pub fn fees(&self, instrument: InstrumentId, tier: u8) -> Option<Fees> {
        self.tables().fees.get(&(instrument, tier)).copied()
    }

    /// All that tiers pay, by instrument and tier.
    pub fn all_fees(&self) -> Vec<((InstrumentId, u8), Fees)> {
        let tables = self.tables();
        tables.fees.iter().map(|(key, it)| (*key, *it)).collect()
    }

    /// The participants that are in another tier than 0.
    pub fn tiers(&self) -> Vec<(ParticipantId, u8)> {
        let tables = self.tables();
        let tiers = tables.tiers.iter().filter(|(_, tier)| **tier != 0);
        tiers.map(|(key, it)| (*key, *it)).collect()
    }

    /// Group and mode of a participant's self-trade prevention.
    pub fn self_trade(&self, participant: ParticipantId) -> (Option<u32>, Option<SelfTrade>) {
        let set = self.tables().self_trade.get(&participant).copied();
        set.unwrap_or_default()
    }

    /// The limits of a participant.
    pub fn participant(&self, participant: ParticipantId) -> ParticipantLimits {
        let limits = self.tables().participants.get(&participant).copied();
        limits.unwrap_or_default()
    }

    /// The limits of a participant in a currency.
    pub fn exposure(&self, participant: ParticipantId, asset: AssetId) -> ExposureLimits {
        let limits = self.tables().exposures.get(&(participant, asset)).copied();
        limits.unwrap_or_default()
    }

    /// The limits of a participant by currency.
    pub fn exposures(&self, participant: ParticipantId) -> Vec<(AssetId, ExposureLimits)> {
        let tables = self.tables();
        let from = (participant, AssetId(0))..=(participant, AssetId(u32::MAX));
        let range = tables.exposures.range(from);
        let limiting = range.filter(|(_, limits)| **limits != ExposureLimits::default());
        limiting.map(|((_, asset), it)| (*asset, *it)).collect()
    }

    /// The limits of an account in an instrument.
    pub fn position(&self, account: AccountId, instrument: InstrumentId) -> PositionLimits {
        let limits = self.tables().positions.get(&(account, instrument)).copied();
        limits.unwrap_or_default()
    }

    /// The limits of an account by instrument.
    pub fn positions(&self, account: AccountId) -> Vec<(InstrumentId, PositionLimits)> {
        let tables = self.tables();
        let range = tables.positions.range(of_account(account));
        range.map(|((_, at), it)| (*at, *it)).collect()
    }

    /// The restricted list.
    pub fn restricted(&self) -> Vec<(Subject, InstrumentId)> {
        self.tables().restricted.iter().copied().collect()
    }

    /// What one may not trade, or may not be traded for it.
    pub fn restricted_of(&self, subject: Subject) -> Vec<InstrumentId> {
        let tables = self.tables();
        let from = (subject, InstrumentId(0))..=(subject, InstrumentId(u32::MAX));
        let range = tables.restricted.range(from);
        range.map(|(_, instrument)| *instrument).collect()
    }

    /// Whether an account may sell short.
    pub fn may_sell_short(&self, account: AccountId) -> bool {
        self.tables().short_sellers.contains(&account)
    }

    /// What is located for an account, by instrument.
    pub fn locates(&self, account: AccountId) -> Vec<(InstrumentId, Qty)> {
        let tables = self.tables();
        let range = tables.locates.range(of_account(account));
        range.map(|((_, at), qty)| (*at, *qty)).collect()
    }

    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read()
    }
}

fn take_in(change: &mut Change<'_, Tables>, event: &Event) {
    match *event {
        Event::RulesSet { instrument, rules } => {
            change.tables().rules.insert(instrument, rules);
        }
        Event::AccountOpened {
            account,
            terms: AccountTerms::Margin(terms),
            ..
        } => {
            change.tables().margins.insert(account, terms);
        }
        Event::FeeAccountSet { account } => change.tables().fee_account = Some(account),
        Event::FeesSet {
            instrument,
            tier,
            fees,
        } => {
            change.tables().fees.insert((instrument, tier), fees);
        }
        Event::TierSet { participant, tier } => {
            change.tables().tiers.insert(participant, tier);
        }
        Event::SelfTradeSet {
            participant,
            group,
            mode,
        } => {
            let set = (group, mode) != (None, None);
            put(
                &mut change.tables().self_trade,
                participant,
                set.then_some((group, mode)),
            );
        }
        Event::RiskLimitSet(limit) => change.tables().limit(limit),
        _ => {}
    }
}

impl Tables {
    fn limit(&mut self, limit: RiskLimit) {
        match limit {
            RiskLimit::Participant {
                participant,
                limits,
            } => {
                self.participants.insert(participant, limits);
            }
            RiskLimit::Exposure {
                participant,
                asset,
                limits,
            } => {
                self.exposures.insert((participant, asset), limits);
            }
            RiskLimit::Position {
                account,
                instrument,
                limits,
            } => put(
                &mut self.positions,
                (account, instrument),
                unless_none(limits),
            ),
            RiskLimit::Restricted {
                subject,
                instrument,
                is_restricted,
            } => {
                if is_restricted {
                    self.restricted.insert((subject, instrument));
                } else {
                    self.restricted.remove(&(subject, instrument));
                }
            }
            RiskLimit::ShortSales {
                account,
                is_allowed,
            } => {
                if is_allowed {
                    self.short_sellers.insert(account);
                } else {
                    self.short_sellers.remove(&account);
                }
            }
            RiskLimit::Locate {
                account,
                instrument,
                qty,
            } => {
                let qty = (qty != Qty::ZERO).then_some(qty);
                put(&mut self.locates, (account, instrument), qty);
            }
        }
    }
}

/// Limits that limit something.
fn unless_none<T: Default + PartialEq>(limits: T) -> Option<T> {
    (limits != T::default()).then_some(limits)
}

/// What is not set takes no room.
fn put<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => {
            table.insert(key, value);
        }
        None => {
            table.remove(&key);
        }
    }
}

fn of_account(account: AccountId) -> std::ops::RangeInclusive<(AccountId, InstrumentId)> {
    (account, InstrumentId(0))..=(account, InstrumentId(u32::MAX))
}
