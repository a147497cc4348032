//! What can be traded, and its last price.

use crate::amount;
use crate::app::App;
use crate::error::Error;
use crate::instruments::{self, Instrument};
use axum::Json;
use axum::extract::State;
use market::money::Money;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An instrument.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstrumentView {
    /// Symbol (55).
    #[schema(example = "LOGG")]
    pub symbol: String,
    /// Currency (15).
    #[schema(example = "USD")]
    pub currency: String,
    /// Smallest price step.
    #[schema(value_type = String, example = "0.01")]
    pub tick: Money,
    /// Smallest quantity step.
    #[schema(value_type = String, example = "1")]
    pub lot: Money,
    /// Price for valuation before the first trade.
    #[schema(value_type = String, example = "100")]
    pub reference_px: Money,
    /// Last price; absent before the first trade.
    #[schema(value_type = Option<String>, example = "100.5")]
    pub last_px: Option<Money>,
    /// Last quantity; absent before the first trade.
    #[schema(value_type = Option<String>, example = "10")]
    pub last_qty: Option<Money>,
    /// `open`, `halted` or `closed`.
    #[schema(example = "open")]
    pub phase: String,
    /// Why it is halted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase_reason: Option<String>,
}

impl From<Instrument> for InstrumentView {
    fn from(row: Instrument) -> Self {
        Self {
            symbol: row.symbol,
            currency: row.currency,
            tick: amount::money(row.tick),
            lot: amount::money(row.lot),
            reference_px: amount::money(row.reference_px),
            last_px: row.last_px.map(amount::money),
            last_qty: row.last_qty.map(amount::money),
            phase: row.phase,
            phase_reason: row.phase_reason,
        }
    }
}

/// All instruments, by symbol.
#[utoipa::path(get, path = "/api/v1/instruments", tag = "instruments", security(("bearer" = [])),
    responses((status = 200, description = "All instruments, by symbol.", body = [InstrumentView])))]
pub async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<InstrumentView>>, Error> {
    let mut tx = app.db.read().await?;
    let rows = instruments::all(&mut tx).await?;
    Ok(Json(rows.into_iter().map(InstrumentView::from).collect()))
}
