//! The ExecutionReport (8) about an order: the fields that every one of them carries. In: the facts of an order and what kind of
//! report it is. Out: a [`Body`]. Pure; which event leads to which report is decided in [`crate::gateway::outbound`].

use crate::directory::Directory;
use crate::gateway::own_fields::REPRICE_TO_BAND;
use fix_engine::codec::body::{Body, Decimal};
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};
use market::decimal::SCALE;
use market::id::{ClOrdId, InstrumentId};
use market::money::Money;
use market::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Peg, Side, TimeInForce, Working};
use market::price::Price;
use market::qty::Qty;

/// OrderID (37) where there is no order.
pub(crate) const NO_ORDER: &str = "NONE";

/// What is particular to one report.
pub(crate) struct Report<'a> {
    /// ExecID (17).
    pub(crate) exec_id: String,
    /// ExecType (150).
    pub(crate) exec_type: char,
    /// ClOrdID (11), where it is not the order's own.
    pub(crate) cl_ord_id: Option<ClOrdId>,
    /// OrigClOrdID (41).
    pub(crate) orig_cl_ord_id: Option<ClOrdId>,
    /// LastPx (31) and LastQty (32).
    pub(crate) last: Option<(Price, Qty)>,
    /// TransactTime (60).
    pub(crate) transact_time: Timestamp,
    /// Text (58).
    pub(crate) text: Option<&'a str>,
}

/// A price as it is written in a field.
pub(crate) fn price(price: Price) -> Decimal {
    Decimal {
        mantissa: price.raw(),
        scale: SCALE,
    }
}

/// A quantity as it is written in a field.
pub(crate) fn qty(qty: Qty) -> Decimal {
    Decimal {
        mantissa: qty.raw(),
        scale: SCALE,
    }
}

/// An amount as it is written in a field.
pub(crate) fn money(money: Money) -> String {
    money.to_string()
}

/// Side (54).
pub(crate) fn side(side: Side) -> char {
    match side {
        Side::Buy => '1',
        Side::Sell => '2',
    }
}

/// Side (54) of an order, which may be a short sale.
pub(crate) fn side_of(terms: &OrderTerms) -> char {
    if terms.short_sale {
        SELL_SHORT
    } else {
        side(terms.side)
    }
}

/// What a trade cost, as a group of one (136), in the currency of the instrument; a rebate is an amount below zero.
pub(crate) fn misc_fee(
    body: &mut Body,
    fee: Money,
    instrument: InstrumentId,
    directory: &Directory,
) {
    if let Some(listed) = directory.instrument(instrument) {
        body.push(tag::NO_MISC_FEES, 1_u32);
        body.push(tag::MISC_FEE_AMT, money(fee));
        body.push(tag::MISC_FEE_CURR, listed.currency.as_str());
        body.push(tag::MISC_FEE_TYPE, EXCHANGE_FEES);
    }
}

/// The end of the ExecID of a trade: its two sides share the rest.
pub(crate) const fn trade_side(side: Side) -> char {
    match side {
        Side::Buy => 'b',
        Side::Sell => 's',
    }
}

/// OrdStatus (39).
pub(crate) fn ord_status(status: OrdStatus) -> char {
    match status {
        OrdStatus::New => '0',
        OrdStatus::PartiallyFilled => '1',
        OrdStatus::Filled => '2',
        OrdStatus::Canceled => '4',
        OrdStatus::Rejected => '8',
        OrdStatus::Expired => 'C',
    }
}

/// MiscFeeType (139): exchange fees.
const EXCHANGE_FEES: char = '4';
/// Side (54) of a short sale.
const SELL_SHORT: char = '5';

fn time_in_force(time_in_force: TimeInForce) -> char {
    match time_in_force {
        TimeInForce::Day => '0',
        TimeInForce::Gtc => '1',
        TimeInForce::Ioc => '3',
        TimeInForce::Fok => '4',
        TimeInForce::Gtd(_) => '6',
        TimeInForce::AtOpen => '2',
        TimeInForce::AtClose => '7',
    }
}

fn ord_type(ord_type: OrdType) -> char {
    match ord_type {
        OrdType::Market => '1',
        OrdType::Limit(_) => '2',
        OrdType::Stop { .. } => '3',
        OrdType::StopLimit { .. } => '4',
        OrdType::MarketToLimit => 'K',
        OrdType::Pegged { .. } | OrdType::TrailingStop { .. } => 'P',
    }
}

