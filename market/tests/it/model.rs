//! [`Model`]: the market's rules written a second time, slow and obvious: one plain list of orders, scanned for everything;
//! reservations added up when asked for; what an order could do found by trying it on a copy. Shares with the market only the
//! vocabulary.

mod checks;
mod fees;
mod killing;
mod limits;
mod margin;
mod mending;
mod trading;
mod waiting;

use market::account::AccountTerms;
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

/// What comes of a command, as far as the two are compared command by command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tale {
    pub(crate) refusal: Option<Refusal>,
    /// Maker's and taker's ClOrdID, price, quantity.
    pub(crate) trades: Vec<(ClOrdId, ClOrdId, i64, i64)>,
    /// Stops, in the order in which they were triggered.
    pub(crate) triggered: Vec<ClOrdId>,
}

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
}

impl Order {
    pub(crate) fn leaves(&self) -> i64 {
        self.total - self.cum
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
    pub(crate) rules: Vec<Rules>,
    /// Last trade, by instrument.
    pub(crate) last: Vec<Option<i64>>,
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
    ids: Vec<(ParticipantId, ClOrdId, Id)>,
    transfers: Vec<(TransferId, Command)>,
    fees: fees::Table,
    limits: limits::Table,
    margin: margin::Table,
    mending: mending::Table,
    /// Time of the command in hand, in nanoseconds.
    pub(crate) now: i64,
    arrivals: u64,
}

impl Model {
    pub(crate) fn new(self_trade: SelfTrade) -> Self {
        Self {
            self_trade,
            instruments: Vec::new(),
            rules: Vec::new(),
            last: Vec::new(),
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
            limits: limits::Table::default(),
            margin: margin::Table::default(),
            mending: mending::Table::default(),
            now: 0,
            arrivals: 0,
        }
    }

