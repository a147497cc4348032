//! Orders as last told, so that free cash and free stock can be shown. Order events and trades come on different topics: each row
//! keeps the place of what it was told, and the later one counts, whichever came first. What an order holds is the exchange's to say: nothing
//! is worked out here.

use crate::amount;
use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use crate::words;
use market::money::Money;
use market::order::{OrdStatus, Side};
use market::price::Price;
use market::qty::Qty;
use market::topic::{LegView, OrderView, TradeView};
use sqlx::FromRow;

/// What is told about an order.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
struct OrderRow {
    cl_ord_id: String,
    price: Option<i64>,
    terms_seq: i64,
    terms_idx: i64,
    told_reserved: i64,
    held_seq: i64,
    held_idx: i64,
    ord_status: String,
    cum_qty: i64,
    leaves_qty: i64,
    state_seq: i64,
    state_idx: i64,
}

/// How an order stands after an event.
struct State<'a> {
    cl_ord_id: &'a str,
    ord_status: OrdStatus,
    cum_qty: Qty,
    leaves_qty: Qty,
}

impl OrderRow {
    fn told_price(&mut self, place: EventPlace, price: Option<Price>) {
        if (self.terms_seq, self.terms_idx) < (place.seq, place.idx) {
            (self.terms_seq, self.terms_idx) = (place.seq, place.idx);
            self.price = price.map(Price::raw);
        }
    }

    fn told_reserved(&mut self, place: EventPlace, reserved: Money) -> Result<(), Error> {
        if (self.held_seq, self.held_idx) < (place.seq, place.idx) {
            (self.held_seq, self.held_idx) = (place.seq, place.idx);
            self.told_reserved = amount::to_sql("reservation", reserved)?;
        }
        Ok(())
    }

    fn told_state(&mut self, place: EventPlace, state: &State<'_>) {
        if (self.state_seq, self.state_idx) < (place.seq, place.idx) {
            (self.state_seq, self.state_idx) = (place.seq, place.idx);
            state.cl_ord_id.clone_into(&mut self.cl_ord_id);
            words::ord_status(state.ord_status).clone_into(&mut self.ord_status);
            self.cum_qty = state.cum_qty.raw();
            self.leaves_qty = state.leaves_qty.raw();
        }
    }

    /// What the exchange holds for the order now: what it told last, and nothing for an order that is final, whichever came first.
    const fn reserved(&self) -> i64 {
        if self.leaves_qty == 0 {
            0
        } else {
            self.told_reserved
        }
    }
}

/// An order event.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn told(tx: &mut Tx, place: EventPlace, order: &OrderView) -> Result<(), Error> {
    let id = amount::seq_to_sql("order number", order.order_id.0)?;
    let (account, symbol) = (order.account.to_string(), order.symbol.to_string());
    let cl_ord_id = order.cl_ord_id.as_str();
    let mut row = locked(tx, id, account, symbol, order.side, cl_ord_id).await?;
    row.told_price(place, order.price);
    row.told_reserved(place, order.reserved)?;
    row.told_state(
        place,
        &State {
            cl_ord_id: order.cl_ord_id.as_str(),
            ord_status: order.ord_status,
            cum_qty: order.cum_qty,
            leaves_qty: order.leaves_qty,
        },
    );
    store(tx, id, row).await
}

/// A trade of an order. An exchange of before told no reservation with it: then what was told last stands until the order's next event.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn traded(
    tx: &mut Tx,
    place: EventPlace,
    trade: &TradeView,
    side: Side,
    leg: &LegView,
) -> Result<(), Error> {
    let id = amount::seq_to_sql("order number", leg.order_id.0)?;
    let (account, symbol) = (leg.account.to_string(), trade.symbol.to_string());
    let mut row = locked(tx, id, account, symbol, side, leg.cl_ord_id.as_str()).await?;
    if let Some(reserved) = leg.reserved {
        row.told_reserved(place, reserved)?;
    }
    row.told_state(
        place,
        &State {
            cl_ord_id: leg.cl_ord_id.as_str(),
            ord_status: leg.ord_status,
            cum_qty: leg.cum_qty,
            leaves_qty: leg.leaves_qty,
        },
    );
    store(tx, id, row).await
}

