//! [`PriceBands`], of limit-up limit-down in one instrument: the reference price, the trades that it follows, the bands around it, and whether the
//! book is at one of them. Arithmetic only: what becomes of orders beyond a band, and when trading pauses, stands in `pausing`.
//!
//! After the plan of the US exchanges («National Market System Plan to Address Extraordinary Market Volatility»), with the venue's own
//! figures.

use crate::order::Side;
use crate::price::Price;
use crate::rules::Tier;
use crate::time::Timestamp;
use alloc::collections::VecDeque;
use serde::{Deserialize, Serialize};

/// Trades are counted together in steps of this length.
const STEP_NANOS: i64 = 10_000_000_000;
/// Steps whose trades the mean is of: five minutes, the step that goes on included.
const STEPS: i64 = 30;
/// More trades than there can be in one step.
const MAX_TRADES: u64 = 1 << 40;
/// How long before the end of continuous trading the bands are twice as wide: 25 minutes.
pub(crate) const DOUBLED_NANOS: i64 = 1_500_000_000_000;
/// How long the book may be at a band: 15 seconds.
pub(crate) const LIMIT_STATE_NANOS: u64 = 15_000_000_000;

/// Above this price the tier says how wide the bands are.
const UPPER_RANGE: i128 = 300_000_000;
/// From this price up to [`UPPER_RANGE`] the share is the same for all.
const MIDDLE_RANGE: i128 = 75_000_000;
/// Widest below [`MIDDLE_RANGE`], in the currency of the instrument.
const LOWER_WIDTH: i128 = 15_000_000;
/// A basis point is one part of this many.
const BPS: i128 = 10_000;

/// The bands of limit-up limit-down: in continuous trading nothing trades outside. Both are on the tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceBands {
    /// What they lie around.
    pub reference: Price,
    /// The lowest price of a sale.
    pub lower: Price,
    /// The highest price of a buy.
    pub upper: Price,
}

impl PriceBands {
    /// The bands around a reference price, `times` as wide as usual. Each is rounded to the nearest tick, a half upwards; the lower one is
    /// at least a tick.
    pub(crate) fn around(reference: Price, tier: Tier, times: u8, tick: Price) -> Self {
        let (middle, tick) = (i128::from(reference.raw()), i128::from(tick.raw()));
        let share = match tier {
            _ if middle < MIDDLE_RANGE => 7_500,
            _ if middle <= UPPER_RANGE => 2_000,
            Tier::One => 500,
            Tier::Two => 1_000,
        };
        let width = middle * share;
        let width = if middle < MIDDLE_RANGE {
            width.min(LOWER_WIDTH * BPS)
        } else {
            width
        };
        let width = width * i128::from(times);
        let most = (i128::from(i64::MAX) / tick).max(1);
        let at = |scaled: i128| {
            let step = BPS * tick;
            let ticks = (2 * scaled + step).div_euclid(2 * step).clamp(1, most);
            Price::from_raw(i64::try_from(ticks * tick).unwrap_or(i64::MAX))
        };
        Self {
            reference,
            lower: at(middle * BPS - width),
            upper: at(middle * BPS + width),
        }
    }

    /// The price itself, or the band that an order of this side would go beyond with it.
    pub(crate) fn nearest(&self, side: Side, price: Price) -> Price {
        match side {
            Side::Buy => price.min(self.upper),
            Side::Sell => price.max(self.lower),
        }
    }
}

/// Limit-up limit-down in an instrument that has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Luld {
    reference: Price,
    /// The trades since the last auction, by the step that they were in, the oldest first; at most [`STEPS`] and the one that goes on.
    steps: VecDeque<Step>,
    /// The bands of continuous trading, as they were told last.
    pub(crate) bands: Option<PriceBands>,
    /// When they may move without a trade; a deadline is set then.
    pub(crate) moves: Option<Timestamp>,
    /// The side whose best price is at its band, and when that makes a pause; a deadline is set then.
    pub(crate) limit_state: Option<(Side, Timestamp)>,
}

/// The trades of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    /// Which step it is: its time over [`STEP_NANOS`].
    number: i64,
    /// Σ prices.
    sum: i128,
    trades: u64,
}

impl Luld {
    pub(crate) fn new(reference: Price) -> Self {
        Self {
            reference,
            steps: VecDeque::new(),
            bands: None,
            moves: None,
            limit_state: None,
        }
    }

    /// What the bands lie around.
    pub(crate) const fn reference(&self) -> Price {
        self.reference
    }

    /// An auction has found this price, or the day begins with it: what traded before does not count any more.
    pub(crate) fn restart(&mut self, reference: Price) {
        self.reference = reference;
        self.steps.clear();
    }

    /// Counts a trade.
    pub(crate) fn count(&mut self, now: Timestamp, price: Price) {
        let number = step_of(now);
        let price = i128::from(price.raw());
        match self.steps.back_mut() {
            Some(last) if last.number >= number => {
                last.sum += price;
                last.trades += 1;
            }
            _ => {
                self.forget(number);
                self.steps.push_back(Step {
                    number,
                    sum: price,
                    trades: 1,
                });
            }
        }
    }

    /// Moves the reference price to the mean of the trades that count now, when that is at least 1 % away from it. The mean is rounded
    /// down at eight decimals.
    pub(crate) fn follow(&mut self, now: Timestamp) {
        self.forget(step_of(now));
        let (sum, trades) = self.steps.iter().fold((0, 0), |(sum, trades), step| {
            (sum + step.sum, trades + i128::from(step.trades))
        });
        if trades == 0 {
            return;
        }
        let mean = sum.div_euclid(trades);
        let reference = i128::from(self.reference.raw());
        if (mean - reference).abs() * 100 >= reference {
            self.reference = Price::from_raw(i64::try_from(mean).expect("it lies between prices"));
        }
    }

