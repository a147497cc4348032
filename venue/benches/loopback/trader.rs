//! [`Trader`]: one participant, without a socket. Bytes of the venue in, bytes for the venue out; it knows what answer each of its
//! requests must get, takes nothing else, and measures how long the first answer took.
//!
//! Its requests go in threes: an order that rests away from the touch, an order at the touch that trades with another's, the cancel of
//! the first. All orders at the touch have one price and one quantity, and each side of the traders changes sides after a
//! block, so that every such order is filled by exactly one other once all have ended a [`Plan::cycle`]; books stay small.

use crate::fault::Fault;
use crate::socket::STALL;
use crate::stopwatch::{Moment, Samples};
use crate::wire::{self, Incoming};
use bytes::{Buf, BytesMut};
use fix_engine::codec::body::Body;
use fix_engine::codec::encode::{Header, encode};
use fix_engine::codec::frame::{Framing, split};
use fix_engine::{msg_type, tag};
use std::io;
use std::mem;
use venue::credentials::ParticipantCredentials;

/// Longest message taken, in bytes.
const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// OrderQty (38) of every order.
const QTY: &str = "10";
/// Price (44) at which orders trade, and those at which they rest.
const TOUCH: &str = "100";
const REST_BUY: &str = "90";
const REST_SELL: &str = "110";
/// Rest, trade, cancel.
const REQUESTS_OF_A_TURN: usize = 3;

/// What a trader does.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Who it is.
    pub(crate) participant: ParticipantCredentials,
    /// The venue's CompID.
    pub(crate) target_comp_id: String,
    /// Symbol (55).
    pub(crate) symbol: String,
    /// Whether it begins as a buyer.
    pub(crate) buys_first: bool,
    /// Orders that trade before it changes sides.
    pub(crate) block: usize,
}

impl Plan {
    /// Requests after which it has bought as many times as it has sold.
    const fn cycle(&self) -> usize {
        2 * self.block * REQUESTS_OF_A_TURN
    }

    fn is_buy(&self, turn: usize) -> bool {
        self.buys_first == (turn / self.block).is_multiple_of(2)
    }
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// An order that is to rest was sent.
    RestSent,
    /// It rests.
    Resting,
    /// An order that is to trade was sent.
    TradeSent,
    /// It is accepted.
    TradeOpen,
    /// A cancel was sent.
    CancelSent,
    /// Nothing more may come.
    Done,
}

/// One request; its ClOrdID is its index, counted from 1.
#[derive(Clone, Copy, Debug)]
struct Request {
    sent_nanos: u64,
    state: State,
}

/// One participant.
#[derive(Debug)]
pub(crate) struct Trader {
    plan: Plan,
    next_out: u64,
    next_in: u64,
    body: Body,
    requests: Vec<Request>,
    acknowledged: usize,
    /// Orders that are not final.
    open: usize,
    is_logged_on: bool,
    is_logged_out: bool,
    /// Whether answers are measured.
    is_sampling: bool,
    samples: Samples,
}

