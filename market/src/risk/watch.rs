//! [`Watch`]: what participants and accounts with limits have at stake, and whether one more order keeps them. It follows the events: each
//! fact about an order replaces what was counted for it, so that whatever ends an order takes all of it back. Nothing is counted, and
//! nothing looked up, until an operator sets a limit.

use crate::id::{AccountId, AssetId, InstrumentId, OrderId, ParticipantId};
use crate::money::Money;
use crate::order::{OrderFacts, Side};
use crate::orders::Orders;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::registry::Registry;
use crate::risk::ledger::{less, more, units};
use crate::risk::limits::{ExposureLimits, ParticipantLimits, PositionLimits, Subject};
use crate::risk::pace::Pace;
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use serde::{Deserialize, Serialize};

/// No limit, and nothing open.
const NOTHING: (PositionLimits, OpenQty) = (
    PositionLimits {
        max_long: None,
        max_short: None,
    },
    OpenQty {
        buys: Money::ZERO,
        sells: Money::ZERO,
    },
);

/// The most that one order can put at stake: greatest price × greatest quantity.
const MAX_STAKE: Money = Money::from_raw(1_000_000_000_000_000_000_000_000_000_000);
/// Greatest sum of trades that is read back: sums of sums have room above it.
const MAX_SUM: Money = Money::from_raw(i128::MAX / 8);

/// What a participant has at stake in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Its open buys.
    pub open_buys: Money,
    /// Its open sells.
    pub open_sells: Money,
    /// What it bought today.
    pub bought: Money,
    /// What it sold today.
    pub sold: Money,
}

impl Exposure {
    /// Bought less sold, with all open buys: what it owes, and how far it is at stake on the buying side.
    pub fn long(&self) -> Money {
        less(more(self.bought, self.open_buys), self.sold)
    }

    /// Sold less bought, with all open sells.
    pub fn short(&self) -> Money {
        less(more(self.sold, self.open_sells), self.bought)
    }

    /// Both sides together.
    pub fn gross(&self) -> Money {
        more(
            more(self.bought, self.open_buys),
            more(self.sold, self.open_sells),
        )
    }
}

/// What is open of an account in an instrument, counted like money in units of 10⁻⁸.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenQty {
    /// Of its buys.
    pub buys: Money,
    /// Of its sells.
    pub sells: Money,
}

impl OpenQty {
    /// The position that there is when all open buys trade.
    pub fn long(&self, position: Money) -> Money {
        more(position, self.buys)
    }

    /// How far the account is short when all open sells trade; below zero: it still holds some.
    pub fn short(&self, position: Money) -> Money {
        less(self.sells, position)
    }
}

/// A participant with limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    limits: ParticipantLimits,
    pace: Pace,
    open_orders: u32,
    exposures: BTreeMap<AssetId, (ExposureLimits, Exposure)>,
}

/// What is counted for an open order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stake {
    pub(crate) participant: ParticipantId,
    pub(crate) account: AccountId,
    pub(crate) instrument: InstrumentId,
    pub(crate) asset: AssetId,
    pub(crate) side: Side,
    /// What is open of it.
    pub(crate) leaves: Qty,
    /// What that would cost or bring.
    pub(crate) notional: Money,
}

/// What is asked of an order before the book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// What it puts at stake.
    pub(crate) stake: Stake,
    /// The order that it replaces: it is judged on the difference.
    pub(crate) replaces: Option<OrderId>,
    /// What the account holds now.
    pub(crate) position: Money,
    /// When.
    pub(crate) now: Timestamp,
}

/// Everything that is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watch {
    participants: BTreeMap<ParticipantId, Watched>,
    positions: BTreeMap<(AccountId, InstrumentId), (PositionLimits, OpenQty)>,
    restricted: BTreeSet<(Subject, InstrumentId)>,
    /// Accounts on margin: all that is open of them is counted.
    margin: BTreeSet<AccountId>,
    orders: BTreeMap<OrderId, Stake>,
    /// How many settings are kept: see [`Watch::settings`].
    settings: u64,
}

