//! [`Model`]: the market's rules written a second time, slow and obvious: one plain list of orders, scanned for everything;
//! reservations added up when asked for; what an order could do found by trying it on a copy. Shares with the market only the
//! vocabulary.

mod auctions;
mod breaker;
mod checks;
mod fees;
mod halts;
mod killing;
mod limits;
mod luld;
mod margin;
mod mending;
mod pegging;
mod phases;
mod trading;
mod waiting;

use auctions::Found;
pub(crate) use luld::Bands;
use luld::Luld;
use market::account::AccountTerms;
use market::breaker::BreakerLevel;
use market::command::{Amendment, Change, Command};
use market::id::{AccountId, ClOrdId, InstrumentId, ParticipantId, TransferId};
use market::instrument::{Instrument, Phase};
use market::limits::SelfTrade;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::qty::Qty;
use market::refusal::Refusal;
use market::rules::Rules;
use market::scope::Scope;
use phases::{Call, Tape};

/// What comes of a command, as far as the two are compared command by command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tale {
    pub(crate) refusal: Option<Refusal>,
    /// Maker's and taker's ClOrdID, price, quantity.
    pub(crate) trades: Vec<(ClOrdId, ClOrdId, i64, i64)>,
    /// In which instrument each of them was.
    pub(crate) traded_in: Vec<InstrumentId>,
    /// Stops, in the order in which they were triggered.
    pub(crate) triggered: Vec<ClOrdId>,
    /// Phases, one after another; a call that goes on longer is told again.
    pub(crate) phases: Vec<(InstrumentId, Phase)>,
    /// Levels that the market-wide breaker tripped, and whether in a drill.
    pub(crate) tripped: Vec<(BreakerLevel, bool)>,
    /// Auctions that ended, and their prices.
    pub(crate) auctions: Vec<(InstrumentId, Option<i64>)>,
    /// What calls would come to now, by instrument, where that has changed.
    pub(crate) indications: Vec<(InstrumentId, Found)>,
    /// Bands of limit-up limit-down, where they have moved; by instrument.
    pub(crate) bands: Vec<(InstrumentId, Option<Bands>)>,
    /// Limit states that have begun or are over; by instrument.
    pub(crate) limit_states: Vec<(InstrumentId, Option<Side>)>,
}

/// Whose order.
type Name = (ParticipantId, ClOrdId);

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) participant: ParticipantId,
    pub(crate) cl_ord_id: ClOrdId,
    pub(crate) terms: OrderTerms,
    pub(crate) total: i64,
    pub(crate) cum: i64,
    pub(crate) shown: i64,
    /// The price that it works at, or rests at.
    pub(crate) works_at: Option<i64>,
    /// The trigger that it waits for.
    pub(crate) trigger: Option<i64>,
    /// The price that it reserves at while it waits.
    bound: i64,
    /// When its trigger was reached.
    reached: Option<u64>,
    /// When it came to its place in the queue.
    arrival: u64,
    /// Which of all orders it was when it was entered.
    entered: i64,
    /// Whether it waits for the call of the closing auction.
    parked: bool,
    /// The price that it holds cash at, where it has none of its own.
    cover: i64,
    /// The reference price when it was entered.
    staked: i64,
    /// When it came, of a peg.
    pegged: u64,
}

impl Order {
    pub(crate) fn leaves(&self) -> i64 {
        self.total - self.cum
    }

    pub(crate) fn price(&self) -> Option<i64> {
        self.works_at
    }

    /// Whether it rests in the book, and not beside it.
    fn is_in_book(&self) -> bool {
        !self.parked && self.trigger.is_none() && self.works_at.is_some() && !self.terms.all_or_none
    }

    /// Whether it takes part in an auction now.
    fn is_gathered(&self) -> bool {
        let without_price = is_pegged(self) && self.works_at.is_none();
        !self.parked && self.trigger.is_none() && !self.terms.all_or_none && !without_price
    }

    /// Whether it ends with the day.
    fn is_of_day(&self) -> bool {
        matches!(
            self.terms.time_in_force,
            TimeInForce::Day | TimeInForce::AtOpen | TimeInForce::AtClose
        )
    }
}

