//! Positions in the database: every change in the exchange's order, with the position after it. A change that comes late (another
//! topic) is put at its place and what follows it is folded again, so the end does not depend on the order of arrival. One that stands there
//! already (another source told it) changes nothing.

use crate::amount;
use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use crate::portfolio::position::{Cause, Change, Position};
use market::id::{AccountName, Symbol};
use market::money::Money;
use sqlx::FromRow;

/// A change and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct PlacedChange {
    /// Where its event stands.
    pub place: EventPlace,
    /// Which side of a trade; 0 for a transfer.
    pub leg: i64,
    /// What changed.
    pub change: Change,
}

#[derive(FromRow)]
struct Current {
    qty: i64,
    cost: i64,
    realized: i64,
    last_seq: i64,
    last_idx: i64,
    last_leg: i64,
}

#[derive(FromRow)]
struct Logged {
    seq: i64,
    idx: i64,
    leg: i64,
    kind: String,
    qty: i64,
    cash: i64,
}

const fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::Trade => "trade",
        Cause::Transfer => "transfer",
    }
}

fn sql(raw: i128) -> Result<i64, Error> {
    amount::to_sql("position", Money::from_raw(raw))
}

fn position((qty, cost, realized): (i64, i64, i64)) -> Position {
    Position {
        qty: i128::from(qty),
        cost: i128::from(cost),
        realized: i128::from(realized),
    }
}

fn fold(before: Position, change: Change) -> Result<Position, Error> {
    before.after(change).ok_or_else(|| Error::OutOfRange {
        what: "position",
        value: change.qty.to_string(),
    })
}

/// Applies a change at its place, once.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn apply(
    tx: &mut Tx,
    account: &AccountName,
    symbol: &Symbol,
    placed: PlacedChange,
) -> Result<(), Error> {
    let (account, symbol) = (account.to_string(), symbol.to_string());
    let current = locked(tx, &account, &symbol).await?;
    let (seq, idx, leg) = (placed.place.seq, placed.place.idx, placed.leg);
    if (current.last_seq, current.last_idx, current.last_leg) < (seq, idx, leg) {
        let before = position((current.qty, current.cost, current.realized));
        let after = fold(before, placed.change)?;
        insert(tx, &account, &symbol, &placed, after).await?;
        store(tx, &account, &symbol, after, (seq, idx, leg)).await
    } else if is_logged(tx, &account, &symbol, (seq, idx, leg)).await? {
        Ok(())
    } else {
        let before = before(tx, &account, &symbol, (seq, idx, leg)).await?;
        let after = fold(before, placed.change)?;
        insert(tx, &account, &symbol, &placed, after).await?;
        refold(tx, &account, &symbol, after, (seq, idx, leg)).await
    }
}

async fn locked(tx: &mut Tx, account: &str, symbol: &str) -> Result<Current, Error> {
    Ok(tx
        .q("INSERT INTO positions (account, symbol) VALUES ($1, $2) \
            ON CONFLICT (account, symbol) DO UPDATE SET account = excluded.account \
            RETURNING qty, cost, realized, last_seq, last_idx, last_leg")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .one()
        .await?)
}

async fn is_logged(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    (seq, idx, leg): (i64, i64, i64),
) -> Result<bool, Error> {
    let found: Option<(i64,)> = tx
        .q("SELECT leg FROM position_changes WHERE account = $1 AND symbol = $2 AND seq = $3 AND idx = $4 AND leg = $5")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .bind(seq)
        .bind(idx)
        .bind(leg)
        .opt()
        .await?;
    Ok(found.is_some())
}

async fn insert(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    placed: &PlacedChange,
    after: Position,
) -> Result<(), Error> {
    tx.q("INSERT INTO position_changes (account, symbol, seq, idx, leg, kind, qty, cash, qty_after, cost_after, realized_after) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .bind(placed.place.seq)
        .bind(placed.place.idx)
        .bind(placed.leg)
        .bind(word(placed.change.cause).to_owned())
        .bind(sql(placed.change.qty)?)
        .bind(sql(placed.change.cash)?)
        .bind(sql(after.qty)?)
        .bind(sql(after.cost)?)
        .bind(sql(after.realized)?)
        .exec()
        .await?;
    Ok(())
}

async fn store(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    after: Position,
    (seq, idx, leg): (i64, i64, i64),
) -> Result<(), Error> {
    tx.q("UPDATE positions SET qty = $3, cost = $4, realized = $5, last_seq = $6, last_idx = $7, last_leg = $8 \
          WHERE account = $1 AND symbol = $2")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .bind(sql(after.qty)?)
        .bind(sql(after.cost)?)
        .bind(sql(after.realized)?)
        .bind(seq)
        .bind(idx)
        .bind(leg)
        .exec()
        .await?;
    Ok(())
}

/// The position just before a place.
async fn before(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    (seq, idx, leg): (i64, i64, i64),
) -> Result<Position, Error> {
    let found: Option<(i64, i64, i64)> = tx
        .q("SELECT qty_after, cost_after, realized_after FROM position_changes \
            WHERE account = $1 AND symbol = $2 AND (seq, idx, leg) < ($3, $4, $5) ORDER BY seq DESC, idx DESC, leg DESC LIMIT 1")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .bind(seq)
        .bind(idx)
        .bind(leg)
        .opt()
        .await?;
    Ok(found.map(position).unwrap_or_default())
}

/// Folds all that stands after a place again.
async fn refold(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    mut position: Position,
    (seq, idx, leg): (i64, i64, i64),
) -> Result<(), Error> {
    let later: Vec<Logged> = tx
        .q("SELECT seq, idx, leg, kind, qty, cash FROM position_changes \
            WHERE account = $1 AND symbol = $2 AND (seq, idx, leg) > ($3, $4, $5) ORDER BY seq, idx, leg")
        .bind(account.to_owned())
        .bind(symbol.to_owned())
        .bind(seq)
        .bind(idx)
        .bind(leg)
        .all()
        .await?;
    let mut last = (seq, idx, leg);
    for logged in later {
        let cause = if logged.kind == word(Cause::Trade) {
            Cause::Trade
        } else {
            Cause::Transfer
        };
        let change = Change {
            cause,
            qty: i128::from(logged.qty),
            cash: i128::from(logged.cash),
        };
        position = fold(position, change)?;
        last = (logged.seq, logged.idx, logged.leg);
        rewrite(tx, account, symbol, position, last).await?;
    }
    store(tx, account, symbol, position, last).await
}

async fn rewrite(
    tx: &mut Tx,
    account: &str,
    symbol: &str,
    after: Position,
    (seq, idx, leg): (i64, i64, i64),
) -> Result<(), Error> {
    tx.q(
        "UPDATE position_changes SET qty_after = $6, cost_after = $7, realized_after = $8 \
          WHERE account = $1 AND symbol = $2 AND seq = $3 AND idx = $4 AND leg = $5",
    )
    .bind(account.to_owned())
    .bind(symbol.to_owned())
    .bind(seq)
    .bind(idx)
    .bind(leg)
    .bind(sql(after.qty)?)
    .bind(sql(after.cost)?)
    .bind(sql(after.realized)?)
    .exec()
    .await?;
    Ok(())
}
