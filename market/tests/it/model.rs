//! [`Model`]: the market's rules written a second time, slow and obvious: one plain list of orders, scanned for everything;
//! reservations added up when asked for; what an order could do found by trying it on a copy. Shares with the market only the
//! vocabulary.

mod amending;
mod auctions;
mod breaker;
mod checks;
mod entering;
mod fees;
mod granting;
mod halts;
mod killing;
mod limits;
mod luld;
mod margin;
mod mending;
mod order;
mod pegging;
mod phases;
mod reservations;
mod trading;
mod waiting;

use auctions::Found;
pub(crate) use luld::Bands;
use luld::Luld;
pub(crate) use margin::{Margin, Told};
use market::account::AccountTerms;
use market::breaker::BreakerLevel;
use market::command::Command;
use market::event::CancelReason;
use market::id::{AccountId, ClOrdId, InstrumentId, ParticipantId, TransferId};
use market::instrument::{Instrument, Phase};
use market::limits::{Limits, SelfTrade};
use market::order::{OrderTerms, Side, TimeInForce};
use market::qty::Qty;
use market::refusal::Refusal;
use market::rules::Rules;
use market::scope::Scope;
pub(crate) use order::{End, Order};
use order::{Id, Name, is_pegged, rank, rests};
use phases::{Call, Tape};

/// What comes of a command, as far as the two are compared command by command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tale {
    pub(crate) refusal: Option<Refusal>,
    /// Maker's and taker's ClOrdID, price, quantity.
    pub(crate) trades: Vec<(ClOrdId, ClOrdId, i64, i64)>,
    /// In which instrument each of them was.
    pub(crate) traded_in: Vec<InstrumentId>,
    /// Orders that ended otherwise than by trading, in order of their names.
    pub(crate) ended: Vec<(ParticipantId, ClOrdId, End)>,
    /// How many orders the command is said to have ended, where that is said.
    pub(crate) count: Option<u32>,
    /// The orders that a request for their status is answered with, in order of their names; none: no such request.
    pub(crate) status: Option<Vec<ClOrdId>>,
    /// What accounts on margin were told.
    pub(crate) margin: Vec<Margin>,
    /// Stops, in the order in which they were triggered.
    pub(crate) triggered: Vec<ClOrdId>,
    /// Phases, one after another; a call that goes on longer is told again.
    pub(crate) phases: Vec<(InstrumentId, Phase)>,
    /// Those of them that are told as a drill.
    pub(crate) drills: Vec<(InstrumentId, Phase)>,
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

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) self_trade: SelfTrade,
    bounds: Limits,
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
    /// What the command in hand has ended.
    ended: Vec<(ParticipantId, ClOrdId, End)>,
    /// Time of the command in hand, in nanoseconds.
    pub(crate) now: i64,
    arrivals: u64,
    entered: i64,
    /// Orders that got another price, or lost their place for it, so far.
    repriced: u32,
}