/// A ClOrdID of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Id {
    Live,
    Final,
    Stale,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) self_trade: SelfTrade,
    pub(crate) instruments: Vec<(Instrument, Phase)>,
    /// By instrument.
    rules: Vec<Rules>,
    /// By instrument.
    tapes: Vec<Tape>,
    /// By instrument: what goes on after a halt.
    resumes: Vec<Phase>,
    calls: Vec<Call>,
    /// By instrument.
    luld: Vec<Option<Luld>>,
    /// By participant: group and mode of self-trade prevention.
    pub(crate) members: Vec<(Option<u32>, Option<SelfTrade>)>,
    pub(crate) accounts: Vec<AccountTerms>,
    pub(crate) grants: Vec<(ParticipantId, AccountId)>,
    pub(crate) participants: u32,
    /// By account, in units of 10⁻⁸. There is one currency.
    pub(crate) cash: Vec<i128>,
    /// By account, by instrument.
    pub(crate) stock: Vec<Vec<i128>>,
    /// All live orders, in no order.
    pub(crate) orders: Vec<Order>,
    suspended: Vec<Scope>,
    /// Orders that were accepted where the same again is refused, and when.
    accepted: Vec<(i64, OrderTerms)>,
    /// What pegs were last priced by.
    touches: Vec<(pegging::Touch, Option<Bands>)>,
    ids: Vec<(ParticipantId, ClOrdId, Id)>,
    transfers: Vec<(TransferId, Command)>,
    fees: fees::Table,
    halts: halts::Table,
    breaker: breaker::Table,
    limits: limits::Table,
    margin: margin::Table,
    mending: mending::Table,
    /// Time of the command in hand, in nanoseconds.
    pub(crate) now: i64,
    arrivals: u64,
    entered: i64,
}

impl Model {
    pub(crate) fn new(self_trade: SelfTrade) -> Self {
        Self {
            self_trade,
            instruments: Vec::new(),
            rules: Vec::new(),
            tapes: Vec::new(),
            resumes: Vec::new(),
            calls: Vec::new(),
            luld: Vec::new(),
            members: Vec::new(),
            accepted: Vec::new(),
            touches: Vec::new(),
            accounts: Vec::new(),
            grants: Vec::new(),
            participants: 0,
            cash: Vec::new(),
            stock: Vec::new(),
            orders: Vec::new(),
            suspended: Vec::new(),
            ids: Vec::new(),
            transfers: Vec::new(),
            fees: fees::Table::default(),
            halts: halts::Table::default(),
            breaker: breaker::Table::default(),
            limits: limits::Table::default(),
            margin: margin::Table::default(),
            mending: mending::Table::default(),
            now: 0,
            arrivals: 0,
            entered: 0,
        }
    }

    /// Lists an instrument, open.
    pub(crate) fn list(&mut self, instrument: Instrument) {
        self.instruments.push((instrument, Phase::Open));
        self.rules.push(Rules::default());
        self.touches.push(((None, None), None));
        self.tapes.push(Tape {
            last: None,
            close: instrument.reference_px.raw(),
            auction: None,
        });
        self.resumes.push(Phase::Open);
        self.luld.push(None);
    }

    pub(crate) fn apply(&mut self, command: &Command) -> Tale {
        let mut tale = Tale::default();
        tale.refusal = self.carry_out(command, &mut tale).err();
        self.follow(&mut tale);
        self.guard(&mut tale);
        self.review();
        self.indicate(&mut tale);
        tale
    }

