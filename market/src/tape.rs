//! [`Tape`]: what has printed in an instrument: the last trade, and what prices are measured against. Knows no orders.

use crate::price::Price;
use serde::{Deserialize, Serialize};

/// What has printed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Tape {
    /// The last trade; none before the first.
    pub(crate) last_px: Option<Price>,
    /// The previous close, as it was listed.
    previous_close: Price,
}

impl Tape {
    pub(crate) const fn new(previous_close: Price) -> Self {
        Self {
            last_px: None,
            previous_close,
        }
    }

    /// The reference price: the last trade, else the previous close.
    pub(crate) fn reference(&self) -> Price {
        self.last_px.unwrap_or(self.previous_close)
    }

    /// A trade has printed.
    pub(crate) fn print(&mut self, price: Price) {
        self.last_px = Some(price);
    }
}
