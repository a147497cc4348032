//! [`Failure`]: why a request to the control port has no answer, by who is to blame; and the one place where that becomes an HTTP
//! status, a word for programs and a sentence for people.

use crate::sequencer::SubmitError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use market::control::ErrorBody;
use market::id::{AccountName, CompId};
use market::refusal::Refusal;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 400: the body is not what it should be; the text names the field.
    Body(String),
    /// 413: the body is too large.
    TooLarge,
    /// 403: the certificate's role may not do this, or there is none.
    Forbidden,
    /// 404: no such path.
    Path,
    /// 405: the path is there, the method is not.
    Method,
    /// 404: no such symbol.
    Symbol(String),
    /// 404: no such account.
    Account(String),
    /// 404: no such asset.
    Asset(String),
    /// 404: no such participant, or none any more.
    Participant(String),
    /// 409: it is a participant already, of other terms.
    Exists(CompId),
    /// 409: the account is open, with other terms.
    OtherTerms(AccountName),
    /// 409: the number was used for a message.
    NumberUsed {
        /// The number that was given.
        given: u64,
        /// The least one that is not used.
        next_out: u64,
    },
    /// 503: the participant is there, its session is not: its store cannot be opened.
    NotBegun(CompId),
    /// 503: as many follow a session as may.
    TooManyFollowers,
    /// 409 or 422: the market refuses.
    Refused(Refusal),
    /// 503: the venue is busy or stopped.
    Submit(SubmitError),
    /// 503: no answer in time; what was asked may still be done.
    Timeout,
    /// 500: a defect of ours.
    Defect,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        Self::Submit(error)
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Path
            | Self::Symbol(_)
            | Self::Account(_)
            | Self::Asset(_)
            | Self::Participant(_)
            | Self::Refused(Refusal::UnknownTrade) => StatusCode::NOT_FOUND,
            Self::Exists(_) | Self::OtherTerms(_) | Self::NumberUsed { .. } => StatusCode::CONFLICT,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Refused(
                Refusal::AlreadyInPhase
                | Refusal::AlreadyExists
                | Refusal::TransferMismatch
                | Refusal::NotSuspended
                | Refusal::TradeBusted
                | Refusal::AlreadyProposed
                | Refusal::NotProposed
                | Refusal::SameOperator
                | Refusal::NoFeeAccount,
            ) => StatusCode::CONFLICT,
            Self::Refused(
                Refusal::Closed
                | Refusal::Halted
                | Refusal::WrongPhase
                | Refusal::MarketHalted
                | Refusal::ClosedForTheDay
                | Refusal::ClosedInADrill,
            ) => StatusCode::CONFLICT,
            Self::Refused(Refusal::UnknownGroup | Refusal::UnknownHalt) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Submit(_) | Self::Timeout | Self::NotBegun(_) | Self::TooManyFollowers => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Body(_) => "bad_request",
            Self::TooLarge => "too_large",
            Self::Forbidden => "forbidden",
            Self::Path => "not_found",
            Self::Method => "method_not_allowed",
            Self::Symbol(_) => "unknown_symbol",
            Self::Account(_) => "unknown_account",
            Self::Participant(_) => "unknown_participant",
            Self::Exists(_) | Self::OtherTerms(_) => "already_exists",
            Self::NumberUsed { .. } => "number_used",
            Self::NotBegun(_) => "unavailable",
            Self::TooManyFollowers => "too_many_followers",
            Self::Asset(_) => "unknown_asset",
            Self::Refused(Refusal::AlreadyInPhase) => "already_in_phase",
            Self::Refused(Refusal::AlreadyExists) => "already_exists",
            Self::Refused(Refusal::NotSuspended) => "not_suspended",
            Self::Refused(Refusal::TransferMismatch) => "transfer_mismatch",
            Self::Refused(Refusal::WrongPhase) => "wrong_phase",
            Self::Refused(Refusal::Closed) => "closed",
            Self::Refused(Refusal::Halted) => "halted",
            Self::Refused(Refusal::MarketHalted) => "market_halted",
            Self::Refused(Refusal::ClosedForTheDay) => "closed_for_the_day",
            Self::Refused(Refusal::ClosedInADrill) => "closed_in_a_drill",
            Self::Refused(Refusal::UnknownGroup) => "unknown_group",
            Self::Refused(Refusal::UnknownHalt) => "unknown_halt",
            Self::Refused(Refusal::UnknownTrade) => "unknown_trade",
            Self::Refused(Refusal::TradeBusted) => "trade_busted",
            Self::Refused(Refusal::AlreadyProposed) => "already_proposed",
            Self::Refused(Refusal::NotProposed) => "not_proposed",
            Self::Refused(Refusal::SameOperator) => "same_operator",
            Self::Refused(Refusal::BadCorrection) => "bad_correction",
            Self::Refused(Refusal::NoFeeAccount) => "no_fee_account",
            Self::Refused(_) => "refused",
            Self::Submit(_) | Self::Timeout => "unavailable",
            Self::Defect => "internal",
        }
    }

    /// The sentence for people.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Body(why) => why.clone(),
            Self::TooLarge => "the body is too large".to_owned(),
            Self::Forbidden => "the role of your certificate does not allow this".to_owned(),
            Self::Path => "no such path".to_owned(),
            Self::Method => "the path does not take this method".to_owned(),
            Self::Symbol(symbol) => format!("unknown symbol {symbol:?}"),
            Self::Account(account) => format!("account: unknown account {account:?}"),
            Self::Asset(asset) => format!("asset: unknown asset {asset:?}"),
            Self::Participant(comp_id) => format!("unknown participant {comp_id:?}"),
            Self::Exists(comp_id) => {
                format!("comp_id: {comp_id} is a participant already, with other terms: change it")
            }
            Self::OtherTerms(account) => {
                format!("margin: account {account} is open already, with other terms")
            }
            Self::NumberUsed { given, next_out } => format!(
                "next_out: {given} was used for a message, {next_out} is the least that was not: reset the numbers instead"
            ),
            Self::NotBegun(comp_id) => {
                format!("{comp_id} is added, but its session could not begin; the log says why")
            }
            Self::TooManyFollowers => "as many follow sessions as may at the same time".to_owned(),
            Self::Refused(refusal) => match field(refusal) {
                Some(field) => format!("{field}: {refusal}"),
                None => refusal.to_string(),
            },
            Self::Submit(error) => error.to_string(),
            Self::Timeout => {
                "no answer in time; what was asked may still be done: ask again".to_owned()
            }
            Self::Defect => "an unexpected outcome; it is in the log".to_owned(),
        }
    }
}

/// The field of a request that a refusal is about.
fn field(refusal: &Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::BadTier { .. } => Some("tier"),
        Refusal::BadCorrection => Some("price, qty"),
        Refusal::BadAmount => Some("qty"),
        Refusal::NoFeeAccount => Some("account"),
        _ => None,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            code: self.code().to_owned(),
            message: self.message(),
        };
        (self.status(), Json(body)).into_response()
    }
}
