//! Orders as last told, so that free cash and free stock can be shown. Order events and trades come on different topics: each row
//! keeps the place of what it was told, and the later one counts, whichever came first.

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
    side: String,
    cl_ord_id: String,
    price: Option<i64>,
    told_reserved: i64,
    terms_seq: i64,
    terms_idx: i64,
    ord_status: String,
    cum_qty: i64,
    leaves_qty: i64,
    state_seq: i64,
    state_idx: i64,
    reserved: i64,
}

/// How an order stands after an event.
struct State<'a> {
    cl_ord_id: &'a str,
    ord_status: OrdStatus,
    cum_qty: Qty,
    leaves_qty: Qty,
}

impl OrderRow {
    fn told_terms(
        &mut self,
        place: EventPlace,
        price: Option<Price>,
        reserved: Money,
    ) -> Result<(), Error> {
        if (self.terms_seq, self.terms_idx) < (place.seq, place.idx) {
            (self.terms_seq, self.terms_idx) = (place.seq, place.idx);
            self.price = price.map(Price::raw);
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

    /// What the exchange holds for the order now. After an order event: what it told. After a later trade: what is left at the limit,
    /// which is the exchange's own rule (a fill at a better price gives the difference back at once). An order that reserved nothing
    /// (an account without checks) never does.
    fn settle_reserved(&mut self) -> Result<(), Error> {
        let told_last = (self.terms_seq, self.terms_idx) >= (self.state_seq, self.state_idx);
        self.reserved = if self.leaves_qty == 0 || self.told_reserved == 0 {
            0
        } else if told_last {
            self.told_reserved
        } else if self.side == words::side(Side::Sell) {
            self.leaves_qty
        } else {
            let left = self
                .price
                .and_then(|px| amount::value_at(i128::from(self.leaves_qty), Price::from_raw(px)));
            amount::to_sql("reservation", left.unwrap_or(Money::ZERO))?
        };
        Ok(())
    }
}

/// An order event.
///
/// # Errors
/// [`Error::OutOfRange`], or the database's.
pub async fn told(tx: &mut Tx, place: EventPlace, order: &OrderView) -> Result<(), Error> {
    let id = amount::seq_to_sql("order number", order.order_id.0)?;
    let (account, symbol) = (order.account.to_string(), order.symbol.to_string());
    let mut row = locked(
        tx,
        id,
        account,
        symbol,
        order.side,
        order.cl_ord_id.as_str(),
    )
    .await?;
    row.told_terms(place, order.price, order.reserved)?;
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

/// A trade of an order.
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
            RETURNING side, cl_ord_id, price, told_reserved, terms_seq, terms_idx, ord_status, cum_qty, leaves_qty, state_seq, \
            state_idx, reserved")
        .bind(id)
        .bind(account)
        .bind(symbol)
        .bind(words::side(side).to_owned())
        .bind(cl_ord_id.to_owned())
        .one()
        .await?)
}

async fn store(tx: &mut Tx, id: i64, mut row: OrderRow) -> Result<(), Error> {
    row.settle_reserved()?;
    tx.q("UPDATE orders SET cl_ord_id = $2, price = $3, told_reserved = $4, terms_seq = $5, terms_idx = $6, ord_status = $7, \
          cum_qty = $8, leaves_qty = $9, state_seq = $10, state_idx = $11, reserved = $12 WHERE order_id = $1")
        .bind(id)
        .bind(row.cl_ord_id)
        .bind(row.price)
        .bind(row.told_reserved)
        .bind(row.terms_seq)
        .bind(row.terms_idx)
        .bind(row.ord_status)
        .bind(row.cum_qty)
        .bind(row.leaves_qty)
        .bind(row.state_seq)
        .bind(row.state_idx)
        .bind(row.reserved)
        .exec()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i64 = 100_000_000;

    fn fresh(side: Side) -> OrderRow {
        OrderRow {
            side: words::side(side).into(),
            cl_ord_id: "c".into(),
            price: None,
            told_reserved: 0,
            terms_seq: -1,
            terms_idx: -1,
            ord_status: "new".into(),
            cum_qty: 0,
            leaves_qty: 0,
            state_seq: -1,
            state_idx: -1,
            reserved: 0,
        }
    }

    fn place(seq: i64, idx: i64) -> EventPlace {
        EventPlace { seq, idx }
    }

    fn accept(row: &mut OrderRow, seq: i64, px: i64, qty: i64, reserved: i64) {
        let px = Some(Price::from_raw(px * ONE));
        row.told_terms(place(seq, 0), px, amount::money(reserved * ONE))
            .unwrap();
        fill(row, seq, 0, 0, qty, OrdStatus::New);
    }

    fn fill(row: &mut OrderRow, seq: i64, idx: i64, cum: i64, leaves: i64, status: OrdStatus) {
        let state = State {
            cl_ord_id: "c",
            ord_status: status,
            cum_qty: Qty::from_raw(cum * ONE),
            leaves_qty: Qty::from_raw(leaves * ONE),
        };
        row.told_state(place(seq, idx), &state);
        row.settle_reserved().unwrap();
    }

    #[test]
    fn a_buy_reserves_what_is_left_at_its_limit_whichever_event_comes_first() {
        let mut in_order = fresh(Side::Buy);
        accept(&mut in_order, 1, 10, 5, 50);
        assert_eq!(in_order.reserved, 50 * ONE);
        fill(&mut in_order, 2, 0, 2, 3, OrdStatus::PartiallyFilled);
        assert_eq!(in_order.reserved, 30 * ONE);
        let mut late = fresh(Side::Buy);
        fill(&mut late, 2, 0, 2, 3, OrdStatus::PartiallyFilled);
        accept(&mut late, 1, 10, 5, 50);
        assert_eq!(late, in_order);
    }

    #[test]
    fn a_sell_reserves_quantity_and_a_final_order_nothing() {
        let mut row = fresh(Side::Sell);
        accept(&mut row, 1, 10, 5, 5);
        fill(&mut row, 2, 1, 1, 4, OrdStatus::PartiallyFilled);
        assert_eq!(row.reserved, 4 * ONE);
        fill(&mut row, 3, 0, 5, 0, OrdStatus::Filled);
        assert_eq!((row.reserved, row.ord_status.as_str()), (0, "filled"));
    }

    #[test]
    fn a_replace_tells_anew_what_is_reserved() {
        let mut row = fresh(Side::Buy);
        accept(&mut row, 1, 10, 5, 50);
        fill(&mut row, 2, 0, 2, 3, OrdStatus::PartiallyFilled);
        row.told_terms(
            place(3, 0),
            Some(Price::from_raw(11 * ONE)),
            amount::money(33 * ONE),
        )
        .unwrap();
        fill(&mut row, 3, 0, 2, 3, OrdStatus::PartiallyFilled);
        assert_eq!(row.reserved, 33 * ONE);
    }
}
