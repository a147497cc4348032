//! The caller's wallet: balances, postings, deposits of demo money.

use crate::amount;
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::http::body::{IdempotencyKey, JsonBody, QueryOf};
use crate::http::cursor;
use crate::http::guard::Caller;
use crate::wallet::deposit::{self, Deposit, DepositRequest};
use crate::wallet::{self, Balance, PostingCursor, PostingRow};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use market::id::{AccountName, AssetCode};
use market::money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which page of the postings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WalletQuery {
    /// Where the page before ended (`next_cursor`).
    cursor: Option<String>,
    /// How many postings, 1 to 500; 50 when not said.
    limit: Option<i64>,
}

/// Balances and postings.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletView {
    /// What I have, and where.
    pub balances: Vec<BalanceView>,
    /// How it moved, newest first.
    pub postings: Vec<PostingView>,
    /// Ask with it for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// A balance.
#[derive(Debug, Serialize, ToSchema)]
pub struct BalanceView {
    /// `wallet`: free here; `hold`: on its way to the exchange; `exchange`: at the exchange.
    #[schema(example = "exchange")]
    pub kind: String,
    /// Which account at the exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Asset.
    #[schema(example = "USD")]
    pub asset: String,
    /// How much.
    #[schema(value_type = String, example = "1000.5")]
    pub balance: Money,
}

impl From<Balance> for BalanceView {
    fn from(row: Balance) -> Self {
        Self {
            kind: row.kind,
            account: row.venue_account,
            asset: row.asset,
            balance: amount::money(row.balance),
        }
    }
}

/// A posting.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingView {
    /// Which transaction it belongs to.
    pub transaction: String,
    /// Why: `deposit`, `hold`, `post`, `void`, `funding` or `trade`.
    #[schema(example = "trade")]
    pub kind: String,
    /// Ledger account it came from.
    pub source: String,
    /// Ledger account it went to.
    pub target: String,
    /// Asset.
    #[schema(example = "USD")]
    pub asset: String,
    /// How much; above zero.
    #[schema(value_type = String, example = "10.25")]
    pub amount: Money,
    /// When.
    pub at: String,
}

impl From<PostingRow> for PostingView {
    fn from(row: PostingRow) -> Self {
        Self {
            transaction: row.transaction_key,
            kind: row.kind,
            source: row.source,
            target: row.target,
            asset: row.asset,
            amount: amount::money(row.amount),
            at: clock::rfc3339(row.at_us),
        }
    }
}

/// A deposit of demo money.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepositBody {
    /// Into which of my accounts.
    #[schema(value_type = String, example = "U-7KXQ2M9DPBVT")]
    pub account: AccountName,
    /// Asset.
    #[schema(value_type = String, example = "USD")]
    pub asset: AssetCode,
    /// How much; above zero.
    #[schema(value_type = String, example = "1000")]
    pub amount: Money,
}

/// A deposit as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepositView {
    /// Id.
    pub id: Uuid,
    /// Into which account.
    pub account: String,
    /// Asset.
    #[schema(example = "USD")]
    pub asset: String,
    /// How much.
    #[schema(value_type = String, example = "1000")]
    pub amount: Money,
    /// `held` (no outcome yet), `posted` or `refused` (the money went back to the demo bank).
    #[schema(example = "posted")]
    pub state: String,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The exchange's journal number of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_seq: Option<i64>,
    /// When it began.
    pub created_at: String,
}

impl From<Deposit> for DepositView {
    fn from(deposit: Deposit) -> Self {
        Self {
            id: deposit.id,
            account: deposit.account,
            asset: deposit.asset,
            amount: amount::money(deposit.amount),
            state: deposit.state,
            reason: deposit.reason,
            exchange_seq: deposit.exchange_seq,
            created_at: clock::rfc3339(deposit.created_us),
        }
    }
}

/// My balances and postings.
#[utoipa::path(get, path = "/api/v1/wallet", tag = "wallet", security(("bearer" = [])), params(WalletQuery),
    responses((status = 200, description = "Balances, and a page of postings.", body = WalletView)))]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    QueryOf(query): QueryOf<WalletQuery>,
) -> Result<Json<WalletView>, Error> {
    let limit = cursor::limit(query.limit)?;
    let after = query
        .cursor
        .as_deref()
        .map(cursor::to_posting)
        .transpose()?;
    let mut tx = app.db.read().await?;
    let balances = wallet::balances(&mut tx, caller.0.user).await?;
    let mut rows = wallet::postings(&mut tx, caller.0.user, after, limit + 1).await?;
    let next_cursor = next_cursor(&mut rows, limit);
    Ok(Json(WalletView {
        balances: balances.into_iter().map(BalanceView::from).collect(),
        postings: rows.into_iter().map(PostingView::from).collect(),
        next_cursor,
    }))
}

/// Cuts the one row too many; where the page ends then, if there was one.
fn next_cursor(rows: &mut Vec<PostingRow>, limit: i64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or_default();
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| {
        cursor::of_posting(&PostingCursor {
            at_us: row.at_us,
            transaction_key: row.transaction_key.clone(),
            line: row.line,
        })
    })
}

/// Deposits demo money into one of my accounts at the exchange. Repeating it with the same key is harmless and gives the same deposit.
#[utoipa::path(post, path = "/api/v1/wallet/deposits", tag = "wallet", security(("bearer" = [])), request_body = DepositBody,
    params(("Idempotency-Key" = String, Header, description = "Yours; 1 to 64 visible ASCII characters. The same key is the same deposit.")),
    responses((status = 201, description = "It has its outcome: posted or refused.", body = DepositView),
              (status = 202, description = "Held: the exchange has not answered yet; it is asked again until it does.", body = DepositView)))]
pub async fn deposit(
    State(app): State<Arc<App>>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    JsonBody(body): JsonBody<DepositBody>,
) -> Result<(StatusCode, Json<DepositView>), Error> {
    check_amount(body.amount, app.deposit_max)?;
    let request = DepositRequest {
        account: body.account,
        asset: body.asset,
        amount: body.amount,
    };
    let (db, metrics) = (&app.db, &app.metrics);
    let begun = deposit::begin(db, metrics, caller.0.user, &key, &request).await?;
    let deposit = deposit::settle(db, app.control.as_ref(), metrics, &begun).await?;
    let status = if deposit.is_held() {
        StatusCode::ACCEPTED
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(deposit.into())))
}

fn check_amount(amount: Money, max: Money) -> Result<(), Error> {
    let message = if amount <= Money::ZERO {
        "the amount must be above zero".into()
    } else if amount > max {
        format!("one deposit brings at most {max}")
    } else {
        return Ok(());
    };
    Err(Error::Unprocessable {
        code: "bad_amount",
        field: Some("amount"),
        message,
    })
}

/// One of my deposits.
#[utoipa::path(get, path = "/api/v1/wallet/deposits/{id}", tag = "wallet", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Id of the deposit.")),
    responses((status = 200, description = "As it stands.", body = DepositView)))]
pub async fn deposit_by_id(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<DepositView>, Error> {
    let id: Uuid = id
        .parse()
        .map_err(|_| Error::field("id", "not the id of a deposit"))?;
    let mut tx = app.db.read().await?;
    let deposit = deposit::by_id(&mut tx, caller.0.user, id).await?;
    Ok(Json(deposit.into()))
}