impl Watch {
    /// Whether nothing is watched at all.
    pub(crate) fn is_idle(&self) -> bool {
        self.participants.is_empty()
            && self.positions.is_empty()
            && self.restricted.is_empty()
            && self.margin.is_empty()
    }

    /// Settings that are kept, all kinds together: participants, currencies of theirs, limits of positions, the restricted list.
    pub(crate) const fn settings(&self) -> u64 {
        self.settings
    }

    fn settings_counted(&self) -> usize {
        let exposures = self.participants.values().map(|it| it.exposures.len());
        let exposures: usize = exposures.sum();
        let positions = self.positions.values();
        let positions = positions.filter(|(limits, _)| *limits != PositionLimits::default());
        exposures + self.participants.len() + positions.count() + self.restricted.len()
    }

    /// Counts `more` settings, where there is `room` for them.
    fn take_room(&mut self, more: u64, room: u64) -> Result<(), Refusal> {
        if more > room {
            return Err(Refusal::TableFull {
                of: Table::RiskSettings,
            });
        }
        self.settings += more;
        Ok(())
    }

    /// Whether a participant is watched.
    pub(crate) fn has_participant(&self, participant: ParticipantId) -> bool {
        self.participants.contains_key(&participant)
    }

    /// Sets the limits of a participant. `room`, here and below: how many more settings there may be. What is open and is watched from then
    /// on, or no more, is forgotten before ([`Watch::forget`]) and followed anew behind it.
    pub(crate) fn limit_participant(
        &mut self,
        participant: ParticipantId,
        wanted: ParticipantLimits,
        room: u64,
    ) -> Result<(), Refusal> {
        wanted.check()?;
        if let Some(watched) = self.participants.get_mut(&participant) {
            watched.limits = wanted;
            return Ok(());
        }
        self.take_room(1, room)?;
        self.participants.entry(participant).or_default().limits = wanted;
        Ok(())
    }

    /// Sets the limits of a participant in a currency.
    pub(crate) fn limit_exposure(
        &mut self,
        participant: ParticipantId,
        asset: AssetId,
        wanted: ExposureLimits,
        room: u64,
    ) -> Result<(), Refusal> {
        wanted.check()?;
        let known = self.participants.get(&participant);
        let is_new = known.is_none_or(|it| !it.exposures.contains_key(&asset));
        let more = u64::from(known.is_none()) + u64::from(is_new);
        self.take_room(more, room)?;
        let watched = self.participants.entry(participant).or_default();
        watched.exposures.entry(asset).or_default().0 = wanted;
        Ok(())
    }

    /// Sets the limits of an account in an instrument; none takes them away.
    pub(crate) fn limit_position(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        wanted: PositionLimits,
        room: u64,
    ) -> Result<(), Refusal> {
        wanted.check()?;
        let place = (account, instrument);
        let former = self.positions.get(&place).map(|(limits, _)| *limits);
        let is_set = |limits: PositionLimits| limits != PositionLimits::default();
        let (was_set, is_set) = (former.is_some_and(is_set), is_set(wanted));
        if !is_set && !self.margin.contains(&account) {
            self.settings -= u64::from(was_set);
            self.positions.remove(&place);
            return Ok(());
        }
        self.take_room(u64::from(is_set && !was_set), room)?;
        self.settings -= u64::from(was_set && !is_set);
        self.positions.entry(place).or_default().0 = wanted;
        self.tidy(account, instrument);
        Ok(())
    }

    /// Counts all that is open of an account on margin, which was just opened.
    pub(crate) fn watch_margin(&mut self, account: AccountId) {
        self.margin.insert(account);
    }

    /// Whether any account is on margin.
    pub(crate) fn has_margin(&self) -> bool {
        !self.margin.is_empty()
    }

    /// Whether all that is open of an account is counted, since it is on margin.
    pub(crate) fn has_on_margin(&self, account: AccountId) -> bool {
        self.margin.contains(&account)
    }