/// The row of an order, made when new, locked until the transaction ends.
async fn locked(
    tx: &mut Tx,
    id: i64,
    account: String,
    symbol: String,
    side: Side,
    cl_ord_id: &str,
) -> Result<OrderRow, Error> {
    Ok(tx
        .q("INSERT INTO orders (order_id, account, symbol, side, cl_ord_id) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (order_id) DO UPDATE SET order_id = excluded.order_id \
            RETURNING cl_ord_id, price, terms_seq, terms_idx, told_reserved, held_seq, held_idx, ord_status, cum_qty, leaves_qty, \
            state_seq, state_idx")
        .bind(id)
        .bind(account)
        .bind(symbol)
        .bind(words::side(side).to_owned())
        .bind(cl_ord_id.to_owned())
        .one()
        .await?)
}

async fn store(tx: &mut Tx, id: i64, row: OrderRow) -> Result<(), Error> {
    let reserved = row.reserved();
    tx.q("UPDATE orders SET cl_ord_id = $2, price = $3, terms_seq = $4, terms_idx = $5, told_reserved = $6, held_seq = $7, \
          held_idx = $8, ord_status = $9, cum_qty = $10, leaves_qty = $11, state_seq = $12, state_idx = $13, reserved = $14 \
          WHERE order_id = $1")
        .bind(id)
        .bind(row.cl_ord_id)
        .bind(row.price)
        .bind(row.terms_seq)
        .bind(row.terms_idx)
        .bind(row.told_reserved)
        .bind(row.held_seq)
        .bind(row.held_idx)
        .bind(row.ord_status)
        .bind(row.cum_qty)
        .bind(row.leaves_qty)
        .bind(row.state_seq)
        .bind(row.state_idx)
        .bind(reserved)
        .exec()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i64 = 100_000_000;

    fn fresh() -> OrderRow {
        OrderRow {
            cl_ord_id: "c".into(),
            price: None,
            terms_seq: -1,
            terms_idx: -1,
            told_reserved: 0,
            held_seq: -1,
            held_idx: -1,
            ord_status: "new".into(),
            cum_qty: 0,
            leaves_qty: 0,
            state_seq: -1,
            state_idx: -1,
        }
    }

    /// An event of entry `seq`: what is left, and what is held for it, where it tells.
    fn tell(row: &mut OrderRow, seq: i64, leaves: i64, reserved: Option<i64>) {
        let place = EventPlace { seq, idx: 0 };
        if let Some(reserved) = reserved {
            row.told_reserved(place, amount::money(reserved * ONE))
                .unwrap();
        }
        let (ord_status, cum_qty) = match leaves {
            0 => (OrdStatus::Filled, Qty::from_raw(5 * ONE)),
            _ => (OrdStatus::PartiallyFilled, Qty::ZERO),
        };
        let state = State {
            cl_ord_id: "c",
            ord_status,
            cum_qty,
            leaves_qty: Qty::from_raw(leaves * ONE),
        };
        row.told_state(place, &state);
    }

    #[test]
    fn what_was_told_last_is_held_whichever_event_comes_first() {
        let mut in_order = fresh();
        tell(&mut in_order, 1, 5, Some(50));
        assert_eq!(in_order.reserved(), 50 * ONE);
        tell(&mut in_order, 2, 3, Some(31));
        assert_eq!(in_order.reserved(), 31 * ONE);
        let mut late = fresh();
        tell(&mut late, 2, 3, Some(31));
        tell(&mut late, 1, 5, Some(50));
        assert_eq!(late, in_order);
    }

    #[test]
    fn a_final_order_holds_nothing_and_a_trade_that_does_not_tell_changes_nothing() {
        let mut row = fresh();
        tell(&mut row, 2, 4, None);
        assert_eq!(row.reserved(), 0);
        tell(&mut row, 1, 5, Some(50));
        assert_eq!(row.reserved(), 50 * ONE);
        tell(&mut row, 3, 0, None);
        assert_eq!((row.reserved(), row.ord_status.as_str()), (0, "filled"));
    }
}
