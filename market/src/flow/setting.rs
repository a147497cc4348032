//! How an order flow's numbers stand in a market: one participant, fifty accounts, an instrument a symbol, whole ticks and lots.
//! Commands out of operations, and integers back.

use crate::account::AccountTerms;
use crate::command::Command;
use crate::decimal::ONE;
use crate::flow::operation::{FlowError, FlowFault, Operation, Tif};
use crate::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use crate::instrument::Instrument;
use crate::money::Money;
use crate::order::{OrdType, OrderTerms, Side, TimeInForce};
use crate::price::Price;
use crate::qty::Qty;
use crate::rules::Rules;
use crate::text::Text;
use alloc::format;
use alloc::string::String;

/// Accounts 1 to this may stand in a flow.
pub const ACCOUNTS: u32 = 50;

/// Greatest quantity of one operation, in lots.
pub const MAX_QTY: u64 = 1_000_000_000;

/// Greatest price of one operation, in ticks.
pub const MAX_PRICE: u64 = 1_000_000_000;

/// What a cash account gets with every symbol: lots of it, and a thousand times as much cash in ticks × lots.
pub const PLENTY: u64 = 1_000_000_000;

/// Previous close of every symbol, in ticks: about where generated flows trade.
const REFERENCE: u64 = 10_000;

pub(super) const PARTICIPANT: ParticipantId = ParticipantId(0);

/// Commands that make the market ready for the first symbol.
pub fn opening(terms: AccountTerms) -> impl Iterator<Item = Command> {
    let accounts = (1..=ACCOUNTS).flat_map(move |acct| {
        [
            Command::OpenAccount {
                name: name(format!("{acct}")),
                terms,
            },
            Command::GrantAccount {
                participant: PARTICIPANT,
                account: AccountId(acct - 1),
            },
        ]
    });
    [
        Command::ListAsset { code: currency() },
        Command::AdmitParticipant {
            comp_id: Text::new("FLOW").expect("letters"),
        },
    ]
    .into_iter()
    .chain(accounts)
}

fn name<const N: usize>(text: String) -> Text<N> {
    Text::new(&text).expect("short and plain")
}

fn currency() -> Text<8> {
    Text::new("TICK").expect("letters")
}

/// Commands that list the next symbol, open it, and bring cash accounts their part of it and the cash to trade it.
pub fn symbol(instrument: InstrumentId, terms: AccountTerms) -> impl Iterator<Item = Command> {
    ruled(instrument, terms, Rules::NONE)
}

/// The same with rules of its own.
pub(super) fn ruled(
    instrument: InstrumentId,
    terms: AccountTerms,
    rules: Rules,
) -> impl Iterator<Item = Command> {
    let endowed = match terms {
        AccountTerms::Cash => ACCOUNTS,
        AccountTerms::Unchecked | AccountTerms::Margin(_) => 0,
    };
    [
        Command::ListInstrument(listed(instrument)),
        Command::SetRules { instrument, rules },
        Command::Open { instrument },
    ]
    .into_iter()
    .chain((0..endowed).flat_map(move |account| endow(AccountId(account), instrument)))
}

fn endow(account: AccountId, instrument: InstrumentId) -> [Command; 2] {
    let plenty = qty(PLENTY).expect("within what a quantity holds");
    [
        Command::TransferSecurities {
            transfer_id: name(format!("s{account}-{instrument}")),
            account,
            instrument,
            qty: plenty,
            cost_px: Price::ZERO,
        },
        Command::TransferFunds {
            transfer_id: name(format!("c{account}-{instrument}")),
            account,
            asset: AssetId(0),
            amount: Money::notional(Price::from_raw(1_000 * ONE), plenty),
        },
    ]
}

fn listed(id: InstrumentId) -> Instrument {
    Instrument {
        id,
        symbol: name(format!("{id}")),
        currency: currency(),
        tick: tick(),
        lot: Qty::from_raw(ONE),
        min_qty: Qty::from_raw(ONE),
        max_qty: qty(MAX_QTY).expect("the greatest that is taken"),
        reference_px: price(REFERENCE).expect("the middle of a flow"),
    }
}

pub(super) const fn tick() -> Price {
    Price::from_raw(ONE)
}

pub(super) fn terms(operation: &Operation, tif: Tif) -> Result<OrderTerms, FlowError> {
    let range = |field| operation.fault(field, FlowFault::Range);
    if operation.acct == 0 || operation.acct > ACCOUNTS {
        return Err(range("acct"));
    }
    let ord_type = match tif {
        Tif::Market => OrdType::Market,
        _ => OrdType::Limit(price(operation.price).ok_or_else(|| range("price"))?),
    };
    let floor = qty(operation.disp).ok_or_else(|| range("disp"))?;
    let time_in_force = match tif {
        Tif::Day | Tif::PostOnly => TimeInForce::Day,
        Tif::Ioc | Tif::Market => TimeInForce::Ioc,
        Tif::Fok => TimeInForce::Fok,
    };
    let order_qty = qty(operation.qty).ok_or_else(|| range("qty"))?;
    Ok(OrderTerms {
        post_only: tif == Tif::PostOnly,
        max_floor: (floor > Qty::ZERO).then_some(floor),
        ..OrderTerms::plain(
            AccountId(operation.acct - 1),
            InstrumentId(operation.sym),
            operation.side,
            ord_type,
            time_in_force,
            order_qty,
        )
    })
}

pub(super) fn cl_ord_id(oid: u64) -> ClOrdId {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = oid;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).expect("a digit");
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let text = core::str::from_utf8(&digits[at..]).expect("digits");
    Text::new(text).expect("at most 20 digits")
}

fn price(ticks: u64) -> Option<Price> {
    let ticks = (ticks <= MAX_PRICE).then_some(ticks)?;
    Some(Price::from_raw(
        i64::try_from(ticks).ok()?.checked_mul(ONE)?,
    ))
}

fn qty(lots: u64) -> Option<Qty> {
    let lots = (lots <= MAX_QTY).then_some(lots)?;
    Some(Qty::from_raw(i64::try_from(lots).ok()?.checked_mul(ONE)?))
}

pub(super) fn ticks(price: Price) -> u64 {
    u64::try_from(price.raw() / ONE).expect("prices of a flow are whole and above zero")
}

pub(super) fn lots(qty: Qty) -> u64 {
    u64::try_from(qty.raw() / ONE).expect("quantities of a flow are whole and not below zero")
}

pub(super) const fn letter(side: Side) -> char {
    match side {
        Side::Buy => 'B',
        Side::Sell => 'S',
    }
}