impl Report<'_> {
    /// The report about an order that the venue knows.
    pub(crate) fn about(&self, order: &OrderFacts, directory: &Directory) -> Body {
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        body.push(tag::ORDER_ID, order.order_id.0);
        body.push(
            tag::CL_ORD_ID,
            self.cl_ord_id.as_ref().unwrap_or(&order.cl_ord_id).as_str(),
        );
        body.push_some(
            tag::ORIG_CL_ORD_ID,
            self.orig_cl_ord_id.as_ref().map(|id| id.as_str()),
        );
        self.kind(&mut body, order.ord_status);
        body.push_some(tag::WORKING_INDICATOR, working_indicator(order));
        terms(&mut body, &order.terms, order.working, directory);
        let (last_px, last_qty) = self.last.unwrap_or_default();
        body.push(tag::LAST_QTY, qty(last_qty));
        body.push(tag::LAST_PX, price(last_px));
        body.push(tag::LEAVES_QTY, qty(order.leaves_qty));
        body.push(tag::CUM_QTY, qty(order.cum_qty));
        body.push(tag::AVG_PX, price(order.avg_px()));
        self.end(&mut body);
        body
    }

    /// The report about an order that was not accepted.
    pub(crate) fn rejected(
        &self,
        cl_ord_id: &ClOrdId,
        order_terms: &OrderTerms,
        ord_rej_reason: u32,
        directory: &Directory,
    ) -> Body {
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        body.push(tag::ORDER_ID, NO_ORDER);
        body.push(tag::CL_ORD_ID, cl_ord_id.as_str());
        self.kind(&mut body, OrdStatus::Rejected);
        body.push(tag::ORD_REJ_REASON, ord_rej_reason);
        terms(&mut body, order_terms, Working::Parked, directory);
        self.nothing_done(&mut body);
        body
    }

    /// The answer to a status request that means no order (FIX 4.4 vol. 7, order state change matrix G.1.a): OrderID (37) NONE, OrdStatus (39) 8.
    pub(crate) fn no_order(
        &self,
        cl_ord_id: Option<&[u8]>,
        ord_rej_reason: Option<u32>,
        symbol: Option<&[u8]>,
    ) -> Body {
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        body.push(tag::ORDER_ID, NO_ORDER);
        body.push_some(tag::CL_ORD_ID, cl_ord_id);
        self.kind(&mut body, OrdStatus::Rejected);
        body.push_some(tag::ORD_REJ_REASON, ord_rej_reason);
        body.push(tag::SYMBOL, symbol.unwrap_or(NO_SYMBOL.as_bytes()));
        body.push(tag::SIDE, UNDISCLOSED);
        self.nothing_done(&mut body);
        body
    }

    /// The end of a report about an order that never traded.
    fn nothing_done(&self, body: &mut Body) {
        for tag in [
            tag::LAST_QTY,
            tag::LAST_PX,
            tag::LEAVES_QTY,
            tag::CUM_QTY,
            tag::AVG_PX,
        ] {
            body.push(tag, 0_u32);
        }
        self.end(body);
    }

    /// ExecID, ExecType, OrdStatus.
    pub(crate) fn kind(&self, body: &mut Body, status: OrdStatus) {
        body.push(tag::EXEC_ID, self.exec_id.as_str());
        body.push(tag::EXEC_TYPE, self.exec_type);
        body.push(tag::ORD_STATUS, ord_status(status));
    }

    /// TransactTime and Text.
    pub(crate) fn end(&self, body: &mut Body) {
        body.push(tag::TRANSACT_TIME, self.transact_time);
        body.push_some(tag::TEXT, self.text);
    }
}

/// What was asked for: account, symbol, side, quantity, type, prices, time in force, instructions; and of those prices that follow the
/// market, where they are now.
fn terms(body: &mut Body, terms: &OrderTerms, working: Working, directory: &Directory) {
    let account = directory.account(terms.account);
    body.push_some(tag::ACCOUNT, account.as_ref().map(|name| name.as_str()));
    let instrument = directory.instrument(terms.instrument);
    let symbol = instrument
        .as_ref()
        .map_or(NO_SYMBOL, |it| it.symbol.as_str());
    body.push(tag::SYMBOL, symbol);
    body.push(tag::SIDE, side_of(terms));
    body.push(tag::ORDER_QTY, qty(terms.order_qty));
    body.push(tag::ORD_TYPE, ord_type(terms.ord_type));
    body.push_some(tag::PRICE, terms.price(working).map(price));
    body.push_some(tag::STOP_PX, stop_px(terms, working).map(price));
    if let OrdType::Pegged { offset, .. } | OrdType::TrailingStop { offset } = terms.ord_type {
        body.push(tag::PEG_OFFSET_VALUE, price(offset));
    }
    body.push(tag::TIME_IN_FORCE, time_in_force(terms.time_in_force));
    if let TimeInForce::Gtd(until) = terms.time_in_force {
        body.push(tag::EXPIRE_TIME, Timestamp::from_nanos(until.nanos()));
    }
    body.push_some(tag::EXEC_INST, exec_inst(terms));
    body.push_some(tag::MIN_QTY, terms.min_qty.map(qty));
    body.push_some(tag::MAX_FLOOR, terms.max_floor.map(qty));
    body.push_some(REPRICE_TO_BAND, terms.reprice_to_band.then_some(true));
}

/// WorkingIndicator (636): whether a stop works already, while nothing of it is filled.
fn working_indicator(order: &OrderFacts) -> Option<bool> {
    let is_stop = matches!(
        order.terms.ord_type,
        OrdType::Stop { .. } | OrdType::StopLimit { .. } | OrdType::TrailingStop { .. }
    );
    let is_held = matches!(order.working, Working::Held { .. });
    (is_stop && order.ord_status == OrdStatus::New).then_some(!is_held)
}

/// StopPx (99): the trigger; of a trailing stop the one that it has now.
fn stop_px(terms: &OrderTerms, working: Working) -> Option<Price> {
    match (terms.ord_type, working) {
        (OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. }, _)
        | (OrdType::TrailingStop { .. }, Working::Held { stop_px }) => Some(stop_px),
        _ => None,
    }
}

/// ExecInst (18).
fn exec_inst(terms: &OrderTerms) -> Option<&'static str> {
    match (terms.ord_type, terms.post_only, terms.all_or_none) {
        (OrdType::Pegged { peg, .. }, ..) => Some(match peg {
            Peg::Primary => "R",
            Peg::Market => "P",
            Peg::Mid => "M",
        }),
        (OrdType::TrailingStop { .. }, ..) => Some("a"),
        (_, true, true) => Some("6 G"),
        (_, true, false) => Some("6"),
        (_, false, true) => Some("G"),
        (_, false, false) => None,
    }
}

/// Symbol (55) where the standard requires one and there is none (FIX 4.4 vol. 1, «[N/A]»).
pub(crate) const NO_SYMBOL: &str = "[N/A]";

/// Side (54) where the standard requires one and there is none.
pub(crate) const UNDISCLOSED: char = '7';
