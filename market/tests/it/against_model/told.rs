//! What the events of a command tell, in the model's words, and what holds of every order and trade that is told.

use crate::model::{End, Margin, Tale, Told};
use market::event::Event;
use market::id::InstrumentId;
use market::money::Money;
use market::order::{OrdStatus, OrderFacts, Side, Working};
use market::price::Price;
use market::qty::Qty;
use proptest::prelude::*;

/// What the market's events say, in the model's words.
pub(super) fn tale(events: &[Event]) -> Tale {
    let mut tale = Tale::default();
    for event in events {
        match event {
            Event::Refused { refusal }
            | Event::TransferRefused { refusal, .. }
            | Event::OrderRejected { refusal, .. }
            | Event::CancelRejected { refusal, .. }
            | Event::MassCanceled {
                outcome: Err(refusal),
                ..
            } => tale.refusal = Some(*refusal),
            Event::Traded {
                instrument,
                price,
                qty,
                maker,
                taker,
                ..
            } => {
                tale.traded_in.push(*instrument);
                let ids = (maker.cl_ord_id, taker.cl_ord_id);
                tale.trades.push((ids.0, ids.1, price.raw(), qty.raw()));
            }
            Event::OrderCanceled { order, reason, .. } => {
                let end = End::Canceled(*reason);
                tale.ended.push((order.participant, order.cl_ord_id, end));
            }
            Event::OrderExpired { order } => {
                let name = (order.participant, order.cl_ord_id);
                tale.ended.push((name.0, name.1, End::Expired));
            }
            Event::OrderStatus { order, .. } => {
                let status = tale.status.get_or_insert_default();
                status.extend(order.map(|order| order.cl_ord_id));
            }
            Event::MassCanceled {
                outcome: Ok(count), ..
            }
            | Event::AllCanceled {
                canceled: count, ..
            }
            | Event::Killed { orders: count, .. } => tale.count = Some(*count),
            Event::MarginCall { .. }
            | Event::MarginCallMet { .. }
            | Event::ForcedClose { .. }
            | Event::MarginDeficit { .. }
            | Event::ForcedCloseFailed { .. } => tale.margin.push(margin(event)),
            Event::BreakerTripped { level, drill, .. } => tale.tripped.push((*level, *drill)),
            Event::OrderTriggered { order } => tale.triggered.push(order.cl_ord_id),
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => {
                tale.phases.push((*instrument, *phase));
                let says_so = reason.is_some_and(|it| it.as_str().starts_with("DRILL: "));
                assert!(halt.is_none_or(|halt| halt.drill == says_so), "{event:?}");
                if says_so {
                    tale.drills.push((*instrument, *phase));
                }
            }
            Event::BandsMoved { instrument, bands } => {
                let bands = bands.map(|it| (it.reference.raw(), it.lower.raw(), it.upper.raw()));
                tale.bands.push((*instrument, bands));
            }
            Event::LimitStateChanged {
                instrument, side, ..
            } => tale.limit_states.push((*instrument, *side)),
            Event::Uncrossed {
                instrument, price, ..
            } => tale.auctions.push((*instrument, price.map(Price::raw))),
            Event::Indicative {
                instrument,
                price,
                volume,
                surplus,
                surplus_side,
            } => {
                let surplus = match surplus_side {
                    Some(Side::Sell) => -surplus.raw(),
                    _ => surplus.raw(),
                };
                let found = price.map(|price| (price.raw(), volume.raw(), surplus));
                tale.indications.push((*instrument, found));
            }
            _ => {}
        }
    }
    if let Some(status) = &mut tale.status {
        status.sort_unstable();
    }
    tale.ended
        .sort_by_key(|(who, cl_ord_id, _)| (*who, *cl_ord_id));
    tale
}

/// The instruments whose call has ended in these, or goes on longer.
pub(super) fn ended_calls(events: &[Event]) -> impl Iterator<Item = InstrumentId> {
    events.iter().filter_map(|event| match event {
        Event::Uncrossed { instrument, .. } => Some(*instrument),
        Event::PhaseChanged {
            instrument, phase, ..
        } if phase.auction().is_some() => Some(*instrument),
        _ => None,
    })
}