    /// When the oldest trades that count do not count any more.
    pub(crate) fn fades(&self) -> Option<Timestamp> {
        let first = self.steps.front()?;
        let at = first.number.saturating_add(STEPS);
        Some(Timestamp::from_nanos(at.saturating_mul(STEP_NANOS)))
    }

    /// Lets go of the trades that do not count any more in this step.
    fn forget(&mut self, number: i64) {
        let is_old = |step: &Step| step.number <= number.saturating_sub(STEPS);
        while self.steps.front().is_some_and(is_old) {
            self.steps.pop_front();
        }
    }

    /// Whether its figures can be: asked of one that was read back.
    pub(crate) fn is_sound(&self, tick: Price) -> bool {
        let has_trades = |step: &Step| {
            // Each price is above zero, and so is their mean.
            let least = i128::from(step.trades);
            let most = i128::from(i64::MAX) * least;
            (1..=MAX_TRADES).contains(&step.trades) && (least..=most).contains(&step.sum)
        };
        let are_bands = |bands: PriceBands| {
            let on_tick = bands.lower.is_multiple_of(tick) && bands.upper.is_multiple_of(tick);
            on_tick && Price::ZERO < bands.lower && bands.lower <= bands.upper
        };
        self.reference > Price::ZERO
            && self.bands.is_none_or(are_bands)
            && self.steps.len() as i128 <= i128::from(STEPS) + 1
            && self.steps.iter().all(has_trades)
            && self.steps.iter().is_sorted_by(|a, b| a.number < b.number)
    }
}

const fn step_of(at: Timestamp) -> i64 {
    at.nanos().div_euclid(STEP_NANOS)
}

#[cfg(test)]
mod tests {
    use super::{Luld, PriceBands};
    use crate::price::Price;
    use crate::rules::Tier;
    use crate::time::Timestamp;

    fn price(text: &str) -> Price {
        text.parse().expect("a price")
    }

    #[test]
    fn each_range_of_prices_has_its_width() {
        let table = [
            (Tier::One, 1, "10", "0.05", "9.5", "10.5"),
            (Tier::Two, 1, "10", "0.05", "9", "11"),
            (Tier::One, 2, "10", "0.05", "9", "11"),
            (Tier::Two, 4, "10", "0.05", "6", "14"),
            (Tier::One, 1, "3.01", "0.01", "2.86", "3.16"),
            (Tier::Two, 1, "3.01", "0.01", "2.71", "3.31"),
            (Tier::One, 1, "3", "0.01", "2.4", "3.6"),
            (Tier::Two, 1, "3", "0.01", "2.4", "3.6"),
            (Tier::One, 1, "0.75", "0.01", "0.6", "0.9"),
            (Tier::One, 1, "0.74", "0.01", "0.59", "0.89"),
            (Tier::One, 1, "0.2", "0.01", "0.05", "0.35"),
            (Tier::Two, 1, "0.12", "0.01", "0.03", "0.21"),
            (Tier::Two, 2, "0.12", "0.01", "0.01", "0.3"),
            // The nearest tick: 9.4525 and 10.4475; a half upwards: 9.975 and 11.025.
            (Tier::One, 1, "9.95", "0.05", "9.45", "10.45"),
            (Tier::One, 1, "10.5", "0.05", "10", "11.05"),
            (Tier::One, 1, "3.5", "1", "3", "4"),
        ];
        for (tier, times, reference, tick, lower, upper) in table {
            let got = PriceBands::around(price(reference), tier, times, price(tick));
            let wanted = (price(lower), price(upper));
            assert_eq!(
                (got.lower, got.upper),
                wanted,
                "{tier:?} {times} {reference}"
            );
        }
    }

    #[test]
    fn no_price_is_too_large() {
        let most = Price::from_raw(i64::MAX);
        let got = PriceBands::around(most, Tier::Two, 4, Price::from_raw(1));
        assert_eq!(got.upper, most);
        let got = PriceBands::around(most, Tier::Two, 4, most);
        assert_eq!((got.lower, got.upper), (most, most));
    }

    #[test]
    fn the_mean_is_of_five_minutes_and_takes_little_room() {
        let at = |seconds: i64| Timestamp::from_nanos(seconds * 1_000_000_000);
        let mut luld = Luld::new(price("10"));
        for second in 0..10_000 {
            luld.count(at(second), price("10.05"));
        }
        assert!(luld.steps.len() <= 31, "{} steps", luld.steps.len());
        luld.follow(at(10_000));
        assert_eq!(
            luld.reference(),
            price("10"),
            "half a percent is too little"
        );
        luld.restart(price("10"));
        luld.count(at(20_009), price("10.3"));
        luld.count(at(20_010), price("10"));
        assert_eq!(luld.fades(), Some(at(20_300)));
        luld.follow(at(20_299));
        assert_eq!(luld.reference(), price("10.15"));
        luld.follow(at(20_300));
        assert_eq!(luld.reference(), price("10"));
        luld.follow(at(20_310));
        assert_eq!(luld.reference(), price("10"), "no trades, no mean");
        assert_eq!(luld.fades(), None);
        assert!(luld.is_sound(price("0.05")));
    }
}
