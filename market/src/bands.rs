//! How far prices may go: the static band, and the price up to which a market order in a call holds cash. Shares are rounded towards
//! the price that they are taken of: no band is wider than its share.

use crate::collar::collar;
use crate::id::InstrumentId;
use crate::order::OrderTerms;
use crate::price::Price;
use crate::state::State;
use core::ops::RangeInclusive;

/// A hundred percent, in basis points: what stands for the collar where there is none.
const WHOLE: u32 = 10_000;

impl State {
    /// The prices at which an instrument may trade around its last auction price of the day, else its previous close; none when it
    /// has no static band.
    pub(crate) fn static_band(&self, id: InstrumentId) -> Option<RangeInclusive<Price>> {
        let bps = self.rules_of(id).static_band_bps?;
        Some(around(self.tapes[id.0 as usize].anchor(), bps))
    }

    /// The price that a market order in a call reserves at: its collar from the reference price, on the tick.
    pub(crate) fn collar_price(&self, terms: &OrderTerms) -> Price {
        let id = terms.instrument;
        let bps = self.rules_of(id).collar_bps.unwrap_or(WHOLE);
        let reference = self.tapes[id.0 as usize].reference();
        collar(reference, bps, terms.side, self.listing(id).instrument.tick)
    }
}

/// The prices that are at most `bps` basis points of a price away from it.
fn around(price: Price, bps: u32) -> RangeInclusive<Price> {
    let share = i128::from(price.raw()) * i128::from(bps) / i128::from(WHOLE);
    let share = i64::try_from(share).unwrap_or(i64::MAX);
    let raw = price.raw();
    Price::from_raw(raw.saturating_sub(share))..=Price::from_raw(raw.saturating_add(share))
}
