//! Orders and requests of any content.

use super::value::{account, instrument, name, raw, side, time};
use market::command::Change;
use market::event::CxlRejResponseTo;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use proptest::prelude::*;

pub(super) fn terms() -> BoxedStrategy<OrderTerms> {
    (
        (account(), instrument(), side()),
        (ord_type(), time_in_force(), raw()),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, raw()),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, raw()),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(
                (account, instrument, side),
                (ord_type, time_in_force, qty),
                post_only,
                max_floor,
                all_or_none,
                min_qty,
                short_sale,
                reprice_to_band,
            )| OrderTerms {
                account,
                instrument,
                side,
                ord_type,
                time_in_force,
                order_qty: Qty::from_raw(qty),
                post_only,
                max_floor: max_floor.map(Qty::from_raw),
                all_or_none,
                min_qty: min_qty.map(Qty::from_raw),
                // A buy is refused with it.
                short_sale: short_sale && (side == Side::Sell || qty % 7 == 0),
                reprice_to_band,
            },
        )
        .boxed()
}

fn ord_type() -> BoxedStrategy<OrdType> {
    let price = || raw().prop_map(Price::from_raw);
    let peg = prop::sample::select(vec![Peg::Primary, Peg::Market, Peg::Mid]);
    prop_oneof![
        8 => price().prop_map(OrdType::Limit),
        2 => Just(OrdType::Market),
        2 => price().prop_map(|stop_px| OrdType::Stop { stop_px }),
        2 => (price(), price()).prop_map(|(stop_px, price)| OrdType::StopLimit { stop_px, price }),
        1 => Just(OrdType::MarketToLimit),
        2 => price().prop_map(|offset| OrdType::TrailingStop { offset }),
        2 => (peg, price(), prop::option::of(price()))
            .prop_map(|(peg, offset, limit)| OrdType::Pegged { peg, offset, limit }),
    ]
    .boxed()
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        Just(TimeInForce::Day),
        Just(TimeInForce::Gtc),
        Just(TimeInForce::Ioc),
        Just(TimeInForce::Fok),
        time().prop_map(TimeInForce::Gtd),
        Just(TimeInForce::AtOpen),
        Just(TimeInForce::AtClose),
    ]
}

pub(super) fn change() -> BoxedStrategy<Change> {
    let requests = vec![CxlRejResponseTo::Cancel, CxlRejResponseTo::Replace];
    prop_oneof![
        2 => (instrument(), side())
            .prop_map(|(instrument, side)| Change::Cancel { instrument, side }),
        5 => terms().prop_map(Change::Replace),
        1 => (prop::sample::select(requests), name())
            .prop_map(|(response_to, why)| Change::Nothing { response_to, why }),
    ]
    .boxed()
}
