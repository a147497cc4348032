//! Events as the exchange tells them, built shortly.

use market::decimal::ONE;
use market::money::Money;
use market::order::{OrdStatus, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::topic::{
    Envelope, LegView, OrderView, SCHEMA, TopicEvent, TradeChangeView, TradeView, TradedView,
};
use std::fmt::Debug;
use std::str::FromStr;

/// The history of most tests.
pub(crate) const EPOCH: &str = "0123456789abcdef0123456789abcdef";

/// What a text says.
pub(crate) fn say<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// An envelope of entry `seq`.
pub(crate) fn envelope(seq: u64, index: u32, event: TopicEvent) -> Envelope {
    Envelope {
        schema: SCHEMA,
        epoch: EPOCH.into(),
        seq,
        index,
        at_nanos: i64::try_from(seq).unwrap() * 1_000_000_000,
        trace_id: format!("{seq:032x}"),
        event,
    }
}

pub(crate) fn account_opened(account: &str) -> TopicEvent {
    TopicEvent::AccountOpened {
        account: say(account),
    }
}

pub(crate) fn listed(symbol: &str, reference_px: &str) -> TopicEvent {
    TopicEvent::InstrumentListed {
        symbol: say(symbol),
        currency: say("USD"),
        tick: say("0.01"),
        lot: say("1"),
        reference_px: say(reference_px),
    }
}

pub(crate) fn funds(id: &str, account: &str, amount: &str) -> TopicEvent {
    TopicEvent::FundsTransferred {
        transfer_id: say(id),
        account: say(account),
        asset: say("USD"),
        amount: say(amount),
        balance: say("0"),
    }
}

pub(crate) fn securities(
    id: &str,
    account: &str,
    symbol: &str,
    qty: &str,
    cost_px: &str,
) -> TopicEvent {
    TopicEvent::SecuritiesTransferred {
        transfer_id: say(id),
        account: say(account),
        symbol: say(symbol),
        qty: say(qty),
        cost_px: say(cost_px),
        position: say("0"),
    }
}

/// What trade 1 cost an account.
pub(crate) fn charged(account: &str, fee_account: &str, amount: &str) -> TopicEvent {
    TopicEvent::FeeCharged {
        trade_id: market::id::TradeId(1),
        account: say(account),
        fee_account: say(fee_account),
        asset: say("USD"),
        amount: say(amount),
    }
}

/// What a trade was of: price and quantity.
pub(crate) fn traded(price: &str, qty: &str) -> TradedView {
    let (price, qty) = (say(price), say(qty));
    TradedView {
        price,
        qty,
        notional: Money::notional(price, qty),
    }
}

/// A trade between two accounts that two operators have undone (`now` is none) or corrected.
pub(crate) fn changed(
    id: u64,
    symbol: &str,
    (buy, sell): (&str, &str),
    was: TradedView,
    now: Option<TradedView>,
) -> TopicEvent {
    TopicEvent::TradeChanged(TradeChangeView {
        trade_id: market::id::TradeId(id),
        symbol: say(symbol),
        currency: say("USD"),
        buy: say(buy),
        sell: say(sell),
        was,
        now,
        proposed_by: "ann".into(),
        approved_by: "bob".into(),
    })
}

pub(crate) fn priced(symbol: &str, last_px: &str) -> TopicEvent {
    TopicEvent::PriceUpdated {
        symbol: say(symbol),
        last_px: say(last_px),
        last_qty: say("1"),
    }
}

/// A limit order that was accepted.
pub(crate) fn order(
    id: u64,
    account: &str,
    symbol: &str,
    side: Side,
    price: &str,
    qty: &str,
) -> OrderView {
    let (price, qty): (Price, Qty) = (say(price), say(qty));
    let reserved = match side {
        Side::Buy => Money::notional(price, qty),
        Side::Sell => Money::from_raw(i128::from(qty.raw())),
    };
    OrderView {
        order_id: market::id::OrderId(id),
        cl_ord_id: say(&format!("c{id}")),
        participant: say("BOT01"),
        account: say(account),
        symbol: say(symbol),
        side,
        price: Some(price),
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::New,
        order_qty: qty,
        cum_qty: Qty::ZERO,
        leaves_qty: qty,
        avg_px: Price::ZERO,
        reserved,
    }
}

/// One side of a trade: account, OrderID, CumQty and LeavesQty (whole units) after it.
pub(crate) struct Leg<'a>(
    pub(crate) &'a str,
    pub(crate) u64,
    pub(crate) i64,
    pub(crate) i64,
);

impl Leg<'_> {
    /// What the exchange holds for the order after it.
    pub(crate) fn holding(self, reserved: &str) -> LegView {
        LegView {
            reserved: Some(say(reserved)),
            ..self.into()
        }
    }
}

impl From<Leg<'_>> for LegView {
    /// A filled order, or one whose trades tell nothing of what is held.
    fn from(Leg(account, id, cum_qty, leaves_qty): Leg<'_>) -> Self {
        let is_filled = leaves_qty == 0;
        Self {
            account: say(account),
            participant: say("BOT01"),
            order_id: market::id::OrderId(id),
            cl_ord_id: say(&format!("c{id}")),
            ord_status: if is_filled {
                OrdStatus::Filled
            } else {
                OrdStatus::PartiallyFilled
            },
            cum_qty: Qty::from_raw(cum_qty * ONE),
            leaves_qty: Qty::from_raw(leaves_qty * ONE),
            reserved: is_filled.then_some(Money::ZERO),
        }
    }
}

/// A trade; the buyer arrived.
pub(crate) fn trade(
    id: u64,
    symbol: &str,
    price: &str,
    qty: &str,
    buy: impl Into<LegView>,
    sell: impl Into<LegView>,
) -> TopicEvent {
    let (price, qty): (Price, Qty) = (say(price), say(qty));
    TopicEvent::TradeExecuted(TradeView {
        trade_id: market::id::TradeId(id),
        symbol: say(symbol),
        currency: say("USD"),
        price,
        qty,
        notional: Money::notional(price, qty),
        aggressor: Some(Side::Buy),
        buy: buy.into(),
        sell: sell.into(),
    })
}
