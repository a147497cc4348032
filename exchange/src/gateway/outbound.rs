//! Market → FIX. In: a journalled [`Entry`] and the reference data. Out: who is told what: execution reports, cancel rejects, mass
//! cancel reports, each with its place in the entry, so that the same entry always gives the same messages under the same
//! names (ExecID = `seq-event`, with `b` or `s` for the side of a trade). Pure.

use crate::directory::Directory;
use crate::gateway::collateral;
use crate::gateway::refused::{
    cxl_rej_reason, mass_cancel_reject_reason, ord_rej_reason, refusal_text,
};
use crate::gateway::report::{self, NO_ORDER, Report};
use crate::gateway::trade_change::TradeChange;
use crate::gateway::user::{UserStatus, user_response};
use fix_engine::codec::body::Body;
use fix_engine::session::input::Cause;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};
use journal::entry::{Entry, Instruction};
use journal::participant::ParticipantChange;
use market::command::{Amendment, Change, Command};
use market::event::{CancelReason, CxlRejResponseTo, Event, Restatement};
use market::id::{ClOrdId, InstrumentId, ParticipantId, TradeId};
use market::money::Money;
use market::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::refusal::Refusal;
use market::trades::TradeRecord;
use std::collections::BTreeSet;

/// One message to one participant.
#[derive(Debug)]
pub struct Told {
    /// Who is told.
    pub participant: ParticipantId,
    /// Where in the journal it comes from; grows with every message to the same participant.
    pub cause: Cause,
    /// Which event of the entry.
    pub event: usize,
    /// What is told.
    pub body: Body,
}

/// Everything that participants are told about this entry, in order.
pub fn told(entry: &Entry, directory: &Directory) -> Vec<Told> {
    told_to(entry, directory, |_| true)
}

/// The same for those participants only who are wanted.
pub(crate) fn told_to(
    entry: &Entry,
    directory: &Directory,
    wants: impl Fn(ParticipantId) -> bool,
) -> Vec<Told> {
    let mut teller = Teller {
        entry,
        directory,
        event: 0,
        forced: forced(entry),
        out: Vec::new(),
    };
    for (index, event) in entry.events.iter().enumerate() {
        if concerned(event).into_iter().flatten().any(&wants) {
            teller.event = index;
            teller.tell(event);
        }
    }
    teller.user();
    teller.out.retain(|told| wants(told.participant));
    teller.out
}

/// The participants who are told of an event.
fn concerned(event: &Event) -> [Option<ParticipantId>; 2] {
    match event {
        Event::OrderRejected { participant, .. }
        | Event::CancelRejected { participant, .. }
        | Event::OrderStatus { participant, .. }
        | Event::MassCanceled { participant, .. } => [Some(*participant), None],
        Event::ExecutionChanged { trade, side, .. } => [Some(trade.leg(*side).participant), None],
        Event::MarginCall { .. } | Event::MarginCallMet { .. } | Event::MarginDeficit { .. } => {
            [collateral::concerned(event), None]
        }
        _ => event.orders().map(|order| Some(order?.participant)),
    }
}

/// The orders by which the venue closes positions. That happens when a time has come.
fn forced(entry: &Entry) -> BTreeSet<(ParticipantId, ClOrdId)> {
    if !matches!(entry.instruction, Instruction::Market(Command::Tick)) {
        return BTreeSet::new();
    }
    let closes = entry.events.iter().filter_map(|event| match event {
        Event::ForcedClose {
            participant,
            cl_ord_id,
            ..
        } => Some((*participant, *cl_ord_id)),
        _ => None,
    });
    closes.collect()
}

/// One entry on its way out.
struct Teller<'a> {
    entry: &'a Entry,
    directory: &'a Directory,
    event: usize,
    /// Orders by which the venue closes positions, in this entry. They never rest.
    forced: BTreeSet<(ParticipantId, ClOrdId)>,
    out: Vec<Told>,
}

