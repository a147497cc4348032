//! The control port's words: what `loggiactl` and the back office ask of the exchange (HTTPS with client certificates, JSON) and
//! what it answers. Paths: see [`path`]. Participants and their sessions: see [`session`].

pub mod breaker;
pub mod fees;
pub mod halt;
pub mod kill;
pub mod limits;
pub mod phase;
pub mod rules;
pub mod secret;
pub mod self_trade;
pub mod session;
pub mod setting;
pub mod trades;

use crate::account::MarginTerms;
use crate::id::{AccountName, AssetCode, CompId, Symbol, TransferId};
use crate::instrument::Phase;
use crate::money::Money;
use crate::price::Price;
use crate::qty::Qty;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Paths of the control port.
pub mod path {
    /// GET → [`super::Status`]. Roles: viewer, operator, service.
    pub const STATUS: &str = "/v1/status";
    /// GET → `Vec<`[`super::SessionStatus`]`>`. Roles: viewer, operator.
    pub const SESSIONS: &str = "/v1/sessions";
    /// GET → `Vec<`[`super::InstrumentStatus`]`>`. Roles: all.
    pub const INSTRUMENTS: &str = "/v1/instruments";
    /// GET → [`super::BookView`]; `?depth=N` for how many levels of a side at most, 1 to 1,000, else 50. Roles: viewer, operator.
    pub const BOOK: &str = "/v1/books/{symbol}";
    /// POST [`super::halt::HaltRequest`] → [`super::halt::HaltOutcome`]. Role: operator.
    pub const HALT: &str = "/v1/halt";
    /// POST [`super::halt::ResumeRequest`] → [`super::halt::HaltOutcome`]. Role: operator.
    pub const RESUME: &str = "/v1/resume";
    /// GET → [`super::halt::HaltsStatus`]. Roles: viewer, operator.
    pub const HALTS: &str = "/v1/halts";
    /// POST [`super::halt::WithdrawHalt`] → [`super::halt::HaltOutcome`]. Role: operator.
    pub const WITHDRAW_HALT: &str = "/v1/halts/withdraw";
    /// GET → `Vec<`[`super::halt::GroupStatus`]`>`. Roles: viewer, operator. POST [`super::halt::GroupChange`] → the same. Role: operator.
    pub const GROUPS: &str = "/v1/groups";
    /// GET → [`super::breaker::BreakerStatus`]. Roles: viewer, operator. POST [`super::breaker::BreakerChange`] → the same. Role: operator.
    pub const BREAKER: &str = "/v1/breaker";
    /// POST [`super::breaker::TripRequest`] → [`super::halt::HaltOutcome`]. Role: operator.
    pub const TRIP_BREAKER: &str = "/v1/breaker/trip";
    /// GET → [`super::breaker::IndexStatus`]. Roles: viewer, operator.
    pub const INDEX: &str = "/v1/index";
    /// POST [`super::breaker::WeightChange`] → [`super::breaker::IndexStatus`]. Role: operator.
    pub const INDEX_WEIGHTS: &str = "/v1/index/weights";
    /// POST [`super::breaker::IndexCloseChange`] → [`super::breaker::IndexStatus`]. Role: operator.
    pub const INDEX_CLOSE: &str = "/v1/index/close";
    /// POST [`super::phase::PhaseRequest`] → [`super::InstrumentStatus`]. Role: operator.
    pub const PHASE: &str = "/v1/instruments/{symbol}/phase";
    /// POST [`super::kill::KillRequest`] → [`super::kill::KillOutcome`]. Role: operator.
    pub const KILL: &str = "/v1/kill";
    /// POST [`super::kill::ReinstateRequest`] → [`super::kill::KillOutcome`]. Role: operator.
    pub const REINSTATE: &str = "/v1/reinstate";
    /// GET → [`super::rules::RulesStatus`]. Roles: viewer, operator; so for all GETs below that name no roles.
    /// POST [`super::rules::RulesChange`] → the same. Role: operator; so for all POSTs below that name no roles.
    pub const RULES: &str = "/v1/instruments/{symbol}/rules";
    /// GET → [`super::limits::ParticipantLimitsStatus`]. POST [`super::limits::ParticipantLimitsChange`] → the same.
    pub const PARTICIPANT_LIMITS: &str = "/v1/participants/{comp_id}/limits";
    /// GET → [`super::limits::AccountLimitsStatus`]. POST [`super::limits::AccountLimitsChange`] → the same.
    pub const ACCOUNT_LIMITS: &str = "/v1/accounts/{account}/limits";
    /// POST [`super::limits::ShortSalesChange`] → [`super::limits::AccountLimitsStatus`].
    pub const SHORT_SALES: &str = "/v1/accounts/{account}/short-sales";
    /// GET → `Vec<`[`super::limits::Restriction`]`>`. POST [`super::limits::RestrictionChange`] → the same.
    pub const RESTRICTED: &str = "/v1/restricted";
    /// GET → [`super::fees::FeesStatus`].
    pub const FEES: &str = "/v1/fees";
    /// POST [`super::fees::FeeAccountChange`] → [`super::fees::FeesStatus`].
    pub const FEE_ACCOUNT: &str = "/v1/fees/account";
    /// POST [`super::fees::FeesChange`] → [`super::fees::FeesStatus`].
    pub const INSTRUMENT_FEES: &str = "/v1/instruments/{symbol}/fees";
    /// POST [`super::fees::TierChange`] → [`super::fees::FeesStatus`].
    pub const TIER: &str = "/v1/participants/{comp_id}/tier";
    /// GET → [`super::self_trade::SelfTradeStatus`]. POST [`super::self_trade::SelfTradeChange`] → the same.
    pub const SELF_TRADE: &str = "/v1/participants/{comp_id}/self-trade";
    /// GET → `Vec<`[`super::trades::TradeStatus`]`>`, oldest first; `?last=N` for how many at most, `?proposed=true` for those that
    /// something is proposed about.
    pub const TRADES: &str = "/v1/trades";
    /// GET → [`super::trades::TradeStatus`].
    pub const TRADE: &str = "/v1/trades/{trade_id}";
    /// POST [`super::trades::ProposeTradeChange`] → [`super::trades::TradeStatus`].
    pub const PROPOSE: &str = "/v1/trades/{trade_id}/propose";
    /// POST `{}` → [`super::trades::TradeStatus`]. An operator approves what another one has proposed: it is done.
    pub const APPROVE: &str = "/v1/trades/{trade_id}/approve";
    /// POST `{}` → [`super::trades::TradeStatus`]. Takes back what was proposed.
    pub const WITHDRAW: &str = "/v1/trades/{trade_id}/withdraw";
    /// POST [`super::OpenAccount`] → [`super::AccountStatus`]. Roles: operator, service. Repeating it is harmless.
    pub const ACCOUNTS: &str = "/v1/accounts";
    /// POST [`super::Transfer`] → [`super::TransferOutcome`]. Roles: operator, service. Idempotent by `transfer_id`.
    pub const TRANSFERS: &str = "/v1/transfers";
    /// POST [`super::session::AddSession`] → [`super::session::SessionOutcome`]. Role: operator. So for all below but the last three.
    pub const ADD_SESSION: &str = SESSIONS;
    /// POST [`super::session::ChangeSession`].
    pub const CHANGE_SESSION: &str = "/v1/sessions/{comp_id}/change";
    /// POST [`super::session::DisableSession`].
    pub const DISABLE_SESSION: &str = "/v1/sessions/{comp_id}/disable";
    /// POST `{}`.
    pub const ENABLE_SESSION: &str = "/v1/sessions/{comp_id}/enable";
    /// POST [`super::session::RemoveSession`].
    pub const REMOVE_SESSION: &str = "/v1/sessions/{comp_id}/remove";
    /// POST `{}`: both numbers go back to 1, now or at the next logon.
    pub const RESET_SESSION: &str = "/v1/sessions/{comp_id}/reset";
    /// POST [`super::session::SetNumbers`].
    pub const SET_NUMBERS: &str = "/v1/sessions/{comp_id}/numbers";
    /// POST [`super::session::LogOutSession`].
    pub const LOG_OUT_SESSION: &str = "/v1/sessions/{comp_id}/logout";
    /// GET → [`super::session::SessionDetail`]. Roles: viewer, operator.
    pub const SESSION: &str = "/v1/sessions/{comp_id}";
    /// GET → [`super::session::TailLine`]s, a JSON object a line, without end. `?only=admin` and `?only=app` leave out the others.
    /// Role: operator.
    pub const MESSAGES: &str = "/v1/sessions/{comp_id}/messages";
    /// GET → `Vec<`[`super::session::AuditLine`]`>`, oldest first; `?last=N` for how many at most. Roles: viewer, operator.
    pub const AUDIT: &str = "/v1/audit";
}

