//! [`Refusal`]: every reason for which the market refuses a command. A refused command leaves no trace in books or balances.
//! What goes on a wire (103, 102, an HTTP status) follows from the refusal in one place of the program that speaks the wire.

pub mod table;
pub mod term;

use crate::money::Money;
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::table::Table;
use crate::refusal::term::Term;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Why a command was refused, with the facts that say it in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such participant.
    UnknownParticipant,
    /// No such account.
    UnknownAccount,
    /// The account is not one that this participant may trade for, or could be taken from it.
    NotYourAccount,
    /// No such instrument.
    UnknownInstrument,
    /// No such asset.
    UnknownAsset,
    /// The instrument is halted by an operator.
    Halted,
    /// The instrument is outside its trading hours.
    Closed,
    /// The instrument is already in that phase.
    AlreadyInPhase,
    /// The ClOrdID was used today by this participant.
    DuplicateClOrdId,
    /// The order is unknown, or not this participant's (the two are not told apart).
    UnknownOrder,
    /// The order is already final (filled, cancelled, expired).
    TooLate,
    /// The price is zero or below.
    PriceNotPositive,
    /// The price is not a multiple of the tick.
    PriceOffTick {
        /// The instrument's tick.
        tick: Price,
    },
    /// The quantity is zero or below.
    QtyNotPositive,
    /// The quantity is not a multiple of the lot.
    QtyOffLot {
        /// The instrument's lot.
        lot: Qty,
    },
    /// The quantity is below the least allowed.
    QtyBelowMin {
        /// The least allowed.
        min: Qty,
    },
    /// The quantity is above the greatest allowed.
    QtyAboveMax {
        /// The greatest allowed.
        max: Qty,
    },
    /// MaxFloor is not a positive multiple of the lot, or so small that the order would have too many slices.
    BadMaxFloor,
    /// Post-only together with market, IOC or FOK, which never rest.
    PostOnlyMustRest,
    /// A market order that is GTC or GTD: it trades at once, or in the next auction.
    MarketCannotRest,
    /// The order is of another account than the replace says.
    OtherAccount,
    /// Price × quantity does not fit the ledger.
    NotionalTooLarge,
    /// Less free cash than the order needs.
    InsufficientFunds {
        /// What it needs more than is reserved already.
        needed: Money,
        /// What is free.
        available: Money,
    },
    /// Less free stock than the order sells.
    InsufficientPosition {
        /// What it needs more than is reserved already.
        needed: Qty,
        /// What is free.
        available: Qty,
    },
    /// The venue holds as many live orders as it is set to hold.
    TooManyOrders,
    /// A transfer of nothing, or one that would overflow.
    BadAmount,
    /// The transfer id was used before with other facts.
    TransferMismatch,
    /// A name that is taken, or a grant that was given.
    AlreadyExists,
    /// The instrument's steps and limits do not fit together.
    BadInstrument,
    /// There are as many assets, instruments, participants or accounts as the market's limits allow.
    CapacityReached,
    /// The quantities on this side of the book would no longer fit.
    BookFull,
    /// A replace that would make a post-only order trade; the order stays as it was.
    PostOnlyWouldTrade,
    /// The order of that ClOrdID has another OrderID than the request says.
    OtherOrderId,
    /// The order is in another instrument than the request says.
    OtherInstrument,
    /// The order is on the other side than the request says.
    OtherSide,
    /// A replace that would make an order that lives IOC or FOK.
    TimeInForceNotReplaceable,
    /// The request cannot be carried out as it is; the command says why.
    BadRequest,
    /// A figure of the rules is out of its range.
    BadRules,
    /// A short sale that buys.
    NotASale,
    /// ExpireTime (126) or the day of ExpireDate (432) has passed.
    ExpireTimePast,
    /// An operator has suspended all trading.
    VenueSuspended,
    /// An operator has suspended the participant.
    ParticipantSuspended,
    /// An operator has suspended the account.
    AccountSuspended,
    /// An operator has suspended the instrument.
    InstrumentSuspended,
    /// What is to be reinstated was not suspended.
    NotSuspended,
    /// StopPx (99) is zero or below, or not a multiple of the tick.
    BadStopPx {
        /// The instrument's tick.
        tick: Price,
    },
    /// PegOffsetValue (211) is not a multiple of the tick, or leads to no price; that of a trailing stop is above zero.
    BadOffset {
        /// The instrument's tick.
        tick: Price,
    },
    /// A stop, market-to-limit or pegged order that is IOC or FOK.
    NotImmediate,
    /// A market order while nothing is on the other side, where the instrument refuses that.
    NoOpposite,
    /// A rate or a minimum of the fees is out of its range, or the rebate is more than the fee of the other side, of whichever tier
    /// of the instrument.
    BadFees,
    /// No such tier of fees.
    BadTier {
        /// How many there are, from 0.
        tiers: u8,
    },
    /// There is no account that fees could go to.
    NoFeeAccount,
    /// A limit is out of its range.
    BadLimits,
    /// The instrument is on the restricted list of the account or of the participant.
    Restricted,
    /// More orders and replaces in a second than the participant may send.
    TooFast {
        /// How many it may send in a second.
        per_second: u32,
        /// How many at once after a pause.
        burst: u32,
    },
    /// The participant has as many open orders as it may have.
    OpenOrdersLimit {
        /// How many.
        limit: u32,
    },
    /// The position of the account would go too far, open orders included.
    PositionLimit {
        /// How far it may go: long for a buy, short for a sale.
        limit: Qty,
        /// How far it could come, counted like money.
        would: Money,
    },
    /// The participant would come to owe more than its credit.
    CreditLimit {
        /// What the order needs more.
        needed: Money,
        /// What is used.
        used: Money,
        /// The credit.
        limit: Money,
    },
    /// The participant would have more at stake than it may, both sides together.
    GrossLimit {
        /// What the order puts at stake.
        needed: Money,
        /// What is at stake.
        used: Money,
        /// What may be.
        limit: Money,
    },
    /// The participant would have more at stake than it may, one side less the other.
    NetLimit {
        /// What the order puts at stake.
        needed: Money,
        /// What is at stake on its side.
        used: Money,
        /// What may be.
        limit: Money,
    },
    /// The account may not sell short.
    ShortSaleNotAllowed,
    /// A short sale of more than the account has and may borrow.
    NotLocated {
        /// What it needs more than is reserved already.
        needed: Qty,
        /// What is free, and what may still be borrowed.
        available: Qty,
    },
    /// The terms of an account on margin are out of range.
    BadMargin,
    /// The account would not have the margin that its positions and open orders need.
    InsufficientMargin {
        /// What they would need.
        needed: Money,
        /// What the account is worth.
        equity: Money,
    },
    /// No such trade, or it is too long ago.
    UnknownTrade,
    /// The trade was undone already.
    TradeBusted,
    /// A change of this trade waits already.
    AlreadyProposed,
    /// No change of this trade waits.
    NotProposed,
    /// Who proposes cannot approve.
    SameOperator,
    /// A corrected trade must be on tick and lot, of at most its quantity, and another than it was.
    BadCorrection,
    /// The phase of the instrument does not allow this.
    WrongPhase,
    /// IOC or FOK while orders gather for an auction and nothing trades at once.
    NotInCall,
    /// At the opening, when the opening auction is over or not called yet.
    NoOpeningAhead,
    /// MinQty (110) of an order that is not IOC, is all-or-none, or not a positive multiple of the lot up to OrderQty.
    BadMinQty,
    /// Price × quantity is more than the instrument takes.
    NotionalAboveMax {
        /// The most.
        max: Money,
    },
    /// The price is too far from the reference price.
    PriceTooFar {
        /// The reference price.
        reference: Price,
    },
    /// An order like one that was accepted a moment ago.
    DuplicateOrder,
    /// No instrument is in this group.
    UnknownGroup,
    /// What is to end ends before it begins.
    BadTimes,
    /// No halt of this number waits for its time.
    UnknownHalt,
    /// The market-wide breaker has halted all trading.
    MarketHalted,
    /// The market-wide breaker has closed all trading until the end of the day.
    ClosedForTheDay,
    /// Components of an index have one currency, and its close is above zero.
    BadIndex,
    /// A buy above the upper band of limit-up limit-down, or a sale below the lower one, that is not to be repriced.
    PriceBeyondBand {
        /// The band.
        band: Price,
    },
    /// There are as many of these as there may be.
    TableFull {
        /// Of which.
        of: Table,
    },
    /// A term that the venue does not offer together with another one of the order.
    NotTogether {
        /// Which.
        term: Term,
        /// With which.
        with: Term,
    },
    /// A term of the order that a replace cannot change, or not like this.
    NotReplaceable {
        /// Which.
        term: Term,
    },
    /// A pegged, market-to-limit or all-or-none order while orders gather for an auction.
    NotGathered {
        /// Which of its terms is to blame.
        term: Term,
    },
    /// An iceberg with more slices that do not show than the venue has room for.
    TooManySlices {
        /// How many such slices an order may have at most now.
        room: u64,
    },
    /// A position that is to be closed, of an account that no participant may trade for.
    NobodyTrades,
    /// A drill of the market-wide breaker has closed all trading, until it is ended.
    ClosedInADrill,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownParticipant => f.write_str("unknown participant"),
            Self::UnknownAccount => f.write_str("unknown account"),
            Self::NotYourAccount => f.write_str("the account is not yours to trade for"),
            Self::UnknownInstrument => f.write_str("unknown symbol"),
            Self::UnknownAsset => f.write_str("unknown asset"),
            Self::Halted => f.write_str("trading in this instrument is halted"),
            Self::Closed => f.write_str("the market is closed"),
            Self::AlreadyInPhase => f.write_str("the instrument is in that phase already"),
            Self::DuplicateClOrdId => f.write_str("this ClOrdID was used today"),
            Self::UnknownOrder => f.write_str("unknown order"),
            Self::TooLate => f.write_str("too late: the order is final"),
            Self::PriceNotPositive => f.write_str("the price must be above zero"),
            Self::PriceOffTick { tick } => {
                write!(f, "the price is not a multiple of the tick {tick}")
            }
            Self::QtyNotPositive => f.write_str("the quantity must be above zero"),
            Self::QtyOffLot { lot } => write!(f, "the quantity is not a multiple of the lot {lot}"),
            Self::QtyBelowMin { min } => {
                write!(f, "the quantity is below the least allowed, {min}")
            }
            Self::QtyAboveMax { max } => {
                write!(f, "the quantity is above the greatest allowed, {max}")
            }
            Self::BadMaxFloor => f.write_str(
                "MaxFloor must be a positive multiple of the lot, and not too small a part of the order",
            ),
            Self::PostOnlyMustRest => {
                f.write_str("a post-only order must be a limit order that can rest")
            }
            Self::MarketCannotRest => f.write_str("a market order cannot rest"),
            Self::OtherAccount => f.write_str("the order is of another account"),
            Self::NotionalTooLarge => f.write_str("price times quantity is too large"),
            Self::InsufficientFunds { needed, available } => {
                write!(f, "insufficient funds: needs {needed}, free {available}")
            }
            Self::InsufficientPosition { needed, available } => {
                write!(f, "insufficient position: needs {needed}, free {available}")
            }
            Self::TooManyOrders => f.write_str("too many open orders"),
            Self::BadAmount => f.write_str("the amount is zero or out of range"),
            Self::TransferMismatch => f.write_str("this transfer id was used for another transfer"),
            Self::AlreadyExists => f.write_str("this exists already"),
            Self::BadInstrument => {
                f.write_str("tick, lot, limits and reference price do not fit together")
            }
            Self::CapacityReached => f.write_str("the venue holds as many as it is set to hold"),
            Self::BookFull => f.write_str("the book cannot hold this much quantity"),
            Self::PostOnlyWouldTrade => f.write_str("a post-only order would trade at this price"),
            Self::OtherOrderId => f.write_str("the order has another OrderID"),
            Self::OtherInstrument => f.write_str("the order is in another symbol"),
            Self::OtherSide => f.write_str("the order is on the other side"),
            Self::TimeInForceNotReplaceable => {
                f.write_str("an order that rests cannot become IOC or FOK")
            }
            Self::BadRules => f.write_str("a figure of the rules is out of its range"),
            Self::NotASale => f.write_str("a short sale sells"),
            Self::ExpireTimePast => f.write_str("the time at which the order expires has passed"),
            Self::VenueSuspended => f.write_str("an operator has suspended all trading"),
            Self::ParticipantSuspended => {
                f.write_str("an operator has suspended this participant")
            }
            Self::AccountSuspended => f.write_str("an operator has suspended this account"),
            Self::InstrumentSuspended => f.write_str("an operator has suspended this instrument"),
            Self::NotSuspended => f.write_str("this is not suspended"),
            Self::BadStopPx { tick } => {
                write!(f, "the trigger must be above zero and a multiple of the tick {tick}")
            }
            Self::BadOffset { tick } => {
                write!(f, "the offset must be a multiple of the tick {tick} and lead to a price")
            }
            Self::NotImmediate => f.write_str("an order of this type is Day, GTC or GTD"),
            Self::NoOpposite => f.write_str("there is nothing to trade with"),
            Self::BadFees => f.write_str(
                "a fee is out of its range, or the rebate is more than the fee of the other side, of whichever tier",
            ),
            Self::BadTier { tiers } => write!(f, "there are {tiers} tiers of fees, from 0"),
            Self::BadLimits => f.write_str("a limit is out of its range"),
            Self::Restricted => {
                f.write_str("the instrument is restricted for this account or participant")
            }
            Self::TooFast { per_second, burst } => {
                write!(f, "more than {per_second} orders a second, or {burst} at once")
            }
            Self::OpenOrdersLimit { limit } => {
                write!(f, "open orders limit: the participant has {limit} already")
            }
            Self::PositionLimit { limit, would } => {
                write!(f, "position limit {limit}: the account could come to {would}")
            }
            Self::CreditLimit {
                needed,
                used,
                limit,
            } => write!(f, "credit limit {limit}: {used} used, needs {needed}"),
            Self::GrossLimit {
                needed,
                used,
                limit,
            } => write!(f, "gross exposure limit {limit}: {used} used, needs {needed}"),
            Self::NetLimit {
                needed,
                used,
                limit,
            } => write!(f, "net exposure limit {limit}: {used} used, needs {needed}"),
            Self::UnknownTrade => f.write_str("unknown trade, or too long ago"),
            Self::TradeBusted => f.write_str("the trade was undone already"),
            Self::AlreadyProposed => f.write_str("a change of this trade waits already"),
            Self::NotProposed => f.write_str("no change of this trade waits"),
            Self::SameOperator => f.write_str("who proposes cannot approve"),
            Self::BadCorrection => f.write_str(
                "a corrected trade is on tick and lot, of at most its quantity, and another than it was",
            ),
            Self::BadMargin => f.write_str("the terms of the margin account are out of range"),
            Self::InsufficientMargin { needed, equity } => {
                write!(f, "insufficient margin: needs {needed}, equity {equity}")
            }
            Self::ShortSaleNotAllowed => f.write_str("the account may not sell short"),
            Self::NotLocated { needed, available } => write!(
                f,
                "short sale: needs {needed}, free or located {available}"
            ),
            Self::NoFeeAccount => f.write_str("no account is set that fees could go to"),
            Self::WrongPhase => f.write_str("the phase of the instrument does not allow this"),
            Self::NotInCall => f.write_str(
                "IOC and FOK orders are not taken while orders gather for an auction",
            ),
            Self::NoOpeningAhead => {
                f.write_str("orders for the opening are taken from the pre-open on, until it is over")
            }
            Self::BadMinQty => f.write_str(
                "a least quantity is for IOC orders, a positive multiple of the lot, and at most the order's",
            ),
            Self::NotionalAboveMax { max } => {
                write!(f, "price times quantity is above the greatest allowed, {max}")
            }
            Self::PriceTooFar { reference } => {
                write!(f, "the price is too far from the reference price {reference}")
            }
            Self::PriceBeyondBand { band } => {
                write!(f, "the price is beyond the price band at {band}")
            }
            Self::DuplicateOrder => f.write_str("an order like one of a moment ago"),
            Self::UnknownGroup => f.write_str("no instrument is in this group"),
            Self::BadTimes => f.write_str("the end is not behind the beginning"),
            Self::MarketHalted => f.write_str("the market-wide breaker has halted all trading"),
            Self::ClosedInADrill => f.write_str(
                "a drill of the market-wide breaker has closed all trading: to resume all ends it",
            ),
            Self::ClosedForTheDay => {
                f.write_str("the market-wide breaker has closed all trading until the end of the day")
            }
            Self::BadIndex => {
                f.write_str("an index has components of one currency, and a close above zero")
            }
            Self::UnknownHalt => f.write_str("no halt of this number waits for its time"),
            Self::TooManySlices { room } => write!(
                f,
                "MaxFloor is too small a part of the order: the venue has room for {room} more slices that do not show"
            ),
            Self::NobodyTrades => f.write_str("no participant may trade for the account"),
            Self::BadRequest => f.write_str("the request cannot be carried out"),
            Self::TableFull { of } => write!(f, "there is no room for more {of}"),
            Self::NotTogether { term, with } => write!(f, "{term} does not go with {with}"),
            Self::NotReplaceable { term } => f.write_str(not_replaceable(*term)),
            Self::NotGathered { term: Term::AllOrNone } => f.write_str(
                "all-or-none orders are not taken while orders gather for an auction",
            ),
            Self::NotGathered { .. } => f.write_str(
                "pegged and market-to-limit orders are not taken while orders gather for an auction",
            ),
        }
    }
}

const fn not_replaceable(term: Term) -> &'static str {
    match term {
        Term::Side => "a sale stays a short sale or none",
        Term::OrdType => {
            "the type of the order stays; what rests at a price may be called a limit order"
        }
        Term::TimeInForce => "the order cannot have this time in force instead of its own",
        Term::StopPx => "the trigger was reached, it stays",
        Term::AllOrNone => "an order stays all-or-none or not",
        Term::PostOnly | Term::MaxFloor | Term::RepriceToBand => "this cannot be replaced",
    }
}

impl core::error::Error for Refusal {}