impl Teller<'_> {
    /// A participant that has given itself another password is told so. The entry has no event then, and the message its first place.
    fn user(&mut self) {
        let Instruction::Participant(ParticipantChange::ChangePassword {
            comp_id,
            request_id,
            ..
        }) = &self.entry.instruction
        else {
            return;
        };
        let record = self.directory.participant_by_comp_id(*comp_id);
        if let (Some(record), []) = (record, self.entry.events.as_slice()) {
            let text = "the new password is in force";
            let status = UserStatus::PasswordChanged;
            let body = user_response(*request_id, comp_id.as_str(), status, text);
            self.push(record.id, 0, body);
        }
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::OrderAccepted { order } => self.report(order, '0', None),
            Event::OrderRejected {
                participant,
                cl_ord_id,
                terms,
                refusal,
            } => self.rejected(*participant, cl_ord_id, terms, *refusal),
            Event::Traded {
                trade_id,
                price,
                qty,
                maker,
                taker,
                fees,
                auction,
                ..
            } => {
                let last = (*price, *qty);
                let [one, other] = auction.map_or([MAKER, TAKER], |_| [BUYER, SELLER]);
                self.traded(maker, *trade_id, last, one, fees.map(|it| it.maker));
                self.traded(taker, *trade_id, last, other, fees.map(|it| it.taker));
            }
            Event::OrderCanceled {
                order,
                request,
                reason,
            } => self.canceled(order, *request, *reason),
            Event::OrderExpired { order } => {
                let text = match order.terms.time_in_force {
                    TimeInForce::Gtd(_) => "the time of the order is over",
                    _ => "the trading day is over",
                };
                self.report(order, 'C', Some(text));
            }
            Event::OrderRestated { order, reason } => match reason {
                Restatement::NewDay => self.renewed(order),
                Restatement::Repriced => {
                    let text = match order.terms.ord_type {
                        OrdType::Pegged { .. } => "the price follows the market",
                        _ => "the order works at the price band",
                    };
                    self.restated(order, REPRICING, text);
                }
            },
            Event::OrderTriggered { order } => self.restated(
                order,
                MARKET_OPTION,
                "the trigger is reached: the order works now",
            ),
            Event::OrderReplaced {
                order,
                orig_cl_ord_id,
            } => {
                let mut replaced = self.kind('5');
                replaced.orig_cl_ord_id = Some(*orig_cl_ord_id);
                let body = replaced.about(order, self.directory);
                self.push(order.participant, 0, body);
            }
            Event::OrderDecremented { order, .. } => self.restated(
                order,
                PARTIAL_DECLINE,
                "self-trade prevention took quantity from the order",
            ),
            Event::CancelRejected {
                participant,
                cl_ord_id,
                orig_cl_ord_id,
                response_to,
                order,
                refusal,
            } => {
                let reject = CancelReject {
                    cl_ord_id,
                    orig_cl_ord_id,
                    response_to: *response_to,
                    order: order.as_ref(),
                    refusal: *refusal,
                    text: self.reject_text(*refusal),
                };
                let body = reject.body(self.transact_time());
                self.push(*participant, 0, body);
            }
            Event::OrderStatus {
                participant,
                request_id,
                cl_ord_id,
                order,
                total,
                last,
            } => {
                let mut body = match order {
                    Some(order) => self.kind('I').about(order, self.directory),
                    None => self.no_order(cl_ord_id.as_ref()),
                };
                echo(
                    &mut body,
                    request_id.as_ref(),
                    cl_ord_id.is_none(),
                    *total,
                    *last,
                );
                self.push(*participant, 0, body);
            }
            Event::MassCanceled {
                participant,
                cl_ord_id,
                instrument,
                side,
                outcome,
            } => {
                let body = self.mass_canceled(cl_ord_id, *instrument, *side, *outcome);
                self.push(*participant, 0, body);
            }
            Event::ExecutionChanged { trade, side, order } => {
                self.changed(trade, *side, order.as_ref());
            }
            Event::MarginCall { .. }
            | Event::MarginCallMet { .. }
            | Event::MarginDeficit { .. } => self.margin(event),
            Event::Refused { .. }
            | Event::AssetListed { .. }
            | Event::InstrumentListed { .. }
            | Event::ParticipantAdmitted { .. }
            | Event::AccountOpened { .. }
            | Event::AccountGranted { .. }
            | Event::AccountRevoked { .. }
            | Event::AllCanceled { .. }
            | Event::FundsTransferred { .. }
            | Event::SecuritiesTransferred { .. }
            | Event::TransferRefused { .. }
            | Event::LevelChanged { .. }
            | Event::PhaseChanged { .. }
            | Event::DayEnded
            | Event::RulesSet { .. }
            | Event::SelfTradeSet { .. }
            | Event::Ticked
            | Event::CloseSet { .. }
            | Event::Seeded
            | Event::BandsMoved { .. }
            | Event::LimitStateChanged { .. }
            | Event::Indicative { .. }
            | Event::Uncrossed { .. }
            | Event::Killed { .. }
            | Event::Reinstated { .. }
            | Event::FeeAccountSet { .. }
            | Event::FeesSet { .. }
            | Event::TierSet { .. }
            | Event::RiskLimitSet(_)
            | Event::ForcedClose { .. }
            | Event::ForcedCloseFailed { .. }
            | Event::TradeChangeProposed { .. }
            | Event::TradeChangeDropped { .. }
            | Event::TradeChanged { .. }
            | Event::HaltScheduled { .. }
            | Event::HaltUnscheduled { .. }
            | Event::IndexWeightSet { .. }
            | Event::IndexCloseSet { .. }
            | Event::BreakerRulesSet(_)
            | Event::BreakerTripped { .. }
            | Event::BreakerEnded { .. }
            | Event::GroupSet { .. }
            | Event::Overdrawn { .. } => {}
        }
    }

    fn report(&mut self, order: &OrderFacts, exec_type: char, text: Option<&'static str>) {
        let mut report = self.kind(exec_type);
        report.text = text.or_else(|| self.forced_text(order));
        let body = report.about(order, self.directory);
        self.push(order.participant, 0, body);
    }

    /// Why there is an order that nobody has sent.
    fn forced_text(&self, order: &OrderFacts) -> Option<&'static str> {
        let name = (order.participant, order.cl_ord_id);
        let text = "the venue closes a position: the margin call of its account was not met";
        self.forced.contains(&name).then_some(text)
    }

    fn rejected(
        &mut self,
        participant: ParticipantId,
        cl_ord_id: &ClOrdId,
        terms: &OrderTerms,
        refusal: Refusal,
    ) {
        let text = refusal_text(refusal);
        let mut report = self.kind('8');
        report.text = Some(&text);
        let body = report.rejected(cl_ord_id, terms, ord_rej_reason(refusal), self.directory);
        self.push(participant, 0, body);
    }

    fn traded(
        &mut self,
        order: &OrderFacts,
        trade_id: TradeId,
        last: (Price, Qty),
        role: Role,
        fee: Option<Money>,
    ) {
        let mut report = self.kind('F');
        report.text = self.forced_text(order);
        report.exec_id.push(report::trade_side(order.terms.side));
        report.last = Some(last);
        let mut body = report.about(order, self.directory);
        body.push(tag::SECONDARY_EXEC_ID, trade_id.0);
        body.push_some(tag::LAST_LIQUIDITY_IND, role.last_liquidity_ind);
        if let Some(fee) = fee {
            report::misc_fee(&mut body, fee, order.terms.instrument, self.directory);
        }
        self.push(order.participant, role.index, body);
    }

    /// An account is called for more, or it is over.
    fn margin(&mut self, event: &Event) {
        let (id, at) = (self.exec_id(), self.transact_time());
        if let Some((participant, body)) = collateral::told(event, &id, at, self.directory) {
            self.push(participant, 0, body);
        }
    }

    /// A trade was undone or corrected.
    fn changed(&mut self, trade: &TradeRecord, side: Side, order: Option<&OrderFacts>) {
        let change = TradeChange {
            trade,
            side,
            order,
            exec_id: self.exec_id(),
            transact_time: self.transact_time(),
            directory: self.directory,
        };
        let participant = trade.leg(side).participant;
        self.push(participant, 0, change.report());
        self.push(participant, 1, change.capture());
    }

    /// A GTC or GTD order on its next day: all that it still has is of that day.
    fn renewed(&mut self, order: &OrderFacts) {
        let mut report = self.kind('D');
        report.text = Some("the order goes on on the next trading day");
        let mut body = report.about(order, self.directory);
        body.push(tag::EXEC_RESTATEMENT_REASON, GT_RENEWAL);
        body.push(tag::DAY_ORDER_QTY, report::qty(order.leaves_qty));
        body.push(tag::DAY_CUM_QTY, 0_u32);
        body.push(tag::DAY_AVG_PX, 0_u32);
        self.push(order.participant, 0, body);
    }

    /// ExecType D: the order is another than it was, without a request.
    fn restated(&mut self, order: &OrderFacts, reason: u32, text: &'static str) {
        let mut report = self.kind('D');
        report.text = Some(text);
        let mut body = report.about(order, self.directory);
        body.push(tag::EXEC_RESTATEMENT_REASON, reason);
        self.push(order.participant, 0, body);
    }

    fn canceled(&mut self, order: &OrderFacts, request: Option<ClOrdId>, reason: CancelReason) {
        let mut report = self.kind('4');
        let mut restatement = None;
        match (reason, request) {
            (CancelReason::Requested, Some(request)) => {
                report.cl_ord_id = Some(request);
                report.orig_cl_ord_id = Some(order.cl_ord_id);
            }
            (CancelReason::Requested | CancelReason::MassCancel, _) => {}
            (CancelReason::TradingHalt | CancelReason::Drill, _) => {
                restatement = Some(TRADING_HALT)
            }
            _ => restatement = Some(MARKET_OPTION),
        }
        report.text = Some(cancel_text(reason, order));
        let mut body = report.about(order, self.directory);
        body.push_some(tag::EXEC_RESTATEMENT_REASON, restatement);
        self.push(order.participant, 0, body);
    }

    /// The answer to a status request that found nothing, or to an order that may have come before, whose ClOrdID was used and names
    /// no order now.
    fn no_order(&self, cl_ord_id: Option<&ClOrdId>) -> Body {
        let (instrument, known) = match self.entry.instruction {
            Instruction::Market(Command::Status { instrument, .. }) => (instrument, false),
            Instruction::Market(Command::PossResend { terms, .. }) => {
                (Some(terms.instrument), true)
            }
            _ => (None, false),
        };
        let (text, reason) = match cl_ord_id {
            Some(_) if known => (STALE, Some(ord_rej_reason(Refusal::DuplicateClOrdId))),
            Some(_) => ("unknown order", Some(UNKNOWN_ORDER)),
            None => ("no open orders", None),
        };
        let mut report = self.kind('I');
        report.text = Some(text);
        let listed = instrument.and_then(|id| self.directory.instrument(id));
        report.no_order(
            cl_ord_id.map(|id| id.as_str().as_bytes()),
            reason,
            listed.as_ref().map(|it| it.symbol.as_str().as_bytes()),
        )
    }

    /// What is wrong with a request as such stands in the command.
    fn reject_text(&self, refusal: Refusal) -> String {
        match self.entry.instruction {
            Instruction::Market(Command::Amend(Amendment {
                change: Change::Nothing { why, .. },
                ..
            })) if refusal == Refusal::BadRequest => why.to_string(),
            _ => refusal_text(refusal),
        }
    }

    fn mass_canceled(
        &self,
        cl_ord_id: &ClOrdId,
        instrument: Option<InstrumentId>,
        side: Option<Side>,
        outcome: Result<u32, Refusal>,
    ) -> Body {
        let kind = if instrument.is_some() { '1' } else { '7' };
        let mut body = Body::new(msg_type::ORDER_MASS_CANCEL_REPORT);
        body.push(tag::CL_ORD_ID, cl_ord_id.as_str());
        body.push(tag::ORDER_ID, self.exec_id());
        body.push(tag::MASS_CANCEL_REQUEST_TYPE, kind);
        match outcome {
            Ok(affected) => {
                body.push(tag::MASS_CANCEL_RESPONSE, kind);
                body.push(tag::TOTAL_AFFECTED_ORDERS, affected);
            }
            Err(refusal) => {
                body.push(tag::MASS_CANCEL_RESPONSE, '0');
                body.push(
                    tag::MASS_CANCEL_REJECT_REASON,
                    mass_cancel_reject_reason(refusal),
                );
                body.push(tag::TEXT, refusal_text(refusal));
            }
        }
        let listed = instrument.and_then(|id| self.directory.instrument(id));
        body.push_some(tag::SYMBOL, listed.as_ref().map(|it| it.symbol.as_str()));
        body.push_some(tag::SIDE, side.map(report::side));
        body.push(tag::TRANSACT_TIME, self.transact_time());
        body
    }

    fn kind(&self, exec_type: char) -> Report<'static> {
        Report {
            exec_id: self.exec_id(),
            exec_type,
            cl_ord_id: None,
            orig_cl_ord_id: None,
            last: None,
            transact_time: self.transact_time(),
            text: None,
        }
    }

    fn exec_id(&self) -> String {
        format!("{}-{}", self.entry.seq, self.event)
    }

    fn transact_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.entry.at.nanos())
    }

    /// `place` tells the two reports of one event apart.
    fn push(&mut self, participant: ParticipantId, place: u32, body: Body) {
        let index = u32::try_from(self.event).unwrap_or(u32::MAX / 2) * 2 + place;
        self.out.push(Told {
            participant,
            cause: Cause {
                entry: self.entry.seq,
                index,
            },
            event: self.event,
            body,
        });
    }
}