/// Answer to any request that was refused, with an HTTP status of 4xx or 5xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// A word for programs, snake_case: `unknown_symbol`, `forbidden`, `already_halted`, `bad_request`, `unavailable` …
    pub code: String,
    /// A sentence for people; names the field where one is to blame.
    pub message: String,
}

/// The venue at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// Id of the journal's history (hex).
    pub epoch: String,
    /// Last entry of the journal that is durable.
    pub last_seq: u64,
    /// How long the venue has been open, in seconds.
    pub uptime_secs: u64,
    /// `fsync`, `os` or `none`.
    pub durability: String,
    /// Sessions that are logged on.
    pub sessions_logged_on: u32,
    /// Sessions that are configured.
    pub sessions_total: u32,
    /// Instruments by phase.
    pub instruments_open: u32,
    /// Instruments halted.
    pub instruments_halted: u32,
    /// Instruments closed.
    pub instruments_closed: u32,
    /// Instruments in the call of an auction, of whatever kind. This and the next two are 0 from a server that does not say them.
    #[serde(default)]
    pub instruments_in_call: u32,
    /// Instruments in pre-open.
    #[serde(default)]
    pub instruments_pre_open: u32,
    /// Instruments in post-trade.
    #[serde(default)]
    pub instruments_post_trade: u32,
    /// Orders that rest.
    pub live_orders: u64,
    /// Trades since the journal began.
    pub trades: u64,
}

