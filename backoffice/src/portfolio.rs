//! The portfolio: what a user's accounts hold at the exchange, what it cost, and what it is worth now. Positions are folded from
//! trades and transfers ([`position`], [`position_log`]); this file reads and values them.

pub mod position;
pub mod position_log;
pub mod valuation;

use crate::db::Tx;
use crate::error::Error;
use sqlx::FromRow;
use uuid::Uuid;

/// Cash of an account in one asset, in 10⁻⁸.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CashRow {
    /// Account.
    pub account: String,
    /// Asset.
    pub asset: String,
    /// All of it.
    pub cash: i64,
    /// What open buy orders hold of it.
    pub reserved: i64,
}

/// A position of an account, in 10⁻⁸.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PositionRow {
    /// Account.
    pub account: String,
    /// Symbol.
    pub symbol: String,
    /// Quantity.
    pub qty: i64,
    /// What it cost in total.
    pub cost: i64,
    /// Profit and loss realized so far.
    pub realized: i64,
    /// What open sell orders hold of the quantity.
    pub reserved: i64,
    /// Currency, when the instrument is known.
    pub currency: Option<String>,
    /// Last price, or the reference price before the first trade.
    pub price: Option<i64>,
}

/// Cash of a user's accounts.
///
/// # Errors
/// The database's.
pub async fn cash(tx: &mut Tx, user: Uuid) -> Result<Vec<CashRow>, Error> {
    Ok(tx
        .q("SELECT l.venue_account AS account, l.asset AS asset, l.balance AS cash, \
              CAST(COALESCE((SELECT SUM(o.reserved) FROM orders o JOIN instruments i ON i.symbol = o.symbol \
                WHERE o.account = l.venue_account AND o.leaves_qty > 0 AND o.side = 'buy' AND i.currency = l.asset), 0) AS BIGINT) AS reserved \
            FROM ledger_accounts l WHERE l.kind = 'exchange' AND l.venue_account IN (SELECT name FROM accounts WHERE owner = $1) \
            ORDER BY l.venue_account, l.asset")
        .bind(user)
        .all()
        .await?)
}

/// Positions of a user's accounts, closed ones included while they have realized something.
///
/// # Errors
/// The database's.
pub async fn positions(tx: &mut Tx, user: Uuid) -> Result<Vec<PositionRow>, Error> {
    Ok(tx
        .q("SELECT p.account, p.symbol, p.qty, p.cost, p.realized, \
              CAST(COALESCE((SELECT SUM(o.reserved) FROM orders o WHERE o.account = p.account AND o.leaves_qty > 0 \
                AND o.side = 'sell' AND o.symbol = p.symbol), 0) AS BIGINT) AS reserved, \
              i.currency, COALESCE(i.last_px, i.reference_px) AS price \
            FROM positions p LEFT JOIN instruments i ON i.symbol = p.symbol \
            WHERE p.account IN (SELECT name FROM accounts WHERE owner = $1) AND (p.qty <> 0 OR p.realized <> 0) \
            ORDER BY p.account, p.symbol")
        .bind(user)
        .all()
        .await?)
}
