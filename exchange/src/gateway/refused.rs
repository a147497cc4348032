//! [`Refused`]: why the gateway does not take a message, ordered by who is to blame; and the one place where a refusal, the
//! gateway's or the market's, becomes codes of FIX and plain words. It does not build messages: see `gateway::answer`.

use crate::gateway::own_fields::REPRICE_TO_BAND;
use fix_engine::codec::field::{FieldError, FieldErrorKind};
use fix_engine::tag;
use market::decimal::DecimalError;
use market::refusal::Refusal;
use market::refusal::table::Table;
use market::refusal::term::Term;
use market::text::TextError;

/// Why a message is not passed on to the market. Nothing of it was journalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The message: a required field is absent, empty or not of its type.
    Field(FieldError),
    /// The message: an identifier that cannot be kept.
    Identifier {
        /// Which field.
        tag: u32,
        /// What is wrong with it.
        why: TextError,
    },
    /// The participant: a field that this message needs because of another one.
    Missing {
        /// Which field.
        tag: u32,
    },
    /// The participant: a price or quantity that is not an exact decimal of eight places.
    Number {
        /// Which field.
        tag: u32,
        /// What is wrong with it.
        why: DecimalError,
    },
    /// The participant: a value of the standard that this venue does not offer.
    Unsupported {
        /// Which field.
        tag: u32,
    },
    /// The participant: a field that makes something of an order that this venue does not offer.
    Unoffered {
        /// Which field.
        tag: u32,
        /// Why not, in plain words.
        why: &'static str,
    },
    /// The participant: a field that contradicts another one.
    Contradiction {
        /// Which field.
        tag: u32,
        /// What it contradicts, in plain words.
        with: &'static str,
    },
    /// The participant: no such symbol.
    UnknownSymbol,
    /// The participant: no such account, or not one it may trade for (the two are not told apart).
    UnknownAccount,
    /// The participant: it has several accounts, or none, and named none.
    AccountRequired,
    /// The participant: it may not send this kind of message.
    NotAuthorised,
    /// The participant: a message type that this venue does not take.
    UnsupportedMsgType,
    /// The participant: an id that names nothing (an unsubscription of what was never subscribed).
    UnknownId {
        /// Which field.
        tag: u32,
    },
    /// The participant: as many subscriptions to the status of securities as it may have.
    TooManyStatuses,
    /// The participant: a second request for all its orders while the first is being answered.
    StillAnswering,
    /// The participant: more messages in a second than it may send.
    TooFast {
        /// Messages that it may send in a second.
        per_sec: u32,
    },
    /// Us: the queue into the venue is full.
    Busy,
    /// Us: the venue is closing down.
    Stopped,
}

