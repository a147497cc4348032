//! Order-flow replay: a plain CSV of operations goes in, one line each; trades, outcomes and the book at the end come out as the
//! lines that are compared and hashed. Everything that is told comes from a [`Market`] with the real rules: one instrument a
//! symbol (tick 1, lot 1), fifty unchecked accounts, one participant, the id of an order as its ClOrdID.
//!
//! Knows no file, no hash and no clock: the caller reads, digests and measures.
//!
//! ```
//! use market::flow::{Lines, Replay};
//! use market::limits::SelfTrade;
//!
//! let mut replay = Replay::new(SelfTrade::Allow);
//! let mut lines = Lines::default();
//! for line in [
//!     "seq,op,sym,oid,orig,acct,side,tif,price,qty,disp",
//!     "0,N,0,1,0,7,S,D,101,5,0",
//!     "1,N,0,2,0,8,B,I,102,9,0",
//! ] {
//!     replay.line(line, &mut lines)?;
//! }
//! assert_eq!(lines.trades, "1,0,1,2,B,101,5\n");
//! assert_eq!(lines.outcomes, "0,R,0,5\n1,X,5,0\n");
//! # Ok::<(), market::flow::FlowError>(())
//! ```

mod operation;

pub use operation::{FlowError, FlowFault, HEADER, Kind, Operation, Tif};

use crate::account::AccountTerms;
use crate::command::Command;
use crate::decimal::ONE;
use crate::event::{CancelReason, Event};
use crate::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use crate::instrument::Instrument;
use crate::limits::{Limits, SelfTrade};
use crate::market::Market;
use crate::money::Money;
use crate::order::{OrdType, OrderFacts, OrderTerms, Side, TimeInForce};
use crate::price::Price;
use crate::qty::Qty;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// Accounts 1 to this may stand in a flow.
pub const ACCOUNTS: u32 = 50;

/// Greatest quantity of one operation, in lots.
pub const MAX_QTY: u64 = 1_000_000_000;

/// Greatest price of one operation, in ticks.
pub const MAX_PRICE: u64 = 1_000_000_000;

/// What a cash account gets with every symbol: lots of it, and a thousand times as much cash in ticks × lots.
pub const PLENTY: u64 = 1_000_000_000;

const PARTICIPANT: ParticipantId = ParticipantId(0);

/// A market that an order flow drives.
#[derive(Clone, Debug)]
pub struct Replay {
    market: Market,
    /// Of all accounts.
    terms: AccountTerms,
    counts: Counts,
    symbols: u32,
    /// Lines read by [`Replay::line`], the header included.
    lines: u64,
    seq: u64,
    events: Vec<Event>,
}

/// What is told of each operation, one fact a line, each ending in LF. Only appended to: the caller takes away what it has used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// `n,sym,maker_oid,taker_oid,taker_side,price,qty`, n from 1.
    pub trades: String,
    /// `seq,code,cum,leaves`; see [`Outcome::code`].
    pub outcomes: String,
}

/// Sums over a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations.
    pub operations: u64,
    /// Trades.
    pub trades: u64,
    /// Traded quantity, in lots.
    pub traded_qty: u64,
    /// Σ price × quantity over the trades, in ticks × lots.
    pub notional: u128,
    /// Outcomes, by [`Outcome`] in its order.
    pub outcomes: [u64; Outcome::ALL.len()],
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `C`: cancelled.
    Cancelled,
    /// `D`: replaced down to what was filled already.
    Done,
    /// `F`: fully filled.
    Filled,
    /// `J`: rejected.
    Rejected,
    /// `K`: killed: a FOK that cannot fill, a post-only that would trade.
    Killed,
    /// `R`: rests.
    Rests,
    /// `X`: ended with quantity unfilled.
    Unfilled,
}

impl Outcome {
    /// All, by their letters.
    pub const ALL: [Self; 7] = [
        Self::Cancelled,
        Self::Done,
        Self::Filled,
        Self::Rejected,
        Self::Killed,
        Self::Rests,
        Self::Unfilled,
    ];

    /// Its letter.
    pub const fn code(self) -> char {
        match self {
            Self::Cancelled => 'C',
            Self::Done => 'D',
            Self::Filled => 'F',
            Self::Rejected => 'J',
            Self::Killed => 'K',
            Self::Rests => 'R',
            Self::Unfilled => 'X',
        }
    }
}