impl Model {
    pub(crate) fn new(bounds: Limits) -> Self {
        Self {
            self_trade: bounds.self_trade,
            bounds,
            repriced: 0,
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
            ended: Vec::new(),
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
        self.ended.clear();
        tale.refusal = self.carry_out(command, &mut tale).err();
        self.follow(&mut tale);
        self.guard(&mut tale);
        self.review(&mut tale);
        self.indicate(&mut tale);
        tale.ended = std::mem::take(&mut self.ended);
        tale.ended
            .sort_by_key(|(who, cl_ord_id, _)| (*who, *cl_ord_id));
        tale
    }

    fn carry_out(&mut self, command: &Command, tale: &mut Tale) -> Result<(), Refusal> {
        match *command {
            Command::Enter {
                participant,
                cl_ord_id,
                terms,
            } => self.enter(participant, cl_ord_id, terms, tale),
            // One that is known is told as it is, whatever may be entered now.
            Command::PossResend {
                participant,
                cl_ord_id,
                terms,
            } => match self.id(participant, cl_ord_id) {
                Some(_) => {
                    tale.status = Some(self.status(participant, Some(cl_ord_id), None));
                    Ok(())
                }
                None => self.enter(participant, cl_ord_id, terms, tale),
            },
            Command::Cancel {
                participant,
                orig_cl_ord_id,
                ..
            } => {
                let at = self.find(participant, orig_cl_ord_id)?;
                self.end(at, End::Canceled(CancelReason::Requested));
                Ok(())
            }
            Command::Replace {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                terms,
            } => self.replace(participant, cl_ord_id, orig_cl_ord_id, terms, tale),
            Command::Amend(request) => self.amend(&request, tale),
            Command::Status {
                participant,
                cl_ord_id,
                instrument,
                ..
            } => {
                tale.status = Some(self.status(participant, cl_ord_id, instrument));
                Ok(())
            }
            Command::CancelAll { participant } => {
                self.known_participant(participant)?;
                let end = End::Canceled(CancelReason::Operator);
                let count = self.end_where(end, |order| order.participant == participant);
                tale.count = Some(count);
                Ok(())
            }
            Command::GrantAccount {
                participant,
                account,
            } => self.grant(participant, account),
            Command::RevokeAccount {
                participant,
                account,
            } => self.revoke(participant, account),
            Command::MassCancel {
                participant,
                instrument,
                side,
                ..
            } => {
                self.known_participant(participant)?;
                if let Some(instrument) = instrument {
                    self.phase(instrument)?;
                }
                let end = End::Canceled(CancelReason::MassCancel);
                tale.count = Some(self.end_where(end, |order| {
                    order.participant == participant
                        && instrument.is_none_or(|i| order.terms.instrument == i)
                        && side.is_none_or(|s| order.terms.side == s)
                }));
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
                self.check_rules(&rules)?;
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
            } => self.kill(scope, suspend, dry_run, tale),
            Command::Reinstate { scope } => self.reinstate(scope),
            Command::EndOfDay => {
                self.end_where(End::Expired, Order::is_of_day);
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
                self.known_participant(participant)?;
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
                self.expire_orders();
                self.expire_proposals();
                self.tick(tale);
                self.come_due(i64::MAX, tale);
                self.pause(tale);
                Ok(())
            }
            Command::ListAsset { .. }
            | Command::ListInstrument(_)
            | Command::AdmitParticipant { .. }
            | Command::OpenAccount { .. } => unreachable!("done before the model begins"),
        }
    }

    /// Orders whose time has come.
    fn expire_orders(&mut self) {
        let now = self.now;
        self.end_where(End::Expired, |order| match order.terms.time_in_force {
            TimeInForce::Gtd(until) => until.nanos() <= now,
            _ => false,
        });
    }

    /// The order of a name, live or final; or all live ones.
    fn status(
        &self,
        participant: ParticipantId,
        cl_ord_id: Option<ClOrdId>,
        instrument: Option<InstrumentId>,
    ) -> Vec<ClOrdId> {
        let mut found: Vec<ClOrdId> = match cl_ord_id {
            Some(id) => {
                let mut ids = self.ids.iter();
                let known = ids.find(|(who, it, _)| (*who, *it) == (participant, id));
                let is_order = known.is_some_and(|(_, _, it)| *it != Id::Stale);
                is_order.then_some(id).into_iter().collect()
            }
            None => {
                let orders = self.orders.iter();
                orders
                    .filter(|it| it.participant == participant)
                    .filter(|it| instrument.is_none_or(|of| it.terms.instrument == of))
                    .map(|it| it.cl_ord_id)
                    .collect()
            }
        };
        found.sort_unstable();
        found
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
        self.known_participant(participant)?;
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

    /// A live order ends.
    fn end(&mut self, at: usize, end: End) {
        let order = self.remove(at, Id::Final);
        self.ended.push((order.participant, order.cl_ord_id, end));
    }

    /// Some live orders end; how many.
    fn end_where(&mut self, end: End, gone: impl Fn(&Order) -> bool) -> u32 {
        let mut count = 0;
        while let Some(at) = self.orders.iter().position(&gone) {
            self.end(at, end);
            count += 1;
        }
        count
    }

    /// An order ends that is not in the list.
    fn end_taker(&mut self, taker: &Order, reason: CancelReason) {
        let name = (taker.participant, taker.cl_ord_id);
        self.set_id(name.0, name.1, Id::Final);
        self.ended.push((name.0, name.1, End::Canceled(reason)));
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

fn notional(price: i64, qty: i64) -> i128 {
    i128::from(price) * i128::from(qty) / 100_000_000
}

fn qty(raw: i128) -> Qty {
    Qty::from_raw(i64::try_from(raw).expect("small in these tests"))
}
