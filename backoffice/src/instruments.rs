//! Instruments as the exchange told of them: facts, last price, phase. Price and phase keep the place of the event that they are from,
//! so that an older event changes nothing.

use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use crate::words;
use market::id::{AssetCode, Symbol};
use market::instrument::Phase;
use market::price::Price;
use market::qty::Qty;
use sqlx::FromRow;

/// An instrument that is listed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Instrument {
    /// Symbol.
    pub symbol: String,
    /// Currency.
    pub currency: String,
    /// Tick, in 10⁻⁸.
    pub tick: i64,
    /// Lot, in 10⁻⁸.
    pub lot: i64,
    /// Price for valuation before the first trade, in 10⁻⁸.
    pub reference_px: i64,
    /// Last price, in 10⁻⁸.
    pub last_px: Option<i64>,
    /// Last quantity, in 10⁻⁸.
    pub last_qty: Option<i64>,
    /// `open`, `halted` or `closed`.
    pub phase: String,
    /// Why it is halted.
    pub phase_reason: Option<String>,
}

/// The facts of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Symbol.
    pub symbol: Symbol,
    /// Currency.
    pub currency: AssetCode,
    /// Tick.
    pub tick: Price,
    /// Lot.
    pub lot: Qty,
    /// Price for valuation before the first trade.
    pub reference_px: Price,
}

/// Most instruments that a list shows.
const LIST_MAX: i64 = 10_000;

/// All listed instruments, by symbol. Listed and never opened is `closed`.
///
/// # Errors
/// The database's.
pub async fn all(tx: &mut Tx) -> Result<Vec<Instrument>, Error> {
    Ok(tx
        .q("SELECT symbol, currency, tick, lot, reference_px, last_px, last_qty, COALESCE(phase, 'closed') AS phase, phase_reason \
            FROM instruments WHERE currency IS NOT NULL ORDER BY symbol LIMIT $1")
        .bind(LIST_MAX)
        .all()
        .await?)
}

/// The currencies of all instruments that are listed, in order.
///
/// # Errors
/// The database's.
pub async fn currencies(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = tx
        .q("SELECT DISTINCT currency FROM instruments WHERE currency IS NOT NULL ORDER BY currency")
        .all()
        .await?;
    Ok(rows.into_iter().map(|(currency,)| currency).collect())
}

/// An instrument is listed.
///
/// # Errors
/// The database's.
pub async fn list(tx: &mut Tx, listing: &Listing) -> Result<(), Error> {
    tx.q("INSERT INTO instruments (symbol, currency, tick, lot, reference_px) VALUES ($1, $2, $3, $4, $5) \
          ON CONFLICT (symbol) DO UPDATE SET currency = excluded.currency, tick = excluded.tick, lot = excluded.lot, \
          reference_px = excluded.reference_px")
        .bind(listing.symbol.to_string())
        .bind(listing.currency.to_string())
        .bind(listing.tick.raw())
        .bind(listing.lot.raw())
        .bind(listing.reference_px.raw())
        .exec()
        .await?;
    Ok(())
}

/// The last price moved.
///
/// # Errors
/// The database's.
pub async fn price(
    tx: &mut Tx,
    place: EventPlace,
    symbol: &Symbol,
    last_px: Price,
    last_qty: Qty,
) -> Result<(), Error> {
    tx.q("INSERT INTO instruments (symbol, last_px, last_qty, last_px_seq, last_px_idx) VALUES ($1, $2, $3, $4, $5) \
          ON CONFLICT (symbol) DO UPDATE SET last_px = excluded.last_px, last_qty = excluded.last_qty, \
          last_px_seq = excluded.last_px_seq, last_px_idx = excluded.last_px_idx \
          WHERE (instruments.last_px_seq, instruments.last_px_idx) < (excluded.last_px_seq, excluded.last_px_idx)")
        .bind(symbol.to_string())
        .bind(last_px.raw())
        .bind(last_qty.raw())
        .bind(place.seq)
        .bind(place.idx)
        .exec()
        .await?;
    Ok(())
}

/// An instrument opened, halted or closed.
///
/// # Errors
/// The database's.
pub async fn phase(
    tx: &mut Tx,
    place: EventPlace,
    symbol: &Symbol,
    phase: Phase,
    reason: Option<String>,
) -> Result<(), Error> {
    tx.q("INSERT INTO instruments (symbol, phase, phase_reason, phase_seq, phase_idx) VALUES ($1, $2, $3, $4, $5) \
          ON CONFLICT (symbol) DO UPDATE SET phase = excluded.phase, phase_reason = excluded.phase_reason, \
          phase_seq = excluded.phase_seq, phase_idx = excluded.phase_idx \
          WHERE (instruments.phase_seq, instruments.phase_idx) < (excluded.phase_seq, excluded.phase_idx)")
        .bind(symbol.to_string())
        .bind(words::phase(phase).to_owned())
        .bind(reason)
        .bind(place.seq)
        .bind(place.idx)
        .exec()
        .await?;
    Ok(())
}
