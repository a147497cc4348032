//! Trades of the caller's accounts, in pages.

use crate::amount;
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::http::body::QueryOf;
use crate::http::cursor;
use crate::http::guard::Caller;
use crate::trades::{self, Trade, TradeCursor};
use axum::Json;
use axum::extract::State;
use market::money::Money;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TradesQuery {
    /// Where the page before ended (`next_cursor`).
    cursor: Option<String>,
    /// How many, 1 to 500; 50 when not said.
    limit: Option<i64>,
}

/// A page of trades, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TradesView {
    /// The trades.
    pub trades: Vec<TradeRowView>,
    /// Ask with it for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// One side of a trade.
#[derive(Debug, Serialize, ToSchema)]
pub struct TradeRowView {
    /// Number that both sides share (SecondaryExecID, 527).
    pub trade_id: i64,
    /// The exchange's journal number of it.
    pub seq: i64,
    /// Account.
    pub account: String,
    /// Symbol.
    #[schema(example = "LOGG")]
    pub symbol: String,
    /// `buy` or `sell`.
    #[schema(example = "buy")]
    pub side: String,
    /// What became of it: `executed` as it was made, `corrected` by operators, or `busted` by them: it never was, and counts for nothing.
    #[schema(example = "executed")]
    pub status: String,
    /// Price as it is now; of a busted trade as it was last, like `qty` and `notional`.
    #[schema(value_type = String, example = "100.5")]
    pub price: Money,
    /// Quantity.
    #[schema(value_type = String, example = "10")]
    pub qty: Money,
    /// Cash that moved: price × qty.
    #[schema(value_type = String, example = "1005")]
    pub notional: Money,
    /// What it was when it was made, where it was corrected since; absent otherwise.
    pub first: Option<FirstView>,
    /// When it was corrected or busted last; absent when it never was.
    pub changed_at: Option<String>,
    /// Currency of price and notional.
    #[schema(example = "USD")]
    pub currency: String,
    /// Whether this side arrived and met the other.
    pub aggressor: bool,
    /// OrderID (37).
    pub order_id: i64,
    /// ClOrdID (11).
    pub cl_ord_id: String,
    /// When.
    pub at: String,
    /// Trace id of the order's way.
    pub trace_id: String,
}

/// A trade as it was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstView {
    /// Price.
    #[schema(value_type = String, example = "100.5")]
    pub price: Money,
    /// Quantity.
    #[schema(value_type = String, example = "10")]
    pub qty: Money,
    /// Cash that moved then: price × qty.
    #[schema(value_type = String, example = "1005")]
    pub notional: Money,
}

impl FirstView {
    fn of(row: &Trade) -> Option<Self> {
        let first = Self {
            price: amount::money(row.first_price?),
            qty: amount::money(row.first_qty?),
            notional: amount::money(row.first_notional?),
        };
        let is_other = (row.price, row.qty) != (row.first_price?, row.first_qty?);
        is_other.then_some(first)
    }
}

impl From<Trade> for TradeRowView {
    fn from(row: Trade) -> Self {
        Self {
            first: FirstView::of(&row),
            changed_at: row.changed_us.map(clock::rfc3339),
            status: row.status,
            trade_id: row.trade_id,
            seq: row.seq,
            account: row.account,
            symbol: row.symbol,
            side: row.side,
            price: amount::money(row.price),
            qty: amount::money(row.qty),
            notional: amount::money(row.notional),
            currency: row.currency,
            aggressor: row.aggressor,
            order_id: row.order_id,
            cl_ord_id: row.cl_ord_id,
            at: clock::rfc3339(row.at_us),
            trace_id: row.trace_id,
        }
    }
}

/// Trades of my accounts, newest first.
#[utoipa::path(get, path = "/api/v1/trades", tag = "trades", security(("bearer" = [])), params(TradesQuery),
    responses((status = 200, description = "A page of trades.", body = TradesView)))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    QueryOf(query): QueryOf<TradesQuery>,
) -> Result<Json<TradesView>, Error> {
    let limit = cursor::limit(query.limit)?;
    let after = query.cursor.as_deref().map(cursor::to_trade).transpose()?;
    let mut tx = app.db.read().await?;
    let mut rows = trades::page(&mut tx, caller.0.user, after, limit + 1).await?;
    let next_cursor = next_cursor(&mut rows, limit);
    Ok(Json(TradesView {
        trades: rows.into_iter().map(TradeRowView::from).collect(),
        next_cursor,
    }))
}

/// Cuts the one row too many; where the page ends then, if there was one.
fn next_cursor(rows: &mut Vec<Trade>, limit: i64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or_default();
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| {
        cursor::of_trade(TradeCursor {
            seq: row.seq,
            idx: row.idx,
            leg: row.leg,
        })
    })
}
