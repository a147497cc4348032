//! [`Tape`]: what has printed in an instrument: the last trade, and what prices are measured against. Knows no orders.

use crate::price::Price;
use serde::{Deserialize, Serialize};

/// What has printed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Tape {
    /// The last trade; none before the first.
    pub(crate) last_px: Option<Price>,
    /// The previous close: as it was listed, then the last trade at the end of each day.
    previous_close: Price,
    /// The last auction price of the day.
    auction_px: Option<Price>,
}

impl Tape {
    pub(crate) const fn new(previous_close: Price) -> Self {
        Self {
            last_px: None,
            previous_close,
            auction_px: None,
        }
    }

    /// The reference price: the last trade, else the previous close.
    pub(crate) fn reference(&self) -> Price {
        self.last_px.unwrap_or(self.previous_close)
    }

    /// What the static band lies around: the last auction price of the day, else the previous close.
    pub(crate) fn anchor(&self) -> Price {
        self.auction_px.unwrap_or(self.previous_close)
    }

    /// A trade has printed.
    pub(crate) fn print(&mut self, price: Price) {
        self.last_px = Some(price);
    }

    /// An auction has found its price, which has printed.
    pub(crate) fn auction(&mut self, price: Price) {
        self.auction_px = Some(price);
    }

    /// Whether all that it holds are prices on this tick: asked of one that was read back.
    pub(crate) fn is_sound(&self, tick: Price) -> bool {
        let prices = [Some(self.previous_close), self.last_px, self.auction_px];
        let mut prices = prices.into_iter().flatten();
        prices.all(|price| price > Price::ZERO && price.is_multiple_of(tick))
    }

    /// The day is over.
    pub(crate) fn end_day(&mut self) {
        self.previous_close = self.reference();
        self.auction_px = None;
    }
}
