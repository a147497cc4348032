//! A deposit of demo money: a two-phase transfer with one outcome.
//!
//! ```text
//!            begin (one transaction)                 conclude (one transaction)
//! (nothing) ───────────────────────► held ──┬─ exchange posted ──► posted   hold → transit (→ exchange, when its event comes)
//!            bank → wallet → hold           └─ exchange refused ─► refused  hold → wallet → bank
//! ```
//!
//! The exchange refuses by an outcome, or by an answer that can never be another (an unknown asset); every other failure says nothing, and the
//! deposit stays held. Between the two stands the request to the exchange, whose idempotency key is the deposit's id: it can be repeated until its
//! outcome is known, by the request that began it or, after a crash, by [`super::settlement`].

use crate::amount;
use crate::clock;
use crate::db::retry::in_tx;
use crate::db::{Db, Tx, for_update};
use crate::error::Error;
use crate::exchange_control::ExchangeControl;
use crate::instruments;
use crate::metrics::Metrics;
use crate::wallet::ledger::{self, Kind, LedgerAccount, Line, Transaction};
use market::control::{Transfer, TransferOutcome};
use market::id::{AccountName, AssetCode, TransferId};
use market::money::Money;
use sqlx::FromRow;
use std::fmt::Display;
use uuid::Uuid;

/// What a user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepositRequest {
    /// Into which account of the exchange (the user's own).
    pub account: AccountName,
    /// Asset.
    pub asset: AssetCode,
    /// How much, above zero.
    pub amount: Money,
}

/// A deposit as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Deposit {
    /// Id; also the idempotency key at the exchange.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Into which account of the exchange.
    pub account: String,
    /// Asset.
    pub asset: String,
    /// How much, in 10⁻⁸.
    pub amount: i64,
    /// `held`, `posted` or `refused`.
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The journal entry of the exchange that posted it.
    pub exchange_seq: Option<i64>,
    /// How often the exchange was asked without an answer.
    pub attempts: i64,
    /// When it began, in microseconds since the Unix epoch.
    pub created_us: i64,
}

impl Deposit {
    /// Whether its outcome is not known yet.
    pub fn is_held(&self) -> bool {
        self.state == "held"
    }

    fn is_same(&self, request: &DepositRequest) -> bool {
        self.account == request.account.as_str()
            && self.asset == request.asset.as_str()
            && amount::money(self.amount) == request.amount
    }
}

/// Longest pause between two attempts, in microseconds.
const PAUSE_MAX_US: i64 = 60_000_000;

/// First phase: the demo bank fills the wallet, and the wallet the hold. The same `key` of the same user gives the same deposit.
///
/// # Errors
/// [`Error::NotFound`] when the account is not the user's, [`Error::Conflict`] when it is not open yet or the key was used for another
/// deposit, [`Error::Unprocessable`] when the exchange has no such asset; nothing is held then.
pub async fn begin(
    db: &Db,
    metrics: &Metrics,
    user: Uuid,
    key: &str,
    request: &DepositRequest,
) -> Result<Deposit, Error> {
    let id = Uuid::now_v7();
    let begun = in_tx!(db, |tx| begin_in(tx, id, user, key, request).await?)?;
    if begun.id == id {
        metrics.transferred(&begun.state);
    }
    Ok(begun)
}

async fn begin_in(
    tx: &mut Tx,
    id: Uuid,
    user: Uuid,
    key: &str,
    request: &DepositRequest,
) -> Result<Deposit, Error> {
    let now_us = clock::now_us();
    check_account(tx, user, request).await?;
    check_asset(tx, request.asset).await?;
    let rows = tx
        .q("INSERT INTO deposits (id, user_id, idempotency_key, account, asset, amount, state, next_attempt_us, created_us, updated_us) \
            VALUES ($1, $2, $3, $4, $5, $6, 'held', $7, $7, $7) ON CONFLICT (user_id, idempotency_key) DO NOTHING")
        .bind(id)
        .bind(user)
        .bind(key.to_owned())
        .bind(request.account.to_string())
        .bind(request.asset.to_string())
        .bind(amount::to_sql("deposit", request.amount)?)
        .bind(now_us)
        .exec()
        .await?;
    if rows == 1 {
        hold(tx, id, user, request, now_us).await?;
    }
    let deposit: Deposit = tx
        .q("SELECT id, user_id, account, asset, amount, state, reason, exchange_seq, attempts, created_us FROM deposits \
            WHERE user_id = $1 AND idempotency_key = $2")
        .bind(user)
        .bind(key.to_owned())
        .one()
        .await?;
    if deposit.is_same(request) {
        Ok(deposit)
    } else {
        Err(Error::Conflict {
            code: "idempotency_key_reused",
            message: "this Idempotency-Key was used for another deposit".into(),
        })
    }
}