impl Trader {
    /// A trader that has not logged on.
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            plan,
            next_out: 1,
            next_in: 1,
            body: Body::new(msg_type::LOGON),
            requests: Vec::new(),
            acknowledged: 0,
            open: 0,
            is_logged_on: false,
            is_logged_out: false,
            is_sampling: false,
            samples: Samples::default(),
        }
    }

    /// The Logon (A).
    pub(crate) fn log_on(&mut self, now: Moment, out: &mut BytesMut) {
        self.body
            .start(msg_type::LOGON)
            .push(tag::ENCRYPT_METHOD, 0_u32)
            .push(tag::HEART_BT_INT, 120_u32)
            .push(tag::USERNAME, self.plan.participant.username.as_str())
            .push(tag::PASSWORD, self.plan.participant.password.reveal());
        self.send(now, out);
    }

    /// The Logout (5).
    pub(crate) fn log_out(&mut self, now: Moment, out: &mut BytesMut) {
        self.body.start(msg_type::LOGOUT);
        self.send(now, out);
    }

    /// Whether the Logon was answered.
    pub(crate) fn is_logged_on(&self) -> bool {
        self.is_logged_on
    }

    /// Whether the Logout was answered.
    pub(crate) fn is_logged_out(&self) -> bool {
        self.is_logged_out
    }

    /// Requests that had their first report.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Requests that wait for their first report.
    pub(crate) fn in_flight(&self) -> usize {
        self.requests.len() - self.acknowledged
    }

    /// Whether the next request begins a new cycle.
    pub(crate) fn is_between_cycles(&self) -> bool {
        self.requests.len().is_multiple_of(self.plan.cycle())
    }

    /// Whether everything that was asked has its last report.
    pub(crate) fn is_settled(&self) -> bool {
        self.in_flight() == 0 && self.open == 0
    }

    /// Measures from now on, or no longer.
    pub(crate) fn sample(&mut self, is_sampling: bool) {
        self.is_sampling = is_sampling;
    }

    /// What was measured: the time from each request to its first report.
    pub(crate) fn samples(self) -> Samples {
        self.samples
    }

    /// The same, and measures anew.
    pub(crate) fn take_samples(&mut self) -> Samples {
        mem::take(&mut self.samples)
    }

    /// Messages that it has had.
    pub(crate) fn received(&self) -> u64 {
        self.next_in - 1
    }

    /// A ResendRequest (2) for the first so many messages.
    pub(crate) fn ask_again(&mut self, messages: u64, now: Moment, out: &mut BytesMut) {
        self.body
            .start(msg_type::RESEND_REQUEST)
            .push(tag::BEGIN_SEQ_NO, 1_u32)
            .push(tag::END_SEQ_NO, messages);
        self.send(now, out);
    }

    /// The next request.
    pub(crate) fn request(&mut self, now: Moment, out: &mut BytesMut) {
        let index = self.requests.len();
        let turn = index / REQUESTS_OF_A_TURN;
        let state = match index % REQUESTS_OF_A_TURN {
            0 => {
                let is_buy = self.plan.is_buy(turn);
                self.order(now, is_buy, if is_buy { REST_BUY } else { REST_SELL });
                State::RestSent
            }
            1 => {
                self.order(now, self.plan.is_buy(turn), TOUCH);
                State::TradeSent
            }
            _ => {
                self.cancel(now, self.plan.is_buy(turn));
                State::CancelSent
            }
        };
        self.requests.push(Request {
            sent_nanos: now.nanos,
            state,
        });
        self.send(now, out);
    }

    /// Understands every whole message.
    ///
    /// # Errors
    /// What should not have come.
    pub(crate) fn receive(&mut self, bytes: &mut BytesMut, now_nanos: u64) -> Result<(), Fault> {
        loop {
            match split(bytes, MESSAGE_BYTES_MAX) {
                Framing::Incomplete => return Ok(()),
                Framing::Frame(len) => {
                    let frame = &bytes[..len];
                    let taken = wire::read(frame).and_then(|it| self.take(&it, now_nanos));
                    taken.map_err(|why| self.fault(format!("{why}: {}", wire::shown(frame))))?;
                    bytes.advance(len);
                }
                Framing::Garbage { why, .. } => {
                    return Err(self.fault(format!("not FIX: {why}: {}", wire::shown(bytes))));
                }
            }
        }
    }

    /// What became of the connection.
    pub(crate) fn lost(&self, error: io::Error) -> Fault {
        let comp_id = self.plan.participant.comp_id.to_string();
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Fault::Stalled {
                comp_id,
                secs: STALL.as_secs(),
                state: self.standing(),
            },
            _ => Fault::Lost { comp_id, error },
        }
    }

    /// Where it stands, for people.
    fn standing(&self) -> String {
        let first = self
            .requests
            .iter()
            .position(|request| request.state != State::Done)
            .map_or_else(String::new, |index| {
                format!(
                    "; the first that is not final is ClOrdID {} ({:?})",
                    index + 1,
                    self.requests[index].state
                )
            });
        format!(
            "{} requests sent, {} answered, {} orders open, next MsgSeqNum out {} in {}{first}",
            self.requests.len(),
            self.acknowledged,
            self.open,
            self.next_out,
            self.next_in
        )
    }

    /// What came and should not have come.
    pub(crate) fn fault(&self, what: String) -> Fault {
        Fault::Answer {
            comp_id: self.plan.participant.comp_id.to_string(),
            what: format!("{what} ({})", self.standing()),
        }
    }

    fn order(&mut self, now: Moment, is_buy: bool, price: &str) {
        self.open += 1;
        let cl_ord_id = self.requests.len() + 1;
        let account = &self.plan.participant.accounts[0];
        self.body
            .start(msg_type::NEW_ORDER_SINGLE)
            .push(tag::CL_ORD_ID, cl_ord_id)
            .push(tag::ACCOUNT, account.as_str())
            .push(tag::SYMBOL, self.plan.symbol.as_str())
            .push(tag::SIDE, side(is_buy))
            .push(tag::TRANSACT_TIME, now.wall)
            .push(tag::ORDER_QTY, QTY)
            .push(tag::ORD_TYPE, '2')
            .push(tag::PRICE, price)
            .push(tag::TIME_IN_FORCE, '0');
    }

    /// Cancels the order of two requests ago.
    fn cancel(&mut self, now: Moment, is_buy: bool) {
        let orig_cl_ord_id = self.requests.len() - 1;
        self.body
            .start(msg_type::ORDER_CANCEL_REQUEST)
            .push(tag::ORIG_CL_ORD_ID, orig_cl_ord_id)
            .push(tag::CL_ORD_ID, orig_cl_ord_id + 2)
            .push(tag::SYMBOL, self.plan.symbol.as_str())
            .push(tag::SIDE, side(is_buy))
            .push(tag::TRANSACT_TIME, now.wall)
            .push(tag::ORDER_QTY, QTY);
    }

    fn send(&mut self, now: Moment, out: &mut BytesMut) {
        let header = Header::new(
            "FIX.4.4",
            self.plan.participant.comp_id.as_str(),
            &self.plan.target_comp_id,
            self.next_out,
            now.wall,
        );
        self.next_out += 1;
        encode(&header, &self.body, out);
    }

    fn take(&mut self, message: &Incoming<'_>, now_nanos: u64) -> Result<(), &'static str> {
        if message.msg_seq_num != self.next_in || message.is_repeated {
            return Err("not the next MsgSeqNum");
        }
        self.next_in += 1;
        match message.msg_type {
            b"8" => self.report(message, now_nanos),
            b"A" if !self.is_logged_on => {
                self.is_logged_on = true;
                Ok(())
            }
            b"5" if self.is_settled() => {
                self.is_logged_out = true;
                Ok(())
            }
            b"0" => Ok(()),
            _ => Err("nobody asked for this"),
        }
    }

    /// ExecutionReport (8).
    fn report(&mut self, report: &Incoming<'_>, now_nanos: u64) -> Result<(), &'static str> {
        match (report.exec_type, report.ord_status) {
            (b"0", b"0") => self.accepted(report, now_nanos),
            (b"F", b"2") => self.filled(report),
            (b"4", b"4") => self.canceled(report, now_nanos),
            _ => Err("not a report that is due"),
        }
    }

    fn accepted(&mut self, report: &Incoming<'_>, now_nanos: u64) -> Result<(), &'static str> {
        if report.leaves_qty != QTY.as_bytes() || report.cum_qty != b"0" {
            return Err("wrong quantities of a new order");
        }
        let request = self.asked(report.cl_ord_id)?;
        request.state = match request.state {
            State::RestSent => State::Resting,
            State::TradeSent => State::TradeOpen,
            _ => return Err("accepted, and not sent just before"),
        };
        let sent_nanos = request.sent_nanos;
        self.acknowledge(sent_nanos, now_nanos);
        Ok(())
    }

    fn filled(&mut self, report: &Incoming<'_>) -> Result<(), &'static str> {
        let qty = QTY.as_bytes();
        if report.leaves_qty != b"0" || report.cum_qty != qty || report.last_qty != qty {
            return Err("wrong quantities of a filled order");
        }
        let request = self.asked(report.cl_ord_id)?;
        if request.state != State::TradeOpen {
            return Err("filled, and not open");
        }
        request.state = State::Done;
        self.open -= 1;
        Ok(())
    }

    fn canceled(&mut self, report: &Incoming<'_>, now_nanos: u64) -> Result<(), &'static str> {
        if report.leaves_qty != b"0" || report.cum_qty != b"0" {
            return Err("wrong quantities of a cancelled order");
        }
        let order = self.asked(report.orig_cl_ord_id)?;
        if order.state != State::Resting {
            return Err("cancelled, and not resting");
        }
        order.state = State::Done;
        self.open -= 1;
        let cancel = self.asked(report.cl_ord_id)?;
        if cancel.state != State::CancelSent {
            return Err("cancelled, and nobody asked");
        }
        cancel.state = State::Done;
        let sent_nanos = cancel.sent_nanos;
        self.acknowledge(sent_nanos, now_nanos);
        Ok(())
    }

    fn asked(&mut self, cl_ord_id: u64) -> Result<&mut Request, &'static str> {
        usize::try_from(cl_ord_id)
            .ok()
            .and_then(|id| self.requests.get_mut(id.checked_sub(1)?))
            .ok_or("an unknown ClOrdID")
    }

    fn acknowledge(&mut self, sent_nanos: u64, now_nanos: u64) {
        self.acknowledged += 1;
        if self.is_sampling {
            self.samples.push(now_nanos.saturating_sub(sent_nanos));
        }
    }
}

/// Side (54).
const fn side(is_buy: bool) -> char {
    if is_buy { '1' } else { '2' }
}