/// The reports of a status request say how many they are, and the last one that it is.
pub(super) fn check_status(events: &[Event]) -> Result<(), TestCaseError> {
    let mut reports = Vec::new();
    for event in events {
        if let Event::OrderStatus {
            order, total, last, ..
        } = event
        {
            reports.push((order.is_some(), *total, *last));
        }
    }
    let total = u32::try_from(reports.len()).expect("few");
    let expected = match reports.as_slice() {
        [(false, ..)] => vec![(false, 0, true)],
        _ => (1..=total).map(|at| (true, total, at == total)).collect(),
    };
    prop_assert_eq!(reports, expected);
    Ok(())
}

fn margin(event: &Event) -> Margin {
    match *event {
        Event::MarginCall {
            account,
            participant,
            equity,
            required,
            until,
            ..
        } => Margin {
            account,
            participant,
            told: Told::Called {
                equity: equity.raw(),
                required: required.raw(),
                until: until.nanos(),
            },
        },
        Event::MarginCallMet {
            account,
            participant,
            equity,
            required,
            ..
        } => Margin {
            account,
            participant,
            told: Told::Met {
                equity: equity.raw(),
                required: required.raw(),
            },
        },
        Event::ForcedClose {
            account,
            instrument,
            side,
            qty,
            participant,
            cl_ord_id,
        } => Margin {
            account,
            participant: Some(participant),
            told: Told::Closing {
                instrument,
                side,
                qty: qty.raw(),
                cl_ord_id,
            },
        },
        Event::MarginDeficit {
            account,
            participant,
            equity,
            ..
        } => Margin {
            account,
            participant,
            told: Told::Deficit {
                equity: equity.raw(),
            },
        },
        Event::ForcedCloseFailed {
            account,
            instrument,
            side,
            qty,
            refusal,
        } => Margin {
            account,
            participant: None,
            told: Told::NotClosed {
                instrument,
                side,
                qty: qty.raw(),
                refusal,
            },
        },
        _ => unreachable!("asked only of these"),
    }
}

/// What holds of every order that is told.
pub(super) fn check_facts(order: &OrderFacts) -> Result<(), TestCaseError> {
    let (total, cum, leaves) = (
        order.terms.order_qty.raw(),
        order.cum_qty.raw(),
        order.leaves_qty.raw(),
    );
    match order.ord_status {
        OrdStatus::New | OrdStatus::PartiallyFilled => {
            prop_assert_eq!(total, cum + leaves);
            prop_assert!(leaves > 0);
            prop_assert_eq!(order.ord_status == OrdStatus::New, cum == 0);
        }
        OrdStatus::Filled => {
            prop_assert_eq!((total, leaves), (cum, 0));
            prop_assert_eq!(order.reserved, Money::ZERO);
        }
        OrdStatus::Canceled | OrdStatus::Expired => {
            prop_assert_eq!((leaves, order.reserved), (0, Money::ZERO));
        }
        OrdStatus::Rejected => return Err(TestCaseError::fail("a rejected order has no facts")),
    }
    Ok(())
}

/// A trade is within both limits, at the maker's; in an auction at the one of all.
pub(super) fn check_price(event: &Event) -> Result<(), TestCaseError> {
    let Event::Traded {
        price,
        maker,
        taker,
        auction,
        ..
    } = event
    else {
        return Ok(());
    };
    if auction.is_some() {
        if let Some(limit) = maker.terms.ord_type.price() {
            prop_assert!(*price <= limit, "the buyer's limit");
        }
    } else {
        prop_assert_eq!(maker.working, Working::At(*price));
    }
    let whole = maker.terms.all_or_none;
    prop_assert!(!whole || maker.leaves_qty == Qty::ZERO, "all or none");
    if let Some(limit) = taker.terms.ord_type.price() {
        match taker.terms.side {
            Side::Buy => prop_assert!(*price <= limit),
            Side::Sell => prop_assert!(*price >= limit),
        }
    }
    Ok(())
}
