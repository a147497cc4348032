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

mod alone;
mod operation;
mod outcome;
mod setting;

pub use alone::{Alone, Became, Print, Rests};
pub use operation::{FlowError, FlowFault, HEADER, Kind, Operation, Tif};
pub use outcome::{Counts, Outcome};
pub use setting::{ACCOUNTS, MAX_PRICE, MAX_QTY, PLENTY, opening, symbol};

use crate::account::AccountTerms;
use crate::command::Command;
use crate::event::Event;
use crate::id::InstrumentId;
use crate::limits::{Limits, SelfTrade};
use crate::market::Market;
use crate::order::{OrderFacts, Side};
use crate::price::Price;
use crate::qty::Qty;
use crate::rules::Rules;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use outcome::outcome;
use setting::{PARTICIPANT, cl_ord_id, letter, lots, ruled, terms, ticks};

/// A market that an order flow drives.
#[derive(Clone, Debug)]
pub struct Replay {
    market: Market,
    /// Of all accounts.
    terms: AccountTerms,
    /// Of all instruments.
    rules: Rules,
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

impl Replay {
    /// An empty market with this self-trade prevention, and accounts that are not checked.
    pub fn new(self_trade: SelfTrade) -> Self {
        Self::with_accounts(self_trade, AccountTerms::Unchecked)
    }

    /// An empty market whose accounts have these terms; with [`AccountTerms::Cash`] each gets [`PLENTY`] with every
    /// symbol, so that the same trades come out, with every check and reservation made.
    pub fn with_accounts(self_trade: SelfTrade, terms: AccountTerms) -> Self {
        Self::with_rules(self_trade, terms, Rules::NONE)
    }

    /// The same with rules that every instrument has. A rule that stops an order changes the flow's trades; one that refuses
    /// an order ends it.
    pub fn with_rules(self_trade: SelfTrade, terms: AccountTerms, rules: Rules) -> Self {
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
            rules,
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
        let line = self.lines;
        let applied = self.apply(&operation, &mut events);
        let applied = applied.map_err(|error| FlowError { line, ..error });
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
                Err(operation.fault("op", FlowFault::Refused(*refusal)))
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
            for command in ruled(id, self.terms, self.rules) {
                self.seq += 1;
                self.market
                    .apply(self.seq, Timestamp::default(), &command, &mut events);
            }
            if let Some(Event::Refused { refusal }) = events.first() {
                return Err(operation.fault("sym", FlowFault::Refused(*refusal)));
            }
            self.symbols += 1;
            events.clear();
        }
        Ok(())
    }

    /// The command of one operation, as [`Replay::apply`] gives it to the market.
    ///
    /// # Errors
    /// A [`FlowError`] when a number is out of range.
    pub fn command(&self, operation: &Operation) -> Result<Command, FlowError> {
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

/// A flow as commands: those that make the market ready, with every symbol listed and open, and one for each operation.
#[derive(Clone, Debug)]
pub struct Commands {
    /// To be applied first.
    pub opening: Vec<Command>,
    /// The operations.
    pub orders: Vec<Command>,
}

impl Commands {
    /// The commands that a [`Replay`] with these accounts and rules applies, so that a market can be measured without it.
    ///
    /// # Errors
    /// A [`FlowError`] when the flow cannot be carried out.
    pub fn of(
        operations: &[Operation],
        terms: AccountTerms,
        rules: Rules,
    ) -> Result<Self, FlowError> {
        let mut replay = Replay::with_rules(SelfTrade::Allow, terms, rules);
        let symbols = operations.iter().map(|o| o.sym + 1).max().unwrap_or(0);
        let listings = (0..symbols).flat_map(|id| ruled(InstrumentId(id), terms, rules));
        let opening = opening(terms).chain(listings).collect();
        let mut orders = Vec::with_capacity(operations.len());
        let mut events = Vec::new();
        for operation in operations {
            replay.list_symbols(operation)?;
            orders.push(replay.command(operation)?);
            replay.apply(operation, &mut events)?;
            events.clear();
        }
        Ok(Self { opening, orders })
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
