//! A trade that operators have undone or corrected, as one of its sides is told: an ExecutionReport (8) with ExecType (150) H or G and, since a
//! middle office may read nothing else, a TradeCaptureReport (AE). In: the trade and the order as they stand. Out: bodies. Pure.

use crate::directory::Directory;
use crate::gateway::report::{self, NO_SYMBOL, Report};
use fix_engine::codec::body::Body;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};
use market::money::Money;
use market::order::{OrdStatus, OrderFacts, Side};
use market::price::Price;
use market::qty::Qty;
use market::trades::{TradeLeg, TradeRecord};

/// What becomes of one side of a changed trade.
pub(crate) struct TradeChange<'a> {
    /// The trade as it is.
    pub(crate) trade: &'a TradeRecord,
    /// Which side.
    pub(crate) side: Side,
    /// Its order as it stands; none: the venue has forgotten it.
    pub(crate) order: Option<&'a OrderFacts>,
    /// ExecID (17) without the letter of the side.
    pub(crate) exec_id: String,
    /// TransactTime (60): when it was changed.
    pub(crate) transact_time: Timestamp,
    /// Names.
    pub(crate) directory: &'a Directory,
}

impl TradeChange<'_> {
    /// The ExecutionReport.
    pub(crate) fn report(&self) -> Body {
        let report = Report {
            exec_id: self.exec_id(),
            exec_type: self.exec_type(),
            cl_ord_id: None,
            orig_cl_ord_id: None,
            last: (!self.trade.is_busted).then_some((self.trade.price, self.trade.qty)),
            transact_time: self.transact_time,
            text: Some(self.text()),
        };
        let mut body = match self.order {
            Some(order) => report.about(order, self.directory),
            None => self.forgotten(&report),
        };
        body.push(tag::EXEC_REF_ID, self.exec_ref_id().as_str());
        body.push(tag::SECONDARY_EXEC_ID, self.trade.trade_id.0);
        self.fee(&mut body);
        body
    }

    /// The TradeCaptureReport. Its one side stands at the end: a group of one (552).
    pub(crate) fn capture(&self) -> Body {
        let trade = self.trade;
        let trans_type = if trade.is_busted { CANCEL } else { REPLACE };
        let made = Timestamp::from_nanos(trade.at.nanos()).to_string();
        let mut body = Body::new(msg_type::TRADE_CAPTURE_REPORT);
        body.push(tag::TRADE_REPORT_ID, self.exec_id().as_str());
        body.push(tag::TRADE_REPORT_TRANS_TYPE, trans_type);
        body.push(tag::EXEC_TYPE, self.exec_type());
        body.push(tag::TRADE_REPORT_REF_ID, self.exec_ref_id().as_str());
        body.push(tag::EXEC_ID, self.exec_id().as_str());
        body.push(tag::SECONDARY_EXEC_ID, trade.trade_id.0);
        body.push(tag::PREVIOUSLY_REPORTED, false);
        body.push(tag::SYMBOL, self.symbol().as_str());
        body.push(tag::LAST_QTY, report::qty(trade.qty));
        body.push(tag::LAST_PX, report::price(trade.price));
        body.push(tag::TRADE_DATE, &made[..DATE_CHARACTERS]);
        body.push(tag::TRANSACT_TIME, self.transact_time);
        body.push(tag::NO_SIDES, 1_u32);
        let side = self.order.map_or_else(
            || report::side(self.side),
            |order| report::side_of(&order.terms),
        );
        body.push(tag::SIDE, side);
        body.push(tag::ORDER_ID, self.leg().order_id.0);
        let cl_ord_id = self.order.map(|order| order.cl_ord_id);
        body.push_some(tag::CL_ORD_ID, cl_ord_id.as_ref().map(|id| id.as_str()));
        let account = self.directory.account(self.leg().account);
        body.push_some(tag::ACCOUNT, account.as_ref().map(|name| name.as_str()));
        body.push(tag::TEXT, self.text());
        self.fee(&mut body);
        body
    }

    /// What is known of an order that is forgotten: LeavesQty is nothing, CumQty and AvgPx are of this trade alone.
    fn forgotten(&self, report: &Report<'_>) -> Body {
        let trade = self.trade;
        let (status, cum_qty, avg_px) = if trade.is_busted {
            (OrdStatus::Canceled, Qty::ZERO, Price::ZERO)
        } else {
            (OrdStatus::Filled, trade.qty, trade.price)
        };
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        body.push(tag::ORDER_ID, self.leg().order_id.0);
        report.kind(&mut body, status);
        let account = self.directory.account(self.leg().account);
        body.push_some(tag::ACCOUNT, account.as_ref().map(|name| name.as_str()));
        body.push(tag::SYMBOL, self.symbol().as_str());
        body.push(tag::SIDE, report::side(self.side));
        let (last_px, last_qty) = report.last.unwrap_or_default();
        body.push(tag::LAST_QTY, report::qty(last_qty));
        body.push(tag::LAST_PX, report::price(last_px));
        body.push(tag::LEAVES_QTY, 0_u32);
        body.push(tag::CUM_QTY, report::qty(cum_qty));
        body.push(tag::AVG_PX, report::price(avg_px));
        report.end(&mut body);
        body
    }

    /// What the trade costs now, where it cost anything: nothing once it is undone.
    fn fee(&self, body: &mut Body) {
        if self.trade.fee_account.is_some() {
            let fee = match self.trade.is_busted {
                true => Money::ZERO,
                false => self.leg().fee,
            };
            report::misc_fee(body, fee, self.trade.instrument, self.directory);
        }
    }

    fn leg(&self) -> &TradeLeg {
        self.trade.leg(self.side)
    }

    const fn exec_type(&self) -> char {
        if self.trade.is_busted { 'H' } else { 'G' }
    }

    const fn text(&self) -> &'static str {
        if self.trade.is_busted {
            "the trade is undone by the venue's operators"
        } else {
            "the trade is corrected by the venue's operators"
        }
    }

    fn exec_id(&self) -> String {
        format!("{}{}", self.exec_id, report::trade_side(self.side))
    }

    /// ExecRefID (19): the last ExecID of this execution.
    fn exec_ref_id(&self) -> String {
        let told = self.leg().told;
        format!(
            "{}-{}{}",
            told.seq,
            told.event,
            report::trade_side(self.side)
        )
    }

    fn symbol(&self) -> String {
        let listed = self.directory.instrument(self.trade.instrument);
        listed.map_or_else(|| NO_SYMBOL.to_owned(), |it| it.symbol.to_string())
    }
}

/// TradeReportTransType (487).
const CANCEL: u32 = 1;
/// TradeReportTransType (487).
const REPLACE: u32 = 2;
/// `YYYYMMDD`.
const DATE_CHARACTERS: usize = 8;
