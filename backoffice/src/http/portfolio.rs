//! The caller's portfolio.

use crate::amount;
use crate::app::App;
use crate::consumer::progress;
use crate::error::Error;
use crate::http::guard::Caller;
use crate::portfolio::valuation::Valuation;
use crate::portfolio::{self, CashRow, PositionRow};
use axum::Json;
use axum::extract::State;
use market::money::Money;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Cash and positions of all my accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortfolioView {
    /// Up to where in the exchange's history it is told; absent before the first event.
    pub as_of: Option<AsOf>,
    /// Cash, by account and asset.
    pub cash: Vec<CashView>,
    /// Positions, by account and symbol.
    pub positions: Vec<PositionView>,
}

/// A place in the exchange's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct AsOf {
    /// Which history.
    pub epoch: String,
    /// Journal number.
    pub seq: i64,
}

/// Cash of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct CashView {
    /// Account at the exchange.
    pub account: String,
    /// Asset.
    #[schema(example = "USD")]
    pub asset: String,
    /// All of it.
    #[schema(value_type = String, example = "1000")]
    pub cash: Money,
    /// What open buy orders hold of it.
    #[schema(value_type = String, example = "250")]
    pub reserved: Money,
    /// cash − reserved.
    #[schema(value_type = String, example = "750")]
    pub free: Money,
}

impl From<CashRow> for CashView {
    fn from(row: CashRow) -> Self {
        let (cash, reserved) = (amount::money(row.cash), amount::money(row.reserved));
        Self {
            account: row.account,
            asset: row.asset,
            cash,
            reserved,
            free: Money::from_raw(cash.raw() - reserved.raw()),
        }
    }
}

/// A position.
#[derive(Debug, Serialize, ToSchema)]
pub struct PositionView {
    /// Account at the exchange.
    pub account: String,
    /// Symbol.
    #[schema(example = "LOGG")]
    pub symbol: String,
    /// Currency of all amounts here; absent while the instrument is not known.
    #[schema(example = "USD")]
    pub currency: Option<String>,
    /// Quantity.
    #[schema(value_type = String, example = "10")]
    pub qty: Money,
    /// What open sell orders hold of it.
    #[schema(value_type = String, example = "0")]
    pub reserved: Money,
    /// What it cost in total.
    #[schema(value_type = String, example = "1000")]
    pub cost: Money,
    /// What one unit cost on average, rounded half to even at eight decimals; absent when closed.
    #[schema(value_type = Option<String>, example = "100")]
    pub average_cost: Option<Money>,
    /// Last price, or the reference price before the first trade; absent while the instrument is not known.
    #[schema(value_type = Option<String>, example = "101.5")]
    pub last_px: Option<Money>,
    /// qty × last_px.
    #[schema(value_type = Option<String>, example = "1015")]
    pub market_value: Option<Money>,
    /// market_value − cost.
    #[schema(value_type = Option<String>, example = "15")]
    pub unrealized_pnl: Option<Money>,
    /// Profit and loss of what was sold.
    #[schema(value_type = String, example = "0")]
    pub realized_pnl: Money,
}

impl From<PositionRow> for PositionView {
    fn from(row: PositionRow) -> Self {
        let valuation = Valuation::of(&row);
        Self {
            qty: amount::money(row.qty),
            reserved: amount::money(row.reserved),
            cost: amount::money(row.cost),
            average_cost: valuation.average_cost,
            last_px: row.price.map(amount::money),
            market_value: valuation.market_value,
            unrealized_pnl: valuation.unrealized,
            realized_pnl: amount::money(row.realized),
            account: row.account,
            symbol: row.symbol,
            currency: row.currency,
        }
    }
}

/// My portfolio.
#[utoipa::path(get, path = "/api/v1/portfolio", tag = "portfolio", security(("bearer" = [])),
    responses((status = 200, description = "Cash and positions of all my accounts.", body = PortfolioView)))]
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<PortfolioView>, Error> {
    let mut tx = app.db.read().await?;
    let as_of = progress::as_of(&mut tx).await?;
    let cash = portfolio::cash(&mut tx, caller.0.user).await?;
    let positions = portfolio::positions(&mut tx, caller.0.user).await?;
    Ok(Json(PortfolioView {
        as_of: as_of.map(|(epoch, seq)| AsOf { epoch, seq }),
        cash: cash.into_iter().map(CashView::from).collect(),
        positions: positions.into_iter().map(PositionView::from).collect(),
    }))
}