async fn check_account(tx: &mut Tx, user: Uuid, request: &DepositRequest) -> Result<(), Error> {
    let state: Option<(String,)> = tx
        .q("SELECT state FROM accounts WHERE name = $1 AND owner = $2")
        .bind(request.account.to_string())
        .bind(user)
        .opt()
        .await?;
    match state.as_ref().map(|(state,)| state.as_str()) {
        None => Err(Error::NotFound { what: "account" }),
        Some("open") => Ok(()),
        Some(_) => Err(Error::Conflict {
            code: "account_opening",
            message: "the exchange has not opened this account yet; try again".into(),
        }),
    }
}

/// Only currencies of instruments are assets. Before the exchange has told of any instrument it is asked itself.
async fn check_asset(tx: &mut Tx, asset: AssetCode) -> Result<(), Error> {
    let currencies = instruments::currencies(tx).await?;
    if currencies.is_empty() || currencies.iter().any(|known| known == asset.as_str()) {
        return Ok(());
    }
    Err(Error::Unprocessable {
        code: "unknown_asset",
        field: Some("asset"),
        message: format!(
            "the exchange has no asset {asset}; it has {}",
            currencies.join(", ")
        ),
    })
}

async fn hold(
    tx: &mut Tx,
    id: Uuid,
    user: Uuid,
    request: &DepositRequest,
    now_us: i64,
) -> Result<(), Error> {
    let (wallet, hold) = (LedgerAccount::Wallet(user), LedgerAccount::Hold(user));
    for (kind, source, target) in [
        (Kind::Deposit, LedgerAccount::Bank, wallet),
        (Kind::Hold, wallet, hold),
    ] {
        let lines = vec![Line {
            source,
            target,
            amount: request.amount,
        }];
        post(tx, id, kind, request.asset, now_us, lines).await?;
    }
    Ok(())
}

async fn post(
    tx: &mut Tx,
    id: Uuid,
    kind: Kind,
    asset: AssetCode,
    at_us: i64,
    lines: Vec<Line>,
) -> Result<(), Error> {
    let key = format!("deposit/{id}/{}", kind.word());
    let transaction = Transaction::new(key, kind, asset, at_us, lines).map_err(unprocessable)?;
    ledger::post(tx, &transaction).await?;
    Ok(())
}

fn unprocessable(why: impl Display) -> Error {
    Error::Unprocessable {
        code: "bad_amount",
        field: Some("amount"),
        message: why.to_string(),
    }
}

/// Asks the exchange, and concludes when it answers with an outcome. Without an answer the deposit stays held and is due again later.
///
/// # Errors
/// The database's; an exchange that does not answer is no error here.
pub async fn settle(
    db: &Db,
    control: &dyn ExchangeControl,
    metrics: &Metrics,
    deposit: &Deposit,
) -> Result<Deposit, Error> {
    if !deposit.is_held() {
        return Ok(deposit.clone());
    }
    let outcome = match control.transfer(transfer(deposit)?).await {
        Ok(outcome) => outcome,
        Err(Error::ExchangeRefused { why }) => TransferOutcome::Refused { reason: why },
        Err(why) => {
            tracing::warn!(deposit = %deposit.id, attempts = deposit.attempts, %why, "deposit has no outcome yet");
            let next_us = clock::now_us() + pause_us(deposit.attempts);
            return in_tx!(db, |tx| postpone(tx, deposit.id, next_us).await?);
        }
    };
    let concluded = in_tx!(db, |tx| conclude(tx, deposit.id, &outcome).await?)?;
    if concluded.by_this {
        metrics.transferred(&concluded.deposit.state);
    }
    Ok(concluded.deposit)
}

/// The request to the exchange: its key is the deposit's id.
fn transfer(deposit: &Deposit) -> Result<Transfer, Error> {
    let broken = Error::Internal("a stored deposit does not read as a transfer");
    let read = || {
        Some(Transfer {
            transfer_id: TransferId::new(&deposit.id.to_string()).ok()?,
            account: deposit.account.parse().ok()?,
            asset: deposit.asset.parse().ok()?,
            amount: amount::money(deposit.amount),
        })
    };
    read().ok_or(broken)
}

/// One second, doubled with each attempt, at most a minute.
fn pause_us(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 6)).unwrap_or_default();
    (1_000_000 << doublings).min(PAUSE_MAX_US)
}