    pub(crate) fn apply(&mut self, command: &Command) -> Tale {
        let mut tale = Tale::default();
        tale.refusal = self.carry_out(command, &mut tale).err();
        self.follow(&mut tale);
        self.review();
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
            Command::Open { instrument } => match self.phase(instrument)? {
                Phase::Closed => self.set_phase(instrument, Phase::Open),
                Phase::Open => Err(Refusal::AlreadyInPhase),
                Phase::Halted => Err(Refusal::Halted),
            },
            Command::Halt { instrument, .. } => match self.phase(instrument)? {
                Phase::Open => self.set_phase(instrument, Phase::Halted),
                Phase::Halted => Err(Refusal::AlreadyInPhase),
                Phase::Closed => Err(Refusal::Closed),
            },
            Command::Resume { instrument } => match self.phase(instrument)? {
                Phase::Halted => self.set_phase(instrument, Phase::Open),
                Phase::Open => Err(Refusal::AlreadyInPhase),
                Phase::Closed => Err(Refusal::Closed),
            },
            Command::Close { instrument } => {
                if self.phase(instrument)? == Phase::Closed {
                    return Err(Refusal::AlreadyInPhase);
                }
                self.remove_where(|order| {
                    order.terms.instrument == instrument
                        && order.terms.time_in_force == TimeInForce::Day
                });
                self.set_phase(instrument, Phase::Closed)
            }
            Command::Kill {
                scope,
                suspend,
                dry_run,
                ..
            } => self.kill(scope, suspend, dry_run),
            Command::Reinstate { scope } => self.reinstate(scope),
            Command::EndOfDay => {
                self.remove_where(|order| order.terms.time_in_force == TimeInForce::Day);
                self.ids.retain(|(_, _, id)| *id == Id::Live);
                self.end_of_limits_day();
                Ok(())
            }
            Command::SetRules { instrument, rules } => {
                self.phase(instrument)?;
                self.rules[instrument.0 as usize] = rules;
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
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn phase(&self, instrument: InstrumentId) -> Result<Phase, Refusal> {
        let listed = self.instruments.get(instrument.0 as usize);
        listed.map(|l| l.1).ok_or(Refusal::UnknownInstrument)
    }

    fn set_phase(&mut self, instrument: InstrumentId, phase: Phase) -> Result<(), Refusal> {
        self.instruments[instrument.0 as usize].1 = phase;
        Ok(())
    }

    fn is_trading(&self, instrument: InstrumentId) -> Result<(), Refusal> {
        match self.phase(instrument)? {
            Phase::Open => Ok(()),
            Phase::Halted => Err(Refusal::Halted),
            Phase::Closed => Err(Refusal::Closed),
        }
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
        self.is_trading(terms.instrument)?;
        self.not_suspended(participant, &terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        self.check_terms(&terms)?;
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
        };
        self.begin(&mut taker)?;
        self.check_limits(&taker, None)?;
        self.check_margin(&taker, None)?;
        let needed = self.needs(&taker);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        let killed = (terms.post_only && self.best_for(&taker).is_some())
            || (terms.time_in_force == TimeInForce::Fok && !self.fills_whole(&taker));
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
        let rests = matches!(to.time_in_force, TimeInForce::Day | TimeInForce::Gtc);
        if !rests && matches!(to.ord_type, OrdType::Limit(_)) {
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
        self.is_trading(old.terms.instrument)?;
        self.not_suspended(participant, &old.terms)?;
        if self.id(participant, cl_ord_id).is_some() {
            return Err(Refusal::DuplicateClOrdId);
        }
        let what = |it: &OrderTerms| (it.account, it.instrument, it.side, it.short_sale);
        let same = what(&old.terms) == what(&terms);
        let rests = matches!(terms.time_in_force, TimeInForce::Day | TimeInForce::Gtc);
        if !same || !type_stays(&old, terms.ord_type) || !rests {
            return Err(Refusal::TermsNotReplaceable);
        }
        self.check_terms(&terms)?;
        let mut new = old.clone();
        new.cl_ord_id = cl_ord_id;
        new.terms = terms;
        new.total = terms.order_qty.raw().max(old.cum);
        match terms.ord_type {
            OrdType::StopLimit { price, .. } if old.trigger.is_none() => {
                new.works_at = Some(price.raw());
            }
            OrdType::TrailingStop { .. } if terms.ord_type == old.terms.ord_type => {
                self.bind(&mut new);
            }
            _ => self.begin(&mut new)?,
        }
        if terms.post_only && new.leaves() > 0 && self.best_for(&new).is_some() {
            return Err(Refusal::PostOnlyWouldTrade);
        }
        self.check_limits(&new, Some(&old))?;
        self.check_margin(&new, Some(&old))?;
        let needed = self.needs(&new) - self.needs(&old);
        self.check_funds(&terms, needed)?;
        self.count_pace(participant);
        self.remove(at, Id::Stale);
        let keeps_place = (old.works_at, old.trigger) == (new.works_at, new.trigger)
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
        let at = order.trigger.map_or(order.works_at, |_| Some(order.bound));
        let cost = match (terms.side, at) {
            (Side::Sell, _) => return order.leaves().into(),
            (Side::Buy, Some(price)) => notional(price, order.leaves()),
            (Side::Buy, None) => self.cost_of_walk(order),
        };
        cost + self.worst_fee(order, cost)
    }

    /// Found by trying. Where self-trade prevention decrements, own orders are taken away first: the most it can cost.
    fn cost_of_walk(&self, taker: &Order) -> i128 {
        let mut copy = self.clone();
        if self.self_trade == SelfTrade::DecrementAndCancel {
            copy.orders
                .retain(|order| order.terms.account != taker.terms.account);
        }
        let mut tale = Tale::default();
        copy.trade(&mut taker.clone(), &mut tale);
        tale.trades
            .iter()
            .map(|(_, _, price, qty)| notional(*price, *qty))
            .sum()
    }

    fn fills_whole(&self, taker: &Order) -> bool {
        let mut taker = taker.clone();
        let wanted = taker.total;
        self.clone().trade(&mut taker, &mut Tale::default());
        taker.cum == wanted
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

    /// A side of a book, first to trade first.
    pub(crate) fn book(&self, instrument: InstrumentId, side: Side) -> Vec<&Order> {
        let mut orders: Vec<&Order> = self
            .orders
            .iter()
            .filter(|order| order.terms.instrument == instrument && order.terms.side == side)
            .filter(|order| order.trigger.is_none())
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

fn type_stays(old: &Order, new: OrdType) -> bool {
    let is_held = old.trigger.is_some();
    match (old.terms.ord_type, new) {
        (OrdType::Limit(_) | OrdType::MarketToLimit, OrdType::Limit(_)) => true,
        (OrdType::StopLimit { .. }, OrdType::Limit(_)) => !is_held,
        (OrdType::StopLimit { stop_px: a, .. }, OrdType::StopLimit { stop_px: b, .. }) => {
            is_held || a == b
        }
        (OrdType::Stop { .. }, OrdType::Stop { .. })
        | (OrdType::TrailingStop { .. }, OrdType::TrailingStop { .. }) => true,
        _ => false,
    }
}

fn notional(price: i64, qty: i64) -> i128 {
    i128::from(price) * i128::from(qty) / 100_000_000
}

fn qty(raw: i128) -> Qty {
    Qty::from_raw(i64::try_from(raw).expect("small in these tests"))
}