impl Replay {
    /// An empty market with this self-trade prevention, and accounts that are not checked.
    pub fn new(self_trade: SelfTrade) -> Self {
        Self::with_accounts(self_trade, AccountTerms::Unchecked)
    }

    /// An empty market whose accounts have these terms; with [`AccountTerms::Cash`] each gets [`PLENTY`] with every
    /// symbol, so that the same trades come out, with every check and reservation made.
    pub fn with_accounts(self_trade: SelfTrade, terms: AccountTerms) -> Self {
        let mut market = Market::new(Limits {
            self_trade,
            ..Limits::default()
        });
        let mut events = Vec::new();
        let mut seq = 0;
        for command in opening(terms) {
            seq += 1;
            market.apply(seq, Timestamp::default(), &command, &mut events);
        }
        events.clear();
        Self {
            market,
            terms,
            counts: Counts::default(),
            symbols: 0,
            lines: 0,
            seq,
            events,
        }
    }

    /// Reads the next line (without its line end): the header first, then operations, and tells into `lines` what became of it.
    ///
    /// # Errors
    /// A [`FlowError`] naming line and column. The flow cannot go on after it.
    pub fn line(&mut self, text: &str, lines: &mut Lines) -> Result<(), FlowError> {
        self.lines += 1;
        if self.lines == 1 {
            return header(text);
        }
        let operation = Operation::parse(text, self.lines)?;
        let mut events = core::mem::take(&mut self.events);
        let applied = self.apply(&operation, &mut events);
        if applied.is_ok() {
            self.tell(&operation, &events, lines);
        }
        events.clear();
        self.events = events;
        applied
    }

    /// Carries one operation out and appends its events: what is measured when speed is. [`Replay::tell`] makes lines of them.
    ///
    /// # Errors
    /// A [`FlowError`] (its line is `seq + 2`) when a number is out of range or the market refuses a new order.
    pub fn apply(
        &mut self,
        operation: &Operation,
        events: &mut Vec<Event>,
    ) -> Result<(), FlowError> {
        self.list_symbols(operation)?;
        let command = self.command(operation)?;
        let from = events.len();
        self.seq += 1;
        self.market
            .apply(self.seq, Timestamp::default(), &command, events);
        match events.get(from) {
            Some(Event::OrderRejected { refusal, .. }) => {
                Err(fault(operation, "op", FlowFault::Refused(*refusal)))
            }
            _ => Ok(()),
        }
    }

    /// Appends the lines of one operation and counts them.
    pub fn tell(&mut self, operation: &Operation, events: &[Event], lines: &mut Lines) {
        self.counts.operations += 1;
        for event in events {
            if let Event::Traded {
                price,
                qty,
                maker,
                taker,
                ..
            } = event
            {
                self.tell_trade(*price, *qty, maker, taker, &mut lines.trades);
            }
        }
        let (outcome, order) = outcome(events);
        let at = Outcome::ALL.iter().position(|o| *o == outcome);
        self.counts.outcomes[at.expect("ALL holds every outcome")] += 1;
        let (cum, leaves) = order.map_or((0, 0), |o| (lots(o.cum_qty), lots(o.leaves_qty)));
        writeln!(
            lines.outcomes,
            "{},{},{cum},{leaves}",
            operation.seq,
            outcome.code()
        )
        .expect("writing to a String cannot fail");
    }

    fn tell_trade(
        &mut self,
        price: Price,
        qty: Qty,
        maker: &OrderFacts,
        taker: &OrderFacts,
        out: &mut String,
    ) {
        let (price, qty) = (ticks(price), lots(qty));
        self.counts.trades += 1;
        self.counts.traded_qty += qty;
        self.counts.notional += u128::from(price) * u128::from(qty);
        writeln!(
            out,
            "{},{},{},{},{},{price},{qty}",
            self.counts.trades,
            taker.terms.instrument,
            maker.cl_ord_id,
            taker.cl_ord_id,
            letter(taker.terms.side),
        )
        .expect("writing to a String cannot fail");
    }

