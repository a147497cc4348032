//! [`App`]: what every request handler may use.

use crate::auth::Sessions;
use crate::consumer::state::StateCell;
use crate::db::Db;
use crate::exchange_control::ExchangeControl;
use crate::metrics::Metrics;
use crate::users::hashing::Hasher;
use market::money::Money;
use std::sync::Arc;
use std::time::Duration;

/// The parts of the back office that requests need.
#[derive(Debug)]
pub struct App {
    /// The truth.
    pub db: Db,
    /// Passwords.
    pub hasher: Hasher,
    /// Tokens.
    pub sessions: Sessions,
    /// The exchange.
    pub control: Arc<dyn ExchangeControl>,
    /// How the consumer is.
    pub consumer: StateCell,
    /// Figures.
    pub metrics: Metrics,
    /// Most that one deposit may bring.
    pub deposit_max: Money,
    /// Longest time for one request.
    pub request_timeout: Duration,
}
