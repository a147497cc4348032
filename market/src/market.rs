//! [`Market`]: the pure function with memory. Sequenced commands in, events out; beside that, reading views for programs that
//! show a book. Only dispatches: each rule has a file of its own.

use crate::account::AccountTerms;
use crate::book::visible;
use crate::command::Command;
use crate::event::Event;
use crate::gist::Gist;
use crate::halt::Halt;
use crate::id::{
    AccountId, AssetId, ClOrdId, GroupName, HaltId, InstrumentId, ParticipantId, TradeId,
};
use crate::instrument::{Instrument, Phase};
use crate::killing::Kill;
use crate::limits::Limits;
use crate::luld::PriceBands;
use crate::money::Money;
use crate::order::{OrderFacts, Side};
use crate::owners::Membership;
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::{Exposure, OpenQty, Standing};
use crate::rules::Rules;
use crate::state::State;
use crate::stops::Stops;
use crate::time::Timestamp;
use crate::trades::TradeRecord;
use crate::transfers::{Moved, Transfer};
use crate::waiting::Waiting;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use serde::Serialize;

pub use crate::risk::Balance;

/// A market with all its instruments, accounts and books.
#[derive(Clone, Debug, Serialize)]
pub struct Market {
    pub(crate) state: State,
    /// The last command that was applied, and when: for readers, no rule uses them.
    pub(crate) last: (u64, Timestamp),
}

/// An order that rests, as its book shows it.
#[derive(Clone, Copy, Debug)]
pub struct Resting {
    /// All its facts.
    pub order: OrderFacts,
    /// What its level shows of it now.
    pub shown: Qty,
}

/// A price level, as its book shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelShown {
    /// Its price.
    pub price: Price,
    /// What it shows in total.
    pub qty: Qty,
    /// How many orders wait there.
    pub orders: u32,
}

impl Market {
    /// An empty market.
    pub fn new(limits: Limits) -> Self {
        Self {
            state: State::new(limits),
            last: (0, Timestamp::from_nanos(0)),
        }
    }

    /// Applies one command and appends what became of it to `events`, which keeps what it had. At least one event comes of
    /// every command. Never panics on a command, whatever is in it.
    pub fn apply(&mut self, seq: u64, at: Timestamp, command: &Command, events: &mut Vec<Event>) {
        self.last = (seq, at);
        self.state.now = at;
        let from = events.len();
        match command {
            Command::Enter {
                participant,
                cl_ord_id,
                terms,
            } => {
                self.state.enter(*participant, cl_ord_id, terms, events);
            }
            Command::Cancel {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
            } => {
                let state = &mut self.state;
                state.cancel(*participant, cl_ord_id, orig_cl_ord_id, events);
            }
            Command::Replace {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                terms,
            } => {
                let state = &mut self.state;
                state.replace(*participant, cl_ord_id, orig_cl_ord_id, terms, events);
            }
            Command::MassCancel {
                participant,
                cl_ord_id,
                instrument,
                side,
            } => {
                let state = &mut self.state;
                state.mass_cancel(*participant, *cl_ord_id, *instrument, *side, events);
            }
            Command::Status {
                participant,
                request_id,
                cl_ord_id,
                instrument,
            } => {
                let state = &self.state;
                state.status(*participant, *request_id, *cl_ord_id, *instrument, events);
            }
            Command::Amend(amendment) => self.state.amend(amendment, events),
            Command::PossResend {
                participant,
                cl_ord_id,
                terms,
            } => {
                let state = &mut self.state;
                state.enter_once(*participant, cl_ord_id, terms, events);
            }
            _ => self.operate(command, events),
        }
        let (mut gist, mut told) = (Gist::of(&events[from..]), events.len());
        if !self.state.is_calm(gist) {
            self.state.react(from, events);
        }
        self.state.guard(from, events);
        self.state.watch_events(&events[from..]);
        self.state.watch_margin(from, events);
        if events.len() > told {
            (gist, told) = (Gist::of(&events[from..]), events.len());
        }
        if gist.has_trades {
            self.state.keep_trades(seq, &events[from..]);
        }
        self.state.indicate(from, events);
        if events.len() > told {
            gist = Gist::of(&events[from..]);
        }
        self.report_levels_after(gist, from, events);
    }