    /// Appends the book: by symbol, bids best first, then offers best first, in queue order:
    /// `sym,side,price,oid,leaves,shown`.
    pub fn book(&self, out: &mut String) {
        for sym in 0..self.symbols {
            for side in [Side::Buy, Side::Sell] {
                for resting in self.market.resting(InstrumentId(sym), side) {
                    let order = resting.order;
                    let price = order.terms.ord_type.price().map_or(0, ticks);
                    writeln!(
                        out,
                        "{sym},{},{price},{},{},{}",
                        letter(side),
                        order.cl_ord_id,
                        lots(order.leaves_qty),
                        lots(resting.shown),
                    )
                    .expect("writing to a String cannot fail");
                }
            }
        }
    }

    /// Sums over what was told.
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The market that it drives.
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// The order of this id, if it is known and was not replaced.
    pub fn order(&self, oid: u64) -> Option<OrderFacts> {
        self.market.order(PARTICIPANT, &cl_ord_id(oid))
    }

    fn list_symbols(&mut self, operation: &Operation) -> Result<(), FlowError> {
        let mut events = Vec::new();
        while self.symbols <= operation.sym {
            let id = InstrumentId(self.symbols);
            for command in [
                Command::ListInstrument(instrument(id)),
                Command::Open { instrument: id },
            ] {
                self.seq += 1;
                self.market
                    .apply(self.seq, Timestamp::default(), &command, &mut events);
            }
            if let Some(Event::Refused { refusal }) = events.first() {
                return Err(fault(operation, "sym", FlowFault::Refused(*refusal)));
            }
            if self.terms == AccountTerms::Cash {
                self.endow(id, &mut events);
            }
            self.symbols += 1;
            events.clear();
        }
        Ok(())
    }

    /// Brings every account its part of a new symbol, and the cash to trade it.
    fn endow(&mut self, instrument: InstrumentId, events: &mut Vec<Event>) {
        let plenty = qty(PLENTY).expect("within what a quantity holds");
        for account in (0..ACCOUNTS).map(AccountId) {
            for command in [
                Command::TransferSecurities {
                    transfer_id: name(format!("s{account}-{instrument}")),
                    account,
                    instrument,
                    qty: plenty,
                    cost_px: Price::ZERO,
                },
                Command::TransferFunds {
                    transfer_id: name(format!("c{account}-{instrument}")),
                    account,
                    asset: AssetId(0),
                    amount: Money::notional(Price::from_raw(1_000 * ONE), plenty),
                },
            ] {
                self.seq += 1;
                self.market
                    .apply(self.seq, Timestamp::default(), &command, events);
            }
        }
    }

    fn command(&self, operation: &Operation) -> Result<Command, FlowError> {
        Ok(match operation.kind {
            Kind::New { oid, tif } => Command::Enter {
                participant: PARTICIPANT,
                cl_ord_id: cl_ord_id(oid),
                terms: terms(operation, tif)?,
            },
            Kind::Cancel { orig } => Command::Cancel {
                participant: PARTICIPANT,
                cl_ord_id: cl_ord_id(orig),
                orig_cl_ord_id: cl_ord_id(orig),
            },
            Kind::Replace { oid, orig } => {
                let mut terms = terms(operation, Tif::Day)?;
                // The display quantity is not written in replaces: it stays.
                if let Some(order) = self.order(orig) {
                    terms.max_floor = order.terms.max_floor;
                }
                Command::Replace {
                    participant: PARTICIPANT,
                    cl_ord_id: cl_ord_id(oid),
                    orig_cl_ord_id: cl_ord_id(orig),
                    terms,
                }
            }
        })
    }
}

fn header(text: &str) -> Result<(), FlowError> {
    if text == HEADER {
        return Ok(());
    }
    Err(FlowError {
        line: 1,
        field: "header",
        fault: FlowFault::Header,
    })
}

const fn fault(operation: &Operation, field: &'static str, fault: FlowFault) -> FlowError {
    FlowError {
        line: operation.seq.saturating_add(2),
        field,
        fault,
    }
}

/// What became of the operation, from its events alone, with the order as it stands after them.
fn outcome(events: &[Event]) -> (Outcome, Option<&OrderFacts>) {
    let mut last = (Outcome::Rejected, None);
    for event in events {
        let own = match event {
            Event::OrderAccepted { order }
            | Event::OrderReplaced { order, .. }
            | Event::OrderCanceled { order, .. }
            | Event::OrderDecremented { order, .. } => order,
            Event::Traded { taker, .. } => taker,
            Event::CancelRejected { .. } => return (Outcome::Rejected, None),
            _ => continue,
        };
        // Self-trade prevention also tells of resting orders: this operation's is the first that was told.
        if last
            .1
            .is_some_and(|first: &OrderFacts| first.order_id != own.order_id)
        {
            continue;
        }
        last = (outcome_of(event, own), Some(own));
    }
    last
}