/// What is told of a ClOrdID that was used today and names no order now. It is not kept what has come of it.
const STALE: &str = "ClOrdID (11): this ClOrdID was used today: its order was replaced or has long been final, or it was a cancel's";
/// OrdRejReason (103): unknown order.
const UNKNOWN_ORDER: u32 = 5;
/// ExecRestatementReason (378): a GT order is renewed.
const GT_RENEWAL: u32 = 1;
/// ExecRestatementReason (378): the order has another price.
const REPRICING: u32 = 3;
/// ExecRestatementReason (378): cancelled with a halt of trading.
const TRADING_HALT: u32 = 6;
/// ExecRestatementReason (378): the venue's own doing.
const MARKET_OPTION: u32 = 8;
/// ExecRestatementReason (378): partial decline of OrderQty.
const PARTIAL_DECLINE: u32 = 5;

/// A side of a trade: its place among the reports of the event, and LastLiquidityInd (851).
#[derive(Clone, Copy)]
struct Role {
    index: u32,
    /// None in an auction, where neither side makes or takes.
    last_liquidity_ind: Option<u32>,
}

const MAKER: Role = Role {
    index: 0,
    last_liquidity_ind: Some(1),
};
const TAKER: Role = Role {
    index: 1,
    last_liquidity_ind: Some(2),
};
const BUYER: Role = Role {
    index: 0,
    last_liquidity_ind: None,
};
const SELLER: Role = Role {
    index: 1,
    last_liquidity_ind: None,
};