impl From<FieldError> for Refused {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// Name of a field for people, with its tag.
pub(crate) fn field_name(tag: u32) -> String {
    let name = match tag {
        tag::ACCOUNT => "Account",
        tag::BOOKING_TYPE => "BookingType",
        tag::CASH_MARGIN => "CashMargin",
        tag::CASH_ORDER_QTY => "CashOrderQty",
        tag::CL_ORD_ID => "ClOrdID",
        tag::CURRENCY => "Currency",
        tag::DISCRETION_INST => "DiscretionInst",
        tag::DISCRETION_MOVE_TYPE => "DiscretionMoveType",
        tag::DISCRETION_OFFSET_VALUE => "DiscretionOffsetValue",
        tag::EFFECTIVE_TIME => "EffectiveTime",
        tag::EXEC_INST => "ExecInst",
        tag::EXPIRE_DATE => "ExpireDate",
        tag::EXPIRE_TIME => "ExpireTime",
        tag::FOREX_REQ => "ForexReq",
        tag::LOCATE_REQD => "LocateReqd",
        tag::MASS_CANCEL_REQUEST_TYPE => "MassCancelRequestType",
        tag::MASS_STATUS_REQ_ID => "MassStatusReqID",
        tag::MASS_STATUS_REQ_TYPE => "MassStatusReqType",
        tag::MATURITY_DATE => "MaturityDate",
        tag::MATURITY_MONTH_YEAR => "MaturityMonthYear",
        tag::MAX_FLOOR => "MaxFloor",
        tag::MAX_SHOW => "MaxShow",
        tag::MD_REQ_ID => "MDReqID",
        tag::MIN_QTY => "MinQty",
        tag::NEW_PASSWORD => "NewPassword",
        tag::NO_TRADING_SESSIONS => "NoTradingSessions",
        tag::ORDER_ID => "OrderID",
        tag::ORDER_PERCENT => "OrderPercent",
        tag::ORDER_QTY => "OrderQty",
        tag::ORDER_QTY2 => "OrderQty2",
        tag::ORD_STATUS_REQ_ID => "OrdStatusReqID",
        tag::ORD_TYPE => "OrdType",
        tag::ORIG_CL_ORD_ID => "OrigClOrdID",
        tag::PARTICIPATION_RATE => "ParticipationRate",
        tag::PASSWORD => "Password",
        tag::PEG_LIMIT_TYPE => "PegLimitType",
        tag::PEG_MOVE_TYPE => "PegMoveType",
        tag::PEG_OFFSET_TYPE => "PegOffsetType",
        tag::PEG_OFFSET_VALUE => "PegOffsetValue",
        tag::PRICE => "Price",
        tag::PRICE2 => "Price2",
        tag::PRICE_TYPE => "PriceType",
        tag::PUT_OR_CALL => "PutOrCall",
        tag::QTY_TYPE => "QtyType",
        tag::SECURITY_ID => "SecurityID",
        tag::SECURITY_ID_SOURCE => "SecurityIDSource",
        tag::SECURITY_LIST_REQUEST_TYPE => "SecurityListRequestType",
        tag::SECURITY_REQ_ID => "SecurityReqID",
        tag::SECURITY_STATUS_REQ_ID => "SecurityStatusReqID",
        tag::SETTL_CURRENCY => "SettlCurrency",
        tag::SETTL_DATE => "SettlDate",
        tag::SETTL_DATE2 => "SettlDate2",
        tag::SETTL_TYPE => "SettlType",
        tag::SIDE => "Side",
        tag::STOP_PX => "StopPx",
        tag::STRIKE_PRICE => "StrikePrice",
        tag::SUBSCRIPTION_REQUEST_TYPE => "SubscriptionRequestType",
        tag::SYMBOL => "Symbol",
        tag::SYMBOL_SFX => "SymbolSfx",
        tag::TARGET_STRATEGY => "TargetStrategy",
        tag::TARGET_STRATEGY_PARAMETERS => "TargetStrategyParameters",
        tag::TIME_IN_FORCE => "TimeInForce",
        tag::TRADING_SESSION_ID => "TradingSessionID",
        tag::TRAD_SES_REQ_ID => "TradSesReqID",
        tag::USER_REQUEST_ID => "UserRequestID",
        tag::USER_REQUEST_TYPE => "UserRequestType",
        REPRICE_TO_BAND => "LoggiaRepriceToBand",
        _ => "field",
    };
    format!("{name} ({tag})")
}

impl Refused {
    /// Text (58): the field and the reason in plain words.
    pub fn text(&self) -> String {
        match self {
            Self::Field(error) => format!("{}: {}", field_name(error.tag), kind_text(error.kind)),
            Self::Identifier { tag, why } => format!("{}: {why}", field_name(*tag)),
            Self::Missing { tag } => format!("{}: required here", field_name(*tag)),
            Self::Number { tag, why } => format!("{}: {why}", field_name(*tag)),
            Self::Unsupported { tag } => {
                format!("{}: not supported by this venue", field_name(*tag))
            }
            Self::Unoffered { tag, why } => format!("{}: {why}", field_name(*tag)),
            Self::Contradiction { tag, with } => {
                format!("{}: does not go with {with}", field_name(*tag))
            }
            Self::UnknownSymbol => format!("{}: unknown symbol", field_name(tag::SYMBOL)),
            Self::UnknownAccount => format!("{}: unknown account", field_name(tag::ACCOUNT)),
            Self::AccountRequired => {
                format!(
                    "{}: required, since there is not exactly one account",
                    field_name(tag::ACCOUNT)
                )
            }
            Self::NotAuthorised => "not authorised for this message type".to_owned(),
            Self::UnsupportedMsgType => "this venue does not take this message type".to_owned(),
            Self::UnknownId { tag } => format!("{}: unknown id", field_name(*tag)),
            Self::TooManyStatuses => "too many status subscriptions in this session".to_owned(),
            Self::StillAnswering => {
                "one mass status request at a time: the last one is being answered".to_owned()
            }
            Self::TooFast { per_sec } => {
                format!("not taken: more than {per_sec} messages a second")
            }
            Self::Busy => "application not available, try again".to_owned(),
            Self::Stopped => "the venue is closing, try again later".to_owned(),
        }
    }

    /// SessionRejectReason (373), where the message itself is to blame and a Reject (3) answers it.
    pub fn session_reject_reason(&self) -> Option<u32> {
        match self {
            Self::Field(error) => Some(match error.kind {
                FieldErrorKind::Missing => 1,
                FieldErrorKind::Empty => 4,
                FieldErrorKind::OutOfRange => 5,
                FieldErrorKind::Format => 6,
            }),
            Self::Identifier { .. } => Some(5),
            _ => None,
        }
    }