    /// Everything that is open of an account, by instrument, where that is watched.
    pub(crate) fn open_of(
        &self,
        account: AccountId,
    ) -> impl Iterator<Item = (InstrumentId, OpenQty)> + '_ {
        let places = (account, InstrumentId(0))..=(account, InstrumentId(u32::MAX));
        let positions = self.positions.range(places);
        positions.map(|((_, instrument), (_, open))| (*instrument, *open))
    }

    /// Who has open orders for an account that is watched.
    pub(crate) fn senders(&self, account: AccountId) -> BTreeSet<ParticipantId> {
        let stakes = self.orders.values().filter(|it| it.account == account);
        stakes.map(|it| it.participant).collect()
    }

    /// An account on margin keeps no place where nothing is open and nothing is set.
    fn tidy(&mut self, account: AccountId, instrument: InstrumentId) {
        let place = (account, instrument);
        if self.margin.contains(&account) && self.positions.get(&place) == Some(&NOTHING) {
            self.positions.remove(&place);
        }
    }

    /// Puts a subject on the restricted list of an instrument, or takes it off.
    pub(crate) fn restrict(
        &mut self,
        subject: Subject,
        instrument: InstrumentId,
        is_restricted: bool,
        room: u64,
    ) -> Result<(), Refusal> {
        let entry = (subject, instrument);
        if !is_restricted {
            self.settings -= u64::from(self.restricted.remove(&entry));
        } else if !self.restricted.contains(&entry) {
            self.take_room(1, room)?;
            self.restricted.insert(entry);
        }
        Ok(())
    }

    /// Whether an order keeps all limits: the restricted list, the pace, open orders, position, credit, gross and net exposure.
    pub(crate) fn check(&self, wanted: &Wanted) -> Result<(), Refusal> {
        if self.is_idle() {
            return Ok(());
        }
        self.check_restricted(&wanted.stake)?;
        if let Some(watched) = self.participants.get(&wanted.stake.participant) {
            watched.check(wanted.replaces.is_none(), wanted.now)?;
        }
        self.check_position(wanted)?;
        self.check_exposure(wanted)
    }

    fn check_restricted(&self, stake: &Stake) -> Result<(), Refusal> {
        let subjects = [
            Subject::Account(stake.account),
            Subject::Participant(stake.participant),
        ];
        let is_restricted = |subject| self.restricted.contains(&(subject, stake.instrument));
        if !self.restricted.is_empty() && subjects.into_iter().any(is_restricted) {
            return Err(Refusal::Restricted);
        }
        Ok(())
    }

    fn check_position(&self, wanted: &Wanted) -> Result<(), Refusal> {
        let Stake {
            account,
            instrument,
            side,
            leaves,
            ..
        } = wanted.stake;
        let Some((limits, open)) = self.positions.get(&(account, instrument)) else {
            return Ok(());
        };
        let before = self
            .counted(wanted.replaces)
            .map_or(Qty::ZERO, |it| it.leaves);
        if leaves <= before {
            return Ok(());
        }
        let added = less(units(leaves), units(before));
        let (limit, would) = match side {
            Side::Buy => (limits.max_long, more(open.long(wanted.position), added)),
            Side::Sell => (limits.max_short, more(open.short(wanted.position), added)),
        };
        match limit {
            Some(limit) if would > units(limit) => Err(Refusal::PositionLimit { limit, would }),
            _ => Ok(()),
        }
    }

    fn check_exposure(&self, wanted: &Wanted) -> Result<(), Refusal> {
        let Stake {
            participant,
            asset,
            side,
            notional,
            ..
        } = wanted.stake;
        let watched = self.participants.get(&participant);
        let Some((limits, exposure)) = watched.and_then(|it| it.exposures.get(&asset)) else {
            return Ok(());
        };
        let before = self.counted(wanted.replaces);
        let before = before.map_or(Money::ZERO, |it| it.notional);
        if notional <= before {
            return Ok(());
        }
        limits.check_more(exposure, side, less(notional, before))
    }

    pub(crate) fn counted(&self, order: Option<OrderId>) -> Option<&Stake> {
        order.and_then(|order| self.orders.get(&order))
    }

    /// An order or a replace of a participant was accepted.
    pub(crate) fn count_pace(&mut self, participant: ParticipantId, now: Timestamp) {
        if self.participants.is_empty() {
            return;
        }
        if let Some(watched) = self.participants.get_mut(&participant)
            && let Some(rate) = watched.limits.order_rate
        {
            watched.pace.count(rate, now);
        }
    }

    /// An order stands like this now: what was counted for it before is taken back.
    pub(crate) fn follow(&mut self, order: &OrderFacts, stake: Stake) {
        self.forget(order.order_id);
        if stake.leaves > Qty::ZERO && self.watches(&stake) {
            self.insert(order.order_id, stake);
        }
    }

    /// Takes back what was counted for an order.
    pub(crate) fn forget(&mut self, order: OrderId) {
        if let Some(former) = self.orders.remove(&order) {
            self.count(&former, less);
            self.close(former.participant);
        }
    }

    fn insert(&mut self, order: OrderId, stake: Stake) {
        self.orders.insert(order, stake);
        self.count(&stake, more);
        if let Some(watched) = self.participants.get_mut(&stake.participant) {
            watched.open_orders += 1;
        }
    }

    /// A side has traded; `change` adds, or takes back.
    pub(crate) fn trade(
        &mut self,
        participant: ParticipantId,
        asset: AssetId,
        side: Side,
        notional: Money,
        change: fn(Money, Money) -> Money,
    ) {
        let watched = self.participants.get_mut(&participant);
        if let Some((_, exposure)) = watched.and_then(|it| it.exposures.get_mut(&asset)) {
            let sum = match side {
                Side::Buy => &mut exposure.bought,
                Side::Sell => &mut exposure.sold,
            };
            *sum = change(*sum, notional);
        }
    }

    /// A new day: what was traded counts no more.
    pub(crate) fn end_day(&mut self) {
        let watched = self.participants.values_mut();
        for (_, exposure) in watched.flat_map(|it| it.exposures.values_mut()) {
            exposure.bought = Money::ZERO;
            exposure.sold = Money::ZERO;
        }
    }

    /// Forgets what is counted for open orders, which are then followed anew.
    fn forget_orders(&mut self) {
        self.orders.clear();
        for watched in self.participants.values_mut() {
            watched.open_orders = 0;
            for (_, exposure) in watched.exposures.values_mut() {
                exposure.open_buys = Money::ZERO;
                exposure.open_sells = Money::ZERO;
            }
        }
        for (_, open) in self.positions.values_mut() {
            *open = OpenQty::default();
        }
        let margin = &self.margin;
        self.positions
            .retain(|place, it| !margin.contains(&place.0) || *it != NOTHING);
    }

    /// What a participant has at stake in a currency, where that is watched.
    pub(crate) fn exposure(&self, participant: ParticipantId, asset: AssetId) -> Option<Exposure> {
        let watched = self.participants.get(&participant)?;
        watched.exposures.get(&asset).map(|(_, exposure)| *exposure)
    }

    /// How many orders of a participant are open, where that is watched.
    pub(crate) fn open_orders(&self, participant: ParticipantId) -> Option<u32> {
        self.participants.get(&participant).map(|it| it.open_orders)
    }

    /// What is open of an account in an instrument, where that is watched.
    pub(crate) fn open_qty(&self, account: AccountId, instrument: InstrumentId) -> Option<OpenQty> {
        let position = self.positions.get(&(account, instrument));
        position.map(|(_, open)| *open)
    }

    /// Whether it fits the reference data, counts exactly the open orders that are watched, and adds them up right: asked of one that was
    /// read back.
    pub(crate) fn is_sound(&self, registry: &Registry, orders: &Orders) -> bool {
        let small = |amount: &Money| (Money::ZERO..=MAX_SUM).contains(amount);
        let known = |account, instrument| {
            registry.account(account).is_ok() && registry.listing(instrument).is_ok()
        };
        let are_known = self.participants.iter().all(|(who, watched)| {
            registry.participant(*who).is_ok()
                && watched.limits.check().is_ok()
                && watched.exposures.iter().all(|(asset, (limits, sums))| {
                    registry.asset(*asset).is_ok()
                        && limits.check().is_ok()
                        && small(&sums.bought)
                        && small(&sums.sold)
                })
        }) && self.margin.iter().all(|it| registry.account(*it).is_ok())
            && self
                .positions
                .iter()
                .all(|(place, (limits, _))| known(place.0, place.1) && limits.check().is_ok());
        let mut live = 0;
        let are_counted = orders.live().all(|order| {
            let facts = &order;
            let stake = self.orders.get(&facts.order_id);
            live += usize::from(stake.is_some());
            stake.is_none_or(|it| {
                is_of(it, facts) && it.notional >= Money::ZERO && it.notional <= MAX_STAKE
            })
        });
        are_known
            && self.settings == self.settings_counted() as u64
            && are_counted
            && live == self.orders.len()
            && self.counted_anew() == *self
    }

    fn counted_anew(&self) -> Self {
        let mut anew = self.clone();
        anew.forget_orders();
        for (order, stake) in &self.orders {
            anew.insert(*order, *stake);
        }
        anew
    }

    /// Whether an order with this stake is counted.
    pub(crate) fn watches(&self, stake: &Stake) -> bool {
        self.participants.contains_key(&stake.participant)
            || self.margin.contains(&stake.account)
            || self
                .positions
                .contains_key(&(stake.account, stake.instrument))
    }

    /// Adds a stake to the sums that it counts in, or takes it out of them.
    fn count(&mut self, stake: &Stake, change: fn(Money, Money) -> Money) {
        let watched = self.participants.get_mut(&stake.participant);
        if let Some((_, exposure)) = watched.and_then(|it| it.exposures.get_mut(&stake.asset)) {
            let sum = match stake.side {
                Side::Buy => &mut exposure.open_buys,
                Side::Sell => &mut exposure.open_sells,
            };
            *sum = change(*sum, stake.notional);
        }
        let place = (stake.account, stake.instrument);
        if self.margin.contains(&stake.account) {
            self.positions.entry(place).or_default();
        }
        if let Some((_, open)) = self.positions.get_mut(&place) {
            let sum = match stake.side {
                Side::Buy => &mut open.buys,
                Side::Sell => &mut open.sells,
            };
            *sum = change(*sum, units(stake.leaves));
        }
        self.tidy(stake.account, stake.instrument);
    }

    fn close(&mut self, participant: ParticipantId) {
        if let Some(watched) = self.participants.get_mut(&participant) {
            watched.open_orders -= 1;
        }
    }
}

