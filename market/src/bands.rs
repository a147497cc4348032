//! How far prices may go: the bands that no trade may leave, and the price up to which a market order in a call holds cash. Shares are
//! rounded towards the price that they are taken of: no band is wider than its share.

use crate::collar::collar;
use crate::id::InstrumentId;
use crate::instrument::Phase;
use crate::order::OrderTerms;
use crate::price::Price;
use crate::state::State;

/// A hundred percent, in basis points: what stands for the collar where there is none.
const WHOLE: u32 = 10_000;

/// Why a call goes on longer.
const OUTSIDE_STATIC_BAND: &str = "extended: the price would be outside the static band";
const FAR_FROM_REFERENCE: &str = "extended: the price would be too far from the reference price";

/// The prices from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    low: Price,
    high: Price,
}

impl Band {
    /// All prices.
    const ALL: Self = Self {
        low: Price::from_raw(i64::MIN),
        high: Price::from_raw(i64::MAX),
    };

    pub(crate) fn contains(self, price: Price) -> bool {
        (self.low..=self.high).contains(&price)
    }

    /// The prices that are at most `bps` basis points of a price away from it.
    fn around(price: Price, bps: u32) -> Self {
        let raw = price.raw();
        let share = match raw.checked_mul(i64::from(bps)) {
            Some(product) => product / i64::from(WHOLE),
            None => {
                let share = i128::from(raw) * i128::from(bps) / i128::from(WHOLE);
                i64::try_from(share).unwrap_or(i64::MAX)
            }
        };
        Self {
            low: Price::from_raw(raw.saturating_sub(share)),
            high: Price::from_raw(raw.saturating_add(share)),
        }
    }

    /// The prices of both.
    fn within(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        }
    }
}

impl State {
    /// The prices at which an instrument may trade around its last auction price of the day, else its previous close; none when it
    /// has no static band.
    pub(crate) fn static_band(&self, id: InstrumentId) -> Option<Band> {
        let bps = self.rules_of(id).static_band_bps?;
        Some(Band::around(self.tapes[id.0 as usize].anchor(), bps))
    }

    /// The prices at which trades may print now: within the static band, and within the dynamic band around the last trade. Asked once
    /// for each arriving order, so that its own trades do not move the band.
    #[inline(always)]
    pub(crate) fn band(&self, id: InstrumentId) -> Band {
        let rules = self.rules_of(id);
        if rules.static_band_bps.is_none() && rules.dynamic_band_bps.is_none() {
            return Band::ALL;
        }
        let dynamic = rules.dynamic_band_bps.map_or(Band::ALL, |bps| {
            Band::around(self.tapes[id.0 as usize].reference(), bps)
        });
        self.static_band(id).unwrap_or(Band::ALL).within(dynamic)
    }

    /// Why the price of a call is too far off for its auction to end with it, if it is: outside the static band, or, after a volatility
    /// call, more than twice as far from the reference price of limit-up limit-down as its bands are.
    pub(crate) fn too_far(&self, id: InstrumentId, price: Price) -> Option<&'static str> {
        if self
            .static_band(id)
            .is_some_and(|band| !band.contains(price))
        {
            return Some(OUTSIDE_STATIC_BAND);
        }
        let is_volatility = self.phase(id) == Phase::VolatilityAuction;
        let bands = self
            .bands_around_reference(id, 2)
            .filter(|_| is_volatility)?;
        let is_within = (bands.lower..=bands.upper).contains(&price);
        (!is_within).then_some(FAR_FROM_REFERENCE)
    }

    /// The price that a market order in a call reserves at: its collar from the reference price, on the tick.
    pub(crate) fn collar_price(&self, terms: &OrderTerms) -> Price {
        let id = terms.instrument;
        let bps = self.rules_of(id).collar_bps.unwrap_or(WHOLE);
        let reference = self.tapes[id.0 as usize].reference();
        collar(reference, bps, terms.side, self.listing(id).instrument.tick)
    }
}