    /// The field to blame (RefTagID, 371).
    pub fn ref_tag(&self) -> Option<u32> {
        match self {
            Self::Field(error) => Some(error.tag),
            Self::Identifier { tag, .. }
            | Self::Missing { tag }
            | Self::Number { tag, .. }
            | Self::Unsupported { tag }
            | Self::Unoffered { tag, .. }
            | Self::Contradiction { tag, .. }
            | Self::UnknownId { tag } => Some(*tag),
            Self::UnknownSymbol => Some(tag::SYMBOL),
            Self::UnknownAccount | Self::AccountRequired => Some(tag::ACCOUNT),
            _ => None,
        }
    }

    /// BusinessRejectReason (380), where only a BusinessMessageReject (j) can answer; 0 when nothing fits better.
    pub fn business_reject_reason(&self) -> u32 {
        match self {
            Self::UnknownId { .. } => 1,
            Self::UnknownSymbol => 2,
            Self::UnsupportedMsgType => 3,
            Self::Busy | Self::Stopped => 4,
            Self::Missing { .. } => 5,
            Self::NotAuthorised => 6,
            _ => 0,
        }
    }

    /// Whether the message type, the sender as such or its pace is refused, so that not even an order gets an ExecutionReport.
    pub fn is_business(&self) -> bool {
        matches!(
            self,
            Self::UnsupportedMsgType | Self::NotAuthorised | Self::TooFast { .. }
        )
    }

    /// Whether the venue is to blame: what was asked was not looked at.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Busy | Self::Stopped)
    }

    /// Whether a field of the request is to blame, so that its own kind of answer can say so; else the venue, or who asks.
    pub fn blames_field(&self) -> bool {
        self.ref_tag().is_some()
    }

    /// OrdRejReason (103).
    pub fn ord_rej_reason(&self) -> u32 {
        match self {
            Self::UnknownSymbol => 1,
            Self::Missing { tag: tag::SYMBOL } => 1,
            Self::Number {
                why: DecimalError::Overflow,
                ..
            } => 3,
            Self::Unsupported { .. } | Self::Unoffered { .. } | Self::Contradiction { .. } => 11,
            Self::Number { tag, .. } | Self::Missing { tag }
                if matches!(*tag, tag::ORDER_QTY | tag::MAX_FLOOR) =>
            {
                13
            }
            Self::UnknownAccount | Self::AccountRequired => 15,
            Self::Busy | Self::Stopped => 0,
            _ => 99,
        }
    }

    /// CxlRejReason (102). What an F or G asks for wrongly is refused by the market.
    pub fn cxl_rej_reason(&self) -> u32 {
        match self {
            Self::Busy | Self::Stopped => 2,
            _ => 99,
        }
    }

    /// MassCancelRejectReason (532).
    pub fn mass_cancel_reject_reason(&self) -> u32 {
        match self {
            Self::Unsupported { .. } => 0,
            Self::UnknownSymbol => 1,
            _ => 99,
        }
    }
}

/// OrdRejReason (103) of a refusal by the market.
pub fn ord_rej_reason(refusal: Refusal) -> u32 {
    match refusal {
        Refusal::UnknownParticipant
        | Refusal::TooManyOrders
        | Refusal::CapacityReached
        | Refusal::TableFull { .. }
        | Refusal::NoOpposite
        | Refusal::Restricted
        | Refusal::ShortSaleNotAllowed
        | Refusal::VenueSuspended
        | Refusal::ParticipantSuspended
        | Refusal::AccountSuspended
        | Refusal::InstrumentSuspended
        | Refusal::BookFull => 0,
        Refusal::UnknownInstrument => 1,
        Refusal::Halted | Refusal::Closed => 2,
        Refusal::NoOpeningAhead => 4,
        Refusal::QtyAboveMax { .. }
        | Refusal::NotionalTooLarge
        | Refusal::NotionalAboveMax { .. }
        | Refusal::PriceTooFar { .. }
        | Refusal::PriceBeyondBand { .. }
        | Refusal::InsufficientFunds { .. }
        | Refusal::InsufficientPosition { .. }
        | Refusal::TooFast { .. }
        | Refusal::OpenOrdersLimit { .. }
        | Refusal::PositionLimit { .. }
        | Refusal::CreditLimit { .. }
        | Refusal::GrossLimit { .. }
        | Refusal::NetLimit { .. }
        | Refusal::NotLocated { .. }
        | Refusal::InsufficientMargin { .. } => 3,
        Refusal::ExpireTimePast => 4,
        Refusal::DuplicateClOrdId | Refusal::DuplicateOrder => 6,
        Refusal::NotASale | Refusal::NotTogether { .. } | Refusal::NotImmediate => 11,
        Refusal::PostOnlyMustRest
        | Refusal::PostOnlyWouldTrade
        | Refusal::MarketCannotRest
        | Refusal::NotInCall
        | Refusal::NotGathered { .. } => 11,
        Refusal::QtyNotPositive | Refusal::QtyOffLot { .. } | Refusal::QtyBelowMin { .. } => 13,
        Refusal::BadMaxFloor | Refusal::BadMinQty => 13,
        Refusal::UnknownAccount | Refusal::NotYourAccount => 15,
        _ => 99,
    }
}