fn is_of(stake: &Stake, facts: &OrderFacts) -> bool {
    let terms = &facts.terms;
    (stake.participant, stake.leaves) == (facts.participant, facts.leaves_qty)
        && (stake.account, stake.instrument, stake.side)
            == (terms.account, terms.instrument, terms.side)
}

impl Watched {
    fn check(&self, is_new: bool, now: Timestamp) -> Result<(), Refusal> {
        if let Some(rate) = self.limits.order_rate
            && !self.pace.allows(rate, now)
        {
            return Err(Refusal::TooFast {
                per_second: rate.per_second,
                burst: rate.burst,
            });
        }
        match self.limits.max_open_orders {
            Some(limit) if is_new && self.open_orders >= limit => {
                Err(Refusal::OpenOrdersLimit { limit })
            }
            _ => Ok(()),
        }
    }
}

impl ExposureLimits {
    /// Whether `added` on a side keeps them.
    fn check_more(&self, exposure: &Exposure, side: Side, added: Money) -> Result<(), Refusal> {
        let ours = match side {
            Side::Buy => exposure.long(),
            Side::Sell => exposure.short(),
        };
        let gross = exposure.gross();
        let exceeds = |limit: Option<Money>, used| limit.filter(|it| more(used, added) > *it);
        if side == Side::Buy
            && let Some(limit) = exceeds(self.credit, ours)
        {
            return Err(Refusal::CreditLimit {
                needed: added,
                used: ours,
                limit,
            });
        }
        if let Some(limit) = exceeds(self.gross, gross) {
            return Err(Refusal::GrossLimit {
                needed: added,
                used: gross,
                limit,
            });
        }
        if let Some(limit) = exceeds(self.net, ours) {
            return Err(Refusal::NetLimit {
                needed: added,
                used: ours,
                limit,
            });
        }
        Ok(())
    }
}
