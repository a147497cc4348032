//! What each event does to the tables. Every effect is kept under the place of its event or guarded by it, so that the same event of another
//! partition is nothing new: events of different partitions may
//! come in any relative order, and the tables end the same.

use crate::accounts;
use crate::amount;
use crate::clock;
use crate::consumer::progress::{self, Progress};
use crate::consumer::source::Batch;
use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use crate::instruments::{self, Listing};
use crate::orders;
use crate::portfolio::position::{Cause, Change};
use crate::portfolio::position_log::{self, PlacedChange};
use crate::trades::{self, Happened, leg_number};
use crate::wallet::deposit;
use crate::wallet::ledger::{self, Kind, LedgerAccount, Line, Transaction};
use crate::words;
use market::id::{AccountName, AssetCode, Symbol, TransferId};
use market::money::Money;
use market::order::Side;
use market::price::Price;
use market::qty::Qty;
use market::topic::{Envelope, SCHEMA, TopicEvent, TradeChangeView, TradeView};
use std::collections::BTreeMap;

/// What of a batch was new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How many events, by the word of their type.
    pub events: BTreeMap<&'static str, u64>,
    /// Journal number at which the partition stands behind it; −1 before its first event.
    pub last_seq: i64,
}

/// Applies the events of a batch that were not seen, and keeps how far the partition is.
///
/// # Errors
/// See [`crate::consumer::apply`].
pub async fn apply(tx: &mut Tx, batch: &Batch) -> Result<Applied, Error> {
    let Progress { seq, idx, .. } = progress::lock(tx, &batch.partition).await?;
    let mut seen = Progress {
        partition_name: batch.partition.clone(),
        next_offset: batch.next_offset,
        seq,
        idx,
    };
    let mut followed: Option<String> = None;
    let mut events = BTreeMap::new();
    for envelope in &batch.envelopes {
        if followed.as_ref() != Some(&envelope.epoch) {
            followed = Some(check_epoch(tx, &envelope.epoch).await?);
        }
        let place = EventPlace::of(envelope)?;
        if seen.has_seen(place) {
            continue;
        }
        apply_one(tx, place, envelope).await?;
        *events.entry(words::event(&envelope.event)).or_default() += 1;
        (seen.seq, seen.idx) = (place.seq, place.idx);
    }
    progress::store(tx, &seen).await?;
    Ok(Applied {
        events,
        last_seq: seen.seq,
    })
}

async fn check_epoch(tx: &mut Tx, told: &str) -> Result<String, Error> {
    let followed = progress::followed_epoch(tx, told).await?;
    if followed == told {
        Ok(followed)
    } else {
        Err(Error::OtherEpoch {
            followed,
            told: told.to_owned(),
        })
    }
}