    fn carry_out(&mut self, command: &Command, tale: &mut Tale) -> Result<(), Refusal> {
        match *command {
            Command::Enter {
                participant,
                cl_ord_id,
                terms,
            } => self.enter(participant, cl_ord_id, terms, tale),
            Command::Cancel {
                participant,
                orig_cl_ord_id,
                ..
            } => {
                let at = self.find(participant, orig_cl_ord_id)?;
                self.remove(at, Id::Final);
                Ok(())
            }
            Command::Replace {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                terms,
            } => self.replace(participant, cl_ord_id, orig_cl_ord_id, terms, tale),
            Command::Amend(Amendment {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                change,
                ..
            }) => self.amend(participant, cl_ord_id, orig_cl_ord_id, change, tale),
            Command::MassCancel {
                participant,
                instrument,
                side,
                ..
            } => {
                if participant.0 >= self.participants {
                    return Err(Refusal::UnknownParticipant);
                }
                if let Some(instrument) = instrument {
                    self.phase(instrument)?;
                }
                self.remove_where(|order| {
                    order.participant == participant
                        && instrument.is_none_or(|i| order.terms.instrument == i)
                        && side.is_none_or(|s| order.terms.side == s)
                });
                Ok(())
            }
            Command::Open { instrument } => self.open(instrument, tale),
            Command::Halt(halt) => self.halt(halt, tale),
            Command::Resume {
                instruments,
                at,
                at_once,
            } => {
                let at = at.map(|at| at.nanos());
                self.resume(instruments, at, at_once, tale)
            }
            Command::SetClose { .. }
            | Command::SetIndexWeight { .. }
            | Command::SetIndexClose { .. }
            | Command::SetBreaker(_) => self.set_breaker(command),
            Command::TripBreaker { level, drill, .. } => self.trip_by_hand(level, drill, tale),
            Command::WithdrawHalt { id } => self.withdraw_halt(id),
            Command::SetGroup { instrument, group } => self.set_group(instrument, group),
            Command::Close { instrument } => self.close_trading(instrument, tale),
            Command::PreOpen { instrument } => self.pre_open(instrument, tale),
            Command::PostTrade { instrument } => self.post_trade(instrument, tale),
            Command::Seed { .. } => Ok(()),
            Command::Call {
                instrument,
                auction,
                until,
            } => self.call_auction(instrument, auction, until.nanos(), tale),
            Command::SetRules { instrument, rules } => {
                self.phase(instrument)?;
                self.rules[instrument.0 as usize] = rules;
                self.follow_tier(instrument, tale);
                Ok(())
            }
            Command::Kill {
                scope,
                suspend,
                dry_run,
                ..
            } => self.kill(scope, suspend, dry_run),
            Command::Reinstate { scope } => self.reinstate(scope),
            Command::EndOfDay => {
                self.remove_where(Order::is_of_day);
                for at in 0..self.tapes.len() {
                    let tape = &mut self.tapes[at];
                    tape.close = tape.reference();
                    tape.auction = None;
                    let close = tape.close;
                    self.restart_luld(self.instruments[at].0.id, close);
                }
                self.ids.retain(|(_, _, id)| *id == Id::Live);
                self.end_of_limits_day();
                self.end_breakers_day();
                Ok(())
            }
            Command::SetSelfTrade {
                participant,
                group,
                mode,
            } => {
                if participant.0 >= self.participants {
                    return Err(Refusal::UnknownParticipant);
                }
                self.members[participant.0 as usize] = (group, mode);
                Ok(())
            }
            Command::TransferFunds { transfer_id, .. }
            | Command::TransferSecurities { transfer_id, .. } => {
                self.transfer(transfer_id, command)
            }
            Command::SetFeeAccount { .. } | Command::SetFees { .. } | Command::SetTier { .. } => {
                self.set_fees(command)
            }
            Command::SetRiskLimit(limit) => self.set_limit(limit),
            Command::ProposeTradeChange { .. }
            | Command::ApproveTradeChange { .. }
            | Command::WithdrawTradeChange { .. } => self.change_trade(command),
            Command::Tick => {
                self.expire_proposals();
                self.tick(tale);
                self.come_due(i64::MAX, tale);
                self.pause(tale);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn phase(&self, instrument: InstrumentId) -> Result<Phase, Refusal> {
        let listed = self.instruments.get(instrument.0 as usize);
        listed.map(|l| l.1).ok_or(Refusal::UnknownInstrument)
    }

    fn id(&mut self, participant: ParticipantId, cl_ord_id: ClOrdId) -> Option<&mut Id> {
        self.ids
            .iter_mut()
            .find(|(p, c, _)| (*p, *c) == (participant, cl_ord_id))
            .map(|(_, _, id)| id)
    }

    fn set_id(&mut self, participant: ParticipantId, cl_ord_id: ClOrdId, new: Id) {
        match self.id(participant, cl_ord_id) {
            Some(id) => *id = new,
            None => self.ids.push((participant, cl_ord_id, new)),
        }
    }

    /// Where a participant's live order is in the list.
    fn find(&mut self, participant: ParticipantId, cl_ord_id: ClOrdId) -> Result<usize, Refusal> {
        if participant.0 >= self.participants {
            return Err(Refusal::UnknownParticipant);
        }
        if self.id(participant, cl_ord_id) == Some(&mut Id::Final) {
            return Err(Refusal::TooLate);
        }
        self.orders
            .iter()
            .position(|o| o.participant == participant && o.cl_ord_id == cl_ord_id)
            .ok_or(Refusal::UnknownOrder)
    }

    fn remove(&mut self, at: usize, becomes: Id) -> Order {
        let order = self.orders.remove(at);
        self.set_id(order.participant, order.cl_ord_id, becomes);
        order
    }

    fn remove_where(&mut self, gone: impl Fn(&Order) -> bool) {
        while let Some(at) = self.orders.iter().position(&gone) {
            self.remove(at, Id::Final);
        }
    }

    fn enter(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        terms: OrderTerms,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        if participant.0 >= self.participants {
            return Err(Refusal::UnknownParticipant);
        }
        if terms.account.0 as usize >= self.accounts.len() {
            return Err(Refusal::UnknownAccount);
        }
        if !self.grants.contains(&(participant, terms.account)) {
            return Err(Refusal::NotYourAccount);
        }
        self.may_enter(&terms)?;
        self.not_suspended(participant, &terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        self.check_terms(&terms)?;
        self.entered += 1;
        let mut taker = Order {
            participant,
            cl_ord_id,
            terms,
            total: terms.order_qty.raw(),
            cum: 0,
            shown: 0,
            works_at: None,
            trigger: None,
            bound: 0,
            reached: None,
            arrival: 0,
            entered: self.entered,
            parked: self.is_parked(&terms),
            cover: self.cover(&terms),
            staked: self.tape(terms.instrument).reference(),
            pegged: 0,
        };
        self.begin(&mut taker)?;
        self.check_size(&taker, true)?;
        self.check_limits(&taker, None)?;
        self.check_margin(&taker, None)?;
        let needed = self.needs(&taker);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        self.note_alike(&terms);
        if taker.trigger.is_none() && (taker.parked || self.is_gathering(terms.instrument)) {
            self.rest(taker);
            return Ok(());
        }
        let killed = (terms.post_only && self.best_for(&taker).is_some())
            || (terms.time_in_force == TimeInForce::Fok && !self.fills_whole(&taker))
            || (terms.min_qty).is_some_and(|min| self.fills(&taker) < min.raw());
        if taker.trigger.is_some() {
            self.hold_back(taker);
        } else if killed {
            self.set_id(participant, cl_ord_id, Id::Final);
        } else {
            self.trade_and_rest(taker, tale);
        }
        Ok(())
    }

    fn amend(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        change: Change,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let at = self.find(participant, orig_cl_ord_id)?;
        let terms = self.orders[at].terms;
        let (instrument, side) = match change {
            Change::Cancel { instrument, side } => (instrument, side),
            Change::Replace(to) => (to.instrument, to.side),
            Change::Nothing { .. } => return Err(Refusal::BadRequest),
        };
        if instrument != terms.instrument {
            return Err(Refusal::OtherInstrument);
        }
        if side != terms.side {
            return Err(Refusal::OtherSide);
        }
        let Change::Replace(to) = change else {
            if self.id(participant, cl_ord_id).is_some() {
                return Err(Refusal::DuplicateClOrdId);
            }
            self.set_id(participant, cl_ord_id, Id::Stale);
            self.remove(at, Id::Final);
            return Ok(());
        };
        let at_once = matches!(to.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        if at_once && matches!(to.ord_type, OrdType::Limit(_)) {
            return Err(Refusal::TimeInForceNotReplaceable);
        }
        self.replace(participant, cl_ord_id, orig_cl_ord_id, to, tale)
    }

    fn replace(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        orig_cl_ord_id: ClOrdId,
        terms: OrderTerms,
        tale: &mut Tale,
    ) -> Result<(), Refusal> {
        let at = self.find(participant, orig_cl_ord_id)?;
        let old = self.orders[at].clone();
        let takes_back = self.takes_back(&old, &terms);
        if !takes_back {
            self.may_enter(&OrderTerms {
                instrument: old.terms.instrument,
                ..terms
            })?;
        }
        self.not_suspended(participant, &old.terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        let what = |it: &OrderTerms| (it.account, it.instrument, it.side, it.short_sale);
        let same = what(&old.terms) == what(&terms);
        let rests = matches!(terms.time_in_force, TimeInForce::Day | TimeInForce::Gtc)
            || terms.time_in_force == old.terms.time_in_force;
        let same = same && old.terms.all_or_none == terms.all_or_none;
        if !same || !type_stays(&old, terms.ord_type) || !rests {
            return Err(Refusal::TermsNotReplaceable);
        }
        self.check_terms(&terms)?;
        let mut new = old.clone();
        new.cl_ord_id = cl_ord_id;
        new.terms = terms;
        new.total = terms.order_qty.raw().max(old.cum);
        if !takes_back {
            new.parked = self.is_parked(&terms);
        }
        match terms.ord_type {
            _ if takes_back => self.bind(&mut new),
            OrdType::StopLimit { price, .. } if old.trigger.is_none() => {
                new.works_at = Some(self.limited(&terms, price)?);
            }
            OrdType::TrailingStop { .. } if terms.ord_type == old.terms.ord_type => {
                self.bind(&mut new);
            }
            _ => self.begin(&mut new)?,
        }
        self.check_size(&new, false)?;
        let waits = new.trigger.is_none() && (new.parked || self.is_gathering(terms.instrument));
        if !takes_back
            && !waits
            && terms.post_only
            && new.leaves() > 0
            && self.best_for(&new).is_some()
        {
            return Err(Refusal::PostOnlyWouldTrade);
        }
        self.check_limits(&new, Some(&old))?;
        self.check_margin(&new, Some(&old))?;
        let needed = self.needs(&new) - self.needs(&old);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        self.remove(at, Id::Stale);
        // An auction or something to follow is what it waits for.
        let has_no_price = new.parked || new.works_at.is_none() && new.trigger.is_none();
        let keeps_place = takes_back
            || (old.works_at, old.trigger) == (new.works_at, new.trigger)
                && old.parked == new.parked
                && (!has_no_price || old.terms.ord_type == terms.ord_type)
                && old.terms.max_floor == terms.max_floor
                && new.total <= old.total;
        if new.leaves() == 0 {
            self.set_id(participant, cl_ord_id, Id::Final);
        } else if keeps_place {
            new.shown = old.shown.min(new.leaves());
            self.set_id(participant, cl_ord_id, Id::Live);
            self.orders.push(new);
        } else if new.trigger.is_some() {
            new.reached = None;
            self.hold_back(new);
        } else if waits {
            self.rest(new);
        } else {
            self.trade_and_rest(new, tale);
        }
        Ok(())
    }

    /// What an order holds: stock to sell, cash to buy.
    pub(crate) fn needs(&self, order: &Order) -> i128 {
        let terms = &order.terms;
        match (self.accounts[terms.account.0 as usize], terms.side) {
            (AccountTerms::Unchecked, _) | (AccountTerms::Margin(_), Side::Buy) => return 0,
            _ => {}
        }
        let mut at = order.trigger.map_or(order.works_at, |_| Some(order.bound));
        if let OrdType::Pegged { limit, .. } = terms.ord_type {
            let price = limit.map(|limit| limit.raw()).or(order.works_at);
            // Nothing is held for a peg without a price.
            at = Some(price.unwrap_or(0));
        }
        let cost = match (terms.side, at) {
            (Side::Sell, _) => return order.leaves().into(),
            (Side::Buy, Some(price)) => notional(price, order.leaves()),
            (Side::Buy, None)
                if order.parked || self.is_gathering(terms.instrument) || self.is_live(order) =>
            {
                notional(order.cover, order.leaves())
            }
            (Side::Buy, None) => self.cost_of_walk(order),
        };
        cost + self.worst_fee(order, cost)
    }

    /// Found by trying. Where self-trade prevention decrements, own orders are taken away first: the most it can cost.
    fn cost_of_walk(&self, taker: &Order) -> i128 {
        let mut copy = self.clone();
        if self.mode(taker) == SelfTrade::DecrementAndCancel {
            copy.orders.retain(|order| !self.is_own(order, taker));
        }
        let mut tale = Tale::default();
        copy.trade(&mut taker.clone(), &mut tale);
        tale.trades
            .iter()
            .map(|(_, _, price, qty)| notional(*price, *qty))
            .sum()
    }

    pub(super) fn fills_whole(&self, taker: &Order) -> bool {
        self.fills(taker) == taker.leaves()
    }

    /// How much it would trade at once, found by trying. Where self-trade prevention decrements, what stands behind an order that it
    /// may not trade with does not count.
    fn fills(&self, taker: &Order) -> i64 {
        let (mut tried, mut copy) = (taker.clone(), self.clone());
        if self.mode(taker) == SelfTrade::DecrementAndCancel {
            copy.members[taker.participant.0 as usize].1 = Some(SelfTrade::CancelNewest);
        }
        copy.trade(&mut tried, &mut Tale::default());
        tried.cum - taker.cum
    }

    fn check_funds(&self, terms: &OrderTerms, needed: i128) -> Result<(), Refusal> {
        if terms.side == Side::Sell {
            return self.check_stock(terms, needed);
        }
        let account = terms.account.0 as usize;
        let available = self.cash[account] - self.cash_reserved(terms.account);
        if needed <= 0 || needed <= available || self.accounts[account] != AccountTerms::Cash {
            return Ok(());
        }
        Err(Refusal::InsufficientFunds {
            needed: Money::from_raw(needed),
            available: Money::from_raw(available),
        })
    }

    pub(crate) fn cash_reserved(&self, account: AccountId) -> i128 {
        self.reserved(|terms| terms.account == account && terms.side == Side::Buy)
    }

    pub(crate) fn stock_reserved(&self, account: AccountId, instrument: InstrumentId) -> i128 {
        self.reserved(|terms| {
            (terms.account, terms.instrument, terms.side) == (account, instrument, Side::Sell)
        })
    }

    fn reserved(&self, of: impl Fn(&OrderTerms) -> bool) -> i128 {
        let orders = self.orders.iter().filter(|order| of(&order.terms));
        orders.map(|order| self.needs(order)).sum()
    }

    /// Whether an order is kept: one without a limit waits for an auction then.
    fn is_live(&self, order: &Order) -> bool {
        let name = (order.participant, order.cl_ord_id);
        self.orders
            .iter()
            .any(|o| (o.participant, o.cl_ord_id) == name)
    }

    /// A side of a book, first to trade first.
    pub(crate) fn book(&self, instrument: InstrumentId, side: Side) -> Vec<&Order> {
        let mut orders: Vec<&Order> = self
            .orders
            .iter()
            .filter(|order| order.terms.instrument == instrument && order.terms.side == side)
            .filter(|order| order.is_in_book())
            .collect();
        orders.sort_by_key(|order| (rank(order), order.arrival));
        orders
    }
}

fn rank(order: &Order) -> i64 {
    let price = order.works_at.expect("what rests has a price");
    match order.terms.side {
        Side::Buy => -price,
        Side::Sell => price,
    }
}

fn is_pegged(order: &Order) -> bool {
    matches!(order.terms.ord_type, OrdType::Pegged { .. })
}

fn type_stays(old: &Order, new: OrdType) -> bool {
    let is_held = old.trigger.is_some();
    match (old.terms.ord_type, new) {
        (OrdType::Limit(_) | OrdType::MarketToLimit, OrdType::Limit(_)) => true,
        (OrdType::StopLimit { .. }, OrdType::Limit(_)) => !is_held,
        (OrdType::StopLimit { stop_px: a, .. }, OrdType::StopLimit { stop_px: b, .. }) => {
            is_held || a == b
        }
        (OrdType::Stop { .. }, OrdType::Stop { .. })
        | (OrdType::TrailingStop { .. }, OrdType::TrailingStop { .. })
        | (OrdType::Pegged { .. }, OrdType::Pegged { .. }) => true,
        _ => false,
    }
}

fn notional(price: i64, qty: i64) -> i128 {
    i128::from(price) * i128::from(qty) / 100_000_000
}

fn qty(raw: i128) -> Qty {
    Qty::from_raw(i64::try_from(raw).expect("small in these tests"))
}