/// One FIX session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStatus {
    /// The participant's CompID.
    pub comp_id: CompId,
    /// Whether it is logged on.
    pub logged_on: bool,
    /// Address of the peer, when connected.
    pub peer: Option<String>,
    /// Whether the connection is TLS.
    pub tls: bool,
    /// Next MsgSeqNum expected from the peer.
    pub next_in: u64,
    /// Next MsgSeqNum to the peer.
    pub next_out: u64,
    /// Seconds since the last message from the peer, when connected.
    pub idle_secs: Option<u64>,
    /// Whether its logons are refused until it is enabled.
    #[serde(default)]
    pub disabled: bool,
}

/// One instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentStatus {
    /// Symbol.
    pub symbol: Symbol,
    /// Currency.
    pub currency: AssetCode,
    /// Phase now.
    pub phase: Phase,
    /// Why it is halted.
    pub reason: Option<String>,
    /// Tick.
    pub tick: Price,
    /// Lot.
    pub lot: Qty,
    /// Last trade.
    pub last_px: Option<Price>,
}

/// A book by price level, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookView {
    /// Symbol.
    pub symbol: Symbol,
    /// Phase now.
    pub phase: Phase,
    /// The journal entry that it shows.
    pub seq: u64,
    /// Bids, highest first.
    pub bids: Vec<LevelView>,
    /// Offers, lowest first.
    pub offers: Vec<LevelView>,
    /// Whether a side has more levels than are shown.
    #[serde(default)]
    pub more: bool,
}

/// One price level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelView {
    /// Price.
    pub price: Price,
    /// Shown quantity.
    pub qty: Qty,
    /// Orders.
    pub orders: u32,
}

/// Opens an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// Its name.
    pub account: AccountName,
    /// Its terms, when it is to be on margin. Role for that: operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<MarginTerms>,
}

/// An account at the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// Its name.
    pub account: AccountName,
    /// Whether it existed before.
    pub existed: bool,
}

/// Moves cash into (above zero) or out of (below zero) an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Idempotency key: the same id has the same outcome, once.
    pub transfer_id: TransferId,
    /// Which account.
    pub account: AccountName,
    /// Which asset.
    pub asset: AssetCode,
    /// How much; its sign is the direction.
    pub amount: Money,
}

/// What became of a transfer; HTTP 200 for both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TransferOutcome {
    /// It is done, now or earlier.
    Posted {
        /// The journal entry.
        seq: u64,
        /// Cash of the account after it.
        balance: Money,
    },
    /// It was refused and never will be done.
    Refused {
        /// Why.
        reason: String,
    },
}