async fn apply_one(tx: &mut Tx, place: EventPlace, envelope: &Envelope) -> Result<(), Error> {
    if envelope.schema != SCHEMA {
        return Err(bad(
            envelope,
            format!("schema {}, this program reads {SCHEMA}", envelope.schema),
        ));
    }
    let at_us = clock::us_from_nanos(envelope.at_nanos);
    match &envelope.event {
        TopicEvent::OrderCreated(order)
        | TopicEvent::OrderModified(order)
        | TopicEvent::OrderCancelled(order)
        | TopicEvent::OrderExpired(order) => orders::told(tx, place, order).await,
        // The exchange keeps margin; what it does about it comes as orders and trades, and money that is missing shows in the ledger.
        TopicEvent::OrderRejected { .. }
        | TopicEvent::MarginCall { .. }
        | TopicEvent::MarginCallMet { .. }
        | TopicEvent::ForcedClose { .. }
        | TopicEvent::MarginDeficit { .. }
        | TopicEvent::ForcedCloseFailed { .. }
        | TopicEvent::Overdrawn { .. }
        | TopicEvent::PositionLimitBreached { .. } => Ok(()),
        TopicEvent::TradeExecuted(trade) => {
            let happened = Happened {
                place,
                at_us,
                trace_id: &envelope.trace_id,
            };
            traded(tx, happened, trade).await
        }
        TopicEvent::PriceUpdated {
            symbol,
            last_px,
            last_qty,
        } => instruments::price(tx, place, symbol, *last_px, *last_qty).await,
        TopicEvent::InstrumentListed {
            symbol,
            currency,
            tick,
            lot,
            reference_px,
        } => {
            let listing = Listing {
                symbol: *symbol,
                currency: *currency,
                tick: *tick,
                lot: *lot,
                reference_px: *reference_px,
            };
            instruments::list(tx, &listing).await
        }
        TopicEvent::PhaseChanged {
            symbol,
            phase,
            reason,
            halt: _,
        } => instruments::phase(tx, place, symbol, *phase, reason.clone()).await,
        // What users own does not follow from them.
        TopicEvent::BandsMoved { .. } | TopicEvent::LimitStateChanged { .. } => Ok(()),
        // The phase is told beside them.
        TopicEvent::MarketOpen { .. } | TopicEvent::MarketClose { .. } => Ok(()),
        // What it halts and closes is told for each instrument.
        TopicEvent::BreakerTripped { .. } | TopicEvent::BreakerEnded { .. } => Ok(()),
        TopicEvent::AccountOpened { account } => accounts::opened(tx, account, at_us).await,
        TopicEvent::FundsTransferred {
            transfer_id,
            account,
            asset,
            amount,
            balance: _,
        } => funded(tx, place, at_us, transfer_id, account, *asset, *amount).await,
        TopicEvent::SecuritiesTransferred {
            transfer_id: _,
            account,
            symbol,
            qty,
            cost_px,
            position: _,
        } => moved(tx, place, account, symbol, *qty, *cost_px).await,
        TopicEvent::TradeChanged(trade) => changed(tx, place, at_us, trade).await,
        TopicEvent::FeeCharged {
            trade_id: _,
            account,
            fee_account,
            asset,
            amount,
        } => {
            let (payer, venue) = (*account, *fee_account);
            charged(tx, place, at_us, (payer, venue), *asset, *amount).await
        }
    }
}

fn bad(envelope: &Envelope, why: String) -> Error {
    Error::BadEvent {
        seq: envelope.seq,
        index: envelope.index,
        why,
    }
}

fn fault(place: EventPlace, why: impl ToString) -> Error {
    Error::BadEvent {
        seq: u64::try_from(place.seq).unwrap_or_default(),
        index: u32::try_from(place.idx).unwrap_or_default(),
        why: why.to_string(),
    }
}

/// Cash came or went: from transit when it is one of our deposits, else from the outside world.
async fn funded(
    tx: &mut Tx,
    place: EventPlace,
    at_us: i64,
    transfer_id: &TransferId,
    account: &AccountName,
    asset: AssetCode,
    moved: Money,
) -> Result<(), Error> {
    let ours = deposit::is_ours(tx, transfer_id).await?;
    let other = if ours {
        LedgerAccount::Transit
    } else {
        LedgerAccount::Outside
    };
    let mirror = LedgerAccount::Exchange(*account);
    let line = if moved < Money::ZERO {
        Line {
            source: mirror,
            target: other,
            amount: moved.negated(),
        }
    } else {
        Line {
            source: other,
            target: mirror,
            amount: moved,
        }
    };
    post(tx, place, at_us, Kind::Funding, asset, line).await
}