/// CxlRejReason (102) of a refusal by the market.
pub fn cxl_rej_reason(refusal: Refusal) -> u32 {
    match refusal {
        Refusal::TooLate => 0,
        Refusal::UnknownOrder | Refusal::OtherOrderId => 1,
        Refusal::Halted
        | Refusal::Closed
        | Refusal::TooManyOrders
        | Refusal::CapacityReached
        | Refusal::TableFull { .. }
        | Refusal::VenueSuspended
        | Refusal::ParticipantSuspended
        | Refusal::AccountSuspended
        | Refusal::InstrumentSuspended
        | Refusal::TooManySlices { .. }
        | Refusal::BookFull
        | Refusal::NotionalTooLarge
        | Refusal::NotionalAboveMax { .. }
        | Refusal::PriceTooFar { .. }
        | Refusal::PriceBeyondBand { .. }
        | Refusal::InsufficientFunds { .. }
        | Refusal::InsufficientPosition { .. }
        | Refusal::TooFast { .. }
        | Refusal::PositionLimit { .. }
        | Refusal::CreditLimit { .. }
        | Refusal::GrossLimit { .. }
        | Refusal::NetLimit { .. }
        | Refusal::NotLocated { .. }
        | Refusal::InsufficientMargin { .. }
        | Refusal::Restricted
        | Refusal::ShortSaleNotAllowed => 2,
        Refusal::DuplicateClOrdId => 6,
        _ => 99,
    }
}

/// MassCancelRejectReason (532) of a refusal by the market.
pub fn mass_cancel_reject_reason(refusal: Refusal) -> u32 {
    match refusal {
        Refusal::UnknownInstrument => 1,
        _ => 99,
    }
}

/// Text (58) of a refusal by the market: the field to blame, if one is, and the reason.
pub fn refusal_text(refusal: Refusal) -> String {
    let tag = match refusal {
        Refusal::UnknownAccount | Refusal::NotYourAccount => {
            return Refused::UnknownAccount.text();
        }
        Refusal::UnknownInstrument => return Refused::UnknownSymbol.text(),
        Refusal::PriceNotPositive | Refusal::PriceOffTick { .. } => tag::PRICE,
        Refusal::QtyNotPositive
        | Refusal::QtyOffLot { .. }
        | Refusal::QtyBelowMin { .. }
        | Refusal::QtyAboveMax { .. } => tag::ORDER_QTY,
        Refusal::BadMaxFloor | Refusal::TooManySlices { .. } => tag::MAX_FLOOR,
        Refusal::BadMinQty => tag::MIN_QTY,
        Refusal::PriceTooFar { .. } | Refusal::PriceBeyondBand { .. } => tag::PRICE,
        Refusal::PostOnlyMustRest | Refusal::PostOnlyWouldTrade => tag::EXEC_INST,
        Refusal::DuplicateClOrdId
        | Refusal::TableFull {
            of: Table::ClOrdIds,
        } => tag::CL_ORD_ID,
        Refusal::UnknownOrder => tag::ORIG_CL_ORD_ID,
        Refusal::OtherOrderId => tag::ORDER_ID,
        Refusal::OtherInstrument => tag::SYMBOL,
        Refusal::OtherSide | Refusal::NotASale => tag::SIDE,
        Refusal::OtherAccount => tag::ACCOUNT,
        Refusal::TimeInForceNotReplaceable
        | Refusal::NotImmediate
        | Refusal::MarketCannotRest
        | Refusal::NotInCall
        | Refusal::NoOpeningAhead => tag::TIME_IN_FORCE,
        Refusal::NoOpposite => tag::ORD_TYPE,
        Refusal::NotTogether { term, .. }
        | Refusal::NotReplaceable { term }
        | Refusal::NotGathered { term } => field(term),
        Refusal::BadStopPx { .. } => tag::STOP_PX,
        Refusal::BadOffset { .. } => tag::PEG_OFFSET_VALUE,
        Refusal::ExpireTimePast => tag::EXPIRE_TIME,
        _ => return refusal.to_string(),
    };
    format!("{}: {refusal}", field_name(tag))
}

