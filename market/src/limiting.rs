//! Limits before the book: what an order puts at stake, whether that is allowed, and how the events of a command are followed. Also how an
//! operator sets limits, the restricted list and short selling. What is counted stands in [`crate::risk::watch`].

use crate::event::Event;
use crate::id::{AccountId, InstrumentId, ParticipantId};
use crate::instrument::Phase;
use crate::margining::limit_of;
use crate::money::Money;
use crate::order::{OrdType, OrderFacts, OrderTerms, Side, Working};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::ledger::more;
use crate::risk::limits::{PositionLimits, RiskLimit, Subject};
use crate::risk::watch::{Stake, Wanted, Watch};
use crate::slab::Slot;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// Whether an order of these terms, or a replace of `replaces` by them, keeps all limits.
    #[inline(always)]
    pub(crate) fn check_limits(
        &self,
        participant: ParticipantId,
        terms: &OrderTerms,
        working: Working,
        leaves: Qty,
        replaces: Option<&OrderFacts>,
    ) -> Result<(), Refusal> {
        if self.watch.is_idle() {
            return Ok(());
        }
        let holding = self.ledger.holding(terms.account, terms.instrument);
        // One that waits for an auction counts at the reference price of its entry, also as what it is to become.
        let waiting = &self.waiting[terms.instrument.0 as usize];
        let former = replaces.and_then(|order| waiting.reference(order.order_id));
        let reference = former.unwrap_or_else(|| self.reference(terms.instrument));
        let mut stake = self.stake(participant, terms, working, leaves, reference);
        if working == Working::AtMarket && self.is_open(terms.instrument) {
            let owner = self.owner(participant, terms.account);
            stake.notional = self.cost(&owner, terms, leaves);
        }
        let wanted = Wanted {
            stake,
            replaces: replaces.map(|order| order.order_id),
            position: holding.total,
            now: self.now,
        };
        self.watch.check(&wanted)?;
        self.check_margin(&wanted, limit_of(terms, working), replaces)
    }

    /// Whether the account has what an order of these terms needs, or may borrow it.
    #[inline(always)]
    pub(crate) fn check_funds(
        &self,
        terms: &OrderTerms,
        held: Money,
        wanted: Money,
    ) -> Result<(), Refusal> {
        let borrowed = if terms.short_sale && self.ledger.reserves(terms.account, Side::Sell) {
            self.shorts.room(terms.account, terms.instrument)?
        } else {
            Qty::ZERO
        };
        let claim = self.claim(terms);
        let checked = self.ledger.check(claim, held, wanted, borrowed);
        checked.map_err(|refusal| match refusal {
            Refusal::InsufficientPosition { needed, available } if terms.short_sale => {
                Refusal::NotLocated { needed, available }
            }
            other => other,
        })
    }

    /// What an order puts at stake: at its limit, else its trigger, else the reference price of its entry; a peg without anything to follow
    /// nothing.
    fn stake(
        &self,
        participant: ParticipantId,
        terms: &OrderTerms,
        working: Working,
        leaves: Qty,
        reference: Price,
    ) -> Stake {
        let price = limit_of(terms, working).unwrap_or(match working {
            Working::Held { stop_px } => stop_px,
            _ if matches!(terms.ord_type, OrdType::Pegged { .. }) => Price::ZERO,
            _ => reference,
        });
        Stake {
            participant,
            account: terms.account,
            instrument: terms.instrument,
            asset: self.claim(terms).asset,
            side: terms.side,
            leaves,
            notional: Money::notional(price, leaves),
        }
    }

    pub(crate) fn is_open(&self, instrument: InstrumentId) -> bool {
        let listing = self.registry.listing(instrument);
        listing.is_ok_and(|listing| listing.phase == Phase::Open)
    }

    pub(crate) fn reference(&self, instrument: InstrumentId) -> Price {
        self.tapes[instrument.0 as usize].reference()
    }

    /// Counts what the events of a command say about orders, trades and the day.
    #[inline(always)]
    pub(crate) fn watch_events(&mut self, events: &[Event]) {
        if self.watch.is_idle() {
            return;
        }
        for event in events {
            for order in event.orders().into_iter().flatten() {
                self.follow_one(order);
            }
            match event {
                Event::Traded {
                    notional,
                    maker,
                    taker,
                    ..
                } => {
                    for order in [maker, taker] {
                        let asset = self.claim(&order.terms).asset;
                        let (who, side) = (order.participant, order.terms.side);
                        self.watch.trade(who, asset, side, *notional, more);
                    }
                }
                Event::DayEnded => self.watch.end_day(),
                _ => {}
            }
        }
    }

    /// An order stands like this now, without an event that says so.
    pub(crate) fn follow_stake(&mut self, order: &OrderFacts) {
        if !self.watch.is_idle() {
            self.follow_one(order);
        }
    }

    fn follow_one(&mut self, order: &OrderFacts) {
        let stake = self.stake_of(order);
        self.watch.follow(order, stake);
    }

    /// What a live order has at stake: whenever it is asked, the same, as long as its price and its quantity stay.
    fn stake_of(&self, order: &OrderFacts) -> Stake {
        let instrument = order.terms.instrument;
        let waiting = &self.waiting[instrument.0 as usize];
        let reference = waiting.reference(order.order_id);
        self.stake(
            order.participant,
            &order.terms,
            order.working,
            order.leaves_qty,
            reference.unwrap_or_else(|| self.reference(instrument)),
        )
    }

    /// Whether accounts on margin are watched, and of live orders those that are watched, with what they have at stake: asked of a state
    /// that was read back.
    pub(crate) fn stakes_are_sound(&self) -> bool {
        let mut accounts = (0..).take(self.registry.accounts()).map(AccountId);
        let are_watched =
            accounts.all(|it| self.watch.has_on_margin(it) == self.ledger.margin(it).is_some());
        are_watched
            && self.orders.live().all(|order| {
                let stake = self.stake_of(&order);
                let counted = self.watch.counted(Some(order.order_id));
                counted.copied() == self.watch.watches(&stake).then_some(stake)
            })
    }

    /// Changes what is watched of live orders: what was counted for them is taken back under the settings that it was counted under.
    fn watch_anew(
        &mut self,
        live: Vec<Slot>,
        set: impl FnOnce(&mut Watch) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        for slot in &live {
            self.watch.forget(self.orders[*slot].order_id());
        }
        let done = set(&mut self.watch);
        for slot in live {
            let order = self.orders.facts(slot);
            self.follow_one(&order);
        }
        done
    }

    /// The live orders of a participant, when it is not watched in some way yet.
    fn unwatched(&self, participant: ParticipantId, is_watched: bool) -> Vec<Slot> {
        let live = self.orders.of(participant);
        live.filter(|_| !is_watched).collect()
    }

    /// The live orders of an account in an instrument, when limits there make it watched, or watched no more.
    fn unwatched_at(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        limits: PositionLimits,
    ) -> Vec<Slot> {
        let is_watched = self.watch.open_qty(account, instrument).is_some();
        if is_watched == (limits != PositionLimits::default()) {
            return Vec::new();
        }
        let mut live = self.all_in(instrument);
        live.retain(|slot| self.orders[*slot].account() == account);
        live
    }

    /// How many more settings there is room for.
    fn room_for_settings(&self) -> u64 {
        let most = u64::from(self.limits.max_risk_settings);
        most.saturating_sub(self.watch.settings() + self.shorts.settings())
    }

    /// An operator sets a limit, the restricted list, or who may sell short.
    pub(crate) fn set_limit(
        &mut self,
        limit: RiskLimit,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        let room = self.room_for_settings();
        match limit {
            RiskLimit::Participant {
                participant,
                limits,
            } => {
                self.registry.participant(participant)?;
                let is_watched = self.watch.has_participant(participant);
                let live = self.unwatched(participant, is_watched);
                self.watch_anew(live, |watch| {
                    watch.limit_participant(participant, limits, room)
                })?;
            }
            RiskLimit::Exposure {
                participant,
                asset,
                limits,
            } => {
                self.registry.participant(participant)?;
                self.registry.asset(asset)?;
                let is_watched = self.watch.exposure(participant, asset).is_some();
                let live = self.unwatched(participant, is_watched);
                self.watch_anew(live, |watch| {
                    watch.limit_exposure(participant, asset, limits, room)
                })?;
            }
            RiskLimit::Position {
                account,
                instrument,
                limits,
            } => {
                self.check_place(account, instrument)?;
                let live = self.unwatched_at(account, instrument, limits);
                self.watch_anew(live, |watch| {
                    watch.limit_position(account, instrument, limits, room)
                })?;
            }
            RiskLimit::Restricted {
                subject,
                instrument,
                is_restricted,
            } => {
                self.check_subject(subject)?;
                self.registry.listing(instrument)?;
                self.watch
                    .restrict(subject, instrument, is_restricted, room)?;
            }
            RiskLimit::ShortSales {
                account,
                is_allowed,
            } => {
                self.registry.account(account)?;
                self.shorts.allow(account, is_allowed);
            }
            RiskLimit::Locate {
                account,
                instrument,
                qty,
            } => {
                self.check_place(account, instrument)?;
                self.shorts.locate(account, instrument, qty, room)?;
            }
        }
        events.push(Event::RiskLimitSet(limit));
        Ok(())
    }

    fn check_place(&self, account: AccountId, instrument: InstrumentId) -> Result<(), Refusal> {
        self.registry.account(account)?;
        self.registry.listing(instrument).map(|_| ())
    }

    fn check_subject(&self, subject: Subject) -> Result<(), Refusal> {
        match subject {
            Subject::Account(account) => self.registry.account(account),
            Subject::Participant(participant) => self.registry.participant(participant),
        }
    }
}