/// A deposit with its outcome.
struct Concluded {
    deposit: Deposit,
    /// Whether it was concluded by this call: another may have been faster.
    by_this: bool,
}

/// Second phase. A deposit that has its outcome keeps it.
async fn conclude(tx: &mut Tx, id: Uuid, outcome: &TransferOutcome) -> Result<Concluded, Error> {
    let deposit = locked(tx, id).await?;
    if !deposit.is_held() {
        return Ok(Concluded {
            deposit,
            by_this: false,
        });
    }
    let now_us = clock::now_us();
    let asset = deposit
        .asset
        .parse()
        .map_err(|_| Error::Internal("a stored deposit has no asset"))?;
    let (wallet, hold) = (
        LedgerAccount::Wallet(deposit.user_id),
        LedgerAccount::Hold(deposit.user_id),
    );
    let line = |source, target| Line {
        source,
        target,
        amount: amount::money(deposit.amount),
    };
    let (kind, lines, state, reason, seq) = match outcome {
        TransferOutcome::Posted { seq, .. } => {
            let seq = amount::seq_to_sql("journal number", *seq)?;
            let lines = vec![line(hold, LedgerAccount::Transit)];
            (Kind::Post, lines, "posted", None, Some(seq))
        }
        TransferOutcome::Refused { reason } => {
            let lines = vec![line(hold, wallet), line(wallet, LedgerAccount::Bank)];
            (Kind::Void, lines, "refused", Some(reason.clone()), None)
        }
    };
    post(tx, id, kind, asset, now_us, lines).await?;
    tx.q("UPDATE deposits SET state = $2, reason = $3, exchange_seq = $4, updated_us = $5 WHERE id = $1")
        .bind(id)
        .bind(state.to_owned())
        .bind(reason)
        .bind(seq)
        .bind(now_us)
        .exec()
        .await?;
    Ok(Concluded {
        deposit: locked(tx, id).await?,
        by_this: true,
    })
}

async fn postpone(tx: &mut Tx, id: Uuid, next_us: i64) -> Result<Deposit, Error> {
    tx.q("UPDATE deposits SET attempts = attempts + 1, next_attempt_us = $2 WHERE id = $1 AND state = 'held'")
        .bind(id)
        .bind(next_us)
        .exec()
        .await?;
    locked(tx, id).await
}

async fn locked(tx: &mut Tx, id: Uuid) -> Result<Deposit, Error> {
    Ok(tx
        .q(for_update!(
            "SELECT id, user_id, account, asset, amount, state, reason, exchange_seq, attempts, created_us FROM deposits WHERE id = $1"
        ))
        .bind(id)
        .one()
        .await?)
}

/// A user's deposit.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is another's.
pub async fn by_id(tx: &mut Tx, user: Uuid, id: Uuid) -> Result<Deposit, Error> {
    tx.q("SELECT id, user_id, account, asset, amount, state, reason, exchange_seq, attempts, created_us FROM deposits \
          WHERE id = $1 AND user_id = $2")
        .bind(id)
        .bind(user)
        .opt()
        .await?
        .ok_or(Error::NotFound { what: "deposit" })
}

/// Deposits that are held and due at `now_us`, longest waiting first, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn due(tx: &mut Tx, now_us: i64, limit: i64) -> Result<Vec<Deposit>, Error> {
    Ok(tx
        .q("SELECT id, user_id, account, asset, amount, state, reason, exchange_seq, attempts, created_us FROM deposits \
            WHERE state = 'held' AND next_attempt_us <= $1 ORDER BY next_attempt_us, id LIMIT $2")
        .bind(now_us)
        .bind(limit)
        .all()
        .await?)
}

/// How many deposits are held.
///
/// # Errors
/// The database's.
pub async fn held_count(tx: &mut Tx) -> Result<i64, Error> {
    let (count,): (i64,) = tx
        .q("SELECT CAST(COUNT(*) AS BIGINT) FROM deposits WHERE state = 'held'")
        .one()
        .await?;
    Ok(count)
}

/// Whether a transfer that the exchange told of is one of our deposits.
///
/// # Errors
/// The database's.
pub async fn is_ours(tx: &mut Tx, transfer_id: &TransferId) -> Result<bool, Error> {
    let Ok(id) = transfer_id.as_str().parse::<Uuid>() else {
        return Ok(false);
    };
    let found: Option<(Uuid,)> = tx
        .q("SELECT id FROM deposits WHERE id = $1")
        .bind(id)
        .opt()
        .await?;
    Ok(found.is_some())
}