fn cancel_text(reason: CancelReason, order: &OrderFacts) -> &'static str {
    match reason {
        CancelReason::Requested => "cancelled at your request",
        CancelReason::MassCancel => "cancelled by mass cancel",
        CancelReason::Unfilled => "what could not trade at once is cancelled",
        CancelReason::NotWhole => "fill or kill: the whole could not trade at once",
        CancelReason::WouldTrade => "post-only: the order would have traded at once",
        CancelReason::SelfTrade => {
            "the order would have traded with one of the same account or group"
        }
        CancelReason::BelowMinQty => "the least quantity could not trade at once",
        CancelReason::Collar => "what could not trade within the collar is cancelled",
        CancelReason::Operator => "cancelled by the venue's operator",
        CancelReason::TradingHalt => "cancelled with the halt of trading in the instrument",
        CancelReason::Drill => {
            "DRILL: cancelled with the close of the day by the market-wide breaker"
        }
        CancelReason::MarginCall => "cancelled since the margin call of its account was not met",
        CancelReason::AuctionOver => "the auction that the order was for is over",
        CancelReason::BeyondBand => "the price is beyond a price band",
        CancelReason::Band => "the rest would have traded outside a price band",
        CancelReason::Unaffordable => match order.terms.ord_type {
            OrdType::Pegged { .. } => "the account cannot pay for the new price of the order",
            _ => "the account cannot pay the auction's price",
        },
    }
}