/// A trade was undone or corrected: cash and position move by the difference, and the list of trades shows it as what it is now. It comes
/// behind its trade, since both are of one topic and key.
async fn changed(
    tx: &mut Tx,
    place: EventPlace,
    at_us: i64,
    trade: &TradeChangeView,
) -> Result<(), Error> {
    let now = trade.now.map_or(Money::ZERO, |it| it.notional);
    let cash = now.raw() - trade.was.notional.raw();
    if trade.buy != trade.sell && cash != 0 {
        let (buy, sell) = (
            LedgerAccount::Exchange(trade.buy),
            LedgerAccount::Exchange(trade.sell),
        );
        let (source, target) = if cash < 0 { (sell, buy) } else { (buy, sell) };
        let line = Line {
            source,
            target,
            amount: Money::from_raw(cash.abs()),
        };
        post(tx, place, at_us, Kind::Trade, trade.currency, line).await?;
    }
    for (side, account) in [(Side::Buy, &trade.buy), (Side::Sell, &trade.sell)] {
        trades::change(tx, place, at_us, trade, side, account).await?;
    }
    // First all of it goes back, then what is left of it comes again: each step under a number of its own.
    let steps = [(Some(trade.was), -1, 0), (trade.now, 1, 2)];
    for (traded, direction, step) in steps {
        let Some(traded) = traded else { continue };
        for (side, account, sign) in [(Side::Buy, &trade.buy, 1), (Side::Sell, &trade.sell, -1)] {
            let placed = PlacedChange {
                place,
                leg: leg_number(side) + step,
                change: Change {
                    cause: Cause::Trade,
                    qty: direction * sign * i128::from(traded.qty.raw()),
                    cash: direction * sign * traded.notional.raw(),
                },
            };
            position_log::apply(tx, account, &trade.symbol, placed).await?;
        }
    }
    Ok(())
}

/// A fee goes from the payer to the venue, a rebate (below zero) the other way. The venue's own trades cost it nothing.
async fn charged(
    tx: &mut Tx,
    place: EventPlace,
    at_us: i64,
    (payer, venue): (AccountName, AccountName),
    asset: AssetCode,
    amount: Money,
) -> Result<(), Error> {
    if payer == venue || amount == Money::ZERO {
        return Ok(());
    }
    let (from, to, amount) = if amount < Money::ZERO {
        (venue, payer, amount.negated())
    } else {
        (payer, venue, amount)
    };
    let line = Line {
        source: LedgerAccount::Exchange(from),
        target: LedgerAccount::Exchange(to),
        amount,
    };
    post(tx, place, at_us, Kind::Fee, asset, line).await
}

async fn post(
    tx: &mut Tx,
    place: EventPlace,
    at_us: i64,
    kind: Kind,
    asset: AssetCode,
    line: Line,
) -> Result<(), Error> {
    let key = format!("event/{}/{}", place.seq, place.idx);
    let transaction =
        Transaction::new(key, kind, asset, at_us, vec![line]).map_err(|why| fault(place, why))?;
    ledger::post(tx, &transaction).await?;
    Ok(())
}

/// Securities came or went, at what they cost.
async fn moved(
    tx: &mut Tx,
    place: EventPlace,
    account: &AccountName,
    symbol: &Symbol,
    qty: Qty,
    cost_px: Price,
) -> Result<(), Error> {
    let qty = i128::from(qty.raw());
    let cash = amount::value_at(qty, cost_px)
        .ok_or_else(|| fault(place, "quantity times cost does not fit"))?;
    let placed = PlacedChange {
        place,
        leg: 0,
        change: Change {
            cause: Cause::Transfer,
            qty,
            cash: cash.raw(),
        },
    };
    position_log::apply(tx, account, symbol, placed).await
}

/// A trade: cash from buyer to seller, and for each side its trade, position and order.
async fn traded(tx: &mut Tx, happened: Happened<'_>, trade: &TradeView) -> Result<(), Error> {
    let place = happened.place;
    tracing::debug!(trace_id = happened.trace_id, trade_id = %trade.trade_id, "a trade is booked");
    if trade.buy.account != trade.sell.account && trade.notional != Money::ZERO {
        let line = Line {
            source: LedgerAccount::Exchange(trade.buy.account),
            target: LedgerAccount::Exchange(trade.sell.account),
            amount: trade.notional,
        };
        post(tx, place, happened.at_us, Kind::Trade, trade.currency, line).await?;
    }
    for (side, leg, sign) in [(Side::Buy, &trade.buy, 1), (Side::Sell, &trade.sell, -1)] {
        trades::record(tx, happened, trade, side, leg).await?;
        let placed = PlacedChange {
            place,
            leg: leg_number(side),
            change: Change {
                cause: Cause::Trade,
                qty: sign * i128::from(trade.qty.raw()),
                cash: sign * trade.notional.raw(),
            },
        };
        position_log::apply(tx, &leg.account, &trade.symbol, placed).await?;
        orders::traded(tx, place, trade, side, leg).await?;
    }
    Ok(())
}