fn outcome_of(event: &Event, order: &OrderFacts) -> Outcome {
    match event {
        Event::OrderCanceled { reason, .. } => match reason {
            CancelReason::Requested | CancelReason::MassCancel => Outcome::Cancelled,
            CancelReason::Unfilled | CancelReason::SelfTrade => Outcome::Unfilled,
            CancelReason::NotWhole | CancelReason::WouldTrade => Outcome::Killed,
        },
        Event::OrderReplaced { .. } if order.leaves_qty == Qty::ZERO => Outcome::Done,
        _ if order.leaves_qty == Qty::ZERO => Outcome::Filled,
        _ => Outcome::Rests,
    }
}

/// Commands that make the market ready for the first symbol.
fn opening(terms: AccountTerms) -> impl Iterator<Item = Command> {
    let accounts = (1..=ACCOUNTS).flat_map(move |acct| {
        [
            Command::OpenAccount {
                name: name(format!("{acct}")),
                terms,
            },
            Command::GrantAccount {
                participant: PARTICIPANT,
                account: AccountId(acct - 1),
            },
        ]
    });
    [
        Command::ListAsset { code: currency() },
        Command::AdmitParticipant {
            comp_id: Text::new("FLOW").expect("letters"),
        },
    ]
    .into_iter()
    .chain(accounts)
}

fn name<const N: usize>(text: String) -> Text<N> {
    Text::new(&text).expect("short and plain")
}

fn currency() -> Text<8> {
    Text::new("TICK").expect("letters")
}

fn instrument(id: InstrumentId) -> Instrument {
    Instrument {
        id,
        symbol: name(format!("{id}")),
        currency: currency(),
        tick: Price::from_raw(ONE),
        lot: Qty::from_raw(ONE),
        min_qty: Qty::from_raw(ONE),
        max_qty: qty(MAX_QTY).expect("the greatest that is taken"),
        reference_px: Price::from_raw(ONE),
    }
}

fn terms(operation: &Operation, tif: Tif) -> Result<OrderTerms, FlowError> {
    let range = |field| fault(operation, field, FlowFault::Range);
    if operation.acct == 0 || operation.acct > ACCOUNTS {
        return Err(range("acct"));
    }
    let ord_type = match tif {
        Tif::Market => OrdType::Market,
        _ => OrdType::Limit(price(operation.price).ok_or_else(|| range("price"))?),
    };
    let floor = qty(operation.disp).ok_or_else(|| range("disp"))?;
    Ok(OrderTerms {
        account: AccountId(operation.acct - 1),
        instrument: InstrumentId(operation.sym),
        side: operation.side,
        ord_type,
        time_in_force: match tif {
            Tif::Day | Tif::PostOnly => TimeInForce::Day,
            Tif::Ioc | Tif::Market => TimeInForce::Ioc,
            Tif::Fok => TimeInForce::Fok,
        },
        order_qty: qty(operation.qty).ok_or_else(|| range("qty"))?,
        post_only: tif == Tif::PostOnly,
        max_floor: (floor > Qty::ZERO).then_some(floor),
    })
}

fn cl_ord_id(oid: u64) -> ClOrdId {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = oid;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let text = core::str::from_utf8(&digits[at..]).expect("digits");
    Text::new(text).expect("at most 20 digits")
}

fn price(ticks: u64) -> Option<Price> {
    let ticks = (ticks <= MAX_PRICE).then_some(ticks)?;
    Some(Price::from_raw(
        i64::try_from(ticks).ok()?.checked_mul(ONE)?,
    ))
}

fn qty(lots: u64) -> Option<Qty> {
    let lots = (lots <= MAX_QTY).then_some(lots)?;
    Some(Qty::from_raw(i64::try_from(lots).ok()?.checked_mul(ONE)?))
}

fn ticks(price: Price) -> u64 {
    u64::try_from(price.raw() / ONE).expect("prices of a flow are whole and above zero")
}

fn lots(qty: Qty) -> u64 {
    u64::try_from(qty.raw() / ONE).expect("quantities of a flow are whole and not below zero")
}

const fn letter(side: Side) -> char {
    match side {
        Side::Buy => 'B',
        Side::Sell => 'S',
    }
}
