//! The wallet: a double-entry ledger ([`ledger`]), deposits of demo money as two-phase transfers ([`deposit`]), and the worker that
//! brings each of them to its one outcome ([`settlement`]). This file reads a user's balances and postings.

pub mod deposit;
pub mod ledger;
pub mod settlement;

use crate::db::Tx;
use crate::error::Error;
use sqlx::FromRow;
use uuid::Uuid;

/// What a user has in one ledger account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Balance {
    /// `wallet`, `hold` or `exchange`.
    pub kind: String,
    /// The account of the exchange, for kind `exchange`.
    pub venue_account: Option<String>,
    /// Asset.
    pub asset: String,
    /// How much, in 10⁻⁸.
    pub balance: i64,
}

/// A posting as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PostingRow {
    /// Which transaction.
    pub transaction_key: String,
    /// Which line of it.
    pub line: i64,
    /// Why.
    pub kind: String,
    /// From where.
    pub source: String,
    /// To where.
    pub target: String,
    /// Asset.
    pub asset: String,
    /// How much, in 10⁻⁸; above zero.
    pub amount: i64,
    /// When, in microseconds since the Unix epoch.
    pub at_us: i64,
}

/// Where a page of postings ends; the next one begins behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingCursor {
    /// Moment of the last posting.
    pub at_us: i64,
    /// Its transaction.
    pub transaction_key: String,
    /// Its line.
    pub line: i64,
}

/// The balances of a user: wallet, hold, and the accounts of the exchange that it owns.
///
/// # Errors
/// The database's.
pub async fn balances(tx: &mut Tx, user: Uuid) -> Result<Vec<Balance>, Error> {
    Ok(tx
        .q(
            "SELECT kind, venue_account, asset, balance FROM ledger_accounts \
            WHERE owner = $1 OR venue_account IN (SELECT name FROM accounts WHERE owner = $1) \
            ORDER BY kind, venue_account, asset",
        )
        .bind(user)
        .all()
        .await?)
}

/// Postings that touch a user's ledger accounts, newest first, at most `limit`, from behind `after`.
///
/// # Errors
/// The database's.
pub async fn postings(
    tx: &mut Tx,
    user: Uuid,
    after: Option<PostingCursor>,
    limit: i64,
) -> Result<Vec<PostingRow>, Error> {
    let after = after.unwrap_or(PostingCursor {
        at_us: i64::MAX,
        transaction_key: String::new(),
        line: 0,
    });
    Ok(tx
        .q("WITH mine AS (SELECT name FROM ledger_accounts \
              WHERE owner = $1 OR venue_account IN (SELECT name FROM accounts WHERE owner = $1)) \
            SELECT transaction_key, line, kind, source, target, asset, amount, at_us FROM postings \
            WHERE (source IN (SELECT name FROM mine) OR target IN (SELECT name FROM mine)) \
              AND (at_us, transaction_key, line) < ($2, $3, $4) \
            ORDER BY at_us DESC, transaction_key DESC, line DESC LIMIT $5")
        .bind(user)
        .bind(after.at_us)
        .bind(after.transaction_key)
        .bind(after.line)
        .bind(limit)
        .all()
        .await?)
}
