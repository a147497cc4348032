//! [`Operation`]: one line of an order flow, `seq,op,sym,oid,orig,acct,side,tif,price,qty,disp`, read strictly: every column is
//! there, every number is a whole one, nothing is guessed.

use crate::order::Side;
use crate::refusal::Refusal;
use core::fmt;

/// The first line of every order flow.
pub const HEADER: &str = "seq,op,sym,oid,orig,acct,side,tif,price,qty,disp";

/// One operation. Prices count ticks, quantities lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its number: 0, 1, 2 …
    pub seq: u64,
    /// What is asked.
    pub kind: Kind,
    /// Symbol, from 0.
    pub sym: u32,
    /// Account, from 1.
    pub acct: u32,
    /// Side.
    pub side: Side,
    /// Price, zero where there is none.
    pub price: u64,
    /// Quantity; for a replace the new total, fills included.
    pub qty: u64,
    /// What is shown at a time; zero shows all.
    pub disp: u64,
}

/// What an operation asks, and of which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `N`: a new order.
    New {
        /// Its id.
        oid: u64,
        /// How it trades.
        tif: Tif,
    },
    /// `C`: cancel.
    Cancel {
        /// Which order.
        orig: u64,
    },
    /// `R`: replace.
    Replace {
        /// The order's id from now on.
        oid: u64,
        /// Which order.
        orig: u64,
    },
}

/// How a new order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tif {
    /// `D`: a day limit order.
    Day,
    /// `I`: limit, immediate or cancel.
    Ioc,
    /// `F`: limit, fill or kill.
    Fok,
    /// `M`: market.
    Market,
    /// `P`: post-only limit.
    PostOnly,
}

/// A line that is not an operation, or one that no market can carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowError {
    /// Which line of the file, from 1, the header included.
    pub line: u64,
    /// Which column.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: FlowFault,
}

/// What is wrong with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowFault {
    /// The first line is not [`HEADER`].
    Header,
    /// The line ends before it.
    Missing,
    /// The line goes on after the last column.
    Extra,
    /// Not a whole number.
    Number,
    /// A number that is too small or too large here.
    Range,
    /// A letter that stands for nothing here.
    Letter,
    /// The market refused it.
    Refused(Refusal),
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: ", self.line, self.field)?;
        match self.fault {
            FlowFault::Header => write!(f, "the first line must be {HEADER}"),
            FlowFault::Missing => f.write_str("missing"),
            FlowFault::Extra => f.write_str("more columns than there are names"),
            FlowFault::Number => f.write_str("not a whole number"),
            FlowFault::Range => f.write_str("out of range"),
            FlowFault::Letter => f.write_str("not one of the letters that stand here"),
            FlowFault::Refused(refusal) => write!(f, "the market refuses it: {refusal}"),
        }
    }
}

impl core::error::Error for FlowError {}

impl Operation {
    /// Reads line number `line` (from 1), without its line end.
    ///
    /// # Errors
    /// A [`FlowError`] naming the column.
    pub fn parse(text: &str, line: u64) -> Result<Self, FlowError> {
        let mut columns = Columns {
            rest: Some(text),
            line,
        };
        let seq = columns.number("seq")?;
        let op = columns.take("op")?;
        let sym = columns.small("sym")?;
        let oid = columns.number("oid")?;
        let orig = columns.number("orig")?;
        let acct = columns.small("acct")?;
        let side = columns.side()?;
        let tif = columns.take("tif")?;
        let operation = Self {
            seq,
            kind: columns.kind(op, oid, orig, tif)?,
            sym,
            acct,
            side,
            price: columns.number("price")?,
            qty: columns.number("qty")?,
            disp: columns.number("disp")?,
        };
        columns.end()?;
        Ok(operation)
    }

    /// What is wrong with it, once it is read: its line follows from its number.
    pub(super) const fn fault(&self, field: &'static str, fault: FlowFault) -> FlowError {
        FlowError {
            line: self.seq.saturating_add(2),
            field,
            fault,
        }
    }
}

struct Columns<'a> {
    rest: Option<&'a str>,
    line: u64,
}

impl<'a> Columns<'a> {
    const fn error(&self, field: &'static str, fault: FlowFault) -> FlowError {
        FlowError {
            line: self.line,
            field,
            fault,
        }
    }

    fn take(&mut self, field: &'static str) -> Result<&'a str, FlowError> {
        let Some(rest) = self.rest else {
            return Err(self.error(field, FlowFault::Missing));
        };
        let (column, rest) = match rest.split_once(',') {
            Some((column, rest)) => (column, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Ok(column)
    }

    fn number(&mut self, field: &'static str) -> Result<u64, FlowError> {
        let text = self.take(field)?;
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.error(field, FlowFault::Number));
        }
        text.parse()
            .map_err(|_| self.error(field, FlowFault::Range))
    }

    fn small(&mut self, field: &'static str) -> Result<u32, FlowError> {
        let number = self.number(field)?;
        u32::try_from(number).map_err(|_| self.error(field, FlowFault::Range))
    }

    fn side(&mut self) -> Result<Side, FlowError> {
        match self.take("side")? {
            "B" => Ok(Side::Buy),
            "S" => Ok(Side::Sell),
            _ => Err(self.error("side", FlowFault::Letter)),
        }
    }

    fn kind(&self, op: &str, oid: u64, orig: u64, tif: &str) -> Result<Kind, FlowError> {
        match op {
            "N" => Ok(Kind::New {
                oid,
                tif: self.tif(tif)?,
            }),
            "C" | "R" if !tif.is_empty() => Err(self.error("tif", FlowFault::Letter)),
            "C" => Ok(Kind::Cancel { orig }),
            "R" => Ok(Kind::Replace { oid, orig }),
            _ => Err(self.error("op", FlowFault::Letter)),
        }
    }

    fn tif(&self, text: &str) -> Result<Tif, FlowError> {
        match text {
            "D" => Ok(Tif::Day),
            "I" => Ok(Tif::Ioc),
            "F" => Ok(Tif::Fok),
            "M" => Ok(Tif::Market),
            "P" => Ok(Tif::PostOnly),
            _ => Err(self.error("tif", FlowFault::Letter)),
        }
    }

    const fn end(&self) -> Result<(), FlowError> {
        match self.rest {
            None => Ok(()),
            Some(_) => Err(self.error("disp", FlowFault::Extra)),
        }
    }
}
