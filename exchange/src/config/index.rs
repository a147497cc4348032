//! `[calendar.index.YYYY-MM-DD]`: what the index of the market-wide breaker consists of from a trading day on, as text. What becomes of it is
//! [`crate::calendar::index`]' matter.

use market::id::Symbol;
use market::money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The index from a trading day on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IndexConfig {
    /// How many units of an instrument it has, each at least 1; at most [`market::breaker::MAX_COMPONENTS`] instruments, of one currency.
    /// Default none: there is no index.
    pub weights: BTreeMap<Symbol, u32>,
    /// What the index of these weights was at the close of the day before, above zero, in the currency of its components. Without it
    /// nobody knows, where the weights are others than before: the breaker is off until somebody says it.
    pub close: Option<Money>,
}