/// The field that says a term.
const fn field(term: Term) -> u32 {
    match term {
        Term::Side => tag::SIDE,
        Term::OrdType => tag::ORD_TYPE,
        Term::TimeInForce => tag::TIME_IN_FORCE,
        Term::StopPx => tag::STOP_PX,
        Term::PostOnly | Term::AllOrNone => tag::EXEC_INST,
        Term::MaxFloor => tag::MAX_FLOOR,
        Term::RepriceToBand => REPRICE_TO_BAND,
    }
}

fn kind_text(kind: FieldErrorKind) -> &'static str {
    match kind {
        FieldErrorKind::Missing => "missing",
        FieldErrorKind::Empty => "without a value",
        FieldErrorKind::Format => "not of its type",
        FieldErrorKind::OutOfRange => "out of range",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_ones_account_reads_like_an_unknown_one() {
        assert_eq!(
            refusal_text(Refusal::NotYourAccount),
            refusal_text(Refusal::UnknownAccount)
        );
        assert_eq!(
            ord_rej_reason(Refusal::NotYourAccount),
            ord_rej_reason(Refusal::UnknownAccount)
        );
    }

    #[test]
    fn the_text_names_field_and_reason() {
        let refused = Refused::Number {
            tag: tag::PRICE,
            why: DecimalError::TooManyDecimals,
        };
        assert_eq!(refused.text(), "Price (44): too many decimals");
        assert_eq!(refused.ord_rej_reason(), 99);
        assert_eq!(refused.session_reject_reason(), None);
    }

    #[test]
    fn a_refusal_names_the_field_to_blame() {
        let apart = |term, with| Refusal::NotTogether { term, with };
        let stays = |term| Refusal::NotReplaceable { term };
        let waits = |term| Refusal::NotGathered { term };
        let table = [
            (
                apart(Term::AllOrNone, Term::MaxFloor),
                "ExecInst (18): all-or-none does not go with MaxFloor",
            ),
            (
                apart(Term::RepriceToBand, Term::OrdType),
                "LoggiaRepriceToBand (5001): repricing to a price band does not go with this type of order",
            ),
            (
                stays(Term::StopPx),
                "StopPx (99): the trigger was reached, it stays",
            ),
            (
                stays(Term::Side),
                "Side (54): a sale stays a short sale or none",
            ),
            (
                waits(Term::OrdType),
                "OrdType (40): pegged and market-to-limit orders are not taken while orders gather for an auction",
            ),
            (
                waits(Term::AllOrNone),
                "ExecInst (18): all-or-none orders are not taken while orders gather for an auction",
            ),
            (
                Refusal::NotInCall,
                "TimeInForce (59): IOC and FOK orders are not taken while orders gather for an auction",
            ),
            (
                Refusal::MarketCannotRest,
                "TimeInForce (59): a market order cannot rest",
            ),
            (
                Refusal::NoOpposite,
                "OrdType (40): there is nothing to trade with",
            ),
            (
                Refusal::TableFull {
                    of: Table::ClOrdIds,
                },
                "ClOrdID (11): there is no room for more ClOrdIDs today",
            ),
            (
                Refusal::TableFull { of: Table::Pegs },
                "there is no room for more pegged orders in this instrument",
            ),
        ];
        for (refusal, text) in table {
            assert_eq!(refusal_text(refusal), text);
        }
    }

    #[test]
    fn who_is_suspended_is_refused_by_the_operators_choice() {
        for refusal in [
            Refusal::VenueSuspended,
            Refusal::ParticipantSuspended,
            Refusal::AccountSuspended,
            Refusal::InstrumentSuspended,
        ] {
            let codes = (ord_rej_reason(refusal), cxl_rej_reason(refusal));
            assert_eq!(codes, (0, 2), "{refusal}");
        }
    }

    #[test]
    fn the_messages_own_faults_are_session_rejects() {
        let missing = Refused::Field(FieldError::new(tag::CL_ORD_ID, FieldErrorKind::Missing));
        assert_eq!(missing.session_reject_reason(), Some(1));
        let long = Refused::Identifier {
            tag: tag::CL_ORD_ID,
            why: TextError::TooLong { limit: 36 },
        };
        assert_eq!(
            (long.session_reject_reason(), long.ref_tag()),
            (Some(5), Some(11))
        );
    }
}