/// OrdStatusReqID (790) for one order; MassStatusReqID (584), TotNumReports (911) and LastRptRequested (912) for all.
fn echo(body: &mut Body, request_id: Option<&ClOrdId>, mass: bool, total: u32, last: bool) {
    let request_id = request_id.map(|id| id.as_str());
    if mass {
        body.push_some(tag::MASS_STATUS_REQ_ID, request_id);
        body.push(tag::TOT_NUM_REPORTS, total);
        body.push(tag::LAST_RPT_REQUESTED, last);
    } else {
        body.push_some(tag::ORD_STATUS_REQ_ID, request_id);
    }
}

/// An OrderCancelReject (9).
struct CancelReject<'a> {
    cl_ord_id: &'a ClOrdId,
    orig_cl_ord_id: &'a ClOrdId,
    response_to: CxlRejResponseTo,
    order: Option<&'a OrderFacts>,
    refusal: Refusal,
    text: String,
}

impl CancelReject<'_> {
    fn body(&self, transact_time: Timestamp) -> Body {
        let status = self
            .order
            .map_or(OrdStatus::Rejected, |order| order.ord_status);
        let mut body = Body::new(msg_type::ORDER_CANCEL_REJECT);
        match self.order {
            Some(order) => body.push(tag::ORDER_ID, order.order_id.0),
            None => body.push(tag::ORDER_ID, NO_ORDER),
        };
        body.push(tag::CL_ORD_ID, self.cl_ord_id.as_str());
        body.push(tag::ORIG_CL_ORD_ID, self.orig_cl_ord_id.as_str());
        body.push(tag::ORD_STATUS, report::ord_status(status));
        body.push(tag::TRANSACT_TIME, transact_time);
        body.push(
            tag::CXL_REJ_RESPONSE_TO,
            match self.response_to {
                CxlRejResponseTo::Cancel => '1',
                CxlRejResponseTo::Replace => '2',
            },
        );
        body.push(tag::CXL_REJ_REASON, cxl_rej_reason(self.refusal));
        body.push(tag::TEXT, self.text.as_str());
        body
    }
}
