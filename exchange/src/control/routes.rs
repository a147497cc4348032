//! The paths of the control port. In: requests of known callers. Out: what the venue shows, or commands to the sequencer and what came of
//! them.

use crate::control::caller::Caller;
use crate::control::desk::{ALL, Desk, FUND, LOOK, OPERATE, read};
use crate::control::door::Door;
use crate::control::failure::Failure;
use crate::control::{
    breaker, fees, halting, killing, limits, phasing, rules, self_trade, sessions, tail, trades,
};
use crate::directory::OPENING;
use axum::Json;
use axum::body::Bytes;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, serve::IncomingStream};
use journal::entry::Entry;
use market::account::AccountTerms;
use market::command::Command;
use market::control::{
    AccountStatus, BookView, InstrumentStatus, LevelView, OpenAccount, Status, Transfer,
    TransferOutcome, path,
};
use market::event::Event;
use market::instrument::{Instrument, Phase};
use market::order::Side;
use market::refusal::Refusal;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::timeout;
use tracing::error;

/// The longest body taken.
const BODY_BYTES: usize = 64 << 10;
/// How long a request may take. A client waits longer, so that it is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// Levels of a side of a book that are shown when the request does not say.
const DEPTH: usize = 50;
/// Levels that are shown at most: market data waits while they are read.
const DEPTH_MAX: usize = 1_000;

/// All paths, as a service for the door.
pub(crate) fn service(desk: Desk) -> IntoMakeServiceWithConnectInfo<Router, Caller>
where
    Caller: for<'a> axum::extract::connect_info::Connected<IncomingStream<'a, Door>>,
{
    Router::new()
        .route(path::STATUS, get(status))
        .route(path::SESSIONS, get(sessions::list).post(sessions::add))
        .route(path::SESSION, get(sessions::show))
        .route(path::CHANGE_SESSION, post(sessions::change))
        .route(path::DISABLE_SESSION, post(sessions::disable))
        .route(path::ENABLE_SESSION, post(sessions::enable))
        .route(path::REMOVE_SESSION, post(sessions::remove))
        .route(path::RESET_SESSION, post(sessions::reset))
        .route(path::SET_NUMBERS, post(sessions::set_numbers))
        .route(path::LOG_OUT_SESSION, post(sessions::log_out))
        .route(path::MESSAGES, get(tail::messages))
        .route(path::AUDIT, get(sessions::audit))
        .route(path::INSTRUMENTS, get(instruments))
        .route(path::BOOK, get(book))
        .route(path::HALT, post(halting::halt))
        .route(path::RESUME, post(halting::resume))
        .route(path::HALTS, get(halting::list))
        .route(path::WITHDRAW_HALT, post(halting::withdraw))
        .route(path::GROUPS, get(halting::groups).post(halting::set_group))
        .route(path::BREAKER, get(breaker::show).post(breaker::set))
        .route(path::TRIP_BREAKER, post(breaker::trip))
        .route(path::INDEX, get(breaker::index))
        .route(path::INDEX_WEIGHTS, post(breaker::weigh))
        .route(path::INDEX_CLOSE, post(breaker::close))
        .route(path::PHASE, post(phasing::place))
        .route(path::KILL, post(killing::kill))
        .route(path::REINSTATE, post(killing::reinstate))
        .route(path::ACCOUNTS, post(open_account))
        .route(path::TRANSFERS, post(transfer))
        .route(path::RULES, get(rules::show).post(rules::set))
        .route(
            path::PARTICIPANT_LIMITS,
            get(limits::participant).post(limits::set_participant),
        )
        .route(
            path::ACCOUNT_LIMITS,
            get(limits::account).post(limits::set_account),
        )
        .route(path::SHORT_SALES, post(limits::set_short_sales))
        .route(
            path::RESTRICTED,
            get(limits::restricted).post(limits::restrict),
        )
        .route(path::FEES, get(fees::show))
        .route(path::FEE_ACCOUNT, post(fees::set_account))
        .route(path::INSTRUMENT_FEES, post(fees::set))
        .route(path::TIER, post(fees::set_tier))
        .route(
            path::SELF_TRADE,
            get(self_trade::show).post(self_trade::set),
        )
        .route(path::TRADES, get(trades::list))
        .route(path::TRADE, get(trades::show))
        .route(path::PROPOSE, post(trades::propose))
        .route(path::APPROVE, post(trades::approve))
        .route(path::WITHDRAW, post(trades::withdraw))
        .fallback(async || Failure::Path)
        .method_not_allowed_fallback(async || Failure::Method)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(patience))
        .with_state(desk)
        .into_make_service_with_connect_info::<Caller>()
}

async fn patience(request: Request, next: Next) -> Response {
    match timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::Timeout.into_response(),
    }
}

async fn status(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<Status>, Failure> {
    caller.must_be(ALL)?;
    let sessions = desk.roster.statuses();
    let logged_on = sessions.iter().filter(|session| session.logged_on).count();
    let view = desk.view.read();
    let in_phases =
        |wanted: fn(Phase) -> bool| number(view.phases().filter(|phase| wanted(*phase)).count());
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        epoch: desk.hub.epoch.to_string(),
        last_seq: desk.hub.feed.last_seq(),
        uptime_secs: desk.hub.opened.elapsed().as_secs(),
        durability: desk.hub.durability.name().to_owned(),
        sessions_logged_on: number(logged_on),
        sessions_total: number(sessions.len()),
        instruments_open: in_phases(|phase| phase == Phase::Open),
        instruments_halted: in_phases(|phase| phase == Phase::Halted),
        instruments_closed: in_phases(|phase| phase == Phase::Closed),
        instruments_in_call: in_phases(|phase| phase.auction().is_some()),
        instruments_pre_open: in_phases(|phase| phase == Phase::PreOpen),
        instruments_post_trade: in_phases(|phase| phase == Phase::PostTrade),
        live_orders: view.live_orders(),
        trades: view.trades(),
    }))
}