    /// Looks at what these commands will need of a large memory, so that applying them does not wait for it. Worth its time for a few
    /// commands together, right before they are applied; it changes nothing.
    pub fn foresee<'a>(&self, commands: impl Iterator<Item = &'a Command>) {
        let books = &self.state.books;
        self.state.orders.foresee(commands, |order| {
            let book = books.get(order.instrument().0 as usize);
            book.map_or(0, |book| book.glance(order.side(), order.level))
        });
    }

    /// Commands of operators and services.
    fn operate(&mut self, command: &Command, events: &mut Vec<Event>) {
        let state = &mut self.state;
        let done = match *command {
            Command::Open { instrument } => state.open(instrument, events),
            Command::Close { instrument } => state.close(instrument, events),
            Command::Halt(halt) => state.halt(halt, events),
            Command::Resume {
                instruments,
                at,
                at_once,
            } => state.resume(instruments, at, at_once, events),
            Command::WithdrawHalt { id } => state.withdraw_halt(id, events),
            Command::SetIndexWeight { instrument, weight } => {
                state.set_weight(instrument, weight, events)
            }
            Command::SetIndexClose { close } => state.set_index_close(close, events),
            Command::SetBreaker(rules) => state.set_breaker(rules, events),
            Command::TripBreaker {
                level,
                drill,
                reason,
            } => state.trip_by_hand(level, drill, reason, events),
            Command::SetGroup { instrument, group } => state.set_group(instrument, group, events),
            Command::CancelAll { participant } => state.cancel_all(participant, events),
            Command::EndOfDay => {
                state.end_of_day(events);
                Ok(())
            }
            Command::Kill {
                scope,
                suspend,
                dry_run,
                reason,
            } => {
                let kill = Kill {
                    scope,
                    suspend,
                    dry_run,
                    reason,
                };
                state.kill(kill, events)
            }
            Command::Reinstate { scope } => state.reinstate(scope, events),
            Command::SetRules { instrument, rules } => {
                state.registry.set_rules(instrument, rules).map(|()| {
                    events.push(Event::RulesSet { instrument, rules });
                    state.follow_tier(instrument, events);
                })
            }
            Command::SetSelfTrade {
                participant,
                group,
                mode,
            } => {
                let membership = Membership { group, mode };
                let set = state.registry.set_membership(participant, membership);
                set.map(|()| {
                    events.push(Event::SelfTradeSet {
                        participant,
                        group,
                        mode,
                    });
                })
            }
            Command::Tick => {
                state.tick(events);
                Ok(())
            }
            Command::SetFeeAccount { account } => state.set_fee_account(account, events),
            Command::SetFees {
                instrument,
                tier,
                fees,
            } => state.set_fees(instrument, tier, fees, events),
            Command::SetTier { participant, tier } => state.set_tier(participant, tier, events),
            Command::SetRiskLimit(limit) => state.set_limit(limit, events),
            Command::ProposeTradeChange { trade, change, by } => {
                state.propose(trade, change, by, events)
            }
            Command::ApproveTradeChange { trade, by } => state.approve(trade, by, events),
            Command::WithdrawTradeChange { trade } => state.withdraw_proposal(trade, events),
            Command::PreOpen { instrument } => state.pre_open(instrument, events),
            Command::PostTrade { instrument } => state.post_trade(instrument, events),
            Command::SetClose { instrument, at } => {
                state.registry.set_close(instrument, at).map(|()| {
                    events.push(Event::CloseSet { instrument, at });
                })
            }
            Command::Seed { seed } => {
                state.seed = seed;
                events.push(Event::Seeded);
                Ok(())
            }
            Command::Call {
                instrument,
                auction,
                until,
            } => state.call_auction(instrument, auction, until, events),
            _ => self.administer(command, events),
        };
        if let Err(refusal) = done {
            events.push(Event::Refused { refusal });
        }
    }

    /// Reference data and transfers.
    fn administer(&mut self, command: &Command, events: &mut Vec<Event>) -> Result<(), Refusal> {
        let State {
            limits, registry, ..
        } = &mut self.state;
        match *command {
            Command::ListAsset { code } => {
                let asset = registry.list_asset(code, limits)?;
                events.push(Event::AssetListed { asset, code });
            }
            Command::ListInstrument(instrument) => {
                let instrument = registry.list_instrument(instrument, limits)?;
                self.state.list(&instrument);
                events.push(Event::InstrumentListed { instrument });
            }
            Command::AdmitParticipant { comp_id } => {
                let participant = registry.admit(comp_id, limits)?;
                self.state.orders.add_participant();
                events.push(Event::ParticipantAdmitted {
                    participant,
                    comp_id,
                });
            }
            Command::OpenAccount { name, terms } => {
                terms.check()?;
                let account = registry.open_account(name, limits)?;
                self.state.ledger.open(terms);
                if matches!(terms, AccountTerms::Margin(_)) {
                    self.state.watch.watch_margin(account);
                }
                events.push(Event::AccountOpened {
                    account,
                    name,
                    terms,
                });
            }
            Command::GrantAccount {
                participant,
                account,
            } => {
                registry.grant(participant, account)?;
                events.push(Event::AccountGranted {
                    participant,
                    account,
                });
            }
            Command::RevokeAccount {
                participant,
                account,
            } => {
                registry.revoke(participant, account)?;
                events.push(Event::AccountRevoked {
                    participant,
                    account,
                });
            }
            Command::TransferFunds {
                transfer_id,
                account,
                asset,
                amount,
            } => {
                let moved = Moved::Funds { asset, amount };
                let transfer = Transfer { account, moved };
                self.state.transfer(transfer_id, transfer, events);
            }
            Command::TransferSecurities {
                transfer_id,
                account,
                instrument,
                qty,
                cost_px,
            } => {
                let moved = Moved::Securities {
                    instrument,
                    qty,
                    cost_px,
                };
                let transfer = Transfer { account, moved };
                self.state.transfer(transfer_id, transfer, events);
            }
            _ => unreachable!("apply and operate take all other commands"),
        }
        Ok(())
    }

    /// Tells the levels of one book that show something else now.
    #[inline(always)]
    fn report_levels_of(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        if let Some(book) = self.state.books.get_mut(instrument.0 as usize) {
            book.report_levels(events);
        }
    }

    /// Tells the levels of all books that the events from `from` on may have changed.
    #[inline(always)]
    fn report_levels_after(&mut self, gist: Gist, from: usize, events: &mut Vec<Event>) {
        let Some(first) = gist.book else {
            return;
        };
        if gist.is_one {
            return self.report_levels_of(first, events);
        }
        let books: BTreeSet<InstrumentId> = events[from..].iter().filter_map(Event::book).collect();
        for instrument in books {
            self.report_levels_of(instrument, events);
        }
    }

    /// Seq of the last command, 0 before the first.
    pub const fn last_seq(&self) -> u64 {
        self.last.0
    }

    /// Time of the last command.
    pub const fn last_at(&self) -> Timestamp {
        self.last.1
    }

    /// When the next [`Command::Tick`] is due; none while nothing waits for a time.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.state.deadlines.next()
    }

    /// The group of an instrument, if it is in one.
    pub fn group(&self, id: InstrumentId) -> Option<GroupName> {
        self.state.groups.of(id)
    }

    /// What the index is, and what it was at yesterday's close where that is known.
    pub fn index(&self) -> (Money, Option<Money>) {
        (self.state.index.level(), self.state.index.close())
    }

    /// The halts that wait for their time.
    pub fn scheduled_halts(&self) -> impl Iterator<Item = (HaltId, &Halt)> {
        self.state.halts.scheduled()
    }

    /// The bands of limit-up limit-down that hold in an instrument now: none but in continuous trading.
    pub fn price_bands(&self, id: InstrumentId) -> Option<PriceBands> {
        self.state.registry.listing(id).ok()?;
        self.state.price_bands(id)
    }

    /// The rules of an instrument.
    pub fn rules(&self, id: InstrumentId) -> Option<&Rules> {
        self.state
            .registry
            .listing(id)
            .ok()
            .map(|listing| &listing.rules)
    }

    /// How many orders live, in all books and beside them.
    pub fn live_orders(&self) -> u64 {
        u64::from(self.state.orders.len())
    }

    /// Trades since the market was made.
    pub const fn trades(&self) -> u64 {
        self.state.trade_count()
    }

    /// The instruments in order of listing, each with its phase.
    pub fn instruments(&self) -> impl Iterator<Item = (&Instrument, Phase)> {
        let listings = self.state.registry.listings().iter();
        listings.map(|listing| (&listing.instrument, listing.phase))
    }

    /// An instrument and its phase.
    pub fn instrument(&self, id: InstrumentId) -> Option<(&Instrument, Phase)> {
        let listing = self.state.registry.listing(id).ok()?;
        Some((&listing.instrument, listing.phase))
    }

    /// A participant's order by its ClOrdID in force: live, or among the last final ones of the day.
    pub fn order(&self, participant: ParticipantId, cl_ord_id: &ClOrdId) -> Option<OrderFacts> {
        self.state.order(participant, cl_ord_id)
    }

    /// The resting orders of one side: price, then queue. Nothing for an unknown instrument.
    pub fn resting(
        &self,
        instrument: InstrumentId,
        side: Side,
    ) -> impl Iterator<Item = Resting> + '_ {
        let state = &self.state;
        let book = state.books.get(instrument.0 as usize);
        book.into_iter()
            .flat_map(move |book| book.resting(side, &state.orders))
            .map(move |slot| Resting {
                order: state.orders.facts(slot),
                shown: state.orders.shown(slot),
            })
    }

    /// The live orders of an instrument that wait outside its book: stops, then orders for an auction and pegged orders
    /// without anything to follow, each in order of arrival; then all-or-none orders, buys before sells, by price, then arrival.
    /// Nothing for an unknown instrument.
    pub fn waiting(&self, instrument: InstrumentId) -> impl Iterator<Item = OrderFacts> {
        let state = &self.state;
        let at = instrument.0 as usize;
        let stops = state.stops.get(at).into_iter().flat_map(Stops::slots);
        let waiting = state.waiting.get(at).into_iter().flat_map(Waiting::all);
        let wholes = state.wholes.get(at).into_iter().flat_map(|wholes| {
            let sides = [Side::Buy, Side::Sell].into_iter();
            sides.flat_map(|side| wholes.of(side).map(|whole| whole.slot))
        });
        let slots = stops.chain(waiting).chain(wholes);
        slots.map(move |slot| state.orders.facts(slot))
    }

    /// The price levels of one side, best first. Nothing for an unknown instrument.
    pub fn levels(
        &self,
        instrument: InstrumentId,
        side: Side,
    ) -> impl Iterator<Item = LevelShown> + '_ {
        let book = self.state.books.get(instrument.0 as usize);
        book.into_iter()
            .flat_map(move |book| book.side(side).levels())
            .map(|level| {
                let (price, qty, orders) = visible(level);
                LevelShown { price, qty, orders }
            })
    }

    /// Cash of an account; `None` for an unknown account or asset.
    pub fn cash(&self, account: AccountId, asset: AssetId) -> Option<Balance> {
        self.state.registry.account(account).ok()?;
        self.state.registry.asset(asset).ok()?;
        Some(self.state.ledger.cash(account, asset))
    }

    /// Holding of an account in an instrument, counted like money in units of 10⁻⁸; `None` for an unknown one of either.
    pub fn holding(&self, account: AccountId, instrument: InstrumentId) -> Option<Balance> {
        self.state.registry.account(account).ok()?;
        self.state.registry.listing(instrument).ok()?;
        Some(self.state.ledger.holding(account, instrument))
    }

    /// What a participant has at stake in a currency, where an operator has set limits of it.
    pub fn exposure(&self, participant: ParticipantId, asset: AssetId) -> Option<Exposure> {
        self.state.watch.exposure(participant, asset)
    }

    /// How many orders of a participant are open, where an operator has set limits of it.
    pub fn open_orders(&self, participant: ParticipantId) -> Option<u32> {
        self.state.watch.open_orders(participant)
    }

    /// Whether a participant has any live order.
    pub fn has_orders(&self, participant: ParticipantId) -> bool {
        self.state.orders.of(participant).next().is_some()
    }

    /// What is open of an account in an instrument, where an operator has set limits of it.
    pub fn open_qty(&self, account: AccountId, instrument: InstrumentId) -> Option<OpenQty> {
        self.state.watch.open_qty(account, instrument)
    }

    /// A trade that can still be undone or corrected, as it stands.
    pub fn trade(&self, id: TradeId) -> Option<&TradeRecord> {
        self.state.trades.trade(id)
    }

    /// Whether an account on margin is called for more, and when its positions are closed (`None`: nothing is left to close).
    pub fn margin_call(&self, account: AccountId, asset: AssetId) -> Option<Option<Timestamp>> {
        self.state.margin.call(account, asset)
    }

    /// What an account is worth in a currency, and what its positions are, long and short together. Nothing for unknown ones.
    pub fn standing(&self, account: AccountId, asset: AssetId) -> Option<Standing> {
        self.state.registry.account(account).ok()?;
        self.state.registry.asset(asset).ok()?;
        Some(self.state.standing(account, asset))
    }

    /// All holdings that an account has or had, by instrument. Nothing for an unknown account.
    pub fn holdings(
        &self,
        account: AccountId,
    ) -> impl Iterator<Item = (InstrumentId, Balance)> + '_ {
        let known = self.state.registry.account(account).is_ok();
        known
            .then(|| self.state.ledger.holdings(account))
            .into_iter()
            .flatten()
    }
}
