//! Trades of accounts: one row for each side, with the trace id of the order's way. A trade that operators have undone or corrected stays in
//! its place, as what it is now.

use crate::amount;
use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use crate::words;
use market::id::AccountName;
use market::order::Side;
use market::topic::{LegView, TradeChangeView, TradeView};
use sqlx::FromRow;
use uuid::Uuid;

/// One side of a trade, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Trade {
    /// Account.
    pub account: String,
    /// Journal entry.
    pub seq: i64,
    /// Which envelope of it.
    pub idx: i64,
    /// 0 for the buyer's side, 1 for the seller's.
    pub leg: i64,
    /// Number that both sides share.
    pub trade_id: i64,
    /// Symbol.
    pub symbol: String,
    /// Currency.
    pub currency: String,
    /// `buy` or `sell`.
    pub side: String,
    /// What became of it: `executed`, `corrected` or `busted`.
    pub status: String,
    /// Price as it is now, in 10⁻⁸; of a busted trade as it was last, like quantity and cash.
    pub price: i64,
    /// Quantity, in 10⁻⁸.
    pub qty: i64,
    /// Cash that moved, in 10⁻⁸.
    pub notional: i64,
    /// Price as it was made, in 10⁻⁸; none while nothing has changed it, like the two behind it.
    pub first_price: Option<i64>,
    /// Quantity as it was made, in 10⁻⁸.
    pub first_qty: Option<i64>,
    /// Cash as it was made, in 10⁻⁸.
    pub first_notional: Option<i64>,
    /// When it was changed last, in microseconds since the Unix epoch.
    pub changed_us: Option<i64>,
    /// Whether this side arrived and met the other.
    pub aggressor: bool,
    /// OrderID.
    pub order_id: i64,
    /// ClOrdID.
    pub cl_ord_id: String,
    /// When, in microseconds since the Unix epoch.
    pub at_us: i64,
    /// Trace id (32 hex digits).
    pub trace_id: String,
}

/// Where a page ends; the next one begins behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeCursor {
    /// Journal entry.
    pub seq: i64,
    /// Which envelope of it.
    pub idx: i64,
    /// Which side.
    pub leg: i64,
}

/// When and on which order's way an event happened.
#[derive(Clone, Copy, Debug)]
pub struct Happened<'a> {
    /// Where in the history.
    pub place: EventPlace,
    /// When, in microseconds since the Unix epoch.
    pub at_us: i64,
    /// Trace id.
    pub trace_id: &'a str,
}

/// Trades of a user's accounts, newest first, at most `limit`, from behind `after`.
///
/// # Errors
/// The database's.
pub async fn page(
    tx: &mut Tx,
    user: Uuid,
    after: Option<TradeCursor>,
    limit: i64,
) -> Result<Vec<Trade>, Error> {
    let after = after.unwrap_or(TradeCursor {
        seq: i64::MAX,
        idx: 0,
        leg: 0,
    });
    Ok(tx
        .q("SELECT account, seq, idx, leg, trade_id, symbol, currency, side, status, price, qty, notional, first_price, first_qty, \
            first_notional, changed_us, aggressor, order_id, cl_ord_id, at_us, trace_id FROM trades \
            WHERE account IN (SELECT name FROM accounts WHERE owner = $1) AND (seq, idx, leg) < ($2, $3, $4) \
            ORDER BY seq DESC, idx DESC, leg DESC LIMIT $5")
        .bind(user)
        .bind(after.seq)
        .bind(after.idx)
        .bind(after.leg)
        .bind(limit)
        .all()
        .await?)
}

/// Keeps one side of a trade; one that is kept already stays as it is.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn record(
    tx: &mut Tx,
    happened: Happened<'_>,
    trade: &TradeView,
    side: Side,
    leg: &LegView,
) -> Result<(), Error> {
    tx.q("INSERT INTO trades (account, seq, idx, leg, trade_id, symbol, currency, side, price, qty, notional, aggressor, order_id, \
          cl_ord_id, at_us, trace_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING")
        .bind(leg.account.to_string())
        .bind(happened.place.seq)
        .bind(happened.place.idx)
        .bind(leg_number(side))
        .bind(amount::seq_to_sql("trade number", trade.trade_id.0)?)
        .bind(trade.symbol.to_string())
        .bind(trade.currency.to_string())
        .bind(words::side(side).to_owned())
        .bind(trade.price.raw())
        .bind(trade.qty.raw())
        .bind(amount::to_sql("notional", trade.notional)?)
        .bind(trade.aggressor == Some(side))
        .bind(amount::seq_to_sql("order number", leg.order_id.0)?)
        .bind(leg.cl_ord_id.to_string())
        .bind(happened.at_us)
        .bind(happened.trace_id.to_owned())
        .exec()
        .await?;
    Ok(())
}

/// One side of a trade is this now. The last change counts, whichever comes first; the same again changes nothing.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn change(
    tx: &mut Tx,
    place: EventPlace,
    at_us: i64,
    trade: &TradeChangeView,
    side: Side,
    account: &AccountName,
) -> Result<(), Error> {
    let stands = trade.now.unwrap_or(trade.was);
    tx.q("UPDATE trades SET first_price = COALESCE(first_price, price), first_qty = COALESCE(first_qty, qty), \
          first_notional = COALESCE(first_notional, notional), status = $1, price = $2, qty = $3, notional = $4, changed_us = $5, \
          changed_seq = $6, changed_idx = $7 \
          WHERE trade_id = $8 AND leg = $9 AND account = $10 AND (changed_seq, changed_idx) < ($6, $7)")
        .bind(words::trade_status(trade).to_owned())
        .bind(stands.price.raw())
        .bind(stands.qty.raw())
        .bind(amount::to_sql("notional", stands.notional)?)
        .bind(at_us)
        .bind(place.seq)
        .bind(place.idx)
        .bind(amount::seq_to_sql("trade number", trade.trade_id.0)?)
        .bind(leg_number(side))
        .bind(account.to_string())
        .exec()
        .await?;
    Ok(())
}

/// 0 for the buyer's side, 1 for the seller's.
pub const fn leg_number(side: Side) -> i64 {
    match side {
        Side::Buy => 0,
        Side::Sell => 1,
    }
}