async fn instruments(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<Vec<InstrumentStatus>>, Failure> {
    caller.must_be(ALL)?;
    let listed = desk.hub.directory.instruments();
    Ok(Json(
        listed.iter().map(|it| desk.instrument_status(it)).collect(),
    ))
}

/// How much of a book.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Depth {
    depth: usize,
}

impl Default for Depth {
    fn default() -> Self {
        Self { depth: DEPTH }
    }
}

async fn book(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(symbol): Path<String>,
    depth: Result<Query<Depth>, QueryRejection>,
) -> Result<Json<BookView>, Failure> {
    caller.must_be(LOOK)?;
    let Query(Depth { depth }) = depth.map_err(|why| Failure::Body(why.body_text()))?;
    if !(1..=DEPTH_MAX).contains(&depth) {
        return Err(Failure::Body(format!("depth: must be 1 to {DEPTH_MAX}")));
    }
    let instrument = desk.instrument(&symbol)?;
    let view = desk.view.read();
    let book = view.book(instrument.id).ok_or(Failure::Symbol(symbol))?;
    let mut more = false;
    let mut levels = |side| {
        let mut levels = book.levels(side);
        let shown = levels.by_ref().take(depth);
        let shown = shown.map(|(price, level)| LevelView {
            price,
            qty: level.qty,
            orders: level.orders,
        });
        let shown = shown.collect();
        more |= levels.next().is_some();
        shown
    };
    let (bids, offers) = (levels(Side::Buy), levels(Side::Sell));
    Ok(Json(BookView {
        symbol: instrument.symbol,
        phase: book.phase().phase,
        seq: view.seq(),
        bids,
        offers,
        more,
    }))
}

async fn open_account(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AccountStatus>, Failure> {
    let origin = caller.must_be(FUND)?;
    let OpenAccount { account, margin } = read(body)?;
    if let Some(terms) = margin {
        caller.must_be(OPERATE)?;
        terms
            .examine()
            .map_err(|it| Failure::Body(format!("margin.{it}")))?;
    }
    let answer = |existed| Ok(Json(AccountStatus { account, existed }));
    let again = |known| {
        // Without terms it asks for an account, whatever its terms are.
        if margin.is_none() || desk.hub.settings.margin(known) == margin {
            answer(true)
        } else {
            Err(Failure::OtherTerms(account))
        }
    };
    if let Some(known) = desk.hub.directory.account_by_name(account) {
        return again(known);
    }
    let command = Command::OpenAccount {
        name: account,
        terms: margin.map_or(AccountTerms::Cash, AccountTerms::Margin),
    };
    let entry = desk.order(&caller, origin, command).await?;
    match entry.events.first() {
        Some(Event::AccountOpened { .. }) => answer(false),
        // Somebody has opened it between the look and the entry.
        Some(Event::Refused {
            refusal: Refusal::AlreadyExists,
        }) => again(desk.account(account.as_str())?),
        Some(Event::Refused { refusal }) => Err(Failure::Refused(*refusal)),
        other => Err(unexpected(&entry, other)),
    }
}

async fn transfer(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<TransferOutcome>, Failure> {
    let origin = caller.must_be(FUND)?;
    let request: Transfer = read(body)?;
    if request.transfer_id.as_str().starts_with(OPENING) {
        // The venue's own: with such an id the opening funds of an account would be taken as given.
        let why = format!("transfer_id: must not begin with {OPENING:?}");
        return Err(Failure::Body(why));
    }
    let directory = &desk.hub.directory;
    let account = directory
        .account_by_name(request.account)
        .ok_or_else(|| Failure::Account(request.account.to_string()))?;
    let asset = directory
        .asset_by_code(request.asset)
        .ok_or_else(|| Failure::Asset(request.asset.to_string()))?;
    let command = Command::TransferFunds {
        transfer_id: request.transfer_id,
        account,
        asset,
        amount: request.amount,
    };
    let entry = desk.order(&caller, origin, command).await?;
    match entry.events.first() {
        Some(Event::FundsTransferred { balance, .. }) => Ok(Json(TransferOutcome::Posted {
            seq: entry.seq,
            balance: *balance,
        })),
        Some(Event::TransferRefused { refusal, .. }) if *refusal != Refusal::TransferMismatch => {
            Ok(Json(TransferOutcome::Refused {
                reason: refusal.to_string(),
            }))
        }
        Some(Event::TransferRefused { refusal, .. } | Event::Refused { refusal }) => {
            Err(Failure::Refused(*refusal))
        }
        other => Err(unexpected(&entry, other)),
    }
}

impl Desk {
    pub(super) fn instrument_status(&self, instrument: &Instrument) -> InstrumentStatus {
        let view = self.view.read();
        let book = view.book(instrument.id);
        let phase = book.map(|book| book.phase());
        InstrumentStatus {
            symbol: instrument.symbol,
            currency: instrument.currency,
            phase: phase.map_or(Phase::Closed, |phase| phase.phase),
            reason: phase
                .and_then(|phase| phase.reason)
                .map(|it| it.to_string()),
            tick: instrument.tick,
            lot: instrument.lot,
            last_px: book.and_then(|book| book.tape().last_px()),
        }
    }
}

pub(super) fn unexpected(entry: &Entry, event: Option<&Event>) -> Failure {
    error!(
        seq = entry.seq,
        ?event,
        "control: an outcome that should not be"
    );
    Failure::Defect
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
